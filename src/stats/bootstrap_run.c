/* SPDX-License-Identifier: GPL-3.0-or-later
 * The bootstrap itself: replicates in parallel, each from its own stream, then the ladder that intervals are
 * read from. */
#include <math.h>

#include "brisk/rng.h"
#include "stats/bootstrap_plan.h"
#include "stats/bootstrap_run.h"
#include "stats/lanes.h"
#include "stats/resample.h"

/* What all items of the parallel loop share. */
typedef struct drawing {
    const bk_bootstrap_plan *plan;
    double *replicates;         /* [resamples] */
    double *errors;             /* [resamples], or NULL */
    size_t together;            /* replicates of an item */
    bk_seed_sequence bootstrap; /* (seed, bootstrap), to which the replicate is the last word */
    bk_counting *scratch;       /* [threads] */
} drawing;

/* The streams of replicates first .. first + count - 1 within sample s. */
static bk_status open_streams(bk_stream *streams, const drawing *work, size_t first, size_t count, size_t s)
{
    for (size_t r = 0; r < count; r++) {
        if (work->plan->samples_count == 1) {
            const bk_seed_sequence own = bk_seed_sequence_child(&work->bootstrap, first + r);
            streams[r] = bk_stream_from_sequence(&own);
        } else {
            BK_TRY(bk_stream_open_nested(&streams[r], work->plan->options.seed, BK_PURPOSE_BOOTSTRAP_STRATUM,
                                         first + r, s));
        }
    }
    return BK_OK;
}

/* What replicates are put together from, sample by sample. */
typedef struct gathering {
    double value,
        variance; /* sums over samples of coefficient times value, of coefficient^2 times variance */
    double u, v;
} gathering;

/* Of a mean: n (n - 1) times its squared standard error is sum d^2 - n (mean - data's mean)^2. */
static double variance_of_mean(const bk_sample *sample, double sum, double squares)
{
    const double n = (double)sample->n;
    const double moved = sum / n - sample->mean;
    const double left = squares - n * (moved * moved);
    return n < 2 ? (double)NAN : left > 0 ? left / (n * (n - 1)) : 0;
}

static void gather(gathering *to, const bk_bootstrap_plan *plan, const bk_sample *sample, const double *sums)
{
    if (plan->form == BK_FORM_MEAN) {
        to->value += sample->coefficient * (sums[0] / (double)sample->n);
        if (plan->width == 2) {
            to->variance +=
                sample->coefficient * sample->coefficient * variance_of_mean(sample, sums[0], sums[1]);
        }
    } else if (plan->form == BK_FORM_RATIO) {
        to->value += sample->coefficient * (sums[0] / sums[1]);
    } else {
        to->u += sums[0];
        to->v += sums[1];
    }
}

static double finish(const gathering *of, const bk_bootstrap_plan *plan)
{
    if (plan->form == BK_FORM_COMBINED) {
        return of->u / of->v;
    }
    if (plan->form != BK_FORM_MOMENTS) {
        return of->value;
    }
    /* u and v are the sums of d and d^2. */
    const double n = (double)plan->samples[0].n;
    const double left = of->v - of->u * (of->u / n);
    const double variance = n < 2 ? (double)NAN : left > 0 ? left / (n - 1) : 0;
    return plan->options.statistic == BK_STATISTIC_SD ? sqrt(variance) : variance;
}

static bk_status draw_sums(const drawing *work, size_t first, size_t count)
{
    const bk_bootstrap_plan *plan = work->plan;
    bk_stream streams[BK_RESAMPLE_TOGETHER];
    double sums[2 * BK_RESAMPLE_TOGETHER];
    gathering of[BK_RESAMPLE_TOGETHER] = {{0}};
    for (size_t s = 0; s < plan->samples_count; s++) {
        const bk_sample *sample = &plan->samples[s];
        BK_TRY(open_streams(streams, work, first, count, s));
        bk_resample_sums(sums, count, streams, sample->columns, plan->width, sample->n);
        for (size_t r = 0; r < count; r++) {
            gather(&of[r], plan, sample, sums + plan->width * r);
        }
    }
    for (size_t r = 0; r < count; r++) {
        work->replicates[first + r] = finish(&of[r], plan);
        if (work->errors) {
            work->errors[first + r] = sqrt(of[r].variance);
        }
    }
    return BK_OK;
}

/* Fills scratch->count with how often replicate r draws each point. */
static bk_status count_points(bk_counting *scratch, const drawing *work, size_t r)
{
    const bk_bootstrap_plan *plan = work->plan;
    for (size_t i = 0; i < plan->points; i++) {
        scratch->count[i] = 0;
    }
    for (size_t s = 0; s < plan->samples_count; s++) {
        const bk_sample *sample = &plan->samples[s];
        bk_stream stream;
        BK_TRY(open_streams(&stream, work, r, 1, s));
        bk_resample_indices(scratch->drawn, &stream, sample->n);
        for (size_t i = 0; i < sample->n; i++) {
            bk_count_unit(scratch->count, plan, sample->first + scratch->drawn[i], 1);
        }
    }
    return BK_OK;
}

