#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# brisk run coverage-study: the coverage that is simulated is the exact one, the intervals are those of `brisk
# interval`, the test sets are the lab's, and the numbers are the same for any threads and with --keep summary.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
export BRISK PYTHONDONTWRITEBYTECODE=1

study() { "$BRISK" run coverage-study --progress none "$@"; }
agrees() { "$BRISK_PYTHON" "$acceptance/check_coverage_study.py" "$@"; }

# Balanced sampling at full size, iid sampling at two levels, and methods that draw.
check 'as it stands' bash -c "'$BRISK' run coverage-study -o full.h5 >page.txt 2>log.txt"
check 'as it stands: agrees with SciPy' agrees full.h5
check 'as it stands: the check can fail' agrees --plant full.h5
check 'iid' study -o iid.h5 --seed 7 --sampling iid --hidden 5,10 --activation relu --epochs 300 --trials 4000 \
    --test-size 301 --level 0.9,0.99
check 'iid: agrees with SciPy' agrees iid.h5
check 'iid: the check can fail' agrees --plant iid.h5
drawn=(--hidden "5,10" --trials 300 --test-size 200 --resamples 999 --level "0.8,0.95"
    --method "betting,wilson,bootstrap-bca,bootstrap-percentile" --reproducible)
check 'methods that draw' study "${drawn[@]}" -o drawn.h5 -j 1
check 'methods that draw: agrees with SciPy and brisk interval' agrees drawn.h5

for threads in 2 3; do
    check "$threads threads" study "${drawn[@]}" -o "threads-$threads.h5" -j "$threads"
    check "$threads threads: same bytes" same_bytes drawn.h5 "threads-$threads.h5"
done

# Everything but the trials' own counts is there without them, and equal.
check '--keep summary' study "${drawn[@]}" --keep summary -o summary.h5
same_but_trials() {
    "$BRISK_PYTHON" - "$@" <<'PYTHON'
import sys
import h5py
import numpy as np

kept, summary = (h5py.File(name) for name in sys.argv[1:])
for name, network in kept["network"].items():
    compared = 0

    def compare(path, item):
        global compared
        other = summary[f"network/{name}/coverage/{path}"]
        assert dict(item.attrs.items()).keys() == dict(other.attrs.items()).keys(), path
        if isinstance(item, h5py.Dataset) and item.id.get_storage_size():
            assert item.dtype == other.dtype and item[()].tobytes() == other[()].tobytes() or item.dtype == object and (
                item[()] == other[()]).all(), path
            compared += 1

    network["coverage"].visititems(compare)
    assert compared > 30, compared
    for key in ("trials", "mean", "sd", "mcse"):
        assert network["coverage"].attrs[key] == summary[f"network/{name}/coverage"].attrs[key], key
PYTHON
}
check '--keep summary: the same coverage' same_but_trials drawn.h5 summary.h5
check 'another seed' study "${drawn[@]}" --keep summary --seed 2 -o seed-2.h5
differ() { ! same_but_trials drawn.h5 seed-2.h5 2>/dev/null; }
check 'another seed: other coverage, so the comparison can fail' differ

# Test set t is the lab's test set t, of the lab's network.
check 'the lab beside it' bash -c "'$BRISK' run test-error -o lab.h5 --hidden 100 --trials 10000 --resamples 10 >lab.txt 2>&1"
same_trials() {
    "$BRISK_PYTHON" -c 'import sys, h5py
a, b = (h5py.File(name)["network/tanh_100"] for name in sys.argv[1:])
for path in ("w1", "b1", "w2", "b2", "loss", "trials/error_count"):
    assert (a[path][()] == b[path][()]).all(), path' "$@"
}
check 'the lab beside it: same weights, same error counts' same_trials lab.h5 full.h5

# "count" stands for what brisk coverage computes exactly.
same_methods() {
    run_brisk coverage --json --m 10 --p 0.5
    "$BRISK_PYTHON" -c 'import json, sys, h5py
theirs = {row["method"] for row in json.loads(sys.argv[1])["rows"] if row["kind"] == "exact"}
ours = {name.decode() for name in h5py.File("full.h5")["network/tanh_100/coverage/counts/method"]}
assert ours == theirs, ours ^ theirs' "$out"
}
check 'all methods by count are there' same_methods

on_page() { grep -qE -- "$1" page.txt; }
for text in 'true risk 2\.633626 %' 'level 90 %' 'clopper-pearson +9[0-9]\.[0-9]{2} \+- 0\.[0-9]{2} +92\.58 .* exact' \
    'wald .* asymptotic +below its level' 'counts against coverage' '10000 test sets of 1000 points'; do
    check "the page says: $text" on_page "$text"
done
check 'brisk show prints the page' bash -c "'$BRISK' show full.h5 | grep -qF 'COVERAGE OF THE TRUE RISK'"

# refused PATTERN ARGUMENT...: exit code 2, PATTERN on stderr, no file.
refused() {
    local pattern=$1
    shift
    run_brisk run coverage-study "$@" -o refused.h5
    [ "$exit_code" -eq 2 ] && matches "$err" "$pattern" && [ ! -e refused.h5 ]
}
check 'a level above 1' refused '--level: 90 is not between 0 and 1' --level 90
check 'a level that is none' refused '--level' --level 0.9,high
check 'an empty level' refused '--level' --level 0.9,
check 'a level twice' refused 'twice' --level 0.9,0.90
check 'too many levels' refused 'more than 8 levels' --level 0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9
check 'an unknown method' refused 'wilson' --method wilsen
check 'an odd test size' refused '--test-size: 1001 is odd' --test-size 1001
check 'too many outputs' refused 'outputs a trial' --hidden 5,10,100,500 --level 0.8,0.9,0.95 \
    --method betting,bootstrap-bca
# A test set that is all one count, and sets of one point.
check 'a single trial' study --trials 1 --hidden 5 --test-size 2 --epochs 5 --method count,betting,bootstrap-bca \
    --resamples 20 -o single.h5
check 'sets of one point' study --trials 20 --hidden 5 --test-size 1 --sampling iid --epochs 5 --resamples 20 \
    --method count,betting,bootstrap-bca -o point.h5
finish
