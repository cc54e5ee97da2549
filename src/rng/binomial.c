/* SPDX-License-Identifier: GPL-3.0-or-later
 * Binomial variates: by inversion where the mean is small, else by transformed rejection (BTRS, Hormann
 * 1993) with probabilities in Loader's form. */
#include <math.h>

#include "brisk/rng.h"
#include "rng/inversion.h"
#include "rng/saddle.h"

/* trials n of probability p <= 1/2, and q = 1 - p, all as double. */
typedef struct binomial {
    double n, p, q;
} binomial;

/* The probability of k successes as sqrt(1 / inverse) e^power: a caller with a logarithm of its own takes
 * both at once. */
typedef struct probability {
    double power, inverse;
} probability;

static probability probability_of(const binomial *b, double k)
{
    if (k == 0.0) {
        return (probability){-bk_deviance(b->n, b->n * b->q) - b->n * b->p, 1.0};
    }
    const double rest = b->n - k;
    if (rest == 0.0) {
        return (probability){-bk_deviance(b->n, b->n * b->p) - b->n * b->q, 1.0};
    }
    const double errors = bk_stirling_error(b->n) - bk_stirling_error(k) - bk_stirling_error(rest);
    const double deviances = bk_deviance(k, b->n * b->p) + bk_deviance(rest, b->n * b->q);
    return (probability){errors - deviances, 0x1.921fb54442d18p+2 * k * (rest / b->n)};
}

static void tabulate(bk_inversion *inversion, const binomial *b)
{
    const double mean = b->n * b->p;
    double term = bk_exp_of(probability_of(b, 0.0).power);
    double below = term;
    inversion->below[0] = below;
    size_t k = 0;
    while ((double)k < b->n && k + 1 < BK_INVERSION_WORDS && ((double)k <= mean || term >= 0x1p-58)) {
        term *= (b->n - (double)k) / ((double)k + 1.0) * (b->p / b->q);
        below += term;
        k++;
        inversion->below[k] = below;
    }
    inversion->last = k;
}

static void fill_inversion(bk_stream *stream, uint64_t *values, size_t count, const binomial *b)
{
    bk_inversion inversion;
    tabulate(&inversion, b);
    uint64_t draws[BK_CHUNK];
    for (size_t done = 0; done < count; done += BK_CHUNK) {
        const size_t now = bk_smaller(count - done, BK_CHUNK);
        bk_stream_fill(stream, draws, now);
        for (size_t i = 0; i < now; i++) {
            values[done + i] = bk_invert(&inversion, bk_unit_f64(draws[i]));
        }
    }
}

/* The hat of the rejection; letters as in the paper. */
typedef struct hat {
    double a, b, c, v_r, alpha;
    probability mode; /* of the most probable value */
} hat;

static hat make_hat(const binomial *b)
{
    const double deviation = __builtin_sqrt(b->n * b->p * b->q);
    hat h = {.b = 1.15 + 2.53 * deviation};
    h.a = -0.0873 + 0.0248 * h.b + 0.01 * b->p;
    h.c = b->n * b->p + 0.5;
    h.v_r = 0.92 - 4.2 / h.b;
    h.alpha = (2.83 + 5.1 / h.b) * deviation;
    h.mode = probability_of(b, floor((b->n + 1.0) * b->p));
    return h;
}

static uint64_t draw_rejection(bk_stream *stream, const binomial *b, const hat *h)
{
    for (;;) {
        const double u = bk_centred_f64(bk_stream_next(stream)) - 0.5;
        const double v = bk_centred_f64(bk_stream_next(stream));
        const double edge = 0.5 - (u < 0.0 ? -u : u);
        const double k = floor((2.0 * h->a / edge + h->b) * u + h->c);
        if (k < 0.0 || k > b->n) {
            continue;
        }
        if (edge >= 0.07 && v <= h->v_r) {
            return (uint64_t)k;
        }
        const double height = v * h->alpha / (h->a / (edge * edge) + h->b);
        /* height <= f(k) / f(mode). */
        const probability f = probability_of(b, k);
        const double ratio = f.inverse / h->mode.inverse;
        if (0.5 * bk_log_of(height * height * ratio) <= f.power - h->mode.power) {
            return (uint64_t)k;
        }
    }
}

static void fill_rejection(bk_stream *stream, uint64_t *values, size_t count, const binomial *b)
{
    const hat h = make_hat(b);
    bk_stream own = *stream;
    for (size_t i = 0; i < count; i++) {
        values[i] = draw_rejection(&own, b, &h);
    }
    *stream = own;
}

bk_status bk_fill_binomial(bk_stream *stream, uint64_t *values, size_t count, uint64_t trials, double p)
{
    if (trials > UINT64_C(1) << 53) {
        return bk_fail(BK_INVALID,
                       "binomial distribution: the number of trials is %llu, it must be at most 2^53",
                       (unsigned long long)trials);
    }
    if (bk_outside(p, 0.0, 1.0)) {
        return bk_fail(BK_INVALID, "binomial distribution: p is %.17g, it must be in [0, 1]", p);
    }
    const bool failures = p > 0.5;
    binomial b = {.n = (double)trials, .p = failures ? 1.0 - p : p};
    b.q = 1.0 - b.p;
    if (b.n * b.p < BK_INVERSION_MEAN) {
        fill_inversion(stream, values, count, &b);
    } else {
        fill_rejection(stream, values, count, &b);
    }
    for (size_t i = 0; failures && i < count; i++) {
        values[i] = trials - values[i];
    }
    return BK_OK;
}
