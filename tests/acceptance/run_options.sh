#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The options of a run that say how it is carried out, and the command merge: what they refuse, and what they
# do to files and messages.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

messages=$(mktemp)
small=(--hidden 2 --epochs 2 --trials 64 --test-size 10 --resamples 10 -j 2)
refuse() { check "brisk ${*:3}" refused "$@"; }
lab() { refuse 2 "$1" run lab "${small[@]}" -o lab.h5 "${@:2}"; }

# ---- Bad values --------------------------------------------------------------------------------------------

lab "keep: 'some' is not one of all,summary" --keep some
lab 'stop-mcse: 0 is not above 0' --stop-mcse 0
lab "stop-mcse: 'x' is not a number" --stop-mcse error_count=x
lab "stop-mcse: '=1' is not of the form NAME=X" --stop-mcse =1
lab 'stop-width: -1 is not above 0' --stop-width -1
lab "stop-width: 'inf' is not a number" --stop-width inf
lab 'stop-width: stop-mcse and stop-width are two' --stop-mcse 1 --stop-width 1
lab 'stop-level: 1 is not between 0 and 1' --stop-width 1 --stop-level 1
lab 'stop-level: it is the level of --stop-width' --stop-level 0.9
lab 'shards cannot know of each other when --stop-mcse' --stop-mcse 1 --shard 1/2
lab 'shards cannot know of each other when --stop-width' --stop-width 1 --shard 1/2
lab 'shard: 9/8: there is no shard 9 among 8' --shard 9/8
lab 'shard: 0/8: there is no shard 0 among 8; the first is 1' --shard 0/8
lab "shard: '3' is not of the form I/N" --shard 3
lab "shard: 'a/b' is not of the form I/N" --shard a/b
lab 'shard: 1/0: the number of shards is from 1' --shard 1/0
lab 'checkpoint-every: 0 is not above 0' --checkpoint-every 0
lab "checkpoint-every: 'often' is no time: write seconds, or 90s, 30m, 2h" --checkpoint-every often
lab 'time-limit: -1 is not above 0' --time-limit -1
lab "time-limit: '1d' is no time" --time-limit 1d
lab "progress: 'loud' is not one of bar,json,none" --progress loud
lab 'resume takes no value' --resume=yes
lab 'dry-run takes no value' --dry-run=1
lab 'unknown option --checkpoint; did you mean --checkpoint-every' --checkpoint 3
lab '--time-limit needs a value' --time-limit

# Configuration files hold what decides results, and nothing else.
printf '[run]\nkeep = most\n' >keep.ini
lab "keep\.ini:2: keep: 'most'" --config keep.ini
printf '[run]\nstop-mcse = 1\nstop-width = 1\n' >rules.ini
lab 'rules\.ini:3: stop-width: stop-mcse and stop-width are two' --config rules.ini
printf '[run]\nshard = 1/2\n' >shard.ini
lab "shard\.ini:2: shard: there is no key 'shard' in \[run\].*command line" --config shard.ini

printf 'seed = 3\n' >bare.ini
lab 'bare\.ini:1: seed: this key belongs into the section \[run\]' --config bare.ini

# ---- No place for a checkpoint -----------------------------------------------------------------------------

# A run that could write none when it is due is refused before it begins, whatever it is told.
mkdir folder.h5.checkpoint
mkfifo fifo.h5.checkpoint
ln -s nowhere link.h5.checkpoint.part
place() { refuse 3 "run's checkpoint: $1" run lab "${small[@]}" -o "${@:2}"; }
place 'folder\.h5\.checkpoint is a folder' folder.h5 --force
place 'fifo\.h5\.checkpoint is a device or a pipe' fifo.h5 --resume
place 'link\.h5\.checkpoint\.part is a symbolic link' link.h5

# ---- merge -------------------------------------------------------------------------------------------------

refuse 2 'which files' merge
refuse 2 'which shards' merge out.h5
refuse 3 'cannot read the shard absent\.h5: No such file' merge out.h5 absent.h5
echo nothing >plain.h5
cp plain.h5 other.h5
ln -s plain.h5 link.h5
refuse 2 'shard plain\.h5 is given twice' merge out.h5 plain.h5 other.h5 plain.h5
refuse 2 'shard link\.h5 is given twice, also as plain\.h5' merge out.h5 plain.h5 link.h5
refuse 2 'plain\.h5 is both the file to write and a shard' merge plain.h5 other.h5 plain.h5 --force
refuse 3 'plain\.h5 exists.*--force' merge plain.h5 other.h5
refuse 3 'plain\.h5.*HDF5' merge out.h5 plain.h5
refuse 3 'no-such-folder' merge no-such-folder/out.h5 plain.h5
refuse 2 'threads: 0 is outside' merge out.h5 plain.h5 -j 0
refuse 2 "progress: 'no' is not one of" merge out.h5 plain.h5 --progress no
refuse 2 'unknown option --forse; did you mean --force' merge out.h5 plain.h5 --forse
check 'a results file to be merged from' "$BRISK" run lab "${small[@]}" --progress none -o results.h5
refuse 3 'results\.h5: it is a results file, not one shard of a run' merge out.h5 results.h5

