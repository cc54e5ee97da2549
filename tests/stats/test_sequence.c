/* SPDX-License-Identifier: GPL-3.0-or-later
 * Confidence sequences: known answers of plain Python (make_stats_sequence.py), the definition at the ends,
 * identities, facts and refusals. Coverage: programs/sequence_coverage.c. */
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "brisk/stats.h"

enum { MOST = 4096 };

static bk_interval betting(const double *values, size_t n, double low, double high, double level)
{
    bk_interval made;
    cr_assert_eq(bk_sequence_betting(&made, values, n, low, high, level), BK_OK, "%s", bk_error_message());
    return made;
}

static bk_interval asymptotic(const double *values, size_t n, double level, size_t optimal_n)
{
    bk_interval made;
    cr_assert_eq(bk_sequence_asymptotic(&made, values, n, level, optimal_n), BK_OK, "%s", bk_error_message());
    return made;
}

/* ---- Known answers ---- */

static double unit(size_t i) { return (double)((i * 7919 + 13) % 1009) / 1008; }

static double pattern_at(const char *pattern, size_t i, size_t n)
{
    switch (pattern[0]) {
    case 'e':
        return pattern[1] == 'r' ? (i * 61 + 7) % 97 < 10 : unit(i);
    case 's':
        return unit(i) * unit(i) * (unit(i) * unit(i));
    case 'o':
        return 1;
    case 'd':
        return i < n / 5 ? .3 : .02;
    default:
        return 0;
    }
}

static void fill_pattern(double *values, const char *pattern, size_t n, double low, double high)
{
    for (size_t i = 0; i < n; i++) {
        values[i] = low + (high - low) * pattern_at(pattern, i, n);
    }
}

static void expect_ends(const bk_interval *made, const char *row, const char *low, const char *high,
                        double range)
{
    if (strcmp(low, "empty") == 0) {
        cr_assert(made->status == BK_INTERVAL_UNDEFINED && isnan(made->low) && isnan(made->high), "%s", row);
        return;
    }
    cr_assert_eq(made->status, BK_INTERVAL_OK, "%s", row);
    cr_assert_float_eq(made->low, strtod(low, NULL), 1e-9 * range, "%s: low %.17g", row, made->low);
    cr_assert_float_eq(made->high, strtod(high, NULL), 1e-9 * range, "%s: high %.17g", row, made->high);
    cr_assert(made->low <= made->high);
}

Test(sequence, known_answers)
{
    FILE *file = fopen(BRISK_TEST_DATA "/stats_sequence.txt", "r");
    cr_assert_not_null(file);
    char line[256];
    cr_assert_not_null(fgets(line, sizeof line, file));
    static double values[MOST];
    size_t rows = 0;
    size_t empty = 0;
    for (; fgets(line, sizeof line, file); rows++) {
        char method[16];
        char pattern[16];
        char low[32];
        char high[32];
        size_t n;
        size_t optimal;
        double a;
        double b;
        double level;
        cr_assert_eq(sscanf(line, "%15s %15s %zu %lf %lf %lf %zu %31s %31s", method, pattern, &n, &a, &b,
                            &level, &optimal, low, high),
                     9);
        cr_assert_leq(n, MOST);
        fill_pattern(values, pattern, n, a, b);
        const bk_interval made =
            method[0] == 'b' ? betting(values, n, a, b, level) : asymptotic(values, n, level, optimal);
        expect_ends(&made, line, low, high, b - a);
        empty += made.status == BK_INTERVAL_UNDEFINED;
    }
    cr_assert_gt(rows, 700);
    cr_assert_gt(empty, 0);
    (void)fclose(file);
}

/* ---- The definition ---- */

/* ln K+(m) (up = 1) or ln K-(m) (up = -1). */
static double log_capital(const double *x, size_t n, double m, double limit, int up)
{
    double sum = .5;
    double squares = .25;
    double capital = 0;
    for (size_t t = 1; t <= n; t++) {
        const double lambda = sqrt(2 * limit / (squares / (double)t * (double)t * log(1 + (double)t)));
        capital += log1p(up * fmin(lambda, .5 / (up > 0 ? m : 1 - m)) * (x[t - 1] - m));
        sum += x[t - 1];
        const double deviation = x[t - 1] - sum / ((double)t + 1);
        squares += deviation * deviation;
    }
    return capital;
}

