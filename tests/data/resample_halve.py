# SPDX-License-Identifier: GPL-3.0-or-later
"""resample-halve-v1 in plain words, for the makers of test data: how often each of n things is drawn.

Written from the definition in src/stats/resample.h, one resample at a time, with NumPy's PCG64DXSM; of brisk it reads
nothing but the table of Binomial(1024, 1/2).
"""
import math
import os
import re

import numpy as np

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../src/kernel/loops/binomial_table.h")


def read_table():
    with open(TABLE, encoding="utf-8") as file:
        text = file.read()
    first = int(re.search(r"BK_BINOMIAL_FIRST +(\d+)", text)[1])
    share, alias = ([int(number, 0) for number in re.findall(r"0x[0-9a-f]+|\d+", body)]
                    for body in re.findall(r"\[512\] = \{(.*?)\}", text, re.S))
    assert len(share) == len(alias) == 512
    return first, share, alias


FIRST, SHARE, ALIAS = read_table()


def ones(word, begin, end):
    """Among bits begin to end - 1."""
    return bin(word >> begin & (1 << max(end - begin, 0)) - 1).count("1")


def words_for(expected):
    return 16 if expected >= 1024 else max(1, math.ceil((expected + 4 * math.isqrt(expected)) / 64))


class Resample:
    def __init__(self, bit_generator, n, draws=None):
        self.stream, self.spare = bit_generator, bit_generator.jumped()
        self.n, self.count = n, [0] * n
        self.blocks = {}
        self.find_blocks(n if draws is None else draws)
        first = 0
        for height in sorted(self.blocks, reverse=True):
            self.block(first, height, self.blocks[height])
            first += 1 << height

    def take(self, source, how_many):
        return [int(word) for word in source.random_raw(how_many)] if how_many else []

    def halve(self, count, words):
        """The left half's draws of so many, by these words first."""
        left = 0
        while count >= 1024:
            word = self.take(self.spare, 1)[0]
            column, rest = word >> 55, word & (1 << 55) - 1
            left += FIRST + (column if rest < SHARE[column] else ALIAS[column])
            count -= 1024
        for word in words:
            left += ones(word, 0, min(count, 64))
            count -= min(count, 64)
        while count > 0:
            left += ones(self.take(self.spare, 1)[0], 0, min(count, 64))
            count -= min(count, 64)
        return left

    def find_blocks(self, draws):
        top = (self.n - 1).bit_length()
        self.blocks = {height: 0 for height in range(33) if self.n >> height & 1}
        falling, again = draws, False
        while falling or not again:
            count, falling, rest, level = falling, 0, self.n, 0
            while rest < 1 << (top - level):
                half = 1 << (top - level - 1)
                words = [] if again else self.take(self.stream, words_for(self.n >> level))
                left = self.halve(count, words)
                level += 1
                if rest <= half:
                    falling, count = falling + count - left, left
                else:
                    self.blocks[top - level] += left
                    count, rest = count - left, rest - half
            self.blocks[top - level] += count
            again = True

    def block(self, first, height, count):
        if height > 7:
            left = self.halve(count, self.take(self.stream, words_for(1 << height)))
            self.block(first, height - 1, left)
            self.block(first + (1 << height - 1), height - 1, count - left)
            return
        source = self.stream
        while True:
            self.small_block(first, height, min(count, 255), source)
            count -= min(count, 255)
            if count == 0:
                return
            source = self.spare

    def small_block(self, first, height, count, source):
        halvings = [[words_for(1 << height - level)] * 2**level for level in range(min(height, 3))]
        below = {7: 4 + 2 * (3 + 2 * 3), 6: 3 + 2 * 3, 5: 3, 4: 1}.get(height, 0)
        words = self.take(source, sum(map(sum, halvings)) + below)
        nodes = [count]
        for level in halvings:
            halves = []
            for each, node in zip(level, nodes):
                left = self.halve(node, words[:each])
                del words[:each]
                halves += [left, node - left]
            nodes = halves
        self.fields(nodes, first, 1 << max(height - 3, 0), words)

    def fields(self, counts, first, rows, words):
        """Counts of things first + f + 8 i, i below rows."""
        if rows == 1:
            for f, count in enumerate(counts):
                self.count[first + f] += count
        elif rows == 4:
            quarters = self.quarters(counts, [words.pop(0) for _ in range(3)])
            for i in range(4):
                self.fields([quarter[i] for quarter in quarters], first + 8 * i, 1, words)
        else:
            left = self.split(counts, [words.pop(0) for _ in range({16: 4, 8: 3, 2: 1}[rows])])
            right = [count - part for count, part in zip(counts, left)]
            self.fields(left, first, rows // 2, words)
            self.fields(right, first + 4 * rows, rows // 2, words)

    def split(self, counts, words):
        left, counts, how_many = [0] * len(counts), list(counts), len(words)
        while True:
            for f, count in enumerate(counts):
                for w, word in enumerate(words):
                    left[f] += ones(word >> 8 * f, 0, min(max(count - 8 * w, 0), 8))
                counts[f] = max(count - 8 * how_many, 0)
            if not any(counts):
                return left
            words = self.take(self.spare, how_many)

    def quarters(self, counts, words):
        made, counts = [[0] * 4 for _ in counts], list(counts)
        while True:
            for f, count in enumerate(counts):
                a, b, d = (word >> 8 * f & 255 for word in words)
                which_half, which_quarter, now = a | (b & 15) << 8, d | (b >> 4) << 8, min(count, 12)
                left = ones(which_half, 0, now)
                zero, two = ones(which_quarter, 0, left), ones(which_quarter, left, now)
                for i, part in enumerate((zero, left - zero, two, now - left - two)):
                    made[f][i] += part
                counts[f] = count - now
            if not any(counts):
                return made
            words = self.take(self.spare, 3)


def counts_of(sequence, n, draws=None):
    """By the stream of this SeedSequence."""
    return np.array(Resample(np.random.PCG64DXSM(sequence), n, draws).count, dtype=np.uint32)
