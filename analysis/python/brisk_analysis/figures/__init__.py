# SPDX-License-Identifier: GPL-3.0-or-later
"""All figures of a results file."""
import os

from ..reader import ResultsError
from . import coverage_study, decision, gradient_check, graph, loss, overview, trials
from .picture import PictureError

MODULES = (graph, gradient_check, loss, decision, trials, overview, coverage_study)
FORMATS = ("png", "svg")


def write_figures(results, folder, formats=FORMATS):
    """Draws every figure that the file has the data for into the folder, which is made if need be.

    Returns (paths written, [(name, why it was skipped)], [(name, what failed)]).
    """
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise ResultsError(f"{folder}: cannot make the folder for the figures: {error.strerror}") from error
    written, skips, failures = [], [], []
    for module in MODULES:
        for picture in module.pictures(results):
            if picture.render is None:
                skips.append((picture.name, picture.reason))
                continue
            paths = [os.path.join(folder, f"{picture.name}.{suffix}") for suffix in formats]
            try:
                picture.render(paths)
            except (PictureError, ResultsError) as error:
                failures.append((picture.name, str(error)))
            except OSError as error:
                raise ResultsError(f"{error.filename or paths[0]}: cannot be written: {error.strerror}") from error
            else:
                written.extend(paths)
    return written, skips, failures
