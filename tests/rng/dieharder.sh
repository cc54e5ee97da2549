#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Raw streams through dieharder (Debian's package of that name). Not part of the tests: a full run takes an
# hour. README.md beside this script has the results of the last one.
#
#     tests/rng/dieharder.sh BUILD_FOLDER full|subset STREAMS [SEED [PURPOSE [FIRST_INDEX]]] >LOG
#
# STREAMS streams of neighbouring indices are interleaved draw by draw. dieharder has no exit code for what it
# finds; the last line counts the assessments, and the script fails where a test FAILED.
set -euo pipefail

usage() {
    sed -n '6p' "${BASH_SOURCE[0]}" | sed 's/^# */usage: /' >&2
    exit 2
}
[ $# -ge 3 ] || usage
build=$1 extent=$2
shift 2
[ "$extent" = full ] || [ "$extent" = subset ] || usage
program=$build/bin/raw_stream
[ -x "$program" ] || {
    echo "dieharder.sh: $program is not there; build the target raw_stream" >&2
    exit 3
}
command -v dieharder >/dev/null || {
    echo "dieharder.sh: dieharder is not installed; on Debian: apt-get install dieharder" >&2
    exit 3
}
# Halves the time, same words (programs/quick_fread.c). Left out where it was not built.
preload=$build/bin/quick_fread.so
[ -f "$preload" ] || preload=

# One test after the other from one pipe, so that no word is used twice. raw_stream ends when nobody reads.
read_by_dieharder() {
    if [ "$extent" = full ]; then
        LD_PRELOAD=$preload dieharder -g 200 -a
        return
    fi
    # Number of the test, and its parameter n where it has one: the lagged sum with n = 3 adds every fourth
    # 32-bit word, those of one stream where two are interleaved.
    while read -r -u 3 arguments; do
        # shellcheck disable=SC2086
        LD_PRELOAD=$preload dieharder -g 200 $arguments -D test_name -D ntuple -D tsamples -D psamples \
            -D pvalues -D assessment
    done 3<<'TESTS'
-d 0
-d 2
-d 3
-d 4
-d 8
-d 9
-d 15
-d 16
-d 100
-d 101
-d 102
-d 200 -n 2
-d 200 -n 8
-d 201 -n 2
-d 202 -n 3
-d 203 -n 1
-d 203 -n 3
-d 205
-d 206
-d 209
TESTS
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
date -u '+start %F %T'
"$program" "$@" 2>/dev/null | read_by_dieharder | tee "$log" || true
date -u '+end %F %T'
count() { grep -c "$1" "$log" || true; }
passed=$(count PASSED) failed=$(count FAILED)
echo "$passed PASSED, $(count WEAK) WEAK, $failed FAILED"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
