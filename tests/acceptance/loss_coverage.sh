#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The experiment loss-coverage: losses, intervals and outcomes rebuilt with NumPy and SciPy, exact tests of every
# promise, equal bytes for any number of threads.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

options=(--points "20,101" --trials 500 --resamples 199)
run() { "$BRISK" run loss-coverage "${options[@]}" --reproducible "$@" >page.txt 2>log.txt; }
for threads in 1 2 3; do
    check "brisk run loss-coverage -j $threads" run -j $threads -o $threads.h5
done
check 'the same bytes with 2 threads' same_bytes 1.h5 2.h5
check 'the same bytes with 3 threads' same_bytes 1.h5 3.h5
check 'another seed, other options' run -o other.h5 --seed 7 --rare-loss one --sigma 0.5 --level 0.95 \
    --rare-probability 0.02 --error-rate 0.3 --shape-a 0.5 --shape-b 0.5

for file in 1.h5 other.h5; do
    check "$file: losses, intervals and promises" "$BRISK_PYTHON" "$acceptance/check_loss_coverage.py" $file
    check "$file: the check of trials can fail" "$BRISK_PYTHON" "$acceptance/check_loss_coverage.py" --plant $file
done

page() { "$BRISK" show 1.h5 >page.txt; }
check 'brisk show' page
on_page() { grep -qE -- "$1" page.txt; }
check "student-t is marked where losses are rare" on_page 'student-t .* BELOW ITS LEVEL'
check 'hoeffding has no interval without a range' on_page 'hoeffding .* no interval'
check 'the page names the true mean' on_page 'true mean 1\.648721271, range unknown'
check 'and says that promises were kept' on_page 'No method with a guarantee broke it'

# Every method for real losses can be asked for, and no other: those that interval has an answer for.
same_methods() {
    printf '0.1\n0.5\n0.7\n' >real.csv
    "$BRISK" interval real.csv --range 0:1 --json >real.json || return 1
    "$BRISK" list loss-coverage >list.txt || return 1
    "$BRISK_PYTHON" - <<'PYTHON'
import json
import re

intervals = json.load(open("real.json"))["intervals"]
ours = [interval["method"] for interval in intervals if interval["status"] != "needs-01-data"]
choices = re.search(r"--method\s+all\s+(\S+)", open("list.txt").read())[1].split(",")
assert choices == ["all", *ours], (choices, ours)
PYTHON
}
check 'the choices of --method are the methods for real losses' same_methods

refused() {
    run_brisk run loss-coverage -o refused.h5 "${@:2}"
    [ "$exit_code" -eq 2 ] && matches "$err" "$1" && [ ! -e refused.h5 ]
}
check 'all beside a name is refused' refused 'all stands alone' --method all,wald
check 'a method for 0/1 losses is refused' refused 'wilson' --method wilson
check 'a distribution that there is not' refused 'cauchy' --distribution cauchy

if "$BRISK" run --help | grep -q -- --keep; then
    check 'brisk run loss-coverage --keep summary' run -o summary.h5 --keep summary
    check 'has the same table' "$BRISK_PYTHON" "$acceptance/check_loss_coverage.py" --same-table 1.h5 summary.h5
fi
finish
