/* SPDX-License-Identifier: GPL-3.0-or-later
 * The options of brisk interval. */
#include "cli/interval_request.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bk_status take_level(void *context, const char *text)
{
    bk_interval_command *command = context;
    double level = 0.0;
    BK_TRY(bk_parse_real(&level, text, "--level"));
    if (!(level > 0.0 && level < 1.0)) {
        return bk_fail(BK_INVALID, "--level: %s is not between 0 and 1; 0.9 means 90 %%", text);
    }
    for (size_t i = 0; i < command->level_count; i++) {
        if (command->levels[i] == level) {
            return bk_fail(BK_INVALID, "--level: %s stands there twice", text);
        }
    }
    if (command->level_count == BK_MAX_LEVELS) {
        return bk_fail(BK_INVALID, "--level: more than %d levels", BK_MAX_LEVELS);
    }
    command->levels[command->level_count++] = level;
    return BK_OK;
}

/* ---- Methods ---------------------------------------------------------------------------------------------
 */

static bool in_set(const char *set, size_t method)
{
    const bk_interval_method *row = bk_interval_method_row(method);
    const bool resampled = (row->needs & BK_NEEDS_RESAMPLES) != 0;
    const bool ideal = strncmp(row->name, "ideal-", 6) == 0;
    return strcmp(set, "all") == 0 || (strcmp(set, "bootstrap") == 0 && resampled) ||
           (strcmp(set, "ideal") == 0 && ideal) ||
           (strcmp(set, "closed-form") == 0 && !resampled && !ideal && (row->needs & BK_NEEDS_ORDER) == 0);
}

static bk_status take_method(void *context, const char *text)
{
    bk_interval_command *command = context;
    bool set = false;
    for (size_t row = 0; row < bk_interval_method_count(); row++) {
        if (in_set(text, row)) {
            set = true;
            BK_TRY(bk_method_list_add(&command->method, row, true));
        }
    }
    return set ? BK_OK : bk_method_list_add_name(&command->method, text);
}

/* ---- Statistics ------------------------------------------------------------------------------------------
 */

/* NAME or NAME:PARAMETER. */
static bk_status take_statistic(bk_interval_command *command, const char *value)
{
    char name[64];
    const size_t length = strcspn(value, ":");
    (void)snprintf(name, sizeof name, "%.*s", (int)(length < 60 ? length : 60), value);
    command->classification = bk_classification_find(name);
    if (command->classification != NULL) {
        command->statistic = BK_STATISTIC_USER;
    } else if (bk_statistic_find(&command->statistic, name) != BK_OK) {
        return bk_fail(BK_INVALID,
                       "--statistic: there is no statistic '%s'; mean, variance, sd, median, quantile:Q, "
                       "trimmed-mean:F, "
                       "ratio, f1, balanced-accuracy and auc are there",
                       name);
    }
    if (command->classification == NULL &&
        (command->statistic == BK_STATISTIC_USER || command->statistic == BK_STATISTIC_DIFFERENCE)) {
        return bk_fail(BK_INVALID, "--statistic: %s",
                       command->statistic == BK_STATISTIC_USER
                           ? "a statistic of your own needs the C library"
                           : "a difference of two models is what 'brisk compare' is for");
    }
    const bool takes = command->classification == NULL && (command->statistic == BK_STATISTIC_QUANTILE ||
                                                           command->statistic == BK_STATISTIC_TRIMMED_MEAN);
    if (takes != (value[length] == ':')) {
        return takes ? bk_fail(BK_INVALID, "--statistic: %s needs its parameter, as in %s:0.1", name, name)
                     : bk_fail(BK_INVALID, "--statistic: %s has no parameter", name);
    }
    if (!takes) {
        return BK_OK;
    }
    BK_TRY(bk_parse_real(&command->parameter, value + length + 1, "--statistic"));
    const bool quantile = command->statistic == BK_STATISTIC_QUANTILE;
    if (!(command->parameter >= 0.0 && (quantile ? command->parameter <= 1.0 : command->parameter < 0.5))) {
        return bk_fail(BK_INVALID, "--statistic: %s is outside %s", value, quantile ? "[0,1]" : "[0,1/2)");
    }
    return BK_OK;
}

