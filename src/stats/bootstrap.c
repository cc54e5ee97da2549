/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bootstrap replicates of a mean. Replicate r owns the stream (seed, bootstrap, r), so that any thread may
 * compute it and replicate r alone can be drawn again. */
#include <float.h>
#include <math.h>

#include "brisk/stats.h"
#include "stats/lanes.h"

/* Indices drawn at a time: even, so that no half of a draw is dropped between chunks; a multiple of
 * the lanes; small enough to stay in the first-level cache beside the data. */
#define CHUNK 2048
_Static_assert(CHUNK % 2 == 0 && CHUNK % BK_LANES == 0, "chunks must not change draws or lanes");

/* What all replicates share; one of the two data arrays is set, with its output. */
typedef struct resampling {
    const uint8_t *error; /* [n] */
    uint64_t *counts;     /* [resamples] */
    const double *losses; /* [n] */
    double *means;        /* [resamples] */
    size_t n;
    size_t resamples;
    size_t replicates_an_item;
    uint64_t seed;
} resampling;

static bk_status draw_count(const resampling *work, size_t replicate)
{
    bk_stream stream = bk_stream_open(work->seed, BK_PURPOSE_BOOTSTRAP, replicate);
    uint32_t index[CHUNK];
    uint64_t count = 0;
    for (size_t done = 0; done < work->n; done += CHUNK) {
        const size_t length = work->n - done < CHUNK ? work->n - done : CHUNK;
        BK_TRY(bk_fill_integer_u32(&stream, index, length, work->n));
        uint32_t errors = 0;
        for (size_t i = 0; i < length; i++) {
            errors += work->error[index[i]];
        }
        count += errors;
    }
    work->counts[replicate] = count;
    return BK_OK;
}

static bk_status draw_mean(const resampling *work, size_t replicate)
{
    bk_stream stream = bk_stream_open(work->seed, BK_PURPOSE_BOOTSTRAP, replicate);
    uint32_t index[CHUNK];
    bk_lanes sum = {{0}};
    for (size_t done = 0; done < work->n; done += CHUNK) {
        const size_t length = work->n - done < CHUNK ? work->n - done : CHUNK;
        BK_TRY(bk_fill_integer_u32(&stream, index, length, work->n));
        const size_t whole = length - length % BK_LANES;
        for (size_t i = 0; i < whole; i += BK_LANES) {
            for (size_t lane = 0; lane < BK_LANES; lane++) {
                sum.lane[lane] += work->losses[index[i + lane]];
            }
        }
        for (size_t i = whole; i < length; i++) {
            sum.lane[i % BK_LANES] += work->losses[index[i]];
        }
    }
    work->means[replicate] = bk_lanes_join(&sum) / (double)work->n;
    return BK_OK;
}

static bk_status resample_item(void *context, size_t item, int thread)
{
    (void)thread;
    const resampling *work = context;
    const size_t begin = item * work->replicates_an_item;
    const size_t left = work->resamples - begin;
    const size_t end = begin + (left < work->replicates_an_item ? left : work->replicates_an_item);
    for (size_t replicate = begin; replicate < end; replicate++) {
        BK_TRY(work->error ? draw_count(work, replicate) : draw_mean(work, replicate));
    }
    return BK_OK;
}

/* An item is about 2^16 draws: enough to hide the cost of handing it out, few enough to share a small
 * bootstrap of large data among threads. */
static bk_status resample(resampling *work)
{
    const size_t wanted = ((size_t)1 << 16) / work->n;
    work->replicates_an_item = wanted < 1 ? 1 : wanted > 64 ? 64 : wanted;
    const size_t items = (work->resamples - 1) / work->replicates_an_item + 1;
    return bk_parallel_for(items, resample_item, work);
}

static bk_status check_sizes(size_t resamples, size_t n)
{
    if (resamples == 0) {
        return bk_fail(BK_INVALID, "bootstrap: resamples = 0; draw at least one");
    }
    if (n == 0) {
        return bk_fail(BK_INVALID, "bootstrap: no losses (n = 0); give at least one");
    }
    if ((uint64_t)n > (uint64_t)1 << 32) {
        return bk_fail(BK_INVALID,
                       "bootstrap: n = %zu losses are more than 2^32, the reach of a 32-bit index", n);
    }
    return BK_OK;
}

bk_status bk_bootstrap_count(uint64_t *counts, size_t resamples, const uint8_t *error, size_t n,
                             uint64_t seed)
{
    BK_TRY(check_sizes(resamples, n));
    for (size_t i = 0; i < n; i++) {
        if (error[i] > 1) {
            return bk_fail(BK_INVALID,
                           "bootstrap: error[%zu] = %u is neither 0 nor 1; use bk_bootstrap_mean for "
                           "other losses",
                           i, (unsigned)error[i]);
        }
    }
    resampling work = {.error = error, .counts = counts, .n = n, .resamples = resamples, .seed = seed};
    return resample(&work);
}

bk_status bk_bootstrap_mean(double *means, size_t resamples, const double *losses, size_t n, uint64_t seed)
{
    BK_TRY(check_sizes(resamples, n));
    const double largest = DBL_MAX / 2 / (double)n;
    for (size_t i = 0; i < n; i++) {
        if (!(fabs(losses[i]) <= largest)) {
            return bk_fail(BK_INVALID,
                           "bootstrap: losses[%zu] = %g; losses must be finite, and n of them within "
                           "reach of a double",
                           i, losses[i]);
        }
    }
    resampling work = {.losses = losses, .means = means, .n = n, .resamples = resamples, .seed = seed};
    return resample(&work);
}
