/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a listing tells in words: the summary of the trials of an output (bk_trials_put), and tables of
 * intervals with what each promises. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/list_tree.h"

#define WIDTH 95

static double cell(const bk_group *group, const char *column, size_t row)
{
    const bk_dataset *dataset = bk_dataset_find(group, column);
    return dataset == NULL || row >= bk_dataset_size(dataset) ? (double)NAN : bk_dataset_real(dataset, row);
}

static const char *text_cell(const bk_group *group, const char *column, size_t row)
{
    const bk_dataset *dataset = bk_dataset_find(group, column);
    const char *text =
        dataset == NULL || row >= bk_dataset_size(dataset) ? NULL : bk_dataset_text(dataset, row);
    return text == NULL ? "" : text;
}

/* ---- The trials of one output ---- */

static const char *const trial_attributes[] = {"count",    "mean",      "mcse",           "sd",
                                               "variance", "minimum",   "maximum",        "skewness",
                                               "units",    "long_name", "excess_kurtosis"};

static void append_quantiles(const bk_group *quantile, bk_text *page, const char *indent)
{
    static const double wanted[] = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};
    const bk_dataset *probability = quantile == NULL ? NULL : bk_dataset_find(quantile, "probability");
    bool begun = false;
    for (size_t w = 0; probability != NULL && w < sizeof wanted / sizeof wanted[0]; w++) {
        for (size_t i = 0; i < bk_dataset_size(probability); i++) {
            if (fabs(bk_dataset_real(probability, i) - wanted[w]) < 1e-9 &&
                isfinite(cell(quantile, "value", i))) {
                bk_text_append(page, "%s%s %g %%: %.5g", begun ? "," : indent, begun ? "" : "quantiles",
                               100.0 * wanted[w], cell(quantile, "value", i));
                begun = true;
            }
        }
    }
    bk_text_append(page, "%s", begun ? "\n" : "");
}

static void append_trials(const bk_group *group, bk_text *page, const char *indent)
{
    const char *what = bk_group_text(group, "long_name"), *unit = bk_group_text(group, "units");
    const double mcse = bk_group_real(group, "mcse"), sd = bk_group_real(group, "sd"),
                 skewness = bk_group_real(group, "skewness");
    if (what != NULL && what[0] != '\0') {
        const bool plain = unit == NULL || unit[0] == '\0' || strcmp(unit, "1") == 0;
        bk_text_append(page, "%s%s%s%s\n", indent, what, plain ? "" : ", in ", plain ? "" : unit);
    }
    bk_text_append(page, "%s%.0f trials: mean %.8g", indent, bk_group_real(group, "count"),
                   bk_group_real(group, "mean"));
    if (isfinite(mcse)) {
        bk_text_append(page, " +- %.3g (Monte Carlo standard error)", mcse);
    }
    if (isfinite(sd)) {
        bk_text_append(page, ", standard deviation %.5g", sd);
    }
    bk_text_append(page, "\n%sleast %.6g, greatest %.6g", indent, bk_group_real(group, "minimum"),
                   bk_group_real(group, "maximum"));
    if (isfinite(skewness)) {
        bk_text_append(page, ", skewness %.3g, excess kurtosis %.3g", skewness,
                       bk_group_real(group, "excess_kurtosis"));
    }
    bk_text_append(page, "\n");
    append_quantiles(bk_group_find(group, "quantile"), page, indent);
}

/* ---- Intervals ---- */

static void append_interval(const bk_group *group, size_t row, bk_text *page, const char *indent)
{
    const double low = cell(group, "low", row), high = cell(group, "high", row);
    const double error_low = cell(group, "mc_error_low", row), error_high = cell(group, "mc_error_high", row);
    const char *status = text_cell(group, "status", row);
    bk_text_append(page, "%s%-23s", indent, text_cell(group, "method", row));
    if (isnan(low) || isnan(high)) {
        bk_text_append(page, " %11s %11s %11s", "-", "-", "-");
    } else {
        bk_text_append(page, " %11.6g %11.6g %11.6g", low, high, cell(group, "half_width", row));
    }
    bk_text_append(page, "  %s", text_cell(group, "guarantee", row));
    bk_text_append(page, "%s", cell(group, "clipped", row) > 0 ? ", clipped" : "");
    bk_text_append(page, "%s%s\n", strcmp(status, "ok") == 0 ? "" : ", ",
                   strcmp(status, "ok") == 0 ? "" : status);
    if (error_low > 0.0 || error_high > 0.0) {
        bk_text_append(page, "%s%-23s", indent, "");
        for (size_t end = 0; end < 2; end++) {
            const double error = end == 0 ? error_low : error_high;
            char digits[32] = "";
            if (isfinite(error)) {
                (void)snprintf(digits, sizeof digits, "%.2g", error);
            }
            bk_text_append(page, " %11s", digits);
        }
        bk_text_append(page, " %11s  (Monte Carlo error of the ends)\n", "");
    }
}

