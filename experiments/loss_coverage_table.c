/* SPDX-License-Identifier: GPL-3.0-or-later
 * What all trials of one distribution and one number of losses say: the table of methods in the file. */
#include "loss_coverage.h"

#include <math.h>
#include <string.h>

/* A promise is broken where so few covers have a probability below this if the promise were kept. */
#define IMPOSSIBLE 1e-6
#define ERRORS_OFF 3.0

/* One method's row of the table. */
typedef struct loss_row {
    uint64_t covered;
    double coverage, standard_error, p_value, miss_low, miss_high, undefined, mean_width;
    const char *verdict;
} loss_row;

/* How often an output was 1. */
static bk_status count_ones(uint64_t *ones, const bk_trials *trials, size_t output)
{
    uint64_t value[2] = {0};
    uint64_t count[2] = {0};
    BK_TRY(bk_tally_sorted(value, count, &trials->frequencies[output]));
    *ones = value[0] == 1 ? count[0] : value[1] == 1 ? count[1] : 0;
    return BK_OK;
}

/* P(K <= covered), K ~ Bin(trials, level): how probable so few covers are where each has the probability that
 * was promised. */
static bk_status lower_tail(double *probability, uint64_t covered, uint64_t trials, double level)
{
    const bk_test_sets sets = bk_test_sets_iid(trials, level);
    bk_count_law law;
    BK_TRY(bk_count_law_of(&law, &sets));
    double sum = 0.0;
    for (size_t i = 0; i < law.count && law.first + i <= covered; i++) {
        sum += law.mass[i];
    }
    bk_count_law_clear(&law);
    *probability = fmin(sum, 1.0);
    return BK_OK;
}

/* Whether the method's guarantee holds for these losses: they are independent, so what it needs is the range.
 */
static bool is_promised(const loss_study *study, const bk_interval_method *method)
{
    return (method->guarantee == BK_GUARANTEE_EXACT || method->guarantee == BK_GUARANTEE_FINITE_SAMPLE) &&
           study->facts.range_low < study->facts.range_high;
}

static bk_status make_row(loss_row *row, const loss_study *study, const bk_trials *trials, size_t i)
{
    const double n = (double)trials->count;
    const double level = study->request.level;
    uint64_t low;
    uint64_t high;
    BK_TRY(count_ones(&row->covered, trials, i * LOSS_OUTPUTS + LOSS_OUTPUT_COVERED));
    BK_TRY(count_ones(&low, trials, i * LOSS_OUTPUTS + LOSS_OUTPUT_MISS_LOW));
    BK_TRY(count_ones(&high, trials, i * LOSS_OUTPUTS + LOSS_OUTPUT_MISS_HIGH));
    BK_TRY(lower_tail(&row->p_value, row->covered, trials->count, level));
    const uint64_t answered = row->covered + low + high;
    /* A little off 0 and 1, so that no miss at all is no certainty. */
    const double smoothed = ((double)row->covered + 0.5) / (n + 1.0);
    row->coverage = (double)row->covered / n;
    row->standard_error = sqrt(smoothed * (1.0 - smoothed) / n);
    row->miss_low = (double)low / n;
    row->miss_high = (double)high / n;
    row->undefined = (double)(trials->count - answered) / n;
    row->mean_width =
        answered == 0 ? (double)NAN
                      : trials->summaries[i * LOSS_OUTPUTS + LOSS_OUTPUT_WIDTH].mean * n / (double)answered;
    const bool promised = is_promised(study, bk_interval_method_row(study->methods[i]));
    row->verdict = answered == 0                                              ? LOSS_VERDICT_NONE
                   : promised && row->p_value < IMPOSSIBLE                    ? LOSS_VERDICT_BROKEN
                   : row->coverage + ERRORS_OFF * row->standard_error < level ? LOSS_VERDICT_BELOW
                                                                              : LOSS_VERDICT_KEEPS;
    return BK_OK;
}

static bk_status put(bk_group *group, const bk_field *field, const size_t *shape, const void *values)
{
    return bk_group_add(group, field, shape, values) == NULL ? bk_error_status() : BK_OK;
}

static bk_status put_texts(bk_group *group, const char *name, const char *long_name, size_t n,
                           const char *const *texts)
{
    const bk_field field = {
        .name = name, .dtype = BK_TEXT, .rank = 1, .axes = {"method"}, .unit = "", .long_name = long_name};
    return put(group, &field, &n, texts);
}

static bk_status put_words(bk_group *group, const loss_study *study, const loss_row *rows)
{
    const char *words[4][LOSS_MAX_METHODS];
    for (size_t i = 0; i < study->n_methods; i++) {
        const bk_interval_method *method = bk_interval_method_row(study->methods[i]);
        words[0][i] = method->name;
        words[1][i] = bk_guarantee_name(method->guarantee);
        words[2][i] = method->assumption;
        words[3][i] = rows[i].verdict;
    }
    const size_t n = study->n_methods;
    BK_TRY(put_texts(group, "method", "method of the interval", n, words[0]));
    BK_TRY(put_texts(group, "guarantee", "class of the guarantee", n, words[1]));
    BK_TRY(put_texts(group, "assumption", "what the guarantee rests on", n, words[2]));
    return put_texts(group, "verdict", "whether the method keeps its level here", n, words[3]);
}

