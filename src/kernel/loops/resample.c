/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Resampling with replacement by halving, of many resamples side by side; what is drawn from which bits
 * stands in stats/resample.h. The data is read in order, once for all that are drawn together, and sums need
 * how often each value was drawn, not when.
 */
#include "kernel/loops/resample_halve.h"
#include "kernel/loops/resample_rows.h"

#define BK_HEIGHTS 33 /* of blocks: n below 2^33 */
#define BK_PATCH   7  /* the height of the largest block whose counts are bytes */
#define BK_BUFFER  33 /* words that a patch takes */
#define BK_ROWS    16 /* of a patch */
#define BK_MOST    255

/* Groups whose words are drawn abreast: enough that none waits for its own last product, and not more than
 * there are registers for. */
#define BK_ABREAST (BK_WORDS == 2 ? 2 : BK_GROUPS)

/* What becomes of the counts. */
typedef enum what { SUM, PAIRS, COUNT } what;

typedef struct drawing {
    generators source[BK_GROUPS]; /* the streams from their beginning */
    generators spare[BK_GROUPS];  /* the streams jumped once */
    words word[BK_BUFFER][BK_GROUPS];
    reals sum[BK_GROUPS][2 * BK_LANES_F64];
    const double *values; /* whole rows of eight, or of eight pairs */
    double tail[16];      /* the row behind them, with zeros behind the last value */
    uint32_t *count;      /* [now, n] */
    size_t groups, now, n;
} drawing;

/* Words of a block of each height up to a patch's, and of the halving of 2^height values. */
static const uint8_t block_words[BK_PATCH + 1] = {0, 1, 3, 7, 8, 10, 17, BK_BUFFER};
static const uint8_t halving_words[BK_HEIGHTS] = {0,  1,  1,  1,  1,  1,  2,  3,  5,  10, 16,
                                                  16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16,
                                                  16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16};

/* ---- Random words
 * ------------------------------------------------------------------------------------------ */

static BK_ALOOF void fill_one(drawing *all, generators *from, size_t g, size_t count)
{
    generators source = *from;
    for (size_t i = 0; i < count; i++) {
        all->word[i][g] = next_words(&source);
    }
    *from = source;
}

/* The next count words of every resample. */
static BK_ALOOF void fill(drawing *all, size_t count)
{
    size_t g = 0;
    for (; g + BK_ABREAST <= all->groups; g += BK_ABREAST) {
        generators source[BK_ABREAST];
        memcpy(source, all->source + g, sizeof source);
        for (size_t i = 0; i < count; i++) {
#pragma GCC unroll 4
            for (size_t k = 0; k < BK_ABREAST; k++) {
                all->word[i][g + k] = next_words(&source[k]);
            }
        }
        memcpy(all->source + g, source, sizeof source);
    }
    for (; g < all->groups; g++) {
        fill_one(all, &all->source[g], g, count);
    }
}

/* ---- Counts into rows
 * -------------------------------------------------------------------------------------- */

static inline const double *values_of(const drawing *all, size_t row, size_t width)
{
    return row < all->n / 8 ? all->values + 8 * width * row : all->tail;
}

/* As many sums at a time as there are registers for. */
static BK_ALOOF void add_values(drawing *all, const words *made, size_t rows, size_t row, size_t g)
{
    const double *values = values_of(all, row, 1);
#if BK_WORDS == 8
    add_rows(all->sum[g], made, rows, values, 1, 0, 8);
#else
    add_rows(all->sum[g], made, rows, values, 1, 0, 4);
    add_rows(all->sum[g], made, rows, values, 1, 4, 4);
#endif
}

static BK_ALOOF void add_pairs(drawing *all, const words *made, size_t rows, size_t row, size_t g)
{
    const double *values = values_of(all, row, 2);
    add_rows(all->sum[g], made, rows, values, 2, 0, 4);
    add_rows(all->sum[g], made, rows, values, 2, 4, 4);
}

static BK_ALOOF void add_counts(drawing *all, const words *made, size_t rows, size_t row, size_t g)
{
    for (size_t i = row; i < row + rows; i++) {
        uint64_t word[BK_WORDS];
        memcpy(word, &made[i - row], sizeof word);
        const size_t most = all->n - 8 * i < 8 ? all->n - 8 * i : 8;
        for (size_t r = BK_WORDS * g; r < BK_WORDS * (g + 1) && r < all->now; r++) {
            uint32_t *to = all->count + r * all->n + 8 * i;
            for (size_t f = 0; f < most; f++) {
                to[f] += (uint32_t)(word[r - BK_WORDS * g] >> (8 * f) & 0xff);
            }
        }
    }
}

