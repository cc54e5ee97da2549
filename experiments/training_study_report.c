/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the trainings of a study say: the variance of a measured error in two parts, one network's interval
 * beside the spread of the algorithm, and the page about it. Everything follows from the folded summaries
 * and frequencies, so that it is the same whether the values of the trainings are kept or not. */
#include "training_study.h"

#include <math.h>

/* ---- Variance components ---- */

/* Var(measured error) = between + within, for a fresh training measured on one fresh test set. */
typedef struct components {
    double between, between_se;
    double within, within_se;
} components;

/* One-way random effects, balanced, by the method of moments (Searle, Casella & McCulloch 1992, section 3.6):
 * with R_i the mean of K test sets and w_i their variance, within = mean(w), between = var(R) - within / K,
 * both unbiased whatever the distributions. between may come out negative where there is little of it.
 *
 * between is the mean of psi_i = (R_i - mean)^2 - w_i / K but for 1 / N, so its variance is Var(psi) / N. The
 * moments of R give the variance of the square, mcse(w) that of w. Their covariance follows from
 * E(w | R) = R (1 - R) / m, the variance of a binomial share; it is a small term. */
static components components_of(const bk_trials *trials, const training_study *study)
{
    const bk_summary *error = &trials->summaries[TRAINING_TEST_ERROR];
    const bk_summary *spread = &trials->summaries[TRAINING_WITHIN_VARIANCE];
    const double n = (double)error->count;
    const double sets = (double)study->test_sets;
    const double m2 = error->sum_squares / n;
    const double m3 = error->sum_cubes / n;
    const double square_variance = error->sum_fourths / n - m2 * m2;
    const double covariance =
        ((1.0 - 2.0 * error->mean) * m3 - square_variance) / ((double)study->test_size * sets);
    const double psi_variance =
        square_variance + bk_summary_variance(spread) / (sets * sets) - 2.0 * covariance;
    return (components){
        .between = bk_summary_variance(error) - spread->mean / sets,
        .between_se = sqrt(fmax(psi_variance, 0.0) / n),
        .within = spread->mean,
        .within_se = bk_summary_mcse(spread),
    };
}

static bk_status put_components(bk_group *group, const components *parts, const bk_summary *error,
                                const training_study *study)
{
    const double n = (double)error->count;
    const double between = fmax(parts->between, 0.0);
    /* Unbiased for the mean of r (1 - r) over the true risks r of the trained networks. */
    const double spread =
        error->mean * (1.0 - error->mean) - error->sum_squares / n + parts->within / (double)study->test_sets;
    BK_TRY(bk_group_set_real(group, "between_variance", parts->between));
    BK_TRY(bk_group_set_real(group, "between_variance_se", parts->between_se));
    BK_TRY(bk_group_set_real(group, "within_variance_mean", parts->within));
    BK_TRY(bk_group_set_real(group, "within_variance_se", parts->within_se));
    BK_TRY(bk_group_set_real(group, "binomial_variance", spread / (double)study->test_size));
    BK_TRY(bk_group_set_real(group, "sd_between", sqrt(between)));
    if (between > 0.0) {
        BK_TRY(bk_group_set_real(group, "sd_between_se", parts->between_se / (2.0 * sqrt(between))));
    }
    BK_TRY(bk_group_set_real(group, "sd_within", sqrt(parts->within)));
    return between + parts->within > 0.0
               ? bk_group_set_real(group, "training_share", between / (between + parts->within))
               : BK_OK;
}

/* ---- One network's interval ---- */

/* Clopper and Pearson's interval of every error count that occurred, weighted by how often it did: its mean
 * half-width, and how often it holds the mean error of all trainings, which it never promised. */
