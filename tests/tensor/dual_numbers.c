/* SPDX-License-Identifier: GPL-3.0-or-later
 * Dual numbers: one number from one, two or many. */
#include "dual_numbers.h"

#include <math.h>

dual_context duals;

void dual_constant(dual *y, double value)
{
    y->value = value;
    y->error = 0;
    for (size_t v = 0; v < duals.variables; v++) {
        y->slope[v] = y->magnitude[v] = y->drift[v] = 0;
    }
}

void dual_variable(dual *y, double value, size_t variable)
{
    dual_constant(y, value);
    y->slope[variable] = y->magnitude[variable] = 1;
}

/* y += a term with local derivative first of x; spread: error of that derivative, in units of epsilon. */
static void add_path(dual *y, const dual *x, double first, double magnitude, double spread)
{
    for (size_t v = 0; v < duals.variables; v++) {
        y->slope[v] += first * x->slope[v];
        y->magnitude[v] += magnitude * x->magnitude[v];
        y->drift[v] += magnitude * x->drift[v] + spread * x->magnitude[v];
    }
}

void dual_chain(dual *y, const dual *x, double value, double first, double magnitude, double second,
                double rounding)
{
    dual_constant(y, value);
    /* Higher orders count where the first vanishes: epsilon error is itself small. */
    const double higher = rounding > 0 ? duals.epsilon * x->error * (1 + fabs(second) * x->error) : 0;
    y->error = fabs(first) * x->error + rounding * fabs(value) + higher;
    add_path(y, x, first, magnitude, fabs(second) * x->error);
}

/* Notes where a value with an error lies on a kink. Without an error both sides know it exactly. */
static void watch_kink(double distance, double error)
{
    if (error > 0 && fabs(distance) <= 2 * duals.epsilon * error) {
        duals.ambiguous = true;
    }
}

/* ---- Of one number ---- */

void dual_neg(dual *y, const dual *x) { dual_chain(y, x, -x->value, -1, 1, 0, 0); }

void dual_square(dual *y, const dual *x)
{
    dual_chain(y, x, x->value * x->value, 2 * x->value, fabs(2 * x->value), 2, 1);
}

void dual_scale(dual *y, const dual *x, double factor)
{
    dual_chain(y, x, factor * x->value, factor, fabs(factor), 0, 1);
}

void dual_add_constant(dual *y, const dual *x, double constant)
{
    dual_chain(y, x, x->value + constant, 1, 1, 0, 1);
}

void dual_exp(dual *y, const dual *x)
{
    const double e = exp(x->value);
    dual_chain(y, x, e, e, e, e, 4);
}

void dual_log(dual *y, const dual *x)
{
    const double r = 1 / x->value;
    dual_chain(y, x, log(x->value), r, fabs(r), r * r, 4);
}

void dual_log1p(dual *y, const dual *x)
{
    const double r = 1 / (1 + x->value);
    dual_chain(y, x, log1p(x->value), r, fabs(r), r * r, 4);
}

void dual_sqrt(dual *y, const dual *x)
{
    const double root = sqrt(x->value);
    dual_chain(y, x, root, 0.5 / root, 0.5 / root, 0.25 / (root * x->value), 1);
}

void dual_sin(dual *y, const dual *x)
{
    const double s = sin(x->value), c = cos(x->value);
    dual_chain(y, x, s, c, fabs(c), s, 4);
}

void dual_cos(dual *y, const dual *x)
{
    const double s = sin(x->value), c = cos(x->value);
    dual_chain(y, x, c, -s, fabs(s), c, 4);
}

/* From the output, as the library does, the slope is a difference: 1 - t^2, s - s^2. */
void dual_tanh(dual *y, const dual *x)
{
    const double t = tanh(x->value), c = 1 / cosh(x->value);
    dual_chain(y, x, t, c * c, 1 + t * t, 2 * t * c * c, 4);
}

static double logistic(double x) { return x > 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x)); }

void dual_sigmoid(dual *y, const dual *x)
{
    const double s = logistic(x->value), other = logistic(-x->value);
    dual_chain(y, x, s, s * other, s * (1 + s), s * other * (other - s), 4);
}

