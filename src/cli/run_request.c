/* SPDX-License-Identifier: GPL-3.0-or-later
 * The arguments of `run`: the experiment's own options beside those that every run has. */
#include "cli/run_request.h"

#include <stdio.h>
#include <string.h>

#define STANDARD_CHECKPOINT_S 600.0

/* How a run is carried out is taken at once; what decides its results waits until the configuration file
 * was read. */
static bk_status take_argument(void *context, const char *name, const char *value)
{
    bk_run_request *request = context;
    size_t count = 0;
    const bk_argument *arguments = bk_run_arguments(&count);
    if (name == NULL) {
        return bk_fail(BK_INVALID, "'%s' is no option; options begin with --", value);
    }
    request->given[request->n_given++] = (bk_given_option){name, value};
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, arguments[i].name) == 0 && !bk_run_settings_has(name)) {
            return bk_run_argument_take(request, name, value);
        }
    }
    return BK_OK;
}

static bool is_run_argument(const char *name)
{
    size_t count = 0;
    const bk_argument *arguments = bk_run_arguments(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, arguments[i].name) == 0) {
            return true;
        }
    }
    return false;
}

/* The help line of an option: what it means, its unit, range and default. */
static bk_status describe_option(const bk_option *option, bk_text *text)
{
    bk_text_append(text, "%s", option->help);
    if (option->unit != NULL) {
        bk_text_append(text, ", in %s", option->unit);
    }
    const char *allowed = option->choices != NULL ? option->choices : option->range;
    if (allowed != NULL) {
        bk_text_append(text, "; %s%s", option->choices != NULL ? "of " : "in ", allowed);
    }
    bk_text_append(text, option->initial == NULL ? " (required)" : " (default %s)", option->initial);
    return bk_text_status(text);
}

static const char *value_name(bk_option_type type)
{
    switch (type) {
    case BK_OPTION_INTEGER:
        return "N";
    case BK_OPTION_REAL:
        return "X";
    case BK_OPTION_INTEGER_LIST:
        return "N,...";
    case BK_OPTION_CHOICE_LIST:
        return "NAME,...";
    case BK_OPTION_CHOICE:
        return "NAME";
    default:
        return "TEXT";
    }
}

/* The experiment's options as rows of the argument table, then those of every run. help [n_options]
 * keeps the texts. */
static bk_status build_table(const bk_experiment *experiment, bk_argument *table, bk_text *help)
{
    size_t count = 0;
    const bk_argument *arguments = bk_run_arguments(&count);
    for (size_t row = 0; row < experiment->n_options; row++) {
        const bk_option *option = &experiment->options[row];
        if (is_run_argument(option->name)) {
            return bk_fail(BK_FAILED, "the experiment %s must not have an option '%s': every run has it",
                           experiment->name, option->name);
        }
        BK_TRY(describe_option(option, &help[row]));
        table[row] = (bk_argument){.name = option->name,
                                   .letter = 0,
                                   .value = value_name(option->type),
                                   .help = bk_text_string(&help[row]),
                                   .heading = row == 0 ? "Options of the experiment:" : NULL};
    }
    memcpy(&table[experiment->n_options], arguments, count * sizeof *arguments);
    return BK_OK;
}

/* The configuration file, then the command line. */
static bk_status apply_settings(bk_run_request *request)
{
    bk_run_settings *settings = &request->settings;
    if (request->configuration != NULL) {
        BK_TRY(bk_run_settings_read_file(settings, request->configuration));
    }
    bk_run_settings_next_source(settings);
    for (size_t i = 0; i < request->n_given; i++) {
        const char *name = request->given[i].name, *value = request->given[i].value;
        char where[160];
        (void)snprintf(where, sizeof where, "--%.100s", name);
        if (bk_run_settings_has(name)) {
            BK_TRY(bk_run_settings_take(settings, name, value, where));
        } else if (!is_run_argument(name)) {
            BK_TRY(bk_options_set(settings->options, name, value, where));
        }
    }
    return bk_run_settings_check(settings);
}

static bk_status check_together(const bk_run_request *request)
{
    const bk_stop_kind kind = request->settings.stop.kind;
    if (request->shards > 0 && kind != BK_STOP_NEVER) {
        return bk_fail(BK_INVALID,
                       "--shard: shards cannot know of each other when %s is reached; give a fixed number of "
                       "trials",
                       kind == BK_STOP_MCSE ? "--stop-mcse" : "--stop-width");
    }
    return BK_OK;
}

static bk_status parse_with_table(bk_run_request *request, const bk_program *program,
                                  const bk_argument *table, size_t rows, int argc, char **argv)
{
    const bk_experiment *experiment = request->settings.experiment;
    char command[200];
    (void)snprintf(command, sizeof command, "%.60s run %.100s", program->name, experiment->name);
    bk_text before = {0};
    bk_text_append(&before, "%s.", experiment->summary);
    if (experiment->description != NULL) {
        bk_text_append(&before, "\n\n%s", experiment->description);
    }
    const bk_argument_parser parser = {.command = command,
                                       .arguments = "",
                                       .before = bk_text_string(&before),
                                       .table = table,
                                       .count = rows,
                                       .handler = take_argument,
                                       .context = request};
    bk_status status = bk_text_status(&before);
    if (status == BK_OK) {
        status = bk_arguments_parse(&parser, argc, argv, &request->help);
    }
    bk_text_clear(&before);
    if (status == BK_OK && !request->help) {
        status = apply_settings(request);
    }
    if (status == BK_OK && !request->help) {
        status = check_together(request);
    }
    return status;
}

bk_status bk_run_request_parse(bk_run_request *request, const bk_experiment *experiment,
                               const bk_program *program, int argc, char **argv)
{
    size_t count = 0;
    (void)bk_run_arguments(&count);
    const size_t rows = experiment->n_options + count;
    *request = (bk_run_request){.checkpoint_every_s = STANDARD_CHECKPOINT_S};
    BK_TRY(bk_run_settings_create(&request->settings, experiment));
    bk_argument *table = bk_allocate(rows, sizeof *table);
    bk_text *help = bk_allocate(experiment->n_options, sizeof *help);
    request->given = bk_allocate((size_t)argc + 1, sizeof *request->given);
    bk_status status = BK_OK;
    if (table == NULL || help == NULL || request->given == NULL) {
        status = bk_error_status();
    } else {
        status = build_table(experiment, table, help);
    }
    if (status == BK_OK) {
        status = parse_with_table(request, program, table, rows, argc, argv);
    }
    /* What was given keeps the names of the experiment's and our own tables, not of this one. */
    for (size_t row = 0; help != NULL && row < experiment->n_options; row++) {
        bk_text_clear(&help[row]);
    }
    bk_free(help);
    bk_free(table);
    return status;
}

void bk_run_request_clear(bk_run_request *request)
{
    bk_run_settings_clear(&request->settings);
    bk_free(request->given);
    request->given = NULL;
}
