#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Writes the golden files of the format's present version into tests/data/golden/VERSION, with what h5py reads in
# them (values.json):
#     BRISK=build/bin/brisk SAMPLE_FILE=build-dev/bin/sample_file tests/readers/make_golden.sh
# They are made once for each version of the format and then stay as they are: check_golden.py opens them for ever. No
# test asks that today's brisk writes the same files.
set -euo pipefail
: "${BRISK:?the brisk command}" "${SAMPLE_FILE:?the program sample_file of the tests}"
: "${BRISK_PYTHON:=/usr/bin/python3}"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
BRISK=$(realpath "$BRISK")
SAMPLE_FILE=$(realpath "$SAMPLE_FILE")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# run NAME EXPERIMENT ARGUMENT...
run() {
    local name=$1
    shift
    "$BRISK" run "$@" --reproducible -o "$name.h5" --progress none >/dev/null
}
awk 'BEGIN {
    print "u,v,class"
    for (i = 0; i < 60; i++) printf "%d,%d,%s\n", i % 7, i % 5, i % 3 % 2 ? "b" : "a"
}' >points.csv
awk 'BEGIN { for (i = 0; i < 40; i++) print i % 5 == 0 }' >errors.txt
run lab lab --hidden 2 --epochs 10 --trials 70 --test-size 20 --resamples 50
run summary test-error --hidden 2 --epochs 10 --trials 70 --test-size 20 --resamples 50 --keep summary
run tensor-basics tensor-basics
run gradient-check gradient-check --activation tanh,relu
run coverage-study coverage-study --hidden 2 --epochs 10 --trials 70 --test-size 20 --resamples 60 \
    --method hoeffding,wilson,bootstrap-bca
run training-study training-study --trainings 5 --hidden 2 --epochs 10 --test-size 50
run power-study power-study --hidden 2,3 --epochs 10 --trials 70 --test-size 20 --truth-points 20000
run loss-coverage loss-coverage --distribution rare --points 5 --trials 20 --resamples 99
run fit fit --train points.csv --hidden 2,3 --epochs 10 --resamples 20
run pi pi --trials 70
run stopped pi --trials 100000 --stop-width 0.5 --keep summary
"$BRISK" interval errors.txt -o interval.h5 >/dev/null
"$SAMPLE_FILE" types.h5
rm points.csv errors.txt

version=$("$BRISK_PYTHON" -c 'import h5py; print(*h5py.File("pi.h5").attrs["format_version"], sep=".")')
target=$here/../data/golden/$version
rm -rf "$target"
mkdir -p "$target"
gzip -9n ./*.h5
cp ./*.h5.gz "$target"
PYTHONDONTWRITEBYTECODE=1 "$BRISK_PYTHON" "$here/check_golden.py" --make "$target"
du -sh "$target"
