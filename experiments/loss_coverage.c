/* SPDX-License-Identifier: GPL-3.0-or-later
 * How often does an interval for a mean loss cover it, when the losses are real numbers? For 0/1 losses the
 * answer is a sum (brisk coverage); here fresh losses of known distributions are drawn, again and again, and
 * every method sees the same ones. */
#include "loss_coverage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Methods for real-valued losses, all of them. The methods for 0/1 losses have an exact answer elsewhere. */
#define METHODS                                                                             \
    "hoeffding,chebyshev,bernstein,empirical-bernstein,kl-chernoff,wald,student-t,betting," \
    "bootstrap-percentile,bootstrap-basic,bootstrap-normal,bootstrap-studentized,bootstrap-bca"

static const char *const output_names[LOSS_OUTPUTS] = {"covered", "miss_low", "miss_high", "width"};

/* An end so near to the mean, relative to it, counts as the mean itself (as in brisk/coverage.h): the ends of
 * lattice methods meet it, whatever was rounded on the way. */
#define NEAR 1e-15

/* ---- One trial ---- */

static loss_outcome outcome_of(const bk_interval *interval, double mean)
{
    const double near = NEAR * fabs(mean);
    if (isnan(interval->low) || isnan(interval->high)) {
        return LOSS_NO_INTERVAL;
    }
    return interval->low - mean > near    ? LOSS_MEAN_BELOW
           : mean - interval->high > near ? LOSS_MEAN_ABOVE
                                          : LOSS_COVERED;
}

/* The losses, and then the seed of what the methods draw themselves (resamples, the order of betting), come
 * from the trial's own stream. With one seed for all trials every trial would draw the same resample
 * indices; what is peculiar to those would not average out over trials, and the standard error, which
 * counts trials as independent, would not know. */
static bk_status run_trial(const void *context, uint64_t trial, void *scratch, double *outputs)
{
    const loss_study *study = context;
    double *values = scratch;
    bk_stream stream;
    BK_TRY(bk_stream_open_nested(&stream, study->seed, BK_PURPOSE_LOSS_SAMPLE, trial,
                                 (uint64_t)study->distribution));
    BK_TRY(loss_draw(values, study->points, study->distribution, study->parameters, &stream));
    bk_losses losses;
    BK_TRY(bk_losses_from_values(&losses, values, study->points, study->facts.range_low,
                                 study->facts.range_high));
    bk_interval_request request = study->request;
    request.seed = bk_stream_next(&stream);
    bk_interval intervals[LOSS_MAX_METHODS];
    BK_TRY(bk_intervals_of_losses(intervals, study->methods, study->n_methods, &losses, &request));
    for (size_t i = 0; i < study->n_methods; i++) {
        const loss_outcome outcome = outcome_of(&intervals[i], study->facts.mean);
        double *own = outputs + i * LOSS_OUTPUTS;
        own[LOSS_OUTPUT_COVERED] = outcome == LOSS_COVERED;
        own[LOSS_OUTPUT_MISS_LOW] = outcome == LOSS_MEAN_BELOW;
        own[LOSS_OUTPUT_MISS_HIGH] = outcome == LOSS_MEAN_ABOVE;
        own[LOSS_OUTPUT_WIDTH] = outcome == LOSS_NO_INTERVAL ? 0.0 : intervals[i].high - intervals[i].low;
    }
    return BK_OK;
}

/* ---- The run ---- */

static bk_status run_study(bk_run *run, loss_study *study)
{
    char name[64];
    char output_name[LOSS_MAX_METHODS * LOSS_OUTPUTS][64];
    bk_output outputs[LOSS_MAX_METHODS * LOSS_OUTPUTS];
    (void)snprintf(name, sizeof name, "%s_%zu", study->distribution_name, study->points);
    for (size_t i = 0; i < study->n_methods * LOSS_OUTPUTS; i++) {
        const bool is_width = i % LOSS_OUTPUTS == LOSS_OUTPUT_WIDTH;
        (void)snprintf(output_name[i], sizeof output_name[i], "%s_%s",
                       bk_interval_method_row(study->methods[i / LOSS_OUTPUTS])->name,
                       output_names[i % LOSS_OUTPUTS]);
        outputs[i] = (bk_output){.name = output_name[i],
                                 .dtype = is_width ? BK_F64 : BK_U32,
                                 .high = is_width ? 0.0 : 1.0,
                                 .inexact = is_width};
    }
    size_t scratch;
    if (!bk_multiply_sizes(&scratch, study->points, 2 * sizeof(double))) {
        return bk_fail(BK_OVERFLOW, "%zu losses a trial do not fit in memory; give fewer --points",
                       study->points);
    }
    const bk_simulation simulation = {
        .trials = (uint64_t)bk_option_integer(bk_run_options(run), "trials"),
        .outputs = outputs,
        .n_outputs = study->n_methods * LOSS_OUTPUTS,
        .scratch_bytes = scratch,
        .purpose = BK_PURPOSE_LOSS_SAMPLE,
        .trial = run_trial,
        .summarise = loss_summarise,
    };
    bk_group *group = bk_group_at(bk_group_at(bk_run_results(run), "loss_coverage"), name);
    return group == NULL ? bk_error_status() : bk_simulate(run, name, &simulation, study, group);
}

static loss_parameters parameters_of(const bk_options *options)
{
    return (loss_parameters){
        .shape_a = bk_option_real(options, "shape-a"),
        .shape_b = bk_option_real(options, "shape-b"),
        .sigma = bk_option_real(options, "sigma"),
        .rare_probability = bk_option_real(options, "rare-probability"),
        .rare_uniform = strcmp(bk_option_text(options, "rare-loss"), "uniform") == 0,
        .error_rate = bk_option_real(options, "error-rate"),
    };
}

