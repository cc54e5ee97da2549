/* SPDX-License-Identifier: GPL-3.0-or-later
 * The acceleration by the jackknife: in closed form where leaving a unit out of sums is a subtraction, and
 * for quantiles and their kin from the sorted data; else blocks of units are left out, at most 1000 of them,
 * so that the work stays proportional to n. A block's influence is that of its units together, and third
 * powers and squares of sums over independent units add up as those of the units do, so that a keeps its
 * size. */
#include <math.h>

#include "stats/acceleration.h"
#include "stats/bootstrap_plan.h"
#include "stats/lanes.h"

#define MOST_BLOCKS 1000

/* Influence l_i = (n - 1) (mean of the delete-one values - the i-th), in place. */
static void centre(double *values, size_t n, double factor)
{
    const double mean = bk_lanes_sum(values, n) / (double)n;
    for (size_t i = 0; i < n; i++) {
        values[i] = factor * (mean - values[i]);
    }
}

/* Sums of both columns over a sample. */
static void column_sums(double sums[2], const bk_sample *sample)
{
    bk_lanes a = {{0}}, b = {{0}};
    for (size_t i = 0; i < sample->n; i++) {
        a.lane[i % BK_LANES] += sample->columns[2 * i];
        b.lane[i % BK_LANES] += sample->columns[2 * i + 1];
    }
    sums[0] = bk_lanes_join(&a);
    sums[1] = bk_lanes_join(&b);
}

/* Delete-one ratios: of the sample's own sums, or of all samples together. A sample of one unit has no
 * influence. */
static void ratio_influence(double *influence, const bk_bootstrap_plan *plan)
{
    double all[2] = {0, 0};
    for (size_t s = 0; s < plan->samples_count; s++) {
        double own[2];
        column_sums(own, &plan->samples[s]);
        all[0] += own[0];
        all[1] += own[1];
    }
    for (size_t s = 0; s < plan->samples_count; s++) {
        const bk_sample *sample = &plan->samples[s];
        const bool combined = plan->form == BK_FORM_COMBINED;
        double *mine = influence + sample->first;
        double own[2];
        column_sums(own, sample);
        const double *sums = combined ? all : own;
        for (size_t i = 0; i < sample->n; i++) {
            mine[i] = (sums[0] - sample->columns[2 * i]) / (sums[1] - sample->columns[2 * i + 1]);
        }
        if (sample->n == 1) {
            mine[0] = 0;
        } else {
            centre(mine, sample->n, (combined ? 1 : sample->coefficient) * ((double)sample->n - 1));
        }
    }
}

static bk_deviations deviations_of(const bk_bootstrap_plan *plan, const bk_sample *sample)
{
    return (bk_deviations){.values = sample->columns,
                           .stride = plan->width,
                           .n = sample->n,
                           .mean = sample->mean,
                           .coefficient = sample->coefficient};
}

static void mean_acceleration(double *acceleration, bool *flat, const bk_bootstrap_plan *plan)
{
    bk_acceleration_sums sums = {0};
    *flat = true;
    for (size_t s = 0; s < plan->samples_count; s++) {
        const bk_deviations of = deviations_of(plan, &plan->samples[s]);
        *flat = bk_deviations_see(&sums, &of, of.n) == 0 && *flat;
    }
    if (bk_acceleration_scale(&sums)) {
        for (size_t s = 0; s < plan->samples_count; s++) {
            const bk_deviations of = deviations_of(plan, &plan->samples[s]);
            bk_deviations_add(&sums, &of, of.n);
        }
        *acceleration = bk_acceleration_finish(&sums);
    }
}

/* Delete-one variances: d^2 n / (n - 1) leaves the sum of squares. */
static void moments_influence(double *influence, const bk_bootstrap_plan *plan)
{
    const bk_sample *sample = &plan->samples[0];
    const double n = (double)sample->n;
    double sums[2];
    column_sums(sums, sample);
    for (size_t i = 0; i < sample->n; i++) {
        const double left = sums[1] - sample->columns[2 * i + 1] * (n / (n - 1));
        const double variance = left > 0 ? left / (n - 2) : 0;
        influence[i] = plan->options.statistic == BK_STATISTIC_SD ? sqrt(variance) : variance;
    }
    centre(influence, sample->n, n - 1);
}

/* The value at rank r of the sorted data without the value at rank left_out. */
static double without(const bk_bootstrap_plan *plan, size_t rank, size_t left_out)
{
    return plan->data.x[plan->ascending[rank < left_out ? rank : rank + 1]];
}

static void quantile_influence(double *influence, const bk_bootstrap_plan *plan)
{
    const size_t n = plan->points;
    const bool median = plan->options.statistic == BK_STATISTIC_MEDIAN;
    const double position = (median ? 0.5 : plan->options.parameter) * (double)(n - 2);
    const size_t low = (size_t)position;
    const double share = position - (double)low;
    for (size_t j = 0; j < n; j++) {
        const double below = without(plan, low, j);
        const double above = low + 1 < n - 1 ? without(plan, low + 1, j) : below;
        influence[j] = below + share * (above - below);
    }
    centre(influence, n, (double)(n - 1));
}