Test(sequence, both_capitals_are_2_over_delta_at_the_ends)
{
    static double values[MOST];
    size_t inner = 0;
    for (size_t n = 1; n < MOST; n = 2 * n + 3) {
        bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER + 48, n);
        cr_assert_eq(bk_fill_beta(&stream, values, n, .5, 3), BK_OK);
        for (int i = 0; i < 4; i++) {
            const double level = (const double[]){.1, .5, .9, 1 - 1e-7}[i];
            const double limit = log(2 / (1 - level));
            const bk_interval made = betting(values, n, 0, 1, level);
            if (made.low > 0) {
                cr_assert_float_eq(log_capital(values, n, made.low, limit, 1), limit, 1e-9 * limit);
                inner++;
            }
            if (made.high < 1) {
                cr_assert_float_eq(log_capital(values, n, made.high, limit, -1), limit, 1e-9 * limit);
                inner++;
            }
        }
    }
    cr_assert_gt(inner, 50);
}

/* What looking at any time costs: the interval of a fixed n knows when it will be looked at. */
Test(sequence, is_somewhat_wider_than_the_interval_of_a_fixed_n)
{
    static double values[MOST];
    bk_interval_request request = bk_interval_request_of(.9);
    request.order = BK_ORDER_FILE;
    for (size_t n = 100; n <= MOST; n = 2 * n) {
        fill_pattern(values, "skewed", n, 0, 1);
        const bk_interval open = betting(values, n, 0, 1, .9);
        bk_losses losses;
        bk_interval fixed;
        cr_assert_eq(bk_losses_from_values(&losses, values, n, 0, 1), BK_OK);
        cr_assert_eq(bk_interval_of_losses(&fixed, BK_METHOD_BETTING, &losses, &request), BK_OK);
        const double ratio = (open.high - open.low) / (fixed.high - fixed.low);
        cr_assert(ratio > 1.05 && ratio < 2, "n %zu: %g times as wide", n, ratio);
    }
}

/* ---- Identities ---- */

Test(sequence, grows_with_the_level)
{
    static double values[MOST];
    static const double levels[] = {1e-300, 1e-9, .01, .1, .5, .8, .9, .95, .99, .999, 1 - 1e-7, 1 - 0x1p-53};
    static const char *const patterns[] = {"errors", "even", "skewed"};
    for (size_t p = 0; p < 3; p++) {
        for (size_t n = 2; n < MOST; n = 3 * n + 1) {
            fill_pattern(values, patterns[p], n, -1, 3);
            bk_interval narrow = betting(values, n, -1, 3, levels[0]);
            bk_interval slim[3];
            const size_t optimal[] = {1, 50, 100000};
            for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
                const bk_interval wide = betting(values, n, -1, 3, levels[i]);
                cr_assert(wide.low <= narrow.low && wide.high >= narrow.high && wide.low <= wide.high,
                          "%s n %zu at %g", patterns[p], n, levels[i]);
                cr_assert(wide.low >= -1 && wide.high <= 3 && wide.level == levels[i]);
                narrow = wide;
                for (size_t o = 0; o < 3; o++) {
                    const bk_interval broad = asymptotic(values, n, levels[i], optimal[o]);
                    cr_assert(isfinite(broad.half_width) && broad.low <= broad.estimate);
                    cr_assert(i == 0 || broad.half_width >= slim[o].half_width * (1 - 1e-12),
                              "%s n %zu at %g", patterns[p], n, levels[i]);
                    slim[o] = broad;
                }
            }
        }
    }
}

Test(sequence, shifts_and_scales_with_the_values)
{
    double values[300];
    double wide[300];
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER + 49, 0);
    bk_fill_uniform_f64(&stream, values, 300);
    for (size_t i = 0; i < 300; i++) {
        wide[i] = -3 + 8 * values[i];
    }
    for (size_t n = 2; n <= 300; n += 37) {
        const bk_interval u = betting(values, n, 0, 1, .95);
        const bk_interval w = betting(wide, n, -3, 5, .95);
        cr_assert_float_eq(w.low, -3 + 8 * u.low, 1e-13);
        cr_assert_float_eq(w.high, -3 + 8 * u.high, 1e-13);
        const bk_interval a = asymptotic(values, n, .95, 64);
        const bk_interval b = asymptotic(wide, n, .95, 64);
        cr_assert_float_eq(b.low, -3 + 8 * a.low, 1e-12);
        cr_assert_float_eq(b.high, -3 + 8 * a.high, 1e-12);
    }
}

