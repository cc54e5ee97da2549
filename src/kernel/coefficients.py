# SPDX-License-Identifier: GPL-3.0-or-later
"""The coefficients of loops/math_f32.h, math_f64.h, math_angle.h and math_power.h, recomputed.

Polynomials that are minimax in a relative error (Remez exchange, 60 digits). Prints them lowest
degree first, as hexadecimal floats, with the error before rounding as a power of two.
Coefficients with a fixed value (the 1 of exp, 2 pi of the sine) are taken out before the fit.
Run: /usr/bin/python3 coefficients.py
"""

import numpy
from mpmath import mp, mpf

mp.dps = 60
GRID = 1500


def chebyshev(low, high, count):
    middle, half = (low + high) / 2, (high - low) / 2
    return [middle - half * mp.cos(mp.pi * i / (count - 1)) for i in range(count)]


def alternation(error, low, high, count):
    """The count extrema of alternating sign that a dense grid shows, and the largest |error|."""
    runs = []
    for x in chebyshev(low, high, GRID):
        value = error(x)
        if runs and (runs[-1][1] > 0) == (value > 0):
            if abs(value) > abs(runs[-1][1]):
                runs[-1] = (x, value)
        else:
            runs.append((x, value))
    worst = max(abs(value) for _, value in runs)
    while len(runs) > count:
        runs.pop(0 if abs(runs[0][1]) < abs(runs[-1][1]) else -1)
    return [x for x, _ in runs], worst


def polynomial(target, weight, low, high, degree):
    """p of this degree with max |weight (target - p)| least on [low, high]."""
    low, high = mpf(low), mpf(high)
    points = chebyshev(low, high, degree + 2)
    for _ in range(20):
        matrix, right = mp.matrix(degree + 2, degree + 2), mp.matrix(degree + 2, 1)
        for i, x in enumerate(points):
            for k in range(degree + 1):
                matrix[i, k] = x**k
            matrix[i, degree + 1] = (-1) ** i / weight(x)
            right[i] = target(x)
        solution = mp.lu_solve(matrix, right)
        p = list(solution[: degree + 1])
        points, worst = alternation(
            lambda x: weight(x) * (target(x) - mp.polyval(p[::-1], x)), low, high, degree + 2
        )
        if len(points) < degree + 2 or worst < abs(solution[degree + 1]) * mpf("1.001"):
            break
    return p, worst


def show(title, coefficients, worst, single):
    print(f"{title}: error 2^{float(mp.log(worst, 2)):.1f}")
    for c in coefficients:
        print(f"    {float(numpy.float32(float(c))).hex() if single else float(c).hex()}")


def around(function, value, limit):
    """function, and its limit at 0."""
    return lambda x: limit if abs(x) < mpf(10) ** -25 else function(x)


