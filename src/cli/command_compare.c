/* SPDX-License-Identifier: GPL-3.0-or-later
 * brisk compare: two or more models on the same test points. */
#include <stdio.h>
#include <string.h>

#include "cli/compare.h"
#include "cli/interval_request.h"

static bk_status take_number(bk_compare_command *command, const char *name, const char *value)
{
    int64_t number = 0;
    if (strcmp(name, "level") == 0) {
        BK_TRY(bk_parse_real(&command->wanted.level, value, "--level"));
        return command->wanted.level > 0.0 && command->wanted.level < 1.0
                   ? BK_OK
                   : bk_fail(BK_INVALID, "--level: %s is not between 0 and 1; 0.9 means 90 %%", value);
    }
    if (strcmp(name, "margin") == 0) {
        BK_TRY(bk_parse_real(&command->margin, value, "--margin"));
        return command->margin > 0.0 ? BK_OK : bk_fail(BK_INVALID, "--margin: %s is not above 0", value);
    }
    if (strcmp(name, "seed") == 0) {
        return bk_take_seed(&command->wanted.seed, &command->random_seed, value, "--seed");
    }
    const bool resamples = strcmp(name, "resamples") == 0;
    const int64_t most = resamples ? (int64_t)UINT32_MAX : BK_MAX_THREADS;
    BK_TRY(bk_parse_integer(&number, value, resamples ? "--resamples" : "--threads"));
    if (number < 1 || number > most) {
        return bk_fail(BK_INVALID, "--%s: %s is not between 1 and %lld", name, value, (long long)most);
    }
    if (resamples) {
        command->wanted.resamples = (size_t)number;
    } else {
        command->threads = (int)number;
    }
    return BK_OK;
}

static bk_status take_argument(void *context, const char *name, const char *value)
{
    bk_compare_command *command = context;
    bool taken = false;
    if (name == NULL) {
        if (command->source_count == BK_MAX_MODELS) {
            return bk_fail(BK_INVALID, "more than %d files", BK_MAX_MODELS);
        }
        command->sources[command->source_count++] = value;
        return BK_OK;
    }
    BK_TRY(bk_input_take(&command->input, &taken, name, value));
    if (taken) {
        return BK_OK;
    }
    if (strcmp(name, "json") == 0) {
        command->json = true;
        return BK_OK;
    }
    if (strcmp(name, "csv") == 0) {
        command->csv = true;
        return BK_OK;
    }
    return take_number(command, name, value);
}

static const bk_argument table[] = {
    {"level", 0, "L", "confidence level (default 0.9)", "What is asked:"},
    {"margin", 0, "M", "is A not worse than B by M, or equal within M? (two files)", NULL},
    BK_INPUT_ARGUMENTS,
    {"group", 0, "COLUMN", "points of one group may depend on each other: whole groups are resampled", NULL},
    {"resamples", 0, "B", "number of resamples (default 9999)", "Bootstrap:"},
    {"seed", 0, "S|random", "seed of all random streams (default 1); random draws one and says it", NULL},
    {"threads", 'j', "N", "threads to use (default: every CPU this process may use)", NULL},
    {"json", 0, NULL, "print one JSON object", "Output:"},
    {"csv", 0, NULL, "print one line of CSV an interval", NULL},
};

static bk_status check(const bk_compare_command *command)
{
    size_t standard = 0;
    for (size_t i = 0; i < command->source_count; i++) {
        standard += strcmp(command->sources[i], "-") == 0 ? 1 : 0;
    }
    if (command->source_count < 2) {
        return bk_fail(BK_INVALID, "two files or more are compared, and there %s %zu",
                       command->source_count == 1 ? "is" : "are", command->source_count);
    }
    if (standard > 1) {
        return bk_fail(BK_INVALID, "standard input can be read once only");
    }
    if (command->json && command->csv) {
        return bk_fail(BK_INVALID, "--json and --csv: give one of the two");
    }
    if (command->margin > 0.0 && command->source_count > 2) {
        return bk_fail(BK_INVALID, "--margin: it is for two files");
    }
    return BK_OK;
}

