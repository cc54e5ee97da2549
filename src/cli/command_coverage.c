/* SPDX-License-Identifier: GPL-3.0-or-later
 * brisk coverage: how often each interval keeps its promise. */
#include <math.h>
#include <stdio.h>

#include "cli/coverage.h"
#include "cli/table.h"

/* What is written as rows come: JSON collects, the others print. */
typedef struct coverage_output {
    const bk_coverage_command *command;
    json_t *rows;
    bool failed;
} coverage_output;

static bk_test_sets sets_of(const bk_coverage_command *command, uint64_t m, double p)
{
    const double negative = 2.0 * p / (1.0 + command->ratio);
    return command->balanced
               ? bk_test_sets_balanced(m, fmin(negative, 1.0), fmin(negative * command->ratio, 1.0))
               : bk_test_sets_iid(m, p);
}

/* ---- Rows of coverage ------------------------------------------------------------------------------------
 */

static json_t *row_object(const bk_coverage *row)
{
    return json_pack("{s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o}", "method",
                     row->method, "m", (json_int_t)row->m, "p", bk_json_number(row->p), "level",
                     bk_json_number(row->level), "coverage", bk_json_number(row->coverage), "coverage_left",
                     bk_json_number(row->coverage_left), "coverage_right",
                     bk_json_number(row->coverage_right), "mean_width", bk_json_number(row->mean_width),
                     "miss_low", bk_json_number(row->miss_low), "miss_high", bk_json_number(row->miss_high),
                     "undefined", bk_json_number(row->undefined), "kind", row->kind, "standard_error",
                     bk_json_number(row->standard_error));
}

static void print_csv_row(const bk_coverage *row)
{
    bk_csv_text(row->method, false);
    printf("%llu,", (unsigned long long)row->m);
    const double numbers[] = {
        row->p,          row->level,    row->coverage,  row->coverage_left, row->coverage_right,
        row->mean_width, row->miss_low, row->miss_high, row->undefined};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        bk_csv_number(numbers[i], false);
    }
    bk_csv_text(row->kind, false);
    bk_csv_number(row->standard_error, true);
}

static void print_row(const bk_coverage *row)
{
    printf("  %-22s %8.4f", row->method, row->coverage);
    if (isfinite(row->coverage_left) && isfinite(row->coverage_right)) {
        printf(" %8.4f %8.4f", row->coverage_left, row->coverage_right);
    } else {
        printf(" %8s %8s", "", "");
    }
    if (isfinite(row->mean_width)) {
        printf(" %9.6f", row->mean_width);
    } else {
        printf(" %9s", "");
    }
    printf(" %9.3g %9.3g %9.3g", row->miss_low, row->miss_high, row->undefined);
    if (isfinite(row->standard_error)) {
        printf("  simulated, +- %.2g", row->standard_error);
    }
    printf("%s\n",
           row->coverage < row->level - 1e-12 && !isfinite(row->standard_error) ? "  below the level" : "");
}

static void take_rows(coverage_output *out, const bk_coverage *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (out->command->json) {
            out->failed = json_array_append_new(out->rows, row_object(&rows[i])) != 0 || out->failed;
        } else if (out->command->csv) {
            print_csv_row(&rows[i]);
        } else {
            if (i == 0) {
                char percent[64];
                printf("\n%llu points, risk %g, %s\n  %-22s %8s %8s %8s %9s %9s %9s %9s\n",
                       (unsigned long long)rows[i].m, rows[i].p,
                       bk_table_percent(percent, sizeof percent, rows[i].level), "method", "coverage", "left",
                       "right", "width", "miss low", "miss high", "undefined");
            }
            print_row(&rows[i]);
        }
    }
}

/* ---- Tables of the exact methods -------------------------------------------------------------------------
 */

typedef struct table_set {
    bk_coverage_table *tables[BK_METHOD_COUNT];
    size_t place[BK_METHOD_COUNT]; /* of tables[t] among the methods asked for */
    size_t count;
} table_set;

static bk_status create_tables(table_set *set, const bk_coverage_command *command, uint64_t m, double level)
{
    bk_interval_request request = command->wanted;
    request.level = level;
    set->count = 0;
    for (size_t i = 0; i < command->method.count; i++) {
        if (bk_interval_method_by_count(command->method.methods[i])) {
            bk_coverage_table *table = bk_coverage_table_create(command->method.methods[i], m, &request);
            if (table == NULL) {
                return bk_error_status();
            }
            set->place[set->count] = i;
            set->tables[set->count++] = table;
        }
    }
    return BK_OK;
}

static void destroy_tables(table_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        bk_coverage_table_destroy(set->tables[i]);
    }
    set->count = 0;
}

/* ---- One number of points at one level -------------------------------------------------------------------
 */

/* rows [p_count][method_count]; exact [p_count][tables]. */
static bk_status compute(bk_coverage *rows, bk_coverage *exact, bk_test_sets *sets, const table_set *set,
                         const bk_coverage_command *command, uint64_t m, double level)
{
    bk_interval_request request = command->wanted;
    request.level = level;
    for (size_t s = 0; s < command->p_count; s++) {
        sets[s] = sets_of(command, m, command->p[s]);
    }
    if (set->count > 0) {
        BK_TRY(bk_coverage_exact(exact, set->tables, set->count, sets, command->p_count));
    }
    for (size_t s = 0; s < command->p_count; s++) {
        size_t t = 0;
        for (size_t i = 0; i < command->method.count; i++) {
            bk_coverage *row = &rows[s * command->method.count + i];
            if (t < set->count && set->place[t] == i) {
                *row = exact[s * set->count + t++];
            } else {
                BK_TRY(bk_coverage_simulate(row, command->method.methods[i], &sets[s], &request,
                                            command->trials, command->seed));
            }
        }
    }
    return BK_OK;
}

