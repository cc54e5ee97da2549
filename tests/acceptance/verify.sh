#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# brisk verify: it agrees with files that are right, on any number of threads and instruction set and beside another
# libm, and names what was changed in a file that is not.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# made FILE ARGUMENT...: a file of a run; what it says is kept for a failure.
made() {
    local file=$1
    shift
    "$BRISK" run "$@" -o "$file" --progress none >/dev/null
}
# verified PATTERN ARGUMENT...: exit code 0, and PATTERN on stdout.
verified() {
    local pattern=$1
    shift
    run_brisk verify "$@"
    [ "$exit_code" -eq 0 ] || {
        printf 'exit code %s: %s\n' "$exit_code" "$err"
        return 1
    }
    matches "$out" "$pattern"
}
# differs PATTERN ARGUMENT...: exit code 4, and PATTERN on stderr.
differs() { refused 4 "$1" verify "${@:2}"; }
# not_agreed FILE: of none of its simulations is it said that its blocks agree.
not_agreed() { verified 'blocks differ' "$@" && ! grep 'blocks of .* agree' <<<"$out"; }
forge() { "$BRISK_PYTHON" "$acceptance/check_verify.py" "$BRISK" "$@"; }

small=(--hidden 5,7 --train-size 40 --epochs 30 --trials 300 --test-size 100 --resamples 199)
check 'a small lab' made lab.h5 lab "${small[@]}"

# ---- Files that are right
check 'it is verified' verified 'lab\.h5 is verified$' lab.h5
check 'every value is the same bits' verified 'values, the same bits$' lab.h5
check 'and with --exact' verified 'the same bits$' lab.h5 --exact
for threads in 1 2 3; do
    check "on $threads threads" verified 'the same bits$' lab.h5 -j "$threads"
done
for isa in scalar avx2 avx512; do
    if BRISK_ISA=$isa "$BRISK" --version >/dev/null 2>&1; then
        export BRISK_ISA=$isa
        check "with kernels for $isa" verified 'the same bits$' lab.h5
        unset BRISK_ISA
    else
        note "this processor has no $isa"
    fi
done
check 'by a sample' verified "trials +2 of 5 blocks of 'fresh test sets' \(300 trials\) agree$" lab.h5 --sample 2
check 'a sample takes what follows from the values of the file' verified 'the same bits$' lab.h5 --sample 2
check 'a sample of all blocks' verified 'trials +all 5 blocks' lab.h5 --sample 5
first_seed() { "$BRISK" verify lab.h5 --sample 1 2>/dev/null | grep -o 'sample-seed [0-9]*'; }
seeds_differ() { [ "$(first_seed)" != "$(first_seed)" ]; }
check 'the blocks are others each time, and the seed is told' seeds_differ
check 'the same ones on demand' verified 'sample-seed 17 takes the same' lab.h5 --sample 1 --sample-seed 17

check 'a lab of summaries' made summary.h5 lab "${small[@]}" --keep summary
check 'summaries' verified 'the same bits$' summary.h5
check 'summaries by a sample: why, is told' verified 'agree; not all outputs of its trials are kept' summary.h5 --sample 2
check 'summaries by a sample: what was left out is told' verified 'datasets that may depend on all trials' summary.h5 --sample 2
check 'a run without /run' made bare.h5 lab "${small[@]}" --reproducible
check 'without /run' verified 'the same bits$' bare.h5
check 'a stopped run' made stopped.h5 pi --trials 100000 --stop-mcse 0.003
check 'stopped early' verified 'the same bits$' stopped.h5
check 'stopped early, by a sample' verified 'the same bits$' stopped.h5 --sample 3
check 'a run with a confidence sequence' made width.h5 pi --trials 100000 --stop-width 0.2 --keep summary
check 'stopped by its confidence sequence' verified 'the same bits$' width.h5
merged() {
    "$BRISK" run lab "${small[@]}" --shard 1/2 -o s1.h5 --progress none &&
        "$BRISK" run lab "${small[@]}" --shard 2/2 -o s2.h5 --progress none &&
        "$BRISK" merge merged.h5 s1.h5 s2.h5 --progress none >/dev/null
}
check 'a merged run' merged
check 'merged' verified 'the same bits$' merged.h5
check 'a shard has nothing to verify' refused 3 'brisk-shard|shard' verify s1.h5
resumed() {
    "$BRISK" run pi --trials 2000000 --time-limit 0.05 -o resumed.h5 --progress none >/dev/null 2>&1
    [ -e resumed.h5 ] || "$BRISK" run pi --trials 2000000 --resume -o resumed.h5 --progress none >/dev/null
}
check 'a resumed run' resumed
check 'resumed' verified 'the same bits$' resumed.h5 --sample 20

