/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sizes by every method, for a width, for a paired comparison, and of a bootstrap. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "brisk/stats.h"

static uint64_t by_epsilon(size_t method, double epsilon, double delta, double variance, bk_sides sides)
{
    uint64_t n = 0;
    cr_assert_eq(bk_plan_epsilon(&n, method, epsilon, delta, variance, sides), BK_OK, "%s",
                 bk_error_message());
    return n;
}

Test(plan_epsilon, the_figures)
{
    cr_assert_eq(by_epsilon(BK_METHOD_HOEFFDING, .01, .01, .25, BK_TWO_SIDED), 26492);
    cr_assert_eq(by_epsilon(BK_METHOD_CHEBYSHEV, .01, .01, .25, BK_TWO_SIDED), 250000);
    cr_assert_eq(by_epsilon(BK_METHOD_BERNSTEIN, .01, .01, .25, BK_TWO_SIDED), 26845);
    cr_assert_eq(by_epsilon(BK_METHOD_WALD, .01, .01, .25, BK_TWO_SIDED), 16588);
    cr_assert_eq(by_epsilon(BK_METHOD_HOEFFDING, .01, .01, .25, BK_UPPER), 23026);
}

Test(plan_epsilon, one_point_fewer_is_not_enough)
{
    const size_t methods[] = {BK_METHOD_CHEBYSHEV, BK_METHOD_BERNSTEIN, BK_METHOD_EMPIRICAL_BERNSTEIN,
                              BK_METHOD_STUDENT_T};
    for (size_t m = 0; m < 4; m++) {
        for (double epsilon = .2; epsilon > 1e-4; epsilon /= 3.7) {
            const uint64_t n = by_epsilon(methods[m], epsilon, .05, .09, BK_TWO_SIDED);
            bk_interval_request request = bk_interval_request_of(1 - .05);
            request.variance_known = m < 2;
            request.variance = .09;
            bk_losses losses = {.n = n, .mean = .5, .variance = .09, .range_known = true, .range_high = 1};
            bk_interval interval;
            cr_assert_eq(bk_interval_of_losses(&interval, methods[m], &losses, &request), BK_OK);
            cr_assert_leq(interval.half_width, epsilon * (1 + 1e-14));
            losses.n--;
            cr_assert_eq(bk_interval_of_losses(&interval, methods[m], &losses, &request), BK_OK);
            cr_assert(!(interval.half_width <= epsilon), "%s", interval.method);
        }
    }
}

Test(plan_epsilon, refuses)
{
    uint64_t n = 77;
    cr_assert_eq(bk_plan_epsilon(&n, BK_METHOD_CLOPPER_PEARSON, .01, .01, .25, BK_TWO_SIDED), BK_UNSUPPORTED);
    cr_assert_eq(bk_plan_epsilon(&n, BK_METHOD_COUNT, .01, .01, .25, BK_TWO_SIDED), BK_UNSUPPORTED);
    cr_assert_eq(bk_plan_epsilon(&n, BK_METHOD_WALD, .01, .01, .3, BK_TWO_SIDED), BK_INVALID);
    cr_assert_eq(bk_plan_epsilon(&n, BK_METHOD_WALD, 0, .01, .25, BK_TWO_SIDED), BK_INVALID);
    cr_assert_eq(bk_plan_epsilon(&n, BK_METHOD_WALD, .01, 1, .25, BK_TWO_SIDED), BK_INVALID);
    cr_assert_eq(bk_plan_epsilon(&n, BK_METHOD_WALD, 1e-12, .01, .25, BK_TWO_SIDED), BK_OVERFLOW);
    cr_assert_eq(n, 77);
}

/* The mean width by the whole binomial, in the plain way. */
static double mean_width(size_t method, uint64_t n, double p, double level)
{
    double sum = 0;
    for (uint64_t k = 0; k <= n; k++) {
        const double mass = exp(lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1) +
                                (double)k * log(p) + (double)(n - k) * log1p(-p));
        const bk_losses losses = bk_losses_from_count(k, n);
        const bk_interval_request request = bk_interval_request_of(level);
        bk_interval interval;
        cr_assert_eq(bk_interval_of_losses(&interval, method, &losses, &request), BK_OK);
        sum += mass * (interval.high - interval.low);
    }
    return sum;
}

Test(plan_width, is_the_smallest_whose_mean_width_fits)
{
    const size_t methods[] = {BK_METHOD_CLOPPER_PEARSON, BK_METHOD_WILSON, BK_METHOD_JEFFREYS,
                              BK_METHOD_KL_CHERNOFF};
    for (size_t m = 0; m < 4; m++) {
        for (int i = 0; i < 3; i++) {
            const double p = (const double[]){.01, .1, .5}[i];
            uint64_t n = 0;
            cr_assert_eq(bk_plan_width(&n, methods[m], .04, p, .9, BK_TWO_SIDED), BK_OK, "%s",
                         bk_error_message());
            cr_assert_leq(mean_width(methods[m], n, p, .9), .08 * (1 + 1e-9));
            cr_assert_gt(mean_width(methods[m], n - 1, p, .9), .08, "%d points", (int)n);
        }
    }
}

