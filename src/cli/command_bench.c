/* SPDX-License-Identifier: GPL-3.0-or-later
 * brisk bench: how fast this machine runs the hot stages, and how fast it could. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/bench.h"
#include "cli/program.h"

typedef struct bench_arguments {
    bk_bench_request request;
    bool json;
} bench_arguments;

/* The stage of that name among those of this program. */
static bk_status take_stage(void *context, const char *value)
{
    bk_bench_request *request = context;
    const char *names[BK_BENCH_MAX_STAGES];
    size_t known = 0;
    for (size_t row = 0; row < bk_bench_stage_count(); row++) {
        const bk_bench_stage *stage = bk_bench_stage_row(row);
        if (!bk_bench_stage_exists(stage, request->program)) {
            continue;
        }
        names[known++] = stage->name;
        if (strcmp(stage->name, value) == 0) {
            request->named = request->wanted[row] = true;
            return BK_OK;
        }
    }
    const char *nearest = bk_nearest_name(value, names, known);
    return nearest == NULL
               ? bk_fail(BK_INVALID, "--stage %s: there is no such stage; --help names all", value)
               : bk_fail(BK_INVALID, "--stage %s: there is no such stage; did you mean '%s'?", value,
                         nearest);
}

static bk_status take_threads(bk_bench_request *request, const char *value)
{
    int64_t threads = 0;
    BK_TRY(bk_parse_integer(&threads, value, "--threads"));
    if (threads < 1 || threads > BK_MAX_THREADS) {
        return bk_fail(BK_INVALID, "--threads: %s is not between 1 and %d", value, BK_MAX_THREADS);
    }
    request->threads = (int)threads;
    return BK_OK;
}

static bk_status take_argument(void *context, const char *name, const char *value)
{
    bench_arguments *arguments = context;
    bk_bench_request *request = &arguments->request;
    if (name == NULL) {
        return bk_fail(BK_INVALID, "'%s' is too much: bench takes options alone", value);
    }
    if (strcmp(name, "stage") == 0) {
        return bk_arguments_each(value, "--stage", take_stage, request);
    }
    if (strcmp(name, "threads") == 0) {
        return take_threads(request, value);
    }
    if (strcmp(name, "json") == 0) {
        arguments->json = true;
    } else {
        request->quick = true;
        request->runs = 3;
        request->seconds = 2e-5;
    }
    return BK_OK;
}

/* The stages, for the end of the help. */
static void describe_stages(bk_text *text, const bk_program *program)
{
    bk_text_append(text, "Stages (* takes seconds, and --quick leaves it out unless it is named):\n");
    for (size_t row = 0; row < bk_bench_stage_count(); row++) {
        const bk_bench_stage *stage = bk_bench_stage_row(row);
        if (bk_bench_stage_exists(stage, program)) {
            bk_text_append(text, " %c%-21s %s\n", stage->slow ? '*' : ' ', stage->name, stage->what);
        }
    }
}

static bk_status bench(const bench_arguments *arguments)
{
    static bk_bench_report report;
    BK_TRY(bk_bench_measure(&report, &arguments->request));
    if (arguments->json) {
        return bk_bench_print_json(&report, &arguments->request);
    }
    bk_bench_print_table(&report, &arguments->request);
    return BK_OK;
}

int bk_command_bench(const bk_program *program, int argc, char **argv)
{
    static const bk_argument table[] = {
        {"stage", 0, "NAME,...", "measure these stages alone; may be given more than once", NULL},
        {"threads", 'j', "N", "threads of the stages that use all of them", NULL},
        {"json", 0, NULL, "print one JSON object", NULL},
        {"quick", 0, NULL, "measure hardly anything: to see that it works, not how fast", NULL}};
    char command[128];
    (void)snprintf(command, sizeof command, "%.100s bench", program->name);
    bench_arguments arguments = {
        .request = {.program = program, .threads = bk_threads(), .runs = 15, .seconds = 4e-3}};
    bk_text stages = {0};
    describe_stages(&stages, program);
    const bk_argument_parser parser = {
        .command = command,
        .arguments = "",
        .before =
            "Measure how fast this machine runs the hot stages, hot loops on one thread with every "
            "instruction set it has, and compare each with its limit: the time that the arithmetic in its "
            "formula takes on this machine where nothing else is done.",
        .after = bk_text_string(&stages),
        .table = table,
        .count = sizeof table / sizeof table[0],
        .handler = take_argument,
        .context = &arguments};
    bool help = false;
    bk_status status = bk_arguments_parse(&parser, argc, argv, &help);
    bk_text_clear(&stages);
    if (status == BK_OK && !help) {
        status = bench(&arguments);
    }
    return status == BK_OK ? bk_finish_output(program, "bench") : bk_complain(program, "bench");
}
