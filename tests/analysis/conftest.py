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


def run_brisk(folder, name, arguments):
    """Runs an experiment of $BRISK; the path of its file."""
    program = os.environ.get("BRISK")
    if not program:
        pytest.skip("BRISK is not set: it names the brisk command to test with")
    path = folder / name
    subprocess.run([program, "run", *arguments, "-o", str(path)], check=True, stdout=subprocess.DEVNULL)
    return path


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="session")
def lab(folder):
    """A lab file with four networks; tests only read it."""
    return run_brisk(folder, "lab.h5", LAB)


@pytest.fixture(scope="session")
def parts(folder):
    """Files of the experiments that are a part of the lab, by name."""
    options = {"tensor-basics": [], "training": ["--hidden", "3", "--epochs", "20"],
               "test-error": "--hidden 3 --epochs 20 --trials 50 --test-size 20 --resamples 50".split()}
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
