# SPDX-License-Identifier: GPL-3.0-or-later
"""Any file at all: outputs of simulations, and a listing of every group, attribute and dataset."""
import h5py
import numpy as np

from . import report_text as text
from .reader import Node, ResultsError, plain
from .report_blocks import Cell, Column, Facts, Paragraph, Section, Table, number, whole, words

HDF5_OWN = ("CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST", "DIMENSION_LABELS", "digest")
INDEX_ONLY = "This is a netCDF dimension but not a netCDF variable"  # begins NAME of an axis without coordinates
LONGEST_TEXT = 300
SHOWN = 8  # values of a short dataset
PIECE = 1 << 18  # values looked at at once
LARGEST = 1 << 26  # values of a dataset whose range is looked for
MOST_GROUPS = 3000


def is_index(data):
    """Whether it is an axis that only counts."""
    return str(plain(data.attrs.get("NAME", ""))).startswith(INDEX_ONLY)


def groups_of(node):
    """The group and all groups below it, each once, in the order of the file; links to elsewhere are not followed."""
    seen, waiting = set(), [node.group]
    while waiting and len(seen) < MOST_GROUPS:
        group = waiting.pop()
        address = h5py.h5o.get_info(group.id).addr
        if address in seen:
            continue
        seen.add(address)
        yield Node(node.path, group)
        hard = [name for name in group if isinstance(group.get(name, getlink=True), h5py.HardLink)]
        waiting += [group[name] for name in reversed(hard) if isinstance(group[name], h5py.Group)]


# Outputs of simulations (bk_trials_put)


def is_output(node):
    return node.find("mean") is not None and node.find("count") is not None and node.has("quantile/probability")


def outputs_of(results):
    """All groups that hold an output of a simulation, in the order of the file."""
    return [node for node in groups_of(results) if is_output(node)]


def outputs_answer(results):
    """What each output's mean is; for an experiment that nobody here knows."""
    said = []
    for node in outputs_of(results)[:3]:
        error = node.find("mcse")
        said.append(
            f"{text.capital(str(node.find('long_name', default=node.name)))}: mean"
            f" {text.significant(node.find('mean'), 7)}"
            + (f" ± {text.significant(error, 2)} (Monte Carlo standard error)" if text.is_number(error) else "")
            + f", over {text.counted(node.find('count'), 'trial')}."
        )
    return [" ".join(said)] if said else []


def outputs_section(results, gallery):
    nodes = outputs_of(results)
    if not nodes:
        return None
    section = Section("Outputs of the simulation", id="outputs")
    names = (
        ("count", "Trials", whole),
        ("mean", "Mean", None),
        ("mcse", "Standard error of the mean", None),
        ("sd", "SD", None),
        ("minimum", "Minimum", None),
        ("maximum", "Maximum", None),
        ("skewness", "Skewness", None),
    )
    columns = [Column("Output", False)] + [Column(title) for _, title, _ in names]
    rows = []
    for node in nodes:
        small = [str(node.find("long_name"))] if node.find("long_name") else []
        row = [words(node.group.name.strip("/"), small=small)]
        for name, _, cell in names:
            value = node.find(name)
            row.append(cell(value) if cell else number(value, 3 if name == "mcse" else 6))
        rows.append(row)
    section.add(Table("Every output over its trials", columns, rows))
    section.add(*gallery.take("distribution", "convergence", "pi"))
    section.add(quantile_table(nodes))
    return section


def quantile_table(nodes):
    """The quantiles of all outputs that have the same probabilities as the first."""
    wanted = nodes[0].read("quantile/probability", 1)
    rows = []
    for node in nodes:
        if node.has("quantile/value") and np.array_equal(node.read("quantile/probability", 1), wanted):
            rows.append(
                [words(node.group.name.strip("/"))]
                + [number(float(value), 5) for value in node.read("quantile/value", 1)]
            )
    return (
        Table("Quantiles", [Column("Output", False)] + [Column(text.level(float(p))) for p in wanted], rows)
        if rows
        else None
    )


# Stopping rules


def stopping_section(results, gallery):
    """Simulations of the run, and the rule that ended one early."""
    nodes = results.children("simulation")
    if not nodes:
        return None
    section = Section("Simulations", id="simulations", group="The run")
    columns = [
        Column("Simulation", False),
        Column("Trials"),
        Column("Trials asked for"),
        Column("Trials a block"),
        Column("Stopping rule", False, wide=True),
    ]
    rows = []
    for node in nodes:
        rows.append(
            [words(node.name)]
            + [whole(node.find(name)) for name in ("trials", "trials_asked", "block_size")]
            + [rule(node)]
        )
    section.add(Table("What was simulated", columns, rows))
    section.add(*gallery.take("stopping"))
    return section


