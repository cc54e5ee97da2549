/* SPDX-License-Identifier: GPL-3.0-or-later
 * The bootstrap of any statistic: strata, priors, weights, groups, two samples, a user's function; the facts,
 * sides, and what every degenerate case is called. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "brisk/stats.h"
#include "stats/resample.h"

static const double sixteen[] = {10, 12, 12.5, 12.5, 13.9, 15, 21, 22, 23, 34, 50, 81, 89, 121, 134, 213};
static const bk_bootstrap_data sixteen_points = {.x = sixteen, .n = 16};

static bk_bootstrap *made(const bk_bootstrap_data *data, bk_bootstrap_options options)
{
    options.keep_replicates = true;
    bk_bootstrap *bootstrap = bk_bootstrap_create(data, &options);
    cr_assert_not_null(bootstrap, "%s", bk_error_message());
    return bootstrap;
}

static bk_interval read(const bk_bootstrap *bootstrap, bk_method method, double level, bk_sides sides)
{
    bk_interval interval;
    cr_assert_eq(bk_bootstrap_interval(&interval, NULL, bootstrap, method, level, sides), BK_OK);
    return interval;
}

static void expect_withheld(bk_interval interval, bk_interval_status status)
{
    cr_assert_eq(interval.status, status, "%s: %s", bk_interval_status_name(interval.status),
                 interval.reason);
    cr_assert(isnan(interval.low) && isnan(interval.high) && isnan(interval.half_width));
    cr_assert(strlen(interval.reason) > 20);
}

/* ---- Facts ------------------------------------------------------------------------------------------------
 */

Test(bootstrap_any, sixteen_points_of_scipys_test)
{
    bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
    options.resamples = 99999;
    bk_bootstrap *bootstrap = made(&sixteen_points, options);
    const bk_bootstrap_facts facts = bk_bootstrap_facts_of(bootstrap);
    cr_assert_float_eq(facts.acceleration, .06152886961259399, 1e-15);
    cr_assert_float_eq(facts.original, 53.99375, 1e-12);
    cr_assert(fabs(facts.bias) < 6 * facts.standard_error / sqrt(99999));
    /* The ideal standard error is sqrt(sum d^2) / n = 14.2364...; six of its own errors. */
    cr_assert_float_eq(facts.standard_error, 14.2364, .2);
    const struct {
        bk_method method;
        double low, high;
    } known[] = {{BK_METHOD_BOOTSTRAP_BASIC, 23.77, 79.12},
                 {BK_METHOD_BOOTSTRAP_PERCENTILE, 28.86, 84.21},
                 {BK_METHOD_BOOTSTRAP_BCA, 32.31, 91.43}};
    for (size_t i = 0; i < 3; i++) {
        const bk_interval found = read(bootstrap, known[i].method, .95, BK_TWO_SIDED);
        cr_assert_float_eq(found.low, known[i].low, 8 * found.mc_error_low + .005, "%s", found.method);
        cr_assert_float_eq(found.high, known[i].high, 8 * found.mc_error_high + .005, "%s", found.method);
    }
    bk_bootstrap_destroy(bootstrap);
}

Test(bootstrap_any, difference_of_two_samples_both_ways_round)
{
    static const double y[] = {10, 27, 31, 40, 46, 50, 52, 104, 146}, z[] = {16, 23, 38, 94, 99, 141, 197};
    const bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_DIFFERENCE);
    const bk_bootstrap_data one = {.x = z, .n = 7, .y = y, .n_y = 9},
                            other = {.x = y, .n = 9, .y = z, .n_y = 7};
    bk_bootstrap *a = made(&one, options), *b = made(&other, options);
    cr_assert_float_eq(bk_bootstrap_facts_of(a).acceleration, .0110082283440267, 1e-15);
    cr_assert_float_eq(bk_bootstrap_facts_of(b).acceleration, -.0110082283440267, 1e-15);
    cr_assert_float_eq(bk_bootstrap_facts_of(a).original, -bk_bootstrap_facts_of(b).original, 1e-12);
    /* Replicate 5 from its two streams. */
    const double *samples[] = {z, y};
    const size_t sizes[] = {7, 9};
    double mean[2] = {0};
    for (size_t s = 0; s < 2; s++) {
        uint32_t index[16];
        bk_stream stream;
        cr_assert_eq(bk_stream_open_nested(&stream, 1, BK_PURPOSE_BOOTSTRAP_STRATUM, 5, s), BK_OK);
        bk_resample_indices(index, &stream, sizes[s]);
        for (size_t i = 0; i < sizes[s]; i++) {
            mean[s] += samples[s][index[i]] / (double)sizes[s];
        }
    }
    cr_assert_float_eq(bk_bootstrap_replicates(a)[5], mean[0] - mean[1], 1e-12);
    bk_bootstrap_destroy(a);
    bk_bootstrap_destroy(b);
}

