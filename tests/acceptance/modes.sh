#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# One file, however it was computed: threads, schedule, instruction set, shards, interruption. "The same" is the
# same bytes of the whole file, written with --reproducible.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

study=(run lab --hidden 5,20 --epochs 50 --trials 1500 --test-size 100 --resamples 199 --reproducible --progress none)

# makes FILE ARGUMENT...: a run that must end well.
makes() {
    run_brisk "${study[@]}" -o "$@"
    [ "$exit_code" -eq 0 ] || {
        printf 'exit code %s: %s\n' "$exit_code" "$err"
        return 1
    }
}

# the_same FILE ARGUMENT...: a run like the first one, byte for byte.
the_same() { makes "$@" && same_bytes whole.h5 "$1"; }

check 'the run on one thread' makes whole.h5 -j 1
for threads in 2 3 8; do
    check "$threads threads" the_same "threads$threads.h5" -j "$threads"
done
for schedule in static static,7 dynamic,5 guided; do
    OMP_SCHEDULE=$schedule check "schedule $schedule" the_same "schedule-$schedule.h5" -j 3
done
for isa in scalar avx2 avx512 neon; do
    if BRISK_ISA=$isa "$BRISK" --version >/dev/null 2>&1; then
        BRISK_ISA=$isa check "instruction set $isa" the_same "isa-$isa.h5" -j 2 --force
    else
        note "this processor has no $isa"
    fi
done

# The twin: what is another run is not the same.
differs() { makes "$@" && ! cmp -s whole.h5 "$1"; }
check 'another seed is not the same' differs seed.h5 --seed 2
check 'another test size is not the same' differs size.h5 --test-size 102

# ---- Shards
shards() {
    local i of=$1 names=()
    for ((i = 1; i <= of; i++)); do
        run_brisk "${study[@]}" -o "part$of.$i.h5" --shard "$i/$of" -j $((i % 3 + 1))
        [ "$exit_code" -eq 0 ] || {
            printf 'shard %s: exit code %s: %s\n' "$i" "$exit_code" "$err"
            return 1
        }
        names=("part$of.$i.h5" "${names[@]}")
    done
    run_brisk merge "merged$of.h5" "${names[@]}" --reproducible
    [ "$exit_code" -eq 0 ] || {
        printf 'merge: exit code %s: %s\n' "$exit_code" "$err"
        return 1
    }
    same_bytes whole.h5 "merged$of.h5"
}
for of in 1 2 8; do
    check "$of shards merged" shards "$of"
done

# refuses CODE PATTERN ARGUMENT...
refuses() {
    local code=$1 pattern=$2
    shift 2
    run_brisk "$@"
    [ "$exit_code" -eq "$code" ] || {
        printf 'exit code %s instead of %s: %s\n' "$exit_code" "$code" "$err"
        return 1
    }
    matches "$err" "$pattern"
}
check 'a missing shard is named' refuses 2 'shards are missing: 2/8, 5/8' merge gap.h5 part8.{1,3,4,6,7,8}.h5
check 'a shard given twice is named' refuses 2 'part2\.1\.h5' merge twice.h5 part2.1.h5 part2.1.h5
check 'shards of two cuts are refused' refuses 2 'do not belong together' merge cuts.h5 part2.1.h5 part8.2.h5
run_brisk "${study[@]}" -o other.h5 --shard 2/2 --seed 2
check 'shards of two seeds are refused, and the key is named' refuses 2 'seed' merge seeds.h5 part2.1.h5 other.h5
run_brisk "${study[@]}" -o other3.h5 --shard 2/2 --test-size 102
check 'shards of two configurations are refused' refuses 2 'test-size \(.*10[02].*10[02]\)' merge sizes.h5 part2.1.h5 other3.h5
check 'a results file is no shard' refuses 3 'whole\.h5.*results file, not one shard' merge wrong.h5 part2.1.h5 whole.h5
check 'a shard is no results file' refuses 3 'one shard of a run' show part2.1.h5
head -c 3000 part2.2.h5 >cut.h5
check 'a cut shard is refused' refuses 3 'cut\.h5' merge cut-merge.h5 part2.1.h5 cut.h5
check 'merge does not replace a file' refuses 3 'exists' merge whole.h5 part2.1.h5 part2.2.h5
check '--shard 9/8' refuses 2 'shard' "${study[@]}" -o nine.h5 --shard 9/8
check 'a stopping rule in shards' refuses 2 'shard' "${study[@]}" -o rule.h5 --shard 1/2 --stop-mcse tanh_5=1
nothing_left() {
    ! ls gap.h5 twice.h5 cuts.h5 seeds.h5 sizes.h5 wrong.h5 cut-merge.h5 nine.h5 rule.h5 ./*.part ./*.checkpoint 2>/dev/null
}
check 'nothing is left of what was refused' nothing_left

# ---- Summaries instead of values
summary() {
    makes summary.h5 --keep summary -j 1 && makes summary2.h5 --keep summary -j 3 &&
        same_bytes summary.h5 summary2.h5 && "$BRISK_PYTHON" "$acceptance/check_keep.py" whole.h5 summary.h5
}
check '--keep summary tells the same figures' summary

# ---- A stopping rule
stops() {
    makes stop1.h5 --trials 100000 --stop-mcse tanh_5=0.05 -j 1 && makes stop3.h5 --trials 100000 --stop-mcse tanh_5=0.05 -j 3 &&
        same_bytes stop1.h5 stop3.h5
}
check 'a stopping rule stops at the same trial for 1 and 3 threads' stops
check 'a rule that names no output is refused and names all' refuses 2 'tanh_5, tanh_20' "${study[@]}" -o x.h5 --stop-mcse 0.1
check 'a rule for an unknown output' refuses 2 "tanh_6.*tanh_5, tanh_20" "${study[@]}" -o x.h5 --stop-mcse tanh_6=0.1

# ---- The configuration in the file makes the same file
configuration() {
    "$BRISK_PYTHON" - whole.h5 summary.h5 <<'PY'
import sys, h5py
for name in sys.argv[1:]:
    with h5py.File(name) as file:
        open(name + ".ini", "w").write(file["config/text"].asstr()[()])
PY
    run_brisk run lab --config whole.h5.ini -o again.h5 --reproducible
    same_bytes whole.h5 again.h5 || return 1
    run_brisk run lab --config summary.h5.ini -o again2.h5 --reproducible
    same_bytes summary.h5 again2.h5
}
check 'the stored configuration gives the file again' configuration

# ---- A rehearsal
rehearsal() {
    run_brisk run lab --trials 1000000 --dry-run -o dry.h5
    [ "$exit_code" -eq 0 ] && matches "$out" '1000000, in 15625 blocks of 64' && matches "$out" 'purpose 4' &&
        matches "$out" 'file +about' && ! ls dry.h5* 2>/dev/null
}
check '--dry-run tells trials, blocks, streams, memory, file size and time, and writes nothing' rehearsal
finish
