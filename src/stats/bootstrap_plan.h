/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stats/bootstrap_plan.h: a bootstrap laid out for drawing. Units (points, or groups of them) are drawn
 * within samples (one, or the strata, or two independent samples). A replicate is a formula of sums over the
 * drawn units where the statistic allows it, else a walk over how often each point was drawn.
 */
#ifndef STATS_BOOTSTRAP_PLAN_H
#define STATS_BOOTSTRAP_PLAN_H

#include "brisk/bootstrap.h"
#include "stats/error_law.h"

typedef enum bk_form {
    BK_FORM_MEAN,     /* sum over samples of coefficient (sum of x / n) */
    BK_FORM_RATIO,    /* sum over samples of coefficient (sum of u / sum of v) */
    BK_FORM_COMBINED, /* sum of u over all samples / sum of v */
    BK_FORM_MOMENTS,  /* variance or sd of one sample, from sums of d and d^2 around the data's mean */
    BK_FORM_COUNTS    /* anything else */
} bk_form;

typedef struct bk_sample {
    size_t first, n; /* units */
    double coefficient;
    double mean;           /* of x, where the form is MEAN or MOMENTS */
    double total;          /* of the one column, where the width is 1 */
    const double *columns; /* [n, width], the caller's values where they are the column; NULL for COUNTS */
} bk_sample;

typedef struct bk_bootstrap_plan {
    bk_bootstrap_data data;
    bk_bootstrap_options options;
    bk_form form;
    size_t width;         /* columns: 1, or 2 for pairs */
    bool has_errors;      /* resamples get standard errors */
    size_t points, units; /* points: of two independent samples together */
    bk_sample *samples;   /* [samples_count] */
    size_t samples_count;
    double *columns;      /* behind the samples; NULL where the caller's values are */
    uint32_t *unit_point; /* [points]: the points of unit 0, of unit 1, ...; NULL where unit i is point i */
    size_t *unit_start;   /* [units + 1] into unit_point; NULL where each unit is one point */
    uint32_t *ascending;  /* [points] by x, for quantiles and their kin; else NULL */
    bk_error_law law;     /* size 0: none, n draws a replicate */
    double original, original_error;
    double scale; /* rounding is judged against it: the largest |x| of means; 0: the largest replicate */
} bk_bootstrap_plan;

/* Arrays of data are used until bk_bootstrap_plan_clear. */
bk_status bk_bootstrap_plan_make(bk_bootstrap_plan *plan, const bk_bootstrap_data *data,
                                 const bk_bootstrap_options *options);
void bk_bootstrap_plan_clear(bk_bootstrap_plan *plan);
/* Refuses what has no meaning (stats/bootstrap_check.c). */
bk_status bk_bootstrap_check(const bk_bootstrap_data *data, const bk_bootstrap_options *options);
/* Points: those of x, and of a second sample. */
size_t bk_bootstrap_points(const bk_bootstrap_data *data);

/* Scratch of one thread for BK_FORM_COUNTS. */
typedef struct bk_counting {
    uint32_t *drawn; /* [together, units]: the counts of a sample's units, replicate by replicate, are
                        together times its first unit behind the beginning */
    size_t together;
    uint32_t *count; /* [points] */
    uint32_t *index; /* [room] for a user's statistic */
    size_t room;
} bk_counting;

/* The statistic where every point i counts count[i] times; index is filled for a user's statistic, growing
 * its room. *error: standard error or NaN. */
bk_status bk_bootstrap_value(double *value, double *error, const bk_bootstrap_plan *plan,
                             bk_counting *scratch);

/* Adds the points of a unit `times` times. */
static inline void bk_count_unit(uint32_t *count, const bk_bootstrap_plan *plan, size_t unit, uint32_t times)
{
    if (!plan->unit_point) {
        count[unit] += times;
    } else if (!plan->unit_start) {
        count[plan->unit_point[unit]] += times;
    } else {
        for (size_t i = plan->unit_start[unit]; i < plan->unit_start[unit + 1]; i++) {
            count[plan->unit_point[i]] += times;
        }
    }
}

/* a by the jackknife, NaN where it is 0 / 0 or does not exist; *flat: leaving out changes nothing. */
bk_status bk_bootstrap_jackknife(double *acceleration, bool *flat, const bk_bootstrap_plan *plan);

#endif