Test(bootstrap_any, paired_difference_is_the_mean_of_differences)
{
    double y[16], d[16];
    for (size_t i = 0; i < 16; i++) {
        y[i] = (double)(i * 7 % 5);
        d[i] = sixteen[i] - y[i];
    }
    const bk_bootstrap_data pairs = {.x = sixteen, .n = 16, .y = y}, differences = {.x = d, .n = 16};
    bk_bootstrap *a = made(&pairs, bk_bootstrap_options_of(BK_STATISTIC_DIFFERENCE));
    bk_bootstrap *b = made(&differences, bk_bootstrap_options_of(BK_STATISTIC_MEAN));
    cr_assert_eq(memcmp(bk_bootstrap_replicates(a), bk_bootstrap_replicates(b), 9999 * sizeof(double)), 0);
    bk_bootstrap_destroy(a);
    bk_bootstrap_destroy(b);
}

/* ---- Strata, weights, groups
 * ---------------------------------------------------------------------------------- */

Test(bootstrap_any, strata_are_resampled_within_themselves_and_weighed_by_priors)
{
    static const uint32_t stratum[] = {0, 1, 0, 1, 1, 0, 1, 1, 2, 1, 2, 2, 2, 2, 0, 0};
    static const double prior[] = {.5, .2, .3};
    double sum[3] = {0}, count[3] = {0};
    for (size_t i = 0; i < 16; i++) {
        sum[stratum[i]] += sixteen[i];
        count[stratum[i]]++;
    }
    bk_bootstrap_data data = {.x = sixteen, .n = 16, .stratum = stratum, .strata = 3};
    bk_bootstrap *pooled = made(&data, bk_bootstrap_options_of(BK_STATISTIC_MEAN));
    data.prior = prior;
    bk_bootstrap *weighed = made(&data, bk_bootstrap_options_of(BK_STATISTIC_MEAN));
    double expected = 0, replicate = 0, pool = 0;
    for (uint32_t s = 0; s < 3; s++) {
        expected += prior[s] * sum[s] / count[s];
        double within[16], mean = 0;
        uint32_t index[16];
        size_t n = 0;
        for (size_t i = 0; i < 16; i++) {
            if (stratum[i] == s) {
                within[n++] = sixteen[i];
            }
        }
        bk_stream stream;
        cr_assert_eq(bk_stream_open_nested(&stream, 1, BK_PURPOSE_BOOTSTRAP_STRATUM, 77, s), BK_OK);
        bk_resample_indices(index, &stream, n);
        for (size_t i = 0; i < n; i++) {
            mean += within[index[i]] / (double)n;
        }
        replicate += prior[s] * mean;
        pool += mean * (double)n / 16;
    }
    cr_assert_float_eq(bk_bootstrap_facts_of(weighed).original, expected, 1e-12);
    cr_assert_float_eq(bk_bootstrap_facts_of(pooled).original, 53.99375, 1e-12);
    cr_assert_float_eq(bk_bootstrap_replicates(weighed)[77], replicate, 1e-12);
    cr_assert_float_eq(bk_bootstrap_replicates(pooled)[77], pool, 1e-12);
    bk_bootstrap_destroy(pooled);
    bk_bootstrap_destroy(weighed);
}

