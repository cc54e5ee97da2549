/* SPDX-License-Identifier: GPL-3.0-or-later
 * Streams of neighbouring addresses have nothing to do with one another: no bit of one follows a bit of the
 * other, their differences weigh what chance weighs, four-term sums over a square of addresses are uniform
 * (after Julia's pull request 53408), and no combination of bits over such a square is constant.
 *
 * Under the hypothesis, draws of different streams are independent and uniform; then so are the differences
 * and sums tested here although they share draws, because each is a homomorphism onto its range. The error
 * probability stands at each test; seeds are fixed. Each test has twins with planted faults that must fail.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "brisk/rng.h"

/* ---- Rows of neighbours ---- */

#define DRAWS   4     /* of each stream */
#define STREAMS 16385 /* in a row: 16384 pairs of neighbours */
#define PAIRS   (STREAMS - 1)
#define WORDS   (PAIRS / 64)
enum { SEED = 3, PURPOSE = 1024, INDEX = 5 };

/* Neighbours along a row differ by one in seed, purpose, index or sub, or in one bit. */
typedef enum axis { BY_SEED, BY_PURPOSE, BY_INDEX, BY_SUB, BY_SEED_BIT, BY_INDEX_BIT, AXES } axis;

/* A Gray code from the top: neighbours differ in one of the uppermost bits. */
static uint64_t gray(uint64_t t)
{
    uint64_t code = t ^ t >> 1, reversed = 0;
    for (int bit = 0; bit < 64; bit++) {
        reversed = reversed << 1 | (code >> bit & 1U);
    }
    return reversed;
}

static bk_stream open_at(axis along, uint64_t t)
{
    bk_stream stream;
    switch (along) {
    case BY_SEED:
        return bk_stream_open(SEED + t, PURPOSE, INDEX);
    case BY_PURPOSE:
        return bk_stream_open(SEED, PURPOSE + (uint32_t)t, INDEX);
    case BY_INDEX:
        return bk_stream_open(SEED, PURPOSE, INDEX + t);
    case BY_SEED_BIT:
        return bk_stream_open(gray(t), PURPOSE, INDEX);
    case BY_INDEX_BIT:
        return bk_stream_open(SEED, PURPOSE, gray(t));
    default:
        cr_assert(bk_stream_open_nested(&stream, SEED, PURPOSE, INDEX, t) == BK_OK);
        return stream;
    }
}

typedef enum fault {
    NONE,
    SAME_STATE, /* streams that differ in the increment alone */
    NEXT_STATE, /* stream t starts t states further: seed + i handed to the generator itself */
    SHIFTED,    /* stream t is stream 0 from draw t on */
    ROTATED,    /* every second stream is its neighbour, rotated by seven bits */
    COMPLEMENT, /* every stream is stream 0 or its complement: no single bit tells */
} fault;

static uint64_t rotate(uint64_t word, unsigned by) { return word << by | word >> (64 - by); }

static void draw_stream(uint64_t draws[DRAWS], axis along, uint64_t t, fault planted)
{
    bk_stream stream = open_at(along, planted == ROTATED ? t / 2 * 2 : t);
    const bk_stream own = stream, first = open_at(along, 0);
    switch (planted) {
    case SAME_STATE:
        stream.state_high = first.state_high;
        stream.state_low = first.state_low;
        break;
    case NEXT_STATE:
        stream = first;
        stream.state_low += t;
        stream.state_high += stream.state_low < t ? 1U : 0U;
        break;
    case SHIFTED:
        stream = first;
        bk_stream_advance(&stream, t);
        break;
    case COMPLEMENT:
        stream = first;
        break;
    default:
        break;
    }
    bk_stream_fill(&stream, draws, DRAWS);
    stream = own;
    const uint64_t flip = planted == COMPLEMENT ? -(bk_stream_next(&stream) >> 63) : 0;
    for (int d = 0; d < DRAWS; d++) {
        draws[d] = planted == ROTATED && t % 2 == 1 ? rotate(draws[d], 7) : draws[d] ^ flip;
    }
}

/* [stream][draw]; free it. */
static uint64_t *draw_row(axis along, fault planted)
{
    uint64_t *row = malloc((size_t)STREAMS * DRAWS * sizeof *row);
    cr_assert(row != NULL);
    for (uint64_t t = 0; t < STREAMS; t++) {
        draw_stream(row + t * DRAWS, along, t, planted);
    }
    return row;
}

/* ---- No bit follows another ---- */

/* column[bit][pair / 64]: bit `bit` of draw d of stream pair + off, over all pairs. */
static void columns(uint64_t (*column)[WORDS], const uint64_t *row, int d, size_t off)
{
    memset(column, 0, sizeof(uint64_t[64][WORDS]));
    for (size_t pair = 0; pair < PAIRS; pair++) {
        const uint64_t draw = row[(pair + off) * DRAWS + (size_t)d];
        for (int bit = 0; bit < 64; bit++) {
            column[bit][pair / 64] |= (draw >> bit & 1U) << pair % 64;
        }
    }
}

