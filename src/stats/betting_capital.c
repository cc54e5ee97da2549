/* SPDX-License-Identifier: GPL-3.0-or-later
 * The capital of bets against a mean, and the means against which none has won too much (stats/betting.h). */
#include <math.h>

#include "stats/betting.h"
#include "stats/distributions.h"

#define LARGEST_BET 0.5 /* c */
#define LANES       8
#define FACTORS     16 /* of one lane before its product is taken to the logarithm */

/* One side of the bets. */
typedef struct side {
    const bk_bets *bets;
    bool mirrored; /* K-: losses 1 - x */
} side;

bk_status bk_bets_allocate(bk_bets *bets, uint64_t n, double limit)
{
    if (n > (uint64_t)1 << 48) {
        return bk_fail(BK_OVERFLOW,
                       "%llu values do not fit in memory, and bets need each of them; an interval by "
                       "their sum does not, such as kl-chernoff",
                       (unsigned long long)n);
    }
    const size_t room = ((size_t)n + LANES - 1) / LANES * LANES;
    double *memory = bk_allocate(2 * room, sizeof *memory);
    if (!memory) {
        return bk_error_status();
    }
    *bets = (bk_bets){.n = (size_t)n, .room = room, .loss = memory, .lambda = memory + room, .limit = limit};
    return BK_OK;
}

void bk_bets_clear(bk_bets *bets)
{
    bk_free(bets->loss); /* lambda lies behind it */
    *bets = (bk_bets){0};
}

double bk_bets_scale(double value, double low, double high)
{
    const double x = (value - low) / (high - low);
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

void bk_bets_place(bk_bets *bets, bk_bet_horizon horizon)
{
    double sum = 0.5;      /* prior mean */
    double squares = 0.25; /* prior variance */
    for (size_t t = 0; t < bets->n; t++) {
        const double seen = (double)t + 1;
        const double looks = horizon == BK_BETS_FIXED ? (double)bets->n : seen * log1p(seen);
        bets->lambda[t] = sqrt(2 * bets->limit / (looks * (squares / seen)));
        sum += bets->loss[t];
        const double deviation = bets->loss[t] - sum / (seen + 1);
        squares += deviation * deviation;
    }
}

/* K+ of one block of at most LANES * FACTORS losses, by lanes that the compiler may keep in registers.
 * Factors are in [1 - c, 1 + c / m], so that FACTORS of them neither underflow nor, for m > 1e-18, overflow;
 * where they do the logarithm is infinite and has the right sign. */
static double log_capital_block(const double *loss, const double *lambda, size_t count, double m, double most,
                                bool mirrored)
{
    double product[LANES] = {1, 1, 1, 1, 1, 1, 1, 1};
    const double sign = mirrored ? -1 : 1;
    const double shift = mirrored ? 1 - m : -m; /* loss - m, or (1 - loss) - m */
    for (size_t i = 0; i < count; i += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            const double bet = lambda[i + lane] < most ? lambda[i + lane] : most;
            product[lane] *= 1 + bet * (sign * loss[i + lane] + shift);
        }
    }
    double sum = 0;
    for (size_t lane = 0; lane < LANES; lane++) {
        sum += log(product[lane]);
    }
    return sum;
}

/* ln K+(m) - ln(1 / tail). */
static double excess(double m, const void *context)
{
    const side *s = context;
    const bk_bets *bets = s->bets;
    const double most = m > 0 ? LARGEST_BET / m : HUGE_VAL;
    double sum = 0;
    for (size_t first = 0; first < bets->room; first += LANES * FACTORS) {
        const size_t left = bets->room - first;
        const size_t count = left < LANES * FACTORS ? left : LANES * FACTORS;
        sum += log_capital_block(bets->loss + first, bets->lambda + first, count, m, most, s->mirrored);
    }
    return sum - bets->limit;
}

static double lowest_kept(side s) { return excess(0, &s) > 0 ? bk_find_root(excess, &s, 0, 1) : 0; }

double bk_bets_low(const bk_bets *bets) { return lowest_kept((side){.bets = bets}); }

double bk_bets_high(const bk_bets *bets) { return 1 - lowest_kept((side){.bets = bets, .mirrored = true}); }
