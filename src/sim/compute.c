/* SPDX-License-Identifier: GPL-3.0-or-later
 * The trials themselves: missing blocks in parallel, each in index order by one thread. A block that is not
 * finished when the run stops leaves nothing. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/compute.h"

#define ALIGNMENT 64

/* ---- One trial ---- */

/* A count is a whole number, a value lies in its declared range, and a NaN is one pattern, because its sign
 * and payload depend on compiler and machine. */
bk_status bk_check_output(const bk_output *output, double *value)
{
    if (output->dtype == BK_U32 &&
        !(*value >= 0.0 && *value <= (double)UINT32_MAX && *value == floor(*value))) {
        return bk_fail(BK_INVALID, "output %s is declared a count but is %g", output->name, *value);
    }
    if (output->low < output->high && !(*value >= output->low && *value <= output->high)) {
        return bk_fail(BK_INVALID, "output %s is %g, outside its declared range [%g, %g]", output->name,
                       *value, output->low, output->high);
    }
    if (output->dtype == BK_U32) {
        /* -0 as it comes back from a checkpoint, which keeps counts as whole numbers. */
        *value = (double)(uint32_t)*value;
    }
    if (isnan(*value)) {
        static const uint64_t quiet = UINT64_C(0x7ff8000000000000);
        memcpy(value, &quiet, sizeof quiet);
    }
    return BK_OK;
}

bk_status bk_compute_trial(const char *name, const bk_simulation *simulation, const void *context,
                           uint64_t trial, void *scratch, double *outputs)
{
    memset(outputs, 0, simulation->n_outputs * sizeof *outputs);
    bk_status status = simulation->trial(context, trial, scratch, outputs);
    for (size_t i = 0; status == BK_OK && i < simulation->n_outputs; i++) {
        status = bk_check_output(&simulation->outputs[i], &outputs[i]);
    }
    if (status == BK_OK) {
        return BK_OK;
    }
    (void)bk_own_failure(status);
    return bk_fail_within("%s, trial %llu", name, (unsigned long long)trial);
}

unsigned char *bk_allocate_scratch(size_t *stride, size_t bytes)
{
    size_t padded;
    if (!bk_add_sizes(&padded, bytes, ALIGNMENT)) {
        (void)bk_fail(BK_OVERFLOW, "%zu bytes of scratch exceed the address space", bytes);
        return NULL;
    }
    *stride = padded - padded % ALIGNMENT;
    return bk_allocate((size_t)bk_threads(), *stride);
}

/* ---- The blocks of one process ---- */

uint64_t bk_block_in_gaps(const bk_computation *work, uint64_t item)
{
    size_t low = 0;
    size_t high = work->n_gaps;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (work->before[middle] <= item) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return work->gaps[low].first + (item - work->before[low]);
}

static void note_failed_trial(bk_computation *work, uint64_t trial)
{
    uint64_t lowest = atomic_load(&work->failed_trial);
    while (trial < lowest && !atomic_compare_exchange_weak(&work->failed_trial, &lowest, trial)) {
    }
}

bk_status bk_compute_item(void *context, size_t item, int thread)
{
    bk_computation *work = context;
    if (atomic_load_explicit(&work->run->stopping, memory_order_relaxed)) {
        return BK_OK;
    }
    const uint64_t block = work->blocks != NULL ? work->blocks[item] : bk_block_in_gaps(work, item);
    const uint64_t first = block * work->part->block_size;
    const size_t count = (size_t)bk_part_trials_of(work->part, block);
    const size_t width = work->simulation->n_outputs;
    void *scratch = work->scratch + (size_t)thread * work->scratch_stride;
    double *values = work->slots != NULL ? work->slots + item * work->slot_size
                                         : work->buffers + (size_t)thread * work->slot_size;
    for (size_t i = 0; i < count; i++) {
        const bk_status status = bk_compute_trial(work->part->name, work->simulation, work->context,
                                                  first + i, scratch, values + i * width);
        if (status != BK_OK) {
            note_failed_trial(work, first + i);
            return status;
        }
        /* Behind the last trial the block is finished, whatever is wanted now. */
        if (bk_run_attend(work->run, &work->attendance[thread], work->part) && i + 1 < count) {
            return BK_OK;
        }
    }
    if (work->slots != NULL) {
        work->slot_filled[item] = 1;
        return BK_OK;
    }
    return bk_part_take(work->part, block, values);
}

/* ---- Memory of the threads ---- */

static bk_status allocate_work(bk_computation *work)
{
    const size_t width = work->simulation->n_outputs;
    if (!bk_multiply_sizes(&work->slot_size, (size_t)work->part->block_size, width)) {
        return bk_fail(BK_OVERFLOW, "%s: blocks of %llu trials exceed the address space", work->part->name,
                       (unsigned long long)work->part->block_size);
    }
    /* Whole cache lines, so that threads do not write to a common one. */
    work->slot_size = (work->slot_size + 7) / 8 * 8;
    size_t bytes;
    if (!bk_multiply_sizes(&bytes, work->slot_size, sizeof *work->buffers)) {
        return bk_fail(BK_OVERFLOW, "%s: a block exceeds the address space", work->part->name);
    }
    work->scratch = bk_allocate_scratch(&work->scratch_stride, work->simulation->scratch_bytes);
    work->buffers = bk_allocate((size_t)bk_threads(), bytes);
    work->attendance = bk_allocate((size_t)bk_threads(), sizeof *work->attendance);
    if (work->scratch == NULL || work->buffers == NULL || work->attendance == NULL) {
        return bk_fail_within("%s: scratch memory of %d threads", work->part->name, bk_threads());
    }
    return BK_OK;
}

static void free_work(bk_computation *work)
{
    bk_free(work->scratch);
    bk_free(work->buffers);
    bk_free(work->attendance);
}

/* ---- All that is missing ---- */

static bk_status compute_missing(bk_computation *work, uint64_t first, uint64_t end)
{
    bk_block_range *gaps = NULL;
    BK_TRY(bk_part_ranges(&gaps, &work->n_gaps, work->part, first, end, false));
    uint64_t *before = bk_allocate(work->n_gaps, sizeof *before);
    uint64_t missing = 0;
    for (size_t i = 0; before != NULL && i < work->n_gaps; i++) {
        before[i] = missing;
        missing += gaps[i].end - gaps[i].first;
    }
    work->gaps = gaps;
    work->before = before;
    bk_status status = BK_OK;
    if (before == NULL) {
        status = bk_error_status();
    } else if (bk_ranks() > 1) {
        status = bk_compute_with_ranks(work, missing);
    } else {
        status = bk_parallel_for((size_t)missing, bk_compute_item, work);
    }
    bk_free(before);
    bk_free(gaps);
    return status;
}

static bool all_there(const bk_part *part, uint64_t first, uint64_t end)
{
    for (uint64_t block = first; block < end; block++) {
        if (!bk_part_has(part, block)) {
            return false;
        }
    }
    return true;
}

bk_status bk_compute_blocks(bk_run *run, bk_part *part, const bk_simulation *simulation, const void *context,
                            uint64_t first, uint64_t end)
{
    bk_computation work = {
        .run = run, .part = part, .simulation = simulation, .context = context, .failed_trial = UINT64_MAX};
    bk_status status = allocate_work(&work);
    if (status == BK_OK) {
        status = compute_missing(&work, first, end);
    }
    free_work(&work);
    if (status == BK_OK && !all_there(part, first, end)) {
        return bk_run_stopped(run);
    }
    return status;
}
