/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kernel/loops/resample_halve.h: from counts of draws to the counts of the halves of what they fall on, by
 * the ones among as many random bits. The words of a resample lie BK_GROUPS vectors apart. Draws beyond what
 * these words reach take theirs from `spare`; or, where `over` is given, they are left out and told there,
 * and the caller starts again: a call in the way of the loops costs them the registers.
 */
#ifndef BRISK_KERNEL_LOOPS_RESAMPLE_HALVE_H
#define BRISK_KERNEL_LOOPS_RESAMPLE_HALVE_H

#include "kernel/loops/binomial_table.h"
#include "kernel/loops/resample_generators.h"

#define BK_GROUPS 4 /* vectors side by side, whose generators do not wait for each other */

/* Folded into the loop around it; kept out of it. */
#define BK_FLAT  __attribute__((always_inline))
#define BK_ALOOF __attribute__((noinline))

/* ---- One count of each resample ---------------------------------------------------------------------------
 */

/* Binomial(1024, 1/2) once for each whole 1024, by one word through the table. */
static BK_ALOOF words halve_by_table(generators *spare, words count)
{
    words left = all_of(0);
    for (;;) {
        const words active = below(all_of(BK_BINOMIAL_TRIALS - 1), count);
        if (!any(active)) {
            return left;
        }
        const generators before = *spare;
        const words drawn = next_words(spare);
        put_back(spare, &before, active);
        uint64_t word[BK_WORDS];
        memcpy(word, &drawn, sizeof word);
        for (size_t r = 0; r < BK_WORDS; r++) {
            const uint64_t column = word[r] >> 55;
            const uint64_t own = (word[r] & ((UINT64_C(1) << 55) - 1)) < binomial_share[column];
            word[r] = BK_BINOMIAL_FIRST + (own ? column : binomial_alias[column]);
        }
        words made;
        memcpy(&made, word, sizeof made);
        left += made & active;
        count -= all_of(BK_BINOMIAL_TRIALS) & active;
    }
}

/* Word by word, 64 draws each. */
static BK_ALOOF words halve_rest(generators *spare, words count)
{
    words left = all_of(0);
    while (any(count)) {
        const words here = smaller(count, all_of(64));
        const generators before = *spare;
        left += sum_of_bytes(count_bytes(next_words(spare) & low_bits(here)));
        put_back(spare, &before, below(all_of(0), count));
        count -= here;
    }
    return left;
}

/* count below 2^16; words_each at most 31, for the tally's bytes. */
static inline BK_FLAT words halve(const words *word, unsigned words_each, generators *spare, words count,
                                  words *over)
{
    words tally = all_of(0);
    for (unsigned w = 0; w < words_each; w++) {
        tally += count_bytes(word[BK_GROUPS * w] & low_bits(count));
        count = less_64(count);
    }
    const words left = sum_of_bytes(tally);
    if (over) {
        *over |= count;
    } else if (any(count)) {
        return left + halve_rest(spare, count);
    }
    return left;
}

/* Any count. */
static inline words halve_many(const words *word, unsigned words_each, generators *spare, words count)
{
    words left = all_of(0);
    if (any(below(all_of(BK_BINOMIAL_TRIALS - 1), count))) {
        left = halve_by_table(spare, count);
    }
    return left + halve(word, words_each, spare, count & all_of(BK_BINOMIAL_TRIALS - 1), NULL);
}

/* Any count, by spare words alone. */
static inline words halve_again(generators *spare, words count)
{
    words left = all_of(0);
    if (any(below(all_of(BK_BINOMIAL_TRIALS - 1), count))) {
        left = halve_by_table(spare, count);
    }
    return left + halve_rest(spare, count & all_of(BK_BINOMIAL_TRIALS - 1));
}

/* Words for the halving of an expected count: four standard deviations above it, at most 1023 bits' worth
 * where the table takes what is more. */
static unsigned words_for(uint64_t expected)
{
    if (expected >= BK_BINOMIAL_TRIALS) {
        return BK_BINOMIAL_TRIALS / 64;
    }
    uint64_t root = 0;
    while ((root + 1) * (root + 1) <= expected) {
        root++;
    }
    const uint64_t bits = expected + 4 * root;
    return bits <= 64 ? 1 : (unsigned)((bits + 63) / 64);
}

/* ---- Eight counts of each resample, in bytes
 * --------------------------------------------------------------- */

/* All ones where a lane is not zero. */
static inline BK_FLAT words not_zero(words x)
{
    return below(all_of(0), (x | (x >> 1)) & all_of(~UINT64_C(0) >> 1));
}

/* By words_each words; byte f of word w serves draws 8 w to 8 w + 7 of count f. */
static BK_ALOOF words split_rest(unsigned words_each, generators *spare, words count)
{
    words left = all_of(0);
    while (any(count)) {
        const words here = smaller_bytes(count, (uint8_t)(8 * words_each));
        const generators before = *spare;
        for (unsigned w = 0; w < words_each; w++) {
            left += count_bytes(next_words(spare) & ones_from(here, (uint8_t)(8 * w)));
        }
        put_back(spare, &before, not_zero(count));
        count -= here;
    }
    return left;
}

static inline BK_FLAT words split(const words *word, unsigned words_each, generators *spare, words count,
                                  words *over)
{
    const words here = smaller_bytes(count, (uint8_t)(8 * words_each));
    words left = all_of(0);
#pragma GCC unroll 4
    for (unsigned w = 0; w < words_each; w++) {
        left += count_bytes(word[BK_GROUPS * w] & ones_from(here, (uint8_t)(8 * w)));
    }
    if (over) {
        *over |= count - here;
    } else if (any(count - here)) {
        left += split_rest(words_each, spare, count - here);
    }
    return left;
}

/* Counts of at most 12 into quarters, by three words: twelve bits say which half, as many which quarter of
 * it, first those of the left half's draws. */
static inline BK_FLAT void quarter_pass(words part[4], words first, words both, words second, words count)
{
    const words ones = ones_of(count), over = ones_over(count);
    const words left = count_bytes(first & ones) + count_nibbles(both & over);
    const words more = (both >> 4) & all_of(15 * BK_EACH_BYTE);
    const words inner = count_bytes(second & ones) + count_nibbles(more & over);
    part[0] = count_bytes(second & ones_of(left)) + count_nibbles(more & ones_over(left));
    part[1] = left - part[0];
    part[2] = inner - part[0];
    part[3] = count - left - part[2];
}

static BK_ALOOF void quarter_rest(words part[4], generators *spare, words count)
{
    while (any(count)) {
        const words here = smaller_bytes(count, 12);
        const generators before = *spare;
        const words first = next_words(spare), both = next_words(spare), second = next_words(spare);
        words more[4];
        quarter_pass(more, first, both, second, here);
        put_back(spare, &before, not_zero(count));
        for (size_t i = 0; i < 4; i++) {
            part[i] += more[i];
        }
        count -= here;
    }
}

static inline BK_FLAT void quarter(words part[4], const words *word, generators *spare, words count,
                                   words *over)
{
    const words here = smaller_bytes(count, 12);
    quarter_pass(part, word[0], word[BK_GROUPS], word[2 * BK_GROUPS], here);
    if (over) {
        *over |= count - here;
    } else if (any(count - here)) {
        quarter_rest(part, spare, count - here);
    }
}

#endif
