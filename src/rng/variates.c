/* SPDX-License-Identifier: GPL-3.0-or-later
 * Variates from a stream: raw draws in chunks that stay in the first-level cache, turned by a kernel. */
#include "brisk/rng.h"
#include "rng/draw.h"

void bk_fill_uniform_f64(bk_stream *stream, double *values, size_t count)
{
    uint64_t draws[BK_CHUNK];
    const bk_kernels *kernels = bk_kernels_in_use();
    for (size_t done = 0; done < count; done += BK_CHUNK) {
        const size_t now = bk_smaller(count - done, BK_CHUNK);
        bk_stream_fill(stream, draws, now);
        kernels->uniform_f64(values + done, draws, now);
    }
}

void bk_fill_uniform_f32(bk_stream *stream, float *values, size_t count)
{
    uint64_t draws[BK_CHUNK];
    const bk_kernels *kernels = bk_kernels_in_use();
    for (size_t done = 0; done < count; done += 2 * BK_CHUNK) {
        const size_t now = bk_smaller(count - done, 2 * BK_CHUNK);
        bk_stream_fill(stream, draws, (now + 1) / 2);
        kernels->uniform_f32(values + done, draws, now);
    }
}

void bk_fill_normal_f32(bk_stream *stream, float *values, size_t count)
{
    uint64_t draws[BK_CHUNK];
    const bk_kernels *kernels = bk_kernels_in_use();
    for (size_t done = 0; done < count; done += 2 * BK_CHUNK) {
        const size_t now = bk_smaller(count - done, 2 * BK_CHUNK);
        bk_stream_fill(stream, draws, (now + 1) / 2);
        kernels->normal_f32(values + done, draws, now);
    }
}

void bk_fill_normal_f64(bk_stream *stream, double *values, size_t count)
{
    uint64_t draws[BK_CHUNK];
    const bk_kernels *kernels = bk_kernels_in_use();
    for (size_t done = 0; done < count; done += BK_CHUNK) {
        const size_t now = bk_smaller(count - done, BK_CHUNK);
        bk_stream_fill(stream, draws, now + now % 2);
        kernels->normal_f64(values + done, draws, now);
    }
}

void bk_fill_normal_pairs_f32(bk_stream *stream, float *first, float *second, size_t count)
{
    uint64_t draws[BK_CHUNK];
    const bk_kernels *kernels = bk_kernels_in_use();
    for (size_t done = 0; done < count; done += BK_CHUNK) {
        const size_t now = bk_smaller(count - done, BK_CHUNK);
        bk_stream_fill(stream, draws, now);
        kernels->normal_pairs_f32(first + done, second + done, draws, now);
    }
}

void bk_fill_normal_pairs_f64(bk_stream *stream, double *first, double *second, size_t count)
{
    uint64_t draws[BK_CHUNK];
    const bk_kernels *kernels = bk_kernels_in_use();
    for (size_t done = 0; done < count; done += BK_CHUNK / 2) {
        const size_t now = bk_smaller(count - done, BK_CHUNK / 2);
        bk_stream_fill(stream, draws, 2 * now);
        kernels->normal_pairs_f64(first + done, second + done, draws, now);
    }
}

double bk_next_uniform_f64(bk_stream *stream) { return bk_unit_f64(bk_stream_next(stream)); }

float bk_next_uniform_f32(bk_stream *stream)
{
    return (float)((uint32_t)bk_stream_next(stream) >> 8) * 0x1p-24F;
}

double bk_next_normal_f64(bk_stream *stream)
{
    uint64_t draws[2];
    draws[0] = bk_stream_next(stream);
    draws[1] = bk_stream_next(stream);
    double value;
    bk_kernels_in_use()->normal_f64(&value, draws, 1);
    return value;
}

float bk_next_normal_f32(bk_stream *stream)
{
    const uint64_t draw = bk_stream_next(stream);
    float value;
    bk_kernels_in_use()->normal_f32(&value, &draw, 1);
    return value;
}

double bk_next_exponential_f64(bk_stream *stream)
{
    return -bk_log_of(bk_centred_f64(bk_stream_next(stream)));
}

float bk_next_exponential_f32(bk_stream *stream)
{
    return (float)-bk_log_of(((double)(uint32_t)bk_stream_next(stream) + 0.5) * 0x1p-32);
}
