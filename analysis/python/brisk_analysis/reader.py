# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens a results file, refuses what is none, and gives its contents with types and with errors that name what is
missing. Nothing large is read before it is asked for."""
from __future__ import annotations

import configparser
import functools
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Optional, Union

import h5py
import numpy as np

from .intervals import Interval, read_intervals
from .version import FORMAT_MAJOR, FORMAT_NAME

if TYPE_CHECKING:
    import xarray

CHUNK = 1 << 18  # values that are read at once from a dataset along the trials


class ResultsError(Exception):
    """A file that cannot be used; the message says what, where and what to do."""


def open(path: Union[str, "os.PathLike[str]"]) -> Results:  # noqa: A001 (as in gzip.open)
    """The results file at path, checked; close it, or use it in a `with` statement."""
    path = os.fspath(path)
    if not os.path.exists(path):
        raise ResultsError(f"{path}: no such file")
    if os.path.isdir(path):
        raise ResultsError(f"{path}: is a folder; name a results file in it")
    if not os.access(path, os.R_OK):
        raise ResultsError(f"{path}: cannot be read: no permission")
    if not h5py.is_hdf5(path):
        raise ResultsError(f"{path}: not an HDF5 file, or one that was cut off")
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise ResultsError(f"{path}: HDF5 cannot open it: {error}") from error
    try:
        check_format(path, file.attrs)
    except ResultsError:
        file.close()
        raise
    return Results(path, file)


def check_format(path: str, attributes: Mapping[str, Any]) -> None:
    """Raises ResultsError unless the root attributes are those of a finished file that we can read."""
    if plain(attributes.get("format")) != FORMAT_NAME:
        raise ResultsError(f"{path}: an HDF5 file, but not one of brisk's (its attribute 'format' is not "
                           f"'{FORMAT_NAME}')")
    version = np.atleast_1d(attributes.get("format_version", []))
    if version.dtype.kind not in "iu" or len(version) != 2:
        raise ResultsError(f"{path}: 'format_version' is not two integers; the file is damaged")
    if version[0] != FORMAT_MAJOR:
        raise ResultsError(f"{path}: format version {version[0]}.{version[1]}, this program reads {FORMAT_MAJOR}.x; "
                           "use the analysis package that came with the brisk that wrote it")
    if plain(attributes.get("complete", 0)) != 1:
        raise ResultsError(f"{path}: incomplete: the run that wrote it did not finish; run it again")


def plain(value: Any) -> Any:
    """A value of h5py as Python has it: text as str, one-element numbers as int or float."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value.item() if isinstance(value, np.generic) else value


def members(group: h5py.Group) -> list[Any]:
    """Groups and datasets in the group, in the order of the file; links that lead nowhere are left out."""
    return [member for member in map(group.get, group) if member is not None]


