/* SPDX-License-Identifier: GPL-3.0-or-later
 * From the trials to rows of the answer. What depends on the error count alone is computed once for each
 * count that occurred and weighed by how often it did, so that runs that keep no trial give the same. */
#include "coverage_study.h"

#include <math.h>

/* ---- Intervals of the counts that occurred ----
 */

typedef struct fill {
    const coverage_study *study;
    const bk_risk *risk;
    study_counts *counts;
} fill;

static bk_status fill_count(void *context, size_t item, int thread)
{
    (void)thread;
    const fill *work = context;
    const coverage_study *study = work->study;
    study_counts *counts = work->counts;
    const bk_losses losses = bk_losses_from_count(counts->value[item], study->test_size);
    for (size_t row = 0; row < study->n_by_count * study->n_levels; row++) {
        const bk_interval_request request = bk_interval_request_of(study->level[row % study->n_levels]);
        const size_t cell = row * counts->distinct + item;
        bk_interval interval;
        BK_TRY(bk_interval_of_losses(&interval, study->method[row / study->n_levels], &losses, &request));
        counts->low[cell] = interval.low;
        counts->high[cell] = interval.high;
        counts->status[cell] = (uint8_t)interval.status;
        counts->outcome[cell] = (uint8_t)study_outcome(&interval, work->risk);
    }
    return BK_OK;
}

bk_status study_counts_of(study_counts *counts, const coverage_study *study, const bk_trials *trials,
                          size_t network)
{
    const bk_tally *frequencies = &trials->frequencies[network];
    if (frequencies->full) {
        return bk_fail(BK_UNSUPPORTED,
                       "%s: more than %d different error counts, whose frequencies are not kept; ask for a "
                       "smaller --test-size or fewer --trials",
                       study->networks->name[network], BK_MOST_FREQUENCIES);
    }
    /* At most BK_MOST_FREQUENCIES times a few hundred cells: no product overflows. */
    counts->distinct = frequencies->distinct;
    const size_t cells = study->n_by_count * study->n_levels * counts->distinct;
    counts->value = bk_allocate(counts->distinct, sizeof *counts->value);
    counts->trials = bk_allocate(counts->distinct, sizeof *counts->trials);
    counts->low = bk_allocate(cells, sizeof *counts->low);
    counts->high = bk_allocate(cells, sizeof *counts->high);
    counts->status = bk_allocate(cells, 1);
    counts->outcome = bk_allocate(cells, 1);
    if (counts->value == NULL || counts->trials == NULL || counts->low == NULL || counts->high == NULL ||
        counts->status == NULL || counts->outcome == NULL) {
        return bk_error_status();
    }
    BK_TRY(bk_tally_sorted(counts->value, counts->trials, frequencies));
    fill work = {.study = study, .risk = &study->risk[network], .counts = counts};
    return bk_parallel_for(counts->distinct, fill_count, &work);
}

void study_counts_clear(study_counts *counts)
{
    bk_free(counts->value);
    bk_free(counts->trials);
    bk_free(counts->low);
    bk_free(counts->high);
    bk_free(counts->status);
    bk_free(counts->outcome);
    *counts = (study_counts){0};
}

/* ---- Rows ----
 */

/* Standard error of a share of n trials, from (hits + 1/2) / (n + 1), so that no hit at all is no certainty
 * (as bk_coverage_simulate). */
static double share_error(uint64_t hits, uint64_t n)
{
    const double share = ((double)hits + 0.5) / ((double)n + 1.0);
    return sqrt(share * (1.0 - share) / (double)n);
}

static void set_share(double *share, double *error, uint64_t hits, uint64_t n)
{
    *share = (double)hits / (double)n;
    *error = share_error(hits, n);
}

/* hits [STUDY_OUTCOMES]: trials of each outcome; mean and squares: of the widths of those with ends, and
 * their sum of squared deviations. */
static study_row make_row(const uint64_t *hits, uint64_t n, double mean, double squares)
{
    uint64_t place[STUDY_PLACES] = {0};
    uint64_t degenerate = 0;
    uint64_t undecided = 0;
    for (unsigned outcome = 0; outcome < STUDY_OUTCOMES; outcome++) {
        place[outcome % STUDY_PLACES] += hits[outcome];
        degenerate += outcome & STUDY_DEGENERATE ? hits[outcome] : 0;
        undecided += outcome & STUDY_UNDECIDED ? hits[outcome] : 0;
    }
    const uint64_t some = n - place[STUDY_NO_INTERVAL];
    study_row row = {.covered = place[STUDY_COVERS],
                     .undecided = (double)undecided / (double)n,
                     .mean_width = some > 0 ? mean : (double)NAN,
                     .mean_width_mcse = (double)NAN,
                     .exact_coverage = (double)NAN,
                     .exact_miss_low = (double)NAN,
                     .exact_miss_high = (double)NAN,
                     .exact_undefined = (double)NAN,
                     .exact_mean_width = (double)NAN};
    if (some > 1) {
        row.mean_width_mcse = sqrt(squares / (double)(some - 1) / (double)some);
    }
    set_share(&row.coverage, &row.coverage_mcse, place[STUDY_COVERS], n);
    set_share(&row.miss_low, &row.miss_low_mcse, place[STUDY_MISS_LOW], n);
    set_share(&row.miss_high, &row.miss_high_mcse, place[STUDY_MISS_HIGH], n);
    set_share(&row.undefined, &row.undefined_mcse, place[STUDY_NO_INTERVAL], n);
    set_share(&row.degenerate, &row.degenerate_mcse, degenerate, n);
    return row;
}

