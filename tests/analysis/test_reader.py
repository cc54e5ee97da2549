# SPDX-License-Identifier: GPL-3.0-or-later
"""The reader: what it gives, and what it refuses."""
import shutil

import brisk_analysis
import h5py
import numpy as np
import pytest
from brisk_analysis import ResultsError


def refusal(path):
    with pytest.raises(ResultsError) as caught:
        brisk_analysis.open(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_networks_in_the_order_of_the_file(lab):
    with brisk_analysis.open(lab) as results:
        networks = list(results.networks.values())
        assert list(results.networks) == [network.name for network in networks] == ["tanh_3", "tanh_5", "relu_3", "relu_5"]
        assert [network.title for network in networks] == ["3 tanh units", "5 tanh units", "3 ReLU units",
                                                           "5 ReLU units"]


def test_values_are_those_of_h5py(lab):
    with h5py.File(lab) as file, brisk_analysis.open(lab) as results:
        network = results.networks["tanh_3"]
        group = file["network/tanh_3"]
        assert np.array_equal(network.read("w1", 2), group["w1"][()])
        assert network.read("b2", 0) == group["b2"][()]
        assert network.read("interval/method", 1) == list(group["interval/method"].asstr())
        assert network.attribute("activation") == "tanh"
        assert network.attribute("hidden") == 3
        assert network.attribute("mean", "trials/error_count") == group["trials/error_count"].attrs["mean"]
        assert results.read("config/text", 0).startswith("[run]")


def test_what_is_missing_is_named(lab):
    with brisk_analysis.open(lab) as results:
        network = results.networks["tanh_3"]
        with pytest.raises(ResultsError, match="/network/tanh_3/nothing is missing"):
            network.read("nothing")
        with pytest.raises(ResultsError, match="/network/tanh_3/w1 has 2 axes instead of 1"):
            network.read("w1", 1)
        with pytest.raises(ResultsError, match="/network/tanh_3 has no attribute 'colour'"):
            network.attribute("colour")
        with pytest.raises(ResultsError, match="/network/tanh_3/trials has no attribute"):
            network.attribute("colour", "trials")
        assert results.children("nothing") == []


def test_missing_file_and_folder(tmp_path):
    assert "no such file" in refusal(tmp_path / "none.h5")
    assert "folder" in refusal(tmp_path)


def test_text_empty_and_foreign_files(tmp_path):
    text = tmp_path / "text.h5"
    text.write_text("epoch,loss\n0,1\n")
    assert "not an HDF5 file" in refusal(text)
    empty = tmp_path / "empty.h5"
    empty.write_bytes(b"")
    assert "not an HDF5 file" in refusal(empty)
    foreign = tmp_path / "foreign.h5"
    with h5py.File(foreign, "w") as file:
        file["x"] = [1.0]
    assert "not one of brisk's" in refusal(foreign)


def test_cut_off_file(lab, tmp_path):
    path = tmp_path / "cut.h5"
    data = lab.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    refusal(path)


def test_versions(changed):
    other = changed(lambda file: file.attrs.modify("format_version", np.array([2, 0], "i4")), "major.h5")
    assert "format version 2.0, this program reads 1.x" in refusal(other)
    minor = changed(lambda file: file.attrs.modify("format_version", np.array([1, 7], "i4")), "minor.h5")
    brisk_analysis.open(minor).close()
    damaged = changed(lambda file: file.attrs.__setitem__("format_version", [1.0]), "damaged.h5")
    assert "damaged" in refusal(damaged)


def test_incomplete_file(changed):
    assert "incomplete" in refusal(changed(lambda file: file.attrs.modify("complete", np.uint8(0)), "zero.h5"))
    assert "incomplete" in refusal(changed(lambda file: file.attrs.__delitem__("complete"), "none.h5"))


def test_a_refused_file_is_closed(changed):
    path = changed(lambda file: file.attrs.modify("complete", np.uint8(0)))
    refusal(path)
    with h5py.File(path, "r+") as file:  # HDF5 refuses this while the file is open for reading
        file.attrs.modify("complete", np.uint8(1))
    shutil.copyfile(path, path.with_suffix(".copy"))
    brisk_analysis.open(path).close()


def test_links_to_nowhere_and_in_circles(changed):
    def link(file):
        file["network/lost"] = h5py.SoftLink("/nowhere")
        file["network/tanh_3/trials/top"] = file["/"]

    def groups(path):
        with brisk_analysis.open(path) as results:
            return list(results.networks), set(results.groups())

    before = groups(changed(lambda file: None, "before.h5"))
    assert groups(changed(link)) == before
