/* SPDX-License-Identifier: GPL-3.0-or-later
 * The points of 100 trials are those that Python rebuilds from seed and trial number with NumPy alone
 * (data/make_model_replay.py): the documented positions and formulas are the ones in use. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include <criterion/criterion.h>

#include "support.h"

typedef struct row {
    uint64_t seed, trial;
    int iid, bits, y;
    size_t count, point;
    double x[2];
} row;

static bool next_row(FILE *file, row *r)
{
    return fscanf(file, "%" SCNu64 " %" SCNu64 " %d %d %zu %zu %lf %lf %d", &r->seed, &r->trial, &r->iid,
                  &r->bits, &r->count, &r->point, &r->x[0], &r->x[1], &r->y) == 9;
}

static double coordinate(const points *sample, bk_dtype dtype, size_t input, size_t point)
{
    const size_t i = input * sample->count + point;
    return dtype == BK_F32 ? (double)((const float *)sample->x)[i] : ((const double *)sample->x)[i];
}

/* How many rows have another point or label when trials are drawn `off` trials later. */
static int mismatches(uint64_t off, int *rows)
{
    FILE *file = fopen(BRISK_TEST_DATA "/model_replay.txt", "r");
    cr_assert_not_null(file);
    int wrong = 0;
    row r;
    for (*rows = 0; next_row(file, &r); ++*rows) {
        const bk_dtype dtype = r.bits == 32 ? BK_F32 : BK_F64;
        bk_stream stream = bk_stream_open(r.seed, BK_PURPOSE_TRIAL, r.trial + off);
        points sample = points_draw_from(&bk_mixture_lab, r.iid == 1 ? BK_SAMPLING_IID : BK_SAMPLING_BALANCED,
                                         dtype, r.count, &stream);
        bool same = sample.y[r.point] == r.y;
        for (size_t j = 0; j < 2; j++) {
            same = same && fabs(coordinate(&sample, dtype, j, r.point) - r.x[j]) <= 1e-6;
        }
        wrong += same ? 0 : 1;
        points_free(&sample);
    }
    fclose(file);
    return wrong;
}

Test(replay, points_of_100_trials_are_those_rebuilt_outside)
{
    int rows;
    cr_expect_eq(mismatches(0, &rows), 0);
    cr_expect_eq(rows, 1136);
}

Test(replay, points_of_another_trial_are_noticed)
{
    int rows;
    cr_expect_eq(mismatches(1, &rows), rows);
}