Test(bootstrap_any, values_that_are_equal_within_strata_have_no_spread)
{
    static const uint32_t stratum[] = {0, 1, 0, 1, 1, 0};
    static const double x[] = {3, 5, 3, 5, 5, 3};
    const bk_bootstrap_data data = {.x = x, .n = 6, .stratum = stratum, .strata = 2};
    bk_bootstrap *bootstrap = made(&data, bk_bootstrap_options_of(BK_STATISTIC_MEAN));
    cr_assert_eq(read(bootstrap, BK_METHOD_BOOTSTRAP_PERCENTILE, .9, BK_TWO_SIDED).status,
                 BK_INTERVAL_DEGENERATE);
    expect_withheld(read(bootstrap, BK_METHOD_BOOTSTRAP_BCA, .9, BK_TWO_SIDED), BK_INTERVAL_UNDEFINED);
    bk_bootstrap_destroy(bootstrap);
}

/* Mean of a user's counts, weighted. */
typedef struct weighted {
    const double *x, *w;
} weighted;

static double weighted_mean(const bk_resample *resample, double *error, void *context)
{
    const weighted *of = context;
    double above = 0, below = 0;
    for (size_t i = 0; i < resample->n; i++) {
        above += resample->count[i] * (of->w ? of->w[i] : 1) * of->x[i];
        below += resample->count[i] * (of->w ? of->w[i] : 1);
    }
    double squares = 0;
    for (size_t d = 0; d < resample->drawn; d++) {
        const double distance = of->x[resample->index[d]] - above / below;
        squares += distance * distance;
    }
    const double n = (double)resample->drawn;
    *error = sqrt(squares / (n * (n - 1)));
    return above / below;
}

static void expect_same_replicates(const bk_bootstrap *a, const bk_bootstrap *b, size_t count)
{
    for (size_t r = 0; r < count; r++) {
        const double x = bk_bootstrap_replicates(a)[r], y = bk_bootstrap_replicates(b)[r];
        cr_assert_float_eq(x, y, 1e-12 * fabs(x), "replicate %zu: %.17g %.17g", r, x, y);
    }
    const bk_bootstrap_facts f = bk_bootstrap_facts_of(a), g = bk_bootstrap_facts_of(b);
    cr_assert_float_eq(f.acceleration, g.acceleration, 1e-11, "%.17g %.17g", f.acceleration, g.acceleration);
    cr_assert(f.below == g.below && f.equal == g.equal);
}

Test(bootstrap_any, a_users_function_sees_the_same_resamples_as_built_in_statistics)
{
    double w[16];
    for (size_t i = 0; i < 16; i++) {
        w[i] = (double)(1 + i % 4) / 8;
    }
    bk_bootstrap_options user = bk_bootstrap_options_of(BK_STATISTIC_USER);
    weighted context = {sixteen, w};
    user.function = weighted_mean;
    user.context = &context;
    user.resamples = 999;
    bk_bootstrap_options built_in = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
    built_in.resamples = 999;
    const bk_bootstrap_data data = {.x = sixteen, .n = 16, .weight = w};
    bk_bootstrap *a = made(&data, built_in), *b = made(&sixteen_points, user);
    expect_same_replicates(a, b, 999);
    bk_bootstrap_destroy(a);
    bk_bootstrap_destroy(b);
    /* And its standard errors do for the studentized interval what ours do. */
    context.w = NULL;
    user.studentized = built_in.studentized = true;
    a = made(&sixteen_points, built_in);
    b = made(&sixteen_points, user);
    expect_same_replicates(a, b, 999);
    const bk_interval ours = read(a, BK_METHOD_BOOTSTRAP_STUDENTIZED, .9, BK_TWO_SIDED);
    const bk_interval users = read(b, BK_METHOD_BOOTSTRAP_STUDENTIZED, .9, BK_TWO_SIDED);
    cr_assert_eq(ours.status, BK_INTERVAL_OK);
    const double error = bk_bootstrap_facts_of(a).original_error; /* sqrt(sum d^2 / (n (n - 1))) */
    cr_assert_float_eq(error, 14.703671505075413, 1e-12);
    cr_assert_float_eq(error, bk_bootstrap_facts_of(b).original_error, 1e-13);
    cr_assert_float_eq(ours.low, users.low, 1e-10);
    cr_assert_float_eq(ours.high, users.high, 1e-10);
    bk_bootstrap_destroy(a);
    bk_bootstrap_destroy(b);
}

