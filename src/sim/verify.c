/* SPDX-License-Identifier: GPL-3.0-or-later
 * Verification: the experiment of a results file is executed once more, and what comes out is compared with
 * what the file holds. */
#include <string.h>

#include "sim/check.h"

/* ---- What the tree holds ---- */

static bk_status compare_so_far(bk_run *run, bool complete)
{
    bk_check *check = run->check;
    return bk_compare_trees(&check->so_far, check, bk_results_root((bk_results *)check->file),
                            bk_results_root(run->results), complete);
}

/* After a difference between trials: what the run put into its tree before them is named first. */
static bk_status first_difference(bk_run *run, bk_status status)
{
    if (status != BK_MISMATCH || run->check->partial) {
        return status;
    }
    char *message = bk_copy_text(bk_error_message());
    if (message == NULL) {
        return bk_error_status();
    }
    const bk_status before = compare_so_far(run, false);
    status = before == BK_OK ? bk_fail(BK_MISMATCH, "%s", message) : before;
    bk_free(message);
    return status;
}

/* ---- One simulation ---- */

/* Of a simulation whose blocks were compared. */
static void add_line(bk_check *check, const bk_part *part, const bk_stored *stored, bool whole)
{
    const uint64_t sample = check->request.sample, unlike = check->unlike_digests;
    const uint64_t compared = sample == 0 || sample >= stored->blocks ? stored->blocks : sample;
    bk_text_append(&check->lines, "trials   ");
    if (compared == stored->blocks) {
        bk_text_append(&check->lines, "all ");
    } else {
        bk_text_append(&check->lines, "%llu of ", (unsigned long long)compared);
    }
    bk_text_append(&check->lines, "%llu blocks of '%s' (%llu trials) ", (unsigned long long)stored->blocks,
                   part->name, (unsigned long long)stored->trials);
    if (unlike == 0) {
        bk_text_append(&check->lines, "agree");
    } else {
        bk_text_append(&check->lines,
                       "were computed again: digests of %llu of %llu blocks differ; they cover values that "
                       "pass through libm%s",
                       (unsigned long long)unlike, (unsigned long long)compared,
                       sample == 0 ? "; --exact compares them" : " and cannot be judged without --exact");
    }
    if (!whole && stored->kept < part->n_outputs) {
        bk_text_append(&check->lines,
                       "; not all outputs of its trials are kept, so nothing that follows from "
                       "them was compared");
    } else if (!whole) {
        bk_text_append(&check->lines, "; what follows from them was not compared, after a simulation whose "
                                      "outputs are not all kept");
    }
    bk_text_append(&check->lines, "\n");
}

bk_status bk_verify_simulation(bool *whole, bk_run *run, bk_part *part, const bk_simulation *simulation,
                               const void *context, const bk_stored *stored)
{
    bk_check *check = run->check;
    bk_status status = BK_OK;
    *whole = !check->partial;
    check->unlike_digests = 0;
    if (check->request.sample > 0) {
        status = bk_verify_sample(run, part, simulation, context, stored);
        *whole = *whole && stored->kept == part->n_outputs;
    }
    if (status == BK_OK && check->request.sample > 0 && *whole) {
        status = bk_stored_take(run, part, stored);
    }
    check->simulations++;
    BK_TRY(first_difference(run, status));
    if (!*whole && !check->partial) {
        BK_TRY(compare_so_far(run, false));
        check->partial = true;
    }
    if (check->request.sample > 0) {
        add_line(check, part, stored, *whole);
    }
    return BK_OK;
}

bk_status bk_verify_all(bk_run *run, const bk_part *part, const bk_simulation *simulation,
                        const bk_group *results, uint64_t blocks)
{
    bk_check *check = run->check;
    bk_stored stored;
    bk_status status = bk_stored_find(&stored, check->file, part, simulation, results);
    if (status == BK_OK) {
        status = bk_verify_blocks(run, part, simulation, &stored, blocks);
    }
    BK_TRY(first_difference(run, status));
    if (check->request.sample == 0) {
        add_line(check, part, &stored, true);
    }
    return BK_OK;
}

/* ---- The page ---- */

