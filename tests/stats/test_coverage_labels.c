/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every label is true: the exact infimum of coverage over all p of every method called exact or
 * finite-sample, and simulation against the sums. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "brisk/stats.h"

#define TRY(call) cr_assert_eq((call), BK_OK, "%s", bk_error_message())

/* Thousands of small sums: not worth a second thread, which another test has use for. */
static void one_thread(void) { TRY(bk_set_threads(1)); }

static const uint64_t sizes[] = {1, 2, 5, 10, 30, 100, 1000};
static const double levels[] = {.5, .6, .7, .8, .9, .95, .99};
enum { SIZES = 7, LEVELS = 7 };
/* The rounding of ends and tails; Clopper and Pearson's bounds reach the level itself. */
#define ROUNDING 1e-12

static bk_coverage_minimum infimum(size_t method, uint64_t m, const bk_interval_request *request, double low,
                                   double high)
{
    bk_coverage_table *table = bk_coverage_table_create(method, m, request);
    cr_assert(table, "%s", bk_error_message());
    bk_coverage_minimum minimum;
    TRY(bk_coverage_infimum(&minimum, table, low, high));
    bk_coverage_table_destroy(table);
    return minimum;
}

static void expect_promise(size_t method, uint64_t m, const bk_interval_request *request, double low,
                           double high)
{
    const bk_coverage_minimum found = infimum(method, m, request, low, high);
    cr_assert(found.infimum >= request->level - ROUNDING,
              "%s (%s), m = %llu, level %g: coverage %.15g at p = %.15g (%s)",
              bk_interval_method_row(method)->name, bk_sides_name(request->sides), (unsigned long long)m,
              request->level, found.infimum, found.p, bk_approach_name(found.approach));
}

static bool promises(size_t method)
{
    const bk_guarantee guarantee = bk_interval_method_row(method)->guarantee;
    return bk_interval_method_by_count(method) &&
           (guarantee == BK_GUARANTEE_EXACT || guarantee == BK_GUARANTEE_FINITE_SAMPLE);
}

Test(coverage_labels, every_label_is_true, .init = one_thread)
{
    size_t methods = 0;
    for (size_t method = 0; method < bk_interval_method_count(); method++) {
        if (!promises(method)) {
            continue;
        }
        methods++;
        for (size_t i = 0; i < SIZES * LEVELS * 3; i++) {
            const uint64_t m = sizes[i / (LEVELS * 3)];
            bk_interval_request request = bk_interval_request_of(levels[i / 3 % LEVELS]);
            request.sides = (bk_sides)(i % 3);
            if (method == BK_METHOD_EMPIRICAL_BERNSTEIN && m == 1) {
                continue; /* one loss has no variance: there is never an interval, tested below */
            }
            expect_promise(method, m, &request, 0, 1);
        }
    }
    cr_assert_geq(methods, 4);
}

Test(coverage_labels, a_promise_is_withheld_at_one_point)
{
    const bk_interval_request request = bk_interval_request_of(.9);
    bk_coverage_table *table = bk_coverage_table_create(BK_METHOD_EMPIRICAL_BERNSTEIN, 1, &request);
    const bk_test_sets sets = bk_test_sets_iid(1, .3);
    bk_coverage row;
    TRY(bk_coverage_exact(&row, &table, 1, &sets, 1));
    cr_assert(row.undefined == 1 && row.coverage == 0 && isnan(row.mean_width));
    bk_coverage_table_destroy(table);
}

/* With a variance that is known or bounded, Chebyshev's and Bernstein's inequalities promise too, for every p
 * whose variance is at most that. */
Test(coverage_labels, known_variance, .init = one_thread)
{
    static const size_t methods[] = {BK_METHOD_CHEBYSHEV, BK_METHOD_BERNSTEIN};
    static const double bounds[] = {0, 1e-4, .01, .09, .2, .25};
    for (size_t i = 0; i < 2 * SIZES * LEVELS * 3; i++) {
        bk_interval_request request = bk_interval_request_of(levels[i / 3 % LEVELS]);
        request.sides = (bk_sides)(i % 3);
        request.variance_known = true;
        for (size_t v = 0; v < sizeof bounds / sizeof bounds[0]; v++) {
            request.variance = bounds[v];
            const double half = sqrt(fmax(0, .25 - bounds[v]));
            const double p = bounds[v] / (.5 + half); /* p (1 - p) = bound */
            expect_promise(methods[i / (SIZES * LEVELS * 3)], sizes[i / (LEVELS * 3) % SIZES], &request, 0,
                           p);
            expect_promise(methods[i / (SIZES * LEVELS * 3)], sizes[i / (LEVELS * 3) % SIZES], &request,
                           1 - p, 1);
        }
    }
}