/* Of every bit of draw d and every bit of the neighbour's draw e: how often they agree is binomial with
 * n = 16384, p = 1/2, and by Hoeffding farther than 555 from the half with probability below 1e-16. */
static bool bits_unrelated(const uint64_t *row)
{
    static uint64_t a[64][WORDS], b[64][WORDS];
    for (int d = 0; d < DRAWS; d++) {
        columns(a, row, d, 0);
        for (int e = 0; e < DRAWS; e++) {
            columns(b, row, e, 1);
            for (int i = 0; i < 64 * 64; i++) {
                int differ = 0;
                for (size_t w = 0; w < WORDS; w++) {
                    differ += __builtin_popcountll(a[i / 64][w] ^ b[i % 64][w]);
                }
                if (abs(differ - PAIRS / 2) > 555) {
                    return false;
                }
            }
        }
    }
    return true;
}

/* Six rows, 16 pairs of draws, 4096 pairs of bits: error probability below 4e-11. */
Test(relations, no_bit_of_a_stream_follows_a_bit_of_its_neighbour)
{
    for (int along = 0; along < AXES; along++) {
        uint64_t *row = draw_row((axis)along, NONE);
        cr_expect(bits_unrelated(row), "axis %d", along);
        free(row);
    }
}

Test(relations, bits_that_follow_are_noticed)
{
    for (int planted = SAME_STATE; planted < COMPLEMENT; planted++) {
        uint64_t *row = draw_row(BY_INDEX, (fault)planted);
        cr_expect(!bits_unrelated(row), "fault %d", planted);
        free(row);
    }
    uint64_t *row = draw_row(BY_INDEX, COMPLEMENT);
    cr_expect(bits_unrelated(row), "complements need the next test");
    free(row);
}

/* ---- Differences weigh what chance weighs ---- */

/* The largest distance of the distribution of the number of ones in draw d ^ the neighbour's draw e from
 * that of binomial(64, 1/2). */
static double weight_distance(const uint64_t *row, int d, int e)
{
    double count[65] = {0};
    for (size_t pair = 0; pair < PAIRS; pair++) {
        count[__builtin_popcountll(row[pair * DRAWS + (size_t)d] ^ row[(pair + 1) * DRAWS + (size_t)e])] +=
            1.0;
    }
    double below = 0.0, expected = 0.0, worst = 0.0;
    double probability = 0x1p-64;
    for (int ones = 0; ones <= 64; ones++) {
        below += count[ones] / PAIRS;
        expected += probability;
        worst = fmax(worst, fabs(below - expected));
        probability = probability * (64 - ones) / (ones + 1);
    }
    return worst;
}

static double worst_weight_distance(const uint64_t *row)
{
    double worst = 0.0;
    for (int d = 0; d < DRAWS; d++) {
        for (int e = 0; e < DRAWS; e++) {
            worst = fmax(worst, weight_distance(row, d, e));
        }
    }
    return worst;
}

/* Dvoretzky, Kiefer, Wolfowitz with Massart's constant: a distance above 0.0282 has probability below 1e-11;
 * 96 of them below 1e-9. */
static const double weight_bound = 0.0282;

Test(relations, differences_of_neighbours_have_binomial_weights)
{
    for (int along = 0; along < AXES; along++) {
        uint64_t *row = draw_row((axis)along, NONE);
        const double worst = worst_weight_distance(row);
        cr_expect(worst < weight_bound, "axis %d: %g", along, worst);
        free(row);
    }
}

Test(relations, differences_of_wrong_weight_are_noticed)
{
    const fault faults[] = {SAME_STATE, NEXT_STATE, SHIFTED, COMPLEMENT};
    for (int f = 0; f < 4; f++) {
        uint64_t *row = draw_row(BY_SEED, faults[f]);
        const double worst = worst_weight_distance(row);
        cr_expect(worst > weight_bound, "fault %d: %g", (int)faults[f], worst);
        free(row);
    }
}

/* ---- Squares of addresses ---- */

#define SIDE 257
typedef enum plane { SEED_INDEX, SEED_PURPOSE, PURPOSE_INDEX, PLANES } plane;
typedef enum planar_fault {
    NO_FAULT,
    ADDED,      /* a draw is a hash of the row plus one of the column: Julia's fault */
    COMBINED,   /* the same by exclusive or */
    XORSHIFTED, /* every second column holds the xorshifts of its neighbour */
    PLANAR_FAULTS
} planar_fault;

static uint64_t xorshift(uint64_t word)
{
    word ^= word << 13;
    word ^= word >> 7;
    return word ^ word << 17;
}

