/* SPDX-License-Identifier: GPL-3.0-or-later
 * Losses from values, groups of dependent points, and what the methods then say. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "brisk/stats.h"

Test(losses, zero_one_data_are_recognised)
{
    double values[] = {0, 1, 1, 0, -0.0};
    bk_losses losses;
    cr_assert_eq(bk_losses_from_values(&losses, values, 5, 0, 0), BK_OK);
    const bk_losses counted = bk_losses_from_count(2, 5);
    cr_assert(losses.zero_one && losses.errors == 2 && losses.n == 5 && losses.values == values);
    cr_assert(losses.mean == counted.mean && losses.variance == counted.variance);
    cr_assert(losses.range_known && losses.range_low == 0 && losses.range_high == 1);
    cr_assert_eq(bk_losses_from_values(&losses, values, 5, -1, 2), BK_OK);
    cr_assert(losses.zero_one && losses.range_low == -1 && losses.range_high == 2, "a given range is kept");
    values[3] = .5;
    cr_assert_eq(bk_losses_from_values(&losses, values, 5, 0, 0), BK_OK);
    cr_assert(!losses.zero_one && !losses.range_known && losses.errors == 0);
    cr_assert_float_eq(losses.mean, .5, 1e-16);
    cr_assert_float_eq(losses.variance, .25, 1e-16);
    cr_assert_eq(bk_losses_from_values(&losses, values, 1, 0, 0), BK_OK);
    cr_assert(isnan(losses.variance));
}

Test(losses, a_wrong_value_is_named)
{
    bk_losses losses = {.n = 77};
    const double bad[] = {(double)NAN, HUGE_VAL, 1.5};
    for (size_t i = 0; i < 3; i++) {
        const double values[] = {0, .5, bad[i]};
        cr_assert_eq(bk_losses_from_values(&losses, values, 3, 0, 1), BK_INVALID);
        cr_assert(strstr(bk_error_message(), "value 2"), "%s", bk_error_message());
    }
    const double values[] = {0, .5, 1};
    const double ranges[][2] = {{1, 0}, {1, 1}, {0, HUGE_VAL}, {(double)NAN, 1}};
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(bk_losses_from_values(&losses, values, 3, ranges[i][0], ranges[i][1]), BK_INVALID, "%zu",
                     i);
        cr_assert(strstr(bk_error_message(), "range"));
    }
    cr_assert_eq(bk_losses_from_values(&losses, values, 0, 0, 1), BK_INVALID);
    const double huge[] = {1.7e308, -1.7e308, 1.7e308};
    cr_assert_eq(bk_losses_from_values(&losses, huge, 3, 0, 0), BK_INVALID);
    cr_assert_eq(losses.n, 77);
}

Test(groups, hoeffding_knows_of_them_and_the_others_decline)
{
    bk_losses losses = bk_losses_from_count(5, 20);
    uint64_t group[20];
    for (uint64_t i = 0; i < 20; i++) {
        group[i] = i < 10 ? 7 : i < 16 ? 1 : (uint64_t)1 << 60;
    }
    cr_assert_eq(bk_losses_set_groups(&losses, group, 20), BK_OK);
    cr_assert_eq(losses.groups, 3);
    cr_assert_float_eq(losses.square_weights, (100. + 36 + 16) / 400, 1e-16);
    const bk_interval_request request = bk_interval_request_of(.9);
    bk_interval made;
    cr_assert_eq(bk_interval_of_losses(&made, BK_METHOD_HOEFFDING, &losses, &request), BK_OK);
    cr_assert_float_eq(made.half_width, sqrt(log(2 / .1) * (152. / 400) / 2), 1e-15);
    for (size_t method = BK_METHOD_CHEBYSHEV; method <= BK_METHOD_BETTING; method++) {
        cr_assert_eq(bk_interval_of_losses(&made, method, &losses, &request), BK_OK);
        cr_assert_eq(made.status, BK_INTERVAL_NEEDS_INDEPENDENCE, "%s", made.method);
        cr_assert(isnan(made.low) && strstr(made.reason, "use hoeffding"));
    }
}

Test(groups, of_one_point_each_are_independent_points)
{
    bk_losses losses = bk_losses_from_count(5, 20);
    uint64_t group[20];
    for (uint64_t i = 0; i < 20; i++) {
        group[i] = 100 - i;
    }
    cr_assert_eq(bk_losses_set_groups(&losses, group, 20), BK_OK);
    cr_assert_eq(losses.sampling, BK_SAMPLING_INDEPENDENT);
    bk_interval made;
    cr_assert_eq(bk_interval_clopper_pearson(&made, &losses, .9), BK_OK);
    cr_assert_eq(made.status, BK_INTERVAL_OK);
    cr_assert_eq(bk_losses_set_groups(&losses, group, 19), BK_INVALID);
}

Test(groups, strata_and_weights_have_their_own_reasons)
{
    bk_losses losses = bk_losses_from_count(5, 20);
    losses.square_weights = .06;
    bk_interval made;
    losses.sampling = BK_SAMPLING_STRATIFIED;
    cr_assert_eq(bk_interval_wilson(&made, &losses, .9), BK_OK);
    cr_assert(strstr(made.reason, "strata"));
    losses.sampling = BK_SAMPLING_WEIGHTED;
    cr_assert_eq(bk_interval_wilson(&made, &losses, .9), BK_OK);
    cr_assert(strstr(made.reason, "weights"));
    losses.square_weights = 0;
    cr_assert_eq(bk_interval_hoeffding(&made, &losses, .9), BK_INVALID);
}