void dual_softplus(dual *y, const dual *x)
{
    const double s = logistic(x->value), other = logistic(-x->value);
    dual_chain(y, x, fmax(x->value, 0) + log1p(exp(-fabs(x->value))), s, s, s * other, 4);
}

void dual_log_sigmoid(dual *y, const dual *x)
{
    const double s = logistic(x->value), other = logistic(-x->value);
    dual_chain(y, x, fmin(x->value, 0) - log1p(exp(-fabs(x->value))), other, other, s * other, 4);
}

void dual_relu(dual *y, const dual *x)
{
    watch_kink(x->value, x->error);
    const double slope = x->value > 0;
    dual_chain(y, x, slope * x->value, slope, slope, 0, 0);
}

void dual_abs(dual *y, const dual *x)
{
    watch_kink(x->value, x->error);
    const double sign = (x->value > 0) - (x->value < 0);
    dual_chain(y, x, fabs(x->value), sign, fabs(sign), 0, 0);
}

void dual_sign(dual *y, const dual *x)
{
    watch_kink(x->value, x->error);
    dual_constant(y, (x->value > 0) - (x->value < 0));
}

void dual_pow_constant(dual *y, const dual *x, double e)
{
    const double a = x->value;
    const double first = e == 0 ? 0 : e * pow(a, e - 1);
    const double second = e == 0 || e == 1 ? 0 : e * (e - 1) * pow(a, e - 2);
    dual_chain(y, x, pow(a, e), first, fabs(first), second, 8);
}

void dual_clamp(dual *y, const dual *x, const double *low, const double *high)
{
    double value = x->value, slope = 1;
    if (low != NULL) {
        watch_kink(value - *low, x->error);
        slope = value < *low ? 0 : slope;
    }
    if (high != NULL) {
        watch_kink(x->value - *high, x->error);
        slope = x->value > *high ? 0 : slope;
    }
    value = low != NULL && value < *low ? *low : value;
    value = high != NULL && value > *high ? *high : value;
    dual_chain(y, x, value, slope, slope, 0, 0);
}

/* ---- Of two ---- */

void dual_add_scaled(dual *y, const dual *a, const dual *b, double factor)
{
    dual_constant(y, a->value + factor * b->value);
    y->error = a->error + fabs(factor) * b->error + fabs(y->value);
    add_path(y, a, 1, 1, 0);
    add_path(y, b, factor, fabs(factor), 0);
}

void dual_mul(dual *y, const dual *a, const dual *b)
{
    dual_constant(y, a->value * b->value);
    y->error = fabs(b->value) * a->error + fabs(a->value) * b->error + fabs(y->value) +
               duals.epsilon * a->error * b->error;
    add_path(y, a, b->value, fabs(b->value), b->error);
    add_path(y, b, a->value, fabs(a->value), a->error);
}

void dual_div(dual *y, const dual *a, const dual *b)
{
    const double r = 1 / b->value, q = a->value / b->value;
    dual_constant(y, q);
    y->error = fabs(r) * a->error + fabs(q * r) * b->error + fabs(q);
    add_path(y, a, r, fabs(r), r * r * b->error);
    add_path(y, b, -q * r, fabs(q * r), r * r * a->error + 2 * fabs(q) * r * r * b->error);
}

void dual_pow(dual *y, const dual *a, const dual *b)
{
    const double p = pow(a->value, b->value), l = log(a->value), r = 1 / a->value;
    const double by_a = b->value * p * r, by_b = p * l;
    dual_constant(y, p);
    y->error = fabs(by_a) * a->error + fabs(by_b) * b->error + 8 * p;
    const double mixed = p * r * fabs(1 + b->value * l);
    add_path(y, a, by_a, fabs(by_a), fabs(by_a * (b->value - 1) * r) * a->error + mixed * b->error);
    add_path(y, b, by_b, fabs(by_b), mixed * a->error + fabs(by_b * l) * b->error);
}

void dual_extreme(dual *y, const dual *a, const dual *b, double sign)
{
    watch_kink(a->value - b->value, a->error + b->error);
    const double lead = sign * (a->value - b->value);
    const double share = lead > 0 ? 1 : lead < 0 ? 0 : 0.5;
    dual_constant(y, lead >= 0 ? a->value : b->value);
    y->error = lead >= 0 ? a->error : b->error;
    add_path(y, a, share, share, 0);
    add_path(y, b, 1 - share, 1 - share, 0);
}

