# SPDX-License-Identifier: GPL-3.0-or-later
"""rng_rejection.txt: the rejection variates replayed from NumPy's raw draws.

The hats are those of Hormann's (1993) BTRS and PTRS and of Marsaglia and Tsang (2000); every acceptance uses
the textbook probability through mpmath's loggamma, not the form that brisk computes. A line is NAME A B and
COUNT values of the stream (9, 1041, row).
Run: /usr/bin/python3 make_rng_rejection.py > rng_rejection.txt
"""

import math

from mpmath import log, loggamma, mp, mpf
from numpy.random import PCG64DXSM, SeedSequence

mp.dps = 40
COUNT = 400


def centred(draw):
    return min(float(int(draw) >> 11) + 0.5, 2.0**53 - 1) * 2.0**-53


def binomial(draws, n, p):
    q = 1 - p
    deviation = math.sqrt(n * p * q)
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * p
    c, v_r, alpha = n * p + 0.5, 0.92 - 4.2 / b, (2.83 + 5.1 / b) * deviation

    def log_f(k):
        return (loggamma(n + 1) - loggamma(k + 1) - loggamma(n - k + 1) + k * log(mpf(p)) + (n - k) * log(mpf(q)))

    mode = log_f(math.floor((n + 1) * p))
    while True:
        u, v = centred(next(draws)) - 0.5, centred(next(draws))
        edge = 0.5 - abs(u)
        k = math.floor((2 * a / edge + b) * u + c)
        if 0 <= k <= n and ((edge >= 0.07 and v <= v_r)
                            or log(mpf(v) * alpha / (a / (edge * edge) + b)) <= log_f(k) - mode):
            return k


def poisson(draws, mean, _):
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = -0.059 + 0.02483 * b
    inverse_alpha, v_r = 1.1239 + 1.1328 / (b - 3.4), 0.9277 - 3.6224 / (b - 2)
    while True:
        u, v = centred(next(draws)) - 0.5, centred(next(draws))
        edge = 0.5 - abs(u)
        k = math.floor((2 * a / edge + b) * u + mean + 0.43)
        if edge >= 0.07 and v <= v_r:
            return k
        if k < 0 or (edge < 0.013 and v > edge):
            continue
        if log(mpf(v) * inverse_alpha / (a / (edge * edge) + b)) <= k * log(mpf(mean)) - mean - loggamma(k + 1):
            return k


def cube(draws, shape, stride):
    """The gamma variate, the other normal of its attempt, and its last draw."""
    d = mpf(shape) - mpf(1) / 3
    c = 1 / mp.sqrt(9 * d)
    while True:
        attempt = [next(draws) for _ in range(stride)]
        radius = mp.sqrt(-2 * log(mpf(centred(attempt[0]))))
        angle = 2 * mp.pi * mpf(int(attempt[1]) >> 11) / 2**53
        z, u = radius * mp.cos(angle), mpf(centred(attempt[2]))
        v = (1 + c * z) ** 3
        if v > 0 and log(u) < z * z / 2 + d * (1 - v + log(v)):
            return d * v, radius * mp.sin(angle), centred(attempt[-1])


def gamma(draws, shape, rate):
    if shape >= 1:
        return cube(draws, shape, 3)[0] / rate
    value, _, u = cube(draws, shape + 1, 4)
    return value * mpf(u) ** (1 / mpf(shape)) / rate


def beta(draws, alpha, beta_shape):
    stride = 4 if min(alpha, beta_shape) < 1 else 3
    parts = []
    for shape in (alpha, beta_shape):
        value, _, u = cube(draws, shape + (shape < 1), stride)
        parts.append(value * mpf(u) ** (1 / mpf(shape)) if shape < 1 else value)
    return parts[0] / (parts[0] + parts[1])


def student_t(draws, df, _):
    value, z, u = cube(draws, df / 2 + (df < 2), 4 if df < 2 else 3)
    return z * mp.sqrt(mpf(df) / 2 / (value * mpf(u) ** (2 / mpf(df)) if df < 2 else value))


CASES = [(binomial, 40, 0.25), (binomial, 1000, 0.5), (binomial, 10**12, 0.125), (poisson, 10.0, 0), (poisson, 12.5, 0),
         (poisson, 1e6, 0), (poisson, 2.0**40, 0), (gamma, 0.4, 3.0), (gamma, 1.0, 1.0), (gamma, 7.5, 0.5),
         (gamma, 1e9, 1.0), (beta, 0.5, 3.0), (beta, 2.0, 5.0), (student_t, 1.0, 0), (student_t, 6.0, 0),
         (beta, 0.001, 1.0), (beta, 0.005, 0.01), (beta, 3.0, 0.004)]
for row, (variate, a, b) in enumerate(CASES):
    draws = iter(PCG64DXSM(SeedSequence(9, spawn_key=(1041, row))).random_raw(20 * COUNT))
    values = [float(variate(draws, a, b)).hex() for _ in range(COUNT)]
    print(variate.__name__, float(a).hex(), float(b).hex(), *values)