static bool is_all(const bk_options *options, size_t item)
{
    return strcmp(bk_option_list_text(options, "method", item), "all") == 0;
}

static bk_status choose_methods(loss_study *study, const bk_options *options)
{
    if (is_all(options, 0)) {
        for (size_t row = 0; row < bk_interval_method_count(); row++) {
            if (bk_interval_method_row(row)->needs & BK_NEEDS_01_DATA) {
                continue;
            }
            if (study->n_methods == LOSS_MAX_METHODS) {
                return bk_fail(BK_OVERFLOW, "all: more than %d methods; name some with --method",
                               LOSS_MAX_METHODS);
            }
            study->methods[study->n_methods++] = row;
        }
        return BK_OK;
    }
    study->n_methods = bk_option_list_length(options, "method");
    for (size_t i = 0; i < study->n_methods; i++) {
        BK_TRY(bk_interval_method_number(&study->methods[i], bk_option_list_text(options, "method", i)));
    }
    return BK_OK;
}

static bk_status check(const bk_options *options)
{
    const size_t n = bk_option_list_length(options, "method");
    for (size_t i = 0; n > 1 && i < n; i++) {
        if (is_all(options, i)) {
            return bk_fail(BK_INVALID, "--method %s: all stands alone; give it, or the names of methods",
                           bk_option_value(options, "method"));
        }
    }
    return BK_OK;
}

static bk_status run_all(bk_run *run)
{
    const bk_options *options = bk_run_options(run);
    const loss_parameters parameters = parameters_of(options);
    loss_study study = {.parameters = &parameters,
                        .request = bk_interval_request_of(bk_option_real(options, "level")),
                        .seed = bk_run_seed(run)};
    study.request.resamples = (size_t)bk_option_integer(options, "resamples");
    BK_TRY(choose_methods(&study, options));
    for (size_t d = 0; d < bk_option_list_length(options, "distribution"); d++) {
        study.distribution_name = bk_option_list_text(options, "distribution", d);
        study.distribution = loss_distribution_of(study.distribution_name);
        study.facts = loss_facts_of(study.distribution, &parameters);
        for (size_t m = 0; m < bk_option_list_length(options, "points"); m++) {
            study.points = (size_t)bk_option_list_integer(options, "points", m);
            BK_TRY(run_study(run, &study));
        }
    }
    return BK_OK;
}

static const bk_option options[] = {
    {.name = "distribution",
     .type = BK_OPTION_CHOICE_LIST,
     .initial = "beta,lognormal,rare,bernoulli,exponential",
     .choices = "beta,lognormal,rare,bernoulli,exponential",
     .help = "distributions of a loss; lognormal and exponential are unbounded, rare is mostly 0"},
    {.name = "points",
     .type = BK_OPTION_INTEGER_LIST,
     .initial = "20,100,500",
     .range = "[1,10000000]",
     .unit = "points",
     .help = "losses a trial, a table each"},
    {.name = "trials",
     .type = BK_OPTION_INTEGER,
     .initial = "2000",
     .range = "[1,1000000000]",
     .help = "fresh samples of losses"},
    {.name = "level",
     .type = BK_OPTION_REAL,
     .initial = "0.9",
     .range = "(0,1)",
     .help = "confidence level of the intervals"},
    {.name = "method",
     .type = BK_OPTION_CHOICE_LIST,
     .initial = "all",
     .choices = "all," METHODS,
     .help = "methods for real-valued losses; those for 0/1 losses have exact answers from brisk coverage"},
    {.name = "resamples",
     .type = BK_OPTION_INTEGER,
     .initial = "999",
     .range = "[1,100000000]",
     .help = "bootstrap resamples of each sample"},
    {.name = "shape-a",
     .type = BK_OPTION_REAL,
     .initial = "2",
     .range = "[0.01,1000000]",
     .help = "first shape of the beta distribution"},
    {.name = "shape-b",
     .type = BK_OPTION_REAL,
     .initial = "5",
     .range = "[0.01,1000000]",
     .help = "its second shape"},
    {.name = "sigma",
     .type = BK_OPTION_REAL,
     .initial = "1",
     .range = "(0,10]",
     .help = "standard deviation of the logarithm of a lognormal loss"},
    {.name = "rare-probability",
     .type = BK_OPTION_REAL,
     .initial = "0.01",
     .range = "(0,1)",
     .help = "probability that a rare loss is not 0"},
    {.name = "rare-loss",
     .type = BK_OPTION_CHOICE,
     .initial = "uniform",
     .choices = "uniform,one",
     .help = "what it then is: uniform in [0, 1), or 1"},
    {.name = "error-rate",
     .type = BK_OPTION_REAL,
     .initial = "0.1",
     .range = "(0,1)",
     .help = "probability that a Bernoulli loss is 1"},
};

static const char *const inexact[] = {"/loss_coverage/*@true_mean", "/loss_coverage/*/p_value",
                                      "/loss_coverage/*/mean_width", "/loss_coverage/*/width", NULL};

const bk_experiment loss_coverage_experiment = {
    .name = "loss-coverage",
    .summary = "How often intervals for a mean loss cover it, for losses that are real numbers",
    .description =
        "All methods of one trial see the same losses, and a long sample begins with the short one, so "
        "tables of one distribution are paired.",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .check = check,
    .run = run_all,
    .report = loss_coverage_report,
    .inexact = inexact,
};
