/* SPDX-License-Identifier: GPL-3.0-or-later
 * Variates from a stream: raw draws in chunks that stay in the first-level cache, turned by a kernel. */
#include "brisk/rng.h"
#include "kernel/kernel.h"

/* Even, so that a pair of values never straddles two chunks. */
#define CHUNK 1024

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

void bk_fill_uniform_f64(bk_stream *stream, double *values, size_t count)
{
    uint64_t draws[CHUNK];
    const bk_kernels *kernels = bk_kernels_in_use();
    for (size_t done = 0; done < count; done += CHUNK) {
        const size_t now = smaller(count - done, CHUNK);
        bk_stream_fill(stream, draws, now);
        kernels->uniform_f64(values + done, draws, now);
    }
}

void bk_fill_uniform_f32(bk_stream *stream, float *values, size_t count)
{
    uint64_t draws[CHUNK];
    const bk_kernels *kernels = bk_kernels_in_use();
    for (size_t done = 0; done < count; done += 2 * CHUNK) {
        const size_t now = smaller(count - done, 2 * CHUNK);
        bk_stream_fill(stream, draws, (now + 1) / 2);
        kernels->uniform_f32(values + done, draws, now);
    }
}

void bk_fill_normal_f32(bk_stream *stream, float *values, size_t count)
{
    uint64_t draws[CHUNK];
    const bk_kernels *kernels = bk_kernels_in_use();
    for (size_t done = 0; done < count; done += 2 * CHUNK) {
        const size_t now = smaller(count - done, 2 * CHUNK);
        bk_stream_fill(stream, draws, (now + 1) / 2);
        kernels->normal_f32(values + done, draws, now);
    }
}

void bk_fill_normal_f64(bk_stream *stream, double *values, size_t count)
{
    uint64_t draws[CHUNK];
    const bk_kernels *kernels = bk_kernels_in_use();
    for (size_t done = 0; done < count; done += CHUNK) {
        const size_t now = smaller(count - done, CHUNK);
        bk_stream_fill(stream, draws, now + now % 2);
        kernels->normal_f64(values + done, draws, now);
    }
}

bk_status bk_fill_integer_u32(bk_stream *stream, uint32_t *values, size_t count, uint64_t bound)
{
    if (bound == 0 || bound > UINT64_C(1) << 32) {
        return bk_fail(BK_INVALID, "integers in [0, bound): the bound is %llu, it must be in [1, 2^32]",
                       (unsigned long long)bound);
    }
    uint64_t draws[CHUNK];
    const bk_kernels *kernels = bk_kernels_in_use();
    for (size_t done = 0; done < count; done += 2 * CHUNK) {
        const size_t now = smaller(count - done, 2 * CHUNK);
        bk_stream_fill(stream, draws, (now + 1) / 2);
        kernels->integer_u32(values + done, draws, now, bound);
    }
    return BK_OK;
}

bk_status bk_fill_integer_u64(bk_stream *stream, uint64_t *values, size_t count, uint64_t bound)
{
    if (bound == 0) {
        return bk_fail(BK_INVALID, "integers in [0, bound): the bound is 0, it must be at least 1");
    }
    uint64_t draws[CHUNK];
    const bk_kernels *kernels = bk_kernels_in_use();
    for (size_t done = 0; done < count; done += CHUNK) {
        const size_t now = smaller(count - done, CHUNK);
        bk_stream_fill(stream, draws, now);
        kernels->integer_u64(values + done, draws, now, bound);
    }
    return BK_OK;
}
