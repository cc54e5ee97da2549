/* SPDX-License-Identifier: GPL-3.0-or-later
 * One-sided forms, given variances, empirical Bernstein, the normal and Student's intervals, and what the
 * labels say of each. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "brisk/stats.h"

static bk_interval ask(size_t method, const bk_losses *losses, const bk_interval_request *request)
{
    bk_interval interval;
    cr_assert_eq(bk_interval_of_losses(&interval, method, losses, request), BK_OK, "%s", bk_error_message());
    return interval;
}

static bk_interval of_count(size_t method, uint64_t k, double level, bk_sides sides)
{
    const bk_losses losses = bk_losses_from_count(k, 1000);
    bk_interval_request request = bk_interval_request_of(level);
    request.sides = sides;
    return ask(method, &losses, &request);
}

Test(one_sided, the_figures)
{
    const double digit = 5.1e-8;
    for (int s = BK_LOWER; s <= BK_UPPER; s++) {
        const bk_sides sides = (bk_sides)s;
        cr_assert_float_eq(of_count(BK_METHOD_HOEFFDING, 50, .9, sides).half_width, 0.03393070212207556,
                           1e-16);
        cr_assert_float_eq(of_count(BK_METHOD_CHEBYSHEV, 50, .9, sides).half_width, .0206864, digit);
        cr_assert_float_eq(of_count(BK_METHOD_BERNSTEIN, 50, .9, sides).half_width, .0155849, digit);
        const double v = bk_losses_from_count(50, 1000).variance;
        const double log_term = log(2 / (1 - .9));
        cr_assert_float_eq(of_count(BK_METHOD_EMPIRICAL_BERNSTEIN, 50, .9, sides).half_width,
                           sqrt(2 * v * log_term / 1000) + 7 * log_term / (3 * 999), 1e-15);
    }
}

Test(one_sided, the_other_end_is_that_of_the_range)
{
    for (size_t method = 0; method <= BK_METHOD_BETTING; method++) {
        const bk_interval lower = of_count(method, 100, .95, BK_LOWER);
        const bk_interval upper = of_count(method, 100, .95, BK_UPPER);
        const bk_interval two = of_count(method, 100, .90, BK_TWO_SIDED);
        cr_assert(lower.sides == BK_LOWER && upper.sides == BK_UPPER);
        cr_assert(lower.high == 1 && upper.low == 0, "%s", lower.method);
        cr_assert(lower.low < .1 && .1 < upper.high, "%s", lower.method);
        cr_assert_float_eq(lower.half_width, .1 - lower.low, 1e-15);
        cr_assert_float_eq(upper.half_width, upper.high - .1, 1e-15);
        if (method != BK_METHOD_CHEBYSHEV) {
            cr_assert_float_eq(lower.low, two.low, 1e-12, "%s: one side of the two at 1 - delta / 2",
                               two.method);
            cr_assert_float_eq(upper.high, two.high, 1e-12, "%s", two.method);
        }
    }
    const bk_losses free = {.n = 30, .mean = 5, .variance = 2};
    bk_interval_request request = bk_interval_request_of(.9);
    request.sides = BK_UPPER;
    const bk_interval bound = ask(BK_METHOD_STUDENT_T, &free, &request);
    cr_assert(bound.low == -HUGE_VAL && bound.high > 5 && isfinite(bound.high) && !bound.clipped);
}

Test(one_sided, clipping_looks_at_the_end_that_was_asked_for)
{
    cr_assert(of_count(BK_METHOD_HOEFFDING, 10, .9, BK_LOWER).clipped);
    cr_assert_not(of_count(BK_METHOD_HOEFFDING, 10, .9, BK_UPPER).clipped);
}

/* m = 1000, level 0.9. */
Test(empirical_bernstein, the_table)
{
    const struct {
        uint64_t k;
        double epsilon;
    } table[] = {{0, .008616001},   {1, .011332204},   {10, .017166611}, {50, .027345506},
                 {100, .034397060}, {250, .045827754}, {500, .051584432}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const bk_interval made = of_count(BK_METHOD_EMPIRICAL_BERNSTEIN, table[i].k, .9, BK_TWO_SIDED);
        cr_assert_float_eq(made.half_width, table[i].epsilon, 5.1e-10);
        cr_assert_eq(made.status, BK_INTERVAL_OK, "no errors are no trouble");
    }
    const bk_losses one = bk_losses_from_count(1, 1);
    const bk_interval_request request = bk_interval_request_of(.9);
    cr_assert_eq(ask(BK_METHOD_EMPIRICAL_BERNSTEIN, &one, &request).status, BK_INTERVAL_UNDEFINED);
}