/* Of n - 1 values `cut` are cut at each end; what is left over changes by what moves across the cuts. */
static void trimmed_influence(double *influence, const bk_bootstrap_plan *plan)
{
    const size_t n = plan->points;
    const size_t cut = (size_t)(plan->options.parameter * (double)(n - 1));
    const double *x = plan->data.x;
    /* All kept where the left-out value is the first: ranks cut + 1 to n - 1 - cut of the data. */
    double kept = 0;
    for (size_t i = cut + 1; i < n - cut; i++) {
        kept += x[plan->ascending[i]];
    }
    for (size_t j = 0; j < n; j++) {
        /* Leaving out rank j > cut brings rank cut back in, and takes rank min(j, n - 1 - cut) out. */
        const size_t out = j < n - 1 - cut ? j : n - 1 - cut;
        const double moved = j > cut ? x[plan->ascending[cut]] - x[plan->ascending[out]] : 0;
        influence[j] = (kept + moved) / (double)(n - 1 - 2 * cut);
    }
    centre(influence, n, (double)(n - 1));
}

/* Blocks of one sample's units, unit i in block i mod blocks. */
static bk_status block_influence(double *influence, size_t blocks, const bk_bootstrap_plan *plan,
                                 const bk_sample *sample, bk_counting *scratch)
{
    for (size_t block = 0; block < blocks; block++) {
        for (size_t i = 0; i < plan->points; i++) {
            scratch->count[i] = 1;
        }
        for (size_t i = block; i < sample->n; i += blocks) {
            bk_count_unit(scratch->count, plan, sample->first + i, UINT32_MAX); /* 1 + (2^32 - 1) is 0 */
        }
        double error;
        BK_TRY(bk_bootstrap_value(&influence[block], &error, plan, scratch));
    }
    const double mean = bk_lanes_sum(influence, blocks) / (double)blocks;
    for (size_t block = 0; block < blocks; block++) {
        const size_t left_out = (sample->n - 1 - block) / blocks + 1;
        influence[block] = (double)(sample->n - left_out) * (mean - influence[block]);
    }
    return BK_OK;
}

/* The third powers and squares of blocks are those of a sample of all n units, whose size divides them. */
static bk_status by_blocks(double *acceleration, bool *flat, const bk_bootstrap_plan *plan)
{
    bk_counting scratch = {.count = bk_allocate(plan->points, sizeof(uint32_t))};
    double *influence = bk_allocate(MOST_BLOCKS, sizeof *influence);
    bk_status status = scratch.count && influence ? BK_OK : bk_error_status();
    double cubes = 0, squares = 0;
    for (size_t s = 0; s < plan->samples_count && status == BK_OK; s++) {
        const bk_sample *sample = &plan->samples[s];
        const size_t blocks = sample->n < MOST_BLOCKS ? sample->n : MOST_BLOCKS;
        const double size = (double)sample->n;
        if (blocks < 2) {
            continue;
        }
        status = block_influence(influence, blocks, plan, sample, &scratch);
        for (size_t b = 0; b < blocks && status == BK_OK; b++) {
            const double l = influence[b] / size;
            squares += l * l;
            cubes += l * l * l;
        }
    }
    bk_free(scratch.count);
    bk_free(scratch.index);
    bk_free(influence);
    *flat = squares == 0;
    *acceleration = squares > 0 ? cubes / (6 * (squares * sqrt(squares))) : (double)NAN;
    return status;
}

/* Forms whose delete-one values need no walk. */
static void closed_form(double *influence, const bk_bootstrap_plan *plan)
{
    if (plan->form == BK_FORM_RATIO || plan->form == BK_FORM_COMBINED) {
        ratio_influence(influence, plan);
    } else if (plan->form == BK_FORM_MOMENTS) {
        moments_influence(influence, plan);
    } else if (plan->options.statistic == BK_STATISTIC_TRIMMED_MEAN) {
        trimmed_influence(influence, plan);
    } else {
        quantile_influence(influence, plan);
    }
}

bk_status bk_bootstrap_jackknife(double *acceleration, bool *flat, const bk_bootstrap_plan *plan)
{
    *acceleration = (double)NAN;
    *flat = false;
    const bk_statistic statistic = plan->options.statistic;
    const bool walk = statistic == BK_STATISTIC_MEDIAN || statistic == BK_STATISTIC_QUANTILE ||
                      statistic == BK_STATISTIC_TRIMMED_MEAN;
    const bool one_sample = plan->samples_count == 1 && !plan->data.group;
    if (plan->form == BK_FORM_COUNTS && !(walk && one_sample)) {
        return by_blocks(acceleration, flat, plan);
    }
    if (plan->units < (plan->form == BK_FORM_MOMENTS ? 3U : 2U)) {
        return BK_OK;
    }
    if (plan->form == BK_FORM_MEAN) {
        mean_acceleration(acceleration, flat, plan);
        return BK_OK;
    }
    double *influence = bk_allocate(plan->units, sizeof *influence);
    size_t *size = bk_allocate(plan->samples_count, sizeof *size);
    const bk_status status = influence && size ? BK_OK : bk_error_status();
    if (status == BK_OK) {
        closed_form(influence, plan);
        for (size_t s = 0; s < plan->samples_count; s++) {
            size[s] = plan->samples[s].n;
        }
        *acceleration = bk_acceleration_influence(influence, size, plan->samples_count);
        *flat = bk_lanes_largest(influence, plan->units) == 0;
    }
    bk_free(influence);
    bk_free(size);
    return status;
}
