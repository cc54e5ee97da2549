/* SPDX-License-Identifier: GPL-3.0-or-later
 * Exact coverage: the masses of all counts whose interval holds p, summed. */
#include <math.h>

#include "stats/coverage.h"

/* Sets whose distributions are held at one time. */
#define TOGETHER 64

/* A sum with the rounding errors of its additions (Neumaier 1974): right to an ulp or two for positive terms
 * whatever their order. */
typedef struct total {
    double sum, lost;
} total;

static void add(total *to, double value)
{
    const double sum = to->sum + value;
    to->lost += fabs(to->sum) >= fabs(value) ? (to->sum - sum) + value : (value - sum) + to->sum;
    to->sum = sum;
}

static double value_of(total of) { return of.sum + of.lost; }

/* Masses by where p lies: place[1 + c][1 + d], c and d the comparisons of the low and of the high end with p.
 */
typedef struct totals {
    total place[3][3], none, width;
} totals;

static void add_count(totals *to, double mass, double low, double high, bk_near p)
{
    if (isnan(low)) {
        add(&to->none, mass);
        return;
    }
    add(&to->place[1 + bk_near_compare(low, p)][1 + bk_near_compare(high, p)], mass);
    add(&to->width, mass * (high - low));
}

/* Those whose low end compares with p as from .. to, and whose high end as from_high .. to_high. */
static total gather(const totals *of, int from, int to, int from_high, int to_high)
{
    total sum = {0};
    for (int c = from; c <= to; c++) {
        for (int d = from_high; d <= to_high; d++) {
            add(&sum, value_of(of->place[1 + c][1 + d]));
        }
    }
    return sum;
}

/* The masses of a law sum to 1 only to rounding; a probability is at most 1. */
static double probability(total of) { return fmin(value_of(of), 1); }

static bk_coverage cover(const bk_coverage_table *table, const bk_count_law *law, double p)
{
    totals sums = {0};
    const bk_near near = bk_near_of(p);
    for (size_t i = 0; i < law->count; i++) {
        add_count(&sums, law->mass[i], bk_table_low(table, law->first + i),
                  bk_table_high(table, law->first + i), near);
    }
    const double some = value_of(gather(&sums, -1, 1, -1, 1));
    return (bk_coverage){
        .method = table->name,
        .m = table->m,
        .p = p,
        .level = table->request.level,
        .sides = table->request.sides,
        .coverage = probability(gather(&sums, -1, 0, 0, 1)),
        .coverage_left = p > 0 ? probability(gather(&sums, -1, -1, 0, 1)) : (double)NAN,
        .coverage_right = p < 1 ? probability(gather(&sums, -1, 0, 1, 1)) : (double)NAN,
        .mean_width = some > 0 ? value_of(sums.width) / some : (double)NAN,
        .miss_low = probability(gather(&sums, 1, 1, -1, 1)),
        .miss_high = probability(gather(&sums, -1, 1, -1, -1)),
        .undefined = probability(sums.none),
        .kind = "exact",
        .standard_error = (double)NAN,
    };
}

static bk_status check_law(const bk_count_law *law, uint64_t m)
{
    if (law->m != m || law->count == 0 || law->first > m || law->count - 1 > m - law->first) {
        return bk_fail(BK_INVALID,
                       "coverage: a distribution of counts %llu .. %llu of %llu points for the intervals of "
                       "%llu points",
                       (unsigned long long)law->first, (unsigned long long)(law->first + law->count) - 1,
                       (unsigned long long)law->m, (unsigned long long)m);
    }
    for (size_t i = 0; i < law->count; i++) {
        if (!(law->mass[i] >= 0 && isfinite(law->mass[i]))) {
            return bk_fail(BK_INVALID, "coverage: the probability of %llu errors is %g",
                           (unsigned long long)(law->first + i), law->mass[i]);
        }
    }
    return BK_OK;
}

bk_status bk_coverage_of_pmf(bk_coverage *coverage, bk_coverage_table *table, const bk_count_law *law,
                             double p)
{
    if (!(p >= 0 && p <= 1)) {
        return bk_fail(BK_INVALID, "coverage: p = %g is outside [0, 1]; it is a probability, 1 %% is 0.01",
                       p);
    }
    BK_TRY(check_law(law, table->m));
    BK_TRY(bk_coverage_table_fill(&table, 1, &law->first, &law->count, 1));
    *coverage = cover(table, law, p);
    return BK_OK;
}

/* ---- Many at once ---------------------------------------------------------------------------------------
 */

typedef struct batch {
    bk_coverage *rows; /* of the first set of the batch */
    bk_coverage_table *const *tables;
    size_t tables_count;
    const bk_test_sets *sets;
    bk_count_law laws[TOGETHER];
} batch;

static bk_status make_law(void *context, size_t item, int thread)
{
    (void)thread;
    batch *work = context;
    return bk_count_law_of(&work->laws[item], &work->sets[item]);
}

static bk_status cover_set(void *context, size_t item, int thread)
{
    (void)thread;
    const batch *work = context;
    for (size_t t = 0; t < work->tables_count; t++) {
        work->rows[item * work->tables_count + t] =
            cover(work->tables[t], &work->laws[item], work->sets[item].p);
    }
    return BK_OK;
}

static bk_status cover_batch(batch *work, size_t count)
{
    uint64_t first[TOGETHER];
    size_t counts[TOGETHER];
    BK_TRY(bk_parallel_for(count, make_law, work));
    for (size_t s = 0; s < count; s++) {
        first[s] = work->laws[s].first;
        counts[s] = work->laws[s].count;
    }
    BK_TRY(bk_coverage_table_fill(work->tables, work->tables_count, first, counts, count));
    return bk_parallel_for(count, cover_set, work);
}

static bk_status check_sets(bk_coverage_table *const *tables, size_t tables_count, const bk_test_sets *sets,
                            size_t sets_count)
{
    for (size_t s = 0; s < sets_count; s++) {
        BK_TRY(bk_test_sets_check(&sets[s]));
        for (size_t t = 0; t < tables_count; t++) {
            if (tables[t]->m != sets[s].m) {
                return bk_fail(BK_INVALID,
                               "coverage: test sets of %llu points for the intervals of %llu points",
                               (unsigned long long)sets[s].m, (unsigned long long)tables[t]->m);
            }
        }
    }
    return BK_OK;
}

bk_status bk_coverage_exact(bk_coverage *rows, bk_coverage_table *const *tables, size_t tables_count,
                            const bk_test_sets *sets, size_t sets_count)
{
    BK_TRY(check_sets(tables, tables_count, sets, sets_count));
    size_t rows_count;
    if (!bk_multiply_sizes(&rows_count, sets_count, tables_count)) {
        return bk_fail(BK_OVERFLOW, "coverage: %zu test sets of %zu methods are too many", sets_count,
                       tables_count);
    }
    bk_coverage *made = bk_allocate(rows_count, sizeof *made);
    bk_status status = made ? BK_OK : bk_fail_within("coverage");
    for (size_t s = 0; status == BK_OK && s < sets_count; s += TOGETHER) {
        batch work = {.rows = made + s * tables_count,
                      .tables = tables,
                      .tables_count = tables_count,
                      .sets = sets + s};
        const size_t count = sets_count - s < TOGETHER ? sets_count - s : TOGETHER;
        status = cover_batch(&work, count);
        for (size_t i = 0; i < count; i++) {
            bk_count_law_clear(&work.laws[i]);
        }
    }
    for (size_t i = 0; status == BK_OK && i < rows_count; i++) {
        rows[i] = made[i];
    }
    bk_free(made);
    return status;
}
