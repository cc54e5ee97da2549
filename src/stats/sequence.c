/* SPDX-License-Identifier: GPL-3.0-or-later
 * Confidence sequences. */
#include "brisk/sequence.h"

bk_status bk_sequence_betting(bk_interval *interval, const double *values, size_t n, double range_low,
                              double range_high, double level)
{
    (void)interval, (void)values, (void)n, (void)range_low, (void)range_high, (void)level;
    return bk_fail(BK_UNSUPPORTED, "confidence sequences are not built yet");
}

bk_status bk_sequence_asymptotic(bk_interval *interval, const double *values, size_t n, double level,
                                 size_t optimal_n)
{
    (void)interval, (void)values, (void)n, (void)level, (void)optimal_n;
    return bk_fail(BK_UNSUPPORTED, "confidence sequences are not built yet");
}
