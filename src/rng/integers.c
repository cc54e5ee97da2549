/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whole numbers below a bound: the high half of a product, with rejection where that is asked for. */
#include "brisk/rng.h"
#include "rng/bounded.h"
#include "rng/draw.h"

__extension__ typedef unsigned __int128 u128;

BK_DEFINE_BOUNDED(bounded_u64, uint64_t, u128, 64, bk_stream, bk_stream_next)

bk_status bk_fill_integer_u32(bk_stream *stream, uint32_t *values, size_t count, uint64_t bound)
{
    if (bound == 0 || bound > UINT64_C(1) << 32) {
        return bk_fail(BK_INVALID, "integers in [0, bound): the bound is %llu, it must be in [1, 2^32]",
                       (unsigned long long)bound);
    }
    uint64_t draws[BK_CHUNK];
    const bk_kernels *kernels = bk_kernels_in_use();
    for (size_t done = 0; done < count; done += 2 * BK_CHUNK) {
        const size_t now = bk_smaller(count - done, 2 * BK_CHUNK);
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
    uint64_t draws[BK_CHUNK];
    const bk_kernels *kernels = bk_kernels_in_use();
    for (size_t done = 0; done < count; done += BK_CHUNK) {
        const size_t now = bk_smaller(count - done, BK_CHUNK);
        bk_stream_fill(stream, draws, now);
        kernels->integer_u64(values + done, draws, now, bound);
    }
    return BK_OK;
}

bk_status bk_fill_integer_exact_u64(bk_stream *stream, uint64_t *values, size_t count, uint64_t bound)
{
    if (bound == 0) {
        return bk_fail(BK_INVALID, "integers in [0, bound): the bound is 0, it must be at least 1");
    }
    /* A copy that lives in registers. */
    bk_stream own = *stream;
    for (size_t i = 0; i < count; i++) {
        values[i] = bounded_u64(&own, bound);
    }
    *stream = own;
    return BK_OK;
}

bk_status bk_fill_bernoulli(bk_stream *stream, uint8_t *values, size_t count, double p)
{
    if (bk_outside(p, 0.0, 1.0)) {
        return bk_fail(BK_INVALID, "Bernoulli distribution: p is %.17g, it must be in [0, 1]", p);
    }
    uint64_t draws[BK_CHUNK];
    for (size_t done = 0; done < count; done += BK_CHUNK) {
        const size_t now = bk_smaller(count - done, BK_CHUNK);
        bk_stream_fill(stream, draws, now);
        for (size_t i = 0; i < now; i++) {
            values[done + i] = bk_unit_f64(draws[i]) < p ? 1 : 0;
        }
    }
    return BK_OK;
}
