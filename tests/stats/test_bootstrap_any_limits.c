/* SPDX-License-Identifier: GPL-3.0-or-later
 * The bootstrap of any statistic: sides, the errors of the ends, what every degenerate case is called, the
 * page of facts, refusals. */
#include "sixteen_points.h"

/* ---- Sides, levels, errors of the ends ---- */

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

/* ---- Degenerate cases ---- */

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

/* ---- Refusals ---- */

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
