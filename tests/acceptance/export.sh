#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# brisk export: every value of every kind of results file bit for bit (read with Python's csv and json, beside h5py),
# safe names, a folder that appears whole or not at all, and no file lost.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=small_experiments.sh
source "$acceptance/small_experiments.sh"
export BRISK PYTHONDONTWRITEBYTECODE=1

compare() { "$BRISK_PYTHON" "$acceptance/check_export.py" "$@"; }
exported() { "$BRISK" export "$1.h5" -o "$1" && "$BRISK" export "$1.h5" -o - >"$1.json" && "$BRISK" show "$1.h5" --json >"$1.shown"; }
# told NAME: the export of NAME.h5 in all three forms is the file.
told() {
    check "$1: export" exported "$1"
    check "$1: every value, attribute and name" compare "$1.h5" "$1" "$1.json" "$1.shown"
}

# ---- Every experiment --------------------------------------------------------------------------------------

check 'the list of small experiments has all of them' every_experiment
declare -A more=([pi]='--stop-width 0.3')
for name in "${small_names[@]}"; do
    # shellcheck disable=SC2086
    check "$name: a run" run_small "$name" ${more[$name]-}
    told "$name"
done
check 'a bit that was changed is found' bash -c "! '$BRISK_PYTHON' '$acceptance/check_export.py' lab.h5 lab lab.json --plant"
check 'all experiments were exported' bash -c "ls ./*/index.csv | wc -l | grep -x ${#small_names[@]}"
printf '1e-300\n0.1\n0.30000000000000004\n-5\n' >losses.csv
check 'brisk interval -o' "$BRISK" interval losses.csv -o interval.h5
told interval