/* ---- Options with few words ------------------------------------------------------------------------------
 */

typedef struct word_option {
    const char *name;
    const char *words[3];
} word_option;

static const word_option word_options[] = {
    {"side", {"two", "lower", "upper"}},        {"order", {"shuffled", "file", NULL}},
    {"bootstrap", {"resample", "ideal", NULL}}, {"quantile", {"type-7", "r-boot", NULL}},
    {"ties", {"mid", "strict", NULL}},          {"influence", {"jackknife", "regression", NULL}},
};
#define N_WORD_OPTIONS (sizeof word_options / sizeof word_options[0])

static bk_status take_word(bk_interval_command *command, size_t option, const char *value)
{
    const word_option *row = &word_options[option];
    size_t which = 0;
    while (which < 3 && row->words[which] != NULL && strcmp(row->words[which], value) != 0) {
        which++;
    }
    if (which == 3 || row->words[which] == NULL) {
        return bk_fail(BK_INVALID, "--%s: '%s' is not one of %s, %s%s%s", row->name, value, row->words[0],
                       row->words[1], row->words[2] == NULL ? "" : ", ",
                       row->words[2] == NULL ? "" : row->words[2]);
    }
    switch (option) {
    case 0:
        command->wanted.sides = (bk_sides)which;
        break;
    case 1:
        command->wanted.order = which == 0 ? BK_ORDER_SHUFFLED : BK_ORDER_FILE;
        command->order_given = true;
        break;
    case 2:
        command->kind = which == 0 ? BK_KIND_RESAMPLE : BK_KIND_IDEAL;
        break;
    case 3:
        command->quantile_rule = (bk_quantile_rule)which;
        break;
    case 4:
        command->ties = (bk_tie_rule)which;
        break;
    default:
        command->influence = (bk_influence)which;
        break;
    }
    return BK_OK;
}

static bk_status take_number(bk_interval_command *command, const char *name, const char *value)
{
    int64_t number = 0;
    if (strcmp(name, "variance") == 0) {
        BK_TRY(bk_parse_real(&command->wanted.variance, value, "--variance"));
        command->wanted.variance_known = true;
        return command->wanted.variance >= 0.0
                   ? BK_OK
                   : bk_fail(BK_INVALID, "--variance: %s is negative, which no variance is", value);
    }
    if (strcmp(name, "resamples") == 0) {
        BK_TRY(bk_parse_integer(&number, value, "--resamples"));
        if (number < 1 || number > (int64_t)UINT32_MAX) {
            return bk_fail(BK_INVALID, "--resamples: %s is not between 1 and 4294967295", value);
        }
        command->wanted.resamples = (size_t)number;
        command->resamples_given = true;
        return BK_OK;
    }
    BK_TRY(bk_parse_integer(&number, value, "--threads"));
    if (number < 1 || number > BK_MAX_THREADS) {
        return bk_fail(BK_INVALID, "--threads: %s is not between 1 and %d", value, BK_MAX_THREADS);
    }
    command->threads = (int)number;
    return BK_OK;
}

static bk_status take_flag_or_text(bk_interval_command *command, const char *name, const char *value)
{
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {{"json", &command->json},
                 {"csv", &command->csv},
                 {"force", &command->force},
                 {"reproducible", &command->reproducible},
                 {"keep-replicates", &command->keep_replicates},
                 {"details", &command->details}};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (strcmp(name, flags[i].name) == 0) {
            *flags[i].flag = true;
            return BK_OK;
        }
    }
    if (strcmp(name, "output") == 0) {
        command->output = value;
    } else if (strcmp(name, "prior") == 0) {
        command->prior = value;
    } else if (strcmp(name, "seed") == 0) {
        return bk_take_seed(&command->wanted.seed, &command->random_seed, value, "--seed");
    } else if (strcmp(name, "level") == 0) {
        command->level_count = 0;
        return bk_arguments_each(value, name, take_level, command);
    } else if (strcmp(name, "method") == 0) {
        return bk_arguments_each(value, name, take_method, command);
    } else if (strcmp(name, "statistic") == 0) {
        return take_statistic(command, value);
    } else {
        return take_number(command, name, value);
    }
    return BK_OK;
}

