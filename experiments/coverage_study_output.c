/* SPDX-License-Identifier: GPL-3.0-or-later
 * The group /network/NAME/coverage: the table of methods and levels, the intervals of each error count, and
 * the sample of the zip plot. */
#include "coverage_study.h"

#include <string.h>

/* ---- Columns of the table ----
 */

typedef struct column {
    const char *name, *long_name;
    size_t offset; /* in a study_row */
} column;

static const column columns[] = {
    {"coverage", "share of the test sets whose interval covers the true risk", offsetof(study_row, coverage)},
    {"coverage_mcse", "its Monte Carlo standard error", offsetof(study_row, coverage_mcse)},
    {"miss_low", "share with the true risk below the interval", offsetof(study_row, miss_low)},
    {"miss_low_mcse", "its Monte Carlo standard error", offsetof(study_row, miss_low_mcse)},
    {"miss_high", "share with the true risk above the interval", offsetof(study_row, miss_high)},
    {"miss_high_mcse", "its Monte Carlo standard error", offsetof(study_row, miss_high_mcse)},
    {"undefined", "share without an interval, which counts against coverage", offsetof(study_row, undefined)},
    {"undefined_mcse", "its Monte Carlo standard error", offsetof(study_row, undefined_mcse)},
    {"degenerate", "share whose interval has the status degenerate", offsetof(study_row, degenerate)},
    {"degenerate_mcse", "its Monte Carlo standard error", offsetof(study_row, degenerate_mcse)},
    {"undecided", "share with an end nearer to the true risk than that is known",
     offsetof(study_row, undecided)},
    {"mean_width", "mean width of the intervals that have ends", offsetof(study_row, mean_width)},
    {"mean_width_mcse", "its Monte Carlo standard error", offsetof(study_row, mean_width_mcse)},
    {"exact_coverage", "coverage summed over the distribution of the error count",
     offsetof(study_row, exact_coverage)},
    {"exact_miss_low", "probability that the true risk lies below the interval",
     offsetof(study_row, exact_miss_low)},
    {"exact_miss_high", "probability that the true risk lies above the interval",
     offsetof(study_row, exact_miss_high)},
    {"exact_undefined", "probability that there is no interval", offsetof(study_row, exact_undefined)},
    {"exact_mean_width", "expected width of the intervals that have ends",
     offsetof(study_row, exact_mean_width)},
};
#define N_COLUMNS (sizeof columns / sizeof columns[0])

static bk_status put_texts(bk_group *group, const char *name, const char *long_name, const char *const *texts,
                           size_t count)
{
    const bk_field field = {
        .name = name, .dtype = BK_TEXT, .rank = 1, .axes = {"method"}, .unit = "", .long_name = long_name};
    return lab_put(group, &field, &count, texts);
}

static bk_status put_methods(bk_group *group, const coverage_study *study)
{
    static const bk_field field = {.name = "by_count",
                                   .dtype = BK_U8,
                                   .rank = 1,
                                   .axes = {"method"},
                                   .unit = "1",
                                   .long_name = "1 where the interval depends on the error count alone"};
    const char *texts[4][BK_METHOD_COUNT];
    uint8_t by_count[BK_METHOD_COUNT];
    for (size_t i = 0; i < study->n_methods; i++) {
        const bk_interval_method *row = bk_interval_method_row(study->method[i]);
        texts[0][i] = row->name;
        texts[1][i] = bk_guarantee_name(row->guarantee);
        texts[2][i] = row->assumption;
        texts[3][i] = row->promise;
        by_count[i] = i < study->n_by_count;
    }
    BK_TRY(put_texts(group, "method", "method of the interval", texts[0], study->n_methods));
    BK_TRY(put_texts(group, "guarantee", "class of the guarantee", texts[1], study->n_methods));
    BK_TRY(put_texts(group, "assumption", "what the guarantee rests on", texts[2], study->n_methods));
    BK_TRY(put_texts(group, "promise", "what the interval promises, in words", texts[3], study->n_methods));
    return lab_put(group, &field, &study->n_methods, by_count);
}

static bk_status put_levels(bk_group *group, const coverage_study *study)
{
    static const bk_field field = {.name = "level",
                                   .dtype = BK_F64,
                                   .rank = 1,
                                   .axes = {"level"},
                                   .unit = "1",
                                   .long_name = "confidence level"};
    return lab_put(group, &field, &study->n_levels, study->level);
}

/* values [method * n_levels] is scratch. */
static bk_status put_columns(bk_group *group, const coverage_study *study, const study_row *rows,
                             double *values, uint64_t *covered)
{
    static const bk_field covered_field = {.name = "covered",
                                           .dtype = BK_U64,
                                           .rank = 2,
                                           .axes = {"method", "level"},
                                           .unit = "1",
                                           .long_name = "test sets whose interval covers the true risk"};
    const size_t shape[2] = {study->n_methods, study->n_levels};
    const size_t n_rows = study->n_methods * study->n_levels;
    for (size_t c = 0; c < N_COLUMNS; c++) {
        const bk_field field = {.name = columns[c].name,
                                .dtype = BK_F64,
                                .rank = 2,
                                .axes = {"method", "level"},
                                .unit = "1",
                                .long_name = columns[c].long_name};
        for (size_t row = 0; row < n_rows; row++) {
            memcpy(&values[row], (const char *)&rows[row] + columns[c].offset, sizeof values[row]);
        }
        BK_TRY(lab_put(group, &field, shape, values));
    }
    for (size_t row = 0; row < n_rows; row++) {
        covered[row] = rows[row].covered;
    }
    return lab_put(group, &covered_field, shape, covered);
}

