/* SPDX-License-Identifier: GPL-3.0-or-later
 * The arguments of `run`: the experiment's own options beside those that every run has. */
#define _GNU_SOURCE
#include "cli/run_request.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "cli/arguments.h"

#define LONGEST_CONFIGURATION ((size_t)1024 * 1024)

static const bk_argument run_arguments[] = {
    {"output", 'o', "FILE.h5", "results file to write (default EXPERIMENT.h5)", "Options of every run:"},
    {"threads", 'j', "N", "threads to use (default: every CPU this process may use)", NULL},
    {"seed", 0, "S|random",
     "seed of all random streams, 0 to 2^64 - 1 (default 1); random draws one and records it", NULL},
    {"config", 0, "FILE.ini", "read options from an INI file first; the command line wins", NULL},
    {"force", 0, NULL, "replace an existing results file (a symbolic link itself, not what it points to)",
     NULL},
    {"reproducible", 0, NULL, "leave out what differs between two runs (/run): the same bytes every time",
     NULL},
    {"progress", 0, "bar|none", "progress on stderr (default bar)", NULL},
};
#define N_RUN_ARGUMENTS (sizeof run_arguments / sizeof run_arguments[0])

/* The arguments in the order given; experiment options wait until the configuration file was read. */
typedef struct pending_option {
    const char *name;
    const char *value;
} pending_option;

typedef struct run_parsing {
    bk_run_request *request;
    pending_option *pending;
    size_t n_pending;
    const char *seed; /* NULL: not given */
} run_parsing;

static bk_status parse_threads(int *threads, const char *text)
{
    int64_t value = 0;
    BK_TRY(bk_parse_integer(&value, text, "--threads"));
    if (value < 1 || value > BK_MAX_THREADS) {
        return bk_fail(BK_INVALID, "--threads: %s is outside the allowed range [1,%d]", text, BK_MAX_THREADS);
    }
    *threads = (int)value;
    return BK_OK;
}

static bk_status take_run_argument(run_parsing *parsing, const char *name, const char *value, bool *known)
{
    bk_run_request *request = parsing->request;
    *known = true;
    if (strcmp(name, "output") == 0) {
        request->output = value;
    } else if (strcmp(name, "threads") == 0) {
        return parse_threads(&request->threads, value);
    } else if (strcmp(name, "seed") == 0) {
        parsing->seed = value;
    } else if (strcmp(name, "config") == 0) {
        request->configuration = value;
    } else if (strcmp(name, "force") == 0) {
        request->force = true;
    } else if (strcmp(name, "reproducible") == 0) {
        request->reproducible = true;
    } else if (strcmp(name, "progress") == 0) {
        if (strcmp(value, "bar") != 0 && strcmp(value, "none") != 0) {
            return bk_fail(BK_INVALID, "--progress: '%s' is not one of bar,none", value);
        }
        request->silent = strcmp(value, "none") == 0;
    } else {
        *known = false;
    }
    return BK_OK;
}

static bk_status take_argument(void *context, const char *name, const char *value)
{
    run_parsing *parsing = context;
    if (name == NULL) {
        return bk_fail(BK_INVALID, "'%s' is no option; options begin with --", value);
    }
    bool known = false;
    BK_TRY(take_run_argument(parsing, name, value, &known));
    if (!known) {
        parsing->pending[parsing->n_pending++] = (pending_option){name, value};
    }
    return BK_OK;
}

static bk_status parse_seed(uint64_t *seed, const char *text, const char *where)
{
    if (strcmp(text, "random") != 0) {
        return bk_parse_seed(seed, text, where);
    }
    if (getrandom(seed, sizeof *seed, 0) != (ssize_t)sizeof *seed) {
        return bk_fail(BK_FAILED, "%s: the system gave no random seed: %s", where, strerror(errno));
    }
    return BK_OK;
}

/* ---- The configuration file ---- */

static bk_status read_text_file(const char *path, bk_text *text)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return bk_fail(BK_FILE, "cannot read the configuration %s: %s", path, strerror(errno));
    }
    char buffer[4096];
    size_t length;
    bk_status status = BK_OK;
    while (status == BK_OK && (length = fread(buffer, 1, sizeof buffer, file)) > 0) {
        if (memchr(buffer, '\0', length) != NULL || text->length + length > LONGEST_CONFIGURATION) {
            status =
                bk_fail(BK_INVALID, "%s is no configuration: it holds a zero byte or more than 1 MiB", path);
        } else {
            bk_text_append(text, "%.*s", (int)length, buffer);
            status = bk_text_status(text);
        }
    }
    if (status == BK_OK && ferror(file)) {
        status = bk_fail(BK_FILE, "cannot read the configuration %s: %s", path, strerror(errno));
    }
    (void)fclose(file);
    return status;
}

