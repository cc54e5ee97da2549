#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# With --keep summary the memory of a run does not grow with its trials, but for 8 bytes a block of 64.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
: "${SLOW_STUDY:?the command with quick trials}"

flat() {
    "$BRISK_PYTHON" - "$SLOW_STUDY" <<'PY'
import resource, subprocess, sys

def peak(trials, keep):
    """Peak resident memory in MB of one run, by a child that reports on its only child. Huge pages are switched off for
    both (PR_SET_THP_DISABLE): they count as 2 MiB where one byte is used."""
    code = ("import ctypes, resource, subprocess, sys; assert ctypes.CDLL(None).prctl(41, 1, 0, 0, 0) == 0; "
            "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    command = [sys.argv[1], "run", "slow", "-o", f"{keep}{trials}.h5", "--trials", str(trials), "--keep", keep,
               "--progress", "none", "-j", "2"]
    return int(subprocess.run([sys.executable, "-c", code, *command], check=True, capture_output=True).stdout) / 1024

small, large, kept = peak(10**4, "summary"), peak(10**7, "summary"), peak(10**7, "all")
print(f"1e4 trials {small:.1f} MB, 1e7 trials {large:.1f} MB; with values kept {kept:.1f} MB")
assert large < small + 8.0, (small, large)
assert kept > small + 100.0, "the twin: kept values must show"
PY
}
check 'ten million trials in the memory of ten thousand' flat
finish
