/* SPDX-License-Identifier: GPL-3.0-or-later
 * Multivariate normal vectors: independent normals times the Cholesky factor of the covariance. */
#include <math.h>
#include <string.h>

#include "brisk/rng.h"

struct bk_multivariate_normal {
    size_t dimension;
    double *mean;   /* [dimension] */
    double *factor; /* [dimension, dimension], lower triangle */
};

static bk_status check_numbers(const double *mean, const double *covariance, size_t d)
{
    for (size_t i = 0; i < d; i++) {
        if (!isfinite(mean[i])) {
            return bk_fail(BK_INVALID, "multivariate normal: mean[%zu] is %g, it must be finite", i, mean[i]);
        }
        for (size_t j = 0; j < d; j++) {
            if (!isfinite(covariance[i * d + j])) {
                return bk_fail(BK_INVALID,
                               "multivariate normal: covariance[%zu, %zu] is %g, it must be finite", i, j,
                               covariance[i * d + j]);
            }
            if (j < i && covariance[i * d + j] != covariance[j * d + i]) {
                return bk_fail(BK_INVALID,
                               "multivariate normal: covariance[%zu, %zu] is %.17g and covariance[%zu, %zu] "
                               "%.17g, it must be symmetric",
                               i, j, covariance[i * d + j], j, i, covariance[j * d + i]);
            }
        }
    }
    return BK_OK;
}

/* Row by row, each element from those to its left (Cholesky-Banachiewicz). factor starts as zeros. */
static bk_status factorise(double *factor, const double *covariance, size_t d)
{
    for (size_t i = 0; i < d; i++) {
        for (size_t j = 0; j <= i; j++) {
            double rest = covariance[i * d + j];
            for (size_t k = 0; k < j; k++) {
                rest -= factor[i * d + k] * factor[j * d + k];
            }
            if (i != j) {
                factor[i * d + j] = rest / factor[j * d + j];
                continue;
            }
            if (!(rest > 0.0) || !isfinite(rest)) {
                return bk_fail(BK_INVALID,
                               "multivariate normal: the covariance is not positive definite: the variance "
                               "of component %zu given those before it is %g",
                               i, rest);
            }
            factor[i * d + i] = __builtin_sqrt(rest);
        }
    }
    return BK_OK;
}

bk_multivariate_normal *bk_multivariate_normal_create(const double *mean, const double *covariance,
                                                      size_t dimension)
{
    size_t square;
    if (dimension == 0) {
        (void)bk_fail(BK_INVALID, "multivariate normal: dimension is 0, it must be at least 1");
        return NULL;
    }
    if (!bk_multiply_sizes(&square, dimension, dimension)) {
        (void)bk_fail(BK_OVERFLOW, "multivariate normal: dimension is %zu, too large for a matrix",
                      dimension);
        return NULL;
    }
    if (check_numbers(mean, covariance, dimension) != BK_OK) {
        return NULL;
    }
    bk_multivariate_normal *distribution = bk_allocate(1, sizeof *distribution);
    if (distribution == NULL) {
        return NULL;
    }
    distribution->dimension = dimension;
    distribution->mean = bk_allocate(dimension, sizeof *distribution->mean);
    distribution->factor = bk_allocate(square, sizeof *distribution->factor);
    if (distribution->mean == NULL || distribution->factor == NULL ||
        factorise(distribution->factor, covariance, dimension) != BK_OK) {
        bk_multivariate_normal_destroy(distribution);
        return NULL;
    }
    memcpy(distribution->mean, mean, dimension * sizeof *mean);
    return distribution;
}

void bk_multivariate_normal_destroy(bk_multivariate_normal *distribution)
{
    if (distribution != NULL) {
        bk_free(distribution->mean);
        bk_free(distribution->factor);
        bk_free(distribution);
    }
}

const double *bk_multivariate_normal_factor(const bk_multivariate_normal *distribution)
{
    return distribution->factor;
}

/* From the last component to the first, so that each still finds the normals it needs in place. */
static void transform(const bk_multivariate_normal *distribution, double *x)
{
    const size_t d = distribution->dimension;
    for (size_t i = d; i-- > 0;) {
        const double *row = distribution->factor + i * d;
        double sum = row[0] * x[0];
        for (size_t j = 1; j <= i; j++) {
            sum += row[j] * x[j];
        }
        x[i] = distribution->mean[i] + sum;
    }
}

void bk_fill_multivariate_normal(bk_stream *stream, const bk_multivariate_normal *distribution,
                                 double *values, size_t count)
{
    const size_t d = distribution->dimension;
    /* A few kilobytes of vectors at a time. Rows of odd length drop the last of their normals. */
    const size_t rows = d % 2 == 0 && d < 512 ? 1024 / d : 1;
    for (size_t done = 0; done < count; done += rows) {
        const size_t now = count - done < rows ? count - done : rows;
        bk_fill_normal_f64(stream, values + done * d, now * d);
        for (size_t row = done; row < done + now; row++) {
            transform(distribution, values + row * d);
        }
    }
}
