#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# One reader opens results files, and what it reads is compared with what h5py reads, value by value:
#     check.sh READER FOLDER         FOLDER/files has the files, FOLDER/npm the packages of npm
# Where the reader is not installed, the test is skipped with a line that says so; with CI=true it fails.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
reader=$1
folder=$2
: "${BRISK_PYTHON:=/usr/bin/python3}"
export PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# absent WHAT PACKAGE
absent() {
    if [ "${CI:-}" = true ]; then
        echo "FAILED: $1 is not here; it comes with the package $2 (scripts/setup.sh)"
        exit 1
    fi
    echo "SKIPPED: $1 is not here; it comes with the package $2"
    exit 0
}
need() { command -v "$1" >/dev/null || absent "$1" "$2"; }
need_python() { "$BRISK_PYTHON" -c "import $1" 2>/dev/null || absent "Python's $1" "$2"; }
need_npm() {
    need node nodejs
    [ -d "$folder/npm/node_modules/$1" ] || absent "$1 of npm" npm
}

need_python h5py python3-h5py
files=(types fit coverage-study lab-long)
compared=$reader
case $reader in
xarray-*)
    need_python netCDF4 python3-netcdf4
    need_python h5netcdf python3-h5netcdf
    need_python xarray python3-xarray
    compared=xarray
    list() { "$BRISK_PYTHON" "$here/list_xarray.py" "${reader#xarray-}" "$1"; }
    ;;
ncdump)
    need ncdump netcdf-bin
    list() { "$BRISK_PYTHON" "$here/list_ncdump.py" "$1"; }
    ;;
h5dump)
    need h5dump hdf5-tools
    list() { "$BRISK_PYTHON" "$here/list_h5dump.py" "$1"; }
    ;;
octave)
    need octave octave
    files=(types fit coverage-study)
    # When it leaves, Octave 7.3 may say that it ignores an exception of its own.
    list() {
        "$BRISK_PYTHON" "$here/names_for_octave.py" "$1" >"$work/names" &&
            octave --no-gui --no-window-system -qf "$here/list_octave.m" "$work/names" "$1"
    }
    octave --no-gui --no-window-system -qf --eval 'pkg load netcdf' 2>"$work/package" ||
        absent "Octave's netcdf" octave-netcdf
    ;;
r)
    need Rscript r-base-core
    Rscript -e 'library(hdf5r)' >"$work/package" 2>&1 || absent "R's hdf5r" r-cran-hdf5r
    list() { Rscript "$here/list_r.R" "$1"; }
    ;;
h5wasm | jsfive)
    need_npm "$reader"
    list() { node "$here/list_$reader.mjs" "$folder/npm/node_modules" "$1"; }
    ;;
brisk) list() { "$LIST_VALUES" "$1"; } ;;
*)
    echo "unknown reader $reader" >&2
    exit 2
    ;;
esac

failures=0
for name in "${files[@]}"; do
    if list "$folder/files/$name.h5" >"$work/listing" 2>"$work/said"; then
        "$BRISK_PYTHON" "$here/compare.py" "$compared" "$work/listing" "$folder/files/$name.h5" ||
            failures=$((failures + 1))
    else
        echo "FAILED: $reader cannot read $name.h5"
        head -n 20 "$work/said"
        failures=$((failures + 1))
    fi
done
# The comparison can fail: one digit of one value.
awk -F '\t' -v OFS='\t' '!done && $1 == "dataset" && $3 != "-" && $4 ~ /^[0-9.]+$/ { $4 = $4 + 1; done = 1 } 1' \
    "$work/listing" >"$work/wrong"
if "$BRISK_PYTHON" "$here/compare.py" "$compared" "$work/wrong" "$folder/files/${files[-1]}.h5" >"$work/said"; then
    echo 'FAILED: a changed value was not found'
    failures=$((failures + 1))
fi
[ "$failures" -eq 0 ]
