#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# kill -9 at random moments of a run with checkpoints, again and again: what is left goes on, and in the end stands
# the file of a run that nobody disturbed, with no other file beside it.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
: "${SLOW_STUDY:?the command with slow trials}"
kills=${BRISK_KILLS:-50}

study=(run slow --trials 16000 --trial-us 500 --reproducible --progress none)
"$SLOW_STUDY" "${study[@]}" -o whole.h5 -j 2 >/dev/null

# crash_and_resume KEEP: kills after 10 to 250 ms; the delays come from a fixed seed.
crash_and_resume() {
    local i code=0 done_early=0
    RANDOM=42
    mkdir -p "$1" && cd "$1" || return 1
    "$SLOW_STUDY" "${study[@]}" --keep "$1" -o ../"whole-$1.h5" -j 3 >/dev/null || return 1
    for ((i = 1; i <= kills; i++)); do
        "$SLOW_STUDY" "${study[@]}" --keep "$1" -o run.h5 -j $((i % 3 + 1)) --resume --checkpoint-every 0.01 \
            >/dev/null 2>log &
        pid=$!
        sleep "0.$(printf '%03d' $((RANDOM % 240 + 10)))"
        kill -9 "$pid" 2>/dev/null || done_early=$((done_early + 1))
        code=0
        wait "$pid" 2>/dev/null || code=$?
        [ "$code" -eq 137 ] || [ "$code" -eq 0 ] || {
            echo "round $i: exit code $code"
            cat log
            return 1
        }
    done
    for ((i = 0; i < 3; i++)); do
        "$SLOW_STUDY" "${study[@]}" --keep "$1" -o run.h5 -j 2 --resume >/dev/null 2>log || {
            cat log
            return 1
        }
    done
    echo "$done_early rounds ended before they were killed"
    rm -f log
    [ "$(ls)" = run.h5 ] || {
        ls -la
        return 1
    }
    same_bytes run.h5 "../whole-$1.h5"
}
check "killed $kills times, values kept" crash_and_resume all
cd "$work" || exit 1
check "killed $kills times, summaries kept" crash_and_resume summary
finish
