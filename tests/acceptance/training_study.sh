#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The experiment training-study: trainings done anew with NumPy, variance components recomputed, equal bytes for any
# number of threads.
# shellcheck source=common.sh disable=SC2154
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

run() { "$BRISK" run training-study --reproducible "$@" >page.txt 2>log.txt; }
study=("$BRISK_PYTHON" "$acceptance/check_training_study.py")

small=(--trainings 60 --hidden "5,12" --epochs 200 --test-size 400)
for threads in 1 2 3; do
    check "brisk run training-study -j $threads" run "${small[@]}" -j $threads -o $threads.h5
done
check 'the same bytes with 2 threads' same_bytes 1.h5 2.h5
check 'the same bytes with 3 threads' same_bytes 1.h5 3.h5
check 'variance components and intervals' "${study[@]}" 1.h5
check 'the estimator on known components' "${study[@]}" --estimator

# In f64, where NumPy can follow a training; every way of drawing anew.
exact=(--trainings 12 --hidden "3,6" --epochs 60 --dtype f64 --test-size 300 --train-size 80)
check 'both activations' run "${exact[@]}" --activation tanh,relu -o both.h5
check 'fresh weights alone' run "${exact[@]}" --fresh weights --seed 7 -o weights.h5
check 'fresh training sets alone' run "${exact[@]}" --fresh training-set --sampling iid --test-sets 5 --level 0.95 \
    --learning-rate 0.3 -o points.h5
for file in both weights points; do
    check "$file.h5: trainings by NumPy" "${study[@]}" $file.h5
    check "$file.h5: the check can fail" "${study[@]}" --plant $file.h5
done
varied() {
    "$BRISK_PYTHON" - <<'PYTHON'
import h5py

# With one training set for all, the only fresh thing is the weights; another network starts elsewhere.
with h5py.File("weights.h5") as file:
    loss = file["training_study/tanh_3/final_loss/trial_value"][()]
    assert len(set(loss)) == len(loss)
PYTHON
}
check 'every training has its own start' varied

page() { "$BRISK" show 1.h5 >page.txt; }
check 'brisk show' page
on_page() { grep -qE -- "$1" page.txt; }
check 'the page says what an interval does not say' on_page "One network's interval says nothing about the algorithm"
check 'the page names the setting' on_page '60 trainings of 200 epochs on 200 points, each measured on 2 fresh test sets of 400'
check 'the page counts the intervals that hold the mean' on_page 'tanh_12: the 90 % interval of one training holds'
check 'the page prints no nan' bash -c '! grep -qiw -- "-\?nan" page.txt'
check 'the documented format' "$BRISK_PYTHON" "$acceptance/../analysis/check_format.py" 1.h5

refused() {
    run_brisk run training-study -o refused.h5 "${@:2}"
    [ "$exit_code" -eq 2 ] && matches "$err" "$1" && [ ! -e refused.h5 ]
}
check 'one training is refused' refused 'trainings' --trainings 1
check 'one test set is refused' refused 'test-sets' --test-sets 1
check 'an odd balanced test set is refused' refused 'test-size: 11 is odd' --test-size 11
check 'nothing fresh is refused' refused 'fresh' --fresh none

if "$BRISK" run --help | grep -q -- --keep; then
    check 'brisk run training-study --keep summary' run "${small[@]}" --keep summary -o summary.h5
    check 'has the same figures' "${study[@]}" --same-figures 1.h5 summary.h5
fi
if "$BRISK" run --help | grep -q -- --shard; then
    for shard in 1 2; do
        check "shard $shard of 2" run "${small[@]}" --shard $shard/2 -o shard-$shard.h5
    done
    merged() { "$BRISK" merge --reproducible merged.h5 shard-1.h5 shard-2.h5 >page.txt 2>log.txt; }
    check 'brisk merge' merged
    check 'has the same bytes' same_bytes 1.h5 merged.h5
fi
finish