Test(plan_width, large_sizes_follow_the_normal_formula)
{
    uint64_t n = 0;
    const double z = 1.6448536269514722;
    for (double width = .001; width > 1e-5; width /= 9) {
        cr_assert_eq(bk_plan_width(&n, BK_METHOD_WILSON, width, .1, .9, BK_TWO_SIDED), BK_OK);
        cr_assert_float_eq((double)n * width * width / (z * z * .09), 1, .01, "%g", (double)n);
    }
    cr_assert_eq(bk_plan_width(&n, BK_METHOD_CLOPPER_PEARSON, .001, 0, .95, BK_UPPER), BK_OK);
    cr_assert_eq(n, 2995, "1 - .05^(1/n) <= .001: %d", (int)n);
    cr_assert_eq(bk_plan_width(&n, BK_METHOD_BETTING, .01, .1, .9, BK_TWO_SIDED), BK_UNSUPPORTED);
    cr_assert_eq(bk_plan_width(&n, BK_METHOD_WILSON, .5, .1, .9, BK_TWO_SIDED), BK_INVALID);
    cr_assert_eq(bk_plan_width(&n, BK_METHOD_WILSON, .1, 1.1, .9, BK_TWO_SIDED), BK_INVALID);
    cr_assert_eq(bk_plan_width(&n, BK_METHOD_WILSON, .1, .1, 1, BK_TWO_SIDED), BK_INVALID);
    cr_assert_eq(bk_plan_width(&n, BK_METHOD_WILSON, 1e-12, .1, .9, BK_TWO_SIDED), BK_OVERFLOW);
}

/* P(exact McNemar rejects), every outcome summed. */
static double power_of(uint64_t n, double d, double discordant, double delta)
{
    const double pa = (discordant + d) / 2;
    const double pb = (discordant - d) / 2;
    double power = 0;
    for (uint64_t a = 0; a <= n; a++) {
        for (uint64_t b = 0; a + b <= n; b++) {
            const bk_pair_counts counts = {.n = n, .only_a = a, .only_b = b};
            bk_mcnemar test;
            cr_assert_eq(bk_mcnemar_test(&test, &counts), BK_OK);
            if (test.exact <= delta) {
                power += exp(lgamma((double)n + 1) - lgamma((double)a + 1) - lgamma((double)b + 1) -
                             lgamma((double)(n - a - b) + 1) + (double)a * log(pa) + (double)b * log(pb) +
                             (double)(n - a - b) * log(1 - pa - pb));
            }
        }
    }
    return power;
}

Test(plan_paired, the_power_is_exact_and_reached)
{
    bk_plan_paired_answer answer;
    cr_assert_eq(bk_plan_paired(&answer, -.1, .2, .95, .8), BK_OK, "%s", bk_error_message());
    cr_assert(answer.exact && answer.n > 100 && answer.n < 250, "%d", (int)answer.n);
    cr_assert_float_eq(answer.power, power_of(answer.n, .1, .2, 1 - .95), 1e-10);
    cr_assert_geq(answer.power, .8);
    cr_assert_lt(power_of(answer.n - 1, .1, .2, 1 - .95), .8);
    cr_assert(answer.tango_half_width > .05 && answer.tango_half_width < .1);
}

Test(plan_paired, rare_differences_use_the_approximation)
{
    bk_plan_paired_answer answer;
    cr_assert_eq(bk_plan_paired(&answer, .0005, .01, .95, .9), BK_OK);
    cr_assert_not(answer.exact);
    const double known =
        pow(1.959963984540054 * sqrt(.01) + 1.2815515655446004 * sqrt(.01 - .0005 * .0005), 2) /
        (.0005 * .0005);
    cr_assert_float_eq((double)answer.n, known, 1.01);
    cr_assert_eq(bk_plan_paired(&answer, .2, .2, .9, .9), BK_OK, "all of one kind");
    cr_assert_eq(bk_plan_paired(&answer, 0, .2, .9, .9), BK_INVALID);
    cr_assert_eq(bk_plan_paired(&answer, .3, .2, .9, .9), BK_INVALID);
    cr_assert_eq(bk_plan_paired(&answer, .1, .2, 1, .9), BK_INVALID);
    cr_assert_eq(bk_plan_paired(&answer, .1, .2, .9, 1), BK_INVALID);
}

Test(plan_resamples, have_the_error_that_was_asked_for)
{
    uint64_t resamples = 0;
    const double phi = 0.10313564037537128; /* of z = -1.6448536269514722 */
    cr_assert_eq(bk_plan_resamples(&resamples, BK_METHOD_BOOTSTRAP_PERCENTILE, .02, .9), BK_OK);
    cr_assert_eq(resamples, (uint64_t)ceil(.05 * .95 / (phi * phi * .0004)));
    uint64_t bca = 0;
    cr_assert_eq(bk_plan_resamples(&bca, BK_METHOD_BOOTSTRAP_BCA, .02, .9), BK_OK);
    cr_assert_gt(bca, resamples);
    cr_assert_eq(bk_plan_resamples(&resamples, BK_METHOD_BOOTSTRAP_BASIC, 10, .99), BK_OK);
    cr_assert_eq(resamples, 200);
    cr_assert_eq(bk_plan_resamples(&resamples, BK_METHOD_WILSON, .02, .9), BK_UNSUPPORTED);
    cr_assert_eq(bk_plan_resamples(&resamples, BK_METHOD_BOOTSTRAP_BCA, 0, .9), BK_INVALID);
    cr_assert_eq(bk_plan_resamples(&resamples, BK_METHOD_BOOTSTRAP_BCA, .1, 1), BK_INVALID);
    cr_assert_eq(bk_plan_resamples(&resamples, BK_METHOD_BOOTSTRAP_BCA, 1e-9, .9), BK_OVERFLOW);
}