static bk_status cover(coverage_output *out, const table_set *set, uint64_t m, double level)
{
    const bk_coverage_command *command = out->command;
    const size_t count = command->p_count * command->method.count;
    bk_coverage *rows = bk_allocate(count, sizeof *rows);
    bk_coverage *exact = bk_allocate(command->p_count * set->count, sizeof *exact);
    bk_test_sets *sets = bk_allocate(command->p_count, sizeof *sets);
    bk_status status = rows == NULL || exact == NULL || sets == NULL
                           ? bk_error_status()
                           : compute(rows, exact, sets, set, command, m, level);
    for (size_t s = 0; status == BK_OK && s < command->p_count; s++) {
        take_rows(out, &rows[s * command->method.count], command->method.count);
    }
    bk_free(rows);
    bk_free(exact);
    bk_free(sets);
    return status;
}

/* ---- The infimum -----------------------------------------------------------------------------------------
 */

static void take_minimum(coverage_output *out, size_t method, uint64_t m, double level,
                         const bk_coverage_minimum *minimum, bool first)
{
    const bk_interval_method *row = bk_interval_method_row(method);
    const char *guarantee = bk_guarantee_name(row->guarantee),
               *approach = bk_approach_name(minimum->approach);
    if (out->command->json) {
        json_t *object =
            json_pack("{s:s, s:I, s:o, s:o, s:o, s:s, s:s}", "method", row->name, "m", (json_int_t)m, "level",
                      bk_json_number(level), "infimum", bk_json_number(minimum->infimum), "p",
                      bk_json_number(minimum->p), "approach", approach, "guarantee", guarantee);
        out->failed = json_array_append_new(out->rows, object) != 0 || out->failed;
        return;
    }
    if (out->command->csv) {
        printf("%s,%llu,", row->name, (unsigned long long)m);
        bk_csv_number(level, false);
        bk_csv_number(minimum->infimum, false);
        bk_csv_number(minimum->p, false);
        printf("%s,%s\n", approach, guarantee);
        return;
    }
    if (first) {
        char percent[64];
        printf("\n%llu points, %s, risks in [%g, %g]\n  %-22s %9s  %s\n", (unsigned long long)m,
               bk_table_percent(percent, sizeof percent, level), out->command->p_low, out->command->p_high,
               "method", "infimum", "where");
    }
    printf("  %-22s %9.6f  %s p = %.9g%s  (%s)\n", row->name, minimum->infimum,
           minimum->approach == BK_APPROACH_AT ? "at" : "as", minimum->p,
           minimum->approach == BK_APPROACH_AT     ? ""
           : minimum->approach == BK_APPROACH_LEFT ? " is approached from below"
                                                   : " is approached from above",
           guarantee);
}

static bk_status find_minima(coverage_output *out, const table_set *set, uint64_t m, double level)
{
    const bk_coverage_command *command = out->command;
    if (set->count < command->method.count) {
        return bk_fail(
            BK_INVALID,
            "--minimum: betting and the resampled methods depend on more than the number of errors");
    }
    for (size_t t = 0; t < set->count; t++) {
        bk_coverage_minimum minimum;
        BK_TRY(bk_coverage_infimum(&minimum, set->tables[t], command->p_low, command->p_high));
        take_minimum(out, command->method.methods[t], m, level, &minimum, t == 0);
    }
    return BK_OK;
}

static bk_status answer(const bk_coverage_command *command)
{
    coverage_output out = {.command = command, .rows = command->json ? json_array() : NULL};
    bk_status status = bk_set_threads(command->threads);
    if (command->csv) {
        printf("%s\n", command->minimum
                           ? "method,m,level,infimum,p,approach,guarantee"
                           : "method,m,p,level,coverage,coverage_left,coverage_right,mean_width,miss_low,"
                             "miss_high,undefined,kind,standard_error");
    }
    for (size_t i = 0; status == BK_OK && i < command->m_count; i++) {
        for (size_t j = 0; status == BK_OK && j < command->level_count; j++) {
            table_set set;
            status = create_tables(&set, command, command->m[i], command->levels[j]);
            if (status == BK_OK) {
                status =
                    (command->minimum ? find_minima : cover)(&out, &set, command->m[i], command->levels[j]);
            }
            destroy_tables(&set);
        }
    }
    if (status == BK_OK && command->json) {
        return bk_json_print(json_pack("{s:o}", "rows", out.rows), out.failed || out.rows == NULL);
    }
    json_decref(out.rows);
    return status;
}

int bk_command_coverage(const bk_program *program, int argc, char **argv)
{
    bk_coverage_command command;
    bool help = false;
    bk_status status = bk_coverage_command_parse(&command, program, argc, argv, &help);
    if (status == BK_OK && !help && command.random_seed) {
        (void)fprintf(stderr, "%s coverage: seed %llu\n", program->name, (unsigned long long)command.seed);
    }
    if (status == BK_OK && !help) {
        status = answer(&command);
    }
    bk_free(command.p);
    return status == BK_OK ? bk_finish_output(program, "coverage") : bk_complain(program, "coverage");
}
