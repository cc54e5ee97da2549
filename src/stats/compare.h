/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stats/compare.h: what the paired comparisons share.
 */
#ifndef STATS_COMPARE_H
#define STATS_COMPARE_H

#include "brisk/stats.h"
#include "stats/interval.h"

/* BK_INVALID (message begins with what) unless there are points and the counts fit them. */
bk_status bk_check_pairs(const char *what, const bk_pair_counts *counts);
/* The end of Tango's interval: the difference at which the score statistic is z (negative: the upper end).
 * Counts may be fractions, as planning asks. */
double bk_tango_end(double only_a, double only_b, double n, double z);

#endif
