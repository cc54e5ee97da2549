/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Resampling with replacement by binary splitting: how many draws fall into the left half of some data is the
 * number of ones among as many random bits, so a tree of halvings gives the draws of each leaf, and five bits
 * choose among the values of a leaf. The data is read in order. What is drawn from which bits stands in
 * stats/resample.h.
 */
#include "kernel/loops/binomial_table.h"
#include "kernel/loops/resample_add.h"

#define BK_LEAF         32              /* values that five random bits choose among */
#define BK_FIELDS       12              /* five-bit fields of a word, three in each quarter */
#define BK_LEAF_DRAWS   (4 * BK_FIELDS) /* made at a time */
#define BK_PATCH_HEIGHT 11
#define BK_PATCH        (1 << BK_PATCH_HEIGHT) /* values that are split level by level */
#define BK_TOGETHER     8                      /* resamples that read the data together */
#define BK_WORDS        512                    /* random words in hand */
#define BK_AHEAD        17                     /* words that may be looked at together */
#define BK_LIST         2560                   /* indices in hand */

/* Eight of them in one register: through an array on the stack they would wait for it to be written. */
typedef uint16_t quarters_8 __attribute__((vector_size(16)));

static inline quarters_8 quarters_of(const uint64_t *draws)
{
    quarters_8 loaded;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(&loaded, draws, sizeof loaded);
#else
    for (size_t i = 0; i < 8; i++) {
        loaded[i] = quarter_of(draws, i);
    }
#endif
    return loaded;
}

/* Random words in hand; those from position to filled are unused. */
typedef struct bits {
    uint64_t *state;
    const uint64_t *increment;
    size_t position, filled;
    uint64_t word[BK_WORDS + BK_AHEAD];
} bits;

static __attribute__((noinline)) void refill(bits *source)
{
    const size_t left = source->filled - source->position;
    memmove(source->word, source->word + source->position, left * sizeof source->word[0]);
    BK_KERNEL_NAME(pcg64_fill)(source->word + left, source->state, source->increment, BK_WORDS - left);
    source->position = 0;
    source->filled = BK_WORDS;
}

/* The lowest count of 64 bits, all from 64 on. */
static inline uint64_t low_bits(size_t count)
{
    return count >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << count) - 1;
}

/* At least BK_AHEAD words in hand. */
static inline const uint64_t *words_ahead(bits *source)
{
    if (source->filled - source->position < BK_AHEAD) {
        refill(source);
    }
    return source->word + source->position;
}

/* How many of count draws fall into the left half: one word for each 1024 of them, through the table; of the
 * rest, one bit each of fresh words, the low ones of the last. */
static size_t split_draws(bits *source, size_t count)
{
    size_t left = 0;
    for (; count >= BK_BINOMIAL_TRIALS; count -= BK_BINOMIAL_TRIALS) {
        const uint64_t word = *words_ahead(source);
        const uint64_t column = word >> 55;
        const uint64_t own = (word & ((UINT64_C(1) << 55) - 1)) < binomial_share[column];
        left += BK_BINOMIAL_FIRST + (own ? column : binomial_alias[column]);
        source->position++;
    }
    const uint64_t *word = words_ahead(source);
    const size_t whole = count / 64;
    for (size_t w = 0; w < whole; w++) {
        left += (size_t)__builtin_popcountll(word[w]);
    }
    left += (size_t)__builtin_popcountll(word[whole] & low_bits(count % 64));
    source->position += (count + 63) / 64;
    return left;
}

/* The same without a loop for at most 64 words draws, words at most 4. */
static inline size_t split_few(bits *source, size_t count, size_t words)
{
    if (count > 64 * words) {
        return split_draws(source, count);
    }
    const uint64_t *word = words_ahead(source);
    size_t left = (size_t)__builtin_popcountll(word[0] & low_bits(count));
    for (size_t w = 1; w < words; w++) {
        const uint64_t mask = low_bits(count > 64 * w ? count - 64 * w : 0);
        left += (size_t)__builtin_popcountll(word[w] & mask);
    }
    source->position += (count + 63) / 64;
    return left;
}

/* Of count draws, the index of each among size values (a power of two, at most a leaf), first added to it, by
 * words of twelve fields: field j of all quarters, then field j + 1. The room behind them is scribbled on:
 * index [count + BK_LEAF_DRAWS]. Returns the words that were used. */