static bk_status take_argument(void *context, const char *name, const char *value)
{
    bk_interval_command *command = context;
    bool taken = false;
    if (name == NULL) {
        if (command->source != NULL) {
            return bk_fail(BK_INVALID,
                           "one file at a time: '%s' is too much; two models go to 'brisk compare'", value);
        }
        command->source = value;
        return BK_OK;
    }
    BK_TRY(bk_input_take(&command->input, &taken, name, value));
    if (taken) {
        return BK_OK;
    }
    for (size_t i = 0; i < N_WORD_OPTIONS; i++) {
        if (strcmp(name, word_options[i].name) == 0) {
            return take_word(command, i, value);
        }
    }
    return take_flag_or_text(command, name, value);
}

static const bk_argument table[] = {
    {"level", 0, "L[,L...]", "confidence level (default 0.9)", "What is asked:"},
    {"side", 0, "two|lower|upper", "two-sided interval (default), or a lower or upper bound", NULL},
    {"method", 0, "NAME[,NAME...]",
     "methods, or all, closed-form, bootstrap, ideal (default: what fits the data); see below", NULL},
    {"variance", 0, "V",
     "the true variance of one loss, or a bound of it: chebyshev and bernstein then keep their "
     "promise",
     NULL},
    {"statistic", 0, "S",
     "mean (default), variance, sd, median, quantile:Q, trimmed-mean:F, ratio; of labels f1, "
     "balanced-accuracy, auc: "
     "all but the mean are resampled",
     NULL},
    {"order", 0, "shuffled|file", "order in which betting sees the losses (default shuffled)", NULL},
    BK_INPUT_ARGUMENTS,
    {"group", 0, "COLUMN", "points of one group may depend on each other: whole groups are resampled",
     "How the points came about:"},
    {"strata", 0, "COLUMN", "every stratum is resampled within itself", NULL},
    {"prior", 0, "P,...|NAME=P,...", "true share of each stratum, by name or in the order of the names",
     NULL},
    {"weights", 0, "COLUMN", "weights of the points", NULL},
    {"denominator", 0, "COLUMN", "of --statistic ratio", NULL},
    {"bootstrap", 0, "resample|ideal",
     "draw every loss, or for 0/1 data sum exactly (default for those: ideal; bootstrap-* then draw the "
     "number of errors from its binomial law)",
     "Bootstrap:"},
    {"resamples", 0, "B", "number of resamples (default 9999)", NULL},
    {"seed", 0, "S|random", "seed of all random streams (default 1); random draws one and says it", NULL},
    {"quantile", 0, "type-7|r-boot", "quantiles of the replicates as SciPy (default) or R boot takes them",
     NULL},
    {"ties", 0, "mid|strict", "z0 of BCa by mid-ranks as SciPy (default) or strictly below as R boot", NULL},
    {"influence", 0, "jackknife|regression", "acceleration of BCa as SciPy (default) or R boot computes it",
     NULL},
    {"threads", 'j', "N", "threads to use (default: every CPU this process may use)", NULL},
    {"json", 0, NULL, "print one JSON object", "Output:"},
    {"csv", 0, NULL, "print one line of CSV an interval", NULL},
    {"details", 0, NULL, "print what the bootstrap found, as R's boot does", NULL},
    {"output", 'o', "FILE.h5", "also write a results file", NULL},
    {"keep-replicates", 0, NULL, "with the replicates of the bootstrap in it", NULL},
    {"reproducible", 0, NULL, "without what differs between two runs (/run)", NULL},
    {"force", 0, NULL, "replace an existing results file", NULL},
};