Test(sequence, mirrored_values_give_the_mirrored_interval)
{
    static double values[MOST];
    static double mirrored[MOST];
    for (size_t n = 1; n < MOST; n = 3 * n + 1) {
        fill_pattern(values, "skewed", n, 0, 1);
        for (size_t i = 0; i < n; i++) {
            mirrored[i] = 1 - values[i];
        }
        const bk_interval a = betting(values, n, 0, 1, .9);
        const bk_interval b = betting(mirrored, n, 0, 1, .9);
        cr_assert_float_eq(a.low, 1 - b.high, 1e-12);
        cr_assert_float_eq(a.high, 1 - b.low, 1e-12);
    }
}

Test(sequence, the_asymptotic_one_is_tightest_where_it_was_asked_to_be)
{
    static double values[MOST];
    fill_pattern(values, "even", 1000, 0, 1);
    for (int i = 0; i < 3; i++) {
        const double level = (const double[]){.5, .9, .999}[i];
        const double best = asymptotic(values, 1000, level, 1000).half_width;
        for (size_t optimal = 1; optimal < 100000000; optimal = 2 * optimal + 1) {
            cr_assert(asymptotic(values, 1000, level, optimal).half_width >= best * (1 - 1e-14));
        }
        cr_assert_gt(asymptotic(values, 1000, level, 800).half_width, best);
        cr_assert_gt(asymptotic(values, 1000, level, 1250).half_width, best);
    }
}

/* ---- Facts ---- */

Test(sequence, every_field_is_set)
{
    static double values[MOST];
    fill_pattern(values, "errors", 400, 0, 1);
    const bk_interval made = betting(values, 400, 0, 1, .9);
    cr_assert_str_eq(made.method, "betting-sequence");
    cr_assert(made.guarantee == BK_GUARANTEE_FINITE_SAMPLE && made.status == BK_INTERVAL_OK);
    cr_assert(made.sides == BK_TWO_SIDED && made.level == .9 && made.n == 400 && !made.clipped);
    cr_assert_str_eq(made.reason, "");
    cr_assert(strstr(made.assumption, "mean") && strstr(made.promise, "every look"));
    cr_assert(isnan(made.mc_error_low) && isnan(made.mc_error_high));
    cr_assert_float_eq(made.half_width, (made.high - made.low) / 2, 1e-16);
    cr_assert_float_eq(made.estimate, bk_summarise(values, 400).mean, 1e-15);
    const bk_interval other = asymptotic(values, 400, .9, 100);
    cr_assert_str_eq(other.method, "asymptotic-sequence");
    cr_assert(other.guarantee == BK_GUARANTEE_ASYMPTOTIC && other.status == BK_INTERVAL_OK);
    cr_assert(other.sides == BK_TWO_SIDED && other.level == .9 && other.n == 400 && !other.clipped);
    cr_assert(strstr(other.assumption, "independent") && strstr(other.promise, "no promise"));
    cr_assert(isnan(other.mc_error_low) && isnan(other.mc_error_high));
    cr_assert_str_eq(other.reason, "");
    cr_assert_float_eq((other.high - other.low) / 2, other.half_width, 1e-15);
    cr_assert_float_eq((other.high + other.low) / 2, other.estimate, 1e-15);
}