check 'no two faults share a message' no_shared_message
rm -f "$messages"
messages=
# A rule of a file is one as well.
printf '[run]\nstop-width = 0.1\n' >width.ini
lab 'shards cannot know .* --stop-width' --config width.ini --shard 1/3

# ---- Progress ----------------------------------------------------------------------------------------------

json_lines() {
    "$BRISK" run lab "${small[@]}" --trials 100000 --progress json -o json.h5 >page.txt 2>json.txt && test -s page.txt &&
        "$BRISK_PYTHON" - <<'PYTHON'
import json


def refuse(constant):
    raise ValueError("JSON holds " + constant)


lines = [json.loads(line, parse_constant=refuse) for line in open("json.txt", encoding="utf-8")]
progress = [line for line in lines if line["event"] == "progress"]
keys = {"event", "stage", "done", "total", "found", "rate_per_s", "elapsed_s", "left_s", "output", "estimate", "mcse"}
assert progress and all(set(line) == keys for line in progress), lines
# The last of a stage is there.
assert any(line["done"] == line["total"] > 0 for line in progress), progress
messages = [line for line in lines if line["event"] == "message"]
assert len(messages) + len(progress) == len(lines)
assert any("results written to json.h5" in line["text"] for line in messages), messages
PYTHON
}
check '--progress json: an object a line' json_lines

# What fails is an object as well.
json_error() {
    run_brisk run lab "${small[@]}" --progress json -o json.h5
    [ "$exit_code" -eq 3 ] && [ "$(wc -l <<<"$err")" -eq 1 ] &&
        "$BRISK_PYTHON" -c 'import json, sys
line = json.loads(sys.argv[1])
assert line["event"] == "error" and line["exit_code"] == 3 and "json.h5 exists" in line["text"], line' "$err"
}
check '--progress json: a failure is an object' json_error

silent() {
    run_brisk run lab "${small[@]}" --progress none -o none.h5
    [ "$exit_code" -eq 0 ] && [ -z "$err" ] && [ -n "$out" ]
}
check '--progress none: nothing on stderr' silent

# ---- Rehearsals, pages -------------------------------------------------------------------------------------

notes() {
    cp none.h5 noted.h5
    cp none.h5 noted.h5.checkpoint
    run_brisk run lab "${small[@]}" --dry-run -o noted.h5 "$@"
}
told() { notes && [ "$exit_code" -eq 0 ] && matches "$err" 'noted\.h5 exists.*--force' && matches "$err" 'noted\.h5\.checkpoint exists.*--resume or --force'; }
not_told() { notes --force && [ "$exit_code" -eq 0 ] && matches "$err" 'noted\.h5 exists.*replace it' && ! matches "$err" checkpoint; }
check '--dry-run tells what stands in the way' told
check '--dry-run --force: it does not stand in the way' not_told

# A listing tells the last look of a stopping rule, and where it leaves out.
listing_of_pi() {
    "$BRISK" run pi --trials 20000 --stop-width 0.3 --progress none -o pi.h5 >pi.txt &&
        grep -qE '^      low \[look [0-9]+\] f64:( [0-9.]+){3} \.\.\.( [0-9.]+){2}$' pi.txt &&
        "$BRISK" show pi.h5 >shown.txt && grep -qE 'stop-width 0\.3' shown.txt &&
        grep -qE '^ +stopping rule: width of pi at most 0\.3, reached$' shown.txt && [ "$(diff shown.txt pi.txt | grep -c '^>')" -eq 0 ]
}
check 'a plain listing' listing_of_pi

# ---- What happens to stdout and signals --------------------------------------------------------------------

# The reader of the page is gone: the file is there, and the exit code tells.
broken_pipe() {
    local code
    "$BRISK" run lab "${small[@]}" --progress none -o pipe.h5 2>pipe.txt | true
    code=${PIPESTATUS[0]}
    [ "$code" -eq 3 ] && [ -e pipe.h5 ] && matches "$(cat pipe.txt)" 'cannot write to standard output: Broken pipe'
}
check 'a broken pipe is an error with a message, and the results are safe' broken_pipe
# A stream that is closed is not taken by the results file.
closed_streams() {
    local code=0
    "$BRISK" run lab "${small[@]}" --reproducible -o closed.h5 <&- >&- 2>&- || code=$?
    [ "$code" -eq 3 ] && "$BRISK" run lab "${small[@]}" --reproducible --progress none -o open.h5 >/dev/null && same_bytes closed.h5 open.h5
}
check 'closed streams: the results are whole, and the exit code tells' closed_streams
# Elsewhere it ends the command as it always did (141 is 128 + SIGPIPE).
list_in_broken_pipe() {
    "$BRISK" rng --purpose trial --index 1 --count 1000000000 2>rng.txt | head -n 1 >/dev/null
    [ "${PIPESTATUS[0]}" -eq 141 ] && [ ! -s rng.txt ]
}
check 'other commands end by the signal' list_in_broken_pipe

finish