/* The other labels are no modesty: each of these methods falls below its level somewhere. */
Test(coverage_labels, methods_without_a_promise_break_it)
{
    const bk_interval_request request = bk_interval_request_of(.9);
    for (size_t method = 0; method < bk_interval_method_count(); method++) {
        if (bk_interval_method_by_count(method) && !promises(method)) {
            const bk_coverage_minimum found = infimum(method, 100, &request, 0, 1);
            cr_assert(found.infimum < .9 - .01, "%s: %.15g", bk_interval_method_row(method)->name,
                      found.infimum);
        }
    }
}

/* Planted fault: Clopper and Pearson with the whole of delta in each tail. */
Test(coverage_labels, a_false_label_is_found, .init = one_thread)
{
    for (size_t i = 3; i < SIZES; i++) {
        const uint64_t m = sizes[i];
        static double low[1001], high[1001];
        const bk_interval_request request = bk_interval_request_of(.8);
        for (uint64_t k = 0; k <= m; k++) {
            const bk_losses losses = bk_losses_from_count(k, m);
            bk_interval interval;
            TRY(bk_interval_of_losses(&interval, BK_METHOD_CLOPPER_PEARSON, &losses, &request));
            low[k] = interval.low;
            high[k] = interval.high;
        }
        bk_coverage_table *table = bk_coverage_table_of_ends("faulty", low, high, m, .9);
        bk_coverage_minimum minimum;
        TRY(bk_coverage_infimum(&minimum, table, 0, 1));
        cr_assert(minimum.infimum < .9 - .02, "m = %llu: %g", (unsigned long long)m, minimum.infimum);
        bk_coverage_table_destroy(table);
    }
}

/* ---- Simulation -----------------------------------------------------------------------------------------
 */

/* The exact two-sided binomial test: the probability of all outcomes no more probable than hits. */
static double p_value(double hits, uint64_t trials, double p)
{
    const bk_test_sets sets = bk_test_sets_iid(trials, p);
    bk_count_law law;
    TRY(bk_count_law_of(&law, &sets));
    const uint64_t k = (uint64_t)(hits + .5);
    const double own = k >= law.first && k - law.first < law.count ? law.mass[k - law.first] : 0;
    double sum = 0;
    for (size_t i = 0; i < law.count; i++) {
        sum += law.mass[i] <= own * (1 + 1e-9) ? law.mass[i] : 0;
    }
    bk_count_law_clear(&law);
    return sum;
}

