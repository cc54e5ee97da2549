/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stats/resample.h: resamples of n among n things, as sums over what was drawn or as how often each was.
 *
 * How often resample r draws each thing depends on its stream and on n alone: not on what is summed up, on
 * the resamples beside it, on the instruction set or on threads.
 *
 * resample-halve-v1, n in [1, 2^33 - 1]. Half of the draws that fall on an even number of things fall on its
 * left half, give or take: as many as there are ones among one random bit each. So a tree of halvings leads
 * from n draws to the counts of single things, exactly multinomial but for the table below
 * (2^-57 each time it is used).
 * Words come from the stream in order, as many as said here whatever is drawn; where draws are more than
 * these words serve, what is beyond takes words from the *spare* stream, which is the stream jumped once
 * (PCG64DXSM.jumped() of NumPy), in the order in which it happens. Ones go to the left.
 *
 * 1. To halve c draws by w words: each whole 1024 of them takes one spare word, a Binomial(1024, 1/2) by
 *    kernel/binomial_table.py; the c mod 1024 that are left take the bits of the w words, low ones first, and
 *    beyond 64 w the bits of spare words, 64 draws each. w is ceil((e + 4 floor(sqrt e)) / 64), at least 1,
 * for e expected draws, and 16 from e = 1024 on. A block of 2^h things expects 2^h draws.
 * 2. Blocks: one of 2^b things for each bit b of n, the largest first. The n draws fall on the next power of
 *    two and are halved along the path that leads to n, where level l expects n >> l draws. Those that fell
 *    beyond n fall again along that path, by spare words alone (1.), and again, until none does.
 * 3. A block above 128 things is halved depth first, left first, down to patches of 128.
 * 4. A patch, or a block below, is halved three times (twice where it has 4 things, once where it has 2),
 * level by level from left to right. That gives eight counts; count f belongs to things f, f + 8, f + 16, ...
 * and goes on as byte f. From here on byte f of a word serves count f, all eight at once: 16 things each:
 * halved by 4 words, of which word w serves draws 8 w to 8 w + 7, low bit first; then 8 things each, left
 * half first: halved by 3 words in the same way; after each of the two its quarters, 4 things each, left
 * first: by 3 words a, b, d into the counts of four things. The bits of the up to 12 draws are those of a and
 * the low half of b: ones go to things 0 and 1. Let l be their number; bits 0 to l - 1 of d and the high half
 * of b tell thing 0 (one) from 1, bits l to c - 1 thing 2 from 3. 2 things each (a block of 16): halved by 1
 * word. Byte f of a draws beyond 8 w (or 12) takes part in another round of as many spare words, and so on.
 *    Above 255 draws of a patch or a small block, what is beyond does all of step 4 again, by spare words.
 * The sums: lane l adds value i times its count for i = l, l + 8, ... in that order (step 4's again apart).
 */
#ifndef STATS_RESAMPLE_H
#define STATS_RESAMPLE_H

#include "brisk/rng.h"

/* Resamples that are best drawn together: their generators run side by side, and the data is read once for
 * all. */
#define BK_RESAMPLE_TOGETHER 32

/* Sums [resamples, width] over what each stream draws. columns [n, width], width 1 or 2.
 * The lanes are joined as bk_lanes_join does. resamples at most BK_RESAMPLE_TOGETHER. */
void bk_resample_sums(double *sums, size_t resamples, const bk_stream *streams, const double *columns,
                      size_t width, size_t n);
/* counts [resamples, n]: how often each stream draws each thing. */
void bk_resample_counts(uint32_t *counts, size_t resamples, const bk_stream *streams, size_t n);

#endif