names() { [ -s lab/network_tanh_3_interval.csv ] && [ -s lab/network_tanh_3_trials_error_count.csv ] && [ -s lab/config.ini ]; }
check 'tables have the names that the documentation gives' names
check 'the configuration is accepted back' "$BRISK" run lab --config lab/config.ini -o again.h5 --progress none
spreadsheet() {
    [ "$(head -n 2 lab/network_tanh_3_trials_error_count.csv | tail -n 1)" = "0,$("$BRISK_PYTHON" -c 'import h5py
print(h5py.File("lab.h5")["network/tanh_3/trials/error_count"][0])')" ]
}
check 'a table begins with the place along its axis' spreadsheet

# ---- A file of another program -----------------------------------------------------------------------------

"$BRISK_PYTHON" "$acceptance/make_odd_results.py" odd.h5 axes.h5 || exit 1
told odd
axes_of_one_name() {
    "$BRISK" export axes.h5 -o axes && test "$(cat axes/inner_*.csv | wc -l)" -eq 20005 &&
        timeout 20 "$BRISK" export axes.h5 -o - >axes.json && test "$(stat -c %s axes.json)" -lt 2000000
}
check 'axes of one name are two, and no values are no lists' axes_of_one_name
plain_names() { ! find odd -mindepth 1 | LC_ALL=C grep -q '[^A-Za-z0-9_./-]'; }
check 'odd names become plain ones' plain_names
check 'nothing is written elsewhere' bash -c '[ ! -e escaped.csv ] && [ ! -e ../escaped.csv ] && [ ! -e odd.part ]'
no_control() { ! LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$@"; }
check 'no escape sequence comes out of the JSON' no_control odd.json odd.shown
"$BRISK" show odd.h5 >odd.page 2>odd.err
check 'nor on the page' no_control odd.page odd.err odd/README.txt
check 'the page is not empty' test -s odd.page

# ---- Where to ----------------------------------------------------------------------------------------------

refuse() { check "export $3" refused "$1" "$2" export "${@:4}"; }
refuse 2 'which results file' 'without a file'
refuse 2 'where to' 'without a target' lab.h5
refuse 2 'one file at a time' 'of two files' lab.h5 pi.h5 -o both
refuse 3 'absent\.h5' 'of a file that is not there' absent.h5 -o absent
refuse 3 'lab is not empty.*--force' 'into a folder with files' lab.h5 -o lab
refuse 3 'losses\.csv exists and is no folder' 'over a file' lab.h5 -o losses.csv
refuse 3 'losses\.csv exists and is no folder' 'over a file, with --force' lab.h5 -o losses.csv --force
refuse 3 'name a new folder' 'into the working folder' lab.h5 -o .
refuse 3 'name a new folder' 'into the folder above' lab.h5 -o ./.. --force
refuse 3 'no-such-folder' 'into a folder that is not there' lab.h5 -o no-such-folder/lab
mkdir mine && echo 'years of work' >mine/thesis.tex
refuse 3 'mine holds files and is no earlier export' 'over somebody'\''s folder' lab.h5 -o mine --force
cp -r lab noted && echo 'a note' >noted/note.txt
refuse 3 "noted holds 'note.txt'" 'over an export with a note in it' lab.h5 -o noted --force
cp -r lab nested && mkdir nested/index.csv.d
refuse 3 "nested holds 'index.csv.d'" 'over an export with a folder in it' lab.h5 -o nested --force
ln -s lab link
refuse 3 'link exists and is no folder' 'over a symbolic link' lab.h5 -o link --force
mkdir aside.part && echo 'mine' >aside.part/file.csv
refuse 3 'aside\.part is in the way' 'beside a folder of that name' lab.h5 -o aside

replaced() {
    cp -r lab replaced && "$BRISK" export pi.h5 -o replaced --force && diff -r pi replaced && [ ! -e replaced.part ]
}
check 'an earlier export is replaced with --force' replaced
empty() { mkdir empty && "$BRISK" export pi.h5 -o empty/ && diff -r pi empty; }
check 'an empty folder is taken' empty
left_over() {
    mkdir dead.part && touch dead.part/.brisk-export && echo half >dead.part/half.csv
    "$BRISK" export pi.h5 -o dead && diff -r pi dead && [ ! -e dead.part ]
}
check 'what a killed export left is used again' left_over
held() {
    mkdir held.part && touch held.part/.brisk-export
    flock held.part "$BRISK" export pi.h5 -o held 2>held.txt
    [ $? -eq 3 ] && grep -q 'another export is writing held' held.txt && [ ! -e held ]
}
check 'two exports never write one folder' held
check 'the same file, the same bytes' bash -c "'$BRISK' export lab.h5 -o lab2 && diff -r lab lab2"

# ---- Failures ----------------------------------------------------------------------------------------------

check 'JSON to a full disk is an error' bash -c "'$BRISK' export lab.h5 -o - >/dev/full 2>full.txt; [ \$? -eq 3 ] && grep -q 'No space left' full.txt"
check 'so it is of show --json' bash -c "'$BRISK' show lab.h5 --json >/dev/full 2>full.txt; [ \$? -eq 3 ] && grep -q 'No space left' full.txt"
# Files of at most 2 kB: a stand-in for a full disk.
limited() {
    (
        ulimit -f 2
        exec "$BRISK" export lab.h5 -o limited 2>/dev/null
    )
    [ $? -eq 3 ] && [ ! -e limited ] && [ ! -e limited.part ]
}
check 'a table that cannot be written whole is an error, and nothing stays' limited
kept() {
    cp -r pi kept
    (
        ulimit -f 2
        exec "$BRISK" export lab.h5 -o kept --force 2>/dev/null
    )
    [ $? -eq 3 ] && diff -r pi kept && [ ! -e kept.part ]
}
check 'and an earlier export stays as it was' kept
changed() {
    cp pi.h5 changed.h5 && "$BRISK_PYTHON" -c 'import h5py
with h5py.File("changed.h5", "r+") as file:
    file["pi/trial_value"][3] = 3.0'
    "$BRISK" export changed.h5 -o changed 2>changed.txt && grep -q 'not as brisk wrote it.*trial_value' changed.txt
}
check 'a file that was changed is exported with a warning' changed
finish