class Node:
    """A group of the file; names are paths relative to it."""

    def __init__(self, path: str, group: h5py.Group) -> None:
        self.path, self.group = path, group

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.where('')}>"

    @property
    def name(self) -> str:
        """The last part of the group's path."""
        return str(self.group.name).rsplit("/", 1)[1]

    @property
    def attributes(self) -> dict[str, Any]:
        """All attributes of the group."""
        return {name: plain(value) for name, value in self.group.attrs.items()}

    def has(self, *names: str) -> bool:
        """Whether every one of the names exists here."""
        return all(name in self.group for name in names)

    def where(self, name: str) -> str:
        return f"{self.path}: /{'/'.join(filter(None, (self.group.name.strip('/'), name)))}"

    def data(self, name: str, rank: Optional[int] = None) -> h5py.Dataset:
        """A dataset, unread; rank is the number of axes that it must have."""
        data = self.group.get(name)
        if not isinstance(data, h5py.Dataset):
            raise ResultsError(f"{self.where(name)} is missing")
        if rank is not None and data.ndim != rank:
            raise ResultsError(f"{self.where(name)} has {data.ndim} axes instead of {rank}")
        return data

    def read(self, name: str, rank: Optional[int] = None) -> Any:
        """A dataset's values: an array of numbers, a list of str, or one value for a scalar."""
        data = self.data(name, rank)
        try:
            if h5py.check_string_dtype(data.dtype) is None:
                return data[()]
            text = data.asstr()[()]
        except (OSError, UnicodeDecodeError) as error:
            raise ResultsError(f"{self.where(name)} cannot be read: {error}") from error
        return text if isinstance(text, str) else list(text)

    def chunks(self, name: str, size: int = CHUNK) -> Iterator[np.ndarray]:
        """The values of a dataset along its last axis, at most about `size` values at once."""
        data = self.data(name)
        rows = int(np.prod(data.shape[:-1], dtype=np.int64)) or 1
        step = max(1, size // rows)
        if data.chunks:  # whole chunks of the file, or each would be unpacked more than once
            step = -(-step // data.chunks[-1]) * data.chunks[-1]
        for first in range(0, data.shape[-1], step):
            try:
                yield data[..., first : first + step]
            except OSError as error:
                raise ResultsError(f"{self.where(name)} cannot be read: {error}") from error

    def attribute(self, name: str, of: str = "") -> Any:
        """An attribute of this group, or of the object `of` in it."""
        target = self.group.get(of) if of else self.group
        if target is None or name not in target.attrs:
            raise ResultsError(f"{self.where(of)} has no attribute '{name}'")
        return plain(target.attrs[name])

    def find(self, name: str, of: str = "", default: Any = None) -> Any:
        """The same, or the default where there is none."""
        target = self.group.get(of) if of else self.group
        return default if target is None or name not in target.attrs else plain(target.attrs[name])

    def children(self, name: str = "") -> list[Node]:
        """The groups in the group `name`, in the order of the file; none where there is no such group."""
        parent = self.group.get(name) if name else self.group
        if not isinstance(parent, h5py.Group):
            return []
        return [Node(self.path, child) for child in members(parent) if isinstance(child, h5py.Group)]

    def node(self, name: str) -> Node:
        """The group `name` in this one."""
        group = self.group.get(name)
        if not isinstance(group, h5py.Group):
            raise ResultsError(f"{self.where(name)} is missing")
        return Node(self.path, group)

    def dataset(self, name: str = "") -> xarray.Dataset:
        """The group `name` as xarray has it: datasets with named axes and coordinates, read when they are used, so
        that the file must stay open until then; attributes as in the file. Needs xarray."""
        from .lazy import as_xarray

        return as_xarray(self.node(name) if name else self)

    def interval_rows(self, table: str = "interval") -> list[Interval]:
        """A table of intervals, one object a method; `dataset` gives the same with all its columns."""
        return read_intervals(self, table)


class Trials(Node):
    """The fresh test sets of a network, /network/NAME/trials, with all trials kept or counted only."""

    def of_rates(self, name: str) -> Any:
        """mean, sd, mcse, test_size: attributes of the error counts, or of the group where those were not kept."""
        return self.find(name, "error_count" if self.kept else "")

    @property
    def kept(self) -> bool:
        """Whether the file holds the count of every trial (`error_count`)."""
        return "error_count" in self.group

    @property
    def count(self) -> int:
        """Number of trials."""
        return int(self.data("error_count", 1).shape[0]) if self.kept else int(self.attribute("trials"))

    @property
    def test_size(self) -> int:
        """Points of each test set."""
        size = self.of_rates("test_size")
        if size is None:
            raise ResultsError(f"{self.where('')} has no attribute 'test_size'")
        return int(size)

    @property
    def mean(self) -> float:
        """Mean of the error rates."""
        return float(self.of_rates("mean"))

    @property
    def sd(self) -> Optional[float]:
        """Standard deviation of the error rates; a single trial has none."""
        return self.of_rates("sd")

    @property
    def mcse(self) -> Optional[float]:
        """Monte Carlo standard error of the mean; a single trial has none."""
        return self.of_rates("mcse")

    def error_count(self) -> Iterator[np.ndarray]:
        """The counts of all trials, piece by piece; only where they were kept."""
        return self.chunks("error_count")

    def frequency(self) -> tuple[np.ndarray, np.ndarray]:
        """(error counts that occurred, number of test sets with each): the whole distribution, whatever was kept."""
        if self.has("frequency/value", "frequency/count"):
            return self.read("frequency/value", 1).astype(np.int64), self.read("frequency/count", 1).astype(np.int64)
        total = np.zeros(self.test_size + 1, np.int64)
        for piece in self.error_count():
            total += np.bincount(piece, minlength=len(total))[: len(total)]
        value = np.flatnonzero(total)
        return value, total[value]


class Network(Node):
    """One trained network, /network/NAME. What its experiment does not tell is None."""

    @property
    def title(self) -> str:
        """How a reader would call it: '500 tanh units'."""
        hidden, activation = self.attribute("hidden"), self.attribute("activation")
        activation = {"relu": "ReLU"}.get(activation, activation)
        return f"{hidden} {activation} unit" + ("" if hidden == 1 else "s")

    @property
    def activation(self) -> str:
        return str(self.attribute("activation"))

    @property
    def hidden(self) -> int:
        """Number of hidden units."""
        return int(self.attribute("hidden"))

    @property
    def train_error(self) -> Optional[float]:
        """Error rate on the training set."""
        return self.find("train_error")

    @property
    def test_error(self) -> Optional[float]:
        """Error rate on the large test set (of the lab), or on the test set (of fit)."""
        return self.find("test_error")

    @property
    def generalization_gap(self) -> Optional[float]:
        """test_error - train_error."""
        return self.find("generalization_gap")

    @property
    def true_risk(self) -> Optional[float]:
        """Probability of a wrong label at a fresh point."""
        return self.find("true_risk")

    @property
    def true_risk_error(self) -> Optional[float]:
        """How far the integration that found the true risk may be off: an estimate, mostly too large, no bound."""
        return self.find("true_risk_error")

    @property
    def true_risk_enclosure(self) -> Optional[tuple[float, float]]:
        """(low, high) of the true risk: proved in the lab, an estimate of the integration's error in the
        coverage study."""
        low, high, error = self.find("true_risk_low"), self.find("true_risk_high"), self.true_risk_error
        if low is not None and high is not None:
            return low, high
        risk = self.true_risk
        return None if risk is None or error is None else (risk - error, risk + error)

    @property
    def loss(self) -> np.ndarray:
        """Training loss before the step of each epoch."""
        return self.read("loss", 1)

    @property
    def trials(self) -> Optional[Trials]:
        """The fresh test sets."""
        return Trials(self.path, self.group["trials"]) if self.has("trials") else None

    @property
    def intervals(self) -> xarray.Dataset:
        """The table of intervals: one row a method (`.to_dataframe()` makes a table of pandas)."""
        return self.dataset("interval")


class Results(Node):
    """A whole file. Use it in a `with` statement, or close it."""

    @property
    def experiment(self) -> str:
        """Name of the experiment; '' in files of `brisk interval`."""
        return str(self.find("experiment", default=""))

    @property
    def seed(self) -> int:
        return int(self.attribute("seed"))

    @property
    def config(self) -> configparser.ConfigParser:
        """The run's configuration: config["lab"]["trials"]. Without sections where the file has no configuration."""
        parsed = configparser.ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=(";", "#"))
        parsed.optionxform = str  # type: ignore[assignment,method-assign]
        if self.has("config/text"):
            try:
                parsed.read_string(self.read("config/text", 0))
            except configparser.Error as error:
                raise ResultsError(f"{self.where('config/text')} is no INI text: {error}") from error
        return parsed

    @property
    def provenance(self) -> dict[str, Any]:
        """Where the file came from: the root's attributes, and those of /run and its command line where they are."""
        facts = self.attributes
        if self.has("run"):
            facts.update(self.node("run").attributes)
            if self.has("run/command_line"):
                facts["command_line"] = self.read("run/command_line", 0)
        return facts

    @property
    def networks(self) -> dict[str, Network]:
        """{NAME: network} in the order of the file."""
        return {node.name: Network(self.path, node.group) for node in self.children("network")
                if "activation" in node.group.attrs or "hidden" in node.group.attrs}

    def gradient_checks(self) -> list[Node]:
        return self.children("gradient_check")

    def groups(self) -> list[str]:
        """Paths of all groups that hold datasets, in the order of the file; `dataset` opens each."""
        return list(self._groups)

    @functools.cached_property
    def _groups(self) -> tuple[str, ...]:
        found: list[str] = []

        seen: set[int] = set()

        def visit(group: h5py.Group) -> None:
            address = h5py.h5o.get_info(group.id).addr
            if address in seen:  # a link to a group above would have no end
                return
            seen.add(address)
            inside = members(group)
            if any(isinstance(member, h5py.Dataset) for member in inside):
                found.append(group.name.strip("/") or "/")
            for member in inside:
                if isinstance(member, h5py.Group):
                    visit(member)

        visit(self.group)
        return tuple(found)

    def close(self) -> None:
        self.group.close()

    def __enter__(self) -> Results:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