HALF_LOG2 = mp.log(2) / 2 * mpf("1.0001")
exp_tail = around(lambda r: (mp.expm1(r) - r) / r**2, 0, mpf(1) / 2)
exp_weight = around(lambda r: r**2 / mp.expm1(r), 0, mpf(0))
# z = s^2, log((1 + s) / (1 - s)) = 2 s + s R(z), R = z L(z)
log_tail = around(lambda z: (mp.log((1 + mp.sqrt(z)) / (1 - mp.sqrt(z))) / mp.sqrt(z) - 2) / z, 0, mpf(2) / 3)
sine_tail = around(
    lambda z: (mp.sin(2 * mp.pi * mp.sqrt(z)) / mp.sqrt(z) - 2 * mp.pi) / z, 0, -((2 * mp.pi) ** 3) / 6
)
cosine_tail = around(lambda z: (mp.cos(2 * mp.pi * mp.sqrt(z)) - 1) / z, 0, -((2 * mp.pi) ** 2) / 2)
TINY = mpf(10) ** -30
# of radians, |r| <= pi / 4: (sin(r) / r - 1) / z and (cos(r) - 1 + z / 2) / z^2
EIGHTH_TURN = (mp.pi / 4) ** 2 * mpf("1.001")
sine_radians = around(lambda z: (mp.sin(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, 0, -mpf(1) / 6)
cosine_radians = around(lambda z: (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2, 0, mpf(1) / 24)


def log_fifth(z):
    """R of log((1 + s) / (1 - s)) = 2 s + (2/3) s^3 + s^5 R(s^2)."""
    if z < mpf(10) ** -9:
        return sum(mpf(2) / (5 + 2 * k) * z**k for k in range(8))
    s = mp.sqrt(z)
    return ((mp.log((1 + s) / (1 - s)) / s - 2) / z - mpf(2) / 3) / z


def exp_polynomial(degree):
    # The weight vanishes at 0: fitted with a floor there, so that the exchange stays regular.
    return polynomial(exp_tail, lambda r: abs(exp_weight(r)) + mpf("0.01"), -HALF_LOG2, HALF_LOG2, degree)


if __name__ == "__main__":
    for single, exp_degree, log_degree, sine_degree, cosine_degree in (
        (True, 4, 3, 2, 3),
        (False, 10, 7, 6, 6),
    ):
        name = "f32" if single else "f64"
        show(f"{name} exp: (e^r - 1 - r) / r^2", *exp_polynomial(exp_degree), single)
        show(
            f"{name} log: (log((1 + s) / (1 - s)) / s - 2) / z, z = s^2 <= 0.04",
            *polynomial(log_tail, lambda z: z + mpf("0.001"), TINY, mpf("0.0401"), log_degree), single)
        show(
            f"{name} sine: (sin(2 pi r) / r - 2 pi) / z, z = r^2",
            *polynomial(sine_tail, lambda z: z / 6 + mpf("0.0001"), TINY, mpf("0.0157"), sine_degree), single)
        show(
            f"{name} cosine: (cos(2 pi r) - 1) / z",
            *polynomial(cosine_tail, lambda z: z + mpf("0.0001"), TINY, mpf("0.0157"), cosine_degree), single)
    for name, sine_degree, cosine_degree in (("of floats", 3, 3), ("of doubles", 5, 5)):
        show(
            f"sine of radians, {name}: (sin(r) / r - 1) / z",
            *polynomial(sine_radians, lambda z: z + mpf("0.001"), TINY * 100, EIGHTH_TURN, sine_degree), False)
        show(
            f"cosine of radians, {name}: (cos(r) - 1 + z / 2) / z^2",
            *polynomial(cosine_radians, lambda z: z * z + mpf("0.001"), TINY * mpf(10) ** 10, EIGHTH_TURN,
                        cosine_degree), False)
    show("power: R of the logarithm, z <= 0.02945",
         *polynomial(log_fifth, lambda z: mpf(1), TINY, mpf("0.02945"), 7), False)
    for value, label in ((mp.log(2), "log 2"), (2 * mp.pi, "2 pi")):
        for single in (True, False):
            high = mpf(float(numpy.float32(float(value)))) if single else mpf(float(value))
            low = value - high
            rest = float(numpy.float32(float(low))) if single else float(low)
            print(label, "f32" if single else "f64", float(high).hex(), rest.hex())
    # math_angle.h: pi / 2 in three doubles, and with 32 bits and the rest; 2 / pi, and its bits behind the point.
    mp.prec = 1500
    rest = mp.pi / 2
    for part in ("pi / 2, first", "second", "third"):
        high = mpf(float(rest))
        print(part, float(high).hex())
        rest -= high
    short = mp.floor(mp.pi / 2 * 2**31) / mpf(2) ** 31
    print("pi / 2, 32 bits and the rest", float(short).hex(), float(mp.pi / 2 - short).hex())
    print("2 / pi", float(2 / mp.pi).hex())
    bits = int(mp.floor(2 / mp.pi * mpf(2) ** 1344))
    print("bits of 2 / pi", *(f"0x{bits >> (1344 - 64 * (i + 1)) & (2**64 - 1):016x}" for i in range(21)))
    # math_power.h: log 2 with 42 bits and the rest
    short = mp.floor(mp.log(2) * mpf(2) ** 42) / mpf(2) ** 42
    print("log 2, 42 bits and the rest", float(short).hex(), float(mp.log(2) - short).hex())
