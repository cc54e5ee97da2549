/* SPDX-License-Identifier: GPL-3.0-or-later
 * The betting interval: the known answer, its definition written out plainly, order and shuffle, coverage. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "brisk/stats.h"

static bk_interval ask(const bk_losses *losses, double level, bk_sides sides, bk_data_order order)
{
    bk_interval_request request = bk_interval_request_of(level);
    request.sides = sides;
    request.order = order;
    bk_interval interval;
    cr_assert_eq(bk_interval_of_losses(&interval, BK_METHOD_BETTING, losses, &request), BK_OK, "%s",
                 bk_error_message());
    return interval;
}

static bk_losses of_values(const double *values, size_t n, double low, double high)
{
    bk_losses losses;
    cr_assert_eq(bk_losses_from_values(&losses, values, n, low, high), BK_OK, "%s", bk_error_message());
    return losses;
}

Test(betting, the_known_answer_in_file_order)
{
    double values[1000];
    for (size_t i = 0; i < 1000; i++) {
        values[i] = (i + 1) % 27 == 0;
    }
    const bk_losses losses = of_values(values, 1000, 0, 1);
    cr_assert_eq(losses.errors, 37);
    const bk_interval made = ask(&losses, .9, BK_TWO_SIDED, BK_ORDER_FILE);
    cr_assert_float_eq(made.low, .0247628319, 5.1e-11);
    cr_assert_float_eq(made.high, .0560331511, 5.1e-11);
}

/* ln K+(m) (up = 1) or ln K-(m) (up = -1) by the definition. */
static double log_capital(const double *x, size_t n, double m, double limit, int up)
{
    double sum = .5;
    double squares = .25;
    double capital = 0;
    for (size_t t = 0; t < n; t++) {
        const double lambda = sqrt(2 * limit / ((double)n * squares / ((double)t + 1)));
        const double most = .5 / (up > 0 ? m : 1 - m);
        capital += log1p(up * fmin(lambda, most) * (x[t] - m));
        sum += x[t];
        const double deviation = x[t] - sum / ((double)t + 2);
        squares += deviation * deviation;
    }
    return capital;
}

Test(betting, both_capitals_are_1_over_the_tail_at_the_ends)
{
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, 1);
    for (size_t n = 1; n < 3000; n = 2 * n + 3) {
        double *values = malloc(n * sizeof *values);
        cr_assert_eq(bk_fill_beta(&stream, values, n, .5, 3), BK_OK);
        const bk_losses losses = of_values(values, n, 0, 1);
        for (int i = 0; i < 3; i++) {
            const double level = (const double[]){.5, .9, 1 - 1e-7}[i];
            const double limit = log(2 / (1 - level));
            const bk_interval made = ask(&losses, level, BK_TWO_SIDED, BK_ORDER_FILE);
            if (made.low > 0) {
                cr_assert_float_eq(log_capital(values, n, made.low, limit, 1), limit, 1e-9 * limit);
            }
            if (made.high < 1) {
                cr_assert_float_eq(log_capital(values, n, made.high, limit, -1), limit, 1e-9 * limit);
            }
            const bk_interval lower = ask(&losses, 1 - (1 - level) / 2, BK_LOWER, BK_ORDER_FILE);
            const bk_interval upper = ask(&losses, 1 - (1 - level) / 2, BK_UPPER, BK_ORDER_FILE);
            cr_assert_float_eq(lower.low, made.low, 1e-6 * made.low);
            cr_assert_float_eq(upper.high, made.high, 1e-6);
        }
        free(values);
    }
}