# ---- Every experiment
printf 'a,b,y\n' >data.csv
for i in $(seq 1 40); do echo "$((i * 7 % 11)).5,$((i * 3 % 13)),$((i * 7 % 11 > i * 3 % 13))"; done >>data.csv
quick=(--hidden 5 --train-size 40 --epochs 20)
declare -A experiments=(
    [tensor-basics]='' [gradient-check]=''
    [training]="${quick[*]}" [test-error]="${quick[*]} --trials 200 --test-size 50 --resamples 99"
    [coverage-study]="${quick[*]} --trials 200 --test-size 50 --resamples 49 --method count,student-t,bootstrap-bca"
    [training-study]="${quick[*]} --trainings 6 --test-size 50"
    [power-study]="--hidden 5,7 --train-size 40 --epochs 20 --trials 100 --test-size 50,100 --truth-points 40000"
    [loss-coverage]='--distribution beta,rare --points 20 --trials 100 --resamples 49'
    [fit]='--train data.csv --hidden 3 --epochs 20 --resamples 99' [pi]='--trials 500')
for experiment in "${!experiments[@]}"; do
    # shellcheck disable=SC2086
    check "brisk run $experiment" made "$experiment.h5" "$experiment" ${experiments[$experiment]}
    check "$experiment" verified 'the same bits$' "$experiment.h5" --exact
    check "$experiment by a sample" verified 'is verified by a sample$' "$experiment.h5" --sample 1
done
# shellcheck disable=SC2086
check 'a coverage study of summaries' made coverage-summary.h5 coverage-study ${experiments[coverage-study]} --keep summary

# ---- Beside another libm: what is declared inexact, and nothing else, may differ.
elsewhere() {
    local file=$1
    shift
    exit_code=0
    out=$(LD_PRELOAD=$OTHER_LIBM "$BRISK" verify "$file" "$@" 2>err.txt) || exit_code=$?
    err=$(cat err.txt)
    [ "$exit_code" -eq 0 ] || {
        printf 'exit code %s: %s\n' "$exit_code" "$err"
        return 1
    }
}
told_elsewhere() { elsewhere "$@" && matches "$out" 'but for [0-9]+ that pass through libm'; }
not_exact() {
    ! elsewhere "$@" --exact && [ "$exit_code" -eq 4 ]
}
# not_judged PATTERN ARGUMENT...: verified, and of no block with trials is it said that all agree.
not_judged() {
    elsewhere "${@:2}" && matches "$out" "digests of [0-9]+ of [0-9]+ blocks differ; .* pass through libm$1" &&
        ! grep 'blocks of .* agree' <<<"$out"
}
told_wrong() { ! elsewhere "${@:2}" && [ "$exit_code" -eq 4 ] && matches "$err" "$1"; }
if [ -n "${OTHER_LIBM:-}" ]; then
    for file in lab summary coverage-study loss-coverage fit; do
        check "$file beside another libm" told_elsewhere $file.h5
        check "$file is not the same bits there" not_exact $file.h5
    done
    for file in coverage-study coverage-summary loss-coverage; do
        check "$file beside another libm: digests are not said to agree" not_judged "; --exact compares them" $file.h5
        check "$file by a sample: nor there" not_judged ' and cannot be judged without --exact' $file.h5 --sample 100
        check "$file by a sample of one block" elsewhere $file.h5 --sample 1
    done
    check 'an exact value that is kept' forge coverage-study.h5 count /network/tanh_5/trials/error_count
    check 'is compared there' told_wrong 'trial 0 .*/network/tanh_5/trials/error_count \[trial 0\]' forged.h5 --sample 100
    for file in test-error training-study power-study training tensor-basics gradient-check pi stopped width; do
        check "$file beside another libm" elsewhere $file.h5
    done
else
    note 'without another libm (a build with sanitizers)'
fi