Test(sequence, one_value_equal_values_and_drifting_ones)
{
    static double values[MOST];
    fill_pattern(values, "drift", 500, 0, 1);
    const bk_interval drift = betting(values, 500, 0, 1, .5);
    cr_assert(drift.status == BK_INTERVAL_UNDEFINED && isnan(drift.low) && isnan(drift.half_width));
    cr_assert(strstr(drift.reason, "drift") && !drift.clipped && isfinite(drift.estimate));
    values[0] = .25;
    const bk_interval one = asymptotic(values, 1, .9, 10);
    cr_assert(one.status == BK_INTERVAL_UNDEFINED && isnan(one.low) && isnan(one.high) && one.n == 1);
    cr_assert(strstr(one.reason, "one value") && one.estimate == .25);
    const double sizes[] = {0, .1, 1e300, -1e300};
    for (size_t s = 0; s < 4; s++) {
        for (size_t i = 0; i < 100; i++) {
            values[i] = sizes[s];
        }
        const bk_interval equal = asymptotic(values, 100, .9, 10);
        cr_assert_eq(equal.status, BK_INTERVAL_DEGENERATE);
        cr_assert(equal.low == sizes[s] && equal.high == sizes[s] && equal.half_width == 0);
        cr_assert(strstr(equal.reason, "equal"));
    }
    const double range = betting(values, 1, -1e300, 1e300, .9).high;
    cr_assert(isfinite(range), "a range near the largest double");
}

/* All right, or all wrong: one end is that of the range, the other closes in. */
Test(sequence, zeros_and_ones)
{
    static double values[MOST];
    double before = 1;
    for (size_t n = 8; n < MOST; n *= 2) {
        fill_pattern(values, "zeros", n, 0, 1);
        const bk_interval zeros = betting(values, n, 0, 1, .9);
        fill_pattern(values, "ones", n, 0, 1);
        const bk_interval ones = betting(values, n, 0, 1, .9);
        cr_assert(zeros.low == 0 && zeros.high < before && zeros.high > 0 && ones.high == 1);
        cr_assert_float_eq(ones.low, 1 - zeros.high, 1e-14);
        before = zeros.high;
    }
    cr_assert_lt(before, .01);
}

/* ---- Refusals ---- */

#define REFUSED(call, words)                                                    \
    do {                                                                        \
        cr_assert_eq((call), BK_INVALID);                                       \
        cr_assert(strstr(bk_error_message(), words), "%s", bk_error_message()); \
    } while (0)

Test(sequence, refuses_bad_input_and_leaves_the_output)
{
    double values[] = {.1, .2, .7, .4};
    bk_interval made = {.n = 77};
    REFUSED(bk_sequence_betting(&made, values, 0, 0, 1, .9), "n = 0");
    REFUSED(bk_sequence_asymptotic(&made, values, 0, .9, 5), "n = 0");
    REFUSED(bk_sequence_asymptotic(&made, values, 4, .9, 0), "optimal_n = 0");
    const double levels[] = {0, 1, -.1, 1.5, (double)NAN, 90};
    for (size_t i = 0; i < 6; i++) {
        REFUSED(bk_sequence_betting(&made, values, 4, 0, 1, levels[i]), "betting-sequence: level");
        REFUSED(bk_sequence_asymptotic(&made, values, 4, levels[i], 5), "asymptotic-sequence: level");
    }
    const double ranges[][2] = {{1, 1},         {0, 0},           {1, 0},           {0, HUGE_VAL},
                                {-HUGE_VAL, 0}, {(double)NAN, 1}, {0, (double)NAN}, {-DBL_MAX, DBL_MAX}};
    for (size_t i = 0; i < 8; i++) {
        REFUSED(bk_sequence_betting(&made, values, 4, ranges[i][0], ranges[i][1], .9), "no range");
    }
    REFUSED(bk_sequence_betting(&made, values, 4, 0, .5, .9), "value 2 (counted from 0) is 0.7");
    REFUSED(bk_sequence_betting(&made, values, 4, .15, 1, .9), "value 0 (counted from 0) is 0.1");
    const double bad[] = {(double)NAN, HUGE_VAL, -HUGE_VAL};
    for (size_t i = 0; i < 3; i++) {
        values[3] = bad[i];
        REFUSED(bk_sequence_betting(&made, values, 4, 0, 1, .9), "value 3");
        REFUSED(bk_sequence_asymptotic(&made, values, 4, .9, 5), "value 3");
    }
    values[2] = 1e200;
    REFUSED(bk_sequence_asymptotic(&made, values, 3, .9, 5), "overflow");
    values[1] = DBL_MAX;
    values[2] = -DBL_MAX;
    REFUSED(bk_sequence_asymptotic(&made, values, 3, .9, 5), "overflow");
    cr_assert_eq(made.n, 77);
}
