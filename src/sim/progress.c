/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a run says of itself while it works. The sink belongs to the command; this room never prints. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sim/run.h"

#define SECONDS_BETWEEN 0.1

double bk_clock_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void bk_run_say(bk_run *run, const char *format, ...)
{
    if (run->control->say == NULL) {
        return;
    }
    char line[500];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    run->control->say(run->control->sink, line);
}

/* The running estimate: of the watched output, else of the first one. */
static void add_estimate(bk_progress *progress, const bk_part *part)
{
    const size_t output = part->watched == BK_NO_OUTPUT ? 0 : part->watched;
    bk_mutex_take(part->lock);
    const bk_summary summary = bk_fold_set_result(&part->folds[output]);
    bk_mutex_release(part->lock);
    progress->found = part->found_trials;
    if (summary.count > 0) {
        progress->output = part->output_name[output];
        progress->estimate = summary.mean;
        progress->mcse = bk_summary_mcse(&summary);
    }
}

void bk_run_tell_progress(bk_run *run, const char *stage, uint64_t done, uint64_t total, const bk_part *part)
{
    if (run->control->progress == NULL) {
        return;
    }
    const double now = bk_clock_s();
    if (strncmp(run->stage, stage, sizeof run->stage - 1) != 0) {
        (void)snprintf(run->stage, sizeof run->stage, "%s", stage);
        run->stage_started_s = now;
        run->last_progress_s = now;
    }
    const bool finished = done == total;
    if (!finished && now - run->last_progress_s < SECONDS_BETWEEN) {
        return;
    }
    run->last_progress_s = now;
    bk_progress progress = {.stage = stage,
                            .done = done,
                            .total = total,
                            .elapsed_s = now - run->stage_started_s,
                            .finished = finished,
                            .estimate = (double)NAN,
                            .mcse = (double)NAN};
    if (part != NULL) {
        add_estimate(&progress, part);
    }
    run->control->progress(run->control->sink, &progress);
    if (finished) {
        run->stage[0] = '\0';
    }
}

void bk_run_progress(bk_run *run, const char *stage, uint64_t done, uint64_t total)
{
    bk_run_tell_progress(run, stage, done, total, NULL);
}