static bk_status put_intervals(bk_group *group, const bk_trials *trials, const training_study *study,
                               double sd_between)
{
    const bk_tally *tally = &trials->frequencies[TRAINING_ERROR_COUNT];
    if (tally->full) {
        return BK_OK; /* too many different counts to have kept their frequencies */
    }
    uint64_t *errors = bk_allocate(tally->distinct, 2 * sizeof *errors);
    if (errors == NULL) {
        return bk_error_status();
    }
    const uint64_t *times = errors + tally->distinct;
    const double algorithm = trials->summaries[TRAINING_TEST_ERROR].mean;
    double width = 0.0;
    uint64_t holding = 0;
    bk_status status = bk_tally_sorted(errors, errors + tally->distinct, tally);
    for (size_t i = 0; status == BK_OK && i < tally->distinct; i++) {
        const bk_losses losses = bk_losses_from_count(errors[i], study->test_size);
        bk_interval interval = {0};
        status = bk_interval_clopper_pearson(&interval, &losses, study->level);
        width += (double)times[i] * (interval.high - interval.low) / 2.0;
        holding += interval.low <= algorithm && algorithm <= interval.high ? times[i] : 0;
    }
    bk_free(errors);
    BK_TRY(status);
    const double half_width = width / (double)tally->total;
    BK_TRY(bk_group_set_real(group, "mean_half_width", half_width));
    BK_TRY(bk_group_set_real(group, "sd_between_per_half_width", sd_between / half_width));
    return bk_group_set_real(group, "interval_holds_mean", (double)holding / (double)tally->total);
}

/* Student's interval for the mean error of the algorithm: the trainings are its independent losses. */
static bk_status put_algorithm(bk_group *group, const bk_summary *error, double level)
{
    const bk_losses losses = {.n = error->count,
                              .mean = error->mean,
                              .variance = bk_summary_variance(error),
                              .range_known = true,
                              .range_low = 0.0,
                              .range_high = 1.0};
    bk_interval interval = {0};
    BK_TRY(bk_interval_student_t(&interval, &losses, level));
    BK_TRY(bk_group_set_unsigned(group, "trainings", error->count));
    BK_TRY(bk_group_set_real(group, "mean_error", error->mean));
    BK_TRY(bk_group_set_real(group, "mean_error_se", bk_summary_mcse(error)));
    if (interval.status == BK_INTERVAL_OK) {
        BK_TRY(bk_group_set_real(group, "mean_error_low", interval.low));
        BK_TRY(bk_group_set_real(group, "mean_error_high", interval.high));
    }
    return BK_OK;
}

bk_status training_study_summarise(void *context, const bk_trials *trials, bk_group *results)
{
    const training_study *study = context;
    const bk_summary *error = &trials->summaries[TRAINING_TEST_ERROR];
    if (trials->count < 2) {
        return bk_fail(BK_INVALID, "training-study: one training has no spread; give at least two");
    }
    const components parts = components_of(trials, study);
    BK_TRY(put_algorithm(results, error, study->level));
    BK_TRY(put_components(results, &parts, error, study));
    BK_TRY(put_intervals(results, trials, study, sqrt(fmax(parts.between, 0.0))));
    for (size_t output = 0; output < TRAINING_OUTPUTS; output++) {
        BK_TRY(bk_trials_put(trials, output, results));
    }
    return BK_OK;
}

/* ---- The page ---- */

/* "3.45" in percent, or "-" where the file has no such number. */
static void append_percent(bk_text *page, int width, double value)
{
    if (isnan(value)) {
        bk_text_append(page, " %*s", width, "-");
    } else {
        bk_text_append(page, " %*.3f", width, 100.0 * value);
    }
}

static void report_errors(const bk_group *study, bk_text *page)
{
    static const char *const head[2][8] = {
        {"in percent", "mean of", "interval", "of it,", "training", "lowest", "highest", "final"},
        {"network", "trainings", "low", "high", "error", "of all", "of all", "loss"}};
    for (size_t line = 0; line < 2; line++) {
        const char *const *h = head[line];
        bk_text_append(page, "     %-14s %9s %9s %9s %9s %9s %9s %10s\n", h[0], h[1], h[2], h[3], h[4], h[5],
                       h[6], h[7]);
    }
    for (size_t i = 0; i < bk_group_group_count(study); i++) {
        const bk_group *group = bk_group_child(study, i);
        const bk_group *error = bk_group_find(group, "test_error");
        const bk_group *train = bk_group_find(group, "train_error");
        const bk_group *loss = bk_group_find(group, "final_loss");
        if (error == NULL || train == NULL || loss == NULL) {
            continue;
        }
        bk_text_append(page, "     %-14s", bk_group_name(group));
        append_percent(page, 9, bk_group_real(group, "mean_error"));
        append_percent(page, 9, bk_group_real(group, "mean_error_low"));
        append_percent(page, 9, bk_group_real(group, "mean_error_high"));
        append_percent(page, 9, bk_group_real(train, "mean"));
        append_percent(page, 9, bk_group_real(error, "minimum"));
        append_percent(page, 9, bk_group_real(error, "maximum"));
        bk_text_append(page, " %10.5f\n", bk_group_real(loss, "mean"));
    }
}

