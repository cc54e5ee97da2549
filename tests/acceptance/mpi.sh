#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# One run on several processes gives the file of one process, byte for byte, and fails like one: its trouble is
# told once, a killed rank leaves a checkpoint. $BRISK_MPI_COMMAND is brisk with MPI, $RANKS_TRANSPORT and
# $RANKS_STUDY are programs of tests/sim/programs.
# shellcheck disable=SC2317
if [ -z "${BRISK_MPI_COMMAND:-}" ] || ! command -v mpirun >/dev/null; then
    echo 'SKIPPED: needs MPI (Debian: libopenmpi-dev, openmpi-bin)'
    exit 0
fi
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
: "${RANKS_TRANSPORT:?}" "${RANKS_STUDY:?}"

# CI containers run as root, which mpirun refuses unless told twice. They may also lack the right to read
# another process's memory, which Open MPI's shared-memory transport would complain about. Open MPI's own
# leaks are not ours.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_btl_vader_single_copy_mechanism=none
# A rank that waits leaves its core to those that work: there may be fewer cores than ranks.
export OMPI_MCA_mpi_yield_when_idle=1
# All ranks run on this machine: no ssh, no batch system.
export OMPI_MCA_plm=isolated
export OMP_NUM_THREADS=1 ASAN_OPTIONS=detect_leaks=0
# The folder for mpirun's sockets: their paths must be short.
export TMPDIR=/tmp

# ranks R COMMAND...: more ranks than cores are fine; a rank that waits for ever ends the check.
ranks() { timeout --kill-after=5 300 mpirun --oversubscribe --bind-to none -n "$@"; }

# run_ranks R COMMAND...: leaves $exit_code, $out and $err like run_brisk.
run_ranks() {
    exit_code=0
    out=$(ranks "$@" 2>"$work.stderr" </dev/null) || exit_code=$?
    err=$(cat "$work.stderr")
    rm -f "$work.stderr"
}

# told_once TEXT LINE: LINE stands in TEXT once.
told_once() {
    [ "$(grep -cF -- "$2" <<<"$1")" -eq 1 ] || {
        printf '"%s" does not stand in one line alone of:\n%s\n' "$2" "$1"
        return 1
    }
}
exit_code_is() {
    [ "$exit_code" -eq "$1" ] || {
        printf 'exit code %s, not %s:\n%s\n%s\n' "$exit_code" "$1" "$out" "$err"
        return 1
    }
}

# ---- The transport ----

every_call() { ranks "$1" "$RANKS_TRANSPORT" all "$1"; }
agreed_failure() {
    run_ranks 3 "$RANKS_TRANSPORT" agreed
    exit_code_is 3 && told_once "$err" 'rank 0 says: rank 1 had trouble with a file'
}
failure_of_one() {
    run_ranks 3 "$RANKS_TRANSPORT" alone 3
    exit_code_is 3
}
broken_transport() {
    run_ranks 3 "$RANKS_TRANSPORT" broken
    exit_code_is 1 && matches "$err" 'rank 1 of 3: MPI_Bcast: .*root' && told_once "$err" 'rank 1 leaves'
}
foreign_launcher() {
    local status=0 said
    said=$(PMI_SIZE=4 timeout 60 "$RANKS_TRANSPORT" agreed 2>&1) || status=$?
    [ "$status" -eq 1 ] && matches "$said" 'started 4 processes, but MPI knows this one alone'
}
transport() {
    check 'every call without a launcher' timeout 60 "$RANKS_TRANSPORT" all 1
    for count in 1 2 3; do
        check "every call on $count ranks" every_call "$count"
    done
    check 'a failure that all agree on: told, and rank 0 finishes first' agreed_failure
    check 'a failure of one rank ends all with its exit code' failure_of_one
    check 'a failure inside MPI ends all' broken_transport
    check 'a launcher of another MPI is found out' foreign_launcher
}

# ---- The same file ----

small=(--hidden "3,5" --epochs 20 --trials 500 --test-size 100 --resamples 300 --reproducible --progress none)
same_lab() {
    ranks "$1" "$BRISK_MPI_COMMAND" run lab "${small[@]}" -o "lab-$1.h5" && same_bytes lab.h5 "lab-$1.h5"
}
same_study() { # NAME ARGUMENT...: also with options that change what is kept or computed
    local name=$1
    shift
    "$RANKS_STUDY" run study --reproducible -o "$name.h5" "$@" &&
        ranks 3 "$RANKS_STUDY" run study --reproducible -o "$name-3.h5" "$@" && same_bytes "$name.h5" "$name-3.h5"
}
same_file() {
    check 'one process' "$BRISK" run lab "${small[@]}" -o lab.h5
    for count in 1 2 3; do
        check "$count ranks: the same file" same_lab "$count"
    done
    check 'summaries alone: the same file' same_study summary --keep summary
    check 'a stopping rule: the same file' same_study stopped --trials 5000 --stop-mcse uniform=0.01
    check 'fewer blocks than ranks: the same file' same_study few --trials 9
    check 'more threads: the same file' same_study threads -j 2
}

# ---- Trouble ----