Test(bootstrap_any, groups_are_drawn_whole)
{
    enum { N = 90, GROUPS = 40 };
    static double x[N];
    static uint32_t group[N];
    for (size_t i = 0; i < N; i++) {
        x[i] = (double)(i * 37 % 29) / 7;
        group[i] = (uint32_t)(i * 7 % N % GROUPS);
    }
    const bk_bootstrap_data data = {.x = x, .n = N, .group = group, .groups = GROUPS};
    bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
    options.resamples = 999;
    bk_bootstrap *a = made(&data, options);
    /* The same by counts of points. */
    weighted context = {x, NULL};
    bk_bootstrap_options user = bk_bootstrap_options_of(BK_STATISTIC_USER);
    user.function = weighted_mean;
    user.context = &context;
    user.resamples = 999;
    bk_bootstrap *b = made(&data, user);
    expect_same_replicates(a, b, 999);
    /* Delete one group: the jackknife of the ratio, in plain words. */
    double sum[GROUPS] = {0}, size[GROUPS] = {0}, all = 0, without[GROUPS], mean = 0, squares = 0, cubes = 0;
    for (size_t i = 0; i < N; i++) {
        sum[group[i]] += x[i];
        size[group[i]]++;
        all += x[i];
    }
    for (size_t g = 0; g < GROUPS; g++) {
        without[g] = (all - sum[g]) / (N - size[g]);
        mean += without[g] / GROUPS;
    }
    for (size_t g = 0; g < GROUPS; g++) {
        squares += pow(mean - without[g], 2);
        cubes += pow(mean - without[g], 3);
    }
    cr_assert_float_eq(bk_bootstrap_facts_of(a).acceleration, cubes / (6 * pow(squares, 1.5)), 1e-12);
    cr_assert_eq(bk_bootstrap_facts_of(a).groups, GROUPS);
    cr_assert_eq(read(a, BK_METHOD_BOOTSTRAP_BCA, .9, BK_TWO_SIDED).status, BK_INTERVAL_OK);
    bk_bootstrap_destroy(a);
    bk_bootstrap_destroy(b);
}

Test(bootstrap_any, few_groups_are_said)
{
    static uint32_t group[16];
    for (uint32_t i = 0; i < 16; i++) {
        group[i] = i % 8;
    }
    const bk_bootstrap_data data = {.x = sixteen, .n = 16, .group = group, .groups = 8};
    bk_bootstrap *bootstrap = made(&data, bk_bootstrap_options_of(BK_STATISTIC_MEAN));
    const bk_interval interval = read(bootstrap, BK_METHOD_BOOTSTRAP_BCA, .9, BK_TWO_SIDED);
    cr_assert(interval.status == BK_INTERVAL_DEGENERATE && strstr(interval.reason, "30 groups"));
    cr_assert(interval.low < interval.estimate && interval.estimate < interval.high);
    bk_bootstrap_destroy(bootstrap);
}

/* ---- Influence
 * ------------------------------------------------------------------------------------------------- */

Test(bootstrap_any, regression_on_a_linear_statistic_is_the_jackknife)
{
    bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
    options.influence = BK_INFLUENCE_REGRESSION;
    bk_bootstrap *bootstrap = made(&sixteen_points, options);
    cr_assert_float_eq(bk_bootstrap_facts_of(bootstrap).acceleration, .06152886961259399, 1e-11);
    bk_bootstrap_destroy(bootstrap);
}

