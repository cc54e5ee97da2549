#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""tensor_log_sigmoid.txt: log(sigmoid(x)) and its derivative sigmoid(-x), mpmath with 60 digits, rounded to
the nearest double.

A line is X VALUE SLOPE in hexadecimal. The first lines are the table of the issue; then doubles of every
size, and the neighbourhood of the ends of f32 and f64.
Run: /usr/bin/python3 make_tensor_log_sigmoid.py > tensor_log_sigmoid.txt
"""
import random

from mpmath import mp, mpf

mp.dps = 60
random.seed(41)
TABLE = [-104, -20, -5, -1, -0.5, 0, 0.5, 1, 5, 20, 50]
ENDS = [-1e4, -745.2, -709.8, -103.98, -87.4, -36.8, -17.0, 17.0, 36.8, 87.4, 103.98, 709.8, 740.0, 744.9]


def slope(x):
    """1 / (1 + exp(x)) without overflow."""
    z = mp.exp(-abs(mpf(x)))
    return z / (1 + z) if x >= 0 else 1 / (1 + z)


def value(x):
    return min(mpf(x), mpf(0)) - mp.log1p(mp.exp(-abs(mpf(x))))


points = [float(x) for x in TABLE + ENDS]
points += [random.choice((-1, 1)) * random.uniform(1, 2) * 2.0 ** random.randint(-60, 9) for _ in range(400)]
points += [random.uniform(-40, 40) for _ in range(400)]
for x in points:
    print(x.hex(), float(value(x)).hex(), float(slope(x)).hex())
