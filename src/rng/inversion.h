/* SPDX-License-Identifier: GPL-3.0-or-later
 * Inversion of the distribution function of a count with a mean below 10: a short table, searched from
 * its start. */
#ifndef BRISK_RNG_INVERSION_H
#define BRISK_RNG_INVERSION_H

#include "rng/draw.h"

#define BK_INVERSION_MEAN  10.0
#define BK_INVERSION_WORDS 96

/* below[k] = P(K <= k), added up in double. It ends at the first k above the mean whose probability is
 * below 2^-58, or at the largest value there is; that one takes all that is left. */
typedef struct bk_inversion {
    double below[BK_INVERSION_WORDS];
    size_t last;
} bk_inversion;

static inline uint64_t bk_invert(const bk_inversion *inversion, double u)
{
    size_t k = 0;
    while (k < inversion->last && u >= inversion->below[k]) {
        k++;
    }
    return k;
}

#endif
