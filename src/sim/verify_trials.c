/* SPDX-License-Identifier: GPL-3.0-or-later
 * Trials that were computed again, beside what a file holds of them: the digest of each block, and the values
 * where they are kept. */
#include <string.h>

#include "sim/check.h"

typedef struct verifying {
    bk_run *run;
    const bk_part *part;
    const bk_simulation *simulation;
    const void *context;
    const bk_stored *stored;

    /* Of a sample. */
    uint64_t *blocks; /* [n_blocks], ascending */
    size_t n_blocks;
    unsigned char *scratch; /* [thread][stride] */
    size_t stride;
    double *values; /* [thread][slot_size] */
    size_t slot_size;
    _Atomic uint64_t finished;
} verifying;

/* ---- What a difference is called ---- */

/* ", stream (seed 1, purpose 4 'trial', index 7)" */
static void append_stream(bk_text *text, const verifying *work, uint64_t trial)
{
    const uint32_t purpose = work->simulation->purpose;
    if (purpose == 0) {
        return;
    }
    bk_text_append(text, ", stream (seed %llu, purpose %lu", (unsigned long long)work->run->seed,
                   (unsigned long)purpose);
    for (size_t row = 0; row < bk_purpose_count(); row++) {
        if (bk_purpose_row(row)->number == purpose) {
            bk_text_append(text, " '%s'", bk_purpose_row(row)->name);
        }
    }
    bk_text_append(text, ", index %llu)", (unsigned long long)trial);
}

static bk_status refuse_value(const verifying *work, uint64_t trial, size_t output, double value)
{
    const bk_dataset *dataset = work->stored->values[output];
    bk_text text = {0};
    bk_text_append(&text, "'%s', trial %llu (block %llu", work->part->name, (unsigned long long)trial,
                   (unsigned long long)(trial / work->part->block_size));
    append_stream(&text, work, trial);
    bk_text_append(&text, "): %s is ", work->part->output_name[output]);
    bk_append_value(&text, bk_dataset_dtype(dataset), bk_dataset_values(dataset), (size_t)trial);
    bk_text_append(&text, " in the file (%s [%s %llu]), but %.17g when computed again",
                   bk_dataset_path(dataset), bk_dataset_axis(dataset, 0), (unsigned long long)trial, value);
    const bk_status status = bk_fail(BK_MISMATCH, "%s", bk_text_string(&text));
    bk_text_clear(&text);
    return status;
}

static bk_status refuse_block(const verifying *work, uint64_t block, bool all_kept)
{
    const bk_part *part = work->part;
    const uint64_t first = block * part->block_size;
    bk_text text = {0};
    bk_text_append(&text, "'%s', block %llu (trials %llu to %llu", part->name, (unsigned long long)block,
                   (unsigned long long)first,
                   (unsigned long long)(first + bk_part_trials_of(part, block) - 1));
    append_stream(&text, work, first);
    bk_text_append(&text, " and on): %s/block_digest [block %llu] is not the digest of %s",
                   bk_group_path(work->stored->group), (unsigned long long)block,
                   all_kept ? "its values, which are right" : "what its trials gave when computed again");
    const bk_status status = bk_fail(BK_MISMATCH, "%s", bk_text_string(&text));
    bk_text_clear(&text);
    return status;
}

/* ---- One block ---- */

/* Whether a digest covers bits that may differ and that nothing else of the file tells. values: those that
 * it keeps are known. */
static bool is_open(const verifying *work, const double *values)
{
    bool open = false;
    for (size_t i = 0; i < work->simulation->n_outputs; i++) {
        const bool known = values != NULL && work->stored->values[i] != NULL;
        open = open || (work->simulation->outputs[i].inexact && !known);
    }
    return open && !work->run->check->request.exact;
}

/* Adds the values that differ within the tolerance to tolerated. What the file keeps takes the place of what
 * was computed, as the digest of the file covers it. */
static bk_status compare_values(uint64_t *tolerated, const verifying *work, uint64_t block, double *values)
{
    const bk_part *part = work->part;
    const uint64_t first = block * part->block_size, count = bk_part_trials_of(part, block);
    for (uint64_t i = 0; i < count; i++) {
        for (size_t output = 0; output < part->n_outputs; output++) {
            const bk_dataset *kept = work->stored->values[output];
            double *ours = &values[i * part->n_outputs + output];
            if (kept == NULL || bk_stored_equal(work->stored, output, first + i, *ours)) {
                continue;
            }
            const double theirs = bk_dataset_real(kept, (size_t)(first + i));
            double distance;
            if (!work->simulation->outputs[output].inexact || work->run->check->request.exact ||
                !bk_nearly_equal(&distance, theirs, *ours, 0.0)) {
                return refuse_value(work, first + i, output, *ours);
            }
            *ours = theirs;
            ++*tolerated;
        }
    }
    return BK_OK;
}

/* values [trial of the block][output], which may be changed; NULL where only the part's digest is known. */
static bk_status compare_block(const verifying *work, uint64_t block, double *values)
{
    const bk_part *part = work->part;
    uint64_t tolerated = 0, digest;
    if (values == NULL) {
        digest = part->digest[block];
    } else {
        BK_TRY(compare_values(&tolerated, work, block, values));
        work->run->check->inexact_trials += tolerated;
        digest = bk_block_digest(values, (size_t)bk_part_trials_of(part, block) * part->n_outputs);
    }
    if (digest == work->stored->digest[block]) {
        return BK_OK;
    }
    /* Where nothing tells which bits of it differ, it is counted, and only the summaries of all trials are
     * compared. */
    if (is_open(work, values)) {
        work->run->check->unlike_digests++;
        return BK_OK;
    }
    return refuse_block(work, block, values != NULL && work->stored->kept == part->n_outputs);
}

