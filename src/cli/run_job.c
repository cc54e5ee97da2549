/* SPDX-License-Identifier: GPL-3.0-or-later
 * A run from its request to its file: what stands in the way, the work, and what to do where it ended
 * early. */
#define _GNU_SOURCE
#include "cli/run_job.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "brisk/kernel.h"
#include "cli/ranks.h"
#include "cli/run_again.h"
#include "cli/run_finish.h"
#include "cli/signals.h"

#define REHEARSAL_S 0.3

static bool exists(const bk_text *path)
{
    struct stat facts;
    return lstat(bk_text_string(path), &facts) == 0;
}

static bool is_shard(const bk_run_job *job) { return job->request->shards > 0; }

static void append_output(bk_run_job *job)
{
    const bk_run_request *request = job->request;
    const char *name = request->settings.experiment->name;
    if (request->output != NULL) {
        bk_text_append(&job->output, "%s", request->output);
    } else if (is_shard(job)) {
        bk_text_append(&job->output, "%s.shard-%u-of-%u.h5", name, request->shard, request->shards);
    } else {
        bk_text_append(&job->output, "%s.h5", name);
    }
    bk_text_append(&job->checkpoint, "%s.checkpoint", bk_text_string(&job->output));
}

bk_status bk_run_job_prepare(bk_run_job *job, const bk_program *program, const bk_run_request *request,
                             int argc, char **argv)
{
    *job = (bk_run_job){.program = program, .request = request};
    append_output(job);
    BK_TRY(bk_text_status(&job->checkpoint));
    BK_TRY(bk_command_text(&job->command_line, program, "run", argc, argv));
    const bk_progress_mode mode = bk_ranks_first() ? request->progress : BK_PROGRESS_NONE;
    job->line = bk_progress_line_open(mode);
    const bool silent = mode == BK_PROGRESS_NONE;
    job->control = (bk_run_control){.keep = request->settings.keep,
                                    .stop = request->settings.stop,
                                    .say = silent ? NULL : bk_progress_line_say,
                                    .progress = silent ? NULL : bk_progress_line_show,
                                    .sink = &job->line,
                                    .asked = bk_signals_asked,
                                    .checkpoint = bk_text_string(&job->checkpoint),
                                    .checkpoint_every_s = request->checkpoint_every_s,
                                    .time_limit_s = request->time_limit_s,
                                    .resume = request->resume,
                                    .force = request->force && !request->resume,
                                    .shard = request->shard,
                                    .shards = request->shards,
                                    .command_line = bk_text_string(&job->command_line),
                                    .instruction_set = bk_isa_name(bk_kernel_isa()),
                                    .reproducible = request->reproducible};
    return BK_OK;
}

void bk_run_job_clear(bk_run_job *job)
{
    bk_results_release(job->claim);
    bk_text_clear(&job->output);
    bk_text_clear(&job->checkpoint);
    bk_text_clear(&job->command_line);
    bk_text_clear(&job->advice);
}

/* ---- Rehearsal ------------------------------------------------------------------------------------------
 */

static void tell_note(bk_run_job *job, const char *path, const char *what)
{
    char text[2000];
    (void)snprintf(text, sizeof text, "note: %.1500s %s", path, what);
    bk_progress_line_tell(&job->line, text);
}

/* A run of these options would begin with them. */
static void note_obstacles(bk_run_job *job)
{
    const bool force = job->request->force;
    if (exists(&job->output)) {
        tell_note(job, bk_text_string(&job->output),
                  force ? "exists, and the run would replace it"
                        : "exists, and the run would be refused without --force");
    }
    if (exists(&job->checkpoint) && !force && !job->request->resume) {
        tell_note(job, bk_text_string(&job->checkpoint),
                  "exists, and the run would be refused without --resume or --force");
    }
}

static bk_status rehearse(bk_run_job *job)
{
    const bk_run_settings *settings = &job->request->settings;
    bk_text page = {0};
    job->control.checkpoint = NULL;
    /* There is nothing to lose: a signal ends it at once. */
    job->control.asked = NULL;
    bk_signals_restore();
    const bk_status status = bk_run_rehearse(&page, settings->experiment, settings->options, settings->seed,
                                             &job->control, REHEARSAL_S);
    bk_progress_line_close(&job->line);
    if (status == BK_OK && bk_ranks_first()) {
        (void)fputs(bk_text_string(&page), stdout);
    }
    if (status == BK_OK && bk_ranks_first()) {
        note_obstacles(job);
    }
    bk_text_clear(&page);
    return status;
}

