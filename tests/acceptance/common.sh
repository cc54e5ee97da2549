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

# What lies in the folder, with sizes, times (not of folders: a file made and removed changes them) and sums.
listing() { find . -type d -printf '%P\n' -o -printf '%P %s %T@\n' | sort && find . -type f -print0 | sort -z | xargs -0 -r sha256sum; }

# refused CODE PATTERN ARGUMENT...: brisk ARGUMENT... fails with CODE, says PATTERN on stderr, prints nothing on
# stdout, and changes no file. The first line of what it said goes to the file $messages where that is set.
messages=
refused() {
    local code=$1 pattern=$2 before after
    shift 2
    before=$(listing 2>&1)
    run_brisk "$@"
    after=$(listing 2>&1)
    [ "$exit_code" -eq "$code" ] || {
        printf 'exit code %s, not %s; stderr:\n%s\n' "$exit_code" "$code" "$err"
        return 1
    }
    matches "$err" "$pattern" || return 1
    [ -z "$out" ] || {
        printf 'stdout is not empty:\n%s\n' "$out"
        return 1
    }
    [ "$before" = "$after" ] || {
        printf 'files changed:\n%s\n' "$(diff <(echo "$before") <(echo "$after"))"
        return 1
    }
    [ -z "$messages" ] || head -n 1 <<<"$err" >>"$messages"
}

# no_shared_message: every fault so far had a message of its own.
no_shared_message() {
    sort "$messages" | uniq -d
    [ -s "$messages" ] && [ -z "$(sort "$messages" | uniq -d)" ]
}

same_bytes() { cmp -- "$1" "$2"; }

finish() {
    echo "$checks checks, $failures failures"
    [ "$checks" -gt 0 ] && [ "$failures" -eq 0 ]
    exit
}
