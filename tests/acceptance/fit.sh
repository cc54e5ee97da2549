#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# brisk run fit on a real data set: as PyTorch trains, as NumPy and SciPy compute, the same bits for every form of
# labels, order of columns, kind of file and number of threads; and an error for everything that is wrong with a table.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

export PYTHONDONTWRITEBYTECODE=1
vectors=$acceptance/../data/model_fit.txt
table() { "$BRISK_PYTHON" "$acceptance/breast_cancer.py" "$@"; }
fit_check() { "$BRISK_PYTHON" "$acceptance/check_fit.py" "$@"; }
# fit NAME ARGUMENT...: runs into NAME.h5, the page into NAME.txt.
fit() {
    local name=$1
    shift
    "$BRISK" run fit -o "$name.h5" "$@" >"$name.txt" 2>"$name.log" || {
        local code=$?
        cat "$name.log"
        return "$code"
    }
}

check 'the data of scikit-learn as a table' table bc.csv

# ---- Against PyTorch, NumPy and SciPy ----
for optimiser in 'descent 0.1' 'momentum 0.05' 'adam 0.01'; do
    read -r name rate <<<"$optimiser"
    check "fit with $name" fit "$name" --train bc.csv --hidden 10 --activation tanh,relu,sigmoid --optimiser "$name" \
        --learning-rate "$rate" --epochs 100
done
check 'losses and test errors are those of PyTorch' fit_check torch "$vectors" adam.h5 momentum.h5 descent.h5
check 'and that check can fail' fit_check plant torch "$vectors" adam.h5 momentum.h5 descent.h5
check 'NumPy and SciPy compute the same from the points' fit_check replay adam.h5
check 'and that check can fail' fit_check plant replay adam.h5
check 'a network of 300 units, learning-rate and epochs by default' fit wide --train bc.csv --hidden 3,300 --dtype f64 \
    --level 0.95 --test-share 0.4
check 'NumPy and SciPy compute the same of it' fit_check replay wide.h5
check 'brisk show prints the page of the run' bash -c "'$BRISK' show wide.h5 | diff - wide.txt | grep -c '^>' | grep -x 0"
for text in "+1 is 'malignant'" 'Clopper and Pearson' "McNemar's exact test" 'held out of the same file' \
    'Not to be used (range-unknown)' 'standardised by means'; do
    check "the page says: $text" grep -qF -- "$text" wide.txt
done

# ---- The same bits ----
small=(--hidden 4,7 --activation 'tanh,relu' --epochs 30 --resamples 500)
for threads in 1 2 3; do
    check "$threads threads" fit "threads-$threads" --train bc.csv "${small[@]}" --reproducible -j "$threads"
    check "$threads threads: the same bytes" same_bytes threads-1.h5 "threads-$threads.h5"
done
check 'the stored configuration comes out' bash -c \
    "'$BRISK_PYTHON' -c 'import h5py; print(h5py.File(\"threads-1.h5\")[\"config/text\"].asstr()[()], end=\"\")' >again.ini"
check 'and is accepted back' fit again --config again.ini --reproducible
check 'with the same bytes' same_bytes threads-1.h5 again.h5
cp bc.csv moved.csv
check 'a run whose table goes away' fit moved --train moved.csv --hidden 2 --epochs 3 --resamples 9
rm moved.csv && mkfifo moved.csv
run_brisk verify moved.h5
check 'verify does not wait for a pipe in its place' matches "$exit_code $err" '^3 .*moved.h5:/config/text: .*no ordinary file'
check 'f32 runs too' fit single --train bc.csv "${small[@]}" --dtype f32

# A run that stops behind its first training, and goes on.
stopped=(--train part.csv "${small[@]}" --reproducible -o stopped.h5)
cp bc.csv part.csv
run_brisk run fit "${stopped[@]}" --time-limit 0.001
check 'a run that has no more time stops with a checkpoint' test "$exit_code$(ls stopped.h5*)" = 5stopped.h5.checkpoint
head -n 400 bc.csv >part.csv
run_brisk run fit "${stopped[@]}" --resume
check 'another file under that name is found out' bash -c \
    '[ "$1" -eq 2 ] && grep -q "training points are not those that the checkpoint was made with" <<<"$2"' - "$exit_code" "$err"
cp bc.csv part.csv
run_brisk run fit "${stopped[@]}" --resume
check 'it goes on' test "$exit_code" -eq 0
check 'and trains what was left' bash -c '! grep -q "tanh_4: loss" <<<"$1" && grep -q "tanh_7: loss" <<<"$1"' - "$err"
check 'with the whole in one go' fit whole --train part.csv "${small[@]}" --reproducible
check 'it has the same bytes' same_bytes stopped.h5 whole.h5

same_as_first() {
    local name=$1
    shift
    fit "$name" "$@" "${small[@]}" && fit_check same threads-1.h5 "$name.h5"
}
for form in 01 sign; do
    check "labels as $form" table "$form.csv" "$form"
    check "labels as $form: the same bits" same_as_first "$form" --train "$form.csv"