static inline size_t draw_leaf(uint16_t *index, const uint64_t *word, size_t first, size_t size, size_t count)
{
    const uint16_t mask = (uint16_t)(size - 1);
    const uint16_t base = (uint16_t)first;
    const size_t words = ((count + BK_FIELDS - 1) * 43) >> 9; /* divided by 12, for at most 59 */
    const quarters_8 front = quarters_of(word), back = quarters_of(word + 2);
    /* In this order: each field's surplus is written over by the next one. */
    for (unsigned field = 0; field < 3; field++) {
        uint16_t *to = index + 4 * words * field;
        const uint16_t shift = (uint16_t)(5 * field);
        const quarters_8 first_eight = ((front >> shift) & mask) + base;
        const quarters_8 next_eight = ((back >> shift) & mask) + base;
        memcpy(to, &first_eight, sizeof first_eight);
        memcpy(to + 8, &next_eight, sizeof next_eight);
    }
    return words;
}

/* What becomes of the drawn indices: sums, or a list. Indices in hand are relative to `origin`. */
typedef enum what { SUM, PAIRS, INDEX } what;
typedef struct sink {
    double *lanes;
    const double *values;
    uint32_t *index;
} sink;

/* Takes the list of a patch: to the lanes whose turn it is, or out. */
static inline void take_list(sink *to, const uint16_t *list, size_t origin, size_t count, what kind)
{
    if (kind == INDEX) {
        for (size_t i = 0; i < count; i++) {
            to->index[i] = (uint32_t)origin + list[i];
        }
        to->index += count;
        return;
    }
    const size_t width = kind == PAIRS ? 2 : 1;
    const double *values = to->values + width * origin;
    const size_t whole = count - count % BK_LANES_F64;
    if (kind == PAIRS) {
        add_pairs(to->lanes, values, list, whole);
    } else {
        add_values(to->lanes, values, list, whole);
    }
    add_rest(to->lanes, values, list + whole, count - whole, kind == PAIRS);
}

/* The leaves of a patch. Draws in hand are a list for the sums; each patch starts at lane 0. */
static inline void take_leaves(sink *to, bits *source, size_t origin, const size_t *node, size_t nodes,
                               size_t leaf, what kind)
{
    uint16_t list[BK_LIST + BK_LEAF_DRAWS];
    size_t held = 0;
    for (size_t i = 0; i < nodes; i++) {
        size_t count = node[i];
        do {
            const size_t now = count < BK_LEAF_DRAWS ? count : BK_LEAF_DRAWS;
            source->position += draw_leaf(list + held, words_ahead(source), i * leaf, leaf, now);
            held += now;
            count -= now;
            if (held > BK_LIST - BK_LEAF_DRAWS) {
                const size_t whole = held - held % BK_LANES_F64;
                take_list(to, list, origin, whole, kind);
                memmove(list, list + whole, (held - whole) * sizeof list[0]);
                held -= whole;
            }
        } while (count > 0);
    }
    take_list(to, list, origin, held, kind);
}

/* From nodes [count] to their halves [2 count]. */
static inline void split_level(size_t *half, bits *source, const size_t *node, size_t count, size_t words)
{
    for (size_t i = 0; i < count; i++) {
        half[2 * i] = words > 0 ? split_few(source, node[i], words) : split_draws(source, node[i]);
        half[2 * i + 1] = node[i] - half[2 * i];
    }
}

/* count draws among the 2^height values from first on, at most BK_PATCH of them: level by level. */
static inline void split_patch(sink *to, bits *source, size_t first, unsigned height, size_t count, what kind)
{
    size_t level[2][BK_PATCH / BK_LEAF];
    size_t nodes = 1;
    size_t *from = level[0], *into = level[1];
    from[0] = count;
    for (; (nodes << 5) < ((size_t)1 << height); nodes *= 2) {
        const size_t expected = count / nodes;
        if (expected > 192) {
            split_level(into, source, from, nodes, 0);
        } else if (expected > 96) {
            split_level(into, source, from, nodes, 4);
        } else {
            split_level(into, source, from, nodes, 2);
        }
        size_t *halves = into;
        into = from;
        from = halves;
    }
    take_leaves(to, source, first, from, nodes, height < 5 ? (size_t)1 << height : BK_LEAF, kind);
}

