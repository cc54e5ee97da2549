#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The decision map changes how fast trials are and no number of the file: every dataset and attribute of a
# run with --evaluation map (and auto) is that of a run with dense, down to the bits.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# same_content A B: all but the configuration, the digests, and /run.
same_content() {
    "$BRISK_PYTHON" - "$@" <<'PYTHON'
import sys

import h5py
import numpy as np

LEFT_OUT = {"digest", "DIMENSION_LIST", "REFERENCE_LIST"}


def bits(value):
    value = np.asarray(value)
    return value.tolist() if value.dtype == object else (value.dtype.str, value.shape, value.tobytes())


def content(name):
    found = {}

    def visit(path, item):
        if path.split("/")[0] in ("run", "config"):
            return
        if isinstance(item, h5py.Dataset):
            found[path] = bits(item[()])
        for key, value in item.attrs.items():
            if key not in LEFT_OUT:
                found[path + "@" + key] = bits(value)

    with h5py.File(name) as file:
        file.visititems(visit)
    return found


ours, theirs = (content(name) for name in sys.argv[1:])
assert len(ours) > 100, f"only {len(ours)} values"
assert ours.keys() == theirs.keys(), ours.keys() ^ theirs.keys()
different = [name for name in ours if ours[name] != theirs[name]]
assert not different, f"{different} differ"
PYTHON
}

run_test_error() { "$BRISK" run test-error "$@" >"page.txt" 2>log.txt && sed '/^results/d' page.txt; }

case_number=0
compare_ways() {
    case_number=$((case_number + 1))
    local way
    for way in dense map auto; do
        check "$* --evaluation $way" run_test_error -o "$case_number-$way.h5" "$@" --evaluation "$way"
    done
    check "$*: map as dense" same_content "$case_number-dense.h5" "$case_number-map.h5"
    check "$*: auto as dense" same_content "$case_number-dense.h5" "$case_number-auto.h5"
}
compare_ways --trials 2000 --epochs 200
compare_ways --trials 500 --test-size 3000 --epochs 50 --hidden 3,40 --activation tanh,relu --dtype f64 --seed 5
compare_ways --trials 300 --epochs 20 --hidden 20 --sampling iid --seed 9 -j 1
check 'which the comparison sees' bash -c \
    "$(declare -f same_content); '$BRISK' run test-error -o other.h5 --trials 2000 --epochs 200 --seed 2 >page.txt 2>&1 &&
     ! same_content 1-map.h5 other.h5 2>log.txt && grep -q 'differ' log.txt"
check 'an unknown way is refused' refused 2 'evaluation' run test-error --evaluation table
finish
