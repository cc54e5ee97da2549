# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens a results file, refuses what is none, and reads values with errors that name what is missing."""
import os

import h5py
import numpy as np

from .version import FORMAT_MAJOR, FORMAT_NAME


class ResultsError(Exception):
    """A file that cannot be used; the message says what, where and what to do."""


def open_results(path):
    """The results file at path, checked; close it, or use it in a `with` statement."""
    path = os.fspath(path)
    if not os.path.exists(path):
        raise ResultsError(f"{path}: no such file")
    if os.path.isdir(path):
        raise ResultsError(f"{path}: is a folder; name a results file in it")
    try:
        with open(path, "rb"):
            pass
    except OSError as error:
        raise ResultsError(f"{path}: cannot be read: {error.strerror}") from error
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


def check_format(path, attributes):
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


def plain(value):
    """A value of h5py as Python has it: text as str, one-element numbers as int or float."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value.item() if isinstance(value, np.generic) else value


class Node:
    """A group of the file; paths are relative to it."""

    def __init__(self, path, group):
        self.path, self.group = path, group

    def has(self, *names):
        """Whether every one of the names (paths) exists here."""
        return all(name in self.group for name in names)

    def where(self, name):
        return f"{self.path}: /{'/'.join(filter(None, (self.group.name.strip('/'), name)))}"

    def read(self, name, rank=None):
        """A dataset's values: an array of numbers, a list of str, or one value for a scalar."""
        data = self.group.get(name)
        if not isinstance(data, h5py.Dataset):
            raise ResultsError(f"{self.where(name)} is missing")
        if rank is not None and data.ndim != rank:
            raise ResultsError(f"{self.where(name)} has {data.ndim} axes instead of {rank}")
        try:
            if h5py.check_string_dtype(data.dtype) is None:
                return data[()]
            text = data.asstr()[()]
        except (OSError, UnicodeDecodeError) as error:
            raise ResultsError(f"{self.where(name)} cannot be read: {error}") from error
        return text if isinstance(text, str) else list(text)

    def attribute(self, name, of=""):
        """An attribute of this group, or of the object `of` in it."""
        target = self.group.get(of) if of else self.group
        if target is None or name not in target.attrs:
            raise ResultsError(f"{self.where(of)} has no attribute '{name}'")
        return plain(target.attrs[name])

    def children(self, name):
        """The groups in the group `name`, in the order of the file; none where there is no such group."""
        parent = self.group.get(name)
        if not isinstance(parent, h5py.Group):
            return []
        return [parent[child] for child in parent if isinstance(parent[child], h5py.Group)]


class Network(Node):
    """One trained network, /network/NAME."""

    @property
    def name(self):
        return self.group.name.rsplit("/", 1)[1]

    @property
    def title(self):
        """How a reader would call it: '500 tanh units'."""
        hidden, activation = self.attribute("hidden"), self.attribute("activation")
        activation = {"relu": "ReLU"}.get(activation, activation)
        return f"{hidden} {activation} unit" + ("" if hidden == 1 else "s")


class Results(Node):
    """A whole file."""

    def networks(self):
        return [Network(self.path, group) for group in self.children("network")]

    def gradient_checks(self):
        return [Node(self.path, group) for group in self.children("gradient_check")]

    def close(self):
        self.group.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
