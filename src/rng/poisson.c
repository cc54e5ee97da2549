/* SPDX-License-Identifier: GPL-3.0-or-later
 * Poisson variates: by inversion where the mean is small, else by transformed rejection (PTRS, Hormann
 * 1993) with probabilities in Loader's form. */
#include <math.h>

#include "brisk/rng.h"
#include "rng/inversion.h"
#include "rng/saddle.h"

static void tabulate(bk_inversion *inversion, double mean)
{
    double probability = bk_exp_of(-mean);
    double below = probability;
    inversion->below[0] = below;
    size_t k = 0;
    while (k + 1 < BK_INVERSION_WORDS && ((double)k <= mean || probability >= 0x1p-58)) {
        probability *= mean / ((double)k + 1.0);
        below += probability;
        k++;
        inversion->below[k] = below;
    }
    inversion->last = k;
}

static void fill_inversion(bk_stream *stream, uint64_t *values, size_t count, double mean)
{
    bk_inversion inversion;
    tabulate(&inversion, mean);
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
    double mean, a, b, inverse_alpha, v_r;
} hat;

static hat make_hat(double mean)
{
    hat h = {.mean = mean, .b = 0.931 + 2.53 * __builtin_sqrt(mean)};
    h.a = -0.059 + 0.02483 * h.b;
    h.inverse_alpha = 1.1239 + 1.1328 / (h.b - 3.4);
    h.v_r = 0.9277 - 3.6224 / (h.b - 2.0);
    return h;
}

static uint64_t draw_rejection(bk_stream *stream, const hat *h)
{
    for (;;) {
        const double u = bk_centred_f64(bk_stream_next(stream)) - 0.5;
        const double v = bk_centred_f64(bk_stream_next(stream));
        const double edge = 0.5 - (u < 0.0 ? -u : u);
        const double k = floor((2.0 * h->a / edge + h->b) * u + h->mean + 0.43);
        if (edge >= 0.07 && v <= h->v_r) {
            return (uint64_t)k;
        }
        if (k < 0.0 || (edge < 0.013 && v > edge)) {
            continue;
        }
        const double height = v * h->inverse_alpha / (h->a / (edge * edge) + h->b);
        /* height <= e^power / sqrt(2 pi k), the probability of k. */
        const double power = k == 0.0 ? -h->mean : -bk_stirling_error(k) - bk_deviance(k, h->mean);
        const double inverse = k == 0.0 ? 1.0 : 0x1.921fb54442d18p+2 * k;
        if (0.5 * bk_log_of(height * height * inverse) <= power) {
            return (uint64_t)k;
        }
    }
}

bk_status bk_fill_poisson(bk_stream *stream, uint64_t *values, size_t count, double mean)
{
    if (bk_outside(mean, 0.0, 0x1p+50)) {
        return bk_fail(BK_INVALID, "Poisson distribution: mean is %.17g, it must be in [0, 2^50]", mean);
    }
    if (mean < BK_INVERSION_MEAN) {
        fill_inversion(stream, values, count, mean);
        return BK_OK;
    }
    const hat h = make_hat(mean);
    bk_stream own = *stream;
    for (size_t i = 0; i < count; i++) {
        values[i] = draw_rejection(&own, &h);
    }
    *stream = own;
    return BK_OK;
}