Test(betting, the_shuffle_is_the_stream_of_its_address)
{
    double values[500];
    double shuffled[500];
    for (size_t i = 0; i < 500; i++) {
        values[i] = shuffled[i] = i < 60 ? .9 : .001 * (double)i;
    }
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_BETTING_ORDER, 0);
    cr_assert_eq(bk_shuffle(&stream, shuffled, 500, sizeof *shuffled), BK_OK);
    const bk_losses sorted = of_values(values, 500, 0, 1);
    const bk_losses mixed = of_values(shuffled, 500, 0, 1);
    const bk_interval a = ask(&sorted, .9, BK_TWO_SIDED, BK_ORDER_SHUFFLED);
    const bk_interval b = ask(&mixed, .9, BK_TWO_SIDED, BK_ORDER_FILE);
    cr_assert(a.low == b.low && a.high == b.high);
    const bk_losses counted = bk_losses_from_count(37, 1000);
    cr_assert_eq(ask(&counted, .9, BK_TWO_SIDED, BK_ORDER_SHUFFLED).status, BK_INTERVAL_OK);
    const bk_interval none = ask(&counted, .9, BK_TWO_SIDED, BK_ORDER_FILE);
    cr_assert_eq(none.status, BK_INTERVAL_UNDEFINED, "a count has no order");
    cr_assert(strstr(none.reason, "use kl-chernoff"));
}

Test(betting, shifts_and_scales_with_the_losses)
{
    double values[300];
    double wide[300];
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, 2);
    bk_fill_uniform_f64(&stream, values, 300);
    for (size_t i = 0; i < 300; i++) {
        wide[i] = -3 + 8 * values[i];
    }
    const bk_losses a = of_values(values, 300, 0, 1);
    const bk_losses b = of_values(wide, 300, -3, 5);
    const bk_interval u = ask(&a, .95, BK_TWO_SIDED, BK_ORDER_SHUFFLED);
    const bk_interval w = ask(&b, .95, BK_TWO_SIDED, BK_ORDER_SHUFFLED);
    cr_assert_float_eq(w.low, -3 + 8 * u.low, 1e-13);
    cr_assert_float_eq(w.high, -3 + 8 * u.high, 1e-13);
}

Test(betting, all_right_all_wrong_and_one_loss)
{
    for (uint64_t n = 1; n <= 1000; n = 3 * n + 1) {
        const bk_losses none = bk_losses_from_count(0, n);
        const bk_losses all = bk_losses_from_count(n, n);
        const bk_interval low = ask(&none, .9, BK_TWO_SIDED, BK_ORDER_SHUFFLED);
        const bk_interval high = ask(&all, .9, BK_TWO_SIDED, BK_ORDER_SHUFFLED);
        cr_assert(low.low == 0 && low.high > 0 && high.high == 1 && high.low < 1);
        cr_assert_float_eq(low.high, 1 - high.low, 1e-15);
    }
}

/* Errors of 400 test sets of 250 points with p = .1: how many intervals at .9 miss p. */
static int misses(bool sorted)
{
    int count = 0;
    for (uint64_t trial = 0; trial < 400; trial++) {
        bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER + 1, trial);
        uint8_t error[250];
        double values[250];
        bk_fill_bernoulli(&stream, error, 250, .1);
        size_t ones = 0;
        for (size_t i = 0; i < 250; i++) {
            ones += error[i];
            values[i] = error[i];
        }
        for (size_t i = 0; sorted && i < 250; i++) {
            values[i] = i < ones;
        }
        const bk_losses losses = of_values(values, 250, 0, 1);
        const bk_interval made = ask(&losses, .9, BK_TWO_SIDED, BK_ORDER_FILE);
        count += made.status != BK_INTERVAL_OK || made.low > .1 || made.high < .1;
    }
    return count;
}

/* With a probability of at most .1 to miss, more than 75 misses of 400 have a probability below 1e-7. */
Test(betting, covers_where_the_order_is_random_and_not_where_it_is_sorted)
{
    const int mixed = misses(false);
    const int sorted = misses(true);
    cr_assert_leq(mixed, 75, "%d", mixed);
    cr_assert_gt(sorted, 75, "%d: the planted fault: errors first", sorted);
}
