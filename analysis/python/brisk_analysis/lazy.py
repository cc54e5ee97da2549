# SPDX-License-Identifier: GPL-3.0-or-later
"""A group of the file as an xarray.Dataset whose values are read when they are used."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import xarray
from xarray.backends import BackendArray
from xarray.core import indexing

if TYPE_CHECKING:
    from .reader import Node

EAGER = 1 << 16  # smaller datasets are read at once
HDF5_OWN = ("CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST", "DIMENSION_LABELS")
INDEX_ONLY = "This is a netCDF dimension but not a netCDF variable"  # beginning of NAME of an axis without coordinates


class LazyArray(BackendArray):
    """A dataset that is sliced in the file."""

    def __init__(self, data: h5py.Dataset) -> None:
        self.data, self.shape, self.dtype = data, data.shape, data.dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        if isinstance(key, indexing.VectorizedIndexer):
            return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER, self.read)
        return self.read(key.tuple)

    def read(self, key: tuple[Any, ...]) -> np.ndarray:
        """Axis by axis: a number, a slice or a list of numbers. h5py wants slices that rise, and one list of rising
        numbers at most; what else there is to do is done with what was read."""
        of_file: list[Any] = []
        afterwards: list[Any] = []
        listed = False
        for k, length in zip(key, self.shape):
            if isinstance(k, (int, np.integer)):
                of_file.append(int(k) % length)
                continue
            if isinstance(k, slice):
                places = range(*k.indices(length))
                first, last = (min(places[0], places[-1]), max(places[0], places[-1])) if places else (0, -1)
                of_file.append(slice(first, last + 1, abs(places.step)))
                afterwards.append(slice(None, None, -1 if places.step < 0 else 1))
                continue
            numbers, back = np.unique(np.asarray(k) % length, return_inverse=True)
            if not listed and len(numbers):
                of_file.append(numbers)
                afterwards.append(back)
            else:
                first, last = (int(numbers[0]), int(numbers[-1])) if len(numbers) else (0, -1)
                of_file.append(slice(first, last + 1))
                afterwards.append(numbers[back] - first if len(numbers) else slice(0, 0))
            listed = True
        values = self.data[tuple(of_file)]
        for axis, k in enumerate(afterwards):
            values = values[(slice(None),) * axis + (k,)]
        return np.asarray(values)


def attributes(data: h5py.Dataset) -> dict[str, Any]:
    from .reader import plain

    return {name: plain(value) for name, value in data.attrs.items() if name not in HDF5_OWN}


def is_scale(data: h5py.Dataset) -> bool:
    """Whether it holds the coordinates of an axis."""
    return bool(h5py.h5ds.is_scale(data.id))


def is_index(data: h5py.Dataset) -> bool:
    """Whether it is an axis that only counts."""
    name = data.attrs.get("NAME", b"")
    return (name.decode() if isinstance(name, bytes) else str(name)).startswith(INDEX_ONLY)


def variable(data: h5py.Dataset, dims: tuple[str, ...]) -> xarray.Variable:
    if h5py.check_string_dtype(data.dtype) is not None:
        values: Any = np.asarray(data.asstr()[()], dtype=object)
    elif data.size <= EAGER:
        values = data[()]
    else:
        values = indexing.LazilyIndexedArray(LazyArray(data))
    return xarray.Variable(dims, values, attributes(data))


def as_xarray(node: Node) -> xarray.Dataset:
    """Datasets of the group, with the coordinates that their axes have (in this group or in one above)."""
    variables: dict[str, xarray.Variable] = {}
    coordinates: dict[str, xarray.Variable] = {}
    for name, data in node.group.items():
        if not isinstance(data, h5py.Dataset) or is_index(data):
            continue
        if is_scale(data):
            coordinates[name] = variable(data, (name,))
            continue
        dims = []
        for axis, dimension in enumerate(data.dims):
            scale = dimension[0] if len(dimension) else None
            dim = scale.name.rsplit("/", 1)[1] if scale is not None else dimension.label or f"axis_{axis}"
            dims.append(dim)
            if scale is not None and not is_index(scale) and dim not in coordinates:
                coordinates[dim] = variable(scale, (dim,))
        variables[name] = variable(data, tuple(dims))
    for name in coordinates:
        variables.pop(name, None)
    return xarray.Dataset(variables, coords=coordinates, attrs=node.attributes)
