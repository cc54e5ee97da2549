/* SPDX-License-Identifier: GPL-3.0-or-later
 * Simultaneous intervals of several models against NumPy (tests/data/make_stats_classification.py). */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "brisk/simultaneous.h"

#define MODELS    4
#define RESAMPLES 99

typedef struct max_t_case {
    double level, critical, optimism;
    size_t best;
    double estimate[MODELS];
    double replicates[MODELS][RESAMPLES];
    const double *rows[MODELS];
    bk_model_pair pairs[6], expected[6];
} max_t_case;

static void read_case(max_t_case *out)
{
    char line[256];
    FILE *file = fopen(BRISK_TEST_DATA "/stats_classification.txt", "r");
    cr_assert_not_null(file);
    do {
        cr_assert_not_null(fgets(line, sizeof line, file));
    } while (strncmp(line, "models", 6) != 0);
    cr_assert_eq(
        sscanf(line, "models 4 99 %lf %lf %zu %lf", &out->level, &out->critical, &out->best, &out->optimism),
        4);
    for (size_t i = 0; i < MODELS; i++) {
        cr_assert_eq(fscanf(file, "%lf", &out->estimate[i]), 1);
        out->rows[i] = out->replicates[i];
    }
    for (size_t r = 0; r < RESAMPLES; r++) {
        for (size_t i = 0; i < MODELS; i++) {
            cr_assert_eq(fscanf(file, "%lf", &out->replicates[i][r]), 1);
        }
    }
    for (size_t i = 0; i < 6; i++) {
        bk_model_pair *pair = &out->expected[i];
        cr_assert_eq(fscanf(file, "%zu %zu %lf %lf %lf %lf", &pair->a, &pair->b, &pair->standard_error,
                            &pair->low, &pair->high, &pair->adjusted_p),
                     6);
        out->pairs[i] = (bk_model_pair){.a = pair->a, .b = pair->b};
    }
    fclose(file);
}

static bk_model_replicates models_of(const max_t_case *one)
{
    return (bk_model_replicates){one->estimate, one->rows, MODELS, RESAMPLES};
}

Test(max_t, a_constant_difference_has_no_p)
{
    const double estimate[] = {0.0, 1.0, 0.0}, none[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                 all[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const double *rows[] = {none, all, none};
    const bk_model_replicates models = {estimate, rows, 3, 10};
    bk_model_pair pairs[] = {{.a = 1, .b = 0}, {.a = 0, .b = 2}};
    double critical = -1.0;
    cr_assert_eq(bk_max_t(&critical, pairs, 2, &models, 0.5), BK_OK);
    cr_assert(pairs[0].standard_error == 0.0 && pairs[0].low == 1.0 && pairs[0].high == 1.0);
    cr_assert(isnan(pairs[0].adjusted_p), "p = %g of a difference of 1", pairs[0].adjusted_p);
    cr_assert(pairs[1].adjusted_p == 1.0);
}

Test(max_t, equals_numpy_on_given_replicates)
{
    static max_t_case one;
    double critical = 0.0, optimism = 0.0;
    size_t best = 99;
    read_case(&one);
    const bk_model_replicates models = models_of(&one);
    cr_assert_eq(bk_max_t(&critical, one.pairs, 6, &models, one.level), BK_OK, "%s", bk_error_message());
    cr_assert_float_eq(critical, one.critical, 1e-12);
    for (size_t i = 0; i < 6; i++) {
        cr_assert_float_eq(one.pairs[i].standard_error, one.expected[i].standard_error, 1e-15);
        cr_assert_float_eq(one.pairs[i].low, one.expected[i].low, 1e-13);
        cr_assert_float_eq(one.pairs[i].high, one.expected[i].high, 1e-13);
        cr_assert_float_eq(one.pairs[i].adjusted_p, one.expected[i].adjusted_p, 1e-15);
    }
    cr_assert_eq(bk_best_of_models(&best, &optimism, &models), BK_OK);
    cr_assert_eq(best, one.best);
    cr_assert_float_eq(optimism, one.optimism, 1e-15);
}

Test(max_t, a_pair_alone_is_narrower_than_all_together)
{
    static max_t_case one;
    double alone = 0.0, together = 0.0;
    read_case(&one);
    const bk_model_replicates models = models_of(&one);
    cr_assert_eq(bk_max_t(&together, one.pairs, 6, &models, one.level), BK_OK);
    cr_assert_eq(bk_max_t(&alone, one.pairs, 1, &models, one.level), BK_OK);
    cr_assert(alone < together);
}

Test(max_t, models_that_err_alike_have_a_difference_of_nothing)
{
    static max_t_case one;
    double critical = 0.0;
    read_case(&one);
    one.rows[1] = one.rows[0];
    one.estimate[1] = one.estimate[0];
    const bk_model_replicates models = models_of(&one);
    cr_assert_eq(bk_max_t(&critical, one.pairs, 6, &models, one.level), BK_OK);
    cr_assert_eq(one.pairs[0].low, 0.0);
    cr_assert_eq(one.pairs[0].high, 0.0);
    cr_assert_eq(one.pairs[0].adjusted_p, 1.0);
    cr_assert(isfinite(critical) && critical > 0.0);
}

Test(max_t, faults_are_named)
{
    static max_t_case one;
    double critical = -1.0;
    read_case(&one);
    bk_model_replicates models = models_of(&one);
    cr_assert_eq(bk_max_t(&critical, one.pairs, 6, &models, 1.5), BK_INVALID);
    cr_assert_eq(bk_max_t(&critical, one.pairs, 6, &models, 0.999), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "too few") != NULL);
    one.pairs[2].b = one.pairs[2].a;
    cr_assert_eq(bk_max_t(&critical, one.pairs, 6, &models, 0.9), BK_INVALID);
    cr_assert_eq(critical, -1.0);
    models.models = 0;
    size_t best = 0;
    cr_assert_eq(bk_best_of_models(&best, &critical, &models), BK_INVALID);
}
