# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Sourced, after common.sh, by the scripts that look at a small results file of every experiment.
#
# The table small_experiments has the quickest options of each that still fill all groups of its file. They are run by
# run_small NAME [OPTION ...], which leaves NAME.h5, and NAME.run with the page that was printed.
"$BRISK_PYTHON" -c 'import random
random.seed(3)
print("a,b,kind")
for _ in range(60):
    print(random.gauss(0, 1), random.gauss(0, 1), random.choice(["yes", "no"]), sep=",")' >data.csv

small_networks='--hidden 3,5 --activation tanh,relu --epochs 20'
# In the order in which they are run; lab first, which the scripts go on with.
small_names=(lab tensor-basics gradient-check training test-error coverage-study training-study power-study loss-coverage
    fit pi)
declare -A small_experiments=(
    [lab]="$small_networks --trials 200 --test-size 100 --resamples 500 --seed 7"
    [tensor-basics]=''
    [gradient-check]='--hidden 5'
    [training]="$small_networks --keep summary"
    [test-error]="$small_networks --trials 300 --test-size 50 --resamples 99 --keep summary"
    [coverage-study]='--hidden 3 --epochs 20 --trials 200 --test-size 50 --method betting,wald'
    [training-study]='--hidden 2,3 --epochs 5 --trainings 20'
    [power-study]='--hidden 2,3 --epochs 20 --trials 30 --test-size 20,50 --truth-points 10000'
    [loss-coverage]='--points 5,10 --trials 40 --resamples 19'
    [fit]='--train data.csv --hidden 2 --epochs 5 --resamples 99'
    [pi]='--trials 2000 --points 50')

run_small() {
    # shellcheck disable=SC2086
    "$BRISK" run "$1" --progress none -o "$1.h5" ${small_experiments[$1]} "${@:2}" >"$1.run"
}

# A new experiment gets its row here: `brisk list` names all of them.
known_experiments() { "$BRISK" list | sed 's/ .*//' | sort; }
every_experiment() { diff <(printf '%s\n' "${small_names[@]}" | sort) <(known_experiments); }