Test(bootstrap_any, blocks_of_many_points_find_nearly_the_acceleration)
{
    enum { N = 5003 };
    static double x[N];
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, 0);
    cr_assert_eq(bk_fill_exponential_f64(&stream, x, N, 1), BK_OK);
    const bk_bootstrap_data data = {.x = x, .n = N};
    weighted context = {x, NULL};
    bk_bootstrap_options user = bk_bootstrap_options_of(BK_STATISTIC_USER);
    user.function = weighted_mean;
    user.context = &context;
    user.resamples = 39;
    bk_bootstrap *bootstrap = made(&data, user);
    /* The third moment of 1000 blocks of five has a relative error of some sqrt(15 / 1000) of skewness units.
     */
    const double a = bk_acceleration_mean(x, N);
    cr_assert_float_eq(bk_bootstrap_facts_of(bootstrap).acceleration, a, .35 * a);
    bk_bootstrap_destroy(bootstrap);
}

Test(bootstrap_any, closed_jackknives_are_those_of_left_out_points)
{
    static const struct {
        bk_statistic statistic;
        double parameter;
    } cases[] = {
        {BK_STATISTIC_VARIANCE, 0},       {BK_STATISTIC_SD, 0},         {BK_STATISTIC_MEDIAN, 0},
        {BK_STATISTIC_QUANTILE, .3},      {BK_STATISTIC_QUANTILE, 1},   {BK_STATISTIC_TRIMMED_MEAN, .1},
        {BK_STATISTIC_TRIMMED_MEAN, .31}, {BK_STATISTIC_QUANTILE, .77}, {BK_STATISTIC_TRIMMED_MEAN, 0}};
    static const uint32_t own[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        bk_bootstrap_options options = bk_bootstrap_options_of(cases[c].statistic);
        options.parameter = cases[c].parameter;
        options.resamples = 199;
        /* Groups of one point take the long way: each is left out and the statistic computed anew. */
        const bk_bootstrap_data plain = {.x = sixteen + 1, .n = 15},
                                grouped = {.x = sixteen + 1, .n = 15, .group = own, .groups = 15};
        bk_bootstrap *a = made(&plain, options), *b = made(&grouped, options);
        expect_same_replicates(a, b, 199);
        bk_bootstrap_destroy(a);
        bk_bootstrap_destroy(b);
    }
}

/* ---- Sides, levels, errors of the ends
 * --------------------------------------------------------------------------- */

Test(bootstrap_any, one_sided_bounds_are_ends_at_twice_the_tail)
{
    bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
    options.studentized = true;
    options.range_known = true;
    options.range_low = 0;
    options.range_high = 500;
    bk_bootstrap *bootstrap = made(&sixteen_points, options);
    for (int method = BK_METHOD_BOOTSTRAP_PERCENTILE; method <= BK_METHOD_BOOTSTRAP_BCA; method++) {
        const bk_interval both = read(bootstrap, (bk_method)method, .9, BK_TWO_SIDED);
        const bk_interval lower = read(bootstrap, (bk_method)method, .95, BK_LOWER);
        const bk_interval upper = read(bootstrap, (bk_method)method, .95, BK_UPPER);
        cr_assert_float_eq(lower.low, both.low, 1e-11, "%s", both.method);
        cr_assert_float_eq(upper.high, both.high, 1e-11, "%s", both.method);
        cr_assert(lower.high == 500 && upper.low == 0 && lower.sides == BK_LOWER && upper.sides == BK_UPPER);
        cr_assert(isnan(lower.mc_error_high) && isnan(upper.mc_error_low));
        cr_assert_float_eq(lower.mc_error_low, both.mc_error_low, 1e-11);
        const bk_interval wide = read(bootstrap, (bk_method)method, .99, BK_TWO_SIDED);
        cr_assert(wide.low <= both.low && wide.high >= both.high && both.low < both.estimate &&
                  both.estimate < both.high);
    }
    bk_bootstrap_destroy(bootstrap);
}

static void add_end(bk_summary spread[2], double end, double error)
{
    bk_summary_add(&spread[0], end);
    bk_summary_add(&spread[1], error * error);
}

