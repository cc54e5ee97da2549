/* SPDX-License-Identifier: GPL-3.0-or-later
 * A table of intervals, one row a method, as every experiment writes and reads it. */
#include "lab_parts.h"

#include <math.h>
#include <string.h>

static bk_status put_texts(bk_group *group, const char *name, const char *long_name, const char *const *texts,
                           size_t count)
{
    const bk_field field = {
        .name = name, .dtype = BK_TEXT, .rank = 1, .axes = {"method"}, .unit = "", .long_name = long_name};
    return lab_put(group, &field, &count, texts);
}

/* One column of numbers, read from the records by offset; values [count] is scratch. */
static bk_status put_reals(bk_group *group, const char *name, const char *long_name, const char *unit,
                           const bk_interval *intervals, size_t count, size_t offset, double *values)
{
    const bk_field field = {
        .name = name, .dtype = BK_F64, .rank = 1, .axes = {"method"}, .unit = unit, .long_name = long_name};
    for (size_t i = 0; i < count; i++) {
        memcpy(&values[i], (const char *)&intervals[i] + offset, sizeof values[i]);
    }
    return lab_put(group, &field, &count, values);
}

#define TEXT_COLUMNS 8

static bk_status put_text_columns(bk_group *group, const bk_interval *intervals, size_t count,
                                  const char **texts)
{
    static const struct {
        const char *name, *long_name;
    } column[TEXT_COLUMNS] = {
        {"method", "method of the interval"},
        {"sides", "sides: two, lower or upper"},
        {"status", "whether the interval could be computed"},
        {"reason", "why not, and what to use instead"},
        {"guarantee", "class of the guarantee"},
        {"assumption", "what the guarantee rests on"},
        {"formula", "formula of the interval"},
        {"promise", "what the interval promises, in words"},
    };
    for (size_t c = 0; c < TEXT_COLUMNS; c++) {
        for (size_t i = 0; i < count; i++) {
            const bk_interval *interval = &intervals[i];
            const bk_interval_method *method = bk_interval_method_find(interval->method);
            if (method == NULL) {
                return bk_error_status();
            }
            const char *const cell[TEXT_COLUMNS] = {interval->method,
                                                    bk_sides_name(interval->sides),
                                                    bk_interval_status_name(interval->status),
                                                    interval->reason,
                                                    bk_guarantee_name(interval->guarantee),
                                                    interval->assumption,
                                                    method->formula,
                                                    method->promise};
            texts[i] = cell[c];
        }
        BK_TRY(put_texts(group, column[c].name, column[c].long_name, texts, count));
    }
    return BK_OK;
}

static bk_status put_real_columns(bk_group *group, const lab_estimate *estimate, const bk_interval *intervals,
                                  size_t count, double *values)
{
    const struct {
        const char *name, *long_name, *unit;
        size_t offset;
    } column[] = {
        {"low", "lower end", estimate->unit, offsetof(bk_interval, low)},
        {"high", "upper end", estimate->unit, offsetof(bk_interval, high)},
        {"half_width", "epsilon of estimate +- epsilon, not clipped", estimate->unit,
         offsetof(bk_interval, half_width)},
        {"estimate", estimate->long_name, estimate->unit, offsetof(bk_interval, estimate)},
        {"level", "confidence level", "1", offsetof(bk_interval, level)},
        {"mc_error_low", "Monte Carlo error of the lower end; NaN: nothing is simulated", estimate->unit,
         offsetof(bk_interval, mc_error_low)},
        {"mc_error_high", "Monte Carlo error of the upper end; NaN: nothing is simulated", estimate->unit,
         offsetof(bk_interval, mc_error_high)},
    };
    for (size_t c = 0; c < sizeof column / sizeof column[0]; c++) {
        BK_TRY(put_reals(group, column[c].name, column[c].long_name, column[c].unit, intervals, count,
                         column[c].offset, values));
    }
    return BK_OK;
}

bk_status lab_put_intervals(bk_group *group, const bk_interval *intervals, size_t count,
                            const lab_estimate *estimate)
{
    const bk_field clipped = {.name = "clipped",
                              .dtype = BK_U8,
                              .rank = 1,
                              .axes = {"method"},
                              .unit = "1",
                              .long_name = estimate->clipped};
    const char **texts = bk_allocate(count, sizeof *texts);
    double *values = bk_allocate(count, sizeof *values);
    uint8_t *flags = bk_allocate(count, 1);
    bk_status status = texts == NULL || values == NULL || flags == NULL ? bk_error_status() : BK_OK;
    if (status == BK_OK) {
        status = put_text_columns(group, intervals, count, texts);
    }
    if (status == BK_OK) {
        status = put_real_columns(group, estimate, intervals, count, values);
    }
    for (size_t i = 0; status == BK_OK && i < count; i++) {
        flags[i] = intervals[i].clipped;
    }
    if (status == BK_OK) {
        status = lab_put(group, &clipped, &count, flags);
    }
    bk_free((void *)texts);
    bk_free(values);
    bk_free(flags);
    return status;
}

/* ---- Reading ------------------------------------------------------------------------------------------ */

double lab_cell(const bk_group *table, const char *column, size_t row)
{
    const bk_dataset *dataset = table == NULL ? NULL : bk_dataset_find(table, column);
    return dataset == NULL || row >= bk_dataset_size(dataset) ? (double)NAN : bk_dataset_real(dataset, row);
}

const char *lab_text_cell(const bk_group *table, const char *column, size_t row)
{
    const bk_dataset *dataset = table == NULL ? NULL : bk_dataset_find(table, column);
    const char *text =
        dataset == NULL || row >= bk_dataset_size(dataset) ? NULL : bk_dataset_text(dataset, row);
    return text == NULL ? "?" : text;
}

/* Whether an earlier row says the same. */
static bool said_before(const bk_group *table, const char *column, size_t row)
{
    for (size_t i = 0; i < row; i++) {
        if (strcmp(lab_text_cell(table, column, i), lab_text_cell(table, column, row)) == 0) {
            return true;
        }
    }
    return false;
}

void lab_report_words(const bk_group *table, const char *column, const char *title, bk_text *page)
{
    const bk_dataset *method = bk_dataset_find(table, "method");
    if (method == NULL || bk_dataset_find(table, column) == NULL) {
        return;
    }
    bk_text_append(page, "     %s\n", title);
    for (size_t i = 0; i < bk_dataset_size(method); i++) {
        const char *words = lab_text_cell(table, column, i);
        if (words[0] == '\0' || said_before(table, column, i)) {
            continue;
        }
        bk_text names = {0};
        for (size_t j = i; j < bk_dataset_size(method); j++) {
            if (strcmp(lab_text_cell(table, column, j), words) == 0) {
                bk_text_append(&names, "%s%s", j == i ? "" : ", ", lab_text_cell(table, "method", j));
            }
        }
        bk_text_append(&names, ":");
        bk_text_append_paragraph(page, "     ", 95, bk_text_string(&names));
        bk_text_append_paragraph(page, "       ", 93, words);
        bk_text_clear(&names);
    }
}
