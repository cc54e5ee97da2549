# SPDX-License-Identifier: GPL-3.0-or-later
"""kernel_math_more_f64.txt: log1p, softplus, sqrt, sin, cos and pow at doubles of their whole range, computed with
mpmath (enough digits for the largest angles): random ones, and where the formulas are at their limits.

A line is FUNCTION X Y HIGH LOW: the value is HIGH + LOW, HIGH the nearest double; Y is the exponent of pow, else 0.
Run: /usr/bin/python3 make_kernel_math_more_f64.py > kernel_math_more_f64.txt
"""

import math
import random

from mpmath import mp, mpf

mp.prec = 1400
random.seed(20261124)


def signed(low, high):
    """A double whose exponent is uniform in [low, high], of either sign."""
    return random.choice((-1, 1)) * random.uniform(1, 2) * 2.0 ** random.randint(low, high)


def near(x, steps):
    for _ in range(abs(steps)):
        x = math.nextafter(x, math.inf if steps > 0 else -math.inf) if hasattr(math, "nextafter") else x
    return x


def near_quarter(limit):
    """A double next to a multiple of pi / 2."""
    k = random.randint(1, limit)
    return random.choice((-1, 1)) * near(float(mpf(k) * mp.pi / 2), random.randint(-2, 2))


def angle():
    return random.choice((
        random.uniform(-1, 1), random.uniform(-100, 100), signed(-60, 29), signed(30, 1023), near_quarter(1000),
        near_quarter(2**40), near_quarter(2**31), signed(-1074, -50), random.choice((-1, 1)) * 2.0**30))


def power():
    """Base and exponent with a result in range."""
    while True:
        kind = random.randint(0, 6)
        if kind == 0:
            x, y = random.uniform(0.5, 2), random.uniform(-1000, 1000)
        elif kind == 1:
            x, y = abs(signed(-1060, 1022)), random.uniform(-1.1, 1.1)
        elif kind == 2:
            x, y = abs(signed(-20, 20)), random.uniform(-50, 50)
        elif kind == 3:
            x, y = -abs(signed(-5, 5)), float(random.randint(-60, 60))
        elif kind == 4:
            x, y = 1 + signed(-40, -3), signed(3, 50)
        elif kind == 5:
            x, y = abs(signed(-1074, -1023)), random.uniform(-0.9, 0.9)
        else:
            x, y = random.uniform(0.7, 1.42), signed(5, 10)
        if x != 0 and y != 0 and abs(y * math.log2(abs(x))) < 1073:
            return x, y


def log1p_argument():
    return random.choice((
        signed(-60, -1), random.uniform(-0.999, 1), abs(signed(-3, 1022)), near(-0.29, random.randint(-3, 3)),
        near(0.41, random.randint(-3, 3)), -1 + 2.0 ** random.randint(-53, -2), signed(-1074, -50)))


FUNCTIONS = {
    "log1p": (mp.log1p, log1p_argument),
    "softplus": (lambda x: mp.log1p(mp.exp(x)) if x < 0 else x + mp.log1p(mp.exp(-x)),
                 lambda: random.choice((signed(-60, 9), random.uniform(-40, 40), random.uniform(-745, -700)))),
    "sqrt": (mp.sqrt, lambda: abs(signed(-1074, 1023))),
    "sin": (mp.sin, angle),
    "cos": (mp.cos, angle),
}


def show(name, x, y, value):
    high = float(value)
    if math.isinf(high):
        return
    print(name, float(x).hex(), float(y).hex(), high.hex(), float(value - mpf(high)).hex())


for name, (function, argument) in FUNCTIONS.items():
    for _ in range(600):
        x = argument()
        show(name, x, 0.0, function(mpf(x)))
for _ in range(1500):
    x, y = power()
    show("pow", x, y, mpf(x) ** mpf(y))
