/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a results file holds of the trials of one simulation. */
#include <string.h>

#include "sim/check.h"

/* ---- Facts ---- */

static bk_status check_fact(const bk_stored *stored, const char *fact, uint64_t ours)
{
    const char *path = bk_group_path(stored->group);
    uint64_t theirs = 0;
    if (!bk_group_unsigned(&theirs, stored->group, fact)) {
        return bk_fail(BK_MISMATCH, "the attribute %s@%s is missing in the file", path, fact);
    }
    return theirs == ours ? BK_OK
                          : bk_fail(BK_MISMATCH, "%s@%s is %llu in the file, but %llu when computed again",
                                    path, fact, (unsigned long long)theirs, (unsigned long long)ours);
}

/* Fewer trials than asked for are whole blocks, at which a stopping rule ended the simulation. */
static bool is_possible_end(const bk_part *part, uint64_t trials)
{
    return trials == part->trials || (part->watched != BK_NO_OUTPUT && trials > 0 && trials < part->trials &&
                                      trials % part->block_size == 0);
}

static bk_status find_digests(bk_stored *stored, const bk_part *part)
{
    const bk_dataset *dataset = bk_dataset_find(stored->group, "block_digest");
    if (!bk_group_unsigned(&stored->trials, stored->group, "trials") ||
        !is_possible_end(part, stored->trials)) {
        return bk_fail(BK_MISMATCH,
                       "'%s': %s@trials does not fit the %llu trials of this run in blocks of %llu%s",
                       part->name, bk_group_path(stored->group), (unsigned long long)part->trials,
                       (unsigned long long)part->block_size,
                       part->watched == BK_NO_OUTPUT ? ", which no stopping rule ends" : "");
    }
    stored->blocks = (stored->trials - 1) / part->block_size + 1;
    if (dataset == NULL || bk_dataset_dtype(dataset) != BK_U64 || bk_dataset_rank(dataset) != 1 ||
        bk_dataset_size(dataset) != stored->blocks) {
        return bk_fail(BK_MISMATCH, "'%s': %s/block_digest is not the %llu digests that its trials have",
                       part->name, bk_group_path(stored->group), (unsigned long long)stored->blocks);
    }
    stored->digest = bk_dataset_values(dataset);
    return BK_OK;
}

/* ---- Values ---- */

/* required: the run always keeps them where it keeps all values. */
static bk_status find_values(bk_stored *stored, const bk_results *file, const bk_part *part,
                             const bk_output *output, size_t i, const char *base, bool required)
{
    const bk_group *root = bk_results_root((bk_results *)file);
    bk_text path = {0};
    bk_text_append(&path, "%s/%s%s", base, output->kept == NULL ? output->name : output->kept,
                   output->kept == NULL ? "/trial_value" : "");
    BK_TRY(bk_text_status(&path));
    /* A path begins below the root. */
    const bk_dataset *dataset = bk_dataset_find(root, bk_text_string(&path) + 1);
    bk_status status = BK_OK;
    if (dataset != NULL && bk_dataset_dtype(dataset) == part->dtype[i] && bk_dataset_rank(dataset) == 1 &&
        bk_dataset_size(dataset) == stored->trials) {
        stored->values[i] = dataset;
        stored->kept++;
    } else if (required) {
        status = bk_fail(BK_MISMATCH, "'%s': %s %s the %llu values of %s (%s) that its trials leave",
                         part->name, bk_text_string(&path),
                         dataset == NULL ? "is missing in the file, which keeps" : "in the file is not",
                         (unsigned long long)stored->trials, output->name, bk_dtype_name(part->dtype[i]));
    }
    bk_text_clear(&path);
    return status;
}

