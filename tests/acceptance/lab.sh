#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The main job with the assignment's defaults: every item is in the file and on the page, the known
# answers are there, and an independent NumPy implementation agrees with the trials.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

check 'brisk run lab' bash -c "'$BRISK' run lab -o lab.h5 >page.txt 2>log.txt"
check 'brisk run lab with all activations and without balance' bash -c \
    "'$BRISK' run lab -o iid.h5 --seed 7 --hidden 5,100 --activation tanh,relu,sigmoid --sampling iid --dtype f64 \
     --trials 2000 --epochs 300 >page-iid.txt 2>log.txt"
check 'brisk show prints the page of the run' bash -c "'$BRISK' show lab.h5 | diff - page.txt | grep -c '^>' | grep -x 0"

for file in lab.h5 iid.h5; do
    check "$file: every item of the assignment" "$BRISK_PYTHON" "$acceptance/check_lab.py" "$file"
    check "$file: trials against NumPy" "$BRISK_PYTHON" "$acceptance/check_trials.py" "$file"
    check "$file: the check of the trials can fail" "$BRISK_PYTHON" "$acceptance/check_trials.py" --plant "$file"
done

on_page() { grep -qF -- "$1" page.txt; }
for text in 'dl/dy = 6' 'w = -2.8' 'i64' 'only floating tensors' 'a second time' 'expected version 0' '26492' \
    'bit for bit those before' 'fell' 'R_T = ' 'variance estimated: no finite-sample guarantee' \
    'centred on R_T, not on the true risk' 'sqrt(ln(2 / (1 - level)) / (2 m))' 'Monte Carlo standard error'; do
    check "the page says: $text" on_page "$text"
done
check 'the page about ReLU claims no order across kinks' grep -q 'kinks: no order claimed' page-iid.txt

# The stored configuration is accepted back and gives the same content.
check 'the stored configuration comes out' bash -c \
    "'$BRISK_PYTHON' -c 'import h5py; print(h5py.File(\"iid.h5\")[\"config/text\"].asstr()[()], end=\"\")' >again.ini"
check 'and is accepted back' bash -c "'$BRISK' run lab -o again.h5 --config again.ini >page-again.txt 2>log.txt"
same_digest() {
    "$BRISK_PYTHON" -c 'import h5py, sys
a, b = (h5py.File(name).attrs["digest"] for name in sys.argv[1:])
sys.exit(a != b)' "$@"
}
check 'with the same content' same_digest iid.h5 again.h5
check 'another seed gives another content' bash -c \
    "'$BRISK' run lab -o other.h5 --config again.ini --seed 8 >page-other.txt 2>log.txt"
check 'as its digest says' bash -c "! '$BRISK_PYTHON' -c 'import h5py, sys
sys.exit(h5py.File(\"iid.h5\").attrs[\"digest\"] != h5py.File(\"other.h5\").attrs[\"digest\"])'"

# Each part alone writes the same numbers as the lab.
for part in tensor-basics gradient-check training test-error; do
    check "brisk run $part" bash -c "'$BRISK' run $part -o $part.h5 >page-$part.txt 2>log.txt"
done
same_data() {
    "$BRISK_PYTHON" "$acceptance/same_data.py" "$@"
}
check 'tensor-basics agrees with the lab' same_data lab.h5 tensor-basics.h5 tensor_basics
check 'gradient-check agrees with the lab' same_data lab.h5 gradient-check.h5 gradient_check
check 'training agrees with the lab' same_data lab.h5 training.h5 network
check 'test-error agrees with the lab' same_data lab.h5 test-error.h5 network
finish
