# SPDX-License-Identifier: GPL-3.0-or-later
"""The command `python3 -m brisk_analysis`: what it writes, and how it fails."""
import h5py
import numpy as np
import pytest
from matplotlib.image import imread

COMMON = ["graph", "graph_all_leaves", "gradient_check", "loss", "test_error", "convergence_trials"]
EACH = [f"{kind}_{name}" for kind in ("decision", "trials") for name in ("tanh_3", "tanh_5", "relu_3", "relu_5")]
SIGNATURE = {"png": b"\x89PNG\r\n\x1a\n", "svg": b"<?xml"}


@pytest.fixture(scope="module")
def drawn(lab, tmp_path_factory):
    """A folder with all figures of the lab file."""
    # The fixture `command` is made anew for each test, so this one calls the program's main.
    from brisk_analysis.__main__ import main

    target = tmp_path_factory.mktemp("figures") / "a" / "b"
    assert main(["figures", str(lab), "-o", str(target)]) == 0
    return target


def fails(done, code, *words):
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


def test_all_figures_in_both_formats(drawn):
    expected = {f"{name}.{suffix}" for name in COMMON + EACH for suffix in SIGNATURE}
    assert {path.name for path in drawn.iterdir()} == expected
    for path in drawn.iterdir():
        assert path.read_bytes().startswith(SIGNATURE[path.suffix[1:]]), path.name
        assert path.stat().st_size > 5000, path.name


def test_a_second_process_writes_the_same_bytes(drawn, lab, command, tmp_path):
    done = command("figures", lab, "-o", tmp_path)
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.splitlines() and all(line.startswith(str(tmp_path)) for line in done.stdout.splitlines())
    assert len(done.stdout.splitlines()) == len(list(drawn.iterdir()))
    for path in drawn.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_one_format(parts, command, tmp_path):
    assert command("figures", parts["training"], "-o", tmp_path, "--format", "svg").returncode == 0
    assert {path.suffix for path in tmp_path.iterdir()} == {".svg"}


def test_pdf_and_dark(parts, command, tmp_path):
    for theme in ("light", "dark"):
        done = command("figures", parts["training"], "-o", tmp_path / theme, "--format", "pdf,png", "--theme", theme)
        assert done.returncode == 0 and done.stderr == ""
        assert {path.suffix for path in (tmp_path / theme).iterdir()} == {".pdf", ".png"}
    assert (tmp_path / "light" / "loss.pdf").read_bytes().startswith(b"%PDF")
    corner = {theme: imread(tmp_path / theme / "loss.png")[0, 0, :3].mean() for theme in ("light", "dark")}
    assert corner["light"] == 1 and corner["dark"] < 0.2


@pytest.mark.parametrize("part, written", [
    ("tensor-basics", {"graph.png", "graph_all_leaves.png"}),
    ("training", {"loss.png", "decision_tanh_3.png", "test_error.png"}),
    ("test-error", {"loss.png", "trials_tanh_3.png", "convergence_trials.png"}),
])
def test_a_part_of_the_lab(parts, command, tmp_path, part, written):
    done = command("figures", parts[part], "-o", tmp_path, "--format", "png")
    assert done.returncode == 0 and done.stderr == ""
    assert {path.name for path in tmp_path.iterdir()} == written


def test_a_file_without_figures(changed, command, tmp_path):
    def empty(file):
        for name in list(file):
            if name != "config":
                del file[name]

    done = command("figures", changed(empty), "-o", tmp_path / "none")
    assert done.returncode == 0 and "nothing" in done.stderr and done.stdout == ""


def test_wrong_files(lab, changed, command, tmp_path):
    text = tmp_path / "text.h5"
    text.write_text("no HDF5")
    foreign = tmp_path / "foreign.h5"
    with h5py.File(foreign, "w") as file:
        file["x"] = [1.0]
    major = changed(lambda file: file.attrs.modify("format_version", np.array([2, 0], "i4")), "major.h5")
    half = changed(lambda file: file.attrs.modify("complete", np.uint8(0)), "half.h5")
    target = tmp_path / "none"
    for path, word in ((tmp_path / "missing.h5", "no such file"), (text, "not an HDF5 file"), (foreign, "brisk"),
                       (major, "format version 2.0"), (half, "incomplete"), (tmp_path, "folder")):
        fails(command("figures", path, "-o", target), 3, str(path), word)
        assert not target.exists()
    (tmp_path / "file").write_text("")
    fails(command("figures", lab, "-o", tmp_path / "file" / "below"), 3, "cannot make the folder")


def test_wrong_usage(lab, command):
    fails(command(), 2, "COMMAND")
    fails(command("figures"), 2, "file")
    fails(command("paint", lab), 2, "paint")
    fails(command("figures", lab, "--format", "gif"), 2, "'gif' is not one of png, svg, pdf")
    fails(command("figures", lab, "--theme", "blue"), 2, "blue")
    fails(command("figures", lab, "--colour"), 2, "--colour")
    assert command("--version").stdout.startswith("brisk_analysis ")


def test_one_damaged_figure_leaves_the_others(changed, command, tmp_path):
    path = changed(lambda file: file["network/tanh_3/trials/histogram"].attrs.modify("levels", np.uint64(2)))
    done = command("figures", path, "-o", tmp_path / "figures", "--format", "png")
    fails(done, 1, "trials_tanh_3 failed", "tanh_3/trials/histogram")
    assert "trials_tanh_5.png" in done.stdout and "test_error.png" in done.stdout


def test_report_and_figures_in_one_go_are_those_of_two_commands(drawn, lab, command, tmp_path):
    done = command("report", lab, "-o", tmp_path / "both.html", "--figures", tmp_path / "figures")
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.splitlines()[-1] == str(tmp_path / "both.html")
    assert len(done.stdout.splitlines()) == len(list(drawn.iterdir())) + 1
    for path in drawn.iterdir():
        assert path.read_bytes() == (tmp_path / "figures" / path.name).read_bytes(), path.name
    assert command("report", lab, "-o", tmp_path / "alone.html").returncode == 0
    assert (tmp_path / "alone.html").read_bytes() == (tmp_path / "both.html").read_bytes()


def test_a_report_with_a_damaged_figure_is_written_and_says_so(parts, command, tmp_path):
    path = tmp_path / "damaged.h5"
    path.write_bytes(parts["training"].read_bytes())
    with h5py.File(path, "r+") as file:
        file["network/tanh_3"].attrs["activation"] = "unheard-of"
    done = command("report", path, "-o", tmp_path / "page.html", "--figures", tmp_path / "figures")
    fails(done, 1, "decision_tanh_3 failed")
    assert "could not be drawn" in (tmp_path / "page.html").read_text()
    assert str(tmp_path / "figures" / "loss.png") in done.stdout
