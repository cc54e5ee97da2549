/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the trials fluctuate around: the true risk of each network, certified, and the exact distribution of
 * the error count that follows from it, with a test of the trials against it. */
#include "lab_parts.h"

#include <math.h>

/* Width of the enclosures of risks: a thousandth of what 10000 trials of 1000 points tell. The estimates in
 * them are some ten thousand times better. */
#define RISK_WIDTH 1e-6

static bk_status put_attribute(bk_group *group, const char *name, const char *ending, double value)
{
    bk_text text = {0};
    bk_text_append(&text, "%s%s", name, ending);
    bk_status status = bk_text_status(&text);
    if (status == BK_OK) {
        status = bk_group_set_real(group, bk_text_string(&text), value);
    }
    bk_text_clear(&text);
    return status;
}

/* The attributes NAME, NAME_error, NAME_low and NAME_high. */
static bk_status put_risk(bk_group *group, const char *name, double estimate, double error, bk_bounds bounds)
{
    BK_TRY(put_attribute(group, name, "", estimate));
    BK_TRY(put_attribute(group, name, "_error", error));
    BK_TRY(put_attribute(group, name, "_low", bounds.low));
    return put_attribute(group, name, "_high", bounds.high);
}

static bk_status put_law(bk_group *group, const bk_count_law *law)
{
    static const bk_field n_error = {.name = "n_error",
                                     .dtype = BK_U64,
                                     .rank = 1,
                                     .axes = {"n_error"},
                                     .unit = "1",
                                     .long_name = "errors on a test set"};
    static const bk_field pmf = {.name = "exact_pmf",
                                 .dtype = BK_F64,
                                 .rank = 1,
                                 .axes = {"n_error"},
                                 .unit = "1",
                                 .long_name = "probability of that many errors at the true risk"};
    uint64_t *counts = bk_allocate(law->count, sizeof *counts);
    if (counts == NULL) {
        return bk_error_status();
    }
    for (size_t i = 0; i < law->count; i++) {
        counts[i] = law->first + i;
    }
    bk_status status = lab_put(group, &n_error, &law->count, counts);
    bk_free(counts);
    return status == BK_OK ? lab_put(group, &pmf, &law->count, law->mass) : status;
}

/* Nothing where the trials' counts are not known or too few for two cells. */
static bk_status put_fit(bk_group *group, const bk_tally *tally, const bk_count_law *law)
{
    if (tally->full) {
        return BK_OK;
    }
    uint64_t *value = bk_allocate(tally->distinct, 2 * sizeof *value);
    if (value == NULL) {
        return bk_error_status();
    }
    bk_fit_test test = {0};
    bk_status status = bk_tally_sorted(value, value + tally->distinct, tally);
    if (status == BK_OK) {
        status = bk_goodness_of_fit(&test, value, value + tally->distinct, tally->distinct, law);
    }
    bk_free(value);
    if (status != BK_OK || test.degrees_of_freedom == 0) {
        return status;
    }
    BK_TRY(bk_group_set_real(group, "chi_square", test.chi_square));
    BK_TRY(bk_group_set_unsigned(group, "degrees_of_freedom", test.degrees_of_freedom));
    return bk_group_set_real(group, "p_value", test.p_value);
}

static bk_status put_bayes(bk_group *group)
{
    bk_risk_enclosure bayes;
    BK_TRY(bk_bayes_risk_enclosure(&bayes, &bk_mixture_lab, RISK_WIDTH));
    return put_risk(group, "bayes_risk", bayes.estimate.risk, bayes.estimate.error, bayes.risk);
}

bk_status lab_put_truth(bk_run *run, const lab_networks *networks, size_t i, const bk_trials *trials,
                        size_t test_size)
{
    bk_group *group = lab_network_group(run, networks, i);
    bk_risk_enclosure risk;
    if (i == 0) {
        BK_TRY(put_bayes(bk_group_at(bk_run_results(run), "network")));
    }
    BK_TRY(bk_network_risk_enclosure(&risk, networks->network[i], &bk_mixture_lab, RISK_WIDTH));
    const bk_risk *best = &risk.estimate;
    BK_TRY(put_risk(group, "true_risk", best->risk, best->error, risk.risk));
    BK_TRY(put_risk(group, "true_risk_negative", best->negative, best->negative_error, risk.negative));
    BK_TRY(put_risk(group, "true_risk_positive", best->positive, best->positive_error, risk.positive));
    BK_TRY(bk_group_set_real(group, "true_risk_rounding_mass", risk.rounding_mass));
    const bk_test_sets sets = networks->sampling == BK_SAMPLING_BALANCED
                                  ? bk_test_sets_balanced(test_size, best->negative, best->positive)
                                  : bk_test_sets_iid(test_size, best->risk);
    bk_count_law law = {0};
    BK_TRY(bk_count_law_of(&law, &sets));
    group = bk_group_at(group, "trials");
    bk_status status = put_law(group, &law);
    if (status == BK_OK) {
        status = put_fit(group, &trials->frequencies[i], &law);
    }
    bk_count_law_clear(&law);
    return status;
}

void lab_report_truth(const bk_group *network, bk_text *page)
{
    const double low = bk_group_real(network, "true_risk_low"),
                 high = bk_group_real(network, "true_risk_high");
    const bk_group *trials = bk_group_find(network, "trials");
    const double p = trials == NULL ? (double)NAN : bk_group_real(trials, "p_value");
    if (isfinite(low)) {
        bk_text_append(page, "     true risk %.7f %%, proved to be in [%.6f, %.6f] %%\n",
                       100.0 * bk_group_real(network, "true_risk"), 100.0 * low, 100.0 * high);
    }
    if (isfinite(p)) {
        bk_text_append(page,
                       "     the trials against the exact distribution of the count:\n"
                       "     chi-square %.1f, %.0f degrees of freedom, p = %.3g\n",
                       bk_group_real(trials, "chi_square"), bk_group_real(trials, "degrees_of_freedom"), p);
    }
}

void lab_report_bayes_risk(const bk_group *networks, bk_text *page)
{
    const double risk = bk_group_real(networks, "bayes_risk");
    if (isfinite(risk)) {
        bk_text_append(page,
                       "     No classifier errs less than the Bayes risk, %.7f %%, in [%.6f, %.6f] %%.\n\n",
                       100.0 * risk, 100.0 * bk_group_real(networks, "bayes_risk_low"),
                       100.0 * bk_group_real(networks, "bayes_risk_high"));
    }
}