static inline void take_rows(drawing *all, const words *made, size_t rows, size_t row, size_t g, what kind)
{
    if (kind == SUM) {
        add_values(all, made, rows, row, g);
    } else if (kind == PAIRS) {
        add_pairs(all, made, rows, row, g);
    } else {
        add_counts(all, made, rows, row, g);
    }
}

/* ---- Blocks whose counts are bytes
 * ------------------------------------------------------------------------- */

static const uint8_t nodes_of[4] = {1, 2, 4, 8};

/* Three halvings, or fewer of a block below eight values: its bytes. At most BK_MOST draws. */
static inline BK_FLAT words bytes_of(const words *word, generators *spare, words count, unsigned height,
                                     words *over)
{
    const unsigned levels = height < 3 ? height : 3;
    words node[8];
    node[0] = count;
    unsigned at = 0;
#pragma GCC unroll 3
    for (unsigned level = 0; level < levels; level++) {
        const unsigned step = 1U << (levels - level), each = halving_words[height - level];
        for (unsigned i = 0; i < nodes_of[level]; i++) {
            const words whole = node[i * step];
            node[i * step] = halve(word + BK_GROUPS * at, each, spare, whole, over);
            node[i * step + step / 2] = whole - node[i * step];
            at += each;
        }
    }
    words made = node[0];
    for (unsigned f = 1; f < nodes_of[levels]; f++) {
        made |= node[f] << (8 * f);
    }
    return made;
}

static inline BK_FLAT void eight_rows(words *made, const words *word, generators *spare, words count,
                                      words *over)
{
    const words left = split(word, 3, spare, count, over);
    quarter(made, word + 3 * BK_GROUPS, spare, left, over);
    quarter(made + 4, word + 6 * BK_GROUPS, spare, count - left, over);
}

/* A block of 2^height values as rows of eight bytes; row i holds values 8 i to 8 i + 7. */
static inline BK_FLAT void make_rows(words *made, const words *word, generators *spare, words count,
                                     unsigned height, words *over)
{
    const words eight = bytes_of(word, spare, count, height, over);
    if (height == BK_PATCH) {
        const words left = split(word + 11 * BK_GROUPS, 4, spare, eight, over);
        eight_rows(made, word + 15 * BK_GROUPS, spare, left, over);
        eight_rows(made + 8, word + 24 * BK_GROUPS, spare, eight - left, over);
    } else if (height == 6) {
        eight_rows(made, word + 8 * BK_GROUPS, spare, eight, over);
    } else if (height == 5) {
        quarter(made, word + 7 * BK_GROUPS, spare, eight, over);
    } else if (height == 4) {
        made[0] = split(word + 7 * BK_GROUPS, 1, spare, eight, over);
        made[1] = eight - made[0];
    } else {
        made[0] = eight;
    }
}

/* A patch of each group, of at most BK_MOST draws, and what of its counts is beyond what its words reach; the
 * rows are void where that is not zero. Stage by stage for all groups, since one group's stages wait for each
 * other. */
static BK_ALOOF void make_patches(words (*made)[BK_ROWS], words *over, const drawing *all, const words *count)
{
    words left[BK_GROUPS], right[BK_GROUPS];
    for (size_t g = 0; g < all->groups; g++) {
        over[g] = all_of(0);
        const words *word = &all->word[0][g];
        const words eight = bytes_of(word, NULL, smaller(count[g], all_of(BK_MOST)), BK_PATCH, &over[g]);
        left[g] = split(word + 11 * BK_GROUPS, 4, NULL, eight, &over[g]);
        right[g] = eight - left[g];
    }
    for (size_t g = 0; g < all->groups; g++) {
        eight_rows(made[g], &all->word[15][g], NULL, left[g], &over[g]);
    }
    for (size_t g = 0; g < all->groups; g++) {
        eight_rows(made[g] + 8, &all->word[24][g], NULL, right[g], &over[g]);
    }
}

static BK_ALOOF void make_block(words *made, const words *word, generators *spare, words count,
                                unsigned height)
{
    switch (height) {
    case 0:
        made[0] = count;
        break;
    case 1:
        make_rows(made, word, spare, count, 1, NULL);
        break;
    case 2:
        make_rows(made, word, spare, count, 2, NULL);
        break;
    case 3:
        make_rows(made, word, spare, count, 3, NULL);
        break;
    case 4:
        make_rows(made, word, spare, count, 4, NULL);
        break;
    case 5:
        make_rows(made, word, spare, count, 5, NULL);
        break;
    case 6:
        make_rows(made, word, spare, count, 6, NULL);
        break;
    default:
        make_rows(made, word, spare, count, BK_PATCH, NULL);
        break;
    }
}

/* A block of 2^height values from first on, in all groups. Draws beyond BK_MOST, which hardly ever come, are
 * drawn on their own, by spare words. */
