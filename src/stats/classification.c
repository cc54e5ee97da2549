/* SPDX-License-Identifier: GPL-3.0-or-later
 * Statistics of a two-class classifier that are no means, computed from how often each point was drawn. */
#include "brisk/classification.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct scored_point {
    double score;
    size_t point;
} scored_point;

/* By score, then by number: a total order. */
static int compare(const void *a, const void *b)
{
    const scored_point *x = a, *y = b;
    if (x->score != y->score) {
        return x->score < y->score ? -1 : 1;
    }
    return x->point < y->point ? -1 : x->point > y->point ? 1 : 0;
}

bk_status bk_classification_prepare(bk_classification *points)
{
    points->order = NULL;
    if (points->n == 0 || points->positive == NULL) {
        return bk_fail(BK_INVALID, "a classification without points");
    }
    if (points->score == NULL) {
        return BK_OK;
    }
    scored_point *sorted = bk_allocate(points->n, sizeof *sorted);
    size_t *order = bk_allocate(points->n, sizeof *order);
    bk_status status = sorted == NULL || order == NULL ? bk_error_status() : BK_OK;
    for (size_t i = 0; status == BK_OK && i < points->n; i++) {
        if (!isfinite(points->score[i])) {
            status = bk_fail(BK_INVALID, "score %zu is not finite", i);
        }
        sorted[i] = (scored_point){points->score[i], i};
    }
    if (status != BK_OK) {
        bk_free(sorted);
        bk_free(order);
        return status;
    }
    qsort(sorted, points->n, sizeof *sorted, compare);
    for (size_t i = 0; i < points->n; i++) {
        order[i] = sorted[i].point;
    }
    bk_free(sorted);
    points->order = order;
    return BK_OK;
}

void bk_classification_clear(bk_classification *points)
{
    bk_free(points->order);
    points->order = NULL;
}

/* How many points of a resample stand in each cell of the table of truth and prediction. */
typedef struct confusion {
    uint64_t cell[2][2]; /* [positive][predicted] */
} confusion;

static confusion count_cells(const bk_resample *resample, const bk_classification *points)
{
    confusion table = {{{0, 0}, {0, 0}}};
    for (size_t i = 0; i < points->n; i++) {
        table.cell[points->positive[i] != 0][points->predicted[i] != 0] += resample->count[i];
    }
    return table;
}

double bk_f1(const bk_resample *resample, double *standard_error, void *context)
{
    (void)standard_error;
    const confusion table = count_cells(resample, context);
    const uint64_t hits = 2 * table.cell[1][1];
    const uint64_t all = hits + table.cell[0][1] + table.cell[1][0];
    return all == 0 ? (double)NAN : (double)hits / (double)all;
}

double bk_balanced_accuracy(const bk_resample *resample, double *standard_error, void *context)
{
    (void)standard_error;
    const confusion table = count_cells(resample, context);
    const uint64_t negative = table.cell[0][0] + table.cell[0][1],
                   positive = table.cell[1][0] + table.cell[1][1];
    if (negative == 0 || positive == 0) {
        return (double)NAN;
    }
    return ((double)table.cell[1][1] / (double)positive + (double)table.cell[0][0] / (double)negative) / 2.0;
}

/* The sum over positives of the negatives below and half of those equal, in exact halves. */
double bk_auc(const bk_resample *resample, double *standard_error, void *context)
{
    (void)standard_error;
    const bk_classification *points = context;
    double halves = 0.0;
    uint64_t below = 0, positive = 0;
    for (size_t i = 0; i < points->n;) {
        const double score = points->score[points->order[i]];
        uint64_t tied[2] = {0, 0};
        for (; i < points->n && points->score[points->order[i]] == score; i++) {
            const size_t point = points->order[i];
            tied[points->positive[point] != 0] += resample->count[point];
        }
        halves += (double)tied[1] * (double)(2 * below + tied[0]);
        below += tied[0];
        positive += tied[1];
    }
    if (below == 0 || positive == 0) {
        return (double)NAN;
    }
    return halves / 2.0 / (double)positive / (double)below;
}

const bk_classification_statistic *bk_classification_find(const char *name)
{
    static const bk_classification_statistic table[] = {
        {"f1", bk_f1, false}, {"balanced-accuracy", bk_balanced_accuracy, false}, {"auc", bk_auc, true}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(table[i].name, name) == 0) {
            return &table[i];
        }
    }
    return NULL;
}