Test(bootstrap_any, mc_error_is_the_spread_over_seeds)
{
    bk_summary spread[5][2][2];
    for (size_t i = 0; i < 20; i++) {
        spread[i / 4][i / 2 % 2][i % 2] = bk_summary_empty();
    }
    for (uint64_t seed = 1; seed <= 200; seed++) {
        bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
        options.studentized = true;
        options.resamples = 999;
        options.seed = seed;
        bk_bootstrap *bootstrap = made(&sixteen_points, options);
        for (int m = 0; m < 5; m++) {
            const bk_interval found =
                read(bootstrap, (bk_method)(BK_METHOD_BOOTSTRAP_PERCENTILE + m), .9, BK_TWO_SIDED);
            add_end(spread[m][0], found.low, found.mc_error_low);
            add_end(spread[m][1], found.high, found.mc_error_high);
        }
        bk_bootstrap_destroy(bootstrap);
    }
    /* An sd of 200 has a relative error of 5 %; ours are estimates themselves. */
    for (int i = 0; i < 10; i++) {
        const bk_summary *end = spread[i / 2][i % 2];
        const double happened = bk_summary_sd(&end[0]), reported = sqrt(end[1].mean);
        cr_assert(reported < 1.6 * happened && happened < 1.6 * reported,
                  "method %d end %d: %g happened, %g reported", i / 2, i % 2, happened, reported);
    }
}

/* ---- Degenerate cases
 * --------------------------------------------------------------------------------------------- */

Test(bootstrap_any, one_error_leaves_studentized_undefined_and_says_how_often)
{
    static double x[1000] = {[77] = 1};
    const bk_bootstrap_data data = {.x = x, .n = 1000};
    bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
    options.studentized = true;
    bk_bootstrap *bootstrap = made(&data, options);
    /* (1 - 1/1000)^1000 = .3677; six standard errors. */
    cr_assert_float_eq((double)bk_bootstrap_facts_of(bootstrap).zero_variance / 9999, .3677, .029);
    const bk_interval both = read(bootstrap, BK_METHOD_BOOTSTRAP_STUDENTIZED, .9, BK_TWO_SIDED);
    expect_withheld(both, BK_INTERVAL_UNDEFINED);
    cr_assert(strstr(both.reason, "variance 0"));
    /* The infinite pivots are low ones, which decide the upper bound alone. */
    cr_assert_eq(read(bootstrap, BK_METHOD_BOOTSTRAP_STUDENTIZED, .95, BK_LOWER).status, BK_INTERVAL_OK);
    expect_withheld(read(bootstrap, BK_METHOD_BOOTSTRAP_STUDENTIZED, .95, BK_UPPER), BK_INTERVAL_UNDEFINED);
    bk_bootstrap_destroy(bootstrap);
}

Test(bootstrap_any, studentized_without_standard_errors_is_undefined)
{
    bk_bootstrap *bootstrap = made(&sixteen_points, bk_bootstrap_options_of(BK_STATISTIC_MEDIAN));
    const bk_interval interval = read(bootstrap, BK_METHOD_BOOTSTRAP_STUDENTIZED, .9, BK_TWO_SIDED);
    expect_withheld(interval, BK_INTERVAL_UNDEFINED);
    cr_assert(strstr(interval.reason, "no standard errors"));
    bk_bootstrap_destroy(bootstrap);
}

Test(bootstrap_any, median_with_ties_takes_a_as_0_and_says_so)
{
    static const double x[] = {1, 1, 2, 3, 3, 3, 3, 3, 4, 5, 9};
    const bk_bootstrap_data data = {.x = x, .n = 11};
    bk_bootstrap *bootstrap = made(&data, bk_bootstrap_options_of(BK_STATISTIC_MEDIAN));
    const bk_bootstrap_facts facts = bk_bootstrap_facts_of(bootstrap);
    cr_assert(facts.flat_jackknife && facts.acceleration == 0);
    const bk_interval bca = read(bootstrap, BK_METHOD_BOOTSTRAP_BCA, .9, BK_TWO_SIDED);
    cr_assert(bca.status == BK_INTERVAL_DEGENERATE && strstr(bca.reason, "0 / 0") && bca.low <= 3 &&
              bca.high >= 3);
    bk_bootstrap_destroy(bootstrap);
}

