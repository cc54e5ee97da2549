/* SPDX-License-Identifier: GPL-3.0-or-later
 * How often every interval covers the true risk of a trained network: fresh test sets as in the lab, on each
 * of them the intervals that the options ask for, against the risk that integration finds. */
#include "coverage_study.h"

#include <string.h>

#include "study_parts.h"

/* ---- Options ---- */

#define METHODS                                                                                            \
    "count,hoeffding,chebyshev,bernstein,empirical-bernstein,kl-chernoff,clopper-pearson,mid-p,wilson,"    \
    "agresti-coull,jeffreys,wald,student-t,betting,bootstrap-percentile,bootstrap-basic,bootstrap-normal," \
    "bootstrap-studentized,bootstrap-bca,ideal-percentile,ideal-basic,ideal-bca"

static const bk_option options[] = {
    LAB_OPTIONS_TRAINING_OF("100", "balanced"),
    {.name = "trials",
     .type = BK_OPTION_INTEGER,
     .initial = "10000",
     .range = "[1,1000000000]",
     .help = "fresh test sets to draw"},
    {.name = "test-size",
     .type = BK_OPTION_INTEGER,
     .initial = "1000",
     .range = "[1,100000000]",
     .unit = "points",
     .help = "size of a test set"},
    {.name = "method",
     .type = BK_OPTION_CHOICE_LIST,
     .initial = "count",
     .choices = METHODS,
     .help = "intervals to study; count stands for all that depend on the error count alone"},
    {.name = "level",
     .type = BK_OPTION_TEXT,
     .initial = "0.9",
     .help = "confidence levels in (0, 1), separated by commas"},
    {.name = "resamples",
     .type = BK_OPTION_INTEGER,
     .initial = "9999",
     .range = "[1,100000000]",
     .help = "bootstrap resamples of each test set, where a method resamples"},
};

/* Adds a method behind those that are there; one that is there already stays where it is. */
static void add_method(coverage_study *study, size_t row)
{
    for (size_t i = 0; i < study->n_methods; i++) {
        if (study->method[i] == row) {
            return;
        }
    }
    study->method[study->n_methods++] = row;
}

/* In two passes, so that methods by count come first, each kind in the order of the request. */
static bk_status read_methods(coverage_study *study, const bk_options *given)
{
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < bk_option_list_length(given, "method"); i++) {
            const char *name = bk_option_list_text(given, "method", i);
            size_t from = 0;
            size_t end = bk_interval_method_count();
            if (strcmp(name, "count") != 0) {
                BK_TRY(bk_interval_method_number(&from, name));
                end = from + 1;
            }
            for (size_t row = from; row < end; row++) {
                const bool by_count = bk_interval_method_by_count(row);
                if (pass == 0 ? by_count : !by_count && end == from + 1) {
                    add_method(study, row);
                }
            }
        }
        study->n_by_count = pass == 0 ? study->n_methods : study->n_by_count;
    }
    return BK_OK;
}

static bk_status read_level(coverage_study *study, const char *text)
{
    double level = 0.0;
    BK_TRY(bk_parse_real(&level, text, "--level"));
    if (!(level > 0.0 && level < 1.0)) {
        return bk_fail(BK_INVALID, "--level: %s is not between 0 and 1; 0.9 means 90 %%", text);
    }
    for (size_t i = 0; i < study->n_levels; i++) {
        if (study->level[i] == level) {
            return bk_fail(BK_INVALID, "--level: %s is there twice", text);
        }
    }
    if (study->n_levels == STUDY_MOST_LEVELS) {
        return bk_fail(BK_INVALID, "--level: more than %d levels; ask for the others in another run",
                       STUDY_MOST_LEVELS);
    }
    study->level[study->n_levels++] = level;
    return BK_OK;
}

static bk_status read_levels(coverage_study *study, const char *text)
{
    char item[64];
    for (const char *from = text; from != NULL;) {
        const char *comma = strchr(from, ',');
        const size_t length = comma == NULL ? strlen(from) : (size_t)(comma - from);
        if (length >= sizeof item) {
            return bk_fail(BK_INVALID, "--level: %.20s... is no number; give levels as in 0.9,0.95", from);
        }
        memcpy(item, from, length);
        item[length] = '\0';
        BK_TRY(read_level(study, item));
        from = comma == NULL ? NULL : comma + 1;
    }
    return BK_OK;
}

