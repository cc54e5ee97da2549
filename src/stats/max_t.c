/* SPDX-License-Identifier: GPL-3.0-or-later
 * Simultaneous intervals for differences between several models, and the price of choosing the best of them.
 */
#include "brisk/simultaneous.h"

#include <math.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y ? 1 : 0;
}

static bk_status check_pairs(const bk_model_pair *pairs, size_t count, const bk_model_replicates *models,
                             double level)
{
    if (!(level > 0.0 && level < 1.0)) {
        return bk_fail(BK_INVALID, "max-T: level %g is outside (0, 1)", level);
    }
    if (models->resamples < 2 || level * ((double)models->resamples + 1.0) > (double)models->resamples) {
        return bk_fail(BK_INVALID, "max-T: %zu resamples are too few for level %g", models->resamples, level);
    }
    for (size_t i = 0; i < count; i++) {
        if (pairs[i].a >= models->models || pairs[i].b >= models->models || pairs[i].a == pairs[i].b) {
            return bk_fail(BK_INVALID, "max-T: pair %zu is of models %zu and %zu, and there are %zu", i,
                           pairs[i].a, pairs[i].b, models->models);
        }
    }
    return BK_OK;
}

static double difference_of(const bk_model_pair *pair, const bk_model_replicates *models, size_t r)
{
    return models->replicates[pair->a][r] - models->replicates[pair->b][r];
}

/* The estimate and its bootstrap standard error; 0 where all replicates agree up to rounding. */
static void begin_pair(bk_model_pair *pair, const bk_model_replicates *models)
{
    double mean = 0.0, squares = 0.0, largest = 0.0;
    pair->difference = models->estimate[pair->a] - models->estimate[pair->b];
    for (size_t r = 0; r < models->resamples; r++) {
        const double deviation = difference_of(pair, models, r) - mean;
        mean += deviation / (double)(r + 1);
        squares += deviation * (difference_of(pair, models, r) - mean);
        largest =
            fmax(largest, fmax(fabs(models->replicates[pair->a][r]), fabs(models->replicates[pair->b][r])));
    }
    const double sd = sqrt(squares / (double)(models->resamples - 1));
    pair->standard_error = sd > ldexp(largest, -40) ? sd : 0.0;
}

static double largest_t(const bk_model_pair *pairs, size_t count, const bk_model_replicates *models, size_t r)
{
    double largest = 0.0;
    for (size_t i = 0; i < count; i++) {
        if (pairs[i].standard_error > 0.0) {
            const double deviation = difference_of(&pairs[i], models, r) - pairs[i].difference;
            largest = fmax(largest, fabs(deviation) / pairs[i].standard_error);
        }
    }
    return largest;
}

static void end_pair(bk_model_pair *pair, const double *t, size_t resamples, double critical)
{
    pair->low = pair->difference - critical * pair->standard_error;
    pair->high = pair->difference + critical * pair->standard_error;
    /* All replicates alike: models that agree differ by nothing; of others the resamples say nothing. */
    pair->adjusted_p = fabs(pair->difference) > 0.0 ? (double)NAN : 1.0;
    if (pair->standard_error > 0.0) {
        const double observed = fabs(pair->difference) / pair->standard_error;
        size_t least = 0, beyond = resamples;
        while (least < beyond) {
            const size_t middle = least + (beyond - least) / 2;
            if (t[middle] < observed) {
                least = middle + 1;
            } else {
                beyond = middle;
            }
        }
        pair->adjusted_p = (double)(1 + resamples - least) / (double)(resamples + 1);
    }
}

bk_status bk_max_t(double *critical, bk_model_pair *pairs, size_t count, const bk_model_replicates *models,
                   double level)
{
    BK_TRY(check_pairs(pairs, count, models, level));
    double *t = bk_allocate(models->resamples, sizeof *t);
    if (t == NULL) {
        return bk_error_status();
    }
    for (size_t i = 0; i < count; i++) {
        begin_pair(&pairs[i], models);
    }
    for (size_t r = 0; r < models->resamples; r++) {
        t[r] = largest_t(pairs, count, models, r);
    }
    qsort(t, models->resamples, sizeof *t, ascending);
    const size_t rank = (size_t)ceil(level * ((double)models->resamples + 1.0));
    *critical = t[(rank == 0 ? 1 : rank) - 1];
    for (size_t i = 0; i < count; i++) {
        end_pair(&pairs[i], t, models->resamples, *critical);
    }
    bk_free(t);
    return BK_OK;
}

bk_status bk_best_of_models(size_t *best, double *optimism, const bk_model_replicates *models)
{
    if (models->models == 0 || models->resamples == 0) {
        return bk_fail(BK_INVALID, "no models, or no resamples, to choose from");
    }
    size_t least = 0;
    for (size_t i = 1; i < models->models; i++) {
        least = models->estimate[i] < models->estimate[least] ? i : least;
    }
    double sum = 0.0;
    for (size_t r = 0; r < models->resamples; r++) {
        size_t chosen = 0;
        for (size_t i = 1; i < models->models; i++) {
            chosen = models->replicates[i][r] < models->replicates[chosen][r] ? i : chosen;
        }
        sum += models->estimate[chosen] - models->replicates[chosen][r];
    }
    *best = least;
    *optimism = sum / (double)models->resamples;
    return BK_OK;
}