/* The same test points: as many, and with the same labels and groups where these are read. */
static bk_status check_points(const bk_compare_command *command, const bk_input *inputs)
{
    for (size_t i = 1; i < command->source_count; i++) {
        const bk_input *a = &inputs[0], *b = &inputs[i];
        if (a->n != b->n) {
            return bk_fail(
                BK_INVALID,
                "%s has %zu losses and %s has %zu: the same test points in the same order are needed",
                command->sources[0], a->n, command->sources[i], b->n);
        }
        for (size_t row = 0; row < a->n; row++) {
            const bool labels =
                a->label_known && strcmp(bk_data_category(a->data, 0, bk_data_codes(a->data, 0)[row]),
                                         bk_data_category(b->data, 0, bk_data_codes(b->data, 0)[row])) != 0;
            if (labels || (a->group != NULL && a->group[row] != b->group[row])) {
                char where[400], there[400];
                bk_data_where(where, sizeof where, a->data, row);
                bk_data_where(there, sizeof there, b->data, row);
                return bk_fail(BK_INVALID, "%s and %s have different %s: these are not the same test points",
                               where, there, labels ? "labels" : "groups");
            }
        }
    }
    return BK_OK;
}

static bk_status compare(const bk_compare_command *command, bk_input *inputs)
{
    for (size_t i = 0; i < command->source_count; i++) {
        BK_TRY(bk_input_read(&inputs[i], command->sources[i], &command->input));
    }
    BK_TRY(check_points(command, inputs));
    if (command->source_count == 2) {
        bk_compare_pair pair;
        BK_TRY(bk_compare_pair_compute(&pair, command, &inputs[0], &inputs[1]));
        return bk_compare_pair_print(&pair, command, inputs);
    }
    bk_compare_many many;
    bk_status status = bk_compare_many_compute(&many, command, inputs);
    if (status == BK_OK) {
        status = bk_compare_many_print(&many, command, inputs);
    }
    bk_compare_many_clear(&many);
    return status;
}

static bk_status read_and_compare(const bk_compare_command *command, const bk_program *program)
{
    BK_TRY(bk_set_threads(command->threads));
    bk_input *inputs = bk_allocate(command->source_count, sizeof *inputs);
    bk_status status = inputs == NULL ? bk_error_status() : compare(command, inputs);
    for (size_t i = 0; inputs != NULL && i < command->source_count; i++) {
        bk_input_clear(&inputs[i]);
    }
    bk_free(inputs);
    if (status == BK_OK && command->random_seed) {
        (void)fprintf(stderr, "%s compare: seed %llu\n", program->name,
                      (unsigned long long)command->wanted.seed);
    }
    return status;
}

int bk_command_compare(const bk_program *program, int argc, char **argv)
{
    bk_compare_command command = {.wanted = bk_interval_request_of(0.9)};
    char name[128];
    (void)snprintf(name, sizeof name, "%.100s compare", program->name);
    const bk_argument_parser parser = {
        .command = name,
        .arguments = "FILE_A FILE_B [FILE_C ...]",
        .before = "Compare models by their losses on the same test points, one file a model (the forms that "
                  "'interval' "
                  "reads).",
        .after = "Two files: McNemar's test, and intervals of risk(A) - risk(B). More: each against the best "
                 "and all "
                 "pairs, simultaneously, and how much picking the best flatters it.",
        .table = table,
        .count = sizeof table / sizeof table[0],
        .handler = take_argument,
        .context = &command};
    bool help = false;
    bk_status status = bk_arguments_parse(&parser, argc, argv, &help);
    if (status == BK_OK && !help) {
        status = check(&command);
    }
    if (status == BK_OK && !help) {
        status = read_and_compare(&command, program);
    }
    return status == BK_OK ? bk_finish_output(program, "compare") : bk_complain(program, "compare");
}
