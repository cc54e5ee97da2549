# SPDX-License-Identifier: GPL-3.0-or-later
"""The package installs, and what is installed draws a file without the checkout."""
import os
import pathlib
import shutil
import subprocess
import sys

from conftest import PACKAGE


def test_install(others, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
    done = subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
                           "--disable-pip-version-check", "--root-user-action", "ignore", "--target", target, source],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    own = {str(path.relative_to(PACKAGE)) for path in (PACKAGE / "brisk_analysis").rglob("*")
           if path.is_file() and path.suffix != ".pyc"}
    installed = {str(path.relative_to(target)) for path in (target / "brisk_analysis").rglob("*")
                 if path.is_file() and path.suffix != ".pyc"}
    assert installed == own  # templates included
    environment = {"PYTHONPATH": str(target), "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    program = target / "bin" / "brisk-analysis"
    done = subprocess.run([sys.executable, program, "figures", others["pi"], "-o", "pictures", "--format", "svg"],
                          cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert pathlib.Path("pictures/pi.svg").as_posix() in done.stdout and (tmp_path / "pictures" / "pi.svg").is_file()
