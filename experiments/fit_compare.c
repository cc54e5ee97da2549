/* SPDX-License-Identifier: GPL-3.0-or-later
 * The networks of `fit` against each other, in pairs on the same test points: as `brisk compare` does it. */
#include "fit_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Every pair of networks; arrays [count]. */
typedef struct pair_table {
    size_t count;
    bk_model_pair *pair; /* error rates: difference and simultaneous ends */
    bk_pair_counts *points;
    bk_interval *tango;   /* of the difference of error rates */
    bk_interval *student; /* of the difference of mean negative log-likelihoods */
    double *exact, *mid, *holm;
    bool simultaneous; /* there are resamples enough */
    double *scratch;   /* [points] */
} pair_table;

static bk_status allocate(pair_table *table, bk_arena *arena, size_t models, size_t points)
{
    const size_t count = models * (models - 1) / 2;
    table->count = count;
    table->pair = bk_arena_allocate(arena, count, sizeof *table->pair);
    table->points = bk_arena_allocate(arena, count, sizeof *table->points);
    table->tango = bk_arena_allocate(arena, count, sizeof *table->tango);
    table->student = bk_arena_allocate(arena, count, sizeof *table->student);
    table->exact = bk_arena_allocate(arena, count, sizeof *table->exact);
    table->mid = bk_arena_allocate(arena, count, sizeof *table->mid);
    table->holm = bk_arena_allocate(arena, count, sizeof *table->holm);
    table->scratch = bk_arena_allocate(arena, points, sizeof *table->scratch);
    if (table->pair == NULL || table->points == NULL || table->tango == NULL || table->student == NULL ||
        table->exact == NULL || table->mid == NULL || table->holm == NULL || table->scratch == NULL) {
        return bk_error_status();
    }
    size_t row = 0;
    for (size_t a = 0; a < models; a++) {
        for (size_t b = a + 1; b < models; b++) {
            table->pair[row].a = a;
            table->pair[row++].b = b;
        }
    }
    return BK_OK;
}

static bk_status compare_pair(pair_table *table, size_t row, const fit_test *test,
                              const bk_interval_request *request)
{
    const size_t a = table->pair[row].a, b = table->pair[row].b;
    bk_losses losses;
    bk_mcnemar mcnemar;
    BK_TRY(bk_losses_of_difference(&losses, table->scratch, &table->points[row], test->error[a],
                                   test->error[b], test->count, 0.0, 1.0));
    table->pair[row].difference = losses.mean;
    BK_TRY(bk_mcnemar_test(&mcnemar, &table->points[row]));
    table->exact[row] = mcnemar.exact;
    table->mid[row] = mcnemar.mid;
    BK_TRY(bk_interval_tango(&table->tango[row], &table->points[row], request));
    BK_TRY(bk_losses_of_difference(&losses, table->scratch, NULL, test->nll[a], test->nll[b], test->count,
                                   0.0, 0.0));
    /* Losses that are 0 and 1 by chance are no counts. */
    losses.zero_one = false;
    losses.range_known = false;
    return bk_interval_of_losses(&table->student[row], BK_METHOD_STUDENT_T, &losses, request);
}

/* ---- The results file --------------------------------------------------------------------------------- */

static bk_status put_reals(bk_group *group, const char *name, const char *unit, const char *long_name,
                           const double *values, size_t count)
{
    const bk_field field = {
        .name = name, .dtype = BK_F64, .rank = 1, .axes = {"pair"}, .unit = unit, .long_name = long_name};
    return lab_put(group, &field, &count, values);
}

static bk_status put_texts(bk_group *group, const char *name, const char *long_name,
                           const char *const *values, size_t count)
{
    const bk_field field = {
        .name = name, .dtype = BK_TEXT, .rank = 1, .axes = {"pair"}, .unit = "", .long_name = long_name};
    return lab_put(group, &field, &count, values);
}