static void report_parts(const bk_group *study, bk_text *page)
{
    static const char *const head[2][7] = {
        {"in percent", "sd of", "standard", "sd of one", "training's", "half-width", "sd /"},
        {"network", "trainings", "error", "test set", "share", "of one", "half-width"}};
    for (size_t line = 0; line < 2; line++) {
        const char *const *h = head[line];
        bk_text_append(page, "     %-14s %10s %10s %10s %10s %10s %10s\n", h[0], h[1], h[2], h[3], h[4], h[5],
                       h[6]);
    }
    for (size_t i = 0; i < bk_group_group_count(study); i++) {
        const bk_group *group = bk_group_child(study, i);
        bk_text_append(page, "     %-14s", bk_group_name(group));
        append_percent(page, 10, bk_group_real(group, "sd_between"));
        append_percent(page, 10, bk_group_real(group, "sd_between_se"));
        append_percent(page, 10, bk_group_real(group, "sd_within"));
        append_percent(page, 10, bk_group_real(group, "training_share"));
        append_percent(page, 10, bk_group_real(group, "mean_half_width"));
        const double ratio = bk_group_real(group, "sd_between_per_half_width");
        if (isfinite(ratio)) {
            bk_text_append(page, " %10.2f", ratio);
        }
        bk_text_append(page, "\n");
    }
}

/* The sentence that the study is for. */
static void report_meaning(const bk_group *study, bk_text *page)
{
    bk_text_append_paragraph(
        page, "     ", 95,
        "One network's interval says nothing about the algorithm. It is about the risk of the network in "
        "hand; "
        "train again, and there is another network with another risk, which no interval from one training "
        "knows of. What an algorithm does takes several trainings: the interval of the mean above.");
    for (size_t i = 0; i < bk_group_group_count(study); i++) {
        const bk_group *group = bk_group_child(study, i);
        const double holds = bk_group_real(group, "interval_holds_mean");
        if (isnan(holds)) {
            continue;
        }
        bk_text_append(
            page,
            "     %s: the %g %% interval of one training holds the mean error of all in %.1f %% of "
            "them.\n",
            bk_group_name(group), 100.0 * bk_group_real(study, "level"), 100.0 * holds);
    }
}

bk_status training_study_report(const bk_group *root, bk_text *page)
{
    const bk_group *study = bk_group_find(root, "training_study");
    if (study == NULL || bk_group_group_count(study) == 0) {
        return BK_OK;
    }
    const char *fresh = bk_group_text(study, "fresh");
    bk_text_append(page, "TRAINING STUDY\n\n");
    bk_text_append(
        page,
        "     %.0f trainings of %.0f epochs on %.0f points, each measured on %.0f fresh test sets of "
        "%.0f points.\n     Drawn anew for each training: %s. Confidence level %g.\n\n",
        bk_group_real(bk_group_child(study, 0), "trainings"), bk_group_real(study, "epochs"),
        bk_group_real(study, "train_size"), bk_group_real(study, "test_sets"),
        bk_group_real(study, "test_size"),
        fresh == NULL     ? "?"
        : fresh[0] == 'b' ? "training set and initial weights"
                          : fresh,
        bk_group_real(study, "level"));
    report_errors(study, page);
    bk_text_append(page, "\n");
    report_parts(study, page);
    bk_text_append_paragraph(
        page, "     ", 95,
        "interval: Student's for the mean of all trainings, at the level above; its coverage tends to the "
        "level "
        "as trainings are added. sd of trainings: of the true risks of the trained networks, with its "
        "standard error; sd of one test "
        "set: what the measurement adds; training's share: of the variance of one measured error; half-width "
        "of one: the mean of Clopper and Pearson's intervals of one training on one test set.");
    bk_text_append(page, "\n");
    report_meaning(study, page);
    bk_text_append(page, "\n");
    return bk_text_status(page);
}
