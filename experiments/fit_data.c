/* SPDX-License-Identifier: GPL-3.0-or-later
 * The data of `fit`: labels get their signs, a test set is read or held out, inputs are standardised by
 * what the training set says. */
#include "fit_parts.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- Labels ------------------------------------------------------------------------------------------ */

/* The two classes of the training file: class_text[1] is what stands for +1. */
static bk_status find_classes(fit_data *data, const fit_table *table)
{
    const bk_data *file = table->data;
    const size_t label = table->inputs, count = bk_data_category_count(file, label);
    char a[FIT_SHOWN], b[FIT_SHOWN], c[FIT_SHOWN];
    double first = 0.0, second = 0.0;
    if (count != 2) {
        return count == 1
                   ? bk_fail(BK_INVALID,
                             "--train: every label of column '%s' is '%s': a network that tells two "
                             "classes apart "
                             "needs both; is it the column of the labels (--label)?",
                             fit_shown(c, data->label), fit_shown(a, bk_data_category(file, label, 0)))
                   : bk_fail(BK_INVALID,
                             "--train: column '%s' has %zu different values ('%s', '%s', ...), and "
                             "labels have two; "
                             "name their column by --label, and leave out rows without a label",
                             fit_shown(c, data->label), count, fit_shown(a, bk_data_category(file, label, 0)),
                             fit_shown(b, bk_data_category(file, label, 1)));
    }
    const bool numbers =
        bk_data_category_number(&first, file, label, 0) && bk_data_category_number(&second, file, label, 1);
    const char *text[2] = {bk_data_category(file, label, 0), bk_data_category(file, label, 1)};
    const bool second_positive = numbers ? second > first : strcmp(text[1], text[0]) > 0;
    data->class_text[0] = bk_arena_copy_text(data->arena, text[second_positive ? 0 : 1]);
    data->class_text[1] = bk_arena_copy_text(data->arena, text[second_positive ? 1 : 0]);
    return data->class_text[0] == NULL || data->class_text[1] == NULL ? bk_error_status() : BK_OK;
}

static bool same_label(const char *a, const char *b)
{
    double x = 0.0, y = 0.0;
    return strcmp(a, b) == 0 ||
           (bk_parse_real(&x, a, "") == BK_OK && bk_parse_real(&y, b, "") == BK_OK && x == y);
}

/* sign [categories]: -1 or +1 for every category of the file's labels. */
static bk_status find_signs(int8_t *sign, const fit_data *data, const fit_table *table, const char *option)
{
    const bk_data *file = table->data;
    const size_t label = table->inputs;
    char a[FIT_SHOWN], b[FIT_SHOWN], c[FIT_SHOWN], d[FIT_SHOWN], where[400];
    for (size_t code = 0; code < bk_data_category_count(file, label); code++) {
        const char *text = bk_data_category(file, label, code);
        sign[code] = same_label(text, data->class_text[0])   ? -1
                     : same_label(text, data->class_text[1]) ? 1
                                                             : 0;
        if (sign[code] == 0) {
            size_t row = 0;
            while (bk_data_codes(file, label)[row] != code) {
                row++;
            }
            bk_data_where(where, sizeof where, file, row);
            return bk_fail(BK_INVALID,
                           "%s: %s: column '%s': the label '%s' is none of the training file ('%s', '%s')",
                           option, where, fit_shown(d, data->label), fit_shown(a, text),
                           fit_shown(b, data->class_text[0]), fit_shown(c, data->class_text[1]));
        }
    }
    return BK_OK;
}

/* ---- Sets -------------------------------------------------------------------------------------------- */

