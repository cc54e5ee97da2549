/* SPDX-License-Identifier: GPL-3.0-or-later
 * Variates with a place and a scale: uniform between two ends, normal with mean and standard deviation,
 * exponential with a rate. */
#include <math.h>
#include <string.h>

#include "brisk/rng.h"
#include "rng/draw.h"

/* The number below x, x finite: one step of the bits towards minus infinity. */
static double below_f64(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits = x > 0.0 ? bits - 1 : x < 0.0 ? bits + 1 : UINT64_C(0x8000000000000001);
    memcpy(&x, &bits, sizeof x);
    return x;
}

static float below_f32(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits = x > 0.0F ? bits - 1 : x < 0.0F ? bits + 1 : UINT32_C(0x80000001);
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* span is high - low in the type of the values. */
static bk_status check_range(double low, double high, double span)
{
    if (!isfinite(low) || !isfinite(high)) {
        return bk_fail(BK_INVALID, "uniform distribution: %s is %.17g, it must be finite",
                       isfinite(low) ? "high" : "low", isfinite(low) ? high : low);
    }
    if (low >= high) {
        return bk_fail(BK_INVALID,
                       "uniform distribution: low is %.17g and high %.17g, low must be below high", low,
                       high);
    }
    if (!isfinite(span)) {
        return bk_fail(BK_INVALID,
                       "uniform distribution: high - low overflows for low = %g and high = %g, choose a "
                       "narrower range",
                       low, high);
    }
    return BK_OK;
}

bk_status bk_fill_uniform_range_f64(bk_stream *stream, double *values, size_t count, double low, double high)
{
    const double span = high - low;
    BK_TRY(check_range(low, high, span));
    const double last = below_f64(high);
    bk_fill_uniform_f64(stream, values, count);
    for (size_t i = 0; i < count; i++) {
        const double v = low + span * values[i];
        values[i] = v < high ? v : last;
    }
    return BK_OK;
}

bk_status bk_fill_uniform_range_f32(bk_stream *stream, float *values, size_t count, float low, float high)
{
    const float span = high - low;
    BK_TRY(check_range((double)low, (double)high, (double)span));
    const float last = below_f32(high);
    bk_fill_uniform_f32(stream, values, count);
    for (size_t i = 0; i < count; i++) {
        const float v = low + span * values[i];
        values[i] = v < high ? v : last;
    }
    return BK_OK;
}

/* farthest is |mean| + reach sd in the type of the values. */
static bk_status check_normal(double mean, double sd, double farthest)
{
    if (!isfinite(mean)) {
        return bk_fail(BK_INVALID, "normal distribution: mean is %.17g, it must be finite", mean);
    }
    if (!isfinite(sd) || sd < 0.0) {
        return bk_fail(BK_INVALID, "normal distribution: sd is %.17g, it must be finite and not negative",
                       sd);
    }
    if (!isfinite(farthest)) {
        return bk_fail(BK_INVALID,
                       "normal distribution: mean = %g with sd = %g can overflow, choose smaller ones", mean,
                       sd);
    }
    return BK_OK;
}

bk_status bk_fill_normal_scaled_f32(bk_stream *stream, float *values, size_t count, float mean, float sd)
{
    BK_TRY(check_normal((double)mean, (double)sd, (double)(fabsf(mean) + 7.0F * sd)));
    bk_fill_normal_f32(stream, values, count);
    for (size_t i = 0; i < count; i++) {
        values[i] = mean + sd * values[i];
    }
    return BK_OK;
}

bk_status bk_fill_normal_scaled_f64(bk_stream *stream, double *values, size_t count, double mean, double sd)
{
    BK_TRY(check_normal(mean, sd, fabs(mean) + 9.0 * sd));
    bk_fill_normal_f64(stream, values, count);
    for (size_t i = 0; i < count; i++) {
        values[i] = mean + sd * values[i];
    }
    return BK_OK;
}

static bk_status check_rate(double rate, double low, double high)
{
    if (bk_outside(rate, low, high)) {
        return bk_fail(BK_INVALID, "exponential distribution: rate is %.17g, it must be in [%g, %g]", rate,
                       low, high);
    }
    return BK_OK;
}

bk_status bk_fill_exponential_f64(bk_stream *stream, double *values, size_t count, double rate)
{
    BK_TRY(check_rate(rate, 1e-300, 1e300));
    uint64_t draws[BK_CHUNK];
    const bk_kernels *kernels = bk_kernels_in_use();
    for (size_t done = 0; done < count; done += BK_CHUNK) {
        const size_t now = bk_smaller(count - done, BK_CHUNK);
        double *chunk = values + done;
        bk_stream_fill(stream, draws, now);
        for (size_t i = 0; i < now; i++) {
            chunk[i] = bk_centred_f64(draws[i]);
        }
        kernels->log_f64(chunk, chunk, now);
        for (size_t i = 0; i < now; i++) {
            chunk[i] = -chunk[i] / rate;
        }
    }
    return BK_OK;
}

bk_status bk_fill_exponential_f32(bk_stream *stream, float *values, size_t count, double rate)
{
    BK_TRY(check_rate(rate, 1e-36, 1e36));
    uint64_t draws[BK_CHUNK / 2 + 1];
    double logs[BK_CHUNK + 1];
    const bk_kernels *kernels = bk_kernels_in_use();
    for (size_t done = 0; done < count; done += BK_CHUNK) {
        const size_t now = bk_smaller(count - done, BK_CHUNK);
        const size_t pairs = (now + 1) / 2;
        bk_stream_fill(stream, draws, pairs);
        for (size_t i = 0; i < pairs; i++) {
            logs[2 * i] = ((double)(uint32_t)draws[i] + 0.5) * 0x1p-32;
            logs[2 * i + 1] = ((double)(uint32_t)(draws[i] >> 32) + 0.5) * 0x1p-32;
        }
        kernels->log_f64(logs, logs, now);
        for (size_t i = 0; i < now; i++) {
            values[done + i] = (float)(-logs[i] / rate);
        }
    }
    return BK_OK;
}
