/* SPDX-License-Identifier: GPL-3.0-or-later
 * The sixteen points that tests of the bootstrap share, and how they make one and read its intervals. */
#ifndef TESTS_STATS_SIXTEEN_POINTS_H
#define TESTS_STATS_SIXTEEN_POINTS_H

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "brisk/stats.h"

static const double sixteen[] = {10, 12, 12.5, 12.5, 13.9, 15, 21, 22, 23, 34, 50, 81, 89, 121, 134, 213};
static const bk_bootstrap_data sixteen_points = {.x = sixteen, .n = 16};

static inline bk_bootstrap *made(const bk_bootstrap_data *data, bk_bootstrap_options options)
{
    options.keep_replicates = true;
    bk_bootstrap *bootstrap = bk_bootstrap_create(data, &options);
    cr_assert_not_null(bootstrap, "%s", bk_error_message());
    return bootstrap;
}

static inline bk_interval read(const bk_bootstrap *bootstrap, bk_method method, double level, bk_sides sides)
{
    bk_interval interval;
    cr_assert_eq(bk_bootstrap_interval(&interval, NULL, bootstrap, method, level, sides), BK_OK);
    return interval;
}

static inline void expect_withheld(bk_interval interval, bk_interval_status status)
{
    cr_assert_eq(interval.status, status, "%s: %s", bk_interval_status_name(interval.status),
                 interval.reason);
    cr_assert(isnan(interval.low) && isnan(interval.high) && isnan(interval.half_width));
    cr_assert(strlen(interval.reason) > 20);
}

#endif
