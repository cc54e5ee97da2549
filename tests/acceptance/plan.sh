#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# brisk plan: known sizes, and a message for every fault.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

known_answers() {
    "$BRISK" plan --epsilon 0.01 --delta 0.01 --json >epsilon.json &&
        "$BRISK" plan --width 0.02 --p 0.1 --json >width.json &&
        "$BRISK" plan --difference 0.05 --discordant 0.2 --endpoint-error 0.01 --json >paired.json &&
        "$BRISK_PYTHON" - <<'PYTHON'
import json


def refuse(constant):
    raise ValueError("JSON holds " + constant)


def sizes(name):
    return {row["method"]: row["size"] for row in json.load(open(name), parse_constant=refuse)["plan"]}


epsilon = sizes("epsilon.json")
wanted = {"hoeffding": 26492, "chebyshev": 250000, "bernstein": 26845, "wald": 16588}
assert {method: epsilon[method] for method in wanted} == wanted, epsilon
# The variance is given here (1/4, the largest, where it is not), so that their inequalities are theorems.
promise = {row["method"]: row["guarantee"] for row in json.load(open("epsilon.json"))["plan"]}
assert promise["chebyshev"] == promise["bernstein"] == promise["hoeffding"] == "finite-sample", promise
assert promise["wald"] == "asymptotic", promise
width = sizes("width.json")
# The normal approximation (z / h)^2 p (1 - p), within some percent.
assert abs(width["wilson"] / (1.6448536 ** 2 * .09 / 1e-4) - 1) < 0.02, width
assert width["clopper-pearson"] > width["wilson"], width
paired = sizes("paired.json")
assert 300 < paired["mcnemar-exact"] < 700, paired
assert paired["bootstrap-bca"] > paired["bootstrap-percentile"] > 9999, paired
PYTHON
}
check 'known answers' known_answers

says() {
    local pattern=$1
    shift
    run_brisk plan "$@"
    [ "$exit_code" -eq 0 ] && [ -z "$err" ] && matches "$(tr -s ' \n' ' ' <<<"$out")" "$pattern" || {
        printf 'exit code %s, stderr: %s\n%s\n' "$exit_code" "$err" "$out"
        return 1
    }
}
check 'an error' says 'hoeffding 26492 finite-sample' --epsilon 0.01 --delta 0.01
check 'a bound' says 'hoeffding 23026 ' --epsilon 0.01 --delta 0.01 --side upper
check 'a small variance' says 'bernstein [0-9]{4} ' --epsilon 0.01 --delta 0.01 --variance 0.01
check 'a width' says '90 % interval, 0/1 losses of risk 0\.1: .*clopper-pearson [0-9]+ exact' --width 0.02 --p 0.1
check 'a comparison' says 'mcnemar-exact [0-9]+ power 0\.8' --difference 0.05 --discordant 0.2
check 'resamples' says 'bootstrap-bca [0-9]+ ' --endpoint-error 0.01
check 'all at once' says 'hoeffding.*clopper-pearson.*mcnemar-exact.*bootstrap-bca' --epsilon 0.01 --delta 0.01 --width 0.02 --p 0.1 \
    --difference 0.05 --discordant 0.2 --endpoint-error 0.01

refuse() { check "brisk plan ${*:2}" refused 2 "$1" plan "${@:2}"; }
refuse 'what is planned'
refuse 'epsilon: it needs --delta' --epsilon 0.01
refuse 'delta: it needs --epsilon' --delta 0.01
refuse 'width: it needs --p' --width 0.01
refuse 'difference: it needs --discordant' --difference 0.1
refuse 'power: it needs --difference' --power 0.9
refuse 'epsilon: 0 is outside \(0,1\)' --epsilon 0 --delta 0.01
refuse 'delta: 1 is outside \(0,1\)' --epsilon 0.1 --delta 1
refuse 'variance: 0.3 is outside \[0,0.25\]' --epsilon 0.1 --delta 0.1 --variance 0.3
refuse 'p: 1.5 is outside' --width 0.1 --p 1.5
refuse "epsilon: 'x' is not a number" --epsilon x --delta 0.1
refuse 'discordant' --difference 0.3 --discordant 0.2
refuse "side: 'both'" --epsilon 0.1 --delta 0.1 --side both
refuse "'x' is too much" x
# What the question asked does not use is not ignored.
refuse 'level: a size for --epsilon does not use it' --epsilon 0.1 --delta 0.1 --level 0.9
refuse 'side: a size for --difference does not use it' --difference 0.05 --discordant 0.2 --side upper
refuse 'side: a size for --endpoint-error does not use it' --endpoint-error 0.01 --side two
refuse 'variance: it needs --epsilon' --width 0.02 --p 0.1 --variance 0.1
check 'an option that one of two questions uses' says 'hoeffding.*clopper-pearson' --epsilon 0.01 --delta 0.01 --width 0.02 --p 0.1 \
    --level 0.95 --side lower
check 'the same for --side' says 'hoeffding.*bootstrap-bca' --epsilon 0.01 --delta 0.01 --endpoint-error 0.01 --side lower
refuse 'unknown option --eps' --eps 0.1
finish
