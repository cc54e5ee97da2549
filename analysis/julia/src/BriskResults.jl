# SPDX-License-Identifier: GPL-3.0-or-later
"""
Reads the results files of brisk into NamedTuples.

What each group and dataset means stands in brisk's `analysis/FORMAT.md`. Axes come reversed, as Julia stores
the first axis fastest: `score [x1, x0]` of that page is `score[x0, x1]` here.

    using BriskResults
    file = read_results("lab.h5")
    file.network.tanh_500.attributes.true_risk
    intervals("lab.h5", "tanh_500")
"""
module BriskResults

using HDF5

export read_results, networks, intervals, trial_histogram, plot_trials

include("tree.jl")
include("lab.jl")

end
