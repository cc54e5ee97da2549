/* SPDX-License-Identifier: GPL-3.0-or-later
 * brisk merge: the shards of a run put together into the results file that one run would have written. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "brisk/kernel.h"
#include "cli/arguments.h"
#include "cli/run_again.h"
#include "cli/run_finish.h"
#include "cli/signals.h"
#include "cli/stored_settings.h"

typedef struct merge_request {
    const char **files; /* [count]: the output, then the shards */
    size_t count;
    int threads;
    bool force, reproducible;
    bk_progress_mode progress;
} merge_request;

static bk_status take_argument(void *context, const char *name, const char *value)
{
    merge_request *request = context;
    if (name == NULL) {
        request->files[request->count++] = value;
    } else if (strcmp(name, "threads") == 0) {
        return bk_take_threads(&request->threads, value);
    } else if (strcmp(name, "progress") == 0) {
        return bk_take_progress(&request->progress, value);
    } else {
        *(strcmp(name, "force") == 0 ? &request->force : &request->reproducible) = true;
    }
    return BK_OK;
}

/* A shard given twice, and a shard that would be overwritten: the same file, under whatever name. */
static bk_status check_files(const merge_request *request)
{
    if (request->count < 2) {
        return bk_fail(BK_INVALID, "%s",
                       request->count == 0 ? "which files? First the one to write, then all shards"
                                           : "which shards? They follow the file to write");
    }
    for (size_t i = 0; i < request->count; i++) {
        struct stat mine, other;
        if (stat(request->files[i], &mine) != 0) {
            if (i == 0) {
                continue;
            }
            return bk_fail(BK_FILE, "cannot read the shard %s: %s", request->files[i], strerror(errno));
        }
        for (size_t j = 0; j < i; j++) {
            if (stat(request->files[j], &other) == 0 && mine.st_dev == other.st_dev &&
                mine.st_ino == other.st_ino) {
                return j == 0
                           ? bk_fail(BK_INVALID,
                                     "%s is both the file to write and a shard: name the file to "
                                     "write first",
                                     request->files[i])
                           : bk_fail(BK_INVALID, "the shard %s is given twice%s%s", request->files[i],
                                     strcmp(request->files[i], request->files[j]) == 0 ? "" : ", also as ",
                                     strcmp(request->files[i], request->files[j]) == 0 ? ""
                                                                                       : request->files[j]);
            }
        }
    }
    return BK_OK;
}

/* ---- The work --------------------------------------------------------------------------------------------
 */

static bk_status merge_shards(const bk_program *program, const merge_request *request,
                              const bk_run_settings *settings, const bk_results *const *shards,
                              const char *command_line)
{
    bk_progress_line line = bk_progress_line_open(request->progress);
    const bool silent = request->progress == BK_PROGRESS_NONE;
    const bk_run_control control = {.keep = settings->keep,
                                    .stop = settings->stop,
                                    .say = silent ? NULL : bk_progress_line_say,
                                    .progress = silent ? NULL : bk_progress_line_show,
                                    .sink = &line,
                                    .command_line = command_line,
                                    .instruction_set = bk_isa_name(bk_kernel_isa()),
                                    .reproducible = request->reproducible};
    bk_results *results = bk_run_merge(settings->experiment, settings->options, settings->seed, &control,
                                       shards, request->files + 1, request->count - 1);
    bk_progress_line_close(&line);
    bool written = false;
    const bk_status status =
        results == NULL ? bk_error_status()
                        : bk_run_finish(&written, program, results, request->files[0], request->force, &line);
    bk_results_destroy(results);
    return status;
}

static bk_status read_and_merge(const bk_program *program, const merge_request *request, bk_results **shards,
                                const char *command_line)
{
    bk_run_settings settings = {0};
    for (size_t i = 0; i + 1 < request->count; i++) {
        shards[i] = bk_results_read_as(request->files[i + 1], BK_FILE_SHARD);
        if (shards[i] == NULL) {
            return bk_error_status();
        }
    }
    /* That the other shards agree is checked by bk_run_merge. */
    bk_status status = bk_stored_settings(&settings, program, shards[0], request->files[1], "shard");
    if (status == BK_OK) {
        status = merge_shards(program, request, &settings, (const bk_results *const *)shards, command_line);
    }
    bk_run_settings_clear(&settings);
    return status;
}

static bk_status merge(const bk_program *program, const merge_request *request, int argc, char **argv)
{
    BK_TRY(check_files(request));
    BK_TRY(bk_set_threads(request->threads));
    BK_TRY(bk_results_check_target(request->files[0], request->force));
    bk_text command_line = {0};
    bk_results **shards = bk_allocate(request->count, sizeof *shards);
    bk_status status = shards == NULL ? bk_error_status() : BK_OK;
    if (status == BK_OK) {
        status = bk_command_text(&command_line, program, "merge", argc, argv);
    }
    if (status == BK_OK) {
        status = read_and_merge(program, request, shards, bk_text_string(&command_line));
    }
    for (size_t i = 0; shards != NULL && i < request->count; i++) {
        bk_results_destroy(shards[i]);
    }
    bk_free((void *)shards);
    bk_text_clear(&command_line);
    return status;
}

int bk_command_merge(const bk_program *program, int argc, char **argv)
{
    static const bk_argument table[] = {
        {"threads", 'j', "N", "threads to use (default: every CPU this process may use)", NULL},
        {"force", 0, NULL, "replace an existing results file", NULL},
        {"reproducible", 0, NULL, "leave out what differs between two runs (/run): the same bytes every time",
         NULL},
        {"progress", 0, "bar|json|none", "progress on stderr (default bar); json is an object a line", NULL}};
    char name[128];
    (void)snprintf(name, sizeof name, "%.100s merge", program->name);
    merge_request request = {.files = bk_allocate((size_t)argc + 1, sizeof *request.files)};
    const bk_argument_parser parser = {
        .command = name,
        .arguments = "OUT.h5 SHARD.h5 ...",
        .before = "Put the shards of a run (run --shard I/N) together into the results file that one run "
                  "over all trials would have written.",
        .table = table,
        .count = sizeof table / sizeof table[0],
        .handler = take_argument,
        .context = &request};
    bool help = false;
    bk_signals_install_pipe();
    bk_status status =
        request.files == NULL ? bk_error_status() : bk_arguments_parse(&parser, argc, argv, &help);
    if (status == BK_OK && !help) {
        status = merge(program, &request, argc, argv);
    }
    bk_free((void *)request.files);
    const int code = status == BK_OK ? bk_finish_output(program, "merge")
                                     : bk_progress_complain(program, "merge", request.progress);
    bk_signals_restore();
    return code;
}
