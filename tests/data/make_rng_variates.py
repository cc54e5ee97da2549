# SPDX-License-Identifier: GPL-3.0-or-later
"""rng_variates.txt: variates replayed from NumPy's raw draws in double precision.

The replay follows the text of brisk/rng.h. Normals of the float transform are computed from the
float that the text names, in double, so they agree to a few units of float.
A line is TRANSFORM FIRST SECOND: a pair of normals of the stream (9, 1030, 5), from its start. Run: /usr/bin/python3 make_rng_variates.py > rng_variates.txt
"""

import numpy
from mpmath import mp, mpf

mp.dps = 40


def normal_f32(draw):
    low, high = int(draw) & 0xFFFFFFFF, int(draw) >> 32
    total = numpy.float32(low >> 16) * numpy.float32(65536) + (numpy.float32(low & 0xFFFF) + numpy.float32(0.5))
    total = min(float(total), 2.0**32 - 256)
    radius = mp.sqrt(-2 * mp.log(mpf(total) / 2**32))
    angle = 2 * mp.pi * mpf(high) / 2**32
    return radius * mp.cos(angle), radius * mp.sin(angle)


def normal_f64(first, second):
    total = min(float(int(first) >> 11) + 0.5, 2.0**53 - 1)
    radius = mp.sqrt(-2 * mp.log(mpf(total) / 2**53))
    angle = 2 * mp.pi * mpf(int(second) >> 11) / 2**53
    return radius * mp.cos(angle), radius * mp.sin(angle)


draws = numpy.random.PCG64DXSM(numpy.random.SeedSequence(9, spawn_key=(1030, 5))).random_raw(800)
for u in draws[:400]:
    a, b = normal_f32(u)
    print(f"normal_f32 {float(a).hex()} {float(b).hex()}")
for i in range(0, 800, 2):
    a, b = normal_f64(draws[i], draws[i + 1])
    print(f"normal_f64 {float(a).hex()} {float(b).hex()}")
