/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the experiment loss-coverage share: the distributions of a loss, and the page.
 */
#ifndef BRISK_EXPERIMENTS_LOSS_COVERAGE_H
#define BRISK_EXPERIMENTS_LOSS_COVERAGE_H

#include <brisk/brisk.h>

/* ---- Distributions (loss_coverage_draw.c) ---- */

/* The numbers are key words of streams (sub of the purpose loss-sample) and never change; a new one comes
 * last. */
typedef enum loss_distribution {
    LOSS_BETA,
    LOSS_LOGNORMAL,
    LOSS_RARE,
    LOSS_BERNOULLI,
    LOSS_EXPONENTIAL,
    LOSS_DISTRIBUTION_COUNT
} loss_distribution;

/* The values of the options of one run. */
typedef struct loss_parameters {
    double shape_a, shape_b; /* beta */
    double sigma;            /* lognormal */
    double rare_probability; /* rare */
    bool rare_uniform;
    double error_rate; /* bernoulli */
} loss_parameters;

/* What is known of a distribution. Range 0, 0: unbounded, so a method that needs the range has no answer. */
typedef struct loss_facts {
    double mean;
    double range_low, range_high;
    char formula[96];
} loss_facts;

/* The number of the distribution of that name; LOSS_DISTRIBUTION_COUNT where there is none. */
loss_distribution loss_distribution_of(const char *name);
loss_facts loss_facts_of(loss_distribution distribution, const loss_parameters *parameters);
/* losses [2 count], of which the first count are filled and the rest is scratch. */
bk_status loss_draw(double *losses, size_t count, loss_distribution distribution,
                    const loss_parameters *parameters, bk_stream *stream);

/* ---- One simulation (loss_coverage.c) ---- */

/* As many as fit into the 64 outputs that a trial may have. */
#define LOSS_MAX_METHODS 16

/* Outputs of a trial for each method: 0/1 for each way in which an interval can end (none of the three: there
 * was no interval), and its width, 0 where there was none. */
enum { LOSS_OUTPUT_COVERED, LOSS_OUTPUT_MISS_LOW, LOSS_OUTPUT_MISS_HIGH, LOSS_OUTPUT_WIDTH, LOSS_OUTPUTS };

/* One distribution and one number of losses: what a simulation is about. */
typedef struct loss_study {
    loss_distribution distribution;
    const loss_parameters *parameters;
    loss_facts facts;
    const char *distribution_name;
    size_t points;
    size_t methods[LOSS_MAX_METHODS]; /* rows of the table of methods */
    size_t n_methods;
    bk_interval_request request;
    uint64_t seed;
} loss_study;

/* ---- Results (loss_coverage_table.c) and their page (loss_coverage_report.c) ---- */

/* What becomes of one interval. The codes stand in the file. */
typedef enum loss_outcome {
    LOSS_COVERED,
    LOSS_MEAN_BELOW, /* the true mean lies below the interval */
    LOSS_MEAN_ABOVE,
    LOSS_NO_INTERVAL,
    LOSS_OUTCOME_COUNT
} loss_outcome;

/* The verdict on a method, as the file has it. */
#define LOSS_VERDICT_KEEPS  "keeps-its-level"
#define LOSS_VERDICT_BELOW  "below-its-level"
#define LOSS_VERDICT_BROKEN "guarantee-broken"
#define LOSS_VERDICT_NONE   "no-interval"

/* Puts the table of one loss_study. */
bk_status loss_summarise(void *context, const bk_trials *trials, bk_group *results);
bk_status loss_coverage_report(const bk_group *root, bk_text *page);

#endif