static inline void take_small_block(drawing *all, const words *count, size_t first, unsigned height,
                                    what kind)
{
    const size_t rows = height < 3 ? 1 : (size_t)1 << (height - 3);
    fill(all, block_words[height]);
    words made[BK_GROUPS][BK_ROWS], over[BK_GROUPS];
    if (height == BK_PATCH) {
        make_patches(made, over, all, count);
    }
    for (size_t g = 0; g < all->groups; g++) {
        bool ready = height == BK_PATCH && !any(over[g]);
        words here = smaller(count[g], all_of(BK_MOST)), rest = count[g] - here;
        for (;;) {
            if (!ready) {
                make_block(made[g], &all->word[0][g], &all->spare[g], here, height);
            }
            ready = false;
            made[g][0] <<= 8 * (first % 8);
            take_rows(all, made[g], rows, first / 8, g, kind);
            if (!any(rest)) {
                break;
            }
            const generators before = all->spare[g];
            fill_one(all, &all->spare[g], g, block_words[height]);
            put_back(&all->spare[g], &before, below(all_of(0), rest));
            here = smaller(rest, all_of(BK_MOST));
            rest -= here;
        }
    }
}

/* ---- Everything above
 * -------------------------------------------------------------------------------------- */

/* From counts to those of their left halves, which take their place, and of their right halves. */
static BK_ALOOF void halve_groups(drawing *all, words *count, words *right, unsigned words_each)
{
    fill(all, words_each);
    for (size_t g = 0; g < all->groups; g++) {
        const words left = halve_many(&all->word[0][g], words_each, &all->spare[g], count[g]);
        right[g] = count[g] - left;
        count[g] = left;
    }
}

/* Depth first, left first, down to patches. */
static inline void take_block(drawing *all, const words *count, size_t first, unsigned height, what kind)
{
    words right[BK_HEIGHTS][BK_GROUPS], here[BK_GROUPS];
    const size_t patches = (size_t)1 << (height - BK_PATCH);
    for (size_t i = 0; i < patches; i++) {
        const unsigned top = i == 0 ? height : BK_PATCH + (unsigned)__builtin_ctzll((unsigned long long)i);
        memcpy(here, i == 0 ? count : right[top], sizeof here);
        for (unsigned level = top; level > BK_PATCH; level--) {
            halve_groups(all, here, right[level - 1], halving_words[level]);
        }
        take_small_block(all, here, first + (i << BK_PATCH), BK_PATCH, kind);
    }
}

/* Those that fell beyond n fall again, along the same path, until all have their block. */
static inline void fall_again(words (*block)[BK_GROUPS], generators *spare, words falling, size_t g, size_t n,
                              unsigned top)
{
    while (any(falling)) {
        words count = falling;
        size_t rest = n;
        unsigned height = top;
        falling = all_of(0);
        while (rest < (size_t)1 << height) {
            const size_t half = (size_t)1 << --height;
            const words left = halve_again(spare, count);
            if (rest <= half) {
                falling += count - left;
                count = left;
            } else {
                block[height][g] += left;
                count -= left;
                rest -= half;
            }
        }
        block[height][g] += count;
    }
}

/* How many draws fall into each block of 2^b values, b the bits of n, the largest first. They fall on the
 * next power of two, along the path that leads to n. */
static void find_blocks(words (*block)[BK_GROUPS], drawing *all, size_t draws)
{
    const size_t n = all->n;
    unsigned top = 0;
    while (((n - 1) >> top) > 0) {
        top++;
    }
    words falling[BK_GROUPS], count[BK_GROUPS], right[BK_GROUPS];
    for (size_t g = 0; g < all->groups; g++) {
        falling[g] = all_of(0);
        count[g] = all_of(draws);
    }
    size_t rest = n;
    unsigned height = top;
    while (rest < (size_t)1 << height) {
        const size_t half = (size_t)1 << --height;
        halve_groups(all, count, right, words_for(n >> (top - height - 1)));
        for (size_t g = 0; g < all->groups; g++) {
            if (rest <= half) {
                falling[g] += right[g];
            } else {
                block[height][g] += count[g];
                count[g] = right[g];
            }
        }
        rest -= rest <= half ? 0 : half;
    }
    for (size_t g = 0; g < all->groups; g++) {
        block[height][g] += count[g];
        fall_again(block, &all->spare[g], falling[g], g, n, top);
    }
}

static inline void draw(drawing *all, size_t draws, what kind)
{
    words block[BK_HEIGHTS][BK_GROUPS];
    for (size_t i = 0; i < BK_HEIGHTS; i++) {
        for (size_t g = 0; g < BK_GROUPS; g++) {
            block[i][g] = all_of(0);
        }
    }
    find_blocks(block, all, draws);
    size_t first = 0;
    for (unsigned height = BK_HEIGHTS; height-- > 0;) {
        if (all->n >> height & 1) {
            if (height > BK_PATCH) {
                take_block(all, block[height], first, height, kind);
            } else {
                take_small_block(all, block[height], first, height, kind);
            }
            first += (size_t)1 << height;
        }
    }
}