static bk_status put_table(bk_group *group, const coverage_study *study, const study_row *rows)
{
    const size_t n_rows = study->n_methods * study->n_levels;
    double *values = bk_allocate(n_rows, sizeof *values);
    uint64_t *covered = bk_allocate(n_rows, sizeof *covered);
    bk_status status = values == NULL || covered == NULL ? bk_error_status() : BK_OK;
    if (status == BK_OK) {
        status = put_columns(group, study, rows, values, covered);
    }
    bk_free(values);
    bk_free(covered);
    return status;
}

/* ---- Intervals of each count, intervals of the sample ----
 */

/* A dataset [method, level, last axis], or [last axis] where rank is 1. */
static bk_status put_cells(bk_group *group, const char *name, const char *long_name, bk_dtype dtype,
                           size_t rank, const char *axis, const size_t *shape, const void *values)
{
    bk_field field = {.name = name, .dtype = dtype, .rank = rank, .unit = "1", .long_name = long_name};
    if (rank == 1) {
        field.axes[0] = axis;
        return lab_put(group, &field, shape + 2, values);
    }
    field.axes[0] = "method";
    field.axes[1] = "level";
    field.axes[2] = axis;
    return lab_put(group, &field, shape, values);
}

static bk_status put_status(bk_group *group, const char *axis, const size_t *shape, const uint8_t *status)
{
    const bk_field field = {.name = "status",
                            .dtype = BK_U8,
                            .rank = 3,
                            .axes = {"method", "level", axis},
                            .unit = "1",
                            .long_name = "whether the interval could be computed"};
    const char *meanings[BK_INTERVAL_STATUS_COUNT];
    for (int i = 0; i < BK_INTERVAL_STATUS_COUNT; i++) {
        meanings[i] = bk_interval_status_name((bk_interval_status)i);
    }
    bk_dataset *dataset = bk_group_add(group, &field, shape, status);
    return dataset == NULL ? bk_error_status()
                           : bk_dataset_set_codes(dataset, meanings, BK_INTERVAL_STATUS_COUNT);
}

/* Methods by count have a scale of their own here, as others have no interval of a count. */
static bk_status put_counts(bk_group *group, const coverage_study *study, const study_counts *counts)
{
    static const char axis[] = "error_count";
    const size_t shape[3] = {study->n_by_count, study->n_levels, counts->distinct};
    const char *names[BK_METHOD_COUNT];
    for (size_t i = 0; i < study->n_by_count; i++) {
        names[i] = bk_interval_method_row(study->method[i])->name;
    }
    BK_TRY(put_texts(group, "method", "method of the interval", names, study->n_by_count));
    BK_TRY(put_cells(group, axis, "error count that occurred", BK_U64, 1, axis, shape, counts->value));
    BK_TRY(put_cells(group, "trials", "test sets with this error count", BK_U64, 1, axis, shape,
                     counts->trials));
    BK_TRY(put_cells(group, "low", "lower end", BK_F64, 3, axis, shape, counts->low));
    BK_TRY(put_cells(group, "high", "upper end", BK_F64, 3, axis, shape, counts->high));
    return put_status(group, axis, shape, counts->status);
}

static bk_status put_sample(bk_group *group, const coverage_study *study, const study_sample *sample)
{
    static const char axis[] = "rank";
    const size_t shape[3] = {study->n_methods, study->n_levels, sample->size};
    BK_TRY(put_cells(group, axis, "share of the trials that lie nearer to the true risk", BK_F64, 1, axis,
                     shape, sample->rank));
    BK_TRY(put_cells(group, "trial", "number of the trial", BK_U64, 1, axis, shape, sample->trial));
    BK_TRY(put_cells(group, "error_count", "errors of the trial", BK_U32, 1, axis, shape, sample->count));
    BK_TRY(put_cells(group, "estimate", "error rate of the trial", BK_F64, 1, axis, shape, sample->estimate));
    BK_TRY(put_cells(group, "distance", "its distance from the true risk, in standard errors", BK_F64, 1,
                     axis, shape, sample->distance));
    BK_TRY(put_cells(group, "low", "lower end", BK_F64, 3, axis, shape, sample->low));
    BK_TRY(put_cells(group, "high", "upper end", BK_F64, 3, axis, shape, sample->high));
    BK_TRY(put_cells(group, "covers", "1 where the interval covers the true risk", BK_U8, 3, axis, shape,
                     sample->covers));
    return put_status(group, axis, shape, sample->status);
}

bk_status study_put(bk_group *group, const coverage_study *study, const study_counts *counts,
                    const study_row *rows, const study_sample *sample)
{
    BK_TRY(put_methods(group, study));
    BK_TRY(put_levels(group, study));
    BK_TRY(put_table(group, study, rows));
    if (study->n_by_count > 0) {
        BK_TRY(put_counts(bk_group_at(group, "counts"), study, counts));
    }
    return put_sample(bk_group_at(group, "sample"), study, sample);
}