# ---- Files that are not
check 'a bit in each dataset: its digest names it' forge lab.h5 damaged
check 'with digests that fit: the run names it' forge lab.h5 forged
check 'an attribute of each name' forge lab.h5 attributes
check 'another seed' forge lab.h5 set /@seed 2
check 'it is named' differs '/@seed is 2 in the file, but 1' forged.h5
text() { "$BRISK_PYTHON" -c 'import h5py; print(h5py.File("lab.h5")["config/text"].asstr()[()])'; }
option() { forge lab.h5 set /config/text "$(text | sed "s/^$1 = .*/$1 = $2/")"$'\n'; }
check 'another seed in the configuration' option seed 2
check 'it is found' differs 'forged\.h5: ' forged.h5
check 'fewer trials in the configuration' option trials 200
check 'they are named' differs '/simulation/fresh test sets@trials_asked is 300 in the file, but 200' forged.h5
check 'another learning rate in the configuration' option learning-rate 0.2
check 'what it changes first is named' differs '/network/tanh_5@' forged.h5
check 'other digests of blocks whose values are not all kept' forge coverage-study.h5 digests
check 'are counted' verified 'computed again: digests of 4 of 4 blocks differ; they cover values that pass through libm; --exact' forged.h5
check 'are no agreement' not_agreed forged.h5
check 'are found' differs 'block_digest \[block 0\] is not the digest of what' forged.h5 --exact
check 'other digests of blocks of exact values' forge summary.h5 digests
check 'they are named' differs 'block_digest \[block 0\] is not the digest of what' forged.h5
check 'other digests of blocks whose values are kept' forge pi.h5 digests
check 'they are named too' differs 'block_digest \[block 0\] is not the digest of its values' forged.h5
for all in '' '--sample 3'; do
    check 'no values of trials' forge pi.h5 without /pi/trial_value
    # shellcheck disable=SC2086
    check "it is named $all" differs '/pi/trial_value is missing in the file' forged.h5 $all
    check 'values of trials of another type' forge pi.h5 retyped /pi/trial_value
    # shellcheck disable=SC2086
    check "they are named $all" differs '/pi/trial_value in the file is not the 500 values' forged.h5 $all
    check 'no values at their own place' forge lab.h5 without /network/tanh_5/trials/error_count
    # shellcheck disable=SC2086
    check "it is named $all" differs '/network/tanh_5/trials/error_count is missing in the file' forged.h5 $all
    check 'fewer trials than were asked for' forge summary.h5 fewer 'fresh test sets'
    # shellcheck disable=SC2086
    check "which no rule ended $all" differs '@trials does not fit the 300 trials .* no stopping rule ends' forged.h5 $all
done
check 'a changed configuration without digests that fit' "$BRISK_PYTHON" -c '
import h5py, shutil
shutil.copy("lab.h5", "forged.h5")
with h5py.File("forged.h5", "r+") as file:
    file["config/text"][()] = file["config/text"].asstr()[()].replace("trials = 300", "trials = 30O")'
check 'is named by its digest' differs '/config/text does not match its digest' forged.h5
check 'no digest at all' "$BRISK_PYTHON" -c '
import h5py, shutil
shutil.copy("lab.h5", "forged.h5")
with h5py.File("forged.h5", "r+") as file:
    del file.attrs["digest"]'
check 'is told' differs 'digest' forged.h5
# bad_configuration FROM TO: nor a configuration that any run could have had.
bad_configuration() {
    "$BRISK_PYTHON" - "$@" <<'EOF'
import h5py, shutil, sys
shutil.copy("lab.h5", "forged.h5")
with h5py.File("forged.h5", "r+") as file:
    del file.attrs["digest"]
    text = file["config/text"].asstr()[()]
    assert sys.argv[1] in text
    file["config/text"][()] = text.replace(sys.argv[1], sys.argv[2])
EOF
}
check 'nor a configuration that can be read' bad_configuration 'trials = 300' 'trials = 30O'
check 'is trouble with the file' refused 3 "forged\.h5:/config/text:[0-9]+: trials: '30O' is not a whole number" verify forged.h5
check 'nor one that fits together' bad_configuration 'test-size = 100' 'test-size = 101'
check 'neither is its user at fault' refused 3 'forged\.h5:/config/text: .*101' verify forged.h5
head -c 20000 lab.h5 >cut.h5
check 'a file that was cut' refused 3 'cut\.h5' verify cut.h5
check 'a file that is none' refused 3 'data\.csv' verify data.csv
check 'no file' refused 3 'none\.h5' verify none.h5

# ---- Bad usage, and programs that lack the experiment
check 'no file named' refused 2 'which results file' verify
check 'two files' refused 2 'too much' verify lab.h5 summary.h5
check 'a sample of nothing' refused 2 'at least 1' verify lab.h5 --sample 0
check 'a seed without a sample' refused 2 'sample' verify lab.h5 --sample-seed 3
unknown() {
    "$BRISK_PYTHON" - <<'EOF'
import sys, os
sys.path.insert(0, os.environ["acceptance"])
import h5py, shutil, check_verify
shutil.copy("lab.h5", "labs.h5")
with h5py.File("labs.h5", "r+") as file:
    file.attrs.modify("experiment", "labs")
    check_verify.seal(file)
EOF
}
check 'a file of an experiment that nobody knows' unknown
check 'is told' refused 2 "'labs', which brisk does not have; it has lab" verify labs.h5
other_version() {
    "$BRISK_PYTHON" - <<'EOF'
import sys, os
sys.path.insert(0, os.environ["acceptance"])
import h5py, shutil, check_verify
shutil.copy("lab.h5", "version.h5")
with h5py.File("version.h5", "r+") as file:
    file.attrs.modify("brisk_version", "0.0.1")
    check_verify.seal(file)
EOF
}
check 'a file of another version' other_version
check 'is compared all the same, and it is told' verified 'version +the file is of brisk 0\.0\.1, this is ' version.h5
full() { ! "$BRISK" verify lab.h5 >/dev/full 2>full.txt && matches "$(cat full.txt)" 'standard output'; }
check 'a page that cannot be printed is an error' full
finish
