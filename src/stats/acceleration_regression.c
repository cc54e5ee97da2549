/* SPDX-License-Identifier: GPL-3.0-or-later
 * Influence values as R's boot estimates them: least squares of the replicates on the shares with which each
 * point was drawn, one point left out because the shares sum to 1 (Davison & Hinkley 1997, section 2.7.4). */
#include <math.h>
#include <string.h>

#include "stats/ladder.h"
#include "stats/lanes.h"

#define MOST_POINTS 2000

/* Lower triangle of the Cholesky factor in place of a symmetric positive definite matrix [n, n]. */
static bool factorise(double *matrix, size_t n)
{
    for (size_t j = 0; j < n; j++) {
        for (size_t i = j; i < n; i++) {
            double sum = matrix[i * n + j];
            for (size_t k = 0; k < j; k++) {
                sum -= matrix[i * n + k] * matrix[j * n + k];
            }
            if (i == j) {
                if (!(sum > 0)) {
                    return false;
                }
                matrix[j * n + j] = sqrt(sum);
            } else {
                matrix[i * n + j] = sum / matrix[j * n + j];
            }
        }
    }
    return true;
}

static void solve(double *right, const double *factor, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++) {
            right[i] -= factor[i * n + k] * right[k];
        }
        right[i] /= factor[i * n + i];
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t k = i + 1; k < n; k++) {
            right[i] -= factor[k * n + i] * right[k];
        }
        right[i] /= factor[i * n + i];
    }
}

/* Normal equations around the expected counts of 1 and the mean replicate: both sides are then nearly
 * centred, and the matrix is close to B (1 - 1 / n) on its diagonal, so that nothing is lost by squaring. */
static void accumulate(double *matrix, double *right, double *mean, const double *replicates,
                       const uint32_t *counts, size_t resamples, size_t n)
{
    const size_t m = n - 1;
    const double centre = bk_lanes_sum(replicates, resamples) / (double)resamples;
    for (size_t i = 0; i < m; i++) {
        uint64_t total = 0;
        for (size_t r = 0; r < resamples; r++) {
            total += counts[r * n + i + 1];
        }
        mean[i] = (double)total / (double)resamples;
    }
    for (size_t r = 0; r < resamples; r++) {
        for (size_t i = 0; i < m; i++) {
            const double f = (double)counts[r * n + i + 1] - mean[i];
            right[i] += f * (replicates[r] - centre);
            for (size_t j = 0; j <= i; j++) {
                matrix[i * m + j] += f * ((double)counts[r * n + j + 1] - mean[j]);
            }
        }
    }
}

static bk_status regress(double *influence, double *matrix, double *right, double *mean,
                         const double *replicates, const uint32_t *counts, size_t resamples, size_t n)
{
    const size_t m = n - 1;
    accumulate(matrix, right, mean, replicates, counts, resamples, n);
    if (!factorise(matrix, m)) {
        return bk_fail(BK_INVALID,
                       "influence by regression: the counts of %zu resamples do not determine %zu influence "
                       "values; draw more resamples or use the jackknife",
                       resamples, n);
    }
    solve(right, matrix, m);
    double sum = 0;
    for (size_t i = 0; i < m; i++) {
        sum += right[i] * (double)n; /* per share, not per count */
    }
    const double shift = sum / (double)n;
    influence[0] = -shift;
    for (size_t i = 0; i < m; i++) {
        influence[i + 1] = right[i] * (double)n - shift;
    }
    return BK_OK;
}

bk_status bk_influence_regression(double *influence, const double *replicates, const uint32_t *counts,
                                  size_t resamples, size_t n)
{
    if (n < 2 || n > MOST_POINTS || resamples <= n) {
        return bk_fail(BK_INVALID,
                       "influence by regression: %zu points and %zu resamples; it takes 2 to %d points and "
                       "more resamples "
                       "than points (its work grows with the square of the points): use the jackknife",
                       n, resamples, MOST_POINTS);
    }
    double *matrix = bk_allocate((n - 1) * (n - 1), sizeof *matrix);
    double *right = bk_allocate(n - 1, sizeof *right);
    double *mean = bk_allocate(n - 1, sizeof *mean);
    const bk_status status = matrix && right && mean
                                 ? regress(influence, matrix, right, mean, replicates, counts, resamples, n)
                                 : bk_error_status();
    bk_free(matrix);
    bk_free(right);
    bk_free(mean);
    return status;
}
