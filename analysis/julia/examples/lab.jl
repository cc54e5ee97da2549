# SPDX-License-Identifier: GPL-3.0-or-later
# julia --project=analysis/julia analysis/julia/examples/lab.jl lab.h5
using BriskResults

isempty(ARGS) && error("which results file? julia lab.jl FILE.h5")
path = ARGS[1]

for network in networks(path)
    println(network.name, ": test error ", network.test_error, ", true risk ", network.true_risk)
    table = intervals(path, network.name)
    for i in eachindex(table.method)
        if table.status[i] == "ok"
            println("  ", rpad(table.method[i], 22), "[", table.low[i], ", ", table.high[i], "]  ", table.guarantee[i])
        else
            println("  ", rpad(table.method[i], 22), table.status[i], ": ", table.reason[i])
        end
    end
end
