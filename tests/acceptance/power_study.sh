#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The experiment power-study: p-values, coins, verdicts, exact power and size by NumPy and SciPy, equal bytes for any
# number of threads.
# shellcheck source=common.sh disable=SC2154
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

run() { "$BRISK" run power-study --reproducible "$@" >page.txt 2>log.txt; }
study=("$BRISK_PYTHON" "$acceptance/check_power_study.py")

small=(--hidden "3,20" --epochs 400 --trials 2000 --test-size "40,200,1200" --truth-points 2000000)
for threads in 1 2 3; do
    check "brisk run power-study -j $threads" run "${small[@]}" -j $threads -o $threads.h5
done
check 'the same bytes with 2 threads' same_bytes 1.h5 2.h5
check 'the same bytes with 3 threads' same_bytes 1.h5 3.h5
check 'tests, power and size' "${study[@]}" 1.h5
check 'the check can fail' "${study[@]}" --plant 1.h5

# The other way round (the first network is better), balanced, another level, f64.
check 'another seed, other options' run --seed 7 --hidden 20,3 --activation tanh --sampling balanced --dtype f64 \
    --level 0.95 --power 0.9 --epochs 300 --trials 500 --test-size "60,600" --truth-points 300000 -o other.h5
check 'other.h5: tests, power and size' "${study[@]}" other.h5
check 'two activations' run --hidden 4 --activation tanh,relu --epochs 100 --trials 200 --test-size 1,2 \
    --truth-points 15000 -o tiny.h5
planned() {
    "$BRISK_PYTHON" - "$1" <<'PYTHON'
import sys

import h5py

print(h5py.File(sys.argv[1])["power_study"].attrs["planned_size"])
PYTHON
}
# The number of points that the plan asks for, as a size of test set: its power is the one that was planned.
check 'the planned size' run "${small[@]}" --test-size "$(planned 1.h5)" -o planned.h5
as_planned() {
    "$BRISK_PYTHON" - <<'PYTHON'
import h5py

with h5py.File("planned.h5") as file:
    study = file["power_study"]
    exact = study["exact_power"][0, 0]
    assert abs(exact - study.attrs["planned_size_power"]) < 1e-6, exact  # but for rejections in the wrong direction
    assert abs(study["power"][0, 0] - exact) < 5 * study["power_se"][0, 0], study["power"][0, 0]
PYTHON
}
check 'has the planned power' as_planned

# Many discordant points, most of them of one kind: far out in the tail of the fair coin.
check 'large test sets' run "${small[@]}" --trials 10 --test-size 30000 -o large.h5
certain() {
    "$BRISK_PYTHON" -c 'import h5py
power = h5py.File("large.h5")["power_study/exact_power"][0]
assert (abs(power - 1) < 1e-9).all(), power'
}
check 'find a large difference with certainty' certain

page() { "$BRISK" show 1.h5 >page.txt; }
check 'brisk show' page
on_page() { grep -qE -- "$1" page.txt; }
check 'the page names the networks' on_page 'A = tanh_3, risk .* B = tanh_20, risk'
check 'the page tells the plan' on_page 'planned for a power of 80 % of the exact test: [0-9]+ points'
check 'the page has every test' bash -c 'grep -cE "^ +(mcnemar-exact|mcnemar-mid-p|tango|empirical-bernstein) " page.txt | grep -x 4'
check 'the page says what a level promises' on_page "the exact test's size is at most 10 %"
check 'the page prints no nan' bash -c '! grep -qiw -- "-\?nan" page.txt'
check 'the documented format' "$BRISK_PYTHON" "$acceptance/../analysis/check_format.py" 1.h5

refused() {
    run_brisk run power-study -o refused.h5 "${@:2}"
    [ "$exit_code" -eq 2 ] && matches "$err" "$1" && [ ! -e refused.h5 ]
}
check 'one network is refused' refused 'exactly two' --hidden 5
check 'four networks are refused' refused 'exactly two' --hidden 5,6 --activation tanh,relu
check 'an odd balanced test set is refused' refused 'test-size: 11 is odd' --sampling balanced --test-size 10,11
check 'an odd balanced training set is refused' refused 'train-size: 21 is odd' --sampling balanced --train-size 21
check 'a truth of few points is refused' refused 'truth-points' --truth-points 100

if "$BRISK" run --help | grep -q -- --keep; then
    check 'brisk run power-study --keep summary' run "${small[@]}" --keep summary -o summary.h5
    check 'has the same table' "${study[@]}" --same-table 1.h5 summary.h5
fi

# The shards have neither truth nor table; the merge makes both.
if "$BRISK" run --help | grep -q -- --shard; then
    for shard in 1 2 3; do
        check "shard $shard of 3" run "${small[@]}" --shard $shard/3 -o shard-$shard.h5
    done
    merged() { "$BRISK" merge --reproducible merged.h5 shard-3.h5 shard-1.h5 shard-2.h5 >page.txt 2>log.txt; }
    check 'brisk merge' merged
    check 'has the same bytes' same_bytes 1.h5 merged.h5
fi
finish