bk_status study_read_options(coverage_study *study, const bk_options *given)
{
    study->test_size = (size_t)bk_option_integer(given, "test-size");
    study->resamples = (size_t)bk_option_integer(given, "resamples");
    BK_TRY(read_levels(study, bk_option_text(given, "level")));
    return read_methods(study, given);
}

static bk_status check_options(const bk_options *given)
{
    BK_TRY(lab_check_options(given));
    coverage_study study = {0};
    BK_TRY(study_read_options(&study, given));
    lab_networks networks = {.count = bk_option_list_length(given, "hidden") *
                                      bk_option_list_length(given, "activation")};
    study.networks = &networks;
    if (study_n_outputs(&study) > STUDY_MOST_OUTPUTS) {
        return bk_fail(
            BK_INVALID,
            "--hidden, --activation, --method and --level: %zu networks with %zu methods that draw "
            "and %zu levels make %zu outputs a trial, at most %d are possible; ask for fewer in one "
            "run",
            networks.count, study.n_methods - study.n_by_count, study.n_levels, study_n_outputs(&study),
            STUDY_MOST_OUTPUTS);
    }
    return BK_OK;
}

/* ---- The run ---- */

static bk_status put_risk(bk_group *group, const bk_risk *risk)
{
    BK_TRY(bk_group_set_real(group, "true_risk", risk->risk));
    BK_TRY(bk_group_set_real(group, "true_risk_error", risk->error));
    BK_TRY(bk_group_set_real(group, "true_risk_negative", risk->negative));
    return bk_group_set_real(group, "true_risk_positive", risk->positive);
}

static bk_status find_risks(coverage_study *study)
{
    const lab_networks *networks = study->networks;
    study->risk = bk_allocate(networks->count, sizeof *study->risk);
    if (study->risk == NULL) {
        return bk_error_status();
    }
    for (size_t i = 0; i < networks->count; i++) {
        bk_risk *risk = &study->risk[i];
        if (bk_network_risk(risk, networks->network[i], &bk_mixture_lab) != BK_OK) {
            return bk_fail_within("%s", networks->name[i]);
        }
        bk_run_say(study->run, "%s: true risk %.8f, off by about %.1g at most", networks->name[i], risk->risk,
                   risk->error);
        BK_TRY(put_risk(lab_network_group(study->run, networks, i), risk));
    }
    return BK_OK;
}

/* The parts of a network's answer, one a network. */
typedef struct answers {
    study_counts *counts;
    study_row **rows;
    study_sample *samples;
} answers;

static bk_status make_answers(answers *made, const coverage_study *study, const bk_trials *trials)
{
    const size_t networks = study->networks->count;
    made->counts = bk_allocate(networks, sizeof *made->counts);
    made->rows = bk_allocate(networks, sizeof *made->rows);
    made->samples = bk_allocate(networks, sizeof *made->samples);
    if (made->counts == NULL || made->rows == NULL || made->samples == NULL) {
        return bk_error_status();
    }
    for (size_t i = 0; i < networks; i++) {
        made->rows[i] = bk_allocate(study->n_methods * study->n_levels, sizeof **made->rows);
        if (made->rows[i] == NULL) {
            return bk_error_status();
        }
        BK_TRY(study_counts_of(&made->counts[i], study, trials, i));
        study_rows_of(made->rows[i], study, &made->counts[i], trials, i);
    }
    BK_TRY(study_rows_exact(made->rows, study));
    return study_sample_all(made->samples, study, made->counts, trials);
}

static void clear_answers(answers *made, size_t networks)
{
    for (size_t i = 0; i < networks; i++) {
        if (made->counts != NULL) {
            study_counts_clear(&made->counts[i]);
        }
        if (made->rows != NULL) {
            bk_free(made->rows[i]);
        }
        if (made->samples != NULL) {
            study_sample_clear(&made->samples[i]);
        }
    }
    bk_free(made->counts);
    bk_free((void *)made->rows);
    bk_free(made->samples);
}

