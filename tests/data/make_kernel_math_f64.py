# SPDX-License-Identifier: GPL-3.0-or-later
"""kernel_math_f64.txt: elementary functions at random doubles, computed with mpmath to 60 digits.

A line is FUNCTION X HIGH LOW: the value is HIGH + LOW, HIGH the nearest double.
Run: /usr/bin/python3 make_kernel_math_f64.py > kernel_math_f64.txt
"""

import random

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
    "sine": (lambda x: mp.sin(2 * mp.pi * x), lambda: random.choice((random.uniform(-1, 1), signed(-40, 40)))),
    "cosine": (lambda x: mp.cos(2 * mp.pi * x), lambda: random.choice((random.uniform(-1, 1), signed(-40, 40)))),
}

for name, (function, argument) in FUNCTIONS.items():
    for _ in range(250):
        x = float(argument())
        value = function(mpf(x))
        high = float(value)
        print(name, x.hex(), high.hex(), float(value - mpf(high)).hex())