/* The rows of a table whose mark is `wanted`; marks NULL: all rows. */
static bk_status take_rows(fit_set *set, fit_data *data, const fit_table *table, const uint8_t *marks,
                           uint8_t wanted, const int8_t *sign)
{
    size_t count = 0, numbers = 0;
    for (size_t row = 0; row < table->rows; row++) {
        count += marks == NULL || marks[row] == wanted ? 1 : 0;
    }
    if (!bk_multiply_sizes(&numbers, count, data->inputs)) {
        return bk_fail(BK_OVERFLOW, "%zu points of %zu inputs are too many", count, data->inputs);
    }
    set->count = count;
    set->x = bk_arena_allocate(data->arena, numbers, sizeof *set->x);
    set->y = bk_arena_allocate(data->arena, count, sizeof *set->y);
    if (set->x == NULL || set->y == NULL) {
        return bk_error_status();
    }
    const uint32_t *codes = bk_data_codes(table->data, table->inputs);
    for (size_t column = 0; column <= data->inputs; column++) {
        const double *values = column == data->inputs ? NULL : bk_data_numbers(table->data, column);
        for (size_t row = 0, point = 0; row < table->rows; row++) {
            if (marks != NULL && marks[row] != wanted) {
                continue;
            }
            if (values == NULL) {
                set->y[point++] = sign[codes[row]];
            } else {
                set->x[column * count + point++] = values[row];
            }
        }
    }
    return BK_OK;
}

static bk_status check_both_classes(const fit_data *data)
{
    size_t positive = 0;
    char text[FIT_SHOWN];
    for (size_t i = 0; i < data->training.count; i++) {
        positive += data->training.y[i] > 0 ? 1 : 0;
    }
    if (positive == 0 || positive == data->training.count) {
        return bk_fail(
            BK_INVALID,
            "--test-share: the %zu points that are left to train on are all of class '%s'; take another "
            "--seed or a smaller share, or give the test set by --test",
            data->training.count, fit_shown(text, data->class_text[positive == 0 ? 0 : 1]));
    }
    return BK_OK;
}

static bk_status hold_out(fit_data *data, bk_run *run, const fit_table *table, const int8_t *sign)
{
    uint8_t *is_test = bk_arena_allocate(data->arena, table->rows, 1);
    if (is_test == NULL) {
        return bk_error_status();
    }
    data->held_out = true;
    BK_TRY(fit_hold_out(is_test, table->rows, bk_option_real(bk_run_options(run), "test-share"),
                        bk_run_seed(run)));
    BK_TRY(take_rows(&data->training, data, table, is_test, 0, sign));
    BK_TRY(take_rows(&data->test, data, table, is_test, 1, sign));
    return check_both_classes(data);
}

static bk_status read_test(fit_data *data, bk_run *run, const fit_columns *training)
{
    const char *source = bk_option_text(bk_run_options(run), "test");
    fit_columns columns = {0};
    fit_table table = {0};
    char name[FIT_SHOWN];
    BK_TRY(fit_match_columns(&columns, data->arena, source, training));
    for (size_t i = 0; i < columns.skipped_count; i++) {
        bk_run_say(run, "%s: the column '%s' is not used", source, fit_shown(name, columns.skipped[i]));
    }
    bk_status status = fit_read_table(&table, source, &columns, "--test");
    int8_t *sign = NULL;
    if (status == BK_OK) {
        sign = bk_allocate(bk_data_category_count(table.data, table.inputs), 1);
        status = sign == NULL ? bk_error_status() : find_signs(sign, data, &table, "--test");
    }
    if (status == BK_OK) {
        status = take_rows(&data->test, data, &table, NULL, 0, sign);
    }
    bk_free(sign);
    fit_table_clear(&table);
    return status;
}

/* ---- Standardisation ---------------------------------------------------------------------------------- */