static bk_status take_entry(void *context, const char *section, const char *key, const char *value, int line)
{
    bk_run_request *request = context;
    char where[600];
    (void)snprintf(where, sizeof where, "%.400s:%d: %.100s", request->configuration, line, key);
    if (strcmp(section, "options") == 0) {
        return bk_options_set(request->options, key, value, where);
    }
    if (strcmp(section, "run") != 0) {
        return bk_fail(BK_INVALID, "%s: there is no section [%s]; known are [run] and [options]", where,
                       section);
    }
    if (strcmp(key, "seed") == 0) {
        return parse_seed(&request->seed, value, where);
    }
    if (strcmp(key, "experiment") == 0) {
        if (strcmp(value, request->experiment->name) != 0) {
            return bk_fail(BK_INVALID, "%s: this is a configuration of the experiment '%s', not of '%s'",
                           where, value, request->experiment->name);
        }
        return BK_OK;
    }
    return bk_fail(BK_INVALID, "%s: there is no key '%s' in [run]; known are experiment and seed", where,
                   key);
}

static bk_status apply_configuration(bk_run_request *request)
{
    if (request->configuration == NULL) {
        return BK_OK;
    }
    bk_text text = {0};
    bk_status status = read_text_file(request->configuration, &text);
    if (status == BK_OK) {
        status = bk_configuration_read(bk_text_string(&text), request->configuration, take_entry, request);
    }
    bk_text_clear(&text);
    return status;
}

/* ---- Everything together ---- */

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
    for (size_t row = 0; row < experiment->n_options; row++) {
        const bk_option *option = &experiment->options[row];
        for (size_t i = 0; i < N_RUN_ARGUMENTS; i++) {
            if (strcmp(option->name, run_arguments[i].name) == 0) {
                return bk_fail(BK_FAILED, "the experiment %s must not have an option '%s': every run has it",
                               experiment->name, option->name);
            }
        }
        BK_TRY(describe_option(option, &help[row]));
        table[row] = (bk_argument){.name = option->name,
                                   .letter = 0,
                                   .value = value_name(option->type),
                                   .help = bk_text_string(&help[row]),
                                   .heading = row == 0 ? "Options of the experiment:" : NULL};
    }
    memcpy(&table[experiment->n_options], run_arguments, sizeof run_arguments);
    return BK_OK;
}

static bk_status apply_pending(const run_parsing *parsing)
{
    for (size_t i = 0; i < parsing->n_pending; i++) {
        char where[160];
        (void)snprintf(where, sizeof where, "--%.100s", parsing->pending[i].name);
        BK_TRY(bk_options_set(parsing->request->options, parsing->pending[i].name, parsing->pending[i].value,
                              where));
    }
    return parsing->seed == NULL ? BK_OK : parse_seed(&parsing->request->seed, parsing->seed, "--seed");
}

static bk_status parse_with_table(run_parsing *parsing, const bk_program *program, const bk_argument *table,
                                  int argc, char **argv)
{
    bk_run_request *request = parsing->request;
    const bk_experiment *experiment = request->experiment;
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
                                       .count = experiment->n_options + N_RUN_ARGUMENTS,
                                       .handler = take_argument,
                                       .context = parsing};
    bk_status status = bk_text_status(&before);
    if (status == BK_OK) {
        status = bk_arguments_parse(&parser, argc, argv, &request->help);
    }
    bk_text_clear(&before);
    if (status == BK_OK && !request->help) {
        status = apply_configuration(request);
    }
    if (status == BK_OK && !request->help) {
        status = apply_pending(parsing);
    }
    return status;
}

bk_status bk_run_request_parse(bk_run_request *request, const bk_program *program, int argc, char **argv)
{
    const bk_experiment *experiment = request->experiment;
    run_parsing parsing = {.request = request};
    bk_argument *table = bk_allocate(experiment->n_options + N_RUN_ARGUMENTS, sizeof *table);
    bk_text *help = bk_allocate(experiment->n_options, sizeof *help);
    parsing.pending = bk_allocate((size_t)argc + 1, sizeof *parsing.pending);
    request->options = bk_options_create(experiment->options, experiment->n_options);
    bk_status status = BK_OK;
    if (table == NULL || help == NULL || parsing.pending == NULL || request->options == NULL) {
        status = bk_error_status();
    } else {
        status = build_table(experiment, table, help);
    }
    if (status == BK_OK) {
        status = parse_with_table(&parsing, program, table, argc, argv);
    }
    for (size_t row = 0; help != NULL && row < experiment->n_options; row++) {
        bk_text_clear(&help[row]);
    }
    bk_free(help);
    bk_free(table);
    bk_free(parsing.pending);
    return status;
}