static bk_status draw_item(void *context, size_t item, int thread)
{
    const drawing *work = context;
    const size_t first = item * work->together;
    const size_t left = work->plan->options.resamples - first;
    const size_t end = first + (left < work->together ? left : work->together);
    if (work->plan->form != BK_FORM_COUNTS) {
        for (size_t r = first; r < end; r += BK_RESAMPLE_TOGETHER) {
            BK_TRY(draw_sums(work, r, end - r < BK_RESAMPLE_TOGETHER ? end - r : BK_RESAMPLE_TOGETHER));
        }
        return BK_OK;
    }
    bk_counting *scratch = &work->scratch[thread];
    for (size_t r = first; r < end; r++) {
        double error;
        BK_TRY(count_points(scratch, work, r));
        BK_TRY(bk_bootstrap_value(&work->replicates[r], &error, work->plan, scratch));
        if (work->errors) {
            work->errors[r] = error;
        }
    }
    return BK_OK;
}

static bk_status allocate_scratch(bk_counting *scratch, const bk_bootstrap_plan *plan, size_t threads)
{
    for (size_t t = 0; t < threads; t++) {
        scratch[t].drawn = bk_allocate(plan->most_units, sizeof *scratch[t].drawn);
        scratch[t].count = bk_allocate(plan->points, sizeof *scratch[t].count);
        if (!scratch[t].drawn || !scratch[t].count) {
            return bk_error_status();
        }
    }
    return BK_OK;
}

static void free_scratch(bk_counting *scratch, size_t threads)
{
    for (size_t t = 0; scratch && t < threads; t++) {
        bk_free(scratch[t].drawn);
        bk_free(scratch[t].count);
        bk_free(scratch[t].index);
    }
    bk_free(scratch);
}

/* An item is about 2^17 draws, and no so few items that a thread stays idle. */
static size_t replicates_of_item(const bk_bootstrap_plan *plan)
{
    const size_t resamples = plan->options.resamples;
    const size_t wanted = ((size_t)1 << 17) / plan->points;
    const size_t share = (resamples - 1) / (2 * (size_t)bk_threads()) + 1;
    const size_t most = wanted < BK_RESAMPLE_TOGETHER ? BK_RESAMPLE_TOGETHER : wanted > 1024 ? 1024 : wanted;
    return most < share ? most : share;
}

static bk_seed_sequence prefix_of(uint64_t seed)
{
    const uint32_t words[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    const bk_seed_sequence root = bk_seed_sequence_open(words, words[1] == 0 ? 1 : 2);
    return bk_seed_sequence_child(&root, BK_PURPOSE_BOOTSTRAP);
}

bk_status bk_bootstrap_draw(double *replicates, double *errors, const bk_bootstrap_plan *plan)
{
    drawing work = {.plan = plan,
                    .replicates = replicates,
                    .errors = errors,
                    .together = replicates_of_item(plan),
                    .bootstrap = prefix_of(plan->options.seed)};
    const size_t threads = (size_t)bk_threads();
    bk_status status = BK_OK;
    if (plan->form == BK_FORM_COUNTS) {
        work.scratch = bk_allocate(threads, sizeof *work.scratch);
        status = work.scratch ? allocate_scratch(work.scratch, plan, threads) : bk_error_status();
    }
    if (status == BK_OK) {
        status = bk_parallel_for((plan->options.resamples - 1) / work.together + 1, draw_item, &work);
    }
    free_scratch(work.scratch, threads);
    return status;
}

bk_status bk_bootstrap_counts_of(uint32_t *counts, const bk_bootstrap_plan *plan, size_t replicate)
{
    const drawing work = {.plan = plan, .bootstrap = prefix_of(plan->options.seed)};
    bk_counting scratch = {.drawn = bk_allocate(plan->most_units, sizeof(uint32_t)), .count = counts};
    const bk_status status = scratch.drawn ? count_points(&scratch, &work, replicate) : bk_error_status();
    bk_free(scratch.drawn);
    return status;
}

/* The data's own statistic, and its standard error. */
bk_status bk_bootstrap_original(bk_bootstrap_plan *plan)
{
    if (plan->form != BK_FORM_COUNTS) {
        gathering of = {0};
        for (size_t s = 0; s < plan->samples_count; s++) {
            const bk_sample *sample = &plan->samples[s];
            double sums[2] = {0, 0};
            for (size_t column = 0; column < plan->width; column++) {
                bk_lanes lanes = {{0}};
                for (size_t i = 0; i < sample->n; i++) {
                    lanes.lane[i % BK_LANES] += sample->columns[plan->width * i + column];
                }
                sums[column] = bk_lanes_join(&lanes);
            }
            gather(&of, plan, sample, sums);
        }
        plan->original = finish(&of, plan);
        plan->original_error = plan->has_errors ? sqrt(of.variance) : (double)NAN;
        return BK_OK;
    }
    bk_counting scratch = {.count = bk_allocate(plan->points, sizeof(uint32_t))};
    if (!scratch.count) {
        return bk_error_status();
    }
    for (size_t i = 0; i < plan->points; i++) {
        scratch.count[i] = 1;
    }
    const bk_status status = bk_bootstrap_value(&plan->original, &plan->original_error, plan, &scratch);
    bk_free(scratch.count);
    bk_free(scratch.index);
    return status;
}
