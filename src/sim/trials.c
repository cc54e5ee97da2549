/* SPDX-License-Identifier: GPL-3.0-or-later
 * What every output of a simulation leaves in the file, whatever the experiment is: moments, quantiles,
 * frequencies, and the values where they were kept. */
#include <string.h>

#include "brisk/sim.h"

bk_status bk_trials_quantiles(bk_quantile *quantiles, const double *probabilities, size_t n,
                              const bk_trials *trials, size_t output)
{
    if (output >= trials->n_outputs) {
        return bk_fail(BK_INVALID, "output %zu of %zu does not exist", output, trials->n_outputs);
    }
    const bk_tally *frequencies = &trials->frequencies[output];
    if (trials->outputs[output].dtype == BK_U32 && !frequencies->full) {
        return bk_quantiles_of_counts(quantiles, probabilities, n, frequencies);
    }
    const bk_summary *summary = &trials->summaries[output];
    return bk_quantiles_of_bins(quantiles, probabilities, n, &trials->bins[output], summary->minimum,
                                summary->maximum);
}

static const char *unit_of(const bk_output *output) { return output->unit == NULL ? "1" : output->unit; }

static bk_status put_moments(bk_group *group, const bk_summary *summary)
{
    BK_TRY(bk_group_set_unsigned(group, "count", summary->count));
    BK_TRY(bk_group_set_real(group, "mean", summary->mean));
    BK_TRY(bk_group_set_real(group, "minimum", summary->minimum));
    BK_TRY(bk_group_set_real(group, "maximum", summary->maximum));
    if (summary->count < 2) {
        return BK_OK;
    }
    BK_TRY(bk_group_set_real(group, "mcse", bk_summary_mcse(summary)));
    BK_TRY(bk_group_set_real(group, "sd", bk_summary_sd(summary)));
    BK_TRY(bk_group_set_real(group, "variance", bk_summary_variance(summary)));
    if (summary->sum_squares > 0.0) {
        BK_TRY(bk_group_set_real(group, "skewness", bk_summary_skewness(summary)));
        BK_TRY(bk_group_set_real(group, "excess_kurtosis", bk_summary_excess_kurtosis(summary)));
    }
    return BK_OK;
}

static const double probabilities[] = {0.001, 0.005, 0.01, 0.025, 0.05, 0.1,   0.25, 0.5,
                                       0.75,  0.9,   0.95, 0.975, 0.99, 0.995, 0.999};
#define N_PROBABILITIES (sizeof probabilities / sizeof probabilities[0])

static bk_status put_column(bk_group *group, const char *name, const char *unit, const char *long_name,
                            const double *values)
{
    const bk_field field = {.name = name,
                            .dtype = BK_F64,
                            .rank = 1,
                            .axes = {"probability"},
                            .unit = unit,
                            .long_name = long_name};
    const size_t n = N_PROBABILITIES;
    return bk_group_add(group, &field, &n, values) == NULL ? bk_error_status() : BK_OK;
}

static bk_status put_quantiles(bk_group *group, const bk_trials *trials, size_t output, const char *unit)
{
    bk_quantile quantiles[N_PROBABILITIES];
    double value[N_PROBABILITIES];
    double low[N_PROBABILITIES];
    double high[N_PROBABILITIES];
    BK_TRY(bk_trials_quantiles(quantiles, probabilities, N_PROBABILITIES, trials, output));
    for (size_t i = 0; i < N_PROBABILITIES; i++) {
        value[i] = quantiles[i].value;
        low[i] = quantiles[i].low;
        high[i] = quantiles[i].high;
    }
    BK_TRY(put_column(group, "probability", "1", "probability", probabilities));
    BK_TRY(put_column(group, "value", unit, "quantile, the middle of its bounds", value));
    BK_TRY(put_column(group, "low", unit, "lower bound of the quantile (edge of its bin)", low));
    return put_column(group, "high", unit, "upper bound of the quantile (edge of its bin)", high);
}

bk_status bk_trials_put_frequencies(const bk_trials *trials, size_t output, bk_group *group)
{
    if (output >= trials->n_outputs || trials->frequencies[output].full) {
        return bk_fail(BK_INVALID, "the frequencies of output %zu are not known", output);
    }
    const bk_tally *tally = &trials->frequencies[output];
    const char *unit = unit_of(&trials->outputs[output]);
    const bk_field value = {.name = "value",
                            .dtype = BK_U64,
                            .rank = 1,
                            .axes = {"value"},
                            .unit = unit,
                            .long_name = "value that occurred"};
    const bk_field count = {.name = "count",
                            .dtype = BK_U64,
                            .rank = 1,
                            .axes = {"value"},
                            .unit = "1",
                            .long_name = "trials with this value"};
    uint64_t *columns = bk_allocate(tally->distinct, 2 * sizeof *columns);
    if (columns == NULL) {
        return bk_error_status();
    }
    bk_status status = bk_tally_sorted(columns, columns + tally->distinct, tally);
    if (status == BK_OK &&
        (bk_group_add(group, &value, &tally->distinct, columns) == NULL ||
         bk_group_add(group, &count, &tally->distinct, columns + tally->distinct) == NULL)) {
        status = bk_error_status();
    }
    bk_free(columns);
    return status;
}

bk_status bk_trials_put(const bk_trials *trials, size_t output, bk_group *results)
{
    if (output >= trials->n_outputs) {
        return bk_fail(BK_INVALID, "output %zu of %zu does not exist", output, trials->n_outputs);
    }
    const bk_output *facts = &trials->outputs[output];
    const char *unit = unit_of(facts);
    const char *long_name = facts->long_name == NULL ? facts->name : facts->long_name;
    bk_group *group = bk_group_at(results, facts->name);
    BK_TRY(bk_group_set_text(group, "long_name", long_name));
    BK_TRY(bk_group_set_text(group, "units", unit));
    BK_TRY(put_moments(group, &trials->summaries[output]));
    BK_TRY(put_quantiles(bk_group_at(group, "quantile"), trials, output, unit));
    if (facts->dtype == BK_U32 && !trials->frequencies[output].full) {
        BK_TRY(bk_trials_put_frequencies(trials, output, bk_group_at(group, "frequency")));
    }
    if (trials->values == NULL) {
        return BK_OK;
    }
    const bk_field field = {.name = "trial_value",
                            .dtype = facts->dtype,
                            .rank = 1,
                            .axes = {"trial"},
                            .unit = unit,
                            .long_name = long_name};
    const size_t count = (size_t)trials->count;
    return bk_group_add(group, &field, &count, trials->values[output]) == NULL ? bk_error_status() : BK_OK;
}