static bk_status put_numbers(bk_group *group, const loss_study *study, const loss_row *rows)
{
    static const struct {
        const char *name, *long_name;
        size_t offset;
    } columns[] = {
        {"coverage", "share of trials whose interval holds the true mean", offsetof(loss_row, coverage)},
        {"standard_error", "Monte Carlo standard error of coverage", offsetof(loss_row, standard_error)},
        {"p_value", "probability of so few covers if coverage were the level", offsetof(loss_row, p_value)},
        {"miss_low", "share of trials with the true mean below the interval", offsetof(loss_row, miss_low)},
        {"miss_high", "share of trials with the true mean above the interval", offsetof(loss_row, miss_high)},
        {"undefined", "share of trials without an interval; they count as misses",
         offsetof(loss_row, undefined)},
        {"mean_width", "mean width of the intervals that there are", offsetof(loss_row, mean_width)},
    };
    static const bk_field covered = {.name = "covered",
                                     .dtype = BK_U64,
                                     .rank = 1,
                                     .axes = {"method"},
                                     .unit = "1",
                                     .long_name = "trials whose interval holds the true mean"};
    uint64_t counts[LOSS_MAX_METHODS];
    for (size_t i = 0; i < study->n_methods; i++) {
        counts[i] = rows[i].covered;
    }
    BK_TRY(put(group, &covered, &study->n_methods, counts));
    for (size_t c = 0; c < sizeof columns / sizeof columns[0]; c++) {
        const bk_field field = {.name = columns[c].name,
                                .dtype = BK_F64,
                                .rank = 1,
                                .axes = {"method"},
                                .unit = "1",
                                .long_name = columns[c].long_name};
        double values[LOSS_MAX_METHODS];
        for (size_t i = 0; i < study->n_methods; i++) {
            memcpy(&values[i], (const char *)&rows[i] + columns[c].offset, sizeof values[i]);
        }
        BK_TRY(put(group, &field, &study->n_methods, values));
    }
    return BK_OK;
}

/* Fills outcome and width [method][trial] from the outputs of the trials. */
static void arrange_trials(uint8_t *outcome, double *width, const loss_study *study, const bk_trials *trials)
{
    const size_t n = (size_t)trials->count;
    for (size_t i = 0; i < study->n_methods; i++) {
        const uint32_t *covered = trials->values[i * LOSS_OUTPUTS + LOSS_OUTPUT_COVERED];
        const uint32_t *low = trials->values[i * LOSS_OUTPUTS + LOSS_OUTPUT_MISS_LOW];
        const uint32_t *high = trials->values[i * LOSS_OUTPUTS + LOSS_OUTPUT_MISS_HIGH];
        const double *widths = trials->values[i * LOSS_OUTPUTS + LOSS_OUTPUT_WIDTH];
        for (size_t t = 0; t < n; t++) {
            outcome[i * n + t] = covered[t] ? LOSS_COVERED
                                 : low[t]   ? LOSS_MEAN_BELOW
                                 : high[t]  ? LOSS_MEAN_ABOVE
                                            : LOSS_NO_INTERVAL;
            width[i * n + t] = outcome[i * n + t] == LOSS_NO_INTERVAL ? (double)NAN : widths[t];
        }
    }
}

static bk_status put_trials(bk_group *group, const loss_study *study, const bk_trials *trials)
{
    static const bk_field outcome_field = {.name = "outcome",
                                           .dtype = BK_U8,
                                           .rank = 2,
                                           .axes = {"method", "trial"},
                                           .unit = "1",
                                           .long_name = "where the true mean lies, in each trial"};
    static const bk_field width_field = {.name = "width",
                                         .dtype = BK_F64,
                                         .rank = 2,
                                         .axes = {"method", "trial"},
                                         .unit = "1",
                                         .long_name = "width of the interval in each trial"};
    static const char *const meanings[LOSS_OUTCOME_COUNT] = {"covered", "below", "above", "no-interval"};
    const size_t shape[] = {study->n_methods, (size_t)trials->count};
    size_t size;
    if (!bk_multiply_sizes(&size, shape[0], shape[1])) {
        return bk_fail(BK_OVERFLOW, "the trials do not fit in memory; use --keep summary");
    }
    uint8_t *outcome = bk_allocate(size, sizeof *outcome);
    double *width = bk_allocate(size, sizeof *width);
    bk_status status = outcome == NULL || width == NULL ? bk_error_status() : BK_OK;
    if (status == BK_OK) {
        arrange_trials(outcome, width, study, trials);
        bk_dataset *dataset = bk_group_add(group, &outcome_field, shape, outcome);
        status = bk_dataset_set_codes(dataset, meanings, LOSS_OUTCOME_COUNT);
    }
    if (status == BK_OK) {
        status = put(group, &width_field, shape, width);
    }
    bk_free(outcome);
    bk_free(width);
    return status;
}

static bk_status put_facts(bk_group *group, const loss_study *study, const bk_trials *trials)
{
    BK_TRY(bk_group_set_text(group, "distribution", study->distribution_name));
    BK_TRY(bk_group_set_text(group, "formula", study->facts.formula));
    BK_TRY(bk_group_set_real(group, "true_mean", study->facts.mean));
    BK_TRY(bk_group_set_flag(group, "range_known", study->facts.range_low < study->facts.range_high));
    BK_TRY(bk_group_set_unsigned(group, "points", study->points));
    BK_TRY(bk_group_set_unsigned(group, "trials", trials->count));
    BK_TRY(bk_group_set_real(group, "level", study->request.level));
    return bk_group_set_unsigned(group, "resamples", study->request.resamples);
}

bk_status loss_summarise(void *context, const bk_trials *trials, bk_group *results)
{
    const loss_study *study = context;
    loss_row rows[LOSS_MAX_METHODS];
    for (size_t i = 0; i < study->n_methods; i++) {
        BK_TRY(make_row(&rows[i], study, trials, i));
    }
    BK_TRY(put_facts(results, study, trials));
    BK_TRY(put_words(results, study, rows));
    BK_TRY(put_numbers(results, study, rows));
    return trials->values == NULL ? BK_OK : put_trials(results, study, trials);
}
