# SPDX-License-Identifier: GPL-3.0-or-later
"""streams.py PROGRAM: streams against NumPy itself, at thousands of addresses: all pairs of edges of the words
(2^32 - 1, 2^32, 2^64 - 1, ...), neighbours, and random numbers of every size; also nested addresses, and far along
the stream.

streams.py --command BRISK: some of them through `brisk rng --raw`.
streams.py --plant PROGRAM: compares with NumPy's streams of the next index, and expects every address to differ.

PROGRAM is address_draws of the build folder. Leaves with 0 where all is as it should be.
"""
import random
import subprocess
import sys

import numpy as np

EDGES = [0, 1, 2, 3, 2**16, 2**31, 2**32 - 1, 2**32, 2**32 + 1, 2**33, 2**63, 2**64 - 2, 2**64 - 1]
PURPOSES = [0, 1, 2, 4, 1024, 2**31, 2**32 - 1]
random.seed(20241124)


def sized(bits):
    """A number of 1 to so many bits, each length equally likely."""
    return random.getrandbits(random.randint(1, bits))


def addresses():
    """(seed, purpose, index, sub or None, draws to skip, draws to compare)"""
    for seed in EDGES:
        for purpose in PURPOSES:
            for index in EDGES:
                yield seed, purpose, index, None, 0, 8
    for seed in range(24):
        for purpose in range(4):
            for index in range(24):
                yield seed, purpose, index, None, 0, 3
    for high in (2**32, 2**64 - 24):
        for low in range(24):
            yield high + low, 4, 0, None, 0, 3
            yield 1, 4, high + low, None, 0, 3
    for _ in range(3000):
        yield sized(64), sized(32), sized(64), None, sized(64), random.choice([1, 2, 8, 50, 127])
    for _ in range(1000):
        yield sized(64), sized(32), sized(32), sized(32), sized(20), 8


def expected(address, off=0):
    """NumPy's draws; SeedSequence takes the key words as they are, PCG64DXSM.advance the skip."""
    seed, purpose, index, sub, skip, count = address
    key = (purpose, index + off) if sub is None else (purpose, index + off, sub)
    stream = np.random.PCG64DXSM(np.random.SeedSequence(seed, spawn_key=key))
    if skip:
        stream.advance(skip)
    return [f"{draw:016x}" for draw in stream.random_raw(count)]


def compare(program, off):
    every = list(addresses())
    lines = "".join(f"{seed} {purpose} {index} {'-' if sub is None else sub} {skip} {count}\n"
                    for seed, purpose, index, sub, skip, count in every)
    out = subprocess.run([program], input=lines, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    assert len(out) == len(every), f"{len(out)} lines for {len(every)} addresses"
    wrong = [address for address, line in zip(every, out) if line.split() != expected(address, off)]
    print(f"{len(every)} addresses, {len(wrong)} differ from NumPy {np.__version__}",
          *[f"for example {wrong[0]}"] if wrong else [])
    return len(wrong) == (len(every) if off else 0)


def compare_command(brisk):
    # The command takes the purposes of its table and those of users.
    plain = [address for address in addresses() if address[3] is None and address[4] == 0
             and (1 <= address[1] <= 7 or address[1] >= 1024)]
    chosen = random.sample(plain, 150) + [address for address in plain if 2**64 - 1 in address[:3]][:50]
    for address in chosen:
        seed, purpose, index, _, _, count = address
        done = subprocess.run([brisk, "rng", "--seed", str(seed), "--purpose", str(purpose), "--index", str(index),
                               "--count", str(count), "--raw"], capture_output=True, text=True, check=False)
        if done.returncode != 0 or done.stdout.split() != expected(address):
            print(f"{address}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
            return False
    print(f"{len(chosen)} addresses through the command")
    return True


if sys.argv[1] == "--command":
    sys.exit(not compare_command(sys.argv[2]))
sys.exit(not compare(sys.argv[-1], 1 if sys.argv[1] == "--plant" else 0))
