#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A run that is told to stop: how soon it ends, how it says so, and that it goes on from where it was.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
: "${SLOW_STUDY:?the command with slow trials}"

now() { date +%s.%N; }
# seconds_since START
seconds_since() { "$BRISK_PYTHON" -c "import sys; print(float(sys.argv[2]) - float(sys.argv[1]))" "$1" "$(now)"; }
below() { "$BRISK_PYTHON" -c "import sys; sys.exit(not float(sys.argv[1]) < float(sys.argv[2]))" "$1" "$2"; }

# begin FILE ARGUMENT...: starts a run in the background; $pid. A shell lets its background commands ignore SIGINT,
# which brisk respects, so env gives the signals their default action back.
begin() {
    local file=$1
    shift
    env --default-signal=INT,TERM,HUP "$SLOW_STUDY" run slow -o "$file" -j 2 --reproducible "$@" 2>"$file.log" >"$file.out" &
    pid=$!
}
# ends CODE: waits for it and compares the exit code.
ends() {
    local code=0
    wait "$pid" || code=$?
    [ "$code" -eq "$1" ] || {
        echo "exit code $code instead of $1"
        cat ./*.log
        return 1
    }
}
# Waits until the run has a file or line: until_true COMMAND...
until_true() {
    local i
    for ((i = 0; i < 200; i++)); do
        "$@" && return 0
        sleep 0.05
    done
    return 1
}

"$SLOW_STUDY" run slow -o whole.h5 --trials 3000 --reproducible --progress none >/dev/null

# stops SIGNAL: a run of a hundred trials a blink ends within a second, exit code 5; the command that it prints
# finishes it.
stops() {
    local signal=$1 start took command
    rm -f stopped.h5*
    begin stopped.h5 --trials 3000 --trial-us 1000
    sleep 0.7
    start=$(now)
    kill -s "$signal" "$pid"
    ends 5 || return 1
    took=$(seconds_since "$start")
    below "$took" 1.0 || {
        echo "it took $took s"
        return 1
    }
    if [ ! -f stopped.h5.checkpoint ] || [ -f stopped.h5 ]; then
        ls -l
        return 1
    fi
    command=$(grep -E 'run slow .*--resume' stopped.h5.log | sed -E 's/^ *//') || {
        cat stopped.h5.log
        return 1
    }
    bash -c "$command" >resumed.out 2>resumed.log || {
        cat resumed.log
        return 1
    }
    [ ! -f stopped.h5.checkpoint ] && ! ls ./*.part 2>/dev/null
}
# The trials of the stopped run take another time than those of the whole one, which its configuration tells; so
# its values are compared.
same_values() {
    "$BRISK_PYTHON" - "$1" "$2" <<'PY'
import sys, h5py, numpy
with h5py.File(sys.argv[1]) as a, h5py.File(sys.argv[2]) as b:
    for path in ("uniform/trial_value", "count/trial_value", "simulation/slow/block_digest"):
        assert numpy.array_equal(a[path][:], b[path][:]), path
    for key in a["uniform"].attrs:
        assert a["uniform"].attrs[key] == b["uniform"].attrs[key], key
PY
}
for signal in INT TERM HUP; do
    check "SIG$signal" stops "$signal"
    check "the run that SIG$signal stopped is finished as if it had not been" same_values whole.h5 stopped.h5
done

finished_already() {
    local before
    before=$(sha256sum stopped.h5)
    run_brisk_of "$SLOW_STUDY" run slow -o stopped.h5 -j 2 --trials 3000 --trial-us 1000 --reproducible --resume
    [ "$exit_code" -eq 0 ] && matches "$err" 'finished' && [ "$(sha256sum stopped.h5)" = "$before" ]
}
run_brisk_of() {
    local BRISK=$1
    shift
    run_brisk "$@"
}
check 'resuming a finished run does nothing and says so' finished_already
changed() {
    run_brisk_of "$SLOW_STUDY" run slow -o stopped.h5 --trials 2999 --trial-us 1000 --reproducible --resume
    [ "$exit_code" -eq 2 ] && matches "$err" 'trials \(there: 3000, here: 2999\)'
}
check 'resuming with another option names it' changed

# Two threads, so two trials are in hand; they are finished, and no other is begun.
long_trials() {
    local start took
    begin long.h5 --trials 6 --trial-us 10000000 --block-size 1
    start=$(now)
    sleep 1
    kill -s INT "$pid"
    ends 5 || return 1
    took=$(seconds_since "$start")
    if below "$took" 9.9 || below 11.5 "$took"; then
        echo "it took $took s"
        return 1
    fi
    "$BRISK_PYTHON" - <<'PY'
import h5py
with h5py.File("long.h5.checkpoint") as file:
    part = file["part_0"]
    assert list(part["first"][:]) == [0] and list(part["end"][:]) == [2], (part["first"][:], part["end"][:])
PY
}
check 'trials of ten seconds: those in hand are finished and kept' long_trials

twice() {
    local code=0
    begin twice.h5 --trials 6 --trial-us 20000000 --block-size 1
    sleep 0.5
    kill -s INT "$pid"
    sleep 0.7 # two signals within 0.3 s are one wish
    kill -s INT "$pid"
    wait "$pid" || code=$?
    [ "$code" -eq 130 ] || {
        echo "exit code $code instead of 130"
        return 1
    }
}
check 'a second SIGINT ends it at once' twice

usr1() {
    begin usr1.h5 --trials 3000 --trial-us 1000
    sleep 0.5
    kill -s USR1 "$pid"
    until_true test -f usr1.h5.checkpoint || return 1
    cp usr1.h5.checkpoint seen
    ends 0 && [ -f usr1.h5 ] && [ ! -f usr1.h5.checkpoint ] && [ -s seen ]
}
check 'SIGUSR1 writes a checkpoint and the run goes on' usr1
check 'the run with SIGUSR1 is like the others' same_values whole.h5 usr1.h5

limit() {
    local start took
    start=$(now)
    begin limit.h5 --trials 100000 --trial-us 1000 --time-limit 1
    ends 5 || return 1
    took=$(seconds_since "$start")
    below 0.9 "$took" && below "$took" 2.0 && matches "$(cat limit.h5.log)" 'time limit'
}
check 'a time limit stops the run with a checkpoint' limit

periodic() {
    begin periodic.h5 --trials 3000 --trial-us 1000 --checkpoint-every 0.2
    until_true test -f periodic.h5.checkpoint && ends 0
}
check 'checkpoints come every so many seconds' periodic

in_the_way() {
    run_brisk_of "$SLOW_STUDY" run slow -o limit.h5 --trials 100000 --trial-us 1000
    [ "$exit_code" -eq 3 ] && matches "$err" '--resume' && matches "$err" '--force'
}
check 'a checkpoint in the way is told with both ways out' in_the_way

two_runs() {
    begin two.h5 --trials 3000 --trial-us 1000
    sleep 0.4
    run_brisk_of "$SLOW_STUDY" run slow -o two.h5 --trials 10 --seed 2
    [ "$exit_code" -eq 3 ] && matches "$err" 'another run is writing two.h5' && ends 0 && [ -f two.h5 ] &&
        [ ! -f two.h5.part ]
}
check 'a second run on the same output is refused when it starts' two_runs
check 'and the first one is not disturbed' same_values whole.h5 two.h5

# The results cannot be written at the end: nothing of the trials is lost.
late_trouble() {
    begin late.h5 --trials 3000 --trial-us 300
    sleep 0.3
    echo occupied >late.h5
    ends 3 && matches "$(cat late.h5.log)" 'late.h5 exists' && [ "$(cat late.h5)" = occupied ] &&
        [ -f late.h5.checkpoint ] || return 1
    rm late.h5
    "$SLOW_STUDY" run slow -o late.h5 -j 2 --trials 3000 --trial-us 300 --resume 2>late.log >/dev/null &&
        "$BRISK_PYTHON" -c 'import h5py; assert h5py.File("late.h5")["run"].attrs["resumed_trials"] == 3000'
}
check 'results that cannot be written leave all trials in a checkpoint' late_trouble

nohup_stays() {
    (trap '' HUP; exec "$SLOW_STUDY" run slow -o hup.h5 --trials 1000 --trial-us 1000 -j 2 >/dev/null 2>&1) &
    pid=$!
    sleep 0.2
    kill -s HUP "$pid"
    ends 0
}
check 'a signal that was ignored before stays ignored' nohup_stays

# A rehearsal has nothing to lose.
rehearsal() {
    local start took
    start=$(now)
    begin rehearsal.h5 --trials 10 --trial-us 20000000 --dry-run
    sleep 0.5
    kill -s INT "$pid"
    ends 130 || return 1
    took=$(seconds_since "$start")
    below "$took" 5 && [ ! -s rehearsal.h5.out ]
}
check 'a rehearsal ends at the first SIGINT' rehearsal

# A file that has appeared meanwhile: the advice says what to do with it, and then works.
appeared() {
    local code=0 command
    begin taken.h5 --trials 3000 --trial-us 1000
    sleep 0.5
    echo taken >taken.h5
    kill -s INT "$pid"
    ends 5 || return 1
    grep -q 'move taken.h5 out of the way first' taken.h5.log || return 1
    command=$(grep -E 'run slow .*--resume' taken.h5.log | sed -E 's/^ *//')
    bash -c "$command" >/dev/null 2>&1 || code=$?
    [ "$code" -eq 3 ] && [ -f taken.h5.checkpoint ] && mv taken.h5 moved && bash -c "$command" >/dev/null 2>&1
}
check 'the advice tells of a file in the way' appeared

json() {
    "$SLOW_STUDY" run slow -o json.h5 --trials 3000 --trial-us 1000 -j 2 --progress json 2>json.log >/dev/null
    "$BRISK_PYTHON" - <<'PY'
import json
lines = [json.loads(line) for line in open("json.log")]
steps = [line for line in lines if line["event"] == "progress"]
assert steps and steps[-1]["done"] == steps[-1]["total"] == 3000, steps[-1:]
assert all(a["done"] <= b["done"] for a, b in zip(steps, steps[1:]))
assert steps[-1]["output"] == "uniform" and 0.4 < steps[-1]["estimate"] < 0.6 and steps[-1]["mcse"] > 0
PY
}
check '--progress json prints one object a line' json
finish
