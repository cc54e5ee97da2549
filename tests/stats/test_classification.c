/* SPDX-License-Identifier: GPL-3.0-or-later
 * F1, balanced accuracy and AUC of resamples against SciPy (tests/data/make_stats_classification.py). */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "brisk/classification.h"

#define MOST 256

static double user_value(bk_bootstrap_function function, bk_classification *points, const uint32_t *count)
{
    double error = NAN;
    const bk_resample resample = {.n = points->n, .count = count};
    return function(&resample, &error, points);
}

static void check_points(FILE *file, const char *head)
{
    static uint8_t positive[MOST], predicted[MOST];
    static double score[MOST];
    static uint32_t count[MOST];
    bk_classification points = {.positive = positive, .predicted = predicted, .score = score};
    double f1 = 0, balanced = 0, auc = 0;
    cr_assert_eq(sscanf(head, "points %*d %zu %lf %lf %lf", &points.n, &f1, &balanced, &auc), 4);
    for (size_t i = 0; i < points.n; i++) {
        cr_assert_eq(fscanf(file, "%hhu %hhu %lf %u\n", &positive[i], &predicted[i], &score[i], &count[i]),
                     4);
    }
    cr_assert_eq(bk_classification_prepare(&points), BK_OK);
    cr_assert_float_eq(user_value(bk_f1, &points, count), f1, 4e-16);
    cr_assert_float_eq(user_value(bk_balanced_accuracy, &points, count), balanced, 4e-16);
    cr_assert_float_eq(user_value(bk_auc, &points, count), auc, 4e-16);
    bk_classification_clear(&points);
}

Test(classification, equals_scipy_on_resamples)
{
    char line[256];
    size_t cases = 0;
    FILE *file = fopen(BRISK_TEST_DATA "/stats_classification.txt", "r");
    cr_assert_not_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "points", 6) == 0) {
            check_points(file, line);
            cases++;
        }
    }
    fclose(file);
    cr_assert_eq(cases, 4);
}

Test(classification, what_has_no_value_is_nan)
{
    static const uint8_t positive[4] = {1, 1, 0, 0}, predicted[4] = {1, 0, 0, 0};
    static const double score[4] = {1, 1, 1, 1};
    static const uint32_t all[4] = {1, 1, 1, 1}, negatives[4] = {0, 0, 2, 2}, positives[4] = {4, 0, 0, 0};
    bk_classification points = {.positive = positive, .predicted = predicted, .score = score, .n = 4};
    cr_assert_eq(bk_classification_prepare(&points), BK_OK);
    cr_assert_eq(user_value(bk_auc, &points, all), 0.5);
    cr_assert(isnan(user_value(bk_f1, &points, negatives)));
    cr_assert(isnan(user_value(bk_balanced_accuracy, &points, negatives)));
    cr_assert(isnan(user_value(bk_auc, &points, negatives)));
    cr_assert_eq(user_value(bk_f1, &points, positives), 1.0);
    cr_assert(isnan(user_value(bk_auc, &points, positives)));
    bk_classification_clear(&points);
}

Test(classification, faults_are_named)
{
    static const uint8_t positive[2] = {1, 0};
    static const double score[2] = {1, NAN};
    bk_classification points = {.positive = positive, .score = score, .n = 2};
    cr_assert_eq(bk_classification_prepare(&points), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "score 1 is not finite") != NULL);
    points.n = 0;
    cr_assert_eq(bk_classification_prepare(&points), BK_INVALID);
    cr_assert_null(bk_classification_find("accuracy"));
    cr_assert_str_eq(bk_classification_find("auc")->name, "auc");
}
