# SPDX-License-Identifier: GPL-3.0-or-later
"""rng_streams.txt: draws of NumPy's PCG64DXSM at many addresses.

A line is SEED PURPOSE INDEX SUB FIRST FIFTH in hexadecimal; SUB is "-" for a stream that is not
nested. Neighbouring and huge addresses, and random ones of every size.
Run: /usr/bin/python3 make_rng_streams.py > rng_streams.txt
"""

import random

import numpy

random.seed(20240608)
EDGES = [0, 1, 2, 3, 2**31, 2**32 - 1, 2**32, 2**32 + 1, 2**63, 2**64 - 2, 2**64 - 1]


def sized(bits):
    return random.getrandbits(random.randint(1, bits))


addresses = [(seed, purpose, index, None) for seed in EDGES for purpose in (0, 1, 2**32 - 1) for index in EDGES]
addresses += [(1, purpose, index, None) for purpose in range(1, 9) for index in range(40)]
addresses += [(1, purpose, index, sub) for purpose in (512, 513) for index in range(6) for sub in range(6)]
addresses += [(sized(64), sized(32), sized(64), None) for _ in range(1500)]
addresses += [(sized(64), sized(32), sized(32), sized(32)) for _ in range(400)]

for seed, purpose, index, sub in addresses:
    key = (purpose, index) if sub is None else (purpose, index, sub)
    draws = numpy.random.PCG64DXSM(numpy.random.SeedSequence(seed, spawn_key=key)).random_raw(5)
    print(f"{seed:x} {purpose:x} {index:x} {'-' if sub is None else f'{sub:x}'} {draws[0]:x} {draws[4]:x}")
