/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stats/resample.h: one resample of n among n things, as sums over what was drawn or as the indices
 * themselves.
 *
 * Which things resample r holds depends on its stream and on n alone, not on what is summed up, not on the
 * instruction set, and not on threads. Two ways to draw, chosen by n:
 *
 * resample-index-16-v1 (n <= BK_RESAMPLE_INDEX_MOST). Rounds: of the m draws that are missing (at first n),
 * the m 16-bit quarters of ceil(m / 4) words, low quarter first, give q n >> 16 each, or nothing where q n
 * mod 2^16 < 2^16 mod n (Lemire 2019); what gave nothing is missing in the next round. Exactly uniform. Draw
 * i of a round goes to lane i mod 8.
 *
 * resample-split-v1 (larger n). "Splitting c draws" tells how many of them fall into the left half: floor(c /
 * 1024) words give one Binomial(1024, 1/2) each (kernel/binomial_table.py: off by less than 2^-57), and of
 * the rest c mod 1024 the number of ones among so many bits of fresh words, the low ones of the last word.
 *   1. The n draws fall on the next power of two, and are split along the one path that leads to n, until
 * each block of 2^b values, b the bits of n from high to low, has its draws; those beyond n fall again.
 *   2. Blocks in order: depth first, left first, down to patches of 2048 values; a patch level by level, each
 * level from left to right, down to leaves of 32 values (a block below 32 is a leaf).
 *   3. Leaves from left to right: for each 48 draws (or the fewer that are left), w = ceil(draws / 12) words:
 * field j = 0, 1, 2 (bits 5 j to 5 j + 4) of all 4 w quarters, then field j + 1; as many as there are draws,
 * modulo the size of the leaf. Draw i of a patch goes to lane i mod 8. Exactly multinomial but for the table.
 */
#ifndef STATS_RESAMPLE_H
#define STATS_RESAMPLE_H

#include "brisk/rng.h"

/* Up to here indices, whose data fits the caches next to the core; above, splitting is quicker (measured on
 * AVX2: equal near 3e4). Part of the promise. */
#define BK_RESAMPLE_INDEX_MOST 16384

/* Resamples whose sums are drawn together, so that data from far away is read once for all. */
#define BK_RESAMPLE_TOGETHER 8

/* Sums [resamples, width] over what each stream draws. columns [n + 1, width], width 1 or 2; the last row is
 * 0. The lanes are joined as bk_lanes_join does. resamples at most BK_RESAMPLE_TOGETHER; the streams are used
 * up. */
void bk_resample_sums(double *sums, size_t resamples, bk_stream *streams, const double *columns, size_t width,
                      size_t n);
/* index [n]: what the stream draws, in the order of the draws. */
void bk_resample_indices(uint32_t *index, bk_stream *stream, size_t n);

#endif
