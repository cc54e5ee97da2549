/* SPDX-License-Identifier: GPL-3.0-or-later
 * brisk bench: how fast this machine runs the hot stages. */
#define _GNU_SOURCE
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/bench.h"
#include "cli/program.h"

#define MAX_TIMINGS 256

typedef struct bench_request {
    const bk_bench_stage *stage;
    bool json;
    bool quick;
} bench_request;

static bk_status take_stage(bench_request *request, const char *value)
{
    const char *names[MAX_TIMINGS];
    size_t known = 0;
    for (size_t row = 0; row < bk_bench_stage_count(); row++) {
        const bk_bench_stage *stage = bk_bench_stage_row(row);
        names[known++] = stage->name;
        if (strcmp(stage->name, value) == 0) {
            request->stage = stage;
            return BK_OK;
        }
    }
    const char *nearest = bk_nearest_name(value, names, known);
    return nearest == NULL
               ? bk_fail(BK_INVALID, "--stage %s: there is no such stage; --help names all", value)
               : bk_fail(BK_INVALID, "--stage %s: there is no such stage; did you mean '%s'?", value,
                         nearest);
}

static bk_status take_argument(void *context, const char *name, const char *value)
{
    bench_request *request = context;
    if (name == NULL) {
        return bk_fail(BK_INVALID, "'%s' is too much: bench takes options alone", value);
    }
    if (strcmp(name, "stage") == 0) {
        return take_stage(request, value);
    }
    if (strcmp(name, "json") == 0) {
        request->json = true;
    } else {
        request->quick = true;
    }
    return BK_OK;
}

/* The CPU's name as the kernel reports it; "unknown" where it reports none. */
static void read_cpu_model(char *model, size_t size)
{
    (void)snprintf(model, size, "unknown");
    FILE *file = fopen("/proc/cpuinfo", "re");
    if (file == NULL) {
        return;
    }
    char line[512];
    while (fgets(line, sizeof line, file) != NULL) {
        const char *value = strchr(line, ':');
        if (strncmp(line, "model name", 10) == 0 && value != NULL) {
            line[strcspn(line, "\n")] = '\0';
            (void)snprintf(model, size, "%s", value + 1 + strspn(value + 1, " "));
            break;
        }
    }
    (void)fclose(file);
}

static void print_table(const char *model, bk_bench_effort effort, const bk_bench_timing *timings,
                        size_t count)
{
    printf("%s, %d threads, instruction set in use %s, %s\n", model, bk_threads(),
           bk_isa_name(bk_kernel_isa()), bk_build()->compiler);
    printf("Nanoseconds an item and core: median, least and most of %zu interleaved runs. Training uses all "
           "threads "
           "and\ngoes by the wall clock.\n\n",
           effort.runs);
    printf("%-22s %-7s %9s %9s %9s  %s\n", "stage", "set", "median", "min", "max", "one item");
    for (size_t i = 0; i < count; i++) {
        const bk_bench_timing *timing = &timings[i];
        printf("%-22s %-7s %9.3f %9.3f %9.3f  %s\n", timing->stage->name,
               timing->stage->kernels ? bk_isa_name(timing->isa) : "any", timing->median, timing->min,
               timing->max, timing->stage->what);
    }
}

static json_t *timing_object(const bk_bench_timing *timing)
{
    const bool kernels = timing->stage->kernels;
    return json_pack("{s:s, s:s, s:s, s:I, s:s?, s:s, s:f, s:f, s:f}", "stage", timing->stage->name, "what",
                     timing->stage->what, "item", timing->stage->item, "items_per_call",
                     (json_int_t)timing->stage->items, "instruction_set",
                     kernels ? bk_isa_name(timing->isa) : NULL, "clock",
                     timing->stage->wall ? "wall" : "processor", "median", timing->median, "min", timing->min,
                     "max", timing->max);
}

static bk_status print_json(const char *model, bk_bench_effort effort, const bk_bench_timing *timings,
                            size_t count)
{
    json_t *sets = json_array(), *rows = json_array();
    int failed = 0;
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        if (bk_kernel_available((bk_isa)isa)) {
            failed |= json_array_append_new(sets, json_string(bk_isa_name((bk_isa)isa)));
        }
    }
    for (size_t i = 0; i < count; i++) {
        failed |= json_array_append_new(rows, timing_object(&timings[i]));
    }
    /* The steals in the format take both arrays over, also where packing fails. */
    json_t *root = json_pack("{s:{s:s, s:i, s:s, s:o, s:s}, s:s, s:I, s:o}", "machine", "cpu", model,
                             "threads", bk_threads(), "instruction_set", bk_isa_name(bk_kernel_isa()),
                             "instruction_sets", sets, "compiler", bk_build()->compiler, "unit",
                             "ns per item and core", "runs", (json_int_t)effort.runs, "stages", rows);
    if (failed == 0 && root != NULL) {
        /* A write that fails is found by bk_finish_output. */
        (void)json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
        printf("\n");
    }
    const bk_status status =
        failed == 0 && root != NULL ? BK_OK : bk_fail(BK_MEMORY, "no memory for the JSON object");
    json_decref(root);
    return status;
}

/* The stages, for the end of the help. */
static void describe_stages(bk_text *text)
{
    bk_text_append(text, "Stages:\n");
    for (size_t row = 0; row < bk_bench_stage_count(); row++) {
        const bk_bench_stage *stage = bk_bench_stage_row(row);
        bk_text_append(text, "  %-21s %s\n", stage->name, stage->what);
    }
}

static bk_status bench(const bench_request *request)
{
    const bk_bench_effort effort = request->quick ? (bk_bench_effort){3, 2e-5} : (bk_bench_effort){15, 4e-3};
    static bk_bench_timing timings[MAX_TIMINGS];
    size_t count = 0;
    const bk_status status = bk_bench_measure(request->stage, effort, timings, MAX_TIMINGS, &count);
    if (status != BK_OK) {
        return status;
    }
    char model[256];
    read_cpu_model(model, sizeof model);
    if (request->json) {
        return print_json(model, effort, timings, count);
    }
    print_table(model, effort, timings, count);
    return BK_OK;
}

int bk_command_bench(const bk_program *program, int argc, char **argv)
{
    static const bk_argument table[] = {
        {"stage", 0, "NAME", "measure this stage alone", NULL},
        {"json", 0, NULL, "print one JSON object", NULL},
        {"quick", 0, NULL, "measure hardly anything: to see that it works, not how fast", NULL}};
    char command[128];
    (void)snprintf(command, sizeof command, "%.100s bench", program->name);
    bench_request request = {0};
    bk_text stages = {0};
    describe_stages(&stages);
    const bk_argument_parser parser = {.command = command,
                                       .arguments = "",
                                       .before = "Measure how fast this machine runs the hot stages, one "
                                                 "thread, with every instruction set it has; training with "
                                                 "all threads.",
                                       .after = bk_text_string(&stages),
                                       .table = table,
                                       .count = sizeof table / sizeof table[0],
                                       .handler = take_argument,
                                       .context = &request};
    bool help = false;
    bk_status status = bk_arguments_parse(&parser, argc, argv, &help);
    bk_text_clear(&stages);
    if (status == BK_OK && !help) {
        status = bench(&request);
    }
    return status == BK_OK ? bk_finish_output(program, "bench") : bk_complain(program, "bench");
}