done
check 'a table without a header' table bare.csv 01 --no-header
check 'the same bits' same_as_first bare --train bare.csv
check 'labels in the first column' table reversed.csv text --reverse
check 'found by name' fit by-name --train reversed.csv --label diagnosis "${small[@]}" --reproducible
check 'found by number' fit by-number --train reversed.csv --label 1 "${small[@]}" --reproducible
check 'give the same bits' fit_check same by-name.h5 by-number.h5
gzip -kn bc.csv
check 'compressed by gzip: the same bits' same_as_first gz --train bc.csv.gz
"$BRISK_PYTHON" - <<'PYTHON'
import h5py
import numpy as np
table = np.loadtxt("bare.csv", delimiter=",")
np.save("bc.npy", table)
with h5py.File("table.h5", "w") as file:
    file["points"] = table
rows = open("bc.csv").read().splitlines()
semicolons = [row.replace(",", ";") for row in rows]
open("semicolons.csv", "w").write("\n".join(semicolons) + "\n")
# R's write.table: row names, and a header with one name less.
named = [" ".join(f'"{name}"' for name in rows[0].split(","))]
named += [f'"{i}" ' + row.replace(",", " ") for i, row in enumerate(rows[1:], 1)]
open("r-table.txt", "w").write("\n".join(named) + "\n")
open("with-id.csv", "w").write("\n".join(f"{'id' if i == 0 else f'P{i}'},{row}" for i, row in enumerate(rows)) + "\n")
# The sets that the run held out, as two files; the test with its columns in another order, and one more.
with h5py.File("threads-1.h5") as file:
    names = list(file["input"].asstr())
    for part in ("training_set", "test_set"):
        x, y = file[part]["x"][()], file[part]["y"][()]
        order = list(range(len(names)))
        if part == "test_set":
            order = order[::-1]
        with open(f"{part}.csv", "w") as out:
            head = [names[i] for i in order]
            extra = part == "test_set"
            out.write(",".join([*(["diagnosis", "hospital"] if extra else []), *head, *([] if extra else ["diagnosis"])]) + "\n")
            for point, label in zip(x, y):
                values = [repr(float(point[i])) for i in order]
                text = "malignant" if label > 0 else "benign"
                out.write(",".join([*([text, "north"] if extra else []), *values, *([] if extra else [text])]) + "\n")
PYTHON
check '.npy: the same bits' same_as_first npy --train bc.npy
check 'a dataset of an HDF5 file: the same bits' same_as_first hdf5 --train table.h5:/points
check 'semicolons: the same bits' same_as_first semicolons --train semicolons.csv
check 'a table of R with row names: the same bits' same_as_first named --train r-table.txt
check 'a column that is no input is left out' same_as_first with-id --train with-id.csv --ignore id
check 'by number too' same_as_first with-id-1 --train with-id.csv --ignore 1
check 'a test file with other columns in another order: the same bits' same_as_first two-files --train training_set.csv \
    --test test_set.csv
check 'the page names the file' grep -qF 'from test_set.csv' two-files.txt
check 'and the log the column that is not used' grep -qF "'hospital' is not used" two-files.log
differs() { ! fit_check same "$@" >differences 2>&1 && grep -q 'different: \[' differences; }
check 'another seed gives other numbers' fit seed-2 --train bc.csv "${small[@]}" --seed 2
check 'as the comparison finds' differs threads-1.h5 seed-2.h5

# ---- Small and extreme ----
printf 'x,y\n1,a\n2,b\n1.5,a\n2.5,b\n' >four.csv
check 'three points to train on, one to test' fit four --train four.csv --hidden 2,3 --resamples 1 --seed 3
printf 'x,y\n1,a\n1.5,a\n' >one-class.csv
check 'a test set of one class, without errors' fit easy --train four.csv --test one-class.csv --hidden 2 --epochs 500
check 'the interval of no errors is there' grep -q 'clopper-pearson  *\[  *0.0' easy.txt

