/* SPDX-License-Identifier: GPL-3.0-or-later
 * Paired comparisons: known answers, the equations behind them, margins, Holm's adjustment. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "brisk/stats.h"

static bk_interval tango(uint64_t b, uint64_t c, uint64_t n, double level, bk_sides sides)
{
    const bk_pair_counts counts = {.n = n, .only_a = b, .only_b = c};
    bk_interval_request request = bk_interval_request_of(level);
    request.sides = sides;
    bk_interval interval;
    cr_assert_eq(bk_interval_tango(&interval, &counts, &request), BK_OK, "%s", bk_error_message());
    return interval;
}

static bk_mcnemar mcnemar(uint64_t b, uint64_t c, uint64_t n)
{
    const bk_pair_counts counts = {.n = n, .only_a = b, .only_b = c};
    bk_mcnemar test;
    cr_assert_eq(bk_mcnemar_test(&test, &counts), BK_OK, "%s", bk_error_message());
    return test;
}

Test(mcnemar, the_figures)
{
    cr_assert_float_eq(mcnemar(10, 3, 100).exact, .09228515625, 1e-15);
    cr_assert_float_eq(mcnemar(10, 3, 100).mid, .057373046875, 1e-15);
    cr_assert_float_eq(mcnemar(3, 10, 100).exact, .09228515625, 1e-15);
    const bk_mcnemar none = mcnemar(0, 0, 50);
    cr_assert(none.exact == 1 && none.mid == 1);
}

Test(mcnemar, equals_the_sum_over_the_binomial)
{
    for (uint64_t m = 1; m <= 60; m++) {
        double mass = pow(.5, (double)m);
        double below = 0;
        for (uint64_t b = 0; 2 * b <= m; b++) {
            below += mass;
            const bk_mcnemar test = mcnemar(b, m - b, 1000);
            cr_assert_float_eq(test.exact, fmin(1, 2 * below), 1e-12 * test.exact);
            cr_assert_float_eq(test.mid, 2 * b == m ? 1 : 2 * below - mass, 1e-12 * test.mid);
            mass *= (double)(m - b) / (double)(b + 1);
        }
    }
}

Test(tango, the_figures)
{
    const bk_interval ten = tango(10, 3, 100, .9, BK_TWO_SIDED);
    cr_assert_float_eq(ten.low, .01183546, 5.1e-9);
    cr_assert_float_eq(ten.high, .13534958, 5.1e-9);
    cr_assert_float_eq(ten.estimate, .07, 1e-16);
    const bk_interval twelve = tango(12, 2, 50, .95, BK_TWO_SIDED);
    cr_assert_float_eq(twelve.low, .0611124, 5.1e-8);
    cr_assert_float_eq(twelve.high, .3447087, 5.1e-8);
    const bk_interval none = tango(0, 0, 50, .9, BK_TWO_SIDED);
    cr_assert_float_eq(none.high, .0513332, 5.1e-8, "[%.17g, %.17g]", none.low, none.high);
    cr_assert_float_eq(none.low, -.0513332, 5.1e-8);
    cr_assert_str_eq(none.method, "tango");
    cr_assert_eq(none.guarantee, BK_GUARANTEE_ASYMPTOTIC);
}

/* The statistic with the likeliest q found by a search over the likelihood itself. */
static double statistic(double b, double c, double n, double d)
{
    double low = fmax(0, -d);
    double high = (1 - d) / 2;
    for (int i = 0; i < 200; i++) {
        const double x = low + (high - low) * .382;
        const double y = low + (high - low) * .618;
        const double lx =
            (b > 0 ? b * log(x + d) : 0) + (c > 0 ? c * log(x) : 0) + (n - b - c) * log(1 - 2 * x - d);
        const double ly =
            (b > 0 ? b * log(y + d) : 0) + (c > 0 ? c * log(y) : 0) + (n - b - c) * log(1 - 2 * y - d);
        if (lx > ly) {
            high = y;
        } else {
            low = x;
        }
    }
    return (b - c - n * d) / sqrt(n * (low + high + d * (1 - d)));
}

Test(tango, the_ends_have_the_statistic_z)
{
    const double z = 1.6448536269514722;
    for (uint64_t b = 0; b <= 40; b += 8) {
        for (uint64_t c = 0; c <= 30; c += 5) {
            const bk_interval made = tango(b, c, 80, .9, BK_TWO_SIDED);
            cr_assert_float_eq(statistic((double)b, (double)c, 80, made.low), z, 1e-6, "%d %d", (int)b,
                               (int)c);
            cr_assert_float_eq(statistic((double)b, (double)c, 80, made.high), -z, 1e-6, "%d %d", (int)b,
                               (int)c);
            const bk_interval mirror = tango(c, b, 80, .9, BK_TWO_SIDED);
            cr_assert(mirror.low == -made.high && mirror.high == -made.low);
        }
    }
}

