/* SPDX-License-Identifier: GPL-3.0-or-later
 * The ground truth: two classes, each a mixture of Gaussians, and the log-odds that the Bayes
 * classifier takes the sign of. */
#include <math.h>

#include "brisk/kernel.h"
#include "kernel/kernel.h"
#include "model/mixture.h"

static const double lab_means[2 * 3 * 2] = {
    -1.0, -1.0, -1.0, 0.0,  0.0, 0.0, /* class -1 */
    0.0,  1.0,  0.0,  -1.0, 1.0, 0.0, /* class +1 */
};

const bk_mixture bk_mixture_lab = {.inputs = 2, .components = 3, .means = lab_means, .variance = 0.05};

/* Component numbers are drawn from 32 bits, for both classes at once when labels are drawn too. */
#define MOST_COMPONENTS ((size_t)1 << 31)

bk_status bk_mixture_check(const bk_mixture *mixture)
{
    if (mixture == NULL || mixture->means == NULL) {
        return bk_fail(BK_INVALID,
                       "mixture: there are no means; point them at [class][component][input] values");
    }
    if (mixture->inputs == 0 || mixture->components == 0 || mixture->components > MOST_COMPONENTS) {
        return bk_fail(BK_INVALID,
                       "mixture: %zu inputs and %zu components a class; give at least one of each",
                       mixture->inputs, mixture->components);
    }
    if (!(mixture->variance > 0.0) || !isfinite(mixture->variance)) {
        return bk_fail(BK_INVALID, "mixture: variance %g; give a finite number above 0", mixture->variance);
    }
    size_t count;
    if (!bk_multiply_sizes(&count, 2 * mixture->components, mixture->inputs)) {
        return bk_fail(BK_OVERFLOW, "mixture: %zu components of %zu inputs exceed the address space",
                       mixture->components, mixture->inputs);
    }
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(mixture->means[i])) {
            return bk_fail(BK_INVALID, "mixture: mean number %zu is not finite", i);
        }
    }
    return BK_OK;
}

/* Points that one pass works on; its arrays stay on the stack and in the first cache. */
#define CHUNK 128

/* exponent[i] = -|x_i - mean|^2 / (2 variance). The densities' common factor cancels in the odds. */
static void exponents(double *exponent, const bk_mixture *mixture, const double *mean, const double *x,
                      size_t stride, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        exponent[i] = 0.0;
    }
    for (size_t j = 0; j < mixture->inputs; j++) {
        for (size_t i = 0; i < count; i++) {
            const double difference = x[j * stride + i] - mean[j];
            exponent[i] += difference * difference;
        }
    }
    const double factor = -0.5 / mixture->variance;
    for (size_t i = 0; i < count; i++) {
        exponent[i] *= factor;
    }
}

/* log_density[i] = ln sum_k exp(exponent_k), the largest exponent taken out so that none underflows. */
static void log_densities(double *log_density, const bk_mixture *mixture, const double *means,
                          const double *x, size_t stride, size_t count)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    double largest[CHUNK];
    double term[CHUNK];
    double sum[CHUNK];
    for (size_t i = 0; i < count; i++) {
        largest[i] = -INFINITY;
        sum[i] = 0.0;
    }
    for (size_t k = 0; k < mixture->components; k++) {
        exponents(term, mixture, means + k * mixture->inputs, x, stride, count);
        for (size_t i = 0; i < count; i++) {
            largest[i] = term[i] > largest[i] ? term[i] : largest[i];
        }
    }
    for (size_t k = 0; k < mixture->components; k++) {
        exponents(term, mixture, means + k * mixture->inputs, x, stride, count);
        for (size_t i = 0; i < count; i++) {
            term[i] -= largest[i];
        }
        kernels->exp_f64(term, term, count);
        for (size_t i = 0; i < count; i++) {
            sum[i] += term[i];
        }
    }
    kernels->log_f64(sum, sum, count);
    for (size_t i = 0; i < count; i++) {
        log_density[i] = largest[i] + sum[i];
    }
}

bk_status bk_mixture_log_odds(double *score, const bk_mixture *mixture, const double *x, size_t count)
{
    BK_TRY(bk_mixture_check(mixture));
    const double *negative_means = mixture->means;
    const double *positive_means = mixture->means + mixture->components * mixture->inputs;
    double negative[CHUNK];
    double positive[CHUNK];
    for (size_t start = 0; start < count; start += CHUNK) {
        const size_t n = count - start < CHUNK ? count - start : CHUNK;
        log_densities(negative, mixture, negative_means, x + start, count, n);
        log_densities(positive, mixture, positive_means, x + start, count, n);
        for (size_t i = 0; i < n; i++) {
            score[start + i] = positive[i] - negative[i];
        }
    }
    return BK_OK;
}
