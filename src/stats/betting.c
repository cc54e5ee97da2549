/* SPDX-License-Identifier: GPL-3.0-or-later
 * The betting interval of a known number of losses: hedged capital (stats/betting.h), looked at once. */
#include <math.h>

#include "brisk/rng.h"
#include "stats/betting.h"
#include "stats/interval.h"

/* The losses in [0, 1], in the order asked for; of a count alone, errors come first before the shuffle. */
static bk_status arrange(double *loss, const bk_losses *losses, const bk_interval_request *request)
{
    const size_t n = (size_t)losses->n;
    for (size_t i = 0; i < n; i++) {
        const double value = losses->values ? losses->values[i] : i < losses->errors ? 1 : 0;
        loss[i] = bk_bets_scale(value, losses->range_low, losses->range_high);
    }
    if (request->order == BK_ORDER_FILE) {
        return BK_OK;
    }
    bk_stream stream = bk_stream_open(request->seed, BK_PURPOSE_BETTING_ORDER, 0);
    return bk_shuffle(&stream, loss, n, sizeof *loss);
}

static bk_status find_ends(double *low, double *high, bk_bets *bets, const bk_losses *losses,
                           const bk_interval_request *request)
{
    BK_TRY(arrange(bets->loss, losses, request));
    bk_bets_place(bets, BK_BETS_FIXED);
    *low = request->sides == BK_UPPER ? 0 : bk_bets_low(bets);
    *high = request->sides == BK_LOWER ? 1 : bk_bets_high(bets);
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
    bk_bets bets;
    if (bk_bets_allocate(&bets, losses->n, -log(bk_tail_of(request))) != BK_OK) {
        return bk_fail_within("betting");
    }
    double low;
    double high;
    const bk_status status = find_ends(&low, &high, &bets, losses, request);
    bk_bets_clear(&bets);
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
