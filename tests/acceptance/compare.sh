#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# brisk compare: known answers for two models, simultaneous ones for more, and a message for every fault.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Of 100 points A alone errs on 10 and B alone on 3; of 50 points both err on the same 5.
"$BRISK_PYTHON" - <<'PYTHON' || exit 1
import numpy as np


def write(name, losses):
    np.savetxt(name, losses, fmt="%.17g", header="loss", comments="")


write("a.csv", np.arange(100) < 15)
write("b.csv", (np.arange(100) >= 10) & (np.arange(100) < 18))
write("equal.csv", np.arange(50) < 5)
rng = np.random.default_rng(1)
base = rng.random(200)
for i, shift in enumerate((0.0, 0.02, 0.3)):
    write("real%d.csv" % i, base * 0.5 + rng.random(200) * 0.2 + shift)
    write("zero%d.csv" % i, rng.random(200) < 0.1 + shift)
labels = np.arange(60) % 2
with open("said.csv", "w") as file:
    file.write("y,a,b,g\n" + "".join("%d,%d,%d,g%d\n" % (y, y ^ (i < 9), y ^ (4 < i < 16), i // 2)
                                      for i, y in enumerate(labels)))
with open("other.csv", "w") as file:
    file.write("y,a,b,g\n" + "".join("%d,%d,%d,g%d\n" % (1 - y, y, y, i // 3) for i, y in enumerate(labels)))
PYTHON

known_answers() {
    "$BRISK" compare a.csv b.csv --json >pair.json && "$BRISK" compare equal.csv equal.csv --json >equal.json &&
        "$BRISK_PYTHON" - <<'PYTHON'
import json


def refuse(constant):
    raise ValueError("JSON holds " + constant)


def near(got, wanted, tolerance):
    assert abs(got - wanted) <= tolerance, (got, wanted)


pair = json.load(open("pair.json"), parse_constant=refuse)
assert pair["n"] == 100 and pair["level"] == 0.9 and pair["margin"] is None
near(pair["difference"], 0.07, 1e-15)
test = pair["mcnemar"]
assert (test["only_a"], test["only_b"]) == (10, 3)
near(test["exact_p"], .09228515625, 1e-12)
near(test["mid_p"], .057373046875, 1e-12)
near(test["share_of_a"]["low"], .50535, 6e-6)
near(test["share_of_a"]["high"], .93395, 6e-6)
rows = {row["method"]: row for row in pair["intervals"]}
near(rows["tango"]["low"], .01183546, 6e-9)
near(rows["tango"]["high"], .13534958, 6e-9)
# Range 2: twice the half-width of losses in [0, 1].
near(rows["hoeffding"]["half_width"], 2 * (0.5 * __import__("math").log(20) / 100) ** 0.5, 1e-12)
assert {"bootstrap-bca", "empirical-bernstein"} <= set(rows)
equal = json.load(open("equal.json"), parse_constant=refuse)
assert equal["mcnemar"]["exact_p"] == 1 and equal["mcnemar"]["mid_p"] == 1
tango = [row for row in equal["intervals"] if row["method"] == "tango"][0]
near(tango["low"], -.0513332, 6e-8)
near(tango["high"], .0513332, 6e-8)
PYTHON
}
check 'known answers' known_answers

several() {
    "$BRISK" compare real0.csv real1.csv real2.csv --json >real.json &&
        "$BRISK" compare zero0.csv zero1.csv zero2.csv --json >zero.json && "$BRISK_PYTHON" - <<'PYTHON'
import json
import numpy as np

for name in ("real", "zero"):
    answer = json.load(open(name + ".json"))
    losses = [np.loadtxt("%s%d.csv" % (name, i), skiprows=1) for i in range(3)]
    assert answer["best"] == int(np.argmin([x.mean() for x in losses]))
    assert 0 <= answer["optimism"] < 0.05
    assert len(answer["pairs"]) == 3 and len(answer["against_best"]) == 2
    for pair in answer["pairs"]:
        d = losses[pair["a"]] - losses[pair["b"]]
        assert abs(pair["difference"] - d.mean()) < 1e-12
        # The bootstrap's standard error within six standard deviations of itself.
        assert abs(pair["standard_error"] / (d.std() / 200 ** .5) - 1) < 6 / (2 * 9999) ** .5
        # Wider than one interval alone, narrower than Bonferroni's.
        assert 1.645 < (pair["high"] - pair["difference"]) / pair["standard_error"] < 2.3
        assert (pair["holm_mcnemar_p"] is None) == (name == "real")
    third = [pair for pair in answer["pairs"] if pair["b"] == 2]
    assert all(pair["max_t_p"] < 0.01 and pair["high"] < 0 for pair in third)
PYTHON
}
check 'three models' several

# Every resample of these gives the same difference: a status, and no p of 1 for a difference of 1.
constant() {
    printf '0\n0\n0\n' >never.csv && printf '1\n1\n1\n' >always.csv &&
        "$BRISK" compare never.csv always.csv never.csv --json >constant.json && "$BRISK_PYTHON" - <<'PYTHON'
import json

answer = json.load(open("constant.json"))
assert answer["optimism"] == 0
assert [pair["status"] for pair in answer["pairs"]] == ["degenerate"] * 3
assert [pair["max_t_p"] for pair in answer["pairs"]] == [None, 1, None], answer["pairs"]
assert {pair["status"] for pair in json.load(open("real.json"))["pairs"]} == {"ok"}
PYTHON
}
check 'constant differences' constant

says() {
    local pattern=$1
    shift
    run_brisk compare "$@"
    [ "$exit_code" -eq 0 ] && [ -z "$err" ] && matches "$(tr -s ' \n' ' ' <<<"$out")" "$pattern" || {
        printf 'exit code %s, stderr: %s\n%s\n' "$exit_code" "$err" "$out"
        return 1
    }
}
check 'two models, to read' says "only A errs on 10 points, only B on 3; both alike on 87 .*exact p = 0\.09229, mid-p = 0\.05737" a.csv b.csv
check 'real losses' says 'A looks better.*student-t' real0.csv real2.csv
check 'a margin' says 'A is not worse than B by the margin.*A and B are not shown to be equivalent' real0.csv real2.csv --margin 0.1
check 'a margin of 0/1 losses' says 'Margin 0\.3: .*\(Tango\).*equivalent within' a.csv b.csv --margin 0.3
check 'labels and predictions in one file' says 'difference' said.csv said.csv --label y --prediction a
check 'groups' says 'groups: McNemar' said.csv said.csv --label y --prediction a --group g
check 'the optimism of picking the best is said' says 'least of 3 risks flatters its model' zero0.csv zero1.csv zero2.csv
check 'identical models do not flatter' says 'look better by about 0\.' zero0.csv zero0.csv zero0.csv
check 'CSV' says 'method,low,high.*tango,0\.0118' a.csv b.csv --csv
check 'CSV of three' says 'a,b,difference.*zero1\.csv,zero2\.csv' zero0.csv zero1.csv zero2.csv --csv
from_standard_input() { "$BRISK" compare a.csv - <b.csv | grep -q 'only A errs on 10'; }
check 'one of them from standard input' from_standard_input
seeds() { [ "$("$BRISK" compare real0.csv real1.csv -j 1)" = "$("$BRISK" compare real0.csv real1.csv -j 2)" ]; }
check 'threads change nothing' seeds

refuse() { check "brisk compare ${*:3}" refused "$1" "$2" compare "${@:3}"; }
refuse 2 'two files or more are compared, and there are 0'
refuse 2 'two files or more are compared, and there is 1' a.csv
refuse 2 'a\.csv has 100 losses and equal\.csv has 50: the same test points' a.csv equal.csv
refuse 2 'other\.csv:2 have different labels' said.csv other.csv --label y --prediction a
refuse 2 'have different groups' said.csv other.csv --column a --group g
refuse 2 'standard input can be read once' - -
refuse 2 'margin: 0 is not above 0' a.csv b.csv --margin 0
refuse 2 'margin.*two files' a.csv b.csv a.csv --margin 0.1
refuse 2 'level: 1 is not between' a.csv b.csv --level 1
refuse 2 'resamples: 0 is not between' a.csv b.csv --resamples 0
refuse 2 'json and --csv' a.csv b.csv --json --csv
refuse 2 'unknown option --methods' a.csv b.csv --methods x
refuse 3 'absent\.csv' a.csv absent.csv
finish
