# SPDX-License-Identifier: GPL-3.0-or-later
"""One small results file of the real command ($BRISK) for all tests, and copies to change."""
import os
import pathlib
import shutil
import subprocess
import sys

import h5py
import pytest

PACKAGE = pathlib.Path(__file__).resolve().parents[2] / "analysis" / "python"
sys.path.insert(0, str(PACKAGE))

LAB = ("lab --hidden 3,5 --activation tanh,relu --epochs 200 --trials 400 --test-size 100 --resamples 600 "
       "--progress none").split()

COVERAGE_STUDY = ("--hidden 3 --epochs 50 --trials 150 --test-size 100 --resamples 60 --level 0.5,0.9 "
                  "--method count,betting,bootstrap-bca").split()


def run_brisk(folder, name, arguments):
    """Runs an experiment of $BRISK; the path of its file."""
    program = os.environ.get("BRISK")
    if not program:
        pytest.skip("BRISK is not set: it names the brisk command to test with")
    path = folder / name
    subprocess.run([program, "run", *arguments, "-o", str(path)], check=True, stdout=subprocess.DEVNULL)
    return path


def figure_of(path, name):
    """The figure of that name, drawn from the file at path."""
    import brisk_analysis
    from brisk_analysis.figures import all_figures

    with brisk_analysis.open(path) as results:
        drawing = {drawing.name: drawing for drawing in all_figures(results)}[name]
        return drawing.draw(results)


def names_of(path):
    """Names of all figures of a file."""
    import brisk_analysis
    from brisk_analysis.figures import all_figures

    with brisk_analysis.open(path) as results:
        return [drawing.name for drawing in all_figures(results)]


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="session")
def lab(folder):
    """A lab file with four networks; tests only read it."""
    return run_brisk(folder, "lab.h5", LAB)


@pytest.fixture(scope="session")
def summary(folder):
    """The same lab with --keep summary."""
    return run_brisk(folder, "summary.h5", [*LAB, "--keep", "summary"])


@pytest.fixture(scope="session")
def parts(folder):
    """Files of the experiments that are a part of the lab, by name."""
    options = {"tensor-basics": [], "training": ["--hidden", "3", "--epochs", "20"],
               "test-error": "--hidden 3 --epochs 20 --trials 50 --test-size 20 --resamples 50".split()}
    return {name: run_brisk(folder, f"{name}.h5", [name, *more]) for name, more in options.items()}


@pytest.fixture(scope="session")
def others(folder):
    """Files of experiments that are no part of the lab, by name."""
    options = {"loss-coverage": "--points 5,20 --trials 70 --resamples 99".split(), "pi": ["--trials", "70"]}
    options["coverage-study"] = COVERAGE_STUDY
    options["training-study"] = "--trainings 20 --hidden 2 --epochs 10 --test-size 50".split()
    options["power-study"] = "--hidden 2,3 --epochs 10 --trials 70 --test-size 20,50 --truth-points 20000".split()
    table = folder / "points.csv"
    table.write_text("u,v,class\n" + "".join(f"{i % 7},{i % 5},{'ab'[i % 3 % 2]}\n" for i in range(60)))
    options["fit"] = f"--train {table} --hidden 2,3 --epochs 20 --resamples 99".split()
    return {name: run_brisk(folder, f"{name}.h5", [name, *more]) for name, more in options.items()}


@pytest.fixture
def changed(lab, tmp_path):
    """changed(edit): a copy of the lab file after edit(h5py.File)."""

    def make(edit, name="changed.h5"):
        path = tmp_path / name
        shutil.copyfile(lab, path)
        with h5py.File(path, "r+") as file:
            edit(file)
        return path

    return make


@pytest.fixture
def command():
    """command(argument, ...): the analysis program in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(*arguments):
        return subprocess.run([sys.executable, "-m", "brisk_analysis", *map(str, arguments)], env=environment,
                              capture_output=True, text=True, check=False)

    return run
