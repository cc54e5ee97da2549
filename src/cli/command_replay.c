/* SPDX-License-Identifier: GPL-3.0-or-later
 * brisk replay: one trial of a results file, computed again from its address. */
#include <stdio.h>
#include <string.h>

#include "cli/replay_table.h"
#include "cli/stored_run.h"

typedef struct replay_command {
    const char *name, *table, *output;
    int64_t trial; /* -1: not given */
    bool force;
} replay_command;

static bk_status take_option(void *own, const char *name, const char *value)
{
    replay_command *command = own;
    const struct {
        const char *name;
        const char **text;
    } texts[] = {{"name", &command->name}, {"table", &command->table}, {"output", &command->output}};
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

static bk_status check(void *own)
{
    const replay_command *command = own;
    if (command->trial < 0) {
        return bk_fail(BK_INVALID, "which trial? --trial T names it, from 0 on");
    }
    if (command->output != NULL && !to_hdf5(command) && !ends_with(command->output, ".csv")) {
        return bk_fail(BK_INVALID, "--output: %s ends neither with .csv nor with .h5", command->output);
    }
    if (command->table != NULL && to_hdf5(command)) {
        return bk_fail(BK_INVALID, "--table: %s gets all tables; one alone is for CSV", command->output);
    }
    return command->output == NULL ? BK_OK : bk_results_check_target(command->output, command->force);
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

static bk_status compute(bk_results **replayed, const replay_command *command, bk_stored_run *run,
                         const bk_results *results)
{
    const bk_status status =
        bk_run_replay(replayed, results, run->settings.experiment, run->settings.options, run->settings.seed,
                      &run->control, command->name, (uint64_t)command->trial);
    bk_progress_line_close(&run->line);
    return status;
}

/* A trial that differs is written too: somebody will want to see it. */
static bk_status write_and_judge(const bk_file_request *request, bk_results *replayed, bk_status computed,
                                 bk_progress_line *line)
{
    const replay_command *command = request->own;
    char message[2000];
    (void)snprintf(message, sizeof message, "%s", bk_error_message());
    BK_TRY(to_hdf5(command) ? bk_results_write(replayed, command->output, command->force)
                            : write_csv(command, replayed));
    if (computed != BK_OK) {
        return bk_fail(computed, "%s: %s", request->path, message);
    }
    if (request->progress != BK_PROGRESS_NONE) {
        tell(replayed, line);
    }
    return BK_OK;
}

static bk_status replay(const bk_file_request *request, bk_results *results)
{
    bk_stored_run run;
    bk_results *replayed = NULL;
    /* With another configuration another trial comes out, which a file of summaries cannot tell. */
    bk_warn_of_changes(request->title, request->path, results);
    bk_status status = bk_stored_run_open(&run, request, results);
    if (status == BK_OK) {
        status = compute(&replayed, request->own, &run, results);
    }
    if (replayed != NULL) {
        status = write_and_judge(request, replayed, status, &run.line);
    }
    bk_results_destroy(replayed);
    bk_stored_run_close(&run);
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
    static const bk_file_command command = {
        .name = "replay",
        .arguments = "FILE.h5",
        .before =
            "Compute one trial of a results file again, by itself, from the seed and its number: of the lab "
            "its test set, scores, errors and intervals.",
        .after = "Exit code 4: the file holds another value than comes out.",
        .table = table,
        .count = sizeof table / sizeof table[0],
        .long_run = true,
        .take = take_option,
        .check = check,
        .carry_out = replay};
    replay_command own = {.trial = -1};
    return bk_file_command_run(&command, program, &own, argc, argv);
}
