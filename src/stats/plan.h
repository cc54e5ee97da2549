/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stats/plan.h: the search that every plan ends with.
 */
#ifndef STATS_PLAN_H
#define STATS_PLAN_H

#include "brisk/base.h"

/* Whether n points are enough. */
typedef bk_status (*bk_size_condition)(bool *enough, uint64_t n, const void *context);
/* The n at which a condition begins to hold (it fails at n - 1), by doubling and halving. BK_OVERFLOW beyond
 * 2^53: "ask for ASK_FOR". */
bk_status bk_smallest_size(uint64_t *n, bk_size_condition holds, const void *context, const char *ask_for);

#endif