Test(bootstrap_any, equal_values_are_equal_up_to_rounding)
{
    const double values[] = {0, .1, 1, 1e300, -7e-300};
    for (size_t v = 0; v < 5; v++) {
        double x[1001];
        for (size_t i = 0; i < 1001; i++) {
            x[i] = values[v];
        }
        const size_t sizes[] = {1, 3, 1000, 1001};
        for (size_t s = 0; s < 4; s++) {
            const bk_bootstrap_data data = {.x = x, .n = sizes[s]};
            bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
            options.resamples = 99;
            options.studentized = true;
            bk_bootstrap *bootstrap = made(&data, options);
            for (int method = BK_METHOD_BOOTSTRAP_PERCENTILE; method <= BK_METHOD_BOOTSTRAP_BCA; method++) {
                const bk_interval found = read(bootstrap, (bk_method)method, .9, BK_TWO_SIDED);
                if (method == BK_METHOD_BOOTSTRAP_BCA || method == BK_METHOD_BOOTSTRAP_STUDENTIZED) {
                    expect_withheld(found, BK_INTERVAL_UNDEFINED);
                } else {
                    cr_assert_eq(found.status, BK_INTERVAL_DEGENERATE, "%s n %zu %g: %s", found.method,
                                 sizes[s], values[v], found.reason);
                    cr_assert_float_eq(found.low, values[v], 1e-12 * fabs(values[v]));
                }
            }
            bk_bootstrap_destroy(bootstrap);
        }
    }
}

Test(bootstrap_any, too_few_resamples)
{
    bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
    options.resamples = 19;
    options.studentized = true;
    bk_bootstrap *bootstrap = made(&sixteen_points, options);
    for (int method = BK_METHOD_BOOTSTRAP_PERCENTILE; method <= BK_METHOD_BOOTSTRAP_BCA; method++) {
        expect_withheld(read(bootstrap, (bk_method)method, .9, BK_TWO_SIDED), BK_INTERVAL_TOO_FEW_RESAMPLES);
    }
    /* One-sided it takes half as many. */
    cr_assert_eq(read(bootstrap, BK_METHOD_BOOTSTRAP_PERCENTILE, .9, BK_UPPER).status, BK_INTERVAL_OK);
    bk_bootstrap_destroy(bootstrap);
}

Test(bootstrap_any, resamples_without_a_value_are_left_out_and_counted)
{
    static const double y[] = {0, 0, 1, 0}, x[] = {1, 2, 3, 4};
    const bk_bootstrap_data data = {.x = x, .n = 4, .y = y};
    bk_bootstrap *bootstrap = made(&data, bk_bootstrap_options_of(BK_STATISTIC_RATIO));
    const bk_bootstrap_facts facts = bk_bootstrap_facts_of(bootstrap);
    cr_assert_float_eq((double)facts.undefined / 9999, pow(.75, 4), .028);
    const bk_interval percentile = read(bootstrap, BK_METHOD_BOOTSTRAP_PERCENTILE, .9, BK_TWO_SIDED);
    cr_assert(percentile.status == BK_INTERVAL_DEGENERATE && strstr(percentile.reason, "left out"));
    expect_withheld(read(bootstrap, BK_METHOD_BOOTSTRAP_BCA, .9, BK_TWO_SIDED), BK_INTERVAL_UNDEFINED);
    bk_bootstrap_destroy(bootstrap);
}

