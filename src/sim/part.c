/* SPDX-License-Identifier: GPL-3.0-or-later
 * Finished blocks: into their slots, the fold tree and the tallies. Nothing here depends on the order in
 * which blocks come or on who computed them. */
#include "sim/part.h"

#include <math.h>
#include <string.h>

/* ---- Making one ---- */

static bk_status copy_outputs(bk_part *part, const bk_simulation *simulation)
{
    for (size_t i = 0; i < simulation->n_outputs; i++) {
        part->dtype[i] = simulation->outputs[i].dtype;
        part->frequencies[i].limit = BK_MOST_FREQUENCIES;
        part->frequencies[i].full = part->dtype[i] != BK_U32;
        part->output_name[i] = bk_copy_text(simulation->outputs[i].name);
        if (part->output_name[i] == NULL) {
            return bk_error_status();
        }
    }
    return BK_OK;
}

static bk_status allocate_slots(bk_part *part)
{
    part->values = bk_allocate(part->n_outputs, sizeof *part->values);
    for (size_t i = 0; part->values != NULL && i < part->n_outputs; i++) {
        part->values[i] = bk_pages_resize(NULL, 0, (size_t)part->trials, bk_dtype_size(part->dtype[i]));
        if (part->values[i] == NULL) {
            return bk_fail_within("slots of %llu trials (--keep summary does without)",
                                  (unsigned long long)part->trials);
        }
    }
    return part->values == NULL ? bk_error_status() : BK_OK;
}

static bk_status allocate(bk_part *part, const char *name, const bk_simulation *simulation)
{
    if (part->blocks > SIZE_MAX || part->trials > SIZE_MAX) {
        return bk_fail(BK_OVERFLOW, "%llu trials exceed the address space", (unsigned long long)part->trials);
    }
    const size_t blocks = (size_t)part->blocks;
    part->name = bk_copy_text(name);
    part->lock = bk_mutex_create();
    if (part->name == NULL || part->lock == NULL) {
        return bk_error_status();
    }
    /* The larger one first: where it does not fit, nothing is cleared for nothing. */
    part->digest = bk_pages_resize(NULL, 0, blocks, sizeof *part->digest);
    part->is_done = part->digest == NULL ? NULL : bk_allocate(blocks / 8 + 1, 1);
    if (part->is_done == NULL) {
        return bk_fail_within("%llu blocks", (unsigned long long)part->blocks);
    }
    if (part->watched != BK_NO_OUTPUT) {
        part->block_mean = bk_pages_resize(NULL, 0, blocks, sizeof *part->block_mean);
        if (part->block_mean == NULL) {
            return bk_error_status();
        }
    }
    BK_TRY(copy_outputs(part, simulation));
    return part->keep == BK_KEEP_ALL ? allocate_slots(part) : BK_OK;
}

bk_part *bk_part_create(const char *name, const bk_simulation *simulation, bk_keep keep, size_t watched)
{
    bk_part *part = bk_allocate(1, sizeof *part);
    if (part == NULL) {
        return NULL;
    }
    part->trials = simulation->trials;
    part->block_size = simulation->block_size == 0 ? BK_FOLD_BLOCK : simulation->block_size;
    part->blocks = (part->trials - 1) / part->block_size + 1;
    part->n_outputs = simulation->n_outputs;
    part->outputs = simulation->outputs;
    part->keep = keep;
    part->watched = watched;
    if (allocate(part, name, simulation) != BK_OK) {
        (void)bk_fail_within("simulation %s", name);
        bk_part_destroy(part);
        return NULL;
    }
    return part;
}

void bk_part_forget(bk_part *part)
{
    const size_t blocks = (size_t)part->blocks;
    for (size_t i = 0; i < part->n_outputs; i++) {
        if (part->values != NULL && part->values[i] != NULL) {
            bk_pages_free(part->values[i], (size_t)part->trials, bk_dtype_size(part->dtype[i]));
        }
        bk_fold_set_clear(&part->folds[i]);
        bk_tally_clear(&part->bins[i]);
        bk_tally_clear(&part->frequencies[i]);
    }
    bk_free((void *)part->values);
    part->values = NULL;
    if (part->digest != NULL) {
        bk_pages_free(part->digest, blocks, sizeof *part->digest);
        part->digest = NULL;
    }
    if (part->block_mean != NULL) {
        bk_pages_free(part->block_mean, blocks, sizeof *part->block_mean);
        part->block_mean = NULL;
    }
    bk_free(part->is_done);
    bk_free(part->looks);
    part->is_done = NULL;
    part->looks = NULL;
}

void bk_part_destroy(bk_part *part)
{
    if (part == NULL) {
        return;
    }
    bk_part_forget(part);
    for (size_t i = 0; i < part->n_outputs; i++) {
        bk_free(part->output_name[i]);
    }
    bk_free(part->name);
    bk_mutex_destroy(part->lock);
    bk_free(part);
}

/* ---- Which blocks are there ---- */

uint64_t bk_part_trials_of(const bk_part *part, uint64_t block)
{
    const uint64_t rest = part->trials - block * part->block_size;
    return rest < part->block_size ? rest : part->block_size;
}

