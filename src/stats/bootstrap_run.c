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

/* Sums of 0/1 losses, and of their squared distances from the data's mean, by the law of their number. */
static void sums_by_law(double *sums, size_t count, bk_stream *streams, const bk_bootstrap_plan *plan)
{
    const double n = (double)plan->samples[0].n, mean = plan->samples[0].mean;
    for (size_t r = 0; r < count; r++) {
        const double errors = (double)bk_error_law_draw(&plan->law, bk_stream_next(&streams[r]));
        sums[plan->width * r] = errors;
        if (plan->width == 2) {
            sums[2 * r + 1] = errors * ((1 - mean) * (1 - mean)) + (n - errors) * (mean * mean);
        }
    }
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
        if (plan->law.size > 0) {
            sums_by_law(sums, count, streams, plan);
        } else {
            bk_resample_sums(sums, count, streams, sample->columns, plan->width, sample->n);
        }
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

/* ---- Statistics of counts ---------------------------------------------------------------------------------
 */

/* Whether counts of units are counts of points as they are. */
static bool is_plain(const bk_bootstrap_plan *plan) { return plan->samples_count == 1 && !plan->unit_point; }

/* Fills scratch->drawn with how often replicates first .. first + count - 1, at most `together`, draw each
 * unit. */
static bk_status draw_counts(bk_counting *scratch, const drawing *work, size_t first, size_t count)
{
    const bk_bootstrap_plan *plan = work->plan;
    bk_stream streams[BK_RESAMPLE_TOGETHER];
    for (size_t s = 0; s < plan->samples_count; s++) {
        const bk_sample *sample = &plan->samples[s];
        BK_TRY(open_streams(streams, work, first, count, s));
        bk_resample_counts(scratch->drawn + scratch->together * sample->first, count, streams, sample->n);
    }
    return BK_OK;
}

/* From the counts of units of the r-th of them to those of points. */
static void count_points(uint32_t *count, const bk_counting *scratch, const bk_bootstrap_plan *plan, size_t r)
{
    for (size_t i = 0; i < plan->points; i++) {
        count[i] = 0;
    }
    for (size_t s = 0; s < plan->samples_count; s++) {
        const bk_sample *sample = &plan->samples[s];
        const uint32_t *drawn = scratch->drawn + scratch->together * sample->first + r * sample->n;
        for (size_t i = 0; i < sample->n; i++) {
            if (drawn[i] > 0) {
                bk_count_unit(count, plan, sample->first + i, drawn[i]);
            }
        }
    }
}

static bk_status draw_values(const drawing *work, bk_counting *scratch, size_t first, size_t count)
{
    const bk_bootstrap_plan *plan = work->plan;
    BK_TRY(draw_counts(scratch, work, first, count));
    uint32_t *points = scratch->count;
    bk_status status = BK_OK;
    for (size_t r = 0; r < count && status == BK_OK; r++) {
        if (is_plain(plan)) {
            scratch->count = scratch->drawn + r * plan->points;
        } else {
            count_points(points, scratch, plan, r);
        }
        double error;
        status = bk_bootstrap_value(&work->replicates[first + r], &error, plan, scratch);
        if (work->errors) {
            work->errors[first + r] = error;
        }
    }
    scratch->count = points;
    return status;
}

/* ---- All of them ------------------------------------------------------------------------------------------
 */

static bk_status draw_item(void *context, size_t item, int thread)
{
    const drawing *work = context;
    const size_t first = item * work->together;
    const size_t left = work->plan->options.resamples - first;
    const size_t end = first + (left < work->together ? left : work->together);
    const bool counts = work->plan->form == BK_FORM_COUNTS;
    const size_t most = counts ? work->scratch[thread].together : BK_RESAMPLE_TOGETHER;
    for (size_t r = first; r < end; r += most) {
        const size_t now = end - r < most ? end - r : most;
        BK_TRY(counts ? draw_values(work, &work->scratch[thread], r, now) : draw_sums(work, r, now));
    }
    return BK_OK;
}

/* Counts of several replicates together, where they take no more than some MiB. */
static bk_status allocate_scratch(bk_counting *scratch, const bk_bootstrap_plan *plan, size_t threads)
{
    const size_t fit = ((size_t)1 << 20) / plan->units;
    const size_t most = fit < 1 ? 1 : fit < BK_RESAMPLE_TOGETHER ? fit : BK_RESAMPLE_TOGETHER;
    const size_t resamples = plan->options.resamples;
    for (size_t t = 0; t < threads; t++) {
        scratch[t].together = most < resamples ? most : resamples;
        scratch[t].drawn = bk_allocate(scratch[t].together * plan->units, sizeof *scratch[t].drawn);
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

/* An item is about 2^17 draws, whole batches of those that are drawn together, and no so few items that a
 * thread stays idle. */
static size_t replicates_of_item(const bk_bootstrap_plan *plan)
{
    const size_t resamples = plan->options.resamples;
    const size_t wanted = ((size_t)1 << 17) / plan->points / BK_RESAMPLE_TOGETHER * BK_RESAMPLE_TOGETHER;
    const size_t share = (resamples - 1) / (size_t)bk_threads() + 1;
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
    bk_counting scratch = {.drawn = bk_allocate(plan->units, sizeof(uint32_t)), .together = 1};
    const bk_status status = scratch.drawn ? draw_counts(&scratch, &work, replicate, 1) : bk_error_status();
    if (status == BK_OK) {
        count_points(counts, &scratch, plan, 0);
    }
    bk_free(scratch.drawn);
    return status;
}

/* Of the columns of a sample. */
static void sums_of_data(double sums[2], const bk_bootstrap_plan *plan, const bk_sample *sample)
{
    if (plan->width == 1) {
        sums[0] = sample->total;
        return;
    }
    for (size_t column = 0; column < 2; column++) {
        bk_lanes lanes = {{0}};
        for (size_t i = 0; i < sample->n; i++) {
            lanes.lane[i % BK_LANES] += sample->columns[2 * i + column];
        }
        sums[column] = bk_lanes_join(&lanes);
    }
}

/* The data's own statistic, and its standard error. */
bk_status bk_bootstrap_original(bk_bootstrap_plan *plan)
{
    if (plan->form != BK_FORM_COUNTS) {
        gathering of = {0};
        for (size_t s = 0; s < plan->samples_count; s++) {
            double sums[2] = {0, 0};
            sums_of_data(sums, plan, &plan->samples[s]);
            gather(&of, plan, &plan->samples[s], sums);
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