static bk_status put_names(bk_group *group, const pair_table *table, const fit_networks *networks,
                           bk_arena *arena)
{
    const char **names = bk_arena_allocate(arena, table->count, sizeof *names);
    char name[160];
    if (names == NULL) {
        return bk_error_status();
    }
    for (size_t row = 0; row < table->count; row++) {
        (void)snprintf(name, sizeof name, "%s - %s", networks->name[table->pair[row].a],
                       networks->name[table->pair[row].b]);
        names[row] = bk_arena_copy_text(arena, name);
        if (names[row] == NULL) {
            return bk_error_status();
        }
    }
    return put_texts(group, "pair", "networks A - B whose difference this is", names, table->count);
}

static bk_status put_counts(bk_group *group, const pair_table *table, bk_arena *arena)
{
    static const bk_field only_a = {.name = "only_a",
                                    .dtype = BK_U64,
                                    .rank = 1,
                                    .axes = {"pair"},
                                    .unit = "1",
                                    .long_name = "points that A alone gets wrong"};
    static const bk_field only_b = {.name = "only_b",
                                    .dtype = BK_U64,
                                    .rank = 1,
                                    .axes = {"pair"},
                                    .unit = "1",
                                    .long_name = "points that B alone gets wrong"};
    uint64_t *a = bk_arena_allocate(arena, table->count, sizeof *a);
    uint64_t *b = bk_arena_allocate(arena, table->count, sizeof *b);
    if (a == NULL || b == NULL) {
        return bk_error_status();
    }
    for (size_t row = 0; row < table->count; row++) {
        a[row] = table->points[row].only_a;
        b[row] = table->points[row].only_b;
    }
    BK_TRY(lab_put(group, &only_a, &table->count, a));
    return lab_put(group, &only_b, &table->count, b);
}

/* The three columns of an interval of each pair, "low", "high" and "status" behind a prefix. */
static bk_status put_intervals(bk_group *group, const pair_table *table, const bk_interval *intervals,
                               const char *prefix, const char *unit, const char *what, bk_arena *arena)
{
    char name[64], long_name[160];
    double *low = bk_arena_allocate(arena, table->count, sizeof *low);
    double *high = bk_arena_allocate(arena, table->count, sizeof *high);
    const char **status = bk_arena_allocate(arena, table->count, sizeof *status);
    if (low == NULL || high == NULL || status == NULL) {
        return bk_error_status();
    }
    for (size_t row = 0; row < table->count; row++) {
        low[row] = intervals[row].low;
        high[row] = intervals[row].high;
        status[row] = bk_interval_status_name(intervals[row].status);
    }
    (void)snprintf(name, sizeof name, "%slow", prefix);
    (void)snprintf(long_name, sizeof long_name, "lower end of the %s", what);
    BK_TRY(put_reals(group, name, unit, long_name, low, table->count));
    (void)snprintf(name, sizeof name, "%shigh", prefix);
    (void)snprintf(long_name, sizeof long_name, "upper end of the %s", what);
    BK_TRY(put_reals(group, name, unit, long_name, high, table->count));
    (void)snprintf(name, sizeof name, "%sstatus", prefix);
    (void)snprintf(long_name, sizeof long_name, "whether the %s could be computed", what);
    return put_texts(group, name, long_name, status, table->count);
}

/* The simultaneous intervals as records, so that they are written like the others. */
static bk_status put_simultaneous(bk_group *group, const pair_table *table, bk_arena *arena)
{
    bk_interval *ends = bk_arena_allocate(arena, table->count, sizeof *ends);
    double *p = bk_arena_allocate(arena, table->count, sizeof *p);
    if (ends == NULL || p == NULL) {
        return bk_error_status();
    }
    for (size_t row = 0; row < table->count; row++) {
        const bk_model_pair *pair = &table->pair[row];
        ends[row].low = table->simultaneous ? pair->low : (double)NAN;
        ends[row].high = table->simultaneous ? pair->high : (double)NAN;
        ends[row].status = !table->simultaneous         ? BK_INTERVAL_TOO_FEW_RESAMPLES
                           : pair->standard_error > 0.0 ? BK_INTERVAL_OK
                                                        : BK_INTERVAL_DEGENERATE;
        p[row] = table->simultaneous ? pair->adjusted_p : (double)NAN;
    }
    BK_TRY(put_intervals(group, table, ends, "simultaneous_", "1", "simultaneous max-T bootstrap interval",
                         arena));
    return put_reals(group, "simultaneous_p", "1", "p of no difference by max-T, adjusted for all pairs", p,
                     table->count);
}