Test(given_variance, makes_a_promise_of_chebyshev_and_bernstein)
{
    const bk_losses losses = bk_losses_from_count(0, 1000);
    bk_interval_request request = bk_interval_request_of(.9);
    const char *estimated = "variance estimated: no finite-sample guarantee";
    for (size_t method = BK_METHOD_CHEBYSHEV; method <= BK_METHOD_BERNSTEIN; method++) {
        request.variance_known = false;
        const bk_interval plug_in = ask(method, &losses, &request);
        cr_assert_eq(plug_in.guarantee, BK_GUARANTEE_NONE);
        cr_assert_str_eq(plug_in.promise, estimated);
        cr_assert_eq(plug_in.status, BK_INTERVAL_DEGENERATE);
        request.variance_known = true;
        request.variance = .25;
        const bk_interval known = ask(method, &losses, &request);
        cr_assert_eq(known.guarantee, BK_GUARANTEE_FINITE_SAMPLE);
        cr_assert(strstr(known.assumption, "variance is at most the given one"));
        cr_assert(strstr(known.promise, "covers"));
        cr_assert_eq(known.status, BK_INTERVAL_OK);
    }
    cr_assert_float_eq(ask(BK_METHOD_BERNSTEIN, &losses, &request).half_width, .039713733, 5.1e-10);
    cr_assert_float_eq(ask(BK_METHOD_CHEBYSHEV, &losses, &request).half_width, .05, 1e-16);
    const bk_losses one = bk_losses_from_count(1, 1);
    cr_assert_eq(ask(BK_METHOD_CHEBYSHEV, &one, &request).status, BK_INTERVAL_OK);
    const double bad[] = {-1, (double)NAN, HUGE_VAL};
    for (size_t i = 0; i < 3; i++) {
        request.variance = bad[i];
        bk_interval interval = {.low = 77};
        cr_assert_eq(bk_interval_of_losses(&interval, BK_METHOD_BERNSTEIN, &losses, &request), BK_INVALID);
        cr_assert(strstr(bk_error_message(), "variance") && interval.low == 77);
    }
}

Test(wald_and_student, the_variance_with_n_and_with_n_less_1)
{
    const bk_losses losses = bk_losses_from_count(50, 1000);
    const bk_interval_request request = bk_interval_request_of(.95);
    cr_assert_float_eq(ask(BK_METHOD_WALD, &losses, &request).half_width,
                       1.959963984540054 * sqrt(.05 * .95 / 1000), 1e-16);
    /* R: qt(.975, 9) = 2.262157162798205. */
    const bk_losses ten = {.n = 10, .mean = 3, .variance = 4};
    cr_assert_float_eq(ask(BK_METHOD_STUDENT_T, &ten, &request).half_width, 2.262157162798205 * sqrt(.4),
                       1e-13);
    /* R: qt(.975, 1) = 12.706204736174707. */
    const bk_losses two = {.n = 2, .mean = 3, .variance = 4};
    cr_assert_float_eq(ask(BK_METHOD_STUDENT_T, &two, &request).half_width, 12.706204736174707 * sqrt(2.),
                       1e-12);
    for (size_t method = BK_METHOD_WALD; method <= BK_METHOD_STUDENT_T; method++) {
        const bk_losses none = bk_losses_from_count(0, 1000);
        const bk_interval flat = ask(method, &none, &request);
        cr_assert_eq(flat.status, BK_INTERVAL_DEGENERATE);
        cr_assert(strstr(flat.reason, "use ") && flat.low == 0 && flat.high == 0);
        const bk_losses one = bk_losses_from_count(1, 1);
        cr_assert_neq(ask(method, &one, &request).status, BK_INTERVAL_OK);
    }
}