/* A method by count: sums over the counts in ascending order, twice for the squares. */
static study_row row_by_count(const study_counts *counts, size_t row, uint64_t n)
{
    const size_t first = row * counts->distinct;
    uint64_t hits[STUDY_OUTCOMES] = {0};
    double some = 0.0;
    double sum = 0.0;
    for (size_t u = 0; u < counts->distinct; u++) {
        hits[counts->outcome[first + u]] += counts->trials[u];
        if (!isnan(counts->low[first + u])) {
            some += (double)counts->trials[u];
            sum += (double)counts->trials[u] * (counts->high[first + u] - counts->low[first + u]);
        }
    }
    const double mean = sum / some;
    double squares = 0.0;
    for (size_t u = 0; u < counts->distinct; u++) {
        if (!isnan(counts->low[first + u])) {
            const double deviation = counts->high[first + u] - counts->low[first + u] - mean;
            squares += (double)counts->trials[u] * deviation * deviation;
        }
    }
    return make_row(hits, n, mean, squares);
}

/* A method that draws: its outcomes are counts, its widths were folded with 0 where there is no interval. */
static study_row row_drawn(const bk_trials *trials, size_t first)
{
    const bk_tally *outcomes = &trials->frequencies[first + 1];
    uint64_t hits[STUDY_OUTCOMES] = {0};
    uint64_t none = 0;
    for (size_t slot = 0; slot < outcomes->capacity; slot++) {
        if (outcomes->count[slot] > 0 && outcomes->key[slot] < STUDY_OUTCOMES) {
            hits[outcomes->key[slot]] += outcomes->count[slot];
            none += outcomes->key[slot] % STUDY_PLACES == STUDY_NO_INTERVAL ? outcomes->count[slot] : 0;
        }
    }
    const bk_summary *width = &trials->summaries[first + 2];
    const double n = (double)trials->count;
    const double some = n - (double)none;
    const double mean = width->mean * n / some;
    /* sum w^2 = sum_squares + n mean^2 over all, of which those with ends are the only ones above 0. */
    const double squares = width->sum_squares + n * width->mean * (width->mean - mean);
    return make_row(hits, trials->count, mean, fmax(squares, 0.0));
}

void study_rows_of(study_row *rows, const coverage_study *study, const study_counts *counts,
                   const bk_trials *trials, size_t network)
{
    for (size_t row = 0; row < study->n_methods * study->n_levels; row++) {
        const size_t method = row / study->n_levels;
        rows[row] = method < study->n_by_count
                        ? row_by_count(counts, row, trials->count)
                        : row_drawn(trials, study_output(study, network, method - study->n_by_count,
                                                         row % study->n_levels));
    }
}

/* ---- Exact coverage ----
 */

typedef struct exact {
    bk_coverage_table **tables; /* [row by count] */
    bk_test_sets *sets;         /* [network] */
    bk_coverage *answers;       /* [network][row by count] */
    size_t n_rows;
} exact;

static bk_status prepare_exact(exact *work, const coverage_study *study)
{
    const lab_networks *networks = study->networks;
    work->tables = bk_allocate(work->n_rows, sizeof *work->tables);
    work->sets = bk_allocate(networks->count, sizeof *work->sets);
    work->answers = bk_allocate(networks->count * work->n_rows, sizeof *work->answers);
    if (work->tables == NULL || work->sets == NULL || work->answers == NULL) {
        return bk_error_status();
    }
    for (size_t row = 0; row < work->n_rows; row++) {
        const bk_interval_request request = bk_interval_request_of(study->level[row % study->n_levels]);
        work->tables[row] =
            bk_coverage_table_create(study->method[row / study->n_levels], study->test_size, &request);
        if (work->tables[row] == NULL) {
            return bk_error_status();
        }
    }
    for (size_t i = 0; i < networks->count; i++) {
        const bk_risk *risk = &study->risk[i];
        work->sets[i] = networks->sampling == BK_SAMPLING_BALANCED
                            ? bk_test_sets_balanced(study->test_size, risk->negative, risk->positive)
                            : bk_test_sets_iid(study->test_size, risk->risk);
    }
    return bk_coverage_exact(work->answers, work->tables, work->n_rows, work->sets, networks->count);
}

bk_status study_rows_exact(study_row *const *rows, const coverage_study *study)
{
    exact work = {.n_rows = study->n_by_count * study->n_levels};
    if (work.n_rows == 0) {
        return BK_OK;
    }
    const bk_status status = prepare_exact(&work, study);
    for (size_t i = 0; status == BK_OK && i < study->networks->count; i++) {
        for (size_t row = 0; row < work.n_rows; row++) {
            const bk_coverage *answer = &work.answers[i * work.n_rows + row];
            rows[i][row].exact_coverage = answer->coverage;
            rows[i][row].exact_miss_low = answer->miss_low;
            rows[i][row].exact_miss_high = answer->miss_high;
            rows[i][row].exact_undefined = answer->undefined;
            rows[i][row].exact_mean_width = answer->mean_width;
        }
    }
    for (size_t row = 0; work.tables != NULL && row < work.n_rows; row++) {
        bk_coverage_table_destroy(work.tables[row]);
    }
    bk_free((void *)work.tables);
    bk_free(work.sets);
    bk_free(work.answers);
    return status;
}
