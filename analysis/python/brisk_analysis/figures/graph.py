# SPDX-License-Identifier: GPL-3.0-or-later
"""The computation graphs of Part 1, laid out by Graphviz."""
import os
import shutil
import subprocess

from .. import style
from .picture import Picture, PictureError, skipped

GRAPHS = {"graph": "tensor_basics/graph/dot",  # only w requires a gradient
          "graph_all_leaves": "tensor_basics/graph/dot_all_leaves"}


def pictures(results):
    made = [Picture(name, renderer(results, dot)) for name, dot in GRAPHS.items() if results.has(dot)]
    return made or [skipped("graph", "the file has no /tensor_basics/graph")]


def renderer(results, dot):
    return lambda paths: render(results.read(dot, 0), results.where(dot), paths)


def render(text, where, paths):
    """Runs `dot` over the graph's text once for each path; the suffix is the format."""
    program = shutil.which("dot")
    if program is None:
        raise PictureError("the program 'dot' is not installed (Debian: apt install graphviz)")
    for path in paths:
        suffix = os.path.splitext(path)[1][1:]
        resolution = [f"-Gdpi={style.DPI}"] if suffix == "png" else []
        done = subprocess.run([program, f"-T{suffix}", *resolution], input=text.encode(), capture_output=True,
                              check=False)
        if done.returncode != 0:
            raise PictureError(f"dot refuses {where}: {done.stderr.decode(errors='replace').strip()}")
        with open(path, "wb") as file:
            file.write(done.stdout)
