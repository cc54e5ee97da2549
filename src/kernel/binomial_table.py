#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes loops/binomial_table.h: an alias table of Binomial(1024, 1/2).

    /usr/bin/python3 binomial_table.py > loops/binomial_table.h

In whole numbers throughout: the 1025 probabilities times 2^64, rounded down or up so that their sum is 2^64
(largest remainders), then Walker's table of 512 columns that hold 2^55 each, by Vose's construction with
the columns in order. A word's top 9 bits choose the column, the other 55 compare with the column's own
share; what comes out has exactly the rounded probabilities, off by less than 2^-64 each and 2^-57 together.
"""
from math import comb

TRIALS, COLUMN_BITS, SHARE_BITS = 1024, 9, 55
COLUMNS, FULL = 1 << COLUMN_BITS, 1 << SHARE_BITS


def weights():
    exact = [comb(TRIALS, j) << 64 for j in range(TRIALS + 1)]
    floor = [value >> TRIALS for value in exact]
    missing = (1 << 64) - sum(floor)
    order = sorted(range(TRIALS + 1), key=lambda j: (-(exact[j] & ((1 << TRIALS) - 1)), j))
    for j in order[:missing]:
        floor[j] += 1
    return floor


def alias_table(weight):
    first = next(j for j, w in enumerate(weight) if w)
    last = max(j for j, w in enumerate(weight) if w)
    assert last - first < COLUMNS
    left = [weight[first + c] if first + c <= last else 0 for c in range(COLUMNS)]
    share, alias = [FULL] * COLUMNS, list(range(COLUMNS))
    small = [c for c in range(COLUMNS) if left[c] < FULL]
    large = [c for c in range(COLUMNS) if left[c] >= FULL]
    while small and large:
        poor, rich = small.pop(), large[-1]
        share[poor], alias[poor] = left[poor], rich
        left[rich] -= FULL - left[poor]
        if left[rich] < FULL:
            small.append(large.pop())
    assert all(left[c] == FULL for c in small + large)
    made = [0] * COLUMNS
    for c in range(COLUMNS):
        made[c] += share[c]
        made[alias[c]] += FULL - share[c]
    assert made == [weight[first + c] if first + c <= last else 0 for c in range(COLUMNS)]
    return first, share, alias


def rows(values, form, width):
    texts = [form(value) for value in values]
    return ",\n".join("    " + ", ".join(texts[i:i + width]) for i in range(0, len(texts), width))


first, share, alias = alias_table(weights())
print(f"""/* SPDX-License-Identifier: GPL-3.0-or-later
 * Walker's alias table of Binomial(1024, 1/2), made by kernel/binomial_table.py: column c stands for
 * BK_BINOMIAL_FIRST + c where the low 55 bits of the word are below its share, for the alias elsewhere. */
#ifndef BRISK_KERNEL_LOOPS_BINOMIAL_TABLE_H
#define BRISK_KERNEL_LOOPS_BINOMIAL_TABLE_H

#include <stdint.h>

#define BK_BINOMIAL_TRIALS {TRIALS}
#define BK_BINOMIAL_FIRST  {first}

static const uint64_t binomial_share[{COLUMNS}] = {{
{rows(share, lambda v: f"0x{v:014x}", 5)},
}};
static const uint16_t binomial_alias[{COLUMNS}] = {{
{rows(alias, str, 18)},
}};

#endif""")