/* ---- What stands in the way ------------------------------------------------------------------------------
 */

/* That a shard's file is of this run does not say that it is the part of it that is asked for. */
static bk_status check_part(const bk_run_job *job, bk_results *results)
{
    const bk_run_request *request = job->request;
    uint64_t shard = 0, shards = 0;
    (void)bk_group_unsigned(&shard, bk_results_root(results), "shard");
    (void)bk_group_unsigned(&shards, bk_results_root(results), "shards");
    return shard == request->shard && shards == request->shards
               ? BK_OK
               : bk_fail(BK_INVALID, "it is shard %llu of %llu, not %u of %u", (unsigned long long)shard,
                         (unsigned long long)shards, request->shard, request->shards);
}

/* Sets finished where the file of this very run stands there already. With --force a file of another run is
 * to be replaced; a file that is not ours is left to bk_results_check_target. */
static bk_status look_for_finished(bk_run_job *job, bool *finished)
{
    const bk_run_settings *settings = &job->request->settings;
    const char *path = bk_text_string(&job->output);
    bk_results *results = bk_results_read_as(path, is_shard(job) ? BK_FILE_SHARD : BK_FILE_RESULTS);
    if (results == NULL) {
        bk_error_clear();
        return BK_OK;
    }
    bk_status status =
        bk_run_matches(results, settings->experiment, settings->options, settings->seed, &job->control);
    if (status == BK_OK && is_shard(job)) {
        status = check_part(job, results);
    }
    bk_results_destroy(results);
    *finished = status == BK_OK;
    if (status == BK_INVALID && job->request->force) {
        bk_error_clear();
        return BK_OK;
    }
    return status == BK_OK ? BK_OK : bk_fail_within("--resume: %s", path);
}

/* ---- After the work --------------------------------------------------------------------------------------
 */

static void advise(bk_run_job *job)
{
    const char *path = bk_text_string(&job->checkpoint);
    bk_text command = {0};
    bk_append_run_again(&command, job->program, job->request, job->request->force && exists(&job->output));
    if (strstr(bk_error_message(), path) == NULL) {
        bk_text_append(&job->advice, "what was finished is in %s\n", path);
    }
    if (exists(&job->output) && !job->request->force) {
        bk_text_append(&job->advice, "move %s out of the way first (or add --force, which replaces it)\n",
                       bk_text_string(&job->output));
    }
    bk_text_append(&job->advice, "to go on%s:\n  %s", bk_ranks() > 1 ? ", behind the same launcher" : "",
                   bk_text_string(&command));
    bk_text_clear(&command);
}

/* The advice after a failure, where a checkpoint helps: one of before this run that was in its way, or that
 * it could not go on with, does not. */
static void advise_after(bk_run_job *job, bk_status status, const struct stat *before, bool was_there)
{
    struct stat now;
    if (lstat(bk_text_string(&job->checkpoint), &now) != 0) {
        return;
    }
    const bool ours = !was_there || now.st_ino != before->st_ino ||
                      now.st_mtim.tv_sec != before->st_mtim.tv_sec ||
                      now.st_mtim.tv_nsec != before->st_mtim.tv_nsec || now.st_size != before->st_size;
    const bool usable = job->request->resume && status != BK_INVALID && status != BK_FORMAT &&
                        S_ISREG(now.st_mode) && access(bk_text_string(&job->checkpoint), R_OK) == 0;
    if (ours || usable || status == BK_STOPPED) {
        advise(job);
    }
}

static void tell_of_shard(bk_run_job *job)
{
    const bk_run_request *request = job->request;
    const char *name = request->settings.experiment->name;
    bk_text text = {0}, command = {0};
    bk_append_argument(&command, job->program->invoked);
    bk_append_argument(&command, "merge");
    if (request->output == NULL) {
        bk_text_append(&command, " %s.h5 %s.shard-*-of-%u.h5", name, name, request->shards);
    } else {
        bk_text_append(&command, " OUT.h5");
        bk_append_argument(&command, request->output);
        bk_text_append(&command, " ...");
    }
    bk_text_append(&text, "shard %u of %u written to %s\nwhen all %u are there: %s", request->shard,
                   request->shards, bk_text_string(&job->output), request->shards, bk_text_string(&command));
    bk_progress_line_say(&job->line, bk_text_string(&text));
    bk_text_clear(&command);
    bk_text_clear(&text);
}