/* ---- Of many ---- */

/* In whatever order the library adds: half an epsilon for each term but one, of the sum of magnitudes. */
static double sum_rounding(size_t count) { return 0.5 * (double)count + 1; }

void dual_sum(dual *y, const dual *const *x, size_t count, double factor)
{
    dual_constant(y, 0);
    double total = 0;
    for (size_t k = 0; k < count; k++) {
        y->value += x[k]->value;
        y->error += fabs(factor) * x[k]->error;
        total += fabs(x[k]->value);
        add_path(y, x[k], factor, fabs(factor), 0);
    }
    y->value *= factor;
    y->error += sum_rounding(count) * fabs(factor) * total;
}

void dual_dot(dual *y, const dual *const *a, const dual *const *b, size_t count)
{
    dual_constant(y, 0);
    double total = 0;
    for (size_t k = 0; k < count; k++) {
        const dual *p = a[k], *q = b[k];
        y->value += p->value * q->value;
        y->error +=
            fabs(q->value) * p->error + fabs(p->value) * q->error + duals.epsilon * p->error * q->error;
        total += fabs(p->value * q->value);
        add_path(y, p, q->value, fabs(q->value), q->error);
        add_path(y, q, p->value, fabs(p->value), p->error);
    }
    y->error += sum_rounding(count) * total;
}

void dual_extreme_of(dual *y, const dual *const *x, size_t count, double sign, bool first_takes_all)
{
    size_t best = 0, ties = 0;
    for (size_t k = 1; k < count; k++) {
        best = sign * x[k]->value > sign * x[best]->value ? k : best;
    }
    for (size_t k = 0; k < count; k++) {
        ties += x[k]->value == x[best]->value;
        if (k != best) {
            watch_kink(x[k]->value - x[best]->value, x[k]->error + x[best]->error);
        }
    }
    dual_constant(y, x[best]->value);
    y->error = x[best]->error;
    for (size_t k = 0; k < count; k++) {
        if (x[k]->value == x[best]->value && (!first_takes_all || k == best)) {
            const double share = first_takes_all ? 1 : 1 / (double)ties;
            add_path(y, x[k], share, share, 0);
        }
    }
}

/* log sum exp, its error, and the shares exp(x[k] - y) with the relative error of each. */
static double shares_of(const dual *const *x, size_t count, double *error, double *share, double *spread)
{
    double largest = x[0]->value, sum = 0;
    for (size_t k = 1; k < count; k++) {
        largest = fmax(largest, x[k]->value);
    }
    for (size_t k = 0; k < count; k++) {
        sum += exp(x[k]->value - largest);
    }
    const double y = largest + log(sum);
    *error = 4 + sum_rounding(count) + fabs(y) + 4 * fabs(log(sum));
    for (size_t k = 0; k < count; k++) {
        share[k] = exp(x[k]->value - largest) / sum;
        *error += share[k] * (x[k]->error + fabs(x[k]->value - largest));
    }
    for (size_t k = 0; k < count; k++) {
        spread[k] = x[k]->error + *error + fabs(x[k]->value - y) + 4;
    }
    return y;
}

enum { MOST = 64 };

void dual_logsumexp(dual *y, const dual *const *x, size_t count)
{
    double share[MOST], spread[MOST], error;
    dual_constant(y, shares_of(x, count, &error, share, spread));
    y->error = error;
    for (size_t k = 0; k < count; k++) {
        add_path(y, x[k], share[k], share[k], share[k] * spread[k]);
    }
}

void dual_softmax(dual *y, const dual *const *x, size_t count, size_t which, bool logarithm)
{
    double share[MOST], spread[MOST], error;
    const double total = shares_of(x, count, &error, share, spread);
    const double p = share[which], factor = logarithm ? 1 : p;
    const double own = logarithm ? 0 : p * spread[which];
    dual_constant(y, logarithm ? x[which]->value - total : p);
    y->error = logarithm ? x[which]->error + error + fabs(y->value) : own;
    add_path(y, x[which], factor, factor, own);
    for (size_t k = 0; k < count; k++) {
        add_path(y, x[k], -factor * share[k], factor * share[k],
                 factor * share[k] * spread[k] + own * share[k]);
    }
}