static bk_status check(const bk_interval_command *command)
{
    if (command->source == NULL) {
        return bk_fail(BK_INVALID, "which data? give a file, or - for standard input");
    }
    if (command->json && command->csv) {
        return bk_fail(BK_INVALID, "--json and --csv: give one of the two");
    }
    if (command->output == NULL && (command->keep_replicates || command->reproducible || command->force)) {
        return bk_fail(BK_INVALID, "--%s: it belongs to the results file of --output",
                       command->keep_replicates ? "keep-replicates"
                       : command->force         ? "force"
                                                : "reproducible");
    }
    if (command->prior != NULL && command->input.strata == NULL) {
        return bk_fail(BK_INVALID, "--prior: shares of which strata? add --strata");
    }
    const int kinds =
        (command->input.group != NULL) + (command->input.strata != NULL) + (command->input.weights != NULL);
    if (kinds > 1) {
        return bk_fail(BK_INVALID, "--group, --strata and --weights: give one of them");
    }
    if ((command->statistic == BK_STATISTIC_RATIO) != (command->input.denominator != NULL)) {
        return command->input.denominator == NULL
                   ? bk_fail(BK_INVALID, "--statistic ratio: of what to what? add --denominator")
                   : bk_fail(BK_INVALID, "--denominator: it belongs to --statistic ratio");
    }
    if (command->classification != NULL && command->input.label == NULL) {
        return bk_fail(BK_INVALID, "--statistic %s: it needs labels: add --label, and --%s",
                       command->classification->name,
                       command->classification->needs_scores ? "score" : "prediction or --score");
    }
    if (command->classification != NULL && command->classification->needs_scores &&
        command->input.score == NULL) {
        return bk_fail(BK_INVALID, "--statistic %s: predictions have no order; it needs --score",
                       command->classification->name);
    }
    if (command->classification != NULL && command->input.loss_given) {
        return bk_fail(BK_INVALID, "--loss: %s is no mean of losses", command->classification->name);
    }
    if (command->input.weights != NULL && command->statistic != BK_STATISTIC_MEAN &&
        command->statistic != BK_STATISTIC_RATIO) {
        return bk_fail(BK_INVALID, "--weights: they belong to a mean or a ratio");
    }
    return BK_OK;
}

/* The names, by what they promise. */
static bk_status describe_methods(bk_text *text)
{
    bk_text_append(text, "Methods by what they promise (which the answer says in words):\n");
    for (int guarantee = 0; guarantee < BK_GUARANTEE_COUNT; guarantee++) {
        bk_text names = {0};
        bk_text_append(&names, "%s:", bk_guarantee_name((bk_guarantee)guarantee));
        for (size_t row = 0; row < bk_interval_method_count(); row++) {
            if (bk_interval_method_row(row)->guarantee == (bk_guarantee)guarantee) {
                bk_text_append(&names, " %s", bk_interval_method_row(row)->name);
            }
        }
        bk_text_append_paragraph(text, "  ", 78, bk_text_string(&names));
        bk_text_clear(&names);
    }
    return bk_text_status(text);
}

bk_status bk_interval_command_parse(bk_interval_command *command, const bk_program *program, int argc,
                                    char **argv, bool *help)
{
    *command =
        (bk_interval_command){.wanted = bk_interval_request_of(0.9), .levels = {0.9}, .level_count = 1};
    char name[128];
    (void)snprintf(name, sizeof name, "%.100s interval", program->name);
    bk_text methods = {0};
    const bk_argument_parser parser = {
        .command = name,
        .arguments = "FILE|-",
        .before =
            "Print confidence intervals of the risk from losses, each with what it promises. FILE is CSV, "
            "TSV or "
            "plain text (also gzip'd), a NumPy array (.npy), or a dataset of an HDF5 file (FILE.h5:/PATH).",
        .after = describe_methods(&methods) == BK_OK ? bk_text_string(&methods) : NULL,
        .table = table,
        .count = sizeof table / sizeof table[0],
        .handler = take_argument,
        .context = command};
    bk_status status = bk_arguments_parse(&parser, argc, argv, help);
    bk_text_clear(&methods);
    if (status == BK_OK && !*help) {
        status = check(command);
    }
    command->wanted.level = command->levels[0];
    return status;
}
