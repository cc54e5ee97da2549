#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# BRISK_ISA: a set this machine lacks and an unknown one end the command with exit code 2 and a message;
# each set it has is used and leaves the same bytes in a results file.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# with_set SET ARGUMENT...: run_brisk with BRISK_ISA=SET.
with_set() {
    export BRISK_ISA=$1
    shift
    run_brisk "$@"
    unset BRISK_ISA
}

# refused SET PATTERN: exit code 2, PATTERN on stderr, nothing on stdout, no file.
refused() {
    with_set "$1" run lab --trials 4 --test-size 10 --hidden 2 --epochs 2 --resamples 10 -o refused.h5
    [ "$exit_code" -eq 2 ] || {
        printf 'exit code %s, not 2; stderr:\n%s\n' "$exit_code" "$err"
        return 1
    }
    matches "$err" "$2" && [ -z "$out" ] && [ ! -e refused.h5 ]
}

run_brisk bench --quick --json --stage raw
sets=$("$BRISK_PYTHON" -c 'import json, sys
print(*json.load(sys.stdin)["machine"]["instruction_sets"])' <<<"$out")
note "sets of this machine: $sets"
check 'the baseline is always there' matches " $sets " ' scalar '

check 'an unknown set is refused and the known ones are named' \
    refused sse9 'BRISK_ISA=sse9.*scalar.*avx2.*avx512.*neon'
check 'names are exact' refused AVX2 'BRISK_ISA=AVX2'
check 'a list is not a name' refused 'scalar,avx2' 'BRISK_ISA=scalar,avx2'
for set in avx2 avx512 neon; do
    case " $sets " in
    *" $set "*) ;;
    *) check "$set, which is not here, is refused" refused "$set" "BRISK_ISA=$set.*$set" ;;
    esac
done

uses() {
    with_set "$1" --version
    [ "$exit_code" -eq 0 ] && matches "$out" "kernels $2\$"
}
run_with_set() {
    with_set "$1" run lab --hidden 3 --epochs 10 --trials 128 --test-size 20 --resamples 50 \
        --reproducible -o "$1.h5"
    [ "$exit_code" -eq 0 ] || {
        echo "$err"
        return 1
    }
}
for set in $sets; do
    check "$set is used where it is asked for" uses "$set" "$set"
    check "the lab runs on $set" run_with_set "$set"
    check "$set leaves the bytes that scalar leaves" same_bytes scalar.h5 "$set.h5"
done
check 'an empty BRISK_ISA asks for nothing' uses '' "${sets##* }"
finish
