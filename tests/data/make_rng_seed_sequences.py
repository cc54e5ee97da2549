# SPDX-License-Identifier: GPL-3.0-or-later
"""rng_seed_sequences.txt: what NumPy's SeedSequence makes of entropy and spawn keys of any length.

A line is the number of entropy words and the words, the number of key words and the words, how many
children were spawned before the one used ("-1": the sequence itself), generate_state(7) as 32-bit words,
generate_state(5) as 64-bit words and the first draw of PCG64DXSM. Hexadecimal but for the counts.
Run: /usr/bin/python3 make_rng_seed_sequences.py > rng_seed_sequences.txt
"""

import random

import numpy
from numpy.random import PCG64DXSM, SeedSequence

random.seed(20240611)


def word():
    return random.choice([0, 1, 2**32 - 1, random.getrandbits(32), random.getrandbits(32)])


cases = [([], [], -1), ([42], [], -1), ([0], [0], -1), ([3735928559, 195939070, 229505742, 305419896], [], -1)]
for entropy_length in range(1, 12):
    for key_length in range(0, 8):
        for child in (-1, random.randrange(5)):
            cases.append(([word() for _ in range(entropy_length)], [word() for _ in range(key_length)], child))
cases.append(([word() for _ in range(300)], [word() for _ in range(200)], 1))

for entropy, key, child in cases:
    sequence = SeedSequence(numpy.array(entropy, dtype=numpy.uint32), spawn_key=tuple(key))
    if child >= 0:
        sequence = sequence.spawn(child + 1)[child]
    fields = [len(entropy), *(f"{w:x}" for w in entropy), len(key), *(f"{w:x}" for w in key), child]
    fields += [f"{w:x}" for w in sequence.generate_state(7, numpy.uint32)]
    fields += [f"{w:x}" for w in sequence.generate_state(5, numpy.uint64)]
    fields.append(f"{PCG64DXSM(sequence).random_raw():x}")
    print(*fields)