/* The error count of every trial, as the lab stores it, where it was kept. */
static bk_status put_trials(bk_group *group, const coverage_study *study, const bk_trials *trials, size_t i)
{
    static const bk_field field = {.name = "error_count",
                                   .dtype = BK_U32,
                                   .rank = 1,
                                   .axes = {"trial"},
                                   .unit = "1",
                                   .long_name = "errors on each fresh test set"};
    if (trials->values == NULL) {
        return BK_OK;
    }
    const bk_summary *summary = &trials->summaries[i];
    const double m = (double)study->test_size;
    const size_t count = (size_t)trials->count;
    bk_dataset *dataset = bk_group_add(group, &field, &count, trials->values[i]);
    BK_TRY(bk_dataset_set_real(dataset, "mean", summary->mean / m));
    if (trials->count > 1) {
        BK_TRY(bk_dataset_set_real(dataset, "sd", bk_summary_sd(summary) / m));
        BK_TRY(bk_dataset_set_real(dataset, "mcse", bk_summary_mcse(summary) / m));
    }
    BK_TRY(bk_dataset_set_integer(dataset, "test_size", (int64_t)study->test_size));
    return bk_dataset_set_integer(dataset, "block_size", (int64_t)trials->block_size);
}

static bk_status put_moments(bk_group *group, const coverage_study *study, const bk_trials *trials, size_t i)
{
    const bk_summary *summary = &trials->summaries[i];
    const double m = (double)study->test_size;
    BK_TRY(bk_group_set_unsigned(group, "trials", trials->count));
    BK_TRY(bk_group_set_unsigned(group, "test_size", study->test_size));
    BK_TRY(bk_group_set_real(group, "mean", summary->mean / m));
    if (trials->count > 1) {
        BK_TRY(bk_group_set_real(group, "sd", bk_summary_sd(summary) / m));
        BK_TRY(bk_group_set_real(group, "mcse", bk_summary_mcse(summary) / m));
    }
    return BK_OK;
}

static bk_status summarise(void *context, const bk_trials *trials, bk_group *results)
{
    const coverage_study *study = context;
    (void)results;
    answers made = {0};
    bk_status status = make_answers(&made, study, trials);
    for (size_t i = 0; status == BK_OK && i < study->networks->count; i++) {
        bk_group *group = lab_network_group(study->run, study->networks, i);
        bk_group *coverage = bk_group_at(group, "coverage");
        status = put_moments(coverage, study, trials, i);
        if (status == BK_OK) {
            status = study_put(coverage, study, &made.counts[i], made.rows[i], &made.samples[i]);
        }
        if (status == BK_OK && trials->values != NULL) {
            status = put_trials(bk_group_at(group, "trials"), study, trials, i);
        }
    }
    clear_answers(&made, study->networks->count);
    return status;
}

static bk_status run_study(bk_run *run)
{
    lab_networks networks = {0};
    coverage_study study = {.run = run, .networks = &networks, .seed = bk_run_seed(run)};
    bk_status status = study_read_options(&study, bk_run_options(run));
    if (status == BK_OK) {
        status = lab_train(run, &networks);
    }
    if (status == BK_OK) {
        status = find_risks(&study);
    }
    if (status == BK_OK) {
        status = study_simulate(&study, summarise);
    }
    bk_free(study.risk);
    lab_networks_clear(&networks);
    return status;
}

static const char *const inexact[] = {"/network/*@true_risk*",
                                      "/network/*@true_risk_error~1e-13",
                                      "/network/*/coverage/exact_*",
                                      "/network/*/coverage/mean_width*",
                                      "/network/*/coverage/counts/low",
                                      "/network/*/coverage/counts/high",
                                      "/network/*/coverage/sample/low",
                                      "/network/*/coverage/sample/high",
                                      "/network/*/coverage/sample/distance",
                                      NULL};

const bk_experiment coverage_study_experiment = {
    .name = "coverage-study",
    .summary = "How often each interval covers the true risk of a trained network, over fresh test sets",
    .description =
        "Trains the lab's networks, draws the lab's fresh test sets and asks of every interval how often it "
        "covers the\ntrue risk, which integration finds. Intervals that depend on the error count alone are "
        "computed once a count, and\ntheir exact coverage stands beside the simulated one. Methods that draw "
        "(betting, bootstrap-*) are computed on every\ntest set: --method count,bootstrap-bca adds one.",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .check = check_options,
    .run = run_study,
    .report = study_report,
    .inexact = inexact,
};