/* ---- All blocks ---- */

static void gather(double *values, const bk_part *part, uint64_t block)
{
    const uint64_t first = block * part->block_size, count = bk_part_trials_of(part, block);
    for (uint64_t i = 0; i < count; i++) {
        for (size_t output = 0; output < part->n_outputs; output++) {
            values[i * part->n_outputs + output] =
                part->dtype[output] == BK_U32 ? (double)((const uint32_t *)part->values[output])[first + i]
                                              : ((const double *)part->values[output])[first + i];
        }
    }
}

bk_status bk_verify_blocks(bk_run *run, const bk_part *part, const bk_simulation *simulation,
                           const bk_stored *stored, uint64_t blocks)
{
    if (stored->blocks != blocks) {
        return bk_fail(BK_MISMATCH,
                       "'%s' ended after %llu blocks in the file, but after %llu when computed again",
                       part->name, (unsigned long long)stored->blocks, (unsigned long long)blocks);
    }
    const verifying work = {.run = run, .part = part, .simulation = simulation, .stored = stored};
    size_t count;
    if (!bk_multiply_sizes(&count, (size_t)part->block_size, part->n_outputs)) {
        return bk_fail(BK_OVERFLOW, "%s: a block exceeds the address space", part->name);
    }
    double *values = part->values == NULL ? NULL : bk_allocate(count, sizeof *values);
    bk_status status = part->values != NULL && values == NULL ? bk_error_status() : BK_OK;
    for (uint64_t block = 0; status == BK_OK && block < blocks; block++) {
        if (values != NULL) {
            gather(values, part, block);
        }
        status = compare_block(&work, block, values);
    }
    bk_free(values);
    return status;
}

/* ---- A sample of them ---- */

/* So many of all blocks, each set of them as probable as any other, in ascending order (Knuth's algorithm S).
 */
static bk_status choose_blocks(verifying *work, uint64_t blocks)
{
    const bk_check *check = work->run->check;
    const uint64_t wanted = check->request.sample < blocks ? check->request.sample : blocks;
    bk_stream stream =
        bk_stream_open(check->request.sample_seed, BK_PURPOSE_VERIFY_SAMPLE, check->simulations);
    work->blocks = bk_allocate((size_t)wanted, sizeof *work->blocks);
    if (work->blocks == NULL) {
        return bk_error_status();
    }
    for (uint64_t block = 0; work->n_blocks < wanted; block++) {
        uint64_t draw;
        BK_TRY(bk_fill_integer_exact_u64(&stream, &draw, 1, blocks - block));
        if (draw < wanted - work->n_blocks) {
            work->blocks[work->n_blocks++] = block;
        }
    }
    return BK_OK;
}

static void tell(verifying *work)
{
    const uint64_t finished = ++work->finished;
    if (finished < work->n_blocks && bk_mutex_try(work->run->service)) {
        bk_run_tell_progress(work->run, work->part->name, finished, work->n_blocks, NULL);
        bk_mutex_release(work->run->service);
    }
}

static bk_status sample_item(void *context, size_t item, int thread)
{
    verifying *work = context;
    const bk_part *part = work->part;
    const uint64_t block = work->blocks[item], count = bk_part_trials_of(part, block);
    double *values = work->values + (size_t)thread * work->slot_size;
    for (uint64_t i = 0; i < count; i++) {
        BK_TRY(bk_compute_trial(part->name, work->simulation, work->context, block * part->block_size + i,
                                work->scratch + (size_t)thread * work->stride, values + i * part->n_outputs));
    }
    tell(work);
    return compare_block(work, block, values);
}

static bk_status allocate(verifying *work)
{
    size_t bytes;
    if (!bk_multiply_sizes(&work->slot_size, (size_t)work->part->block_size, work->part->n_outputs) ||
        !bk_multiply_sizes(&bytes, work->slot_size, sizeof *work->values)) {
        return bk_fail(BK_OVERFLOW, "%s: a block exceeds the address space", work->part->name);
    }
    work->scratch = bk_allocate_scratch(&work->stride, work->simulation->scratch_bytes);
    work->values = bk_allocate((size_t)bk_threads(), bytes);
    return work->scratch == NULL || work->values == NULL ? bk_error_status() : BK_OK;
}

bk_status bk_verify_sample(bk_run *run, const bk_part *part, const bk_simulation *simulation,
                           const void *context, const bk_stored *stored)
{
    verifying work = {
        .run = run, .part = part, .simulation = simulation, .context = context, .stored = stored};
    bk_status status = allocate(&work);
    if (status == BK_OK) {
        status = choose_blocks(&work, stored->blocks);
    }
    if (status == BK_OK) {
        status = bk_parallel_for(work.n_blocks, sample_item, &work);
    }
    if (status == BK_OK) {
        bk_run_tell_progress(run, part->name, work.n_blocks, work.n_blocks, NULL);
    }
    bk_free(work.blocks);
    bk_free(work.scratch);
    bk_free(work.values);
    return status;
}
