#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# brisk coverage: known answers of exact coverage and its infimum, simulation, and a message for every fault.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

known_answers() {
    "$BRISK" coverage --p 0.0001,0.001,0.002,0.005,0.01,0.05,0.1,0.5 --json >grid.json &&
        "$BRISK" coverage --minimum --p 0.0001:0.5 --json >minimum.json &&
        "$BRISK" coverage --minimum --m 1,10,1000 --level 0.5,0.9,0.99 --json >every.json && "$BRISK_PYTHON" - <<'PYTHON'
import json


def refuse(constant):
    raise ValueError("JSON holds " + constant)


# Summed over the binomial elsewhere, m = 1000, level 0.9, to the four digits printed there.
RISKS = [0.0001, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5]
KNOWN = {
    "hoeffding": [1, 1, 1, 1, 1, 1, .9999, .9851],
    "chebyshev": [.0952, .6323, .8649, .9599, .9899, .9962, .9979, .9983],
    "bernstein": [1, 1, .8649, .9598, .9710, .9884, .9867, .9876],
    "empirical-bernstein": [1, 1, 1, 1, 1, .9998, .9996, .9989],
    "clopper-pearson": [.9953, .9811, .9835, .9284, .9234, .9183, .9082, .9063],
    "wilson": [.9048, .9198, .9475, .8923, .9234, .9055, .8980, .9063],
    "wald": [.0950, .6287, .8604, .8625, .9075, .9018, .8960, .8933],
    "ideal-bca": [.0950, .6134, .8485, .9284, .9449, .9183, .9082, .9063],
    "ideal-percentile": [.0950, .6287, .8604, .9464, .9075, .9018, .9082, .9063],
}
rows = json.load(open("grid.json"), parse_constant=refuse)["rows"]
keys = ["method", "m", "p", "level", "coverage", "coverage_left", "coverage_right", "mean_width", "miss_low", "miss_high",
        "undefined", "kind", "standard_error"]
found = {(row["method"], row["p"]): row for row in rows}
wrong = []
for method, values in KNOWN.items():
    for p, value in zip(RISKS, values):
        row = found[method, p]
        assert list(row) == keys and row["kind"] == "exact" and row["standard_error"] is None
        if abs(row["coverage"] - value) > 5.1e-5:
            wrong.append((method, p, row["coverage"], value))
        total = row["coverage"] + row["miss_low"] + row["miss_high"] + row["undefined"]
        assert abs(total - 1) < 1e-12, (method, p, total)
assert not wrong, wrong
# At p = .01 percentile jumps: .8860 from the left, .9075 at, .8447 from the right.
row = found["ideal-percentile", 0.01]
assert abs(row["coverage_left"] - .8860) < 5.1e-5 and abs(row["coverage_right"] - .8447) < 5.1e-5, row

INFIMA = {"hoeffding": .9851, "chebyshev": .0952, "bernstein": .8645, "empirical-bernstein": .9987,
          "clopper-pearson": .9000, "wilson": .8000, "wald": .0950, "kl-chernoff": .9463, "mid-p": .8581,
          "jeffreys": .8080, "agresti-coull": .8827}
rows = json.load(open("minimum.json"), parse_constant=refuse)["rows"]
found = {row["method"]: row for row in rows}
wrong = [(method, found[method]["infimum"], value) for method, value in INFIMA.items()
         if abs(found[method]["infimum"] - value) > 5.1e-5]
assert not wrong, wrong
rows = json.load(open("every.json"), parse_constant=refuse)["rows"]
assert {(row["m"], row["level"]) for row in rows} == {(m, level) for m in (1, 10, 1000) for level in (.5, .9, .99)}
for row in rows:
    # One point has no sample variance: empirical-bernstein is undefined there, which counts as a miss.
    if row["guarantee"] in ("exact", "finite-sample") and (row["m"], row["method"]) != (1, "empirical-bernstein"):
        assert row["infimum"] >= row["level"] - 1e-12, row
PYTHON
}
check 'known answers' known_answers

