# SPDX-License-Identifier: GPL-3.0-or-later
# Shortcuts to what the lab and its parts write: networks, their intervals, their trials.

"""
    networks(path)

One NamedTuple a network, in alphabetical order: its `name` and its attributes (`train_error`, `test_error`,
`true_risk`, ... ; which of them exist depends on the experiment).
"""
function networks(path::AbstractString)
    return h5open(path, "r") do file
        check_format(file)
        haskey(file, "network") || error("$path has no networks")
        group = file["network"]
        return [(; name = name, read_attributes(group[name])...) for name in keys(group)]
    end
end

"""
    intervals(path, network)

The table of intervals of a network, a NamedTuple of columns of equal length (what Tables.jl calls a column
table): `method`, `low`, `high`, `half_width`, `estimate`, `level`, `sides`, `guarantee`, `assumption`,
`status`, `reason`, ... Where an interval is withheld, `low` and `high` are NaN and `status` and `reason` say why.
"""
function intervals(path::AbstractString, network::AbstractString)
    table = read_results(path; group = "network/$network/interval")
    return table[filter(!=(:attributes), keys(table))]
end

"""
    trial_histogram(path, network)

What the histogram of the fresh test sets' error rates needs: `edge` (n + 1 of them), `count` (n), `density`
(so that the area is 1), `mean` and `mcse` of the error rate, `true_risk` (NaN where the file has none) and
`error_rate` of the one test set that the intervals are about.

The bins are the file's: each holds equally many of the values k / test_size that an error rate can have.
"""
function trial_histogram(path::AbstractString, network::AbstractString)
    found = read_results(path; group = "network/$network")
    haskey(found, :trials) || error("$path has no trials of $network")
    edge = found.trials.histogram.edge
    count = Int.(found.trials.histogram.count)
    # With --keep summary there are no values, and what describes them stands on the group.
    described = h5open(path, "r") do file
        trials = file["network/$network/trials"]
        return read_attributes(haskey(trials, "error_count") ? trials["error_count"] : trials)
    end
    return (
        edge = edge,
        count = count,
        density = count ./ (sum(count) .* diff(edge)),
        mean = described.mean,
        mcse = get(described, :mcse, NaN),
        true_risk = get(found.attributes, :true_risk, NaN),
        error_rate = found.test_set.attributes.error_rate,
    )
end

"""
    plot_trials(path, network)

Draws the histogram of the fresh test sets, the true risk and the intervals. Needs Plots: `using Plots` first.
"""
function plot_trials end
