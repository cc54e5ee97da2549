/* SPDX-License-Identifier: GPL-3.0-or-later
 * What verification and replay share: the file beside the run, and which of its numbers may differ in their
 * last bits. */
#include "sim/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Inexact values ---- */

/* * stands for any characters, none and '/' among them; end: of the pattern. */
static bool matches(const char *pattern, const char *end, const char *path)
{
    const char *after_star = NULL, *retry = NULL;
    while (*path != '\0') {
        if (pattern < end && *pattern == '*') {
            after_star = ++pattern;
            retry = path;
        } else if (pattern < end && *pattern == *path) {
            pattern++;
            path++;
        } else if (after_star != NULL) {
            pattern = after_star;
            path = ++retry;
        } else {
            return false;
        }
    }
    while (pattern < end && *pattern == '*') {
        pattern++;
    }
    return pattern == end;
}

bool bk_check_is_inexact(double *absolute, const bk_check *check, const char *path)
{
    bool found = false;
    *absolute = 0.0;
    for (size_t i = 0; !check->request.exact && i < check->n_inexact; i++) {
        const char *pattern = check->inexact[i], *tolerance = strrchr(pattern, '~');
        if (!matches(pattern, tolerance == NULL ? pattern + strlen(pattern) : tolerance, path)) {
            continue;
        }
        found = true;
        if (tolerance != NULL) {
            *absolute = fmax(*absolute, strtod(tolerance + 1, NULL));
        }
    }
    return found;
}

bool bk_nearly_equal(double *distance, double a, double b, double absolute)
{
    if (a == b) { /* 0 and -0 among them */
        *distance = 0;
        return true;
    }
    const double size = fmax(fmax(fabs(a), fabs(b)), absolute / BK_INEXACT_TOLERANCE);
    *distance = fabs(a - b) / size;
    return *distance <= BK_INEXACT_TOLERANCE;
}

bk_status bk_check_add_inexact(bk_check *check, const char *pattern)
{
    char **grown =
        bk_reallocate((void *)check->inexact, check->n_inexact, check->n_inexact + 1, sizeof *grown);
    if (grown == NULL) {
        return bk_error_status();
    }
    check->inexact = grown;
    grown[check->n_inexact] = bk_copy_text(pattern);
    return grown[check->n_inexact++] == NULL ? bk_error_status() : BK_OK;
}

static bk_status add_below(bk_check *check, const char *base, const char *name, const char *ending)
{
    bk_text text = {0};
    bk_text_append(&text, "%s/%s%s", base, name, ending);
    bk_status status = bk_text_status(&text);
    if (status == BK_OK) {
        status = bk_check_add_inexact(check, bk_text_string(&text));
    }
    bk_text_clear(&text);
    return status;
}

/* What bk_trials_put and the stopping rule make of an inexact output, and where its values are kept. */
static bk_status add_output(bk_check *check, const bk_part *part, const bk_output *output,
                            const bk_group *results)
{
    const char *base =
        results == NULL || strcmp(bk_group_path(results), "/") == 0 ? "" : bk_group_path(results);
    BK_TRY(add_below(check, base, output->name, "@*"));
    BK_TRY(add_below(check, base, output->name, "/*"));
    if (output->kept != NULL) {
        BK_TRY(add_below(check, base, output->kept, ""));
        BK_TRY(add_below(check, base, output->kept, "@*"));
    }
    return add_below(check, "/simulation", part->name, "/stop/*");
}

/* ---- Beginning and end ---- */

/* The run that is checked: whole, on this process alone, and leaving nothing behind. */
static void set_up_run(bk_check *check, bk_run_mode mode, const bk_experiment *experiment,
                       const bk_options *options, uint64_t seed, const bk_run_control *control)
{
    check->control = *bk_control_or_plain(control);
    check->control.checkpoint = NULL;
    check->control.resume = false;
    check->control.shard = check->control.shards = 0;
    check->control.reproducible = true;
    check->run = (bk_run){.experiment = experiment,
                          .options = options,
                          .control = &check->control,
                          .seed = seed,
                          .mode = mode,
                          .check = check};
}

bk_status bk_check_begin(bk_check *check, bk_run_mode mode, const bk_results *file,
                         const bk_experiment *experiment, const bk_options *options, uint64_t seed,
                         const bk_run_control *control)
{
    /* The logarithms of the confidence sequences. */
    static const char *const own[] = {"/simulation/*/stop/low", "/simulation/*/stop/high"};
    check->file = file;
    set_up_run(check, mode, experiment, options, seed, control);
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        BK_TRY(bk_check_add_inexact(check, own[i]));
    }
    for (const char *const *pattern = experiment->inexact; pattern != NULL && *pattern != NULL; pattern++) {
        BK_TRY(bk_check_add_inexact(check, *pattern));
    }
    return BK_OK;
}

void bk_check_clear(bk_check *check)
{
    for (size_t i = 0; i < check->n_inexact; i++) {
        bk_free(check->inexact[i]);
    }
    bk_free((void *)check->inexact);
    bk_text_clear(&check->lines);
    bk_text_clear(&check->known);
    bk_results_destroy(check->replayed);
    bk_run_clear(&check->run);
}

/* ---- One simulation ---- */

bool bk_check_lacks(const bk_run *run, const bk_simulation *simulation)
{
    return run->check != NULL && run->check->partial && simulation->needs != NULL;
}

bk_status bk_check_simulation(bool *whole, bk_run *run, bk_part *part, const bk_simulation *simulation,
                              const void *context, const bk_group *results)
{
    bk_check *check = run->check;
    bk_stored stored;
    for (size_t i = 0; i < simulation->n_outputs; i++) {
        if (simulation->outputs[i].inexact) {
            BK_TRY(add_output(check, part, &simulation->outputs[i], results));
        }
    }
    BK_TRY(bk_stored_find(&stored, check->file, part, simulation, results));
    return run->mode == BK_RUN_VERIFY ? bk_verify_simulation(whole, run, part, simulation, context, &stored)
                                      : bk_replay_simulation(whole, run, part, simulation, context, &stored);
}
