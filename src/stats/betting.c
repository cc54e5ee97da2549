/* SPDX-License-Identifier: GPL-3.0-or-later
 * The betting interval (Waudby-Smith & Ramdas 2024, Estimating means of bounded random variables by betting,
 * J. R. Statist. Soc. B 86, theorem 3): the capital of a bet that the mean is above m,
 *   K+(m) = prod (1 + min(lambda_t, c / m) (x_t - m)),
 * and of the bet below, K-(m) = prod (1 - min(lambda_t, c / (1 - m)) (x_t - m)), exceeds 1 / tail with a
 * probability of at most tail where m is the mean, so that such m are left out. K+ falls with m, each factor
 * does, and K- is K+ of the mirrored losses 1 - x at 1 - m: one search, used for both ends. The bets
 *   lambda_t = sqrt(2 ln(1 / tail) / (n v_(t-1)))
 * use the variance so far, with prior mean 1/2 and variance 1/4 counted as one loss. */
#include <math.h>

#include "brisk/rng.h"
#include "stats/distributions.h"
#include "stats/interval.h"

#define LARGEST_BET 0.5 /* c */
#define LANES       8
#define FACTORS     16 /* of one lane before its product is taken to the logarithm */

typedef struct bets {
    const double *loss;   /* [count] in [0, 1] */
    const double *lambda; /* [count] */
    size_t count;         /* a multiple of LANES; padding has lambda 0, whose factor is 1 */
    bool mirrored;        /* K-: losses 1 - x */
    double limit;         /* ln(1 / tail) */
} bets;

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
    const bets *b = context;
    const double most = m > 0 ? LARGEST_BET / m : HUGE_VAL;
    double sum = 0;
    for (size_t first = 0; first < b->count; first += LANES * FACTORS) {
        const size_t left = b->count - first;
        const size_t count = left < LANES * FACTORS ? left : LANES * FACTORS;
        sum += log_capital_block(b->loss + first, b->lambda + first, count, m, most, b->mirrored);
    }
    return sum - b->limit;
}

/* The m at which K+ has sunk to 1 / tail; 0 where it is below everywhere. */
static double lowest_kept(const bets *b) { return excess(0, b) > 0 ? bk_find_root(excess, b, 0, 1) : 0; }

/* lambda [n] from loss [n]: predictable, lambda[t] knows loss[0] to loss[t - 1]. */
static void place_bets(double *lambda, const double *loss, size_t n, double limit)
{
    double sum = 0.5;      /* prior mean */
    double squares = 0.25; /* prior variance */
    for (size_t t = 0; t < n; t++) {
        const double seen = (double)t + 1;
        lambda[t] = sqrt(2 * limit / ((double)n * (squares / seen)));
        sum += loss[t];
        const double deviation = loss[t] - sum / (seen + 1);
        squares += deviation * deviation;
    }
}

static double scaled(double value, const bk_losses *losses)
{
    const double x = (value - losses->range_low) / (losses->range_high - losses->range_low);
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

/* The losses in [0, 1], in the order asked for; of a count alone, errors come first before the shuffle. */
static bk_status arrange(double *loss, const bk_losses *losses, const bk_interval_request *request)
{
    const size_t n = (size_t)losses->n;
    for (size_t i = 0; i < n; i++) {
        loss[i] = scaled(losses->values ? losses->values[i] : i < losses->errors ? 1 : 0, losses);
    }
    if (request->order == BK_ORDER_FILE) {
        return BK_OK;
    }
    bk_stream stream = bk_stream_open(request->seed, BK_PURPOSE_BETTING_ORDER, 0);
    return bk_shuffle(&stream, loss, n, sizeof *loss);
}

static bk_status find_ends(double *low, double *high, double *memory, size_t room, const bk_losses *losses,
                           const bk_interval_request *request)
{
    double *loss = memory;
    double *lambda = memory + room;
    const double limit = -log(bk_tail_of(request));
    BK_TRY(arrange(loss, losses, request));
    place_bets(lambda, loss, (size_t)losses->n, limit);
    bets b = {.loss = loss, .lambda = lambda, .count = room, .limit = limit};
    *low = request->sides == BK_UPPER ? 0 : lowest_kept(&b);
    b.mirrored = true;
    *high = request->sides == BK_LOWER ? 1 : 1 - lowest_kept(&b);
    return BK_OK;
}

bk_status bk_method_betting(bk_interval *interval, const bk_losses *losses,
                            const bk_interval_request *request)
{
    if (!losses->values && !(losses->zero_one && request->order == BK_ORDER_SHUFFLED)) {
        bk_interval_withhold(
            interval, BK_INTERVAL_UNDEFINED,
            "betting goes through the losses one by one and has their summary alone: give the "
            "losses, or use kl-chernoff");
        return BK_OK;
    }
    if (losses->n > (uint64_t)1 << 48) {
        return bk_fail(BK_OVERFLOW, "betting: %llu losses do not fit in memory; use kl-chernoff",
                       (unsigned long long)losses->n);
    }
    const size_t room = ((size_t)losses->n + LANES - 1) / LANES * LANES;
    double *memory = bk_allocate(2 * room, sizeof *memory);
    if (!memory) {
        return bk_fail_within("betting");
    }
    double low;
    double high;
    const bk_status status = find_ends(&low, &high, memory, room, losses, request);
    bk_free(memory);
    BK_TRY(status);
    if (low > high) {
        bk_interval_withhold(interval, BK_INTERVAL_UNDEFINED,
                             "the bets above and below exclude every value between them, so the losses drift "
                             "with their order: use the shuffled order, or hoeffding");
        return BK_OK;
    }
    const double a = losses->range_low;
    const double range = losses->range_high - a;
    bk_interval_set_ends(interval, a + range * low, a + range * high, a, losses->range_high);
    return BK_OK;
}
