# SPDX-License-Identifier: GPL-3.0-or-later
"""Results as xarray and as typed objects: the values of h5py, named axes, nothing large read before it is used."""
import brisk_analysis
import h5py
import numpy as np
import pytest
from brisk_analysis import lazy


@pytest.mark.parametrize("fixture", ["lab", "others"])
def test_every_group_is_what_h5py_reads(fixture, request):
    files = request.getfixturevalue(fixture)
    for path in [files] if fixture == "lab" else files.values():
        with brisk_analysis.open(path) as results, h5py.File(path) as file:
            assert "config" in results.groups()
            for name in results.groups():
                dataset = results.dataset(name)
                for key, data in file[name].items():
                    if not isinstance(data, h5py.Dataset) or lazy.is_index(data):
                        continue
                    expected = data.asstr()[()] if h5py.check_string_dtype(data.dtype) else data[()]
                    assert dataset[key].shape == data.shape
                    np.testing.assert_array_equal(dataset[key].values, expected)
                    if lazy.is_scale(data):
                        assert dataset[key].dims == (key,)
                    else:
                        assert list(dataset[key].dims) == [axis.label for axis in data.dims]
                    assert dataset[key].attrs.get("long_name") == data.attrs.get("long_name")


def test_as_the_engines_of_xarray_open_it(lab):
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("h5netcdf")
    with brisk_analysis.open(lab) as results:
        mine = results.dataset("network/tanh_3/interval")
        with xarray.open_dataset(lab, group="network/tanh_3/interval", engine="h5netcdf") as theirs:
            assert set(mine.variables) == set(theirs.variables) and mine.sizes == theirs.sizes
            for name in mine.variables:
                np.testing.assert_array_equal(mine[name].values, theirs[name].values)
        assert float(mine.half_width.sel({"method": "hoeffding"})) == results.read("network/tanh_3/interval/half_width")[0]
        frame = mine.to_dataframe()
        assert list(frame.index) == results.read("network/tanh_3/interval/method")


@pytest.fixture
def cube(tmp_path):
    """A dataset that is not read at once, in a file of its own."""
    with h5py.File(tmp_path / "cube.h5", "w") as file:
        file["x"] = np.arange(50 * 60 * 30).reshape(50, 60, 30)
    with h5py.File(tmp_path / "cube.h5") as file:
        yield file["x"]


@pytest.mark.parametrize("key", [
    (slice(None),), (3, slice(5, 2, -1)), (slice(None, None, -7), 4, slice(1, 20, 3)), (slice(4, 4),), (-1, -2, -3),
    ([3, 1, 1, 20], slice(2, 4)), ([3, 1], [5, 5, 2], [7, 0]), ([], 3), (slice(3), [5, 2], 7), (slice(10, 0, -4), slice(None, None, -1), [9, 9]),
], ids=str)
def test_slices_of_a_lazy_array(cube, key):
    lazily = lazy.variable(cube, ("a", "b", "c"))
    assert not isinstance(lazily._data, np.ndarray)
    names = dict(zip(("a", "b", "c"), key))
    np.testing.assert_array_equal(lazily.isel(names).values, orthogonal(cube[()], key))


def orthogonal(values, key):
    """One index after the other."""
    for axis, k in reversed(list(enumerate(key))):
        values = values[(slice(None),) * axis + (k,)]
    return values


def test_typed_results(lab, summary, others):
    with brisk_analysis.open(lab) as results, h5py.File(lab) as file:
        assert results.experiment == "lab" and results.seed == 1
        assert results.config["options"]["hidden"] == "3,5" and results.config["run"]["experiment"] == "lab"
        assert results.provenance["command_line"] == file["run/command_line"].asstr()[()]
        assert results.provenance["threads"] == file["run"].attrs["threads"]
        network = results.networks["tanh_5"]
        attributes = file["network/tanh_5"].attrs
        for name in ("train_error", "test_error", "generalization_gap", "true_risk", "hidden", "activation"):
            assert getattr(network, name) == attributes[name]
        assert network.true_risk_enclosure == (attributes["true_risk_low"], attributes["true_risk_high"])
        assert np.array_equal(network.intervals.low.values, file["network/tanh_5/interval/low"][()], equal_nan=True)
        rows = network.interval_rows()
        assert [row.method for row in rows] == network.intervals.method.values.tolist()
        assert network.trials.kept and network.trials.count == 400 and network.trials.test_size == 100
        counts = np.concatenate(list(network.trials.error_count()))
        assert np.array_equal(counts, file["network/tanh_5/trials/error_count"][()])
    with brisk_analysis.open(summary) as folded, brisk_analysis.open(lab) as results:
        one, other = results.networks["tanh_5"].trials, folded.networks["tanh_5"].trials
        assert not other.kept and other.count == one.count and other.test_size == one.test_size
        assert (other.mean, other.sd, other.mcse) == (one.mean, one.sd, one.mcse)
        for a, b in zip(one.frequency(), other.frequency()):
            assert np.array_equal(a, b)
    with brisk_analysis.open(others["coverage-study"]) as results:
        network = results.networks["tanh_3"]
        low, high = network.true_risk_enclosure
        assert low <= network.true_risk <= high and network.test_error is None
    with brisk_analysis.open(others["pi"]) as results:
        assert results.networks == {} and results.experiment == "pi"


def test_pieces_are_the_whole(lab):
    with brisk_analysis.open(lab) as results:
        for name in ("network/tanh_3/bootstrap/mean", "network/tanh_3/decision/score", "network/tanh_3/loss"):
            whole = results.read(name)
            for size in (1, 7, 100, 10**6):
                assert np.array_equal(np.concatenate(list(results.chunks(name, size)), axis=-1), whole)
