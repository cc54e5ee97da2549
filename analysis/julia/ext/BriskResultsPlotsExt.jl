# SPDX-License-Identifier: GPL-3.0-or-later
"The histogram of the trials with the intervals above it, drawn by Plots."
module BriskResultsPlotsExt

using BriskResults
using Plots

function BriskResults.plot_trials(path::AbstractString, network::AbstractString)
    histogram = trial_histogram(path, network)
    table = intervals(path, network)
    top = maximum(histogram.density)

    picture = plot(;
        xlabel = "error rate on a test set",
        ylabel = "density",
        title = "$network: $(sum(histogram.count)) fresh test sets",
        legend = :outerright,
    )
    # A line along the tops of the bins: bars would need equal widths, which the last bin may not have.
    bins = length(histogram.count)
    x = [histogram.edge[div(i, 2) + 1] for i in 1:(2 * bins)]
    y = [histogram.density[div(i + 1, 2)] for i in 1:(2 * bins)]
    plot!(picture, x, y; fillrange = 0, fillalpha = 0.4, label = "fresh test sets")
    isnan(histogram.true_risk) || vline!(picture, [histogram.true_risk]; color = :black, label = "true risk")
    vline!(picture, [histogram.error_rate]; color = :black, linestyle = :dash, label = "measured")

    row = 0
    for i in eachindex(table.method)
        isnan(table.low[i]) && continue
        row += 1
        height = top * (1.05 + 0.08 * row)
        plot!(
            picture,
            [table.low[i], table.high[i]],
            [height, height];
            linewidth = 4,
            label = "$(table.method[i]) ($(table.guarantee[i]))",
        )
    end
    return picture
end

end
