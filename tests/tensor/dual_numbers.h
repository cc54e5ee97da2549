/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Dual numbers: forward-mode derivatives in f64 with nothing but libm, an implementation of the chain rule
 * that shares no line with the library's. A number carries its value and, for each of the variables,
 *   slope      the derivative,
 *   magnitude  the sum over all paths of the absolute products of local derivatives, where a local
 *              derivative that is itself a difference (1 - y^2) counts with its terms added (1 + y^2),
 *   drift      what rounding of the values on the way can do to the derivative: second derivatives times
 *              the error of the value they are taken at.
 * Errors and drifts are in units of epsilon: a gradient in floating arithmetic is right where it differs by
 * at most epsilon (64 magnitude + drift). */
#ifndef BRISK_TEST_DUAL_NUMBERS_H
#define BRISK_TEST_DUAL_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>

enum { DUAL_VARIABLES = 32 };

typedef struct dual {
    double value;
    double error; /* bound of the value's rounding error in the library, in units of epsilon */
    double slope[DUAL_VARIABLES];
    double magnitude[DUAL_VARIABLES];
    double drift[DUAL_VARIABLES];
} dual;

/* What the numbers of one computation share. */
typedef struct dual_context {
    size_t variables; /* in use */
    double epsilon;   /* of the dtype under test */
    bool ambiguous;   /* a value lies within its rounding error of a kink: the other side may be right too */
} dual_context;

extern dual_context duals;

void dual_constant(dual *y, double value);
/* Variable number `variable`: slope 1. */
void dual_variable(dual *y, double value, size_t variable);

/* y = f(x): value, f', |f'| with its terms added, f'', rounding of the value in units of epsilon |value|. */
void dual_chain(dual *y, const dual *x, double value, double first, double magnitude, double second,
                double rounding);

/* Elementary functions by name; parameter: scale, add_constant, pow_constant, clamp. */
void dual_neg(dual *y, const dual *x);
void dual_square(dual *y, const dual *x);
void dual_scale(dual *y, const dual *x, double factor);
void dual_add_constant(dual *y, const dual *x, double constant);
void dual_exp(dual *y, const dual *x);
void dual_log(dual *y, const dual *x);
void dual_log1p(dual *y, const dual *x);
void dual_sqrt(dual *y, const dual *x);
void dual_sin(dual *y, const dual *x);
void dual_cos(dual *y, const dual *x);
void dual_tanh(dual *y, const dual *x);
void dual_sigmoid(dual *y, const dual *x);
void dual_softplus(dual *y, const dual *x);
void dual_log_sigmoid(dual *y, const dual *x);
void dual_relu(dual *y, const dual *x);
void dual_abs(dual *y, const dual *x);
void dual_sign(dual *y, const dual *x);
void dual_pow_constant(dual *y, const dual *x, double exponent);
void dual_clamp(dual *y, const dual *x, const double *low, const double *high);
/* y = a + factor b. */
void dual_add_scaled(dual *y, const dual *a, const dual *b, double factor);
void dual_mul(dual *y, const dual *a, const dual *b);
void dual_div(dual *y, const dual *a, const dual *b);
void dual_pow(dual *y, const dual *a, const dual *b);
/* The larger (sign 1) or smaller (sign -1); a tie shares in halves. */
void dual_extreme(dual *y, const dual *a, const dual *b, double sign);

/* Of many numbers x[0], ..., x[count - 1]. */
void dual_sum(dual *y, const dual *const *x, size_t count, double factor);
/* The sum of products a[k] b[k]. */
void dual_dot(dual *y, const dual *const *a, const dual *const *b, size_t count);
/* The largest or smallest; ties share in equal parts, or the first takes all. */
void dual_extreme_of(dual *y, const dual *const *x, size_t count, double sign, bool first_takes_all);
void dual_logsumexp(dual *y, const dual *const *x, size_t count);
/* exp(x[which]) / sum exp(x), or its logarithm. */
void dual_softmax(dual *y, const dual *const *x, size_t count, size_t which, bool logarithm);

#endif
