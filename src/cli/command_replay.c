/* SPDX-License-Identifier: GPL-3.0-or-later
 * brisk replay: one trial of a results file, computed again from its address. */
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/replay_table.h"
#include "cli/run_finish.h"
#include "cli/run_request.h"
#include "cli/signals.h"
#include "cli/stored_settings.h"

typedef struct replay_command {
    const char *file, *name, *table, *output;
    int64_t trial; /* -1: not given */
    bool force;
    int threads;
    bk_progress_mode progress;
} replay_command;

static bk_status take_argument(void *context, const char *name, const char *value)
{
    replay_command *command = context;
    const struct {
        const char *name;
        const char **text;
    } texts[] = {{"name", &command->name}, {"table", &command->table}, {"output", &command->output}};
    if (name == NULL) {
        if (command->file != NULL) {
            return bk_fail(BK_INVALID, "one file at a time: '%s' is too much", value);
        }
        command->file = value;
        return BK_OK;
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(name, texts[i].name) == 0) {
            *texts[i].text = value;
            return BK_OK;
        }
    }
    if (strcmp(name, "trial") == 0) {
        BK_TRY(bk_parse_integer(&command->trial, value, "--trial"));
        return command->trial < 0 ? bk_fail(BK_INVALID, "--trial: %s: trials are numbered from 0", value)
                                  : BK_OK;
    }
    if (strcmp(name, "threads") == 0) {
        return bk_take_threads(&command->threads, value);
    }
    if (strcmp(name, "progress") == 0) {
        return bk_take_progress(&command->progress, value);
    }
    command->force = true;
    return BK_OK;
}

static bool ends_with(const char *text, const char *ending)
{
    const size_t length = strlen(text), end = strlen(ending);
    return length > end && strcmp(text + length - end, ending) == 0;
}

static bool to_hdf5(const replay_command *command)
{
    return command->output != NULL && ends_with(command->output, ".h5");
}

static bk_status check(const replay_command *command)
{
    if (command->file == NULL || command->trial < 0) {
        return bk_fail(BK_INVALID, command->file == NULL ? "which results file?"
                                                         : "which trial? --trial T names it, from 0 on");
    }
    if (command->output != NULL && !to_hdf5(command) && !ends_with(command->output, ".csv")) {
        return bk_fail(BK_INVALID, "--output: %s ends neither with .csv nor with .h5", command->output);
    }
    if (command->table != NULL && to_hdf5(command)) {
        return bk_fail(BK_INVALID, "--table: %s gets all tables; one alone is for CSV", command->output);
    }
    if (command->output != NULL) {
        BK_TRY(bk_results_check_target(command->output, command->force));
    }
    return bk_set_threads(command->threads);
}

/* ---- What comes out ---- */

static bk_status write_csv(const replay_command *command, bk_results *replayed)
{
    const bk_group *table = NULL;
    bk_text csv = {0};
    BK_TRY(bk_replay_table_find(&table, bk_results_root(replayed), command->table));
    bk_status status = bk_replay_table(&csv, table);
    if (status == BK_OK && command->output != NULL) {
        status = bk_replay_write(command->output, &csv, command->force);
    } else if (status == BK_OK) {
        /* Whether it arrived, bk_finish_output sees. */
        (void)fwrite(bk_text_string(&csv), 1, csv.length, stdout);
    }
    bk_text_clear(&csv);
    return status;
}

/* What was found, for who looks at the table. */
static void tell(const bk_results *replayed, bk_progress_line *line)
{
    const bk_group *root = bk_results_root((bk_results *)replayed);
    const bk_dataset *output = bk_dataset_find(root, "output/output"),
                     *value = bk_dataset_find(root, "output/value"),
                     *kept = bk_dataset_find(root, "output/kept");
    bk_text text = {0};
    uint64_t trial = 0;
    (void)bk_group_unsigned(&trial, root, "trial");
    bk_text_append(&text, "trial %llu of '%s': ", (unsigned long long)trial,
                   bk_group_text(root, "simulation"));
    size_t compared = 0;
    for (size_t i = 0; i < bk_dataset_size(output); i++) {
        compared += bk_dataset_real(kept, i) > 0.0;
        if (i < 8) {
            bk_text_append(&text, "%s%s %.6g", i == 0 ? "" : ", ", bk_dataset_text(output, i),
                           bk_dataset_real(value, i));
        }
    }
    bk_text_append(&text, "%s; the file keeps %zu of %zu outputs%s; tables: ",
                   bk_dataset_size(output) > 8 ? ", ..." : "", compared, bk_dataset_size(output),
                   compared > 0 ? ", which agree" : "");
    bk_replay_tables(&text, root);
    bk_progress_line_say(line, bk_text_string(&text));
    bk_text_clear(&text);
}