by_hand() {
    "$BRISK" coverage --m 10 --p 0.3 --method clopper-pearson,wilson --csv >ten.csv && "$BRISK_PYTHON" - <<'PYTHON'
import csv
from math import comb, sqrt
row = {line["method"]: line for line in csv.DictReader(open("ten.csv"))}
z, m, p = 1.6448536269514722, 10, 0.3
inside = 0
for k in range(m + 1):
    centre = (k + z * z / 2) / (m + z * z)
    half = z / (m + z * z) * sqrt(k * (m - k) / m + z * z / 4)
    inside += comb(m, k) * p ** k * (1 - p) ** (m - k) * (centre - half <= p <= centre + half)
assert abs(float(row["wilson"]["coverage"]) - inside) < 1e-12, (row["wilson"], inside)
PYTHON
}
check 'ten points, summed by hand' by_hand

simulated() {
    "$BRISK" coverage --m 50 --p 0.2 --method wilson,betting --trials 2000 --json >some.json &&
        "$BRISK" coverage --m 50 --p 0.2 --method wilson,betting --trials 2000 --json -j 1 | cmp - some.json &&
        "$BRISK_PYTHON" - <<'PYTHON'
import json
exact, simulated = json.load(open("some.json"))["rows"]
assert (exact["kind"], simulated["kind"]) == ("exact", "simulated")
assert simulated["standard_error"] > 0 and simulated["coverage"] > 0.9
PYTHON
}
check 'betting is simulated, the same with any number of threads' simulated
balanced() {
    "$BRISK" coverage --m 100 --p 0.1 --method wald --csv >iid.csv &&
        "$BRISK" coverage --m 100 --p 0.1 --method wald --csv --sampling balanced >equal.csv &&
        "$BRISK" coverage --m 100 --p 0.2 --method clopper-pearson --sampling balanced --ratio 3 --csv >unequal.csv &&
        "$BRISK_PYTHON" - <<'PYTHON'
import csv
iid, equal, unequal = (float(next(csv.DictReader(open(name + ".csv")))["coverage"]) for name in ("iid", "equal", "unequal"))
# Equal classes are the binomial; unequal ones vary less than it.
assert abs(iid - equal) < 1e-12, (iid, equal)
assert 0.9 <= unequal <= 1, unequal
PYTHON
}
check 'balanced test sets' balanced

says() {
    local pattern=$1
    shift
    run_brisk coverage "$@"
    [ "$exit_code" -eq 0 ] && [ -z "$err" ] && matches "$(tr -s ' \n' ' ' <<<"$out")" "$pattern" || {
        printf 'exit code %s, stderr: %s\n%s\n' "$exit_code" "$err" "$out"
        return 1
    }
}
check 'to read' says '1000 points, risk 0\.001, 90 % method coverage left right .* wald 0\.6287 .* below the level'
check 'a grid of risks' says 'risk 0\.1, .*risk 0\.15, .*risk 0\.2, ' --p 0.1:0.2:3 --method wilson
check 'an infimum' says 'risks in \[0, 1\] .*clopper-pearson 0\.9[0-9]+ .*\(exact\)' --minimum --m 100
check 'bounds' says 'hoeffding 1\.0000' --side upper --method hoeffding

refuse() { check "brisk coverage ${*:2}" refused 2 "$1" coverage "${@:2}"; }
refuse 'm: 0 is not between' --m 0
refuse "m: '1e3' is not a whole number" --m 1e3
refuse 'p: 1.5 is no risk' --p 1.5
refuse "p: 'nan' is not a number" --p nan
refuse 'p: 0.5:0.1:3 is empty' --p 0.5:0.1:3
refuse 'p: 1 points are not between' --p 0.1:0.5:1
refuse 'a grid is A:B:N' --p 0.1:0.5
refuse 'level: 0 is not between' --level 0
refuse "method.*wilsn.*wilson" --method wilsn
refuse "sampling: 'both'" --sampling both
refuse 'm: 5 is odd' --m 5 --sampling balanced
refuse 'ratio: it belongs to --sampling balanced' --ratio 2
refuse 'error rate above 1' --sampling balanced --ratio 3 --p 0.9
refuse 'minimum: --p is a range A:B' --minimum --p 0.1,0.2
refuse 'minimum: it is for independent points' --minimum --sampling balanced
refuse 'minimum: betting' --minimum --method betting
refuse 'trials: 0 is not between' --trials 0
refuse 'json and --csv' --json --csv
refuse "'x' is too much" x
refuse 'unknown option --min' --min
finish
