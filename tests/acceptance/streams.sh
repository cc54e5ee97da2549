#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Streams are NumPy's, draw for draw, at thousands of addresses and on every instruction set.
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
programs=$(dirname "$BRISK")

# A set that the machine lacks is replaced by the widest it has.
for isa in scalar avx2 avx512 neon; do
    check "draws equal NumPy's: $isa" env BRISK_ISA=$isa "$BRISK_PYTHON" "$acceptance/streams.py" \
        "$programs/address_draws"
done
check 'the comparison can fail' "$BRISK_PYTHON" "$acceptance/streams.py" --plant "$programs/address_draws"
check 'brisk rng --raw prints them' "$BRISK_PYTHON" "$acceptance/streams.py" --command "$BRISK"

# Interleaved raw draws, as the batteries read them.
interleaved() {
    "$BRISK_PYTHON" - "$programs/raw_stream" "$1" <<'PYTHON'
import subprocess, sys
import numpy as np

streams, rounds = int(sys.argv[2]), 200
with subprocess.Popen(sys.argv[1:3], stdout=subprocess.PIPE) as program:
    words = np.frombuffer(program.stdout.read(8 * streams * rounds), "<u8").reshape(rounds, streams)
    program.kill()
for s in {0, 1 % streams, streams // 2, streams - 1}:
    bits = np.random.PCG64DXSM(np.random.SeedSequence(1, spawn_key=(4, s)))
    assert (words[:, s] == bits.random_raw(rounds)).all(), f"stream {s}"
PYTHON
}
for streams in 1 2 64 10000; do
    check "raw_stream: $streams interleaved" interleaved "$streams"
done
finish
