#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Trials of the lab's default networks, rebuilt from seed and trial number with NumPy alone.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
export PYTHONPATH=$acceptance/../../analysis/python PYTHONDONTWRITEBYTECODE=1

check 'brisk run test-error' bash -c \
    "'$BRISK' run test-error --trials 200 --resamples 200 -o trials.h5 >page.txt 2>log.txt"
replay() { "$BRISK_PYTHON" -m brisk_analysis.replay trials.h5 "$@"; }
for network in tanh_5 tanh_10 tanh_100 tanh_500; do
    for trial in 0 7 199; do
        check "$network, trial $trial: the count is the file's" replay --network $network --trial $trial
    done
done
check 'points as CSV' replay --network tanh_500 --trial 7 -o points.csv
lines() { [ "$(wc -l <points.csv)" -eq 1001 ] && head -n 1 points.csv | grep -qx 'x0,x1,y,score,error'; }
check 'a header and a line a point' lines
same_count() {
    [ "$(awk -F, 'NR > 1 { n += $5 } END { print n }' points.csv)" -eq \
        "$(replay --network tanh_500 --trial 7 | cut -d' ' -f1)" ]
}
check 'the errors in the table are the count' same_count
refused() { ! replay "$@" >refused.txt 2>&1 && ! grep -q Traceback refused.txt && cat refused.txt; }
check 'a trial that does not exist is refused' refused --network tanh_500 --trial 200
finish