Test(labels, say_which_methods_go_by_the_count_alone)
{
    const char *others[] = {"betting",          "bootstrap-percentile",  "bootstrap-basic",
                            "bootstrap-normal", "bootstrap-studentized", "bootstrap-bca"};
    size_t found = 0;
    for (size_t row = 0; row < bk_interval_method_count(); row++) {
        if (!bk_interval_method_by_count(row)) {
            cr_assert_str_eq(bk_interval_method_row(row)->name, others[found++]);
        }
    }
    cr_assert_eq(found, 6);
    cr_assert_not(bk_interval_method_by_count(BK_METHOD_COUNT));
}

Test(labels, n_and_promise_come_with_every_interval)
{
    for (size_t method = 0; method <= BK_METHOD_BETTING; method++) {
        const bk_interval made = of_count(method, 37, .9, BK_TWO_SIDED);
        cr_assert_eq(made.n, 1000);
        cr_assert_str_eq(made.promise, bk_interval_method_row(method)->promise);
        cr_assert_eq(made.guarantee, bk_interval_method_row(method)->guarantee);
    }
}

Test(requests, are_refused_by_name)
{
    const bk_losses losses = bk_losses_from_count(3, 10);
    bk_interval_request request = bk_interval_request_of(.9);
    bk_interval interval = {.low = 77};
    cr_assert_eq(bk_interval_of_losses(&interval, BK_METHOD_COUNT, &losses, &request), BK_INVALID);
    request.sides = (bk_sides)3;
    cr_assert_eq(bk_interval_of_losses(&interval, BK_METHOD_WILSON, &losses, &request), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "wilson: sides"));
    request = bk_interval_request_of(1.5);
    cr_assert_eq(bk_interval_of_losses(&interval, BK_METHOD_WILSON, &losses, &request), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "wilson: level"));
    bk_losses wrong = losses;
    wrong.errors = 11;
    request = bk_interval_request_of(.9);
    cr_assert_eq(bk_interval_of_losses(&interval, BK_METHOD_WILSON, &wrong, &request), BK_INVALID);
    cr_assert_eq(interval.low, 77);
}

Test(requests, many_at_once_are_the_same_as_one_by_one_and_all_or_nothing)
{
    const bk_losses losses = bk_losses_from_count(3, 100);
    const bk_interval_request request = bk_interval_request_of(.9);
    const size_t rows[] = {BK_METHOD_WILSON, BK_METHOD_BETTING, BK_METHOD_HOEFFDING, BK_METHOD_WILSON};
    bk_interval many[4];
    cr_assert_eq(bk_intervals_of_losses(many, rows, 4, &losses, &request), BK_OK);
    for (size_t i = 0; i < 4; i++) {
        const bk_interval one = ask(rows[i], &losses, &request);
        cr_assert(many[i].low == one.low && many[i].high == one.high);
        cr_assert_str_eq(many[i].method, one.method);
    }
    const size_t bad[] = {BK_METHOD_WILSON, 99};
    many[0].low = 77;
    cr_assert_eq(bk_intervals_of_losses(many, bad, 2, &losses, &request), BK_INVALID);
    cr_assert_eq(many[0].low, 77);
    cr_assert_eq(bk_intervals_of_losses(NULL, NULL, 0, &losses, &request), BK_OK);
}
