/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stats/error_law.h: how many of n 0/1 losses with k ones a resample draws as ones is Binomial(n, k / n): one
 * random word through a table instead of n draws.
 */
#ifndef STATS_ERROR_LAW_H
#define STATS_ERROR_LAW_H

#include <stddef.h>

#include "brisk/base.h"

typedef struct bk_error_law {
    uint64_t first;  /* the least number of errors of the table */
    uint64_t *below; /* [size], ascending: a word below below[i] is first + i errors or fewer */
    size_t size;
} bk_error_law;

/* Of k in [0, n], n in [1, 2^32 - 1]. From the most probable value k outwards by the ratios of neighbours, as
 * far as they are 2^-75 of it, with +, * and / alone: the same bits everywhere, and each distribution
 * function off by less than 2^-50 sqrt(n). Owned by the caller (bk_error_law_clear). O(sqrt(n)). */
bk_status bk_error_law_make(bk_error_law *law, uint64_t k, uint64_t n);
void bk_error_law_clear(bk_error_law *law);
/* The errors that a word stands for: by inversion. O(log n). */
uint64_t bk_error_law_draw(const bk_error_law *law, uint64_t word);

#endif
