/* SPDX-License-Identifier: GPL-3.0-or-later
 * Multivariate normals: the documented formula, NumPy's Cholesky factor, mean and covariance of a sample, and
 * matrices without a factor. */
#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include "brisk/rng.h"

static const double mean3[3] = {1.0, -2.0, 0.5};
static const double covariance3[9] = {4.0, 1.2, -0.6, 1.2, 2.5, 0.3, -0.6, 0.3, 1.0};

Test(multivariate_normal, factor_is_numpys)
{
    /* numpy.linalg.cholesky */
    static const double expected[9] = {
        0x1.0000000000000p+1,
        0x0.0p+0,
        0x0.0p+0,
        0x1.3333333333333p-1,
        0x1.767ee7213bfa8p+0,
        0x0.0p+0,
        -0x1.3333333333333p-2,
        0x1.4fff04011b7e9p-2,
        0x1.ca9d6e56109e7p-1,
    };
    bk_multivariate_normal *normal = bk_multivariate_normal_create(mean3, covariance3, 3);
    cr_assert(normal != NULL);
    const double *factor = bk_multivariate_normal_factor(normal);
    for (int i = 0; i < 9; i++) {
        cr_assert(fabs(factor[i] - expected[i]) <= 2e-16 * fabs(expected[i]));
    }
    bk_multivariate_normal_destroy(normal);
    bk_multivariate_normal_destroy(NULL);
}

/* Odd and even dimensions: mean + L z with one fill of normals a vector, bit for bit. */
Test(multivariate_normal, formula_and_draws)
{
    for (size_t d = 1; d <= 9; d++) {
        double covariance[81], mean[9], values[7 * 9], z[9];
        for (size_t i = 0; i < d; i++) {
            mean[i] = (double)i - 2.5;
            for (size_t j = 0; j < d; j++) {
                covariance[i * d + j] = 1.0 / (1.0 + (double)(i > j ? i - j : j - i));
            }
        }
        bk_multivariate_normal *normal = bk_multivariate_normal_create(mean, covariance, d);
        cr_assert(normal != NULL, "%s", bk_error_message());
        const double *factor = bk_multivariate_normal_factor(normal);
        bk_stream stream = bk_stream_open(1, 1037, d), same = stream, counted = stream;
        bk_fill_multivariate_normal(&stream, normal, values, 7);
        for (size_t row = 0; row < 7; row++) {
            bk_fill_normal_f64(&same, z, d);
            for (size_t i = 0; i < d; i++) {
                double sum = factor[i * d] * z[0];
                for (size_t j = 1; j <= i; j++) {
                    sum += factor[i * d + j] * z[j];
                }
                cr_assert(values[row * d + i] == mean[i] + sum);
            }
        }
        bk_stream_advance(&counted, 7 * 2 * ((d + 1) / 2));
        cr_assert(memcmp(&stream, &same, sizeof same) == 0 && memcmp(&stream, &counted, sizeof same) == 0);
        bk_multivariate_normal_destroy(normal);
    }
}

enum { n = 400000 };

/* The largest distance of means and covariances from those asked for, in standard deviations: sqrt(c_ii / n)
 * and, about the known mean, sqrt((c_ii c_jj + c_ij^2) / n). Nine of them exceed 6.6 with probability 4e-10.
 */
static double distance(const double *covariance)
{
    static double x[3 * n];
    bk_multivariate_normal *normal = bk_multivariate_normal_create(mean3, covariance, 3);
    cr_assert(normal != NULL);
    bk_stream stream = bk_stream_open(20240614, 1037, 100);
    bk_fill_multivariate_normal(&stream, normal, x, n);
    bk_multivariate_normal_destroy(normal);
    double worst = 0.0;
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = 0.0, product = 0.0;
            for (size_t row = 0; row < n; row++) {
                sum += x[3 * row + i] - mean3[i];
                product += (x[3 * row + i] - mean3[i]) * (x[3 * row + j] - mean3[j]);
            }
            const double cii = covariance3[4 * i], cjj = covariance3[4 * j], cij = covariance3[3 * i + j];
            worst = fmax(worst, fabs(sum / n) / sqrt(cii / n));
            worst = fmax(worst, fabs(product / n - cij) / sqrt((cii * cjj + cij * cij) / n));
        }
    }
    return worst;
}

Test(multivariate_normal, mean_and_covariance)
{
    cr_assert(distance(covariance3) < 6.6);
    double wrong[9];
    memcpy(wrong, covariance3, sizeof wrong);
    wrong[5] = wrong[7] = 0.32;
    cr_assert(distance(wrong) > 6.6);
}

static void refuse(const double *mean, const double *covariance, size_t dimension, const char *message)
{
    cr_assert(bk_multivariate_normal_create(mean, covariance, dimension) == NULL);
    cr_assert(bk_error_status() == BK_INVALID && strstr(bk_error_message(), message) != NULL, "%s",
              bk_error_message());
}

Test(multivariate_normal, wrong_matrices_are_named)
{
    refuse(mean3, covariance3, 0, "dimension is 0");
    refuse((double[]){0.0, NAN}, (double[]){1.0, 0.0, 0.0, 1.0}, 2, "mean[1] is nan");
    refuse(mean3, (double[]){1.0, 0.0, INFINITY, 1.0}, 2, "covariance[1, 0] is inf");
    refuse(mean3, (double[]){1.0, 0.1, 0.2, 1.0}, 2, "symmetric");
    refuse(mean3, (double[]){1.0, 1.0, 1.0, 1.0}, 2, "component 1");
    refuse(mean3, (double[]){1.0, 2.0, 2.0, 1.0}, 2, "positive definite");
    refuse(mean3, (double[]){-1.0}, 1, "component 0");
    refuse(mean3, (double[]){0.0}, 1, "component 0");
}