static uint64_t count_datasets(const bk_group *group)
{
    uint64_t count = strcmp(bk_group_path(group), "/run") == 0 ? 0 : bk_group_dataset_count(group);
    for (size_t i = 0; i < bk_group_group_count(group); i++) {
        const bk_group *child = bk_group_child(group, i);
        count += strcmp(bk_group_path(child), "/run") == 0 ? 0 : count_datasets(child);
    }
    return count;
}

static void append_content(bk_text *page, const bk_check *check)
{
    const bk_comparison *made = &check->so_far;
    const uint64_t all = count_datasets(bk_results_root((bk_results *)check->file));
    bk_text_append(page, "content  %llu datasets and %llu attributes agree: %llu values, ",
                   (unsigned long long)made->datasets, (unsigned long long)made->attributes,
                   (unsigned long long)made->values);
    if (made->inexact == 0) {
        bk_text_append(page, "the same bits\n");
    } else {
        bk_text_append(page,
                       "the same bits but for %llu that pass through libm: these are off by at most %.1e "
                       "of their size\n",
                       (unsigned long long)made->inexact, made->largest);
    }
    if (check->partial) {
        bk_text_append(
            page,
            "left out %llu datasets that may depend on all trials; without --sample they are compared\n",
            (unsigned long long)(all - made->datasets));
    }
    if (check->request.sample > 0 && check->inexact_trials > 0) {
        bk_text_append(page, "libm     %llu values of trials are off by at most %.0e of their size\n",
                       (unsigned long long)check->inexact_trials, BK_INEXACT_TOLERANCE);
    }
}

static void append_origin(bk_text *page, const bk_check *check, uint64_t seed)
{
    const bk_group *root = bk_results_root((bk_results *)check->file);
    const char *version = bk_group_text(root, "brisk_version");
    bk_text_append(page, "origin   experiment %s, seed %llu\n", bk_group_text(root, "experiment"),
                   (unsigned long long)seed);
    if (version == NULL || strcmp(version, bk_build()->version) != 0) {
        bk_text_append(page, "version  the file is of brisk %.60s, this is %s\n",
                       version == NULL ? "(not told)" : version, bk_build()->version);
    }
    bk_text_append(page, "digests  that of the file and those of all its datasets agree\n");
}

static bk_status write_page(bk_text *page, const bk_check *check, uint64_t seed)
{
    append_origin(page, check, seed);
    bk_text_append(page, "%s", bk_text_string(&check->lines));
    append_content(page, check);
    BK_TRY(bk_text_status(&check->lines));
    return bk_text_status(page);
}

/* ---- The whole ---- */

/* A file that lost its digests was changed by another program. */
static bk_status check_digests(const bk_results *file)
{
    const bk_status status = bk_results_check_digest(file);
    return status == BK_INVALID
               ? bk_fail(BK_MISMATCH, "the file has lost its digest: another program wrote it")
               : status;
}

static bk_status compare_result(bk_run *run)
{
    const bk_check *check = run->check;
    const bk_group *simulations = bk_group_find(bk_results_root((bk_results *)check->file), "simulation");
    if (!check->partial) {
        return compare_so_far(run, true);
    }
    for (size_t i = 0; simulations != NULL && i < bk_group_group_count(simulations); i++) {
        const char *name = bk_group_name(bk_group_child(simulations, i));
        bool met = false;
        for (size_t part = 0; part < run->n_parts; part++) {
            met = met || strcmp(run->parts[part]->name, name) == 0;
        }
        if (!met) {
            bk_text_append(&run->check->lines,
                           "trials   none of '%s': it needs what follows from other trials\n", name);
        }
    }
    return BK_OK;
}

bk_status bk_run_verify(bk_text *page, const bk_results *file, const bk_experiment *experiment,
                        const bk_options *options, uint64_t seed, const bk_run_control *control,
                        const bk_verify_request *request)
{
    bk_check check = {.request = request == NULL ? (bk_verify_request){0} : *request};
    bk_status status = check_digests(file);
    if (status == BK_OK) {
        status = bk_check_begin(&check, BK_RUN_VERIFY, file, experiment, options, seed, control);
    }
    if (status == BK_OK) {
        status = bk_run_perform(&check.run);
    }
    if (status == BK_OK) {
        status = compare_result(&check.run);
    }
    if (status == BK_OK) {
        status = write_page(page, &check, seed);
    }
    bk_check_clear(&check);
    return status;
}