static uint64_t draw_at(plane where, uint64_t i, uint64_t j, planar_fault planted)
{
    bk_stream stream;
    if (planted == ADDED || planted == COMBINED) {
        bk_stream row = bk_stream_open(1, PURPOSE, i), column = bk_stream_open(2, PURPOSE, j);
        const uint64_t a = bk_stream_next(&row), b = bk_stream_next(&column);
        return planted == ADDED ? a + b : a ^ b;
    }
    const uint64_t k = planted == XORSHIFTED ? j / 2 * 2 : j;
    switch (where) {
    case SEED_INDEX:
        stream = bk_stream_open(i, PURPOSE, k);
        break;
    case SEED_PURPOSE:
        stream = bk_stream_open(i, (uint32_t)k, INDEX);
        break;
    default:
        stream = bk_stream_open(SEED, (uint32_t)i, k);
        break;
    }
    const uint64_t draw = bk_stream_next(&stream);
    return planted == XORSHIFTED && j % 2 == 1 ? xorshift(draw) : draw;
}

/* The first draws of a square of neighbouring addresses. */
typedef uint64_t square[SIDE][SIDE];

static void draw_square(square draws, plane where, planar_fault planted)
{
    for (uint64_t i = 0; i < SIDE; i++) {
        for (uint64_t j = 0; j < SIDE; j++) {
            draws[i][j] = draw_at(where, i, j, planted);
        }
    }
}

/* Chi-square of byte `byte` of the 65536 sums r00 + r11 - r01 - r10, 256 in each bin. */
static double four_term_chi_square(square r, int byte)
{
    double count[256] = {0};
    for (size_t i = 0; i + 1 < SIDE; i++) {
        for (size_t j = 0; j + 1 < SIDE; j++) {
            const uint64_t sum = r[i][j] + r[i + 1][j + 1] - r[i][j + 1] - r[i + 1][j];
            count[sum >> 8 * byte & 0xffU] += 1.0;
        }
    }
    double sum = 0.0;
    for (int bin = 0; bin < 256; bin++) {
        sum += (count[bin] - 256.0) * (count[bin] - 256.0) / 256.0;
    }
    return sum;
}

/* With 255 degrees of freedom chi-square exceeds 447.6 with probability 1e-12; 24 of them below 3e-11. */
static const double chi_square_bound = 447.6;

Test(relations, four_term_sums_are_uniform)
{
    static square draws;
    for (int where = 0; where < PLANES; where++) {
        draw_square(draws, (plane)where, NO_FAULT);
        for (int byte = 0; byte < 8; byte++) {
            const double value = four_term_chi_square(draws, byte);
            cr_expect(value < chi_square_bound, "plane %d, byte %d: %g", where, byte, value);
        }
    }
    draw_square(draws, SEED_INDEX, ADDED);
    for (int byte = 0; byte < 8; byte++) {
        cr_expect(four_term_chi_square(draws, byte) > chi_square_bound, "the planted sum went unnoticed");
    }
}

/* ---- No combination of bits is constant ---- */

/* A row of bits: the four draws of a two by two square, and a one for constants. */
#define BITS      (4 * 64 + 1)
#define BIT_WORDS 5
#define ROWS      512

/* The rank over GF(2) of 512 such rows from squares that share no draw. */
static int rank_of_squares(square draws)
{
    static uint64_t rows[ROWS][BIT_WORDS];
    for (size_t r = 0; r < ROWS; r++) {
        const size_t i = r / 128 * 2, j = r % 128 * 2;
        const uint64_t row[BIT_WORDS] = {draws[i][j], draws[i][j + 1], draws[i + 1][j], draws[i + 1][j + 1],
                                         1};
        memcpy(rows[r], row, sizeof row);
    }
    int rank = 0;
    for (int bit = 0; bit < BITS; bit++) {
        int pivot = rank;
        while (pivot < ROWS && (rows[pivot][bit / 64] >> bit % 64 & 1U) == 0) {
            pivot++;
        }
        if (pivot == ROWS) {
            continue;
        }
        uint64_t chosen[BIT_WORDS];
        memcpy(chosen, rows[pivot], sizeof chosen);
        memcpy(rows[pivot], rows[rank], sizeof chosen);
        memcpy(rows[rank], chosen, sizeof chosen);
        rank++;
        for (int r = rank; r < ROWS; r++) {
            const uint64_t mask = -(rows[r][bit / 64] >> bit % 64 & 1U);
            for (int w = 0; w < BIT_WORDS; w++) {
                rows[r][w] ^= chosen[w] & mask;
            }
        }
    }
    return rank;
}

/* One of 2^257 combinations holds in all 512 rows with probability below 2^-254: three planes, 1e-76. */
Test(relations, no_combination_of_bits_over_a_square_is_constant)
{
    static square draws;
    for (int where = 0; where < PLANES; where++) {
        draw_square(draws, (plane)where, NO_FAULT);
        cr_expect(rank_of_squares(draws) == BITS, "plane %d", where);
    }
    draw_square(draws, SEED_INDEX, COMBINED);
    cr_expect(rank_of_squares(draws) <= BITS - 64);
    draw_square(draws, SEED_INDEX, XORSHIFTED);
    cr_expect(rank_of_squares(draws) <= BITS - 64);
}
