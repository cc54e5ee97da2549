#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Small results files of every experiment, for the tests of the results file:
#     make_files.sh FOLDER           $BRISK is the command; $SAMPLE_FILE writes one with every type, types.h5
# Together they hold everything that FORMAT.md lists. Each run takes a fraction of a second.
set -euo pipefail
: "${BRISK:?the brisk command to test}"
mkdir -p "$1"
cd "$1"
rm -f ./*

# run NAME EXPERIMENT ARGUMENT...
run() {
    local name=$1
    shift
    "$BRISK" run "$@" --force -o "$name.h5" --progress none >"$name.txt"
}

awk 'BEGIN {
    print "u,v,class"
    for (i = 0; i < 60; i++) printf "%d,%d,%s\n", i % 7, i % 5, i % 3 % 2 ? "b" : "a"
}' >points.csv
awk 'BEGIN { for (i = 0; i < 40; i++) print i % 5 == 0 }' >errors.txt

lab=(--hidden 3,5 --activation tanh,relu --epochs 30 --trials 200 --test-size 100 --resamples 200)
run lab lab "${lab[@]}"
run lab-reproducible lab "${lab[@]}" --reproducible
run lab-summary lab --hidden 3 --epochs 20 --trials 200 --test-size 100 --resamples 200 --keep summary
# Long enough for compressed chunks, with a test set of more than one.
run lab-long lab --hidden 2 --epochs 10000 --trials 20000 --test-size 20 --resamples 10000
run test-error-long test-error --hidden 2 --epochs 10000 --trials 70 --test-size 20 --resamples 50
run tensor-basics tensor-basics
run gradient-check gradient-check --activation tanh,relu
run training training --hidden 3 --epochs 20
run test-error test-error --hidden 3 --epochs 20 --trials 200 --test-size 20 --resamples 50
run coverage-study coverage-study --hidden 3 --epochs 20 --trials 150 --test-size 50 --resamples 60 --level 0.5,0.9 \
    --method count,betting,bootstrap-bca
run training-study training-study --trainings 20 --hidden 2,3 --epochs 10 --test-size 50
run power-study power-study --hidden 2,3 --epochs 10 --trials 70 --test-size 20,50 --truth-points 20000
run loss-coverage loss-coverage --points 5,20 --trials 70 --resamples 99
run fit fit --train points.csv --hidden 2,3 --epochs 20 --resamples 99
run pi pi --trials 300
run stopped-mcse pi --trials 100000 --stop-mcse 0.05
run stopped-width pi --trials 100000 --stop-width 0.5
"$BRISK" interval errors.txt -o interval.h5 --force --bootstrap resample --resamples 99 --keep-replicates \
    >interval.txt
rm -f ./*.txt
if [ -n "${SAMPLE_FILE:-}" ]; then
    "$SAMPLE_FILE" types.h5
fi