Test(tango, the_edges)
{
    for (uint64_t n = 1; n <= 1000000000; n *= 10) {
        const bk_interval all = tango(n, 0, n, .95, BK_TWO_SIDED);
        cr_assert(all.high == 1 && all.low < 1 && all.low > -1, "%g [%g, %g]", (double)n, all.low, all.high);
        const bk_interval lower = tango(n, 0, n, .95, BK_LOWER);
        cr_assert(lower.low > all.low && lower.high == 1);
        const bk_interval none = tango(0, 0, n, 1 - 1e-7, BK_TWO_SIDED);
        cr_assert(none.high > 0 && none.high < 1 && none.low == -none.high);
    }
    const bk_pair_counts wrong[] = {{0, 0, 0}, {10, 11, 0}, {10, 5, 6}, {10, 5, UINT64_MAX}};
    const bk_interval_request request = bk_interval_request_of(.9);
    for (size_t i = 0; i < 4; i++) {
        bk_interval interval;
        bk_mcnemar test;
        cr_assert_eq(bk_interval_tango(&interval, &wrong[i], &request), BK_INVALID);
        cr_assert_eq(bk_mcnemar_test(&test, &wrong[i]), BK_INVALID);
        cr_assert_eq(bk_interval_discordant_share(&interval, &wrong[i], &request), BK_INVALID);
    }
}

Test(discordant_share, clopper_and_pearson)
{
    const bk_pair_counts counts = {.n = 100, .only_a = 10, .only_b = 3};
    const bk_interval_request request = bk_interval_request_of(.9);
    bk_interval share;
    cr_assert_eq(bk_interval_discordant_share(&share, &counts, &request), BK_OK);
    cr_assert_float_eq(share.low, .50535, 5.1e-6);
    cr_assert_float_eq(share.high, .93395, 5.1e-6);
    const bk_pair_counts none = {.n = 50};
    cr_assert_eq(bk_interval_discordant_share(&share, &none, &request), BK_OK);
    cr_assert_eq(share.status, BK_INTERVAL_UNDEFINED);
    cr_assert(strstr(share.reason, "use tango") && isnan(share.low));
}

Test(difference, has_range_2_and_the_half_widths_of_the_scaled_losses)
{
    const double a[] = {1, 0, 1, 1, 0, 0, 1, 0, 0, 1};
    const double b[] = {1, 1, 0, 0, 0, 0, 1, 0, 0, 0};
    double difference[10];
    double scaled[10];
    bk_losses losses;
    bk_losses half;
    bk_pair_counts counts;
    cr_assert_eq(bk_losses_of_difference(&losses, difference, &counts, a, b, 10, 0, 1), BK_OK);
    cr_assert(counts.n == 10 && counts.only_a == 3 && counts.only_b == 1);
    const bk_losses counted = bk_losses_from_pair_counts(&counts);
    cr_assert(counted.mean == losses.mean && counted.variance == losses.variance);
    for (size_t i = 0; i < 10; i++) {
        scaled[i] = (difference[i] + 1) / 2;
    }
    cr_assert_eq(bk_losses_from_values(&half, scaled, 10, 0, 1), BK_OK);
    cr_assert_float_eq(losses.variance, 4 * half.variance, 1e-15);
    const size_t methods[] = {BK_METHOD_HOEFFDING, BK_METHOD_EMPIRICAL_BERNSTEIN, BK_METHOD_KL_CHERNOFF,
                              BK_METHOD_BETTING, BK_METHOD_STUDENT_T};
    const bk_interval_request request = bk_interval_request_of(.9);
    for (size_t i = 0; i < 5; i++) {
        bk_interval d;
        bk_interval s;
        cr_assert_eq(bk_interval_of_losses(&d, methods[i], &losses, &request), BK_OK);
        cr_assert_eq(bk_interval_of_losses(&s, methods[i], &half, &request), BK_OK);
        cr_assert_float_eq(d.low, 2 * s.low - 1, 1e-14, "%s", d.method);
        cr_assert_float_eq(d.high, 2 * s.high - 1, 1e-14, "%s", d.method);
    }
    bk_interval clopper;
    cr_assert_eq(bk_interval_clopper_pearson(&clopper, &losses, .9), BK_OK);
    cr_assert_eq(clopper.status, BK_INTERVAL_NEEDS_01_DATA);
    const double positive[] = {1, 1, 0};
    const double zero[] = {0, 0, 0};
    cr_assert_eq(bk_losses_of_difference(&losses, difference, NULL, positive, zero, 3, 0, 1), BK_OK);
    cr_assert(!losses.zero_one && losses.range_low == -1, "a difference of 0 and 1 could have been -1");
}

