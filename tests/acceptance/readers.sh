#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The results file of the lab as the page of brisk show and h5py have it; tests/readers opens files in other programs.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

run_brisk run lab --hidden 3,5 --activation tanh,relu --epochs 20 --trials 200 --test-size 100 \
    --resamples 500 -o lab.h5
check 'brisk run lab' test "$exit_code" -eq 0
[ "$exit_code" -eq 0 ] || {
    echo "$err"
    finish
}
run_brisk show lab.h5
check 'brisk show' test "$exit_code" -eq 0
check 'brisk show names every network' matches "$out" 'relu_5'
check 'brisk show prints no nan' test -z "$(grep -iwE -- '-?nan' <<<"$out")"

check 'h5py: names, scales and types of the format' "$BRISK_PYTHON" "$acceptance/read_h5py.py" lab.h5
finish
