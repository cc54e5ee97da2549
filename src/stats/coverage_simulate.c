/* SPDX-License-Identifier: GPL-3.0-or-later
 * Coverage by simulation, for methods whose interval is no function of the error count, and as a check of the
 * sums for the others. */
#include <math.h>

#include "brisk/rng.h"
#include "stats/coverage.h"

/* Losses drawn at one time. */
#define CHUNK 4096
/* Trials folded in order into one slot. */
#define BLOCK 64

typedef struct tally {
    uint64_t at, left, right, low, high, none;
    double width; /* sum over those with ends */
} tally;

typedef struct simulation {
    size_t method;
    bk_test_sets sets;
    bk_interval_request request;
    uint64_t trials, seed;
    double **values; /* [threads], [m] each; NULL unless the order of the losses matters */
    tally *tallies;  /* one a block */
} simulation;

/* Draws count losses of error rate p; the number of ones. */
static bk_status draw_part(uint64_t *errors, bk_stream *stream, double *values, uint64_t count, double p)
{
    uint8_t drawn[CHUNK];
    for (uint64_t done = 0; done < count;) {
        const size_t now = count - done < CHUNK ? (size_t)(count - done) : CHUNK;
        BK_TRY(bk_fill_bernoulli(stream, drawn, now, p));
        for (size_t i = 0; i < now; i++) {
            *errors += drawn[i];
            if (values) {
                values[done + i] = drawn[i];
            }
        }
        done += now;
    }
    return BK_OK;
}

static bk_status draw_losses(bk_losses *losses, bk_stream *stream, double *values, const bk_test_sets *sets)
{
    uint64_t errors = 0;
    if (sets->balanced) {
        const uint64_t half = sets->m / 2;
        BK_TRY(draw_part(&errors, stream, values, half, sets->p_negative));
        BK_TRY(draw_part(&errors, stream, values ? values + half : NULL, half, sets->p_positive));
    } else {
        BK_TRY(draw_part(&errors, stream, values, sets->m, sets->p));
    }
    *losses = bk_losses_from_count(errors, sets->m);
    losses->values = values;
    return BK_OK;
}

static void note(tally *to, const bk_interval *interval, bk_near p)
{
    if (isnan(interval->low)) {
        to->none++;
        return;
    }
    const int from = bk_near_compare(interval->low, p), until = bk_near_compare(interval->high, p);
    to->at += from <= 0 && until >= 0;
    to->left += from < 0 && until >= 0;
    to->right += from <= 0 && until > 0;
    to->low += from > 0;
    to->high += until < 0;
    to->width += interval->high - interval->low;
}

static bk_status run_block(void *context, size_t item, int thread)
{
    const simulation *work = context;
    const bk_near p = bk_near_of(work->sets.p);
    const uint64_t first = (uint64_t)item * BLOCK;
    const uint64_t end = work->trials - first < BLOCK ? work->trials : first + BLOCK;
    tally own = {0};
    for (uint64_t t = first; t < end; t++) {
        bk_stream stream = bk_stream_open(work->seed, BK_PURPOSE_COVERAGE, t);
        bk_losses losses;
        BK_TRY(draw_losses(&losses, &stream, work->values ? work->values[thread] : NULL, &work->sets));
        bk_interval_request request = work->request;
        request.seed = bk_stream_next(&stream);
        bk_interval interval;
        BK_TRY(bk_interval_of_losses(&interval, work->method, &losses, &request));
        note(&own, &interval, p);
    }
    work->tallies[item] = own;
    return BK_OK;
}

static void fold(bk_coverage *row, const simulation *work, size_t blocks)
{
    tally all = {0};
    for (size_t b = 0; b < blocks; b++) {
        const tally *one = &work->tallies[b];
        all.at += one->at;
        all.left += one->left;
        all.right += one->right;
        all.low += one->low;
        all.high += one->high;
        all.none += one->none;
        all.width += one->width;
    }
    const double trials = (double)work->trials, p = work->sets.p;
    const double smoothed = ((double)all.at + 0.5) / (trials + 1);
    *row = (bk_coverage){
        .method = bk_interval_method_row(work->method)->name,
        .m = work->sets.m,
        .p = p,
        .level = work->request.level,
        .sides = work->request.sides,
        .coverage = (double)all.at / trials,
        .coverage_left = p > 0 ? (double)all.left / trials : (double)NAN,
        .coverage_right = p < 1 ? (double)all.right / trials : (double)NAN,
        .mean_width = all.none < work->trials ? all.width / (double)(work->trials - all.none) : (double)NAN,
        .miss_low = (double)all.low / trials,
        .miss_high = (double)all.high / trials,
        .undefined = (double)all.none / trials,
        .kind = "simulated",
        .standard_error = sqrt(smoothed * (1 - smoothed) / trials),
        .trials = work->trials,
    };
}

static bk_status allocate_values(simulation *work, bk_arena *arena)
{
    const size_t threads = (size_t)bk_threads();
    work->values = bk_arena_allocate(arena, threads, sizeof *work->values);
    for (size_t t = 0; work->values && t < threads; t++) {
        work->values[t] = bk_arena_allocate(arena, (size_t)work->sets.m, sizeof **work->values);
        if (!work->values[t]) {
            return bk_fail_within("coverage");
        }
    }
    return work->values ? BK_OK : bk_fail_within("coverage");
}

static bk_status simulate(bk_coverage *row, simulation *work, bk_arena *arena)
{
    const size_t blocks = (size_t)((work->trials + BLOCK - 1) / BLOCK);
    work->tallies = bk_arena_allocate(arena, blocks, sizeof *work->tallies);
    if (!work->tallies) {
        return bk_fail_within("coverage");
    }
    const unsigned needs = bk_interval_method_row(work->method)->needs;
    if ((needs & BK_NEEDS_ORDER) && work->request.order == BK_ORDER_FILE) {
        BK_TRY(allocate_values(work, arena));
    }
    BK_TRY(bk_parallel_for(blocks, run_block, work));
    fold(row, work, blocks);
    return BK_OK;
}

bk_status bk_coverage_simulate(bk_coverage *row, size_t method, const bk_test_sets *sets,
                               const bk_interval_request *request, uint64_t trials, uint64_t seed)
{
    BK_TRY(bk_test_sets_check(sets));
    if (trials < 1 || trials > UINT64_C(1) << 32) {
        return bk_fail(BK_INVALID, "coverage: %llu trials; give 1 to 2^32", (unsigned long long)trials);
    }
    if (!bk_interval_method_row(method)) {
        return bk_fail(BK_INVALID, "coverage: there is no method number %zu; the table has %zu", method,
                       bk_interval_method_count());
    }
    bk_arena *arena = bk_arena_create();
    if (!arena) {
        return bk_fail_within("coverage");
    }
    simulation work = {.method = method, .sets = *sets, .request = *request, .trials = trials, .seed = seed};
    const bk_status status = simulate(row, &work, arena);
    bk_arena_destroy(arena);
    return status;
}