def rule(node):
    if not node.has("stop"):
        return Cell("none: all trials were run", "none")
    stop = node.node("stop")
    reached = "reached" if stop.find("reached") else "not reached"
    small = [text.capital(str(stop.find("promise")))] if stop.find("promise") else []
    return Cell(
        f"{stop.find('rule')} of {stop.find('output')} at most {text.significant(stop.find('target'), 6)}: {reached}",
        str(stop.find("rule")),
        small=small,
    )


# The listing


def contents_section(results):
    """Every group with its attributes and datasets."""
    section = Section("Everything in the file", id="contents", folded=True, group="The run")
    section.add(Paragraph("All groups, attributes and datasets; FORMAT.md says what the known ones are."))
    section.sections = [part for part in map(listing, groups_of(results)) if not part.empty]
    return section


def listing(node):
    """One group."""
    part = Section(node.group.name, id=f"contents-{node.group.name}")
    attributes = [(name, value_text(value)) for name, value in sorted(node.group.attrs.items()) if name not in HDF5_OWN]
    part.add(Facts(attributes) if attributes else None)
    rows = []
    for name in node.group:
        if not isinstance(node.group.get(name, getlink=True), h5py.HardLink):
            rows.append([words(name), Cell("a link, not followed"), Cell(text.MISSING), Cell(text.MISSING)])
        elif isinstance(node.group[name], h5py.Dataset) and not is_index(node.group[name]):
            rows.append(dataset_row(name, node.group[name]))
    if rows:
        columns = [
            Column("Dataset", False),
            Column("Shape", False),
            Column("What it is", False, wide=True),
            Column("Values", False, wide=True),
        ]
        part.add(Table(f"Datasets of {node.group.name}", columns, rows))
    return part


def dataset_row(name, data):
    if data.shape is None:
        shape = "empty"
    elif data.shape == ():
        shape = "one value"
    else:
        axes = [dimension.label or f"axis {i}" for i, dimension in enumerate(data.dims)]
        shape = " × ".join(f"{label} {text.count(length)}" for label, length in zip(axes, data.shape))
    meaning = plain(data.attrs.get("long_name", ""))
    unit = str(plain(data.attrs.get("units", "")))
    small = [f"unit {unit}"] if unit not in ("", "1") else []
    return [
        words(name, small=[str(data.dtype) if data.dtype.kind in "fiu" else "text"]),
        Cell(shape, shape),
        Cell(str(meaning), str(meaning) or None, small=small),
        Cell(values_text(data)),
    ]


def value_text(value):
    """An attribute's value."""
    value = plain(value)
    if isinstance(value, np.ndarray):
        return ", ".join(value_text(one) for one in value.ravel()[:SHOWN]) + (" …" if value.size > SHOWN else "")
    if isinstance(value, bool) or not text.is_number(value):
        return shortened(str(value)) if isinstance(value, str) else text.MISSING
    return str(value) if isinstance(value, int) else text.significant(value, 12)


def shortened(words_):
    return words_ if len(words_) <= LONGEST_TEXT else words_[:LONGEST_TEXT] + " …"


def values_text(data):
    """The values of a short dataset, or the range of a long one."""
    try:
        if data.shape is None or data.size == 0:
            return text.MISSING
        if h5py.check_string_dtype(data.dtype) is not None:
            return texts(data)
        if data.dtype.kind not in "fiu" or data.is_virtual or data.size > LARGEST:
            return text.MISSING
        if data.size <= SHOWN:
            return ", ".join(value_text(value) for value in np.ravel(data[()]))
        return extent(data)
    except (OSError, UnicodeDecodeError, ResultsError, TypeError):
        return "cannot be read"


def texts(data):
    values = (
        [data.asstr()[()]]
        if data.shape == ()
        else list(data.asstr()[:SHOWN] if data.ndim == 1 else data.asstr()[()].ravel()[:SHOWN])
    )
    return shortened(", ".join(str(value) for value in values) + (" …" if data.size > len(values) else ""))


def extent(data):
    """'0.01 to 0.07, 3 without a value'."""
    low, high, missing = np.inf, -np.inf, 0
    step = max(1, PIECE // max(1, int(np.prod(data.shape[1:], dtype=np.int64))))
    for first in range(0, data.shape[0], step):
        values = data[first : first + step]
        there = values[np.isfinite(values)] if values.dtype.kind == "f" else values
        missing += values.size - there.size
        if there.size:
            low, high = min(low, there.min()), max(high, there.max())
    if low > high:
        return "no value"
    return f"{value_text(low)} to {value_text(high)}" + (f"; {text.count(missing)} without a value" if missing else "")