/* 1e-6 for each of 60 tests; the seed is fixed. */
Test(coverage_labels, simulation_agrees_with_the_sums, .init = one_thread)
{
    enum { TRIALS = 20000 };
    const bk_test_sets sets[] = {bk_test_sets_iid(40, .1), bk_test_sets_balanced(40, .05, .35)};
    for (size_t method = 0; method < bk_interval_method_count(); method++) {
        for (size_t s = 0; bk_interval_method_by_count(method) && s < 2; s++) {
            const bk_interval_request request = bk_interval_request_of(.9);
            bk_coverage_table *table = bk_coverage_table_create(method, 40, &request);
            bk_coverage exact, simulated;
            TRY(bk_coverage_exact(&exact, &table, 1, &sets[s], 1));
            TRY(bk_coverage_simulate(&simulated, method, &sets[s], &request, TRIALS, 1));
            bk_coverage_table_destroy(table);
            const double found[] = {simulated.coverage, simulated.coverage_left, simulated.coverage_right,
                                    simulated.miss_low, simulated.miss_high,     simulated.undefined};
            const double known[] = {exact.coverage, exact.coverage_left, exact.coverage_right,
                                    exact.miss_low, exact.miss_high,     exact.undefined};
            for (size_t i = 0; i < 6; i++) {
                const double value = p_value(found[i] * TRIALS, TRIALS, known[i]);
                cr_assert(value > 1e-6, "%s: %g of the trials, %g exactly", exact.method, found[i], known[i]);
            }
            cr_assert(fabs(simulated.mean_width - exact.mean_width) < .01);
            cr_assert_str_eq(simulated.kind, "simulated");
            cr_assert_eq(simulated.trials, TRIALS);
            cr_assert(fabs(simulated.standard_error - sqrt(exact.coverage * (1 - exact.coverage) / TRIALS)) <
                      1e-3);
        }
    }
    /* Planted fault: the wrong level must be noticed. */
    const bk_interval_request request = bk_interval_request_of(.89);
    bk_coverage simulated;
    TRY(bk_coverage_simulate(&simulated, BK_METHOD_HOEFFDING, &sets[1], &request, TRIALS, 1));
    const bk_interval_request right = bk_interval_request_of(.95);
    bk_coverage_table *table = bk_coverage_table_create(BK_METHOD_CLOPPER_PEARSON, 40, &right);
    bk_coverage exact;
    TRY(bk_coverage_exact(&exact, &table, 1, &sets[1], 1));
    bk_coverage_table_destroy(table);
    TRY(bk_coverage_simulate(&simulated, BK_METHOD_CLOPPER_PEARSON, &sets[1], &request, TRIALS, 1));
    cr_assert(p_value(simulated.coverage * TRIALS, TRIALS, exact.coverage) < 1e-6);
}

/* Betting keeps its level on iid and on shuffled data, one-sided 1e-6 for each of 12 (the p-value of two
 * sides counts only where coverage is below the level); on data sorted by class it does not. */
static bk_coverage bet(uint64_t m, double negative, double positive, bk_data_order order, bk_sides sides)
{
    bk_interval_request request = bk_interval_request_of(.9);
    request.order = order;
    request.sides = sides;
    const bk_test_sets sets = bk_test_sets_balanced(m, negative, positive);
    bk_coverage row;
    TRY(bk_coverage_simulate(&row, BK_METHOD_BETTING, &sets, &request, 1000, 1));
    return row;
}

Test(coverage_labels, betting_keeps_its_promise_on_random_order_alone, .init = one_thread)
{
    static const uint64_t points[] = {2, 30, 300};
    for (size_t i = 0; i < 12; i++) {
        const uint64_t m = points[i % 3];
        const bk_sides sides = i < 6 ? BK_TWO_SIDED : i < 9 ? BK_LOWER : BK_UPPER;
        const bk_coverage iid =
            i % 6 < 3 ? bet(m, .1, .1, BK_ORDER_FILE, sides) : bet(m, .02, .3, BK_ORDER_SHUFFLED, sides);
        cr_assert(iid.coverage >= .9 || p_value(iid.coverage * 1000, 1000, .9) > 1e-6, "m = %llu: %g",
                  (unsigned long long)m, iid.coverage);
    }
    const bk_coverage sorted = bet(300, 0, .5, BK_ORDER_FILE, BK_TWO_SIDED);
    cr_assert(sorted.coverage < .9 && p_value(sorted.coverage * 1000, 1000, .9) < 1e-6, "%g",
              sorted.coverage);
}

/* The intervals of all 2^m orders of 0/1 losses, and coverage as p comes to each of their ends from both
 * sides: with some thousand ends the polynomials between them have no room for a valley. */
typedef struct orders {
    size_t m, count;
    double low[1 << 9], high[1 << 9];
    int errors[1 << 9];
} orders;

static void bet_on_all(orders *all, size_t m, double level, bk_sides sides)
{
    bk_interval_request request = bk_interval_request_of(level);
    request.order = BK_ORDER_FILE;
    request.sides = sides;
    all->m = m;
    all->count = (size_t)1 << m;
    for (size_t set = 0; set < all->count; set++) {
        double values[9];
        all->errors[set] = 0;
        for (size_t i = 0; i < m; i++) {
            values[i] = (double)((set >> i) & 1);
            all->errors[set] += (int)((set >> i) & 1);
        }
        bk_losses losses;
        bk_interval interval;
        TRY(bk_losses_from_values(&losses, values, m, 0, 1));
        TRY(bk_interval_of_losses(&interval, BK_METHOD_BETTING, &losses, &request));
        all->low[set] = interval.low;
        all->high[set] = interval.high;
    }
}

