# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads brisk's results files and draws them.

    import brisk_analysis
    with brisk_analysis.open_results("lab.h5") as results:
        for network in results.networks():
            print(network.name, network.attribute("test_error"))

The layout of the file is described in FORMAT.md.
"""
from .reader import Network, Results, ResultsError, open_results
from .version import __version__

__all__ = ["Network", "Results", "ResultsError", "open_results", "__version__"]
