/* SPDX-License-Identifier: GPL-3.0-or-later
 * Categorical draws: exact shares, zero weights, refused weights. */
#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include "rng/categorical.h"

enum { categories = 6, count = 600000 };

/* Chi-square of the counts against shares; categories without weight must not occur. */
static double chi_square(const bk_categorical *table, const double *share)
{
    static uint32_t values[count];
    double counts[categories] = {0}, sum = 0.0;
    bk_stream stream = bk_stream_open(3, 1027, 0);
    bk_fill_categorical(&stream, table, values, count);
    for (size_t i = 0; i < count; i++) {
        cr_assert(values[i] < categories);
        counts[values[i]] += 1.0;
    }
    for (int c = 0; c < categories; c++) {
        const double expected = share[c] * count;
        cr_assert(expected > 0.0 || counts[c] == 0.0);
        sum += expected > 0.0 ? (counts[c] - expected) * (counts[c] - expected) / expected : 0.0;
    }
    return sum;
}

/* 4 degrees of freedom: above 35 with probability 4.6e-7. The twin's shares are 1 % off. */
Test(categorical, shares)
{
    const double weights[categories] = {1.0, 0.0, 4.0, 0.5, 2.5, 2.0};
    const double share[categories] = {0.1, 0.0, 0.4, 0.05, 0.25, 0.2};
    const double wrong[categories] = {0.1, 0.0, 0.41, 0.05, 0.25, 0.19};
    bk_categorical *table = bk_categorical_create(weights, categories);
    cr_assert(table != NULL);
    cr_assert(chi_square(table, share) < 35.0);
    cr_assert(chi_square(table, wrong) > 35.0);
    bk_categorical_destroy(table);
}

Test(categorical, equal_weights_are_the_multiply_high_integer)
{
    double weights[1000];
    for (int i = 0; i < 1000; i++) {
        weights[i] = 0.125;
    }
    bk_categorical *table = bk_categorical_create(weights, 1000);
    uint32_t values[3000];
    uint64_t plain[3000];
    bk_stream stream = bk_stream_open(3, 1027, 1), same = stream;
    bk_fill_categorical(&stream, table, values, 3000);
    cr_assert(bk_fill_integer_u64(&same, plain, 3000, 1000) == BK_OK);
    for (int i = 0; i < 3000; i++) {
        cr_assert(values[i] == plain[i]);
    }
    cr_assert(memcmp(&stream, &same, sizeof same) == 0);
    bk_categorical_destroy(table);
}

Test(categorical, one_category)
{
    const double weight = 1e-300;
    bk_categorical *table = bk_categorical_create(&weight, 1);
    uint32_t values[10];
    bk_stream stream = bk_stream_open(3, 1027, 2);
    bk_fill_categorical(&stream, table, values, 10);
    for (int i = 0; i < 10; i++) {
        cr_assert(values[i] == 0);
    }
    bk_categorical_destroy(table);
    bk_categorical_destroy(NULL);
}

static void refused(const double *weights, size_t number, const char *words)
{
    cr_assert(bk_categorical_create(weights, number) == NULL, "%s", words);
    cr_assert(bk_error_status() == BK_INVALID && strstr(bk_error_message(), words) != NULL, "%s, not '%s'",
              bk_error_message(), words);
}

Test(categorical, wrong_weights_are_named)
{
    refused((double[]){1.0, -0.5, -1.0}, 3, "weight 1 is -0.5");
    refused((double[]){NAN, 1.0}, 2, "weight 0 is nan");
    refused((double[]){1.0, 1.0, -NAN}, 3, "weight 2 is");
    refused((double[]){1.0, INFINITY}, 2, "weight 1 is inf");
    refused((double[]){1.0, 0.0, -INFINITY}, 3, "weight 2 is -inf");
    refused((double[]){0.0, -0.0, 0.0}, 3, "weights 0 to 2 are all 0");
    refused((double[]){1e308, 1e308}, 2, "divide them all by their largest");
    refused((double[]){1.0}, 0, "count is 0");
}

/* Weights need not sum to one: only their ratios count. */
Test(categorical, weights_of_any_sum)
{
    const double share[3] = {0.5, 0.125, 0.375}, twice[3] = {4.0, 1.0, 3.0},
                 tiny[3] = {4e-310, 1e-310, 3e-310};
    uint32_t values[3][1000];
    const double *all[3] = {share, twice, tiny};
    for (int k = 0; k < 2; k++) {
        bk_categorical *table = bk_categorical_create(all[k], 3);
        cr_assert_not_null(table);
        bk_stream stream = bk_stream_open(3, 1027, 3);
        bk_fill_categorical(&stream, table, values[k], 1000);
        bk_categorical_destroy(table);
    }
    cr_assert(memcmp(values[0], values[1], sizeof values[0]) == 0);
    bk_categorical *table = bk_categorical_create(tiny, 3);
    cr_assert_not_null(table, "%s", bk_error_message());
    bk_categorical_destroy(table);
}

__extension__ typedef __int128 wide;

/* One weight as heavy as all others together: every column of the table shares with that one category, so
 * errors of the columns, and that of the sum of weights that are no whole numbers, add up in its share. The
 * shares are read off the table in units of 2^-64 column; the weights are whole in units of 2^-57. */
Test(categorical, shares_of_many_categories_keep_the_promise_of_2_to_the_minus_50)
{
    enum { many = 100000 };
    double *weights = bk_allocate(many, sizeof *weights);
    wide *share = bk_allocate(many, sizeof *share);
    wide total = 0;
    weights[0] = 0.1 * (many - 1);
    for (size_t i = 0; i < many; i++) {
        weights[i] = i == 0 ? weights[0] : 0.1;
        total += (wide)(weights[i] * 0x1p57);
    }
    bk_categorical *table = bk_categorical_create(weights, many);
    cr_assert_not_null(table, "%s", bk_error_message());
    const wide column = (wide)1 << 64;
    for (size_t i = 0; i < many; i++) {
        share[i] += table->threshold[i];
        share[table->alias[i]] += column - table->threshold[i];
    }
    for (size_t i = 0; i < many; i++) {
        const double p = (double)share[i] * 0x1p-64 / many;
        cr_assert_float_eq(p, weights[i] * 0x1p57 / (double)total, 0x1p-50, "category %zu is off by %g", i,
                           p - weights[i] * 0x1p57 / (double)total);
    }
    bk_categorical_destroy(table);
    bk_free(share);
    bk_free(weights);
}