static bk_status put_differences(bk_group *group, const pair_table *table, bk_arena *arena)
{
    double *error = bk_arena_allocate(arena, table->count, sizeof *error);
    double *nll = bk_arena_allocate(arena, table->count, sizeof *nll);
    if (error == NULL || nll == NULL) {
        return bk_error_status();
    }
    for (size_t row = 0; row < table->count; row++) {
        error[row] = table->pair[row].difference;
        nll[row] = table->student[row].estimate;
    }
    BK_TRY(put_reals(group, "difference", "1", "test error of A - test error of B", error, table->count));
    return put_reals(group, "nll_difference", "nat", "mean negative log-likelihood of A - that of B", nll,
                     table->count);
}

static bk_status put_pairs(bk_group *group, const pair_table *table, const fit_networks *networks,
                           bk_arena *arena)
{
    BK_TRY(put_names(group, table, networks, arena));
    BK_TRY(put_counts(group, table, arena));
    BK_TRY(put_differences(group, table, arena));
    BK_TRY(put_intervals(group, table, table->tango, "", "1", "Tango interval of the difference", arena));
    BK_TRY(put_reals(group, "mcnemar_exact", "1", "McNemar's exact test of equal risks", table->exact,
                     table->count));
    BK_TRY(put_reals(group, "mcnemar_mid", "1", "the same by its mid-p", table->mid, table->count));
    BK_TRY(put_reals(group, "mcnemar_holm", "1", "the exact p adjusted for all pairs by Holm", table->holm,
                     table->count));
    BK_TRY(put_simultaneous(group, table, arena));
    return put_intervals(group, table, table->student, "nll_", "nat",
                         "Student's t interval of the nll_difference", arena);
}

/* ---- All pairs ---------------------------------------------------------------------------------------- */

/* Simultaneous ends of all pairs, and how much the choice of the least error flatters it. */
static bk_status compare_together(bk_group *group, pair_table *table, const fit_networks *networks,
                                  const fit_test *test, const bk_interval_request *request)
{
    double estimate[FIT_MOST_NETWORKS] = {0.0}, critical = 0.0, optimism = 0.0;
    size_t best = 0;
    for (size_t i = 0; i < networks->count; i++) {
        estimate[i] = bk_bootstrap_facts_of(test->bootstrap[i]).original;
    }
    const bk_model_replicates models = {estimate, test->replicate, networks->count, request->resamples};
    BK_TRY(bk_best_of_models(&best, &optimism, &models));
    BK_TRY(bk_group_set_text(group, "best", networks->name[best]));
    /* Its expectation over resamples is never negative; what is, is their noise. */
    BK_TRY(bk_group_set_real(group, "optimism", fmax(optimism, 0.0)));
    /* What bk_max_t asks for. */
    const double resamples = (double)request->resamples;
    table->simultaneous = request->resamples >= 2 && request->level * (resamples + 1.0) <= resamples;
    if (table->simultaneous) {
        BK_TRY(bk_max_t(&critical, table->pair, table->count, &models, request->level));
    }
    return BK_OK;
}

bk_status fit_compare(bk_run *run, const fit_networks *networks, const fit_test *test, bk_arena *arena)
{
    if (networks->count < 2) {
        return BK_OK;
    }
    const bk_options *options = bk_run_options(run);
    bk_group *group = bk_group_at(bk_run_results(run), "comparison");
    bk_interval_request request = bk_interval_request_of(bk_option_real(options, "level"));
    request.seed = bk_run_seed(run);
    request.resamples = (size_t)bk_option_integer(options, "resamples");
    pair_table table = {0};
    BK_TRY(allocate(&table, arena, networks->count, test->count));
    bk_run_say(run, "comparing %zu pairs of networks", table.count);
    BK_TRY(bk_group_set_real(group, "level", request.level));
    BK_TRY(compare_together(group, &table, networks, test, &request));
    for (size_t row = 0; row < table.count; row++) {
        BK_TRY(compare_pair(&table, row, test, &request));
    }
    BK_TRY(bk_holm_adjust(table.holm, table.exact, table.count));
    return put_pairs(group, &table, networks, arena);
}
