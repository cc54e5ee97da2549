#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What the machine does not give (threads, memory, a lock, room for a file) ends a run with a message and
# without a file, never with a signal.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

small=(--hidden 3 --epochs 5 --resamples 100 --progress none)

# limited PATTERN CODE 'LIMITS' ARGUMENT...: run under these limits of the shell.
limited() {
    local pattern=$1 code=$2 limits=$3 status=0 said
    shift 3
    said=$( (eval "$limits" && exec "$BRISK" "$@") 2>&1 >/dev/null) || status=$?
    [ "$status" -eq "$code" ] || {
        printf 'exit code %s, not %s: %s\n' "$status" "$code" "$said"
        return 1
    }
    matches "$said" "$pattern" && test -z "$(ls -A)"
}

if grep -q __asan_init "$BRISK"; then
    note 'limits on address space do not go together with AddressSanitizer: left out'
else
    check 'too many threads' limited 'cannot start 4096 threads.*-j' 1 'ulimit -v 1000000' \
        run test-error "${small[@]}" --trials 300000 -j 4096
    check 'too little memory' limited 'fresh test sets.*out of memory' 1 'ulimit -v 1000000' \
        run test-error "${small[@]}" --trials 1000000000 -j 2
fi
check 'a limit on the size of files' limited 'lab.h5' 3 'ulimit -f 8' run lab "${small[@]}" --trials 10 -o lab.h5

# A run that finds another one's lock at its start gives up at once, at its end it waits a little.
part_locked_at_start() {
    local status=0
    : >locked.h5.part
    flock locked.h5.part "$BRISK" run lab "${small[@]}" --trials 10 -o locked.h5 >out.txt 2>err.txt || status=$?
    [ "$status" -eq 3 ] && matches "$(cat err.txt)" 'another run is writing' && [ ! -e locked.h5 ]
}
check 'a locked .part file at the start' part_locked_at_start
rm -f locked.h5.part

interrupted() {
    local status=0
    timeout --signal=INT 1 "$BRISK" run test-error --hidden 500 --epochs 200 --trials 1000000 \
        --progress none -o interrupted.h5 >out.txt 2>err.txt || status=$?
    [ "$status" -ne 0 ] && [ ! -e interrupted.h5 ] && [ ! -e interrupted.h5.part ]
}
check 'an interrupted run leaves no file' interrupted
finish