Test(bootstrap_any, a_page_of_facts)
{
    bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
    options.studentized = true;
    options.resamples = 99;
    bk_bootstrap *bootstrap = made(&sixteen_points, options);
    bk_text text = {0};
    bk_bootstrap_describe(&text, bootstrap, .95);
    const char *page = bk_text_string(&text);
    const char *words[] = {"original",
                           "bias",
                           "std. error",
                           "53.99375",
                           "z0",
                           "bootstrap-bca",
                           "bootstrap-studentized",
                           "order statistics",
                           "unstable"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        cr_assert(strstr(page, words[i]), "%s is missing:\n%s", words[i], page);
    }
    bk_text_clear(&text);
    bk_bootstrap_destroy(bootstrap);
    bk_bootstrap_destroy(NULL);
}

Test(bootstrap_any, replicates_are_kept_on_demand)
{
    const bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
    bk_bootstrap *bootstrap = bk_bootstrap_create(&sixteen_points, &options);
    cr_assert(bootstrap && bk_bootstrap_replicates(bootstrap) == NULL);
    bk_bootstrap_destroy(bootstrap);
}

/* ---- Refusals
 * ------------------------------------------------------------------------------------------------------ */

static void refused(bk_bootstrap_data data, bk_bootstrap_options options, const char *word)
{
    cr_assert_null(bk_bootstrap_create(&data, &options), "%s", word);
    cr_assert_eq(bk_error_status(), BK_INVALID);
    cr_assert(strstr(bk_error_message(), word), "'%s' is not in: %s", word, bk_error_message());
}

Test(bootstrap_any, refuses_what_has_no_meaning)
{
    const bk_bootstrap_options mean = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
    bk_bootstrap_options options = mean;
    options.resamples = 0;
    refused(sixteen_points, options, "resamples = 0");
    options.resamples = 1000000000000000000;
    refused(sixteen_points, options, "2^32 - 1");
    refused((bk_bootstrap_data){.x = sixteen}, mean, "n = 0");
    refused((bk_bootstrap_data){.n = 3}, mean, "values x");
    refused((bk_bootstrap_data){.x = (const double[]){1, (double)NAN}, .n = 2}, mean, "x[1]");
    refused((bk_bootstrap_data){.x = (const double[]){1, 1e308}, .n = 2}, mean, "x[1]");
    refused(sixteen_points, bk_bootstrap_options_of(BK_STATISTIC_RATIO), "values y");
    refused(sixteen_points, bk_bootstrap_options_of(BK_STATISTIC_USER), "function");
    options = bk_bootstrap_options_of(BK_STATISTIC_QUANTILE);
    options.parameter = 1.5;
    refused(sixteen_points, options, "level is 1.5");
    options = bk_bootstrap_options_of(BK_STATISTIC_TRIMMED_MEAN);
    refused(sixteen_points, options, "0.5");
    bk_bootstrap_data data = sixteen_points;
    static const uint32_t label[16] = {0, 2};
    static const double prior[] = {.5, .2, .2};
    data.stratum = label;
    data.strata = 3;
    refused(data, mean, "stratum 1");
    data.strata = 2;
    refused(data, mean, "stratum[1] = 2");
    data.prior = prior;
    data.stratum = NULL;
    refused(data, mean, "without strata");
    static const uint32_t good[16] = {0, 1, 2};
    data.stratum = good;
    data.strata = 3;
    refused(data, mean, "sum to 0.9");
    refused(data, bk_bootstrap_options_of(BK_STATISTIC_MEDIAN), "median");
    data.group = good;
    data.groups = 3;
    refused(data, mean, "together");
    data = sixteen_points;
    static const double weight[16] = {0};
    data.weight = weight;
    refused(data, mean, "all weights are 0");
    options = mean;
    options.range_known = true;
    refused(sixteen_points, options, "range");
    options = mean;
    options.influence = BK_INFLUENCE_REGRESSION;
    options.resamples = 10;
    refused(sixteen_points, options, "more resamples");
    static const double zero[16] = {0};
    refused((bk_bootstrap_data){.x = sixteen, .n = 16, .y = zero},
            bk_bootstrap_options_of(BK_STATISTIC_RATIO), "finite");
    bk_statistic statistic = BK_STATISTIC_SD;
    cr_assert_eq(bk_statistic_find(&statistic, "medin"), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "median") && statistic == BK_STATISTIC_SD);
}