# ---- Bad input ----
messages=$work/messages
: >"$messages"
refused() {
    local code=$1 pattern=$2
    shift 2
    run_brisk run fit -o bad.h5 "$@"
    [ "$exit_code" -eq "$code" ] || {
        printf 'exit code %s, not %s; stderr:\n%s\n' "$exit_code" "$code" "$err"
        return 1
    }
    [ ! -e bad.h5 ] || {
        echo 'it left a file'
        return 1
    }
    grep -m 1 '^brisk run: ' <<<"$err" >>"$messages" || return 1
    matches "$err" "$pattern"
}
refuse() {
    local code=$1 pattern=$2
    shift 2
    check "brisk run fit $*" refused "$code" "$pattern" "$@"
}
# bad LINES PATTERN ARGUMENT...: a table is refused.
bad() {
    local lines=$1 pattern=$2
    shift 2
    printf '%b' "$lines" >bad.csv
    check "refused: ${lines:0:60}" refused 2 "$pattern" --train bad.csv "$@"
}
rows='1,2,a\n2,1,b\n3,5,a\n4,4,b\n'
refuse 2 '--train must be given' --epochs 3
refuse 2 '--train: the name of the file is empty' --train ''
refuse 2 '--train: standard input' --train -
refuse 2 '--test: standard input' --train bc.csv --test -
mkfifo pipe
refuse 2 '--train: pipe is no ordinary file' --train pipe
refuse 2 '--test: pipe is no ordinary file' --train bc.csv --test pipe
refuse 3 'absent\.csv' --train absent.csv
refuse 3 'absent-test\.csv' --train bc.csv --test absent-test.csv
refuse 2 '--hidden and --activation.*68' --train bc.csv --activation tanh,relu --hidden "$(seq -s, 1 34)"
refuse 2 'loss.*squared' --train bc.csv --loss squared
refuse 2 "--label: there is no column 'diagnose' in bc.csv; it has mean radius" --train bc.csv --label diagnose
refuse 2 "--label: there is no column '32'" --train bc.csv --label 32
refuse 2 "--label: there is no column 'x' in bare.csv; it has 31 without names" --train bare.csv --label x
refuse 2 "--ignore: there is no column 'id'" --train bc.csv --ignore id
refuse 2 "--ignore: 'diagnosis' is the column of the labels" --train bc.csv --ignore diagnosis
refuse 2 "column 'mean radius' has [0-9]+ different values.*--label" --train 01.csv --label 'mean radius'
refuse 2 "with-id.csv:2: column 'id': 'P1' is not a number; .*--ignore" --train with-id.csv
bad "u,v,y\n1,,a\n$rows" "bad.csv:2: column 'v': the value is missing"
bad "u,v,y\n1,NA,a\n$rows" "bad.csv:2: column 'v': .*is (no value|not a number).*--ignore"
bad "u,v,y\n$rows""5,x1,b\n" "bad.csv:6: column 'v': 'x1' is not a number"
bad "u,v,y\n$rows""5,1e999,b\n" "bad.csv:6: column 'v': '1e999' is infinite"
bad "u,v,y\n$rows""5,1\n" 'bad.csv:6: this row has 2 fields'
bad "u,v,y\n1,2,\n$rows" "bad.csv:2: column 'y': the value is missing"
bad 'u,v,y\n1,2,a\n2,3,a\n' "every label of column 'y' is 'a'"
bad "u,v,y\n$rows""1,1,c\n" "column 'y' has 3 different values \('a', 'b', ...\)"
bad "u,u,y\n$rows" "columns 1 and 2 of bad.csv both have the name 'u'"
bad 'y\na\nb\n' 'no column beside the label'
bad 'u,v,y\n' 'has a header and no rows'
bad '' 'bad.csv is empty'
bad 'u,v,y\n1,7,a\n2,7,b\n3,7,a\n4,7,b\n' "column 'v' is 7 in all 3 rows that are trained on.*--ignore"
bad 'u,y\n1,a\n1e308,b\n-1e308,a\n1.7e308,b\n' "column 'u' has the standard deviation" --test-share 0.25
bad 'u,y\n1,a\n1e39,b\n2,a\n1,b\n5,a\n' "column 'u': the value 9.99.*e\+38 is too large for f32" --standardise no --dtype f32
bad 'u,y\n1,a\n2,b\n' 'only?.*test-share|test-share.*(all of class|none to)' --test-share 0.5
bad "u,v,y\n$rows" 'leave none to test on' --test-share 0.01
bad "u,v,y\n$rows" 'leave none to train on' --test-share 0.99
bad "u,v,y\n$rows" "test_set.csv has no column 'u'" --test test_set.csv
printf 'v,u,z\n%b' "$rows" >renamed.csv
bad "u,v,y\n$rows" "renamed.csv has no column 'y'" --test renamed.csv
printf 'u,v,y\n1,2,a\n1,2,d\n' >other-label.csv
bad "u,v,y\n$rows" "other-label.csv:3: column 'y': the label 'd' is none of the training file" --test other-label.csv
printf 'u,v,y\n1,2,a\n1,z,b\n' >test-text.csv
bad "u,v,y\n$rows" "--test: test-text.csv:3: column 'v': 'z' is not a number" --test test-text.csv
printf '1,2,3,a\n1,2,4,b\n' >more.csv
bad "u,v,y\n$rows" 'more.csv has 4 columns and the file of --train has 3' --test more.csv
printf 'u,v,v,y\n1,2,3,a\n' >twice.csv
bad "u,v,y\n$rows" 'columns 2 and 3 of twice.csv both have the name' --test twice.csv
printf '\x7fELF\0\0' >binary.bin
refuse 3 'binary\.bin' --train binary.bin
bad_loss() {
    run_brisk run fit -o bad.h5 --train bc.csv --weight-decay 1000000 --hidden 5 --activation relu --epochs 50
    [ "$exit_code" -eq 1 ] && [ ! -e bad.h5 ] && matches "$err" 'relu_5 diverged; a smaller --learning-rate may help'
}
check 'a training that diverges says so' bad_loss
check 'every fault has a message' test "$(wc -l <"$messages")" -ge 35
check 'no two faults share a message' test -z "$(sort "$messages" | uniq -d)"
sort "$messages" | uniq -d
finish