# trouble CODE TEXT ARGUMENT...: on three ranks as in one process: exit code, message, told once.
trouble() {
    local code=$1 text=$2 alone status=0
    shift 2
    alone=$("$RANKS_STUDY" "$@" 2>&1 >/dev/null) || status=$?
    [ "$status" -eq "$code" ] || {
        printf 'one process ends with %s, not %s: %s\n' "$status" "$code" "$alone"
        return 1
    }
    run_ranks 3 "$RANKS_STUDY" "$@"
    exit_code_is "$code" && told_once "$alone" "$text" && told_once "$err" "$(grep -F -- "$text" <<<"$alone")"
}
trouble_of_one() {
    run_ranks 3 "$RANKS_STUDY" run study --lone "$1" --force --progress none -o lone.h5
    exit_code_is 1 && told_once "$err" 'no memory here' && [ -e lone.h5.checkpoint ] && [ ! -e lone.h5 ]
}
one_failure() {
    # A block has 8 trials here: trials 0 to 7 belong to rank 0, 8 to 15 to rank 1.
    check 'a failed trial' trouble 1 'first, trial 299: the mean of nothing' \
        run study --fail 299 --force --progress none -o failed.h5
    check 'two failed trials of two ranks: the first is told' trouble 1 'first, trial 3: the mean of nothing' \
        run study --fail 11,3 --force --progress none -o failed.h5
    check 'what was finished before the failure is in the checkpoint' test -e failed.h5.checkpoint
    check 'a failure of rank 0 alone ends all' trouble_of_one 0
    check 'a failure of rank 2 alone ends all' trouble_of_one 2
    check 'no results after a failure' test ! -e failed.h5
}
different_ranks() {
    run_ranks 1 "$RANKS_STUDY" run study --trials 100 -o different.h5 : \
        -n 1 "$RANKS_STUDY" run study --trials 200 -o different.h5
    exit_code_is 2 && told_once "$err" 'rank 1 of 2 has another configuration' && [ ! -e different.h5 ]
}
drawn_seed() {
    ranks 3 "$RANKS_STUDY" run study --seed random --reproducible -o drawn.h5 || return 1
    local seed
    seed=$("$BRISK_PYTHON" -c 'import h5py; print(h5py.File("drawn.h5").attrs["seed"])') || return 1
    "$RANKS_STUDY" run study --seed "$seed" --reproducible -o given.h5 && same_bytes drawn.h5 given.h5
}
bad_usage() {
    check 'ranks with different options' different_ranks
    check 'a drawn seed is the same on all ranks' drawn_seed
    check 'an unknown experiment' trouble 2 'no experiment' run studi
    check 'no experiment' trouble 2 'which experiment' run
    check 'an unknown option' trouble 2 'trails' run study --trails 10
    check 'a bad value' trouble 2 'trials' run study --trials 0
    echo occupied >there.h5
    check 'a file in the way' trouble 3 'there.h5' run study -o there.h5
    check 'the file in the way is untouched' test "$(cat there.h5)" = occupied
    check 'a folder that does not exist' trouble 3 'no-folder' run study --progress none -o no-folder/x.h5
}
without_mpi() {
    local status=0
    run_ranks 2 "$BRISK" run lab "${small[@]}" -o plain.h5
    exit_code_is 2 && matches "$err" 'without MPI' && [ ! -e plain.h5 ]
}

# ---- Interruptions ----

# rank_process R LAUNCHER: the process of rank R below timeout and mpirun.
rank_process() {
    local process mpirun
    mpirun=$(pgrep -P "$2" mpirun) || return 1
    for process in $(pgrep -P "$mpirun"); do
        if tr '\0' '\n' <"/proc/$process/environ" 2>/dev/null | grep -qx "OMPI_COMM_WORLD_RANK=$1"; then
            echo "$process"
            return 0
        fi
    done
    return 1
}

slow=(run study --trials 1000 --wait 2000 --reproducible --progress none)

# killed_rank R: kills it once there is a checkpoint, and goes on, on another number of ranks.
killed_rank() {
    local name=killed-$1 launcher status=0 process
    ranks 3 "$RANKS_STUDY" "${slow[@]}" --checkpoint-every 0.1 -o "$name.h5" >"$name.log" 2>&1 &
    launcher=$!
    for _ in $(seq 300); do
        [ -e "$name.h5.checkpoint" ] && break
        sleep 0.05
    done
    # The background job is a shell that waits for timeout.
    process=$(rank_process "$1" "$(pgrep -P "$launcher" timeout || echo "$launcher")") || {
        echo 'no process of that rank:'
        cat "$name.log"
        return 1
    }
    kill -KILL "$process"
    wait "$launcher" || status=$?
    if [ "$status" -eq 0 ] || [ -e "$name.h5" ] || [ ! -e "$name.h5.checkpoint" ]; then
        echo "exit code $status; there is:"
        ls
        return 1
    fi
    ranks 2 "$RANKS_STUDY" "${slow[@]}" --resume -o "$name.h5" || return 1
    same_bytes slow.h5 "$name.h5" && [ ! -e "$name.h5.checkpoint" ]
}
stopped_by_time() {
    run_ranks 3 "$RANKS_STUDY" "${slow[@]}" --time-limit 0.7 -o timed.h5
    exit_code_is 5 && [ -e timed.h5.checkpoint ] && [ ! -e timed.h5 ] || return 1
    "$RANKS_STUDY" "${slow[@]}" --resume -j 4 -o timed.h5 && same_bytes slow.h5 timed.h5
}
interruptions() {
    check 'the slow study in one process' "$RANKS_STUDY" "${slow[@]}" -j 8 -o slow.h5
    check 'rank 1 killed: resumed on two ranks, the same file' killed_rank 1
    check 'rank 0 killed: resumed on two ranks, the same file' killed_rank 0
    check 'the time limit: resumed in one process, the same file' stopped_by_time
}

transport
same_file
one_failure
bad_usage
if [ "$BRISK" != "$BRISK_MPI_COMMAND" ]; then
    check 'a brisk without MPI does not run twice on one file' without_mpi
fi
interruptions
finish