bk_status bk_stored_find(bk_stored *stored, const bk_results *file, const bk_part *part,
                         const bk_simulation *simulation, const bk_group *results)
{
    const bk_group *root = bk_results_root((bk_results *)file);
    const bk_group *simulations = bk_group_find(root, "simulation");
    *stored = (bk_stored){.group = simulations == NULL ? NULL : bk_group_find(simulations, part->name)};
    if (stored->group == NULL) {
        return bk_fail(BK_MISMATCH, "the file holds no simulation '%s', which its configuration asks for",
                       part->name);
    }
    BK_TRY(check_fact(stored, "trials_asked", part->trials));
    BK_TRY(check_fact(stored, "block_size", part->block_size));
    if (simulation->purpose != 0) {
        BK_TRY(check_fact(stored, "purpose", simulation->purpose));
    }
    BK_TRY(find_digests(stored, part));
    const char *base =
        results == NULL || strcmp(bk_group_path(results), "/") == 0 ? "" : bk_group_path(results);
    for (size_t i = 0; i < part->n_outputs; i++) {
        const bk_output *output = &simulation->outputs[i];
        const bool required =
            part->keep == BK_KEEP_ALL && (output->kept != NULL || simulation->summarise == NULL);
        BK_TRY(find_values(stored, file, part, output, i, base, required));
    }
    return BK_OK;
}

bool bk_stored_equal(const bk_stored *stored, size_t output, uint64_t trial, double value)
{
    const double theirs = bk_dataset_real(stored->values[output], (size_t)trial);
    return memcmp(&theirs, &value, sizeof value) == 0;
}

/* A value of the file, which must be one that a trial may give: what follows from it relies on that. */
static bk_status take_value(double *value, const bk_part *part, const bk_stored *stored, size_t output,
                            uint64_t trial)
{
    const bk_dataset *dataset = stored->values[output];
    *value = bk_dataset_real(dataset, (size_t)trial);
    if (bk_check_output(&part->outputs[output], value) == BK_OK) {
        return BK_OK;
    }
    bk_text text = {0};
    bk_text_append(&text, "'%s', trial %llu: %s, in the file (%s [%s %llu])", part->name,
                   (unsigned long long)trial, bk_error_message(), bk_dataset_path(dataset),
                   bk_dataset_axis(dataset, 0), (unsigned long long)trial);
    const bk_status status = bk_fail(BK_MISMATCH, "%s", bk_text_string(&text));
    bk_text_clear(&text);
    return status;
}

/* Blocks [first, end), with values [trial of a block][output] as scratch. */
static bk_status take_blocks(bk_part *part, const bk_stored *stored, uint64_t first, uint64_t end,
                             double *values)
{
    for (uint64_t block = first; block < end; block++) {
        const uint64_t trial = block * part->block_size, count = bk_part_trials_of(part, block);
        for (uint64_t i = 0; i < count; i++) {
            for (size_t output = 0; output < part->n_outputs; output++) {
                BK_TRY(take_value(&values[i * part->n_outputs + output], part, stored, output, trial + i));
            }
        }
        BK_TRY(bk_part_take(part, block, values));
        if (part->digest[block] != stored->digest[block]) {
            return bk_fail(BK_MISMATCH,
                           "'%s', trials %llu to %llu: their values in the file do not have the digest that "
                           "%s/block_digest [block %llu] holds",
                           part->name, (unsigned long long)trial, (unsigned long long)(trial + count - 1),
                           bk_group_path(stored->group), (unsigned long long)block);
        }
    }
    return BK_OK;
}

/* From look to look, because the rule must not see more than it saw then. Where the file goes on or ends
 * elsewhere than the rule does, whoever compares the two will say so. */
static bk_status take_until_precise(const bk_run *run, bk_part *part, const bk_stored *stored, double *values)
{
    bk_look look = {0};
    while (!look.reached && bk_stop_next_look(part, look.blocks) <= stored->blocks &&
           look.blocks < stored->blocks) {
        const uint64_t next = bk_stop_next_look(part, look.blocks);
        BK_TRY(take_blocks(part, stored, look.blocks, next, values));
        BK_TRY(bk_stop_look(&look, part, &run->control->stop, next));
        BK_TRY(bk_part_add_look(part, &look));
    }
    return BK_OK;
}

bk_status bk_stored_take(const bk_run *run, bk_part *part, const bk_stored *stored)
{
    size_t count;
    if (!bk_multiply_sizes(&count, (size_t)part->block_size, part->n_outputs)) {
        return bk_fail(BK_OVERFLOW, "%s: a block exceeds the address space", part->name);
    }
    double *values = bk_allocate(count, sizeof *values);
    if (values == NULL) {
        return bk_error_status();
    }
    const bk_status status = part->watched == BK_NO_OUTPUT
                                 ? take_blocks(part, stored, 0, stored->blocks, values)
                                 : take_until_precise(run, part, stored, values);
    bk_free(values);
    part->found_trials = part->done_trials;
    return status;
}
