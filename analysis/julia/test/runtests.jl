# SPDX-License-Identifier: GPL-3.0-or-later
# BRISK_RESULTS=lab.h5 julia --project=analysis/julia -e 'using Pkg; Pkg.test()'
using BriskResults
using Test

path = get(ENV, "BRISK_RESULTS", "")
isempty(path) && error("set BRISK_RESULTS to a file of `brisk run lab`")

@testset "a results file of the lab" begin
    found = networks(path)
    @test !isempty(found)
    for network in found
        table = intervals(path, network.name)
        @test all(length(column) == length(table.method) for column in table)
        for i in eachindex(table.method)
            @test table.status[i] != "ok" || table.low[i] <= table.high[i]
            @test table.status[i] == "ok" || !isempty(table.reason[i])
        end

        histogram = trial_histogram(path, network.name)
        @test length(histogram.edge) == length(histogram.count) + 1
        @test sum(histogram.density .* diff(histogram.edge)) ≈ 1
        @test abs(histogram.mean - histogram.true_risk) < 5 * histogram.mcse
    end

    file = read_results(path)
    @test file.attributes.format == "brisk-results"
    # The axes are reversed: score [x1, x0] of the file.
    decision = getproperty(file.network, Symbol(first(found).name)).decision
    @test size(decision.score) == (length(decision.x0), length(decision.x1))
end

@testset "what is no results file is refused" begin
    @test_throws Exception read_results("no such file.h5")
    @test_throws Exception read_results(path; group = "no such group")
end