Test(difference, refuses_by_model_and_index)
{
    const double good[] = {0, .5, 1};
    const double bad[] = {0, .5, (double)NAN};
    const double wide[] = {0, .5, 3};
    double difference[3];
    bk_losses losses;
    cr_assert_eq(bk_losses_of_difference(&losses, difference, NULL, good, bad, 3, 0, 0), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "loss 2") && strstr(bk_error_message(), "model B"));
    cr_assert_eq(bk_losses_of_difference(&losses, difference, NULL, wide, good, 3, 0, 1), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "model A"));
    cr_assert_eq(bk_losses_of_difference(&losses, difference, NULL, good, good, 0, 0, 1), BK_INVALID);
    cr_assert_eq(bk_losses_of_difference(&losses, difference, NULL, good, good, 3, 1, 0), BK_INVALID);
    cr_assert_eq(bk_losses_of_difference(&losses, difference, NULL, good, wide, 3, 0, 0), BK_OK);
    cr_assert_not(losses.range_known);
}

Test(margin, two_one_sided_tests)
{
    /* A is wrong on 12, B on 10 of 1000 points alone: a difference of .002. */
    const bk_pair_counts counts = {.n = 1000, .only_a = 12, .only_b = 10};
    bk_margin margin;
    cr_assert_eq(bk_margin_tango(&margin, &counts, .02, .95), BK_OK);
    cr_assert(margin.not_worse && margin.equivalent && !margin.better);
    cr_assert(margin.p_not_worse < .05 && margin.p_equivalent < .05);
    cr_assert(margin.p_equivalent >= margin.p_not_worse);
    cr_assert_eq(bk_margin_tango(&margin, &counts, .005, .95), BK_OK);
    cr_assert(!margin.not_worse && !margin.equivalent && margin.p_not_worse > .05);
    /* The p-value is 1 - level at the margin that the bound touches. */
    const bk_interval upper = tango(12, 10, 1000, .95, BK_UPPER);
    cr_assert_eq(bk_margin_tango(&margin, &counts, upper.high, .95), BK_OK);
    cr_assert_float_eq(margin.p_not_worse, .05, 1e-10);
    const bk_interval lower = tango(12, 10, 1000, .95, BK_LOWER);
    cr_assert(margin.lower == lower.low && margin.upper == upper.high);
    cr_assert_eq(bk_margin_from_bounds(&margin, &lower, &upper, .02), BK_OK);
    cr_assert(margin.equivalent && isnan(margin.p_equivalent));
    cr_assert_eq(bk_margin_from_bounds(&margin, &upper, &lower, .02), BK_INVALID);
    const double bad[] = {0, -1, 1, (double)NAN};
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(bk_margin_tango(&margin, &counts, bad[i], .95), BK_INVALID);
    }
    const bk_pair_counts better = {.n = 1000, .only_a = 5, .only_b = 40};
    cr_assert_eq(bk_margin_tango(&margin, &better, .01, .95), BK_OK);
    cr_assert(margin.better && margin.not_worse && !margin.equivalent);
}

Test(holm, the_example_of_r)
{
    /* R: p.adjust(c(.01, .02, .03, .04, .05), "holm") and two ties. */
    const double p[] = {.04, .01, .03, .05, .02};
    const double known[] = {.09, .05, .09, .09, .08};
    double adjusted[5];
    cr_assert_eq(bk_holm_adjust(adjusted, p, 5), BK_OK);
    for (size_t i = 0; i < 5; i++) {
        cr_assert_float_eq(adjusted[i], known[i], 1e-15);
    }
    double in_place[] = {.5, (double)NAN, .5, 0};
    cr_assert_eq(bk_holm_adjust(in_place, in_place, 4), BK_OK);
    cr_assert(in_place[0] == 1 && isnan(in_place[1]) && in_place[2] == 1 && in_place[3] == 0);
    const double bad[] = {.1, 1.1};
    cr_assert_eq(bk_holm_adjust(adjusted, bad, 2), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "p[1]"));
    cr_assert_eq(bk_holm_adjust(adjusted, p, 0), BK_OK);
}