static bk_status write_results(bk_run_job *job, bk_results *results, bool *written)
{
    const char *path = bk_text_string(&job->output);
    const bool force = job->request->force;
    bk_status status;
    if (is_shard(job)) {
        status = bk_results_write_as(results, path, force, BK_FILE_SHARD);
        *written = status == BK_OK;
    } else {
        status = bk_run_finish(written, job->program, results, path, force, &job->line);
    }
    if (!*written) {
        return status;
    }
    char reason[2000];
    (void)snprintf(reason, sizeof reason, "%s", bk_error_message());
    /* The results are safe: what is left over of the checkpoint is a nuisance and no failure. */
    if (bk_run_forget_checkpoint(&job->control) != BK_OK) {
        char warning[2100];
        (void)snprintf(warning, sizeof warning, "warning: %s", bk_error_message());
        bk_progress_line_tell(&job->line, warning);
    }
    if (is_shard(job)) {
        tell_of_shard(job);
    }
    return status == BK_OK ? BK_OK : bk_fail(status, "%s", reason);
}

/* Called while the run still has its trials: a failure here leaves them in a checkpoint. That the results are
 * safe and only their page could not be printed is none. */
static bk_status finish(void *context, bk_results *results)
{
    bk_run_job *job = context;
    if (!bk_ranks_first()) {
        return BK_OK;
    }
    bk_progress_line_close(&job->line);
    bk_results_release(job->claim);
    job->claim = NULL;
    const bk_status status = write_results(job, results, &job->written);
    if (!job->written) {
        return status;
    }
    job->after = status;
    (void)snprintf(job->reason, sizeof job->reason, "%s", status == BK_OK ? "" : bk_error_message());
    return BK_OK;
}

static bk_status work(bk_run_job *job)
{
    const bk_run_settings *settings = &job->request->settings;
    struct stat before = {0};
    const bool was_there = lstat(bk_text_string(&job->checkpoint), &before) == 0;
    job->control.finish = finish;
    job->control.finish_context = job;
    bk_results *results =
        bk_run_execute(settings->experiment, settings->options, settings->seed, &job->control);
    bk_progress_line_close(&job->line);
    bk_results_destroy(results);
    if (results == NULL) {
        const bk_status status = bk_error_status();
        if (bk_ranks_first()) {
            advise_after(job, status, &before, was_there);
        }
        return status;
    }
    return job->after == BK_OK ? BK_OK : bk_fail(job->after, "%s", job->reason);
}

/* What stands in the way is rank 0's to see: it alone writes. With --resume the results may stand there
 * already, and a crash between the last two steps of a run leaves its checkpoint beside them. */
static bk_status look_at_output(bk_run_job *job, bool *finished)
{
    const bk_run_request *request = job->request;
    if (!bk_ranks_first()) {
        return BK_OK;
    }
    if (request->resume && exists(&job->output) && !(request->force && exists(&job->checkpoint))) {
        BK_TRY(look_for_finished(job, finished));
    }
    if (*finished) {
        return bk_run_forget_checkpoint(&job->control);
    }
    BK_TRY(bk_results_claim(&job->claim, bk_text_string(&job->output), request->force));
    /* That there is no place for a checkpoint must not come out when the first one is due. */
    return bk_results_check_target(bk_text_string(&job->checkpoint), true) == BK_OK
               ? BK_OK
               : bk_fail_within("the run's checkpoint");
}

bk_status bk_run_job_carry_out(bk_run_job *job)
{
    bool finished = false;
    if (job->request->dry_run) {
        return rehearse(job);
    }
    BK_TRY(bk_ranks_all_well(look_at_output(job, &finished)));
    uint64_t agreed = finished ? 1 : 0;
    BK_TRY(bk_ranks_take_first(&agreed));
    if (agreed == 0) {
        return work(job);
    }
    if (bk_ranks_first()) {
        char note[2000];
        (void)snprintf(note, sizeof note, "%s is finished: nothing to resume", bk_text_string(&job->output));
        bk_progress_line_tell(&job->line, note);
    }
    return BK_OK;
}
