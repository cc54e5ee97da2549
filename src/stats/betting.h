/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stats/betting.h: bets against a mean (Waudby-Smith & Ramdas 2024, Estimating means of bounded random
 * variables by betting, J. R. Statist. Soc. B 86, theorem 3), for the interval of a known number of losses
 * and for the sequence of intervals of a growing one. Losses are taken to [0, 1]. The capital of a bet that
 * the mean is above m,
 *   K+(m) = prod (1 + min(lambda_t, c / m) (x_t - m)),
 * and of the bet below, K-(m) = prod (1 - min(lambda_t, c / (1 - m)) (x_t - m)), are nonnegative martingales
 * where m is the mean: each exceeds 1 / tail, at any time at all, with a probability of at most tail (Ville's
 * inequality), so that such m are left out. K+ falls with m, each factor does, and K- is K+ of the mirrored
 * losses 1 - x at 1 - m: one search, used for both ends.
 */
#ifndef STATS_BETTING_H
#define STATS_BETTING_H

#include "brisk/base.h"

/* What the bets are sized for: lambda_t = sqrt(2 ln(1 / tail) / (v_(t-1) h_t)) with the variance so far
 * (prior mean 1/2 and variance 1/4 counted as one loss), and FIXED  h_t = n, best where the capital is looked
 * at once, after all n losses; OPEN   h_t = t ln(1 + t), for looks at any time: the sum of the squared bets
 * grows with ln ln n alone. */
typedef enum bk_bet_horizon { BK_BETS_FIXED, BK_BETS_OPEN } bk_bet_horizon;

/* Bets on losses. Start with bk_bets_allocate, fill loss [n], then bk_bets_place. */
typedef struct bk_bets {
    size_t n;
    size_t room;    /* n rounded up; the padding has lambda 0, whose factor is 1 */
    double *loss;   /* [room] in [0, 1] */
    double *lambda; /* [room] */
    double limit;   /* ln(1 / tail) */
} bk_bets;

/* Zeroed memory for n losses; BK_OVERFLOW, BK_MEMORY. Release with bk_bets_clear. */
bk_status bk_bets_allocate(bk_bets *bets, uint64_t n, double limit);
void bk_bets_clear(bk_bets *bets);
/* value of [low, high] in [0, 1], whatever rounding does. */
double bk_bets_scale(double value, double low, double high);
/* The bets, each of which knows the losses before it alone. */
void bk_bets_place(bk_bets *bets, bk_bet_horizon horizon);
/* The m at which K+ has sunk to 1 / tail, and K- has; 0 and 1 where they are below everywhere. low may lie
 * above high: then no m is left. O(n) times some 30 each. */
double bk_bets_low(const bk_bets *bets);
double bk_bets_high(const bk_bets *bets);

#endif
