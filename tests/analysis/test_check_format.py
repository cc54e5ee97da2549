# SPDX-License-Identifier: GPL-3.0-or-later
"""The file is as FORMAT.md says, and check_format.py finds it out when it is not."""
import pathlib
import shutil

import check_format
import h5py
import numpy as np
import pytest

PAGE = pathlib.Path(__file__).resolve().parents[2] / "analysis" / "FORMAT.md"


def problems(path, page=None):
    with h5py.File(path, "r") as file:
        return check_format.problems(check_format.Page(page or PAGE.read_text(encoding="utf-8")), file)


def replace(file, path, data, **options):
    """A dataset of another type in the place of one."""
    del file[path]
    file.create_dataset(path, data=data, **options).attrs["long_name"] = "x"


def test_the_lab_and_its_parts_are_as_documented(lab, parts):
    for path in (lab, *parts.values()):
        assert problems(path) == []


def test_other_experiments_are_as_documented(others):
    for path in others.values():
        assert problems(path) == []


def test_what_other_experiments_lack_is_found(others, tmp_path):
    for name, gone in (("pi", "pi/quantile/high"), ("loss-coverage", "loss_coverage/rare_5/verdict")):
        path = tmp_path / "changed.h5"
        shutil.copyfile(others[name], path)
        with h5py.File(path, "r+") as file:
            del file[gone]
        assert f"/{gone}: documented, but missing from the file" in problems(path)


def test_command(lab, tmp_path, capsys):
    assert check_format.main([str(lab)]) == 0
    assert check_format.main([str(lab), str(PAGE)]) == 0
    empty = tmp_path / "empty.md"
    empty.write_text("# nothing")
    assert check_format.main([str(lab), str(empty)]) == 2
    assert check_format.main([]) == 2
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text(encoding="utf-8").replace("`weights_restored`", "weights_restored"))
    capsys.readouterr()
    assert check_format.main([str(lab), str(page)]) == 1
    assert "attribute 'weights_restored' is not documented" in capsys.readouterr().out


@pytest.mark.parametrize("hidden, complaint", [
    ("`/network/NAME/w1`", "/network/tanh_3/w1: no row"),
    ("`/config", "/config: this group is not documented"),
    ("`resample`", "/network/tanh_3/bootstrap/resample: this axis is not documented"),
])
def test_what_the_page_does_not_say_is_found(lab, hidden, complaint):
    text = PAGE.read_text(encoding="utf-8")
    assert hidden in text
    assert any(line.startswith(complaint) for line in problems(lab, text.replace(hidden, "`/x")))


@pytest.mark.parametrize("edit, complaint", [
    (lambda file: file.create_group("extra"), "/extra: this group is not documented"),
    (lambda file: file.create_dataset("network/tanh_3/extra", data=1.0), "/network/tanh_3/extra: no row"),
    (lambda file: file.attrs.__setitem__("extra", 1), "/: attribute 'extra' is not documented"),
    (lambda file: file["network/relu_5"].attrs.__setitem__("dtype", np.bytes_("f32")),
     "/network/relu_5: attribute 'dtype' has none of"),
    (lambda file: file["network/tanh_5/loss"].attrs.modify("units", "bit"),
     "/network/tanh_5/loss: the unit is bit, documented as nat"),
    (lambda file: file["network/tanh_5"].attrs.__setitem__("test_error", np.uint64(1)),
     "/network/tanh_5: attribute 'test_error' is u64, documented as {'f64'}"),
    (lambda file: file["network/tanh_5"].attrs.__setitem__("hoeffding_epsilon ", 1.0),
     "/network/tanh_5: attribute 'hoeffding_epsilon ' is not documented"),
    (lambda file: file["network/tanh_5/decision"].attrs.__setitem__("test_error", 1.0),
     "/network/tanh_5/decision: attribute 'test_error' has no row"),
    (lambda file: file["network/tanh_5/loss"].attrs.__delitem__("long_name"), "/network/tanh_5/loss: no long_name"),
    (lambda file: replace(file, "network/tanh_3/b2", np.array(1.0, ">f8")), "/network/tanh_3/b2: >f8 is none"),
    (lambda file: replace(file, "network/tanh_3/b2", np.array(1.0, "<f4")), "/network/tanh_3/b2: is f32"),
    (lambda file: replace(file, "config/text", np.bytes_("[run]")), "/config/text: |S5 is none"),
    (lambda file: replace(file, "config/text", b"\xff", dtype=h5py.string_dtype()), "/config/text: text that is not"),
    (lambda file: replace(file, "network/tanh_3/w2", np.zeros(3)), "/network/tanh_3/w2: axis 0 has 0 dimension"),
    (lambda file: file.__delitem__("network/relu_3/interval/promise"),
     "/network/relu_3/interval/promise: documented, but missing"),
    (lambda file: file.__delitem__("tensor_basics/question"), "/tensor_basics/question/item: documented, but missing"),
    (lambda file: file.move("network/tanh_3", "network_tanh_3"), "/network_tanh_3: this group is not documented"),
    (lambda file: setattr(file["network/tanh_3/decision/score"].dims[0], "label", "x0"),
     "/network/tanh_3/decision/score: axes ['x0', 'x0'], documented as ['x1', 'x0']"),
])
def test_a_file_that_differs_is_found(changed, edit, complaint):
    found = problems(changed(edit))
    assert any(line.startswith(complaint) for line in found), found


def test_a_folder_must_hold_all_that_the_page_lists(lab, tmp_path, capsys):
    shutil.copyfile(lab, tmp_path / "lab.h5")
    page = check_format.Page("# Root\n| attribute of `/` | type | meaning |\n|---|---|---|\n| `nowhere` | f64 | x |\n\n"
                             "| path | type |\n|---|---|\n| `/nothing` | f64 |\n| `/config/text` | text |\n")
    assert check_format.check_folder(page, str(tmp_path)) == 1
    found = capsys.readouterr().out
    assert "/ nowhere: documented, but no file has it" in found
    assert "/nothing: documented, but no file has it" in found
    assert "/config/text: documented, but no file has it" not in found


def test_a_reproducible_file_has_no_run(changed):
    assert problems(changed(lambda file: file.__delitem__("run"))) == []
