/* SPDX-License-Identifier: GPL-3.0-or-later
 * The bootstrap of any statistic: the facts, two samples, strata, priors, weights, groups, a user's function,
 * influence. Its limits are in test_bootstrap_any_limits.c. */
#include "sixteen_points.h"
#include "stats/resample.h"

/* ---- Facts ---- */

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
        uint32_t count[16];
        bk_stream stream;
        cr_assert_eq(bk_stream_open_nested(&stream, 1, BK_PURPOSE_BOOTSTRAP_STRATUM, 5, s), BK_OK);
        bk_resample_counts(count, 1, &stream, sizes[s]);
        for (size_t i = 0; i < sizes[s]; i++) {
            mean[s] += samples[s][i] * count[i] / (double)sizes[s];
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

/* ---- Strata, weights, groups ---- */

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
        uint32_t drawn[16];
        size_t n = 0;
        for (size_t i = 0; i < 16; i++) {
            if (stratum[i] == s) {
                within[n++] = sixteen[i];
            }
        }
        bk_stream stream;
        cr_assert_eq(bk_stream_open_nested(&stream, 1, BK_PURPOSE_BOOTSTRAP_STRATUM, 77, s), BK_OK);
        bk_resample_counts(drawn, 1, &stream, n);
        for (size_t i = 0; i < n; i++) {
            mean += within[i] * drawn[i] / (double)n;
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

/* ---- Influence ---- */

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
