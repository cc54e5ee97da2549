#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes model_certify.txt: small networks, cells, and the exact scores of points in the cells (mpmath, 60 digits).

A record, whole numbers and hexadecimal floats:
  network ACTIVATION DTYPE INPUTS HIDDEN, then w1 [hidden, input], b1, w2, b2
  cell CENTRE... HALF_WIDTH... POINTS, then for each point X... HIGH LOW (score = HIGH + LOW)
Points are of the network's dtype and lie in the cell: its corners, where the error of a Taylor polynomial is
greatest, and draws. ACTIVATION is 0 tanh, 1 relu, 2 sigmoid; DTYPE 32 or 64.
"""
import itertools
import pathlib
import random
import struct

import mpmath

mpmath.mp.dps = 60
random.seed(20240611)


def rounded(value, dtype):
    return struct.unpack("f", struct.pack("f", value))[0] if dtype == 32 else value


def score(network, x):
    activation, _, w1, b1, w2, b2 = network
    total = mpmath.mpf(b2)
    for w, b, out in zip(w1, b1, w2):
        z = mpmath.mpf(b) + sum(mpmath.mpf(wi) * mpmath.mpf(xi) for wi, xi in zip(w, x))
        value = (mpmath.tanh(z), max(z, 0), 1 / (1 + mpmath.exp(-z)))[activation]
        total += mpmath.mpf(out) * value
    return total


def draw_network(activation, dtype, inputs, hidden, size):
    def draw():
        return rounded(size * random.uniform(-1, 1), dtype)

    w1 = [[draw() for _ in range(inputs)] for _ in range(hidden)]
    return activation, dtype, w1, [draw() for _ in range(hidden)], [draw() for _ in range(hidden)], draw()


def inside(x, centre, half):
    return all(abs(mpmath.mpf(a) - mpmath.mpf(c)) <= h for a, c, h in zip(x, centre, half))


def points(centre, half, dtype):
    corners = [[c + s * h * (1 - 2**-20) for c, h, s in zip(centre, half, signs)]
               for signs in itertools.product((-1, 1), repeat=len(centre))]
    draws = [[c + h * random.uniform(-1, 1) for c, h in zip(centre, half)] for _ in range(4)]
    for x in corners + draws:
        x = [rounded(a, dtype) for a in x]
        if inside(x, centre, half):
            yield x


def main():
    lines = ["# made by make_model_certify.py"]
    for activation, dtype, inputs in itertools.product((0, 1, 2), (32, 64), (1, 2, 3)):
        for hidden, size in ((1, 1.0), (3, 4.0), (12, 1.0), (12, 30.0)):
            network = draw_network(activation, dtype, inputs, hidden, size)
            numbers = [w for row in network[2] for w in row] + network[3] + network[4] + [network[5]]
            lines.append(f"network {activation} {dtype} {inputs} {hidden}")
            lines.append(" ".join(float(v).hex() for v in numbers))
            for exponent in (-14, -8, -4, -1, 1):
                centre = [random.uniform(-2, 2) for _ in range(inputs)]
                half = [2.0**exponent * random.uniform(0.5, 1) for _ in range(inputs)]
                inner = list(points(centre, half, dtype))
                lines.append("cell " + " ".join(v.hex() for v in centre + half) + f" {len(inner)}")
                for x in inner:
                    exact = score(network, x)
                    high = float(exact)
                    low = float(exact - mpmath.mpf(high))
                    lines.append(" ".join(float(v).hex() for v in [*x, high, low]))
    path = pathlib.Path(__file__).with_name("model_certify.txt")
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
