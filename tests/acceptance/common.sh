# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034,SC2001
# Sourced by the acceptance scripts. $BRISK is the command, $BRISK_PYTHON a Python with the readers.
#
# A script works in an empty folder of its own. It names each check, goes on after a failure, and its
# exit code says at the end whether there was one.
set -uo pipefail
acceptance=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export acceptance
: "${BRISK:?the brisk command to test}"
: "${BRISK_PYTHON:=/usr/bin/python3}"
unset BRISK_ISA OMP_NUM_THREADS NO_COLOR

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work" || exit 1

checks=0
failures=0

# check TEXT COMMAND...: one check; what it printed shows when it fails.
check() {
    local text=$1 output
    shift
    checks=$((checks + 1))
    if output=$("$@" 2>&1); then
        echo "ok: $text"
    else
        failures=$((failures + 1))
        printf 'FAILED: %s\n%s\n' "$text" "$(sed 's/^/    /' <<<"$output" | tail -n 20)"
    fi
}

note() { echo "note: $*"; }

# run_brisk ARGUMENT...: leaves $exit_code, and stdout and stderr in $out and $err.
run_brisk() {
    exit_code=0
    out=$("$BRISK" "$@" 2>"$work.stderr" </dev/null) || exit_code=$?
    err=$(cat "$work.stderr")
    rm -f "$work.stderr"
}

# matches TEXT PATTERN: an extended regular expression, without regard to case.
matches() {
    grep -qiE -- "$2" <<<"$1" || {
        printf 'no match for /%s/ in:\n%s\n' "$2" "$1"
        return 1
    }
}

same_bytes() { cmp -- "$1" "$2"; }

finish() {
    echo "$checks checks, $failures failures"
    [ "$checks" -gt 0 ] && [ "$failures" -eq 0 ]
    exit
}