static bk_status find_scale(fit_data *data)
{
    data->mean = bk_arena_allocate(data->arena, data->inputs, sizeof *data->mean);
    data->sd = bk_arena_allocate(data->arena, data->inputs, sizeof *data->sd);
    if (data->mean == NULL || data->sd == NULL) {
        return bk_error_status();
    }
    const size_t count = data->training.count;
    char name[FIT_SHOWN];
    for (size_t i = 0; i < data->inputs; i++) {
        const bk_summary summary = bk_summarise(data->training.x + i * count, count);
        data->mean[i] = summary.mean;
        data->sd[i] = bk_summary_sd(&summary);
        if (summary.minimum == summary.maximum && data->standardise) {
            return bk_fail(
                BK_INVALID,
                "--train: column '%s' is %.17g in all %zu rows that are trained on and tells nothing: "
                "leave it out by --ignore, or take --standardise no",
                fit_shown(name, data->name[i]), summary.minimum, count);
        }
        if (data->standardise && !(data->sd[i] > 0.0 && isfinite(data->sd[i]) && isfinite(data->mean[i]))) {
            return bk_fail(
                BK_INVALID,
                "--train: column '%s' has the standard deviation %g, by which nothing can be divided: "
                "write it in another unit, or take --standardise no",
                fit_shown(name, data->name[i]), data->sd[i]);
        }
    }
    return BK_OK;
}

void *fit_points(const fit_data *data, const fit_set *set, bk_dtype dtype)
{
    const double most = dtype == BK_F32 ? (double)FLT_MAX : DBL_MAX;
    char name[FIT_SHOWN];
    /* The product was checked when the set was made. */
    void *points = bk_allocate(set->count * data->inputs, bk_dtype_size(dtype));
    for (size_t at = 0; points != NULL && at < set->count * data->inputs; at++) {
        const size_t i = at / set->count;
        const double value = data->standardise ? (set->x[at] - data->mean[i]) / data->sd[i] : set->x[at];
        if (!(fabs(value) <= most)) {
            (void)bk_fail(BK_INVALID,
                          "--%s: column '%s': the value %.17g is too large for %s: write it in another unit",
                          set == &data->training || data->held_out ? "train" : "test",
                          fit_shown(name, data->name[i]), set->x[at], bk_dtype_name(dtype));
            bk_free(points);
            return NULL;
        }
        if (dtype == BK_F32) {
            ((float *)points)[at] = (float)value;
        } else {
            ((double *)points)[at] = value;
        }
    }
    return points;
}

/* ---- All of it ---------------------------------------------------------------------------------------- */

static bk_status arrange(fit_data *data, bk_run *run, const fit_table *table, const fit_columns *columns)
{
    int8_t sign[2] = {0, 0};
    data->description = bk_arena_copy_text(data->arena, bk_data_description(table->data));
    if (data->description == NULL) {
        return bk_error_status();
    }
    BK_TRY(find_classes(data, table));
    BK_TRY(find_signs(sign, data, table, "--train"));
    if (bk_option_text(bk_run_options(run), "test")[0] == '\0') {
        BK_TRY(hold_out(data, run, table, sign));
    } else {
        BK_TRY(take_rows(&data->training, data, table, NULL, 0, sign));
        BK_TRY(read_test(data, run, columns));
    }
    return find_scale(data);
}

bk_status fit_read(fit_data *data, bk_run *run)
{
    const bk_options *options = bk_run_options(run);
    fit_columns columns = {0};
    fit_table table = {0};
    char label[FIT_SHOWN];
    BK_TRY(fit_find_columns(&columns, data->arena, options));
    data->inputs = columns.inputs;
    data->name = columns.name;
    data->label = columns.label;
    data->standardise = strcmp(bk_option_text(options, "standardise"), "yes") == 0;
    bk_run_say(run, "reading %s: %zu input%s, labels in '%s'", bk_option_text(options, "train"), data->inputs,
               data->inputs == 1 ? "" : "s", fit_shown(label, data->label));
    bk_status status = fit_read_table(&table, bk_option_text(options, "train"), &columns, "--train");
    if (status == BK_OK) {
        status = arrange(data, run, &table, &columns);
    }
    fit_table_clear(&table);
    return status;
}