static bk_status compute(bk_results **replayed, const replay_command *command,
                         const bk_run_settings *settings, const bk_results *results, bk_progress_line *line)
{
    const bool silent = command->progress == BK_PROGRESS_NONE;
    const bk_run_control control = {.keep = settings->keep,
                                    .stop = settings->stop,
                                    .progress = silent ? NULL : bk_progress_line_show,
                                    .sink = line};
    const bk_status status = bk_run_replay(replayed, results, settings->experiment, settings->options,
                                           settings->seed, &control, command->name, (uint64_t)command->trial);
    bk_progress_line_close(line);
    return status;
}

/* A trial that differs is written too: somebody will want to see it. */
static bk_status write_and_judge(const replay_command *command, bk_results *replayed, bk_status computed,
                                 bk_progress_line *line)
{
    char message[2000];
    (void)snprintf(message, sizeof message, "%s", bk_error_message());
    BK_TRY(to_hdf5(command) ? bk_results_write(replayed, command->output, command->force)
                            : write_csv(command, replayed));
    if (computed != BK_OK) {
        return bk_fail(computed, "%s: %s", command->file, message);
    }
    if (command->progress != BK_PROGRESS_NONE) {
        tell(replayed, line);
    }
    return BK_OK;
}

static bk_status replay(const bk_program *program, const replay_command *command)
{
    BK_TRY(check(command));
    bk_results *results = bk_results_read(command->file);
    if (results == NULL) {
        return bk_error_status();
    }
    /* With another configuration another trial comes out, which a file of summaries cannot tell. */
    char name[128];
    (void)snprintf(name, sizeof name, "%.100s replay", program->name);
    bk_warn_of_changes(name, command->file, results);
    bk_run_settings settings = {0};
    bk_results *replayed = NULL;
    bk_progress_line line = bk_progress_line_open(command->progress);
    bk_status status = bk_stored_settings(&settings, program, results, command->file, "results file");
    if (status == BK_OK) {
        status = compute(&replayed, command, &settings, results, &line);
    }
    if (replayed != NULL) {
        status = write_and_judge(command, replayed, status, &line);
    }
    bk_results_destroy(replayed);
    bk_run_settings_clear(&settings);
    bk_results_destroy(results);
    return status;
}

int bk_command_replay(const bk_program *program, int argc, char **argv)
{
    static const bk_argument table[] = {
        {"trial", 't', "T", "which trial, from 0 on", NULL},
        {"name", 0, "NAME",
         "what of: a network of the lab (tanh_500), or a simulation; not needed where there is only one",
         NULL},
        {"table", 0, "NAME",
         "which table as CSV: output (what the trial gave, beside what the file keeps), of the lab also "
         "point "
         "and interval (default: what says most)",
         NULL},
        {"output", 'o', "FILE.csv|FILE.h5", "write there; .h5 gets all tables (default: CSV on stdout)",
         NULL},
        {"force", 0, NULL, "replace an existing file", NULL},
        {"threads", 'j', "N", "threads to use (default: every CPU this process may use)", NULL},
        {"progress", 0, "bar|json|none", "progress on stderr (default bar); json is an object a line", NULL}};
    char name[128];
    (void)snprintf(name, sizeof name, "%.100s replay", program->name);
    replay_command command = {.trial = -1};
    const bk_argument_parser parser = {
        .command = name,
        .arguments = "FILE.h5",
        .before =
            "Compute one trial of a results file again, by itself, from the seed and its number: of the lab "
            "its test set, scores, errors and intervals.",
        .after = "Exit code 4: the file holds another value than comes out.",
        .table = table,
        .count = sizeof table / sizeof table[0],
        .handler = take_argument,
        .context = &command};
    bool help = false;
    bk_signals_install_pipe();
    bk_status status = bk_arguments_parse(&parser, argc, argv, &help);
    if (status == BK_OK && !help) {
        status = replay(program, &command);
    }
    const int code = status == BK_OK ? bk_finish_output(program, "replay")
                                     : bk_progress_complain(program, "replay", command.progress);
    bk_signals_restore();
    return code;
}