/* ---- Kernels
 * ------------------------------------------------------------------------------------------------ */

/* 0x9e3779b97f4a7c15f39cc0605cedc835 steps on, as PCG64DXSM.jumped() of NumPy. */
static inline bk_u128 jumped(bk_u128 state, bk_u128 increment)
{
    const bk_u128 factor = (bk_u128)UINT64_C(0x06445a8b93f375e9) << 64 | UINT64_C(0xaac611fa20a2c7e5);
    const bk_u128 addend = (bk_u128)UINT64_C(0x0393f1824ee36cce) << 64 | UINT64_C(0x04dafdefa8c2d67d);
    return factor * state + addend * increment;
}

/* Resamples BK_WORDS g to BK_WORDS g + BK_WORDS - 1; lanes behind the last one repeat it. */
static void open_group(drawing *all, size_t g, const uint64_t *state, const uint64_t *increment)
{
    uint64_t word[6][BK_WORDS];
    for (size_t r = 0; r < BK_WORDS; r++) {
        const size_t at = 2 * (BK_WORDS * g + r < all->now ? BK_WORDS * g + r : all->now - 1);
        const bk_u128 here = (bk_u128)state[at] << 64 | state[at + 1];
        const bk_u128 spare = jumped(here, (bk_u128)increment[at] << 64 | increment[at + 1]);
        word[0][r] = state[at];
        word[1][r] = state[at + 1];
        word[2][r] = (uint64_t)(spare >> 64);
        word[3][r] = (uint64_t)spare;
        word[4][r] = increment[at];
        word[5][r] = increment[at + 1];
    }
    words part[6];
    memcpy(part, word, sizeof part);
    all->source[g] = make_generators(part[0], part[1], part[4], part[5]);
    all->spare[g] = make_generators(part[2], part[3], part[4], part[5]);
    for (size_t i = 0; i < 2 * BK_LANES_F64; i++) {
        all->sum[g][i] = (reals){0};
    }
}

/* Of the resamples from number done on, as many as fit. */
static void open_all(drawing *all, size_t n, const uint64_t *state, const uint64_t *increment, size_t done,
                     size_t count)
{
    all->n = n;
    all->now = count - done < BK_GROUPS * BK_WORDS ? count - done : BK_GROUPS * BK_WORDS;
    all->groups = (all->now + BK_WORDS - 1) / BK_WORDS;
    for (size_t g = 0; g < all->groups; g++) {
        open_group(all, g, state + 2 * done, increment + 2 * done);
    }
}

static inline void draw_sums(double *lanes, const double *values, size_t n, size_t draws,
                             const uint64_t *state, const uint64_t *increment, size_t count, what kind)
{
    const size_t columns = kind == PAIRS ? 2 : 1, width = columns * BK_LANES_F64;
    drawing all;
    all.values = values;
    memset(all.tail, 0, sizeof all.tail);
    memcpy(all.tail, values + columns * (n - n % 8), columns * (n % 8) * sizeof values[0]);
    for (size_t done = 0; done < count; done += all.now) {
        open_all(&all, n, state, increment, done, count);
        draw(&all, draws, kind);
        for (size_t r = 0; r < all.now; r++) {
            for (size_t i = 0; i < width; i++) {
                double sum[BK_WORDS];
                memcpy(sum, &all.sum[r / BK_WORDS][i], sizeof sum);
                lanes[width * (done + r) + i] = sum[r % BK_WORDS];
            }
        }
    }
}

void BK_KERNEL_NAME(resample_sums)(double *lanes, const double *values, size_t n, size_t draws,
                                   const uint64_t *state, const uint64_t *increment, size_t resamples)
{
    draw_sums(lanes, values, n, draws, state, increment, resamples, SUM);
}

void BK_KERNEL_NAME(resample_pairs)(double *lanes, const double *pairs, size_t n, size_t draws,
                                    const uint64_t *state, const uint64_t *increment, size_t resamples)
{
    draw_sums(lanes, pairs, n, draws, state, increment, resamples, PAIRS);
}

void BK_KERNEL_NAME(resample_counts)(uint32_t *counts, size_t n, size_t draws, const uint64_t *state,
                                     const uint64_t *increment, size_t count)
{
    memset(counts, 0, n * count * sizeof counts[0]);
    drawing all;
    for (size_t done = 0; done < count; done += all.now) {
        open_all(&all, n, state, increment, done, count);
        all.count = counts + n * done;
        draw(&all, draws, COUNT);
    }
}
