# SPDX-License-Identifier: GPL-3.0-or-later
"""The version of this package, and the format of the results files that it reads."""

__version__ = "0.1.0"

FORMAT_NAME = "brisk-results"
FORMAT_MAJOR = 1
