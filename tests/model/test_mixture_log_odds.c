/* SPDX-License-Identifier: GPL-3.0-or-later
 * Log-odds of the mixture against mpmath, and the error of the classifier that takes their sign. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "support.h"

Test(mixture_log_odds, agree_with_mpmath)
{
    size_t count;
    double *table = read_numbers("model_log_odds.txt", &count);
    const size_t rows = count / 3;
    cr_assert_eq(rows, 70);
    double x[140];
    double score[70];
    for (size_t i = 0; i < rows; i++) {
        x[i] = table[3 * i];
        x[rows + i] = table[3 * i + 1];
    }
    cr_assert_eq(bk_mixture_log_odds(score, &bk_mixture_lab, x, rows), BK_OK);
    for (size_t i = 0; i < rows; i++) {
        /* The odds are a difference of exponents of size 10 |x - m|^2, each rounded a few times. */
        const double size = 10.0 * (x[i] * x[i] + x[rows + i] * x[rows + i]) + 10.0;
        cr_expect_float_eq(score[i], table[3 * i + 2], 4e-16 * 4.0 * size, "(%g, %g): %.17g, not %.17g", x[i],
                           x[rows + i], score[i], table[3 * i + 2]);
    }
    bk_free(table);
}

static double density(double x0, double x1, size_t class_index)
{
    double sum = 0.0;
    for (size_t k = 0; k < 3; k++) {
        const double *mean = bk_mixture_lab.means + (3 * class_index + k) * 2;
        sum += exp(-((x0 - mean[0]) * (x0 - mean[0]) + (x1 - mean[1]) * (x1 - mean[1])) / 0.1);
    }
    return sum / 3.0 / (6.283185307179586 * 0.05);
}

/* The risk of the sign of the log-odds, by the midpoint rule on 600 x 600 cells; outside the square lies
 * 1e-10 of the probability. */
Test(mixture_log_odds, their_sign_has_the_bayes_error)
{
    enum { SIDE = 600 };
    static double x[2 * SIDE];
    static double score[SIDE];
    const double low = -2.5;
    const double step = 5.0 / SIDE;
    double error = 0.0;
    double smallest = 0.0;
    for (size_t row = 0; row < SIDE; row++) {
        for (size_t i = 0; i < SIDE; i++) {
            x[i] = low + ((double)i + 0.5) * step;
            x[SIDE + i] = low + ((double)row + 0.5) * step;
        }
        cr_assert_eq(bk_mixture_log_odds(score, &bk_mixture_lab, x, SIDE), BK_OK);
        for (size_t i = 0; i < SIDE; i++) {
            const double negative = density(x[i], x[SIDE + i], 0);
            const double positive = density(x[i], x[SIDE + i], 1);
            error += 0.5 * (score[i] > 0.0 ? negative : positive);
            smallest += 0.5 * fmin(negative, positive);
        }
    }
    cr_expect_float_eq(error * step * step, 0.01677, 1e-4, "Bayes error %.6f", error * step * step);
    cr_expect_float_eq(error, smallest, 1e-9 * smallest, "no classifier errs less");
}

static void *score_line(size_t *bytes)
{
    const size_t count = 300;
    *bytes = count * sizeof(double);
    double *score = bk_allocate(count, sizeof *score);
    double *x = bk_allocate(2 * count, sizeof *x);
    for (size_t i = 0; i < count; i++) {
        x[i] = -2.0 + (double)i * 0.0137;
        x[count + i] = 1.5 - (double)i * 0.0093;
    }
    cr_assert_eq(bk_mixture_log_odds(score, &bk_mixture_lab, x, count), BK_OK);
    bk_free(x);
    return score;
}

Test(mixture_log_odds, every_instruction_set_gives_the_same_bits) { expect_equal_bits(score_line); }

Test(mixture_log_odds, nan_stays_nan_and_a_bad_mixture_is_refused)
{
    double score = 0.0;
    cr_assert_eq(bk_mixture_log_odds(&score, &bk_mixture_lab, (double[]){NAN, 0.0}, 1), BK_OK);
    cr_expect(isnan(score));
    bk_mixture bad = bk_mixture_lab;
    bad.means = NULL;
    cr_expect_eq(bk_mixture_log_odds(&score, &bad, (double[]){0.0, 0.0}, 1), BK_INVALID);
    const double means[4] = {0.0, 1.0, NAN, 3.0};
    bad = (bk_mixture){.inputs = 1, .components = 2, .means = means, .variance = 1.0};
    cr_expect_eq(bk_mixture_log_odds(&score, &bad, (double[]){0.0}, 1), BK_INVALID);
    cr_expect_not_null(strstr(bk_error_message(), "mean number 2"), "%s", bk_error_message());
}
