#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# h5diff: a results file equals its copy by h5repack in another layout, and the file of a run that differs in /run alone;
# a changed value is found. h5ls reads all of it.
#     h5diff.sh FOLDER               FOLDER/files has the files
set -uo pipefail
folder=$1/files
: "${BRISK_PYTHON:=/usr/bin/python3}"
for tool in h5diff h5repack h5ls; do
    command -v "$tool" >/dev/null && continue
    if [ "${CI:-}" = true ]; then
        echo "FAILED: $tool is not here; it comes with the package hdf5-tools (scripts/setup.sh)"
        exit 1
    fi
    echo "SKIPPED: $tool is not here; it comes with the package hdf5-tools"
    exit 0
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
check() {
    local text=$1
    shift
    "$@" >"$work/said" 2>&1 && echo "ok: $text" && return
    echo "FAILED: $text"
    head -n 20 "$work/said"
    failures=$((failures + 1))
}
for name in types fit lab-long; do
    check "h5repack $name" h5repack -f NONE -l CHUNK=10 "$folder/$name.h5" "$work/$name.h5"
    # References are addresses in the file.
    check "h5diff $name and its repacked copy" h5diff "$folder/$name.h5" "$work/$name.h5" /
    check "h5ls $name" h5ls -rv "$folder/$name.h5"
done
# /run, and the digests of its dataset, stand in one of the two alone.
"$BRISK_PYTHON" - "$folder" "$work" <<'PYTHON'
import shutil
import sys
import h5py
shutil.copyfile(sys.argv[1] + "/lab.h5", sys.argv[2] + "/lab.h5")
with h5py.File(sys.argv[2] + "/lab.h5", "r+") as file:
    del file["run"]
shutil.copyfile(sys.argv[1] + "/fit.h5", sys.argv[2] + "/changed.h5")
with h5py.File(sys.argv[2] + "/changed.h5", "r+") as file:
    file["network/tanh_2/loss"][3] += 1e-9
PYTHON
check 'h5diff a run and its reproducible twin' h5diff "$folder/lab-reproducible.h5" "$work/lab.h5"
differ() { ! h5diff "$folder/fit.h5" "$work/changed.h5"; }
check 'h5diff finds a changed value' differ
[ "$failures" -eq 0 ]