/* Whether an earlier row says the same words, and of the same method where names are collected. */
static bool said_before(const bk_group *group, const char *column, size_t row, const char *method)
{
    for (size_t i = 0; i < row; i++) {
        if (strcmp(text_cell(group, column, i), text_cell(group, column, row)) == 0 &&
            (method == NULL || strcmp(text_cell(group, "method", i), method) == 0)) {
            return true;
        }
    }
    return false;
}

/* Methods of one promise, or one reason, together. */
static void append_words(const bk_group *group, const char *column, const char *title, size_t rows,
                         bk_text *page, const char *indent)
{
    char deeper[80];
    bool begun = false;
    (void)snprintf(deeper, sizeof deeper, "%s    ", indent);
    for (size_t i = 0; i < rows; i++) {
        const char *words = text_cell(group, column, i);
        if (words[0] == '\0' || said_before(group, column, i, NULL)) {
            continue;
        }
        bk_text names = {0};
        for (size_t j = i; j < rows; j++) {
            if (strcmp(text_cell(group, column, j), words) == 0 &&
                !said_before(group, column, j, text_cell(group, "method", j))) {
                bk_text_append(&names, "%s%s", j == i ? "" : ", ", text_cell(group, "method", j));
            }
        }
        if (!begun) {
            bk_text_append(page, "%s%s\n", indent, title);
        }
        bk_text_append(&names, ":");
        bk_text_append_paragraph(page, indent, WIDTH, bk_text_string(&names));
        bk_text_append_paragraph(page, deeper, WIDTH - 4, words);
        bk_text_clear(&names);
        begun = true;
    }
}

static void append_intervals(const bk_group *group, bk_text *page, const char *indent)
{
    const size_t rows = bk_dataset_size(bk_dataset_find(group, "method"));
    for (size_t i = 0; i < rows; i++) {
        const char *sides = text_cell(group, "sides", i);
        const double level = cell(group, "level", i);
        if (i == 0 || level != cell(group, "level", i - 1) ||
            strcmp(sides, text_cell(group, "sides", i - 1)) != 0) {
            bk_text_append(page, "%sestimate %.8g, level %.10g %%, %s\n%s%-23s %11s %11s %11s  %s\n", indent,
                           cell(group, "estimate", i), 100.0 * level,
                           strcmp(sides, "lower") == 0   ? "lower bounds"
                           : strcmp(sides, "upper") == 0 ? "upper bounds"
                                                         : "intervals",
                           indent, "method", "low", "high", "half-width", "guarantee");
        }
        append_interval(group, i, page, indent);
    }
    append_words(group, "promise", "What they promise", rows, page, indent);
    append_words(group, "reason", "Notes", rows, page, indent);
}

/* ---- What it is ---- */

static const char *const interval_columns[] = {
    "method", "low",       "high",    "half_width", "estimate",   "level",        "sides",         "status",
    "reason", "guarantee", "promise", "clipped",    "assumption", "mc_error_low", "mc_error_high", "formula"};
#define N_INTERVAL_COLUMNS (sizeof interval_columns / sizeof interval_columns[0])
#define NEEDED_COLUMNS     11 /* the first ones */

static bool is_interval_table(const bk_group *group)
{
    const bk_dataset *method = bk_dataset_find(group, "method");
    for (size_t i = 0; i < NEEDED_COLUMNS; i++) {
        const bk_dataset *column = bk_dataset_find(group, interval_columns[i]);
        if (column == NULL || bk_dataset_rank(column) != 1 ||
            bk_dataset_size(column) != bk_dataset_size(method)) {
            return false;
        }
    }
    return true;
}

bk_list_known bk_list_known_append(const bk_group *group, bk_text *page, const char *indent)
{
    if (bk_group_real(group, "count") > 0.0 && isfinite(bk_group_real(group, "mean")) &&
        isfinite(bk_group_real(group, "minimum")) && isfinite(bk_group_real(group, "maximum"))) {
        append_trials(group, page, indent);
        return BK_LIST_TRIALS;
    }
    if (is_interval_table(group)) {
        append_intervals(group, page, indent);
        return BK_LIST_INTERVALS;
    }
    return BK_LIST_NOTHING;
}

bool bk_list_knows_attribute(bk_list_known known, const char *name)
{
    bool found = false;
    for (size_t i = 0; known == BK_LIST_TRIALS && i < sizeof trial_attributes / sizeof trial_attributes[0];
         i++) {
        found = found || strcmp(trial_attributes[i], name) == 0;
    }
    return found;
}

bool bk_list_knows_child(bk_list_known known, const char *name)
{
    bool found = known == BK_LIST_TRIALS && strcmp(name, "quantile") == 0;
    for (size_t i = 0; known == BK_LIST_INTERVALS && i < N_INTERVAL_COLUMNS; i++) {
        found = found || strcmp(interval_columns[i], name) == 0;
    }
    return found;
}
