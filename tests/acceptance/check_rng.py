# SPDX-License-Identifier: GPL-3.0-or-later
"""check_rng.py [--plant] BRISK: what brisk rng prints against NumPy, at addresses small, huge and adjacent.

Raw draws, f64 uniforms, uniforms of a range, f32 uniforms and bounded integers must be equal; normals agree
to the rounding of the logarithm and the sine. --plant asks brisk for the seed next to NumPy's.
"""

import subprocess
import sys

import numpy
from numpy.random import PCG64DXSM, SeedSequence

plant = "--plant" in sys.argv
brisk = sys.argv[-1]
failures = 0


def expect(equal, what):
    global failures
    if not equal:
        failures += 1
        print("differs:", what)


def rng(seed, purpose, index, count, *options):
    command = [brisk, "rng", "--seed", str((seed + plant) % 2**64), "--purpose", str(purpose), "--index", str(index),
               "--count", str(count), *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def raw(seed, key, count):
    return PCG64DXSM(SeedSequence(seed, spawn_key=key)).random_raw(count)


addresses = [(s, p, i) for s in (0, 1, 2, 2**32 - 1, 2**32, 2**64 - 1) for p in (1, 4, 7, 1024, 2**32 - 1)
             for i in (0, 1, 2**32 - 1, 2**32, 2**64 - 1)]
for address in addresses:
    draws = raw(address[0], address[1:], 5)
    expect(rng(*address, 5, "--raw") == [f"{u:016x}" for u in draws], address)
for sub in (0, 1, 2**32 - 1):
    draws = raw(5, (1024, 7, sub), 5)
    expect(rng(5, 1024, 7, 5, "--raw", "--sub", str(sub)) == [f"{u:016x}" for u in draws], ("nested", sub))

draws = raw(9, (1030, 5), 10000)
low, high = draws & numpy.uint64(0xFFFFFFFF), draws >> numpy.uint64(32)
halves = numpy.stack([low, high], axis=1).ravel()
u = (draws >> numpy.uint64(11)) * 2.0**-53
expect((numpy.array(rng(9, 1030, 5, 10000), float) == u).all(), "uniform f64")
x = numpy.array(rng(9, 1030, 5, 10000, "--low", "-1.5", "--high", "4.25"), float)
expect((x == numpy.random.Generator(PCG64DXSM(SeedSequence(9, spawn_key=(1030, 5)))).uniform(-1.5, 4.25, 10000)).all(),
       "uniform range f64, Generator.uniform")
x = numpy.array(rng(9, 1030, 5, 9999, "--dtype", "f32"), numpy.float32)
expect((x == ((halves[:9999] >> numpy.uint64(8)) * 2.0**-24).astype(numpy.float32)).all(), "uniform f32")
x = rng(9, 1030, 5, 10000, "--dist", "integer", "--bound", "1000003")
expect(x == [str(int(w) * 1000003 >> 64) for w in draws], "integer")
expect(rng(9, 1030, 5, 10000, "--dist", "integer", "--dtype", "u64", "--bound", "1000003") == x, "integer u64")
for bound in (1, 6, 1000003, 2**32):
    x = rng(9, 1030, 5, 9999, "--dist", "integer", "--dtype", "u32", "--bound", str(bound))
    expect(x == [str(int(h) * bound >> 32) for h in halves[:9999]], f"integer u32 below {bound}")
x = rng(9, 1030, 5, 1000, "--dist", "integer-exact", "--bound", str(3 * 2**62))
g = numpy.random.Generator(PCG64DXSM(SeedSequence(9, spawn_key=(1030, 5))))
expect(x == [str(v) for v in g.integers(0, 3 * 2**62, 1000, dtype=numpy.uint64)], "integer-exact, Generator.integers")
x = rng(9, 1030, 5, 10000, "--dist", "bernoulli", "--p", "0.3")
expect(x == [str(int(v < 0.3)) for v in u], "bernoulli")

centred = (draws[0::2] >> numpy.uint64(11)).astype(float) + 0.5
radius = numpy.sqrt(-2 * numpy.log(centred * 2.0**-53))
angle = 2 * numpy.pi * u[1::2]
normals = numpy.stack([radius * numpy.cos(angle), radius * numpy.sin(angle)], axis=1).ravel()
x = numpy.array(rng(9, 1030, 5, 10000, "--dist", "normal"), float)
expect(numpy.allclose(x, normals, rtol=1e-9, atol=1e-14), "normal f64")
x = numpy.array(rng(9, 1030, 5, 9999, "--dist", "normal", "--mean", "2", "--sd", "3"), float)
expect(numpy.allclose(x, 2 + 3 * normals[:9999], rtol=1e-9, atol=1e-9), "normal f64 with mean and sd")
x = numpy.array(rng(9, 1030, 5, 10000, "--dist", "exponential", "--rate", "2"), float)
expect(numpy.allclose(x, -numpy.log(((draws >> numpy.uint64(11)).astype(float) + 0.5) * 2.0**-53) / 2, rtol=1e-14),
       "exponential f64")
x = numpy.array(rng(9, 1030, 5, 9999, "--dist", "exponential", "--dtype", "f32"), numpy.float32)
expect(numpy.allclose(x, -numpy.log((halves[:9999] + 0.5) * 2.0**-32), rtol=1e-7, atol=0), "exponential f32")
print(len(addresses), "addresses,", failures, "differences")
sys.exit(failures != 0)