/* One of several resamples that read the data together: at large sizes it comes from far away. */
typedef struct resample {
    bits source;
    sink to;
    size_t block[64]; /* draws in the block of 2^b values */
    size_t right[64]; /* draws that wait at each level */
} resample;

/* The draws among the 2^height values from first on: depth first, left first, down to patches. */
static inline void split_block(resample *all, size_t resamples, size_t first, unsigned height, what kind)
{
    const unsigned patch = height < BK_PATCH_HEIGHT ? height : BK_PATCH_HEIGHT;
    const size_t patches = (size_t)1 << (height - patch);
    for (size_t i = 0; i < patches; i++) {
        const unsigned top = i == 0 ? height - patch : (unsigned)__builtin_ctzll((unsigned long long)i);
        for (size_t r = 0; r < resamples; r++) {
            resample *one = &all[r];
            size_t count = i == 0 ? one->block[height] : one->right[top];
            for (unsigned level = top; level > 0; level--) {
                const size_t left = split_draws(&one->source, count);
                one->right[level - 1] = count - left;
                count = left;
            }
            split_patch(&one->to, &one->source, first + (i << patch), patch, count, kind);
        }
    }
}

/* How many of n draws fall into each block of 2^b values, b the bits of n, the largest block first. Draws
 * fall on the next power of two; those beyond n fall again. */
static void split_spine(size_t *block, bits *source, size_t n)
{
    unsigned top = 0;
    while (((n - 1) >> top) > 0) {
        top++;
    }
    size_t falling = n;
    while (falling > 0) {
        size_t count = falling, rest = n;
        unsigned height = top;
        falling = 0;
        while (count > 0 && rest < (size_t)1 << height) {
            const size_t half = (size_t)1 << --height;
            const size_t left = split_draws(source, count);
            if (rest < half) {
                falling += count - left;
                count = left;
            } else {
                block[height] += left;
                count -= left;
                rest -= half;
                if (rest == 0) {
                    falling += count;
                    count = 0;
                }
            }
        }
        block[height] += count;
    }
}

static inline void split(resample *all, size_t resamples, size_t n, uint64_t *state,
                         const uint64_t *increment, what kind)
{
    for (size_t r = 0; r < resamples; r++) {
        bits *source = &all[r].source;
        source->state = state + 2 * r;
        source->increment = increment + 2 * r;
        source->position = source->filled = 0;
        memset(source->word + BK_WORDS, 0, BK_AHEAD * sizeof source->word[0]);
        memset(all[r].block, 0, sizeof all[r].block);
        split_spine(all[r].block, source, n);
    }
    size_t first = 0;
    for (unsigned height = 64; height-- > 0;) {
        if (n >> height & 1) {
            split_block(all, resamples, first, height, kind);
            first += (size_t)1 << height;
        }
    }
}

/* Resamples that are drawn together; the state of each is some 5 KiB. */
static inline void split_sums(double *lanes, const double *values, size_t n, uint64_t *state,
                              const uint64_t *increment, size_t resamples, what kind)
{
    resample all[BK_TOGETHER];
    const size_t width = kind == PAIRS ? 2 : 1;
    for (size_t done = 0; done < resamples; done += BK_TOGETHER) {
        const size_t now = resamples - done < BK_TOGETHER ? resamples - done : BK_TOGETHER;
        for (size_t r = 0; r < now; r++) {
            all[r].to = (sink){.lanes = lanes + width * BK_LANES_F64 * (done + r), .values = values};
        }
        split(all, now, n, state + 2 * done, increment + 2 * done, kind);
    }
}

void BK_KERNEL_NAME(resample_sum_split)(double *lanes, const double *values, size_t n, uint64_t *state,
                                        const uint64_t *increment, size_t resamples)
{
    split_sums(lanes, values, n, state, increment, resamples, SUM);
}

void BK_KERNEL_NAME(resample_pairs_split)(double *lanes, const double *pairs, size_t n, uint64_t *state,
                                          const uint64_t *increment, size_t resamples)
{
    split_sums(lanes, pairs, n, state, increment, resamples, PAIRS);
}

void BK_KERNEL_NAME(resample_index_split)(uint32_t *index, size_t n, uint64_t *state,
                                          const uint64_t *increment)
{
    resample one;
    one.to = (sink){.index = index};
    split(&one, 1, n, state, increment, INDEX);
}
