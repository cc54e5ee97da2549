# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads brisk's results files and draws them.

    import brisk_analysis
    with brisk_analysis.open("lab.h5") as results:
        for name, network in results.networks.items():
            print(name, network.test_error, network.true_risk)
        print(results.dataset("network/tanh_500/interval").half_width)

The layout of the file is described in FORMAT.md.
"""
from .intervals import Interval
from .reader import Network, Node, Results, ResultsError, Trials, open
from .version import __version__

__all__ = ["Interval", "Network", "Node", "Results", "ResultsError", "Trials", "__version__", "open"]
