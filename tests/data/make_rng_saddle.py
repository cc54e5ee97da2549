# SPDX-License-Identifier: GPL-3.0-or-later
"""rng_saddle.txt: Stirling errors and deviances in high precision (mpmath), for src/rng/saddle.c.

Lines: "stirling K VALUE" with VALUE = log K! - log(sqrt(2 pi K) (K / e)^K); "deviance X M VALUE" with VALUE
= X log(X / M) + M - X. The first 15 Stirling errors are the table in src/rng/saddle.c.
Run: /usr/bin/python3 make_rng_saddle.py > rng_saddle.txt
"""

import random

from mpmath import log, loggamma, mp, mpf, pi

mp.dps = 60
random.seed(20240612)

for k in [*range(1, 40), 100, 1000, 10**6, 10**9, 2**53]:
    k = mpf(k)
    print("stirling", float(k).hex(), float(loggamma(k + 1) - (log(2 * pi * k) / 2 + k * log(k) - k)).hex())
for _ in range(300):
    m = float(10 ** random.uniform(-3, 15))
    x = float(round(m * random.choice([1 + random.gauss(0, 1) / (m + 1) ** 0.5, random.uniform(0.5, 2), random.uniform(0, 9)])))
    if x >= 0:
        value = (mpf(x) * log(mpf(x) / mpf(m)) if x else 0) + mpf(m) - mpf(x)
        print("deviance", x.hex(), m.hex(), float(value).hex())
