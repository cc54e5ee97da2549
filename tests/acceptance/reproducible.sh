#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# One seed, one file: the same bytes for any number of threads and every instruction set.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

small=(--hidden "3,5" --activation "tanh,relu" --epochs 20 --trials 200 --test-size 100 --resamples 500)

# made NAME ARGUMENT...: runs the lab into NAME.h5; same_file also compares it with the first file.
made() {
    local name=$1
    shift
    run_brisk run lab "${small[@]}" --reproducible -o "$name.h5" "$@"
    [ "$exit_code" -eq 0 ] || {
        printf 'exit code %s: %s\n' "$exit_code" "$err"
        return 1
    }
}
same_file() {
    made "$@" && same_bytes one-thread.h5 "$1.h5"
}

check 'one thread' made one-thread -j 1
check 'two threads' same_file two-threads -j 2
check 'seven threads' same_file seven-threads -j 7
check 'another schedule' env OMP_SCHEDULE=static,3 "$BRISK" run lab "${small[@]}" --reproducible -o schedule.h5 -j 3
check 'another schedule: same bytes' same_bytes one-thread.h5 schedule.h5
check 'again over an existing file' same_file two-threads -j 2 --force

sets=0
for isa in scalar avx2 avx512 neon; do
    export BRISK_ISA=$isa
    run_brisk --version
    if [ "$exit_code" -eq 2 ]; then
        note "$isa is not available here: $(head -n 1 <<<"$err")"
        continue
    fi
    sets=$((sets + 1))
    check "instruction set $isa" same_file "$isa" -j 2
done
unset BRISK_ISA
check 'at least the scalar set ran' test "$sets" -ge 1
export BRISK_ISA=sse9
run_brisk --version
check 'an unknown instruction set is bad usage' test "$exit_code" -eq 2
check 'an unknown instruction set is named' matches "$err" 'sse9'
unset BRISK_ISA

# The stored configuration makes the same file again; another seed makes another one.
"$BRISK_PYTHON" - <<'PYTHON'
import h5py
with h5py.File("one-thread.h5") as file, open("stored.ini", "w") as text:
    text.write(file["config/text"].asstr()[()])
PYTHON
run_brisk run lab --config stored.ini --reproducible -o from-configuration.h5
check '--config accepts the stored configuration' test "$exit_code" -eq 0
check '--config: same bytes' same_bytes one-thread.h5 from-configuration.h5
check 'another seed' made seed-2 --seed 2
differ() { ! cmp -s one-thread.h5 "$1"; }
check 'another seed gives another file' differ seed-2.h5

# Without --reproducible the volatile facts are in /run, and the digest does not see them.
run_brisk run lab "${small[@]}" -o with-run.h5
check 'a run with its facts' test "$exit_code" -eq 0
same_digest() {
    "$BRISK_PYTHON" - "$@" <<'PYTHON'
import sys
import h5py
with h5py.File(sys.argv[1]) as a, h5py.File(sys.argv[2]) as b:
    assert "run" not in a and "run" in b, "only the second file should have /run"
    assert a.attrs["digest"] == b.attrs["digest"], (a.attrs["digest"], b.attrs["digest"])
PYTHON
}
check '/run takes no part in the digest' same_digest one-thread.h5 with-run.h5
no_leftovers() { [ -z "$(find . -name '*.part' -o -name '*.checkpoint')" ]; }
check 'nothing but results files is left' no_leftovers
finish