uint64_t bk_part_done(const bk_part *part)
{
    bk_mutex_take(part->lock);
    const uint64_t done = part->done_trials;
    bk_mutex_release(part->lock);
    return done;
}

bool bk_part_has(const bk_part *part, uint64_t block)
{
    return (part->is_done[block / 8] >> (block % 8) & 1) != 0;
}

static void mark(bk_part *part, uint64_t block)
{
    part->is_done[block / 8] = (unsigned char)(part->is_done[block / 8] | 1U << (block % 8));
    part->done_blocks++;
    part->done_trials += bk_part_trials_of(part, block);
}

void bk_part_mark(bk_part *part, bk_block_range range)
{
    for (uint64_t block = range.first; block < range.end; block++) {
        mark(part, block);
    }
}

static size_t find_ranges(bk_block_range *ranges, const bk_part *part, uint64_t first, uint64_t end,
                          bool finished)
{
    size_t n = 0;
    for (uint64_t block = first; block < end;) {
        while (block < end && bk_part_has(part, block) != finished) {
            block++;
        }
        const uint64_t begin = block;
        while (block < end && bk_part_has(part, block) == finished) {
            block++;
        }
        if (begin < block && ranges != NULL) {
            ranges[n] = (bk_block_range){begin, block};
        }
        n += begin < block ? 1 : 0;
    }
    return n;
}

bk_status bk_part_ranges(bk_block_range **ranges, size_t *n, const bk_part *part, uint64_t first,
                         uint64_t end, bool finished)
{
    const size_t count = find_ranges(NULL, part, first, end, finished);
    bk_block_range *found = bk_allocate(count, sizeof *found);
    if (found == NULL) {
        return bk_error_status();
    }
    *n = find_ranges(found, part, first, end, finished);
    *ranges = found;
    return BK_OK;
}

bk_status bk_part_add_look(bk_part *part, const bk_look *look)
{
    bk_look *grown = bk_reallocate(part->looks, part->n_looks, part->n_looks + 1, sizeof *grown);
    if (grown == NULL) {
        return bk_error_status();
    }
    part->looks = grown;
    part->looks[part->n_looks++] = *look;
    return BK_OK;
}

/* ---- A block that was computed ---- */

uint64_t bk_block_digest(const double *values, size_t n)
{
    uint64_t digest = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < n; i++) {
        uint64_t word;
        memcpy(&word, &values[i], sizeof word);
        digest = (digest ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        digest ^= digest >> 32;
    }
    return digest;
}

static bk_summary fold_output(const double *values, size_t stride, size_t count)
{
    bk_summary summary = bk_summary_empty();
    for (size_t i = 0; i < count; i++) {
        bk_summary_add(&summary, values[i * stride]);
    }
    return summary;
}

static void keep_values(bk_part *part, uint64_t first, const double *values, size_t count)
{
    for (size_t output = 0; output < part->n_outputs; output++) {
        for (size_t i = 0; i < count; i++) {
            const double value = values[i * part->n_outputs + output];
            if (part->dtype[output] == BK_U32) {
                ((uint32_t *)part->values[output])[first + i] = (uint32_t)value;
            } else {
                ((double *)part->values[output])[first + i] = value;
            }
        }
    }
}

static bk_status tally_values(bk_part *part, const double *values, size_t count)
{
    for (size_t output = 0; output < part->n_outputs; output++) {
        for (size_t i = 0; i < count; i++) {
            const double value = values[i * part->n_outputs + output];
            BK_TRY(bk_tally_add(&part->bins[output], bk_quantile_bin(value), 1));
            if (part->dtype[output] == BK_U32) {
                BK_TRY(bk_tally_add(&part->frequencies[output], (uint64_t)value, 1));
            }
        }
    }
    return BK_OK;
}

static bk_status add_block(bk_part *part, uint64_t block, const bk_summary *summaries, const double *values,
                           size_t count)
{
    for (size_t i = 0; i < part->n_outputs; i++) {
        const bk_fold_node node = {.index = block, .level = 0, .summary = summaries[i]};
        BK_TRY(bk_fold_set_add(&part->folds[i], node));
    }
    return tally_values(part, values, count);
}

bk_status bk_part_take(bk_part *part, uint64_t block, const double *values)
{
    const size_t count = (size_t)bk_part_trials_of(part, block);
    bk_summary summaries[BK_MOST_OUTPUTS];
    for (size_t i = 0; i < part->n_outputs; i++) {
        summaries[i] = fold_output(values + i, part->n_outputs, count);
    }
    part->digest[block] = bk_block_digest(values, count * part->n_outputs);
    if (part->values != NULL) {
        keep_values(part, block * part->block_size, values, count);
    }
    if (part->block_mean != NULL) {
        part->block_mean[block] = summaries[part->watched].mean;
    }
    bk_mutex_take(part->lock);
    const bk_status status = add_block(part, block, summaries, values, count);
    if (status == BK_OK) {
        mark(part, block);
    } else {
        part->broken = true;
    }
    bk_mutex_release(part->lock);
    return status;
}
