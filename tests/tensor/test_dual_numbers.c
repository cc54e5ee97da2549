/* SPDX-License-Identifier: GPL-3.0-or-later
 * Ten thousand random graphs of depth up to 30, all operations: values and gradients against forward-mode
 * dual numbers. A graph that fails is printed with its seed; BRISK_GRAPH=f64:SEED runs and prints that
 * one alone, BRISK_GRAPH=f64:SEED:COUNT runs as many from there. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "dual_graph.h"

#if defined(__SANITIZE_ADDRESS__)
enum { GRAPHS_F64 = 1500, GRAPHS_F32 = 500 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { GRAPHS_F64 = 1500, GRAPHS_F32 = 500 };
#else
enum { GRAPHS_F64 = 10000, GRAPHS_F32 = 3000 };
#endif
#else
enum { GRAPHS_F64 = 10000, GRAPHS_F32 = 3000 };
#endif

static graph g;

typedef struct tally {
    size_t deepest, graphs, above_strict, used[GRAPH_OPERATIONS], in_place;
    double strict; /* the largest */
} tally;

static void count_graph(tally *t, double strict)
{
    t->graphs++;
    t->above_strict += strict > 1;
    t->strict = strict > t->strict ? strict : t->strict;
    for (size_t k = g.leaves; k < g.count; k++) {
        t->deepest = g.node[k].depth > t->deepest ? g.node[k].depth : t->deepest;
        t->in_place += g.node[k].in_place;
        if (g.node[k].operation < GRAPH_OPERATIONS) {
            t->used[g.node[k].operation]++;
        }
    }
}

/* What BRISK_GRAPH asks for where that is of this dtype: a seed, and how many from there. */
static bool asked_for(bk_dtype dtype, uint64_t *first, uint64_t *count)
{
    const char *text = getenv("BRISK_GRAPH");
    if (text == NULL || strncmp(text, bk_dtype_name(dtype), 3) != 0 || text[3] != ':') {
        return false;
    }
    char *end;
    *first = strtoull(text + 4, &end, 10);
    *count = *end == ':' ? strtoull(end + 1, NULL, 10) : 1;
    return true;
}

static void run_graphs(bk_dtype dtype, uint64_t first, uint64_t count, bool print, tally *t)
{
    for (uint64_t seed = first; seed < first + count; seed++) {
        double strict;
        graph_make(&g, seed, dtype, GRAPH_OPERATIONS, 0);
        const bool fine = graph_agrees(&g, &strict, stderr);
        if (!fine || print) {
            graph_print(&g, stderr);
        }
        cr_assert(fine, "graph %llu in %s", (unsigned long long)seed, bk_dtype_name(dtype));
        count_graph(t, strict);
    }
}

static void check_graphs(bk_dtype dtype, uint64_t count)
{
    tally t = {0};
    uint64_t first = 1;
    const bool asked = asked_for(dtype, &first, &count);
    run_graphs(dtype, first, count, asked && count == 1, &t);
    if (asked) {
        fprintf(
            stderr,
            "%zu graphs in %s, depth up to %zu, %zu changes in place; the largest difference is %.3g of 64 "
            "eps magnitude, above 1 in %zu graphs\n",
            t.graphs, bk_dtype_name(dtype), t.deepest, t.in_place, t.strict, t.above_strict);
        return;
    }
    cr_assert_eq(t.deepest, GRAPH_DEPTH);
    cr_assert_gt(t.in_place, t.graphs / 10);
    /* 64 eps magnitude holds by itself but where a value's own rounding error is magnified. */
    cr_assert_leq(t.above_strict, t.graphs / 500, "%zu of %zu graphs", t.above_strict, t.graphs);
    for (int id = 0; id < GRAPH_OPERATIONS; id++) {
        cr_assert_gt(t.used[id], t.graphs / 100, "%s: %zu times", graph_names[id], t.used[id]);
    }
}

Test(dual_numbers, random_graphs_in_f64) { check_graphs(BK_F64, GRAPHS_F64); }

Test(dual_numbers, random_graphs_in_f32) { check_graphs(BK_F32, GRAPHS_F32); }

/* A derivative of one operation wrong by a billionth (f64) or a thousandth (f32) is found, whichever it is.
 */
static void check_faults(bk_dtype dtype, double fault, uint64_t most)
{
    FILE *nowhere = fopen("/dev/null", "w");
    for (int id = 0; id < GRAPH_OPERATIONS; id++) {
        if (id == GRAPH_COPY) {
            continue; /* moves values alone: wrong slopes of its input are caught there */
        }
        bool found = false;
        for (uint64_t seed = 1; seed <= most && !found; seed++) {
            double strict;
            graph_make(&g, seed, dtype, (graph_operation)id, fault);
            found = !graph_agrees(&g, &strict, nowhere);
        }
        cr_assert(found, "a fault of %s in %s goes unnoticed", graph_names[id], bk_dtype_name(dtype));
    }
    fclose(nowhere);
}

Test(dual_numbers, a_wrong_derivative_is_found) { check_faults(BK_F64, 1e-9, 1000); }

Test(dual_numbers, a_wrong_derivative_is_found_in_f32) { check_faults(BK_F32, 1e-2, 1000); }

/* A saved value that was changed is never used: stale, or it did not matter. */
static void change_values(bk_dtype dtype, uint64_t count)
{
    size_t noticed = 0, unaffected = 0;
    for (uint64_t seed = 1; seed <= count; seed++) {
        graph_make(&g, 2 * seed, dtype, GRAPH_OPERATIONS, 0); /* even: handles are kept */
        const size_t which = graph_draw(&g, g.count);
        const graph_change change = graph_after_change(&g, which, stderr);
        if (change == GRAPH_WRONG) {
            graph_print(&g, stderr);
        }
        cr_assert_neq(change, GRAPH_WRONG, "graph %llu in %s, n%zu changed", (unsigned long long)(2 * seed),
                      bk_dtype_name(dtype), which);
        noticed += change == GRAPH_NOTICED;
        unaffected += change == GRAPH_UNAFFECTED;
    }
    cr_assert_gt(noticed, count / 20, "%zu of %zu", noticed, (size_t)count);
    cr_assert_gt(unaffected, count / 20, "%zu of %zu", unaffected, (size_t)count);
}

Test(dual_numbers, a_changed_value_is_noticed_or_does_not_matter) { change_values(BK_F64, GRAPHS_F64 / 4); }

Test(dual_numbers, a_changed_value_is_noticed_in_f32) { change_values(BK_F32, GRAPHS_F32 / 4); }
