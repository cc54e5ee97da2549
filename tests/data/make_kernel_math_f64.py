# SPDX-License-Identifier: GPL-3.0-or-later
"""kernel_math_f64.txt: elementary functions at doubles of their whole range, computed with mpmath to 60
digits: random ones, and where the formulas of loops/math_f64.h are at their limits.

A line is FUNCTION X HIGH LOW: the value is HIGH + LOW, HIGH the nearest double.
Run: /usr/bin/python3 make_kernel_math_f64.py > kernel_math_f64.txt
"""

import random

import numpy
from mpmath import mp, mpf

mp.dps = 60
random.seed(20240607)


def log_sigmoid(x):
    return -mp.log1p(mp.exp(-x))


def signed(low, high):
    """A double whose exponent is uniform in [low, high], of either sign."""
    return random.choice((-1, 1)) * random.uniform(1, 2) * 2.0 ** random.randint(low, high)


FUNCTIONS = {
    "exp": (mp.exp, lambda: random.choice((signed(-55, 3), random.uniform(-740, 709.7), random.uniform(-1, 1)))),
    "log": (mp.log, lambda: random.choice((abs(signed(-1073, 1022)), random.uniform(0.5, 2.0)))),
    "tanh": (mp.tanh, lambda: random.choice((signed(-60, 4), random.uniform(-1, 1), random.uniform(-20, 20)))),
    "sigmoid": (lambda x: 1 / (1 + mp.exp(-x)), lambda: random.choice((signed(-60, 9), random.uniform(-40, 40)))),
    "log_sigmoid": (log_sigmoid, lambda: random.choice((signed(-60, 9), random.uniform(-40, 40)))),
    "sine": (lambda x: mp.sinpi(2 * x), lambda: random.choice((random.uniform(-1, 1), signed(-40, 40)))),
    "cosine": (lambda x: mp.cospi(2 * x), lambda: random.choice((random.uniform(-1, 1), signed(-40, 40)))),
}



def near(x, steps):
    """The double that many steps above x."""
    return float(numpy.float64(x) + steps * numpy.spacing(numpy.float64(x)))


def tiny():
    """Down to the subnormal numbers, of either sign."""
    return random.choice((-1, 1)) * random.uniform(1, 2) * 2.0 ** random.randint(-1074, -60)


LOG2 = 0.6931471805599453
SQRT2 = 1.4142135623730951


def half_way():
    """Where the nearest multiple of log 2 changes."""
    return near((random.randint(-30, 30) + 0.5) * LOG2, random.randint(-3, 3))


def quarter():
    return near(random.randint(-9, 9) / 4 + random.choice((0, 0.125)), random.randint(-50, 50))


LIMITS = {
    # subnormal results, the greatest ones, both sides of a change of n
    "exp": (lambda: random.uniform(-745.1, -708.4), lambda: random.uniform(709, 709.78), half_way, tiny),
    # subnormal arguments, next to 1, where the mantissa is halved
    "log": (lambda: abs(tiny()), lambda: random.randint(1, 2**52 - 1) * 2.0**-1074,
            lambda: near(1.0, random.choice((-1, 1)) * random.randint(1, 1000)),
            lambda: 1 + random.choice((-1, 1)) * random.uniform(1, 2) * 2.0 ** random.randint(-52, -2),
            lambda: near(SQRT2 * 2.0 ** random.randint(-5, 5), random.randint(-3, 3))),
    # next to 0, next to where it becomes 1
    "tanh": (tiny, lambda: signed(-60, -10), lambda: half_way() / 2, lambda: random.uniform(18, 22.5)),
    "sigmoid": (tiny, lambda: random.uniform(-745.1, -708.4), half_way, lambda: random.uniform(30, 40)),
    "log_sigmoid": (tiny, lambda: random.uniform(700, 745.1), lambda: signed(5, 1000), half_way),
    # next to the zeros and to where sine and cosine change places; large numbers of turns
    "sine": (quarter, tiny, lambda: signed(40, 48)),
    "cosine": (quarter, tiny, lambda: signed(40, 48)),
}

for name, (function, argument) in FUNCTIONS.items():
    arguments = [argument() for _ in range(250)]
    arguments += [random.choice(LIMITS[name])() for _ in range(250)]
    for x in map(float, arguments):
        value = function(mpf(x))
        high = float(value)
        print(name, x.hex(), high.hex(), float(value - mpf(high)).hex())
