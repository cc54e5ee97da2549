/* SPDX-License-Identifier: GPL-3.0-or-later
 * Hoeffding's test-set size, and that one point fewer is not enough. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "brisk/stats.h"

static uint64_t plan(double epsilon, double delta)
{
    uint64_t n = 0;
    cr_assert_eq(bk_plan_hoeffding(&n, epsilon, delta), BK_OK, "%s", bk_error_message());
    return n;
}

Test(plan, the_assignments_size)
{
    cr_assert_eq(plan(.01, .01), 26492);
    cr_assert_leq(2 * exp(-2 * 26492 * 1e-4), .01);
    cr_assert_gt(2 * exp(-2 * 26491 * 1e-4), .01);
}

Test(plan, ten_to_the_minus_two_is_not_10e_minus_2)
{
    cr_assert_eq(plan(10e-2, .01), 265);
    cr_assert_eq(plan(.01, 10e-2), 14979);
}

Test(plan, is_the_smallest_everywhere)
{
    for (double epsilon = 1e-6; epsilon < 1; epsilon *= 1.37) {
        for (double delta = 1e-300; delta < 1; delta *= 12.3) {
            const double n = (double)plan(epsilon, delta);
            cr_assert_leq(2 * exp(-2 * n * epsilon * epsilon), delta);
            cr_assert(n == 1 || 2 * exp(-2 * (n - 1) * epsilon * epsilon) > delta, "%g %g", epsilon, delta);
        }
    }
}

Test(plan, a_probability_on_the_boundary_itself)
{
    /* delta is what n points give: n must come out, where the rounded closed form alone often says n + 1. */
    for (uint64_t n = 1; n < 3000; n++) {
        const double delta = 2 * exp(-2 * (double)n * .3 * .3);
        if (delta > 0 && delta < 1) {
            cr_assert_eq(plan(.3, delta), n);
        }
    }
}

Test(plan, refuses_what_is_no_fraction)
{
    const double bad[] = {0, 1, -.01, 1.5, (double)NAN, HUGE_VAL};
    uint64_t n = 77;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert_eq(bk_plan_hoeffding(&n, bad[i], .01), BK_INVALID);
        cr_assert(strstr(bk_error_message(), "epsilon"));
        cr_assert_eq(bk_plan_hoeffding(&n, .01, bad[i]), BK_INVALID);
        cr_assert(strstr(bk_error_message(), "delta"));
    }
    cr_assert_eq(bk_plan_hoeffding(&n, 1e-9, .01), BK_OVERFLOW);
    cr_assert_eq(bk_plan_hoeffding(&n, 1e-300, .01), BK_OVERFLOW);
    cr_assert_eq(n, 77);
    cr_assert_gt(plan(.5, 5e-324), 1000);
}
