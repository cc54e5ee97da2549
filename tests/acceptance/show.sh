#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# brisk show: the page of every experiment says what was run and with which options, how sure each number is, and what
# each interval promises; nothing on it is a bare NaN, and no line is too long to read.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=small_experiments.sh
source "$acceptance/small_experiments.sh"

shown() { "$BRISK" show "$1.h5" >"$1.page" 2>"$1.err" && [ ! -s "$1.err" ]; }
in_page() { [ "$(diff "$1.page" "$1.run" | grep -c '^>')" -eq 0 ]; }
tells() { tr -s '\n ' '  ' <"$1.page" | grep -qE -- "$2"; }
# page NAME: shows NAME.h5, and checks what holds for every page.
page() {
    check "$1: a page" shown "$1"
    check "$1: no bare nan" bash -c "! grep -iwE -- '-?nan|inf' '$1.page'"
    check "$1: lines of at most 110 columns" bash -c "! grep -nE '^.{111}' '$1.page'"
    check "$1: which experiment, seed and version" grep -qE "^experiment $1, seed [0-9]+, brisk [0-9]+\.[0-9]+\.[0-9]+" "$1.page"
    check "$1: the digest" grep -qE '^digest [0-9a-f]{64}$' "$1.page"
    if [ -e "$1.run" ]; then
        check "$1: the page of the run is in it" in_page "$1"
    fi
}
# has NAME TEXT PATTERN: the page of NAME tells it, on one line or over the end of one.
has() { check "$1: $2" tells "$1" "$3"; }

check 'the list of small experiments has all of them' every_experiment
for name in "${small_names[@]}"; do
    check "$name: a run" run_small "$name"
    page "$name"
done

has lab 'options with their defaults' 'trials 200 \(default 10000\)'
has lab 'options at their defaults' 'options at their defaults .*level 0\.9'
has lab 'trials' "simulated 'fresh test sets': 200 trials"
has lab 'the true risk with its enclosure' 'true risk [0-9.]+ %, proved to be in \[[0-9.]+, [0-9.]+\] %'
has lab 'goodness of fit' 'chi-square [0-9.]+, [0-9]+ degrees of freedom, p = [0-9.]+'
has lab 'the mean of the trials with its error' 'Monte Carlo standard error'
has lab 'the promise of an interval' 'hoeffding R .*covers the true risk in at least the stated share'
has lab 'the size of the bootstrap' '500 bootstrap resamples'
has lab 'training error, test error and gap' 'train err.*test error.*gap'

has pi 'what was estimated' 'estimate of pi'
has pi 'mean and standard error' '2000 trials: mean 3\.1[0-9]+ \+- 0\.00[0-9]+ \(Monte Carlo standard error\)'
has pi 'quantiles' 'quantiles 1 %: [0-9.]+, 5 %'
has test-error 'how trials were kept' 'keep summary'

# A file of a command, and one of a program that this one does not know.
printf '%s\n' 0.1 0.2 0.15 0.4 >losses.csv
check 'brisk interval -o' "$BRISK" interval losses.csv -o interval.h5
page interval
has interval 'a table of intervals' 'method +low +high +half-width +guarantee'
has interval 'what each promises' 'What they promise'
has interval 'why one has no ends' 'Notes .*hoeffding'
"$BRISK_PYTHON" "$acceptance/make_odd_results.py" odd.h5 axes.h5 || exit 1
run_brisk show odd.h5
check 'a file of another program' test "$exit_code" -eq 0
check 'no escape sequence of it reaches the terminal' bash -c \
    "'$BRISK' show odd.h5 2>&1 | LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]'; [ \$? -eq 1 ]"

# For programs.
json() {
    "$BRISK" show lab.h5 --json >lab.json && "$BRISK_PYTHON" - <<'PYTHON'
import json

with open("lab.json") as file:
    lab = json.load(file)
assert lab["attributes"]["experiment"] == "lab" and lab["attributes"]["seed"] == "7"
network = lab["groups"]["network"]["groups"]["tanh_3"]
table = network["groups"]["interval"]["datasets"]
assert table["method"]["values"][0] == "hoeffding" and len(table["low"]["values"]) == 5
assert table["low"]["units"] == "1" and table["low"]["axes"] == ["method"] and table["mc_error_low"]["values"][0] is None
counts = network["groups"]["trials"]["datasets"]["error_count"]
assert counts["values"] is None and len(counts["first"]) == 5 and counts["minimum"] <= counts["maximum"]
assert 0 < network["attributes"]["true_risk_low"] <= network["attributes"]["true_risk"] <= network["attributes"]["true_risk_high"]
PYTHON
}
check 'show --json' json
check 'fits on some pages' bash -c "[ \"\$(wc -c <lab.json)\" -lt 200000 ]"
finish