static double coverage_beside(const orders *all, double p, int side)
{
    double mass[10], sum = 0;
    for (size_t k = 0; k <= all->m; k++) {
        mass[k] = pow(p, (double)k) * pow(1 - p, (double)(all->m - k));
    }
    for (size_t set = 0; set < all->count; set++) {
        const double low = all->low[set], high = all->high[set];
        const bool inside = side < 0 ? low < p && high >= p : low <= p && high > p;
        sum += inside ? mass[all->errors[set]] : 0;
    }
    return sum;
}

Test(coverage_labels, betting_over_all_orders, .init = one_thread)
{
    static const size_t points[] = {1, 2, 5, 9};
    static orders all;
    for (size_t i = 0; i < 4 * LEVELS * 3; i++) {
        const double level = levels[i / 3 % LEVELS];
        bet_on_all(&all, points[i / (LEVELS * 3)], level, (bk_sides)(i % 3));
        for (size_t end = 0; end < 2 * all.count; end++) {
            const double p = end % 2 ? all.high[end / 2] : all.low[end / 2];
            const double left = p > 0 ? coverage_beside(&all, p, -1) : 1;
            const double right = p < 1 ? coverage_beside(&all, p, 1) : 1;
            cr_assert(fmin(left, right) >= level - ROUNDING,
                      "%zu points, level %g, sides %d: %.15g, %.15g at %g", all.m, level, (int)(i % 3), left,
                      right, p);
        }
    }
}

/* Resampling approaches the ideal bootstrap: 999 resamples move an end by a step of 1 / m now and then. */
Test(coverage_labels, resampled_methods_are_simulated)
{
    enum { TRIALS = 1500 };
    bk_interval_request request = bk_interval_request_of(.9);
    request.resamples = 999;
    const bk_test_sets sets = bk_test_sets_iid(25, .31);
    static const size_t pairs[][2] = {{BK_METHOD_BOOTSTRAP_PERCENTILE, BK_METHOD_IDEAL_PERCENTILE},
                                      {BK_METHOD_BOOTSTRAP_BCA, BK_METHOD_IDEAL_BCA}};
    for (size_t i = 0; i < 2; i++) {
        bk_coverage resampled[2], ideal;
        for (int threads = 1; threads <= 2; threads++) {
            TRY(bk_set_threads(threads));
            TRY(bk_coverage_simulate(&resampled[threads - 1], pairs[i][0], &sets, &request, TRIALS, 3));
        }
        cr_assert_eq(memcmp(&resampled[0].coverage, &resampled[1].coverage, 7 * sizeof(double)), 0);
        bk_coverage_table *table = bk_coverage_table_create(pairs[i][1], 25, &request);
        TRY(bk_coverage_exact(&ideal, &table, 1, &sets, 1));
        bk_coverage_table_destroy(table);
        cr_assert(fabs(resampled[0].coverage - ideal.coverage) < .03 + 5 * resampled[0].standard_error,
                  "%s: %g, ideal %g", resampled[0].method, resampled[0].coverage, ideal.coverage);
    }
}

Test(coverage_labels, bad_simulations_are_refused)
{
    const bk_interval_request request = bk_interval_request_of(.9);
    bk_interval_request bad = request;
    bad.level = 1;
    const bk_test_sets sets = bk_test_sets_iid(10, .5);
    const bk_test_sets odd = bk_test_sets_balanced(11, .5, .5);
    bk_coverage row = {.m = 77};
    cr_assert_eq(bk_coverage_simulate(&row, BK_METHOD_WALD, &sets, &request, 0, 1), BK_INVALID);
    cr_assert_eq(bk_coverage_simulate(&row, BK_METHOD_COUNT, &sets, &request, 10, 1), BK_INVALID);
    cr_assert_eq(bk_coverage_simulate(&row, BK_METHOD_WALD, &odd, &request, 10, 1), BK_INVALID);
    cr_assert_eq(bk_coverage_simulate(&row, BK_METHOD_WALD, &sets, &bad, 10, 1), BK_INVALID);
    cr_assert_eq(row.m, 77);
    TRY(bk_coverage_simulate(&row, BK_METHOD_WALD, &sets, &request, 1, 1));
    cr_assert_gt(row.standard_error, .1);
}
