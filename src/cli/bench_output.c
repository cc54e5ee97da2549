/* SPDX-License-Identifier: GPL-3.0-or-later
 * What `brisk bench` prints: a table to read, or one JSON object. */
#define _GNU_SOURCE
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/bench.h"

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

/* ---- The table ---- */

static void print_timing(const bk_bench_timing *timing)
{
    const bk_bench_stage *stage = timing->stage;
    printf("%-21s %-6s %2d %11.4g %11.4g %11.4g ", stage->name,
           stage->kernels ? bk_isa_name(timing->isa) : "any", timing->threads, timing->median, timing->min,
           timing->max);
    if (timing->limit.bound_by != NULL) {
        printf("%11.4g %5.2f  %-16s", timing->limit.ns, timing->limit.ns / timing->median,
               timing->limit.bound_by);
    } else {
        printf("%11s %5s  %-16s", "-", "-", stage->unit != NULL ? stage->unit : "");
    }
    printf(" %s\n", stage->what);
}

static void print_speeds(const bk_bench_report *report)
{
    printf("\nWhat the limits are made of: nanoseconds of one operation and core, each kind alone, at its "
           "quickest\n");
    printf("%-42s", "");
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        if (report->calibrated[isa]) {
            printf(" %8s", bk_isa_name((bk_isa)isa));
        }
    }
    for (size_t unit = 0; unit < bk_bench_unit_count(); unit++) {
        const bk_bench_stage *row = bk_bench_unit_row(unit);
        printf("\n  %-16s %-23s", row->name, "");
        for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
            if (report->calibrated[isa]) {
                printf(" %8.4f", ((const double *)&report->speed[isa])[unit]);
            }
        }
    }
    printf("\n");
}

void bk_bench_print_table(const bk_bench_report *report, const bk_bench_request *request)
{
    char model[256];
    read_cpu_model(model, sizeof model);
    printf("%s, %d threads, instruction set in use %s, %s\n", model, request->threads,
           bk_isa_name(bk_kernel_isa()), bk_build()->compiler);
    printf(
        "Nanoseconds an item: median, least and most of up to %zu interleaved runs; of processor time on one "
        "thread,\nof wall time where more are used. Limit: the time of the arithmetic that the formula "
        "names, "
        "nothing else.\n\n",
        request->runs);
    printf("%-21s %-6s %2s %11s %11s %11s %11s %5s  %-16s %s\n", "stage", "set", "j", "median", "min", "max",
           "limit", "of it", "bound by", "one item");
    for (size_t i = 0; i < report->count; i++) {
        print_timing(&report->timing[i]);
    }
    print_speeds(report);
}

/* ---- JSON ---- */

/* null for NaN. */
static json_t *number(double value) { return isnan(value) ? json_null() : json_real(value); }

static json_t *work_object(const bk_bench_work *work)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f}", "fma_f32", work->fma_f32, "fma_f64", work->fma_f64,
                     "divide_f32", work->divide_f32, "divide_f64", work->divide_f64, "load", work->load,
                     "multiply", work->multiply);
}

static json_t *timing_object(const bk_bench_timing *timing)
{
    const bk_bench_stage *stage = timing->stage;
    const bool counted = timing->limit.bound_by != NULL;
    return json_pack(
        "{s:s, s:s, s:s, s:I, s:s?, s:s, s:s, s:i, s:I, s:o, s:o, s:o, s:o, s:o, s:s?, s:o, s:s}", "stage",
        stage->name, "what", stage->what, "item", stage->item, "items_per_call", (json_int_t)stage->items,
        "instruction_set", stage->kernels ? bk_isa_name(timing->isa) : NULL, "clock",
        stage->gauge != NULL ? "none"
        : stage->wall        ? "wall"
                             : "processor",
        "unit", stage->unit != NULL ? stage->unit : "ns", "threads", timing->threads, "runs",
        (json_int_t)timing->runs, "median", number(timing->median), "min", number(timing->min), "max",
        number(timing->max), "limit", number(timing->limit.ns), "fraction",
        number(timing->limit.ns / timing->median), "bound_by", timing->limit.bound_by, "work",
        counted ? work_object(&stage->work) : json_null(), "formula", stage->formula);
}

static json_t *speed_object(const bk_bench_speed *speed)
{
    json_t *object = json_object();
    for (size_t unit = 0; unit < bk_bench_unit_count(); unit++) {
        if (json_object_set_new(object, bk_bench_unit_row(unit)->name,
                                json_real(((const double *)speed)[unit])) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

bk_status bk_bench_print_json(const bk_bench_report *report, const bk_bench_request *request)
{
    char model[256];
    read_cpu_model(model, sizeof model);
    json_t *sets = json_array(), *rows = json_array(), *speeds = json_object();
    int failed = 0;
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        if (bk_kernel_available((bk_isa)isa)) {
            failed |= json_array_append_new(sets, json_string(bk_isa_name((bk_isa)isa)));
        }
        if (report->calibrated[isa]) {
            failed |=
                json_object_set_new(speeds, bk_isa_name((bk_isa)isa), speed_object(&report->speed[isa]));
        }
    }
    for (size_t i = 0; i < report->count; i++) {
        failed |= json_array_append_new(rows, timing_object(&report->timing[i]));
    }
    /* The steals in the format take all three over, also where packing fails. */
    json_t *root =
        json_pack("{s:{s:s, s:i, s:s, s:o, s:s}, s:s, s:I, s:o, s:o}", "machine", "cpu", model, "threads",
                  request->threads, "instruction_set", bk_isa_name(bk_kernel_isa()), "instruction_sets", sets,
                  "compiler", bk_build()->compiler, "unit", "ns per item", "runs", (json_int_t)request->runs,
                  "operation_ns", speeds, "stages", rows);
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
