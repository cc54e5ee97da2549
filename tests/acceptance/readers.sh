#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The results file, opened by the programs its readers have: h5dump, h5py, netCDF4 and xarray.
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

header() { h5dump -H lab.h5 | grep -c DATASET; }
check 'h5dump -H' header
check 'h5py: names, scales and types of the format' "$BRISK_PYTHON" "$acceptance/read_h5py.py" lab.h5
for engine in netcdf4 h5netcdf; do
    check "xarray with $engine, group by group" "$BRISK_PYTHON" "$acceptance/read_xarray.py" "$engine" lab.h5
done
if [ -f "$acceptance/../analysis/check_format.py" ]; then
    check 'the documented format' "$BRISK_PYTHON" "$acceptance/../analysis/check_format.py" lab.h5
fi
finish
