/* SPDX-License-Identifier: GPL-3.0-or-later
 * Summaries: NIST's certified values, combination, the fold tree's order, bits for any thread count. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "brisk/stats.h"

#define N_VALUES 1000

/* Values whose sums round: any other order of additions shows in the last bits. */
static void fill_values(double *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        values[i] = 1.0 / (double)(1 + (i * 7919) % 1009) + 3e3 * (double)((i * 31) % 17);
    }
}

static bool same_bits(bk_summary a, bk_summary b)
{
    return a.count == b.count && memcmp(&a.mean, &b.mean, sizeof a.mean) == 0 &&
           memcmp(&a.sum_squares, &b.sum_squares, sizeof a.mean) == 0 &&
           memcmp(&a.minimum, &b.minimum, sizeof a.mean) == 0 &&
           memcmp(&a.maximum, &b.maximum, sizeof a.mean) == 0;
}

static bk_summary of_range(const double *values, size_t begin, size_t end)
{
    bk_summary summary = bk_summary_empty();
    for (size_t i = begin; i < end; i++) {
        bk_summary_add(&summary, values[i]);
    }
    return summary;
}

/* NumAcc3 and NumAcc4 of NIST's Statistical Reference Datasets: 1001 values, sd 0.1 exactly. */
static void check_numacc(double base, double sd_tolerance)
{
    double values[1001];
    values[0] = base + 0.2;
    for (size_t i = 1; i < 1001; i++) {
        values[i] = base + (i % 2 == 1 ? 0.1 : 0.3);
    }
    const bk_summary summary = bk_summarise(values, 1001);
    cr_assert_eq(summary.count, 1001);
    cr_assert_float_eq(summary.mean, base + 0.2, 1e-15 * base);
    cr_assert_float_eq(bk_summary_sd(&summary), 0.1, sd_tolerance);
    cr_assert_eq(summary.minimum, base + 0.1);
    cr_assert_eq(summary.maximum, base + 0.3);
}

Test(summary, meets_nist_numacc3_and_numacc4)
{
    check_numacc(1000000, 1e-9);
    check_numacc(10000000, 1e-8);
}

Test(summary, small_known_answers)
{
    const double values[] = {2, 4, 4, 4, 5, 5, 7, 9};
    const bk_summary summary = bk_summarise(values, 8);
    cr_assert_eq(summary.mean, 5);
    cr_assert_eq(summary.sum_squares, 32);
    cr_assert_float_eq(bk_summary_variance(&summary), 32.0 / 7, 1e-15);
    cr_assert_float_eq(bk_summary_mcse(&summary), sqrt(32.0 / 7 / 8), 1e-15);
    const bk_summary one = bk_summarise(values, 1);
    cr_assert(isnan(bk_summary_variance(&one)) && isnan(bk_summary_sd(&one)) && isnan(bk_summary_mcse(&one)));
    const bk_summary none = bk_summarise(values, 0);
    cr_assert(same_bits(none, bk_summary_empty()));
    cr_assert(none.minimum > none.maximum);
}

Test(summary, combine_equals_the_union_in_value_whatever_the_split)
{
    double values[N_VALUES];
    fill_values(values, N_VALUES);
    const bk_summary whole = of_range(values, 0, N_VALUES);
    for (size_t i = 0; i <= N_VALUES; i += 25) {
        for (size_t j = i; j <= N_VALUES; j += 25) {
            const bk_summary a = of_range(values, 0, i);
            const bk_summary b = of_range(values, i, j);
            const bk_summary c = of_range(values, j, N_VALUES);
            const bk_summary left = bk_summary_combine(bk_summary_combine(a, b), c);
            const bk_summary right = bk_summary_combine(a, bk_summary_combine(b, c));
            cr_assert_eq(left.count, N_VALUES);
            cr_assert_float_eq(left.mean, whole.mean, 1e-13 * whole.mean, "split %zu %zu", i, j);
            cr_assert_float_eq(right.mean, whole.mean, 1e-13 * whole.mean);
            cr_assert_float_eq(left.sum_squares, whole.sum_squares, 1e-13 * whole.sum_squares);
            cr_assert_float_eq(right.sum_squares, whole.sum_squares, 1e-13 * whole.sum_squares);
            cr_assert(left.minimum == whole.minimum && left.maximum == whole.maximum);
        }
    }
}

Test(summary, an_empty_side_changes_no_bit)
{
    double values[100];
    fill_values(values, 100);
    const bk_summary some = of_range(values, 0, 100);
    cr_assert(same_bits(bk_summary_combine(some, bk_summary_empty()), some));
    cr_assert(same_bits(bk_summary_combine(bk_summary_empty(), some), some));
}

Test(summary, a_nan_makes_every_moment_the_one_nan_pattern)
{
    const double pattern = (double)NAN;
    double values[200];
    for (size_t at = 0; at < 200; at += 13) {
        fill_values(values, 200);
        values[at] = -(double)NAN;
        const bk_summary summary = bk_summarise(values, 200);
        cr_assert_eq(memcmp(&summary.mean, &pattern, sizeof pattern), 0);
        cr_assert_eq(memcmp(&summary.sum_squares, &pattern, sizeof pattern), 0);
        cr_assert_eq(memcmp(&summary.minimum, &pattern, sizeof pattern), 0);
        cr_assert_eq(memcmp(&summary.maximum, &pattern, sizeof pattern), 0);
    }
}

/* The definition of DESIGN 2.2, word for word. */
static bk_summary tree_node(const double *values, size_t count, unsigned level, size_t i)
{
    if (level == 0) {
        const size_t begin = i * 64;
        return of_range(values, begin, begin + 64 < count ? begin + 64 : count);
    }
    return bk_summary_combine(tree_node(values, count, level - 1, 2 * i),
                              tree_node(values, count, level - 1, 2 * i + 1));
}

static bk_summary by_definition(const double *values, size_t count)
{
    const size_t blocks = (count + 63) / 64;
    bk_summary result = bk_summary_empty();
    bool first = true;
    for (size_t done = 0; done < blocks;) {
        unsigned level = 0;
        while ((done >> level) % 2 == 0 && done + ((size_t)2 << level) <= blocks) {
            level++;
        }
        const bk_summary node = tree_node(values, count, level, done >> level);
        result = first ? node : bk_summary_combine(result, node);
        first = false;
        done += (size_t)1 << level;
    }
    return result;
}

Test(fold, equals_the_definition_bit_for_bit)
{
    double values[64 * 70];
    fill_values(values, 64 * 70);
    for (size_t count = 0; count <= 64 * 70; count += count < 200 ? 1 : 61) {
        cr_assert(same_bits(bk_summarise(values, count), by_definition(values, count)), "count %zu", count);
    }
}

Test(fold, another_order_of_combination_is_seen)
{
    /* The planted fault: a plain fold from left to right has the same value and other bits. */
    double values[N_VALUES];
    fill_values(values, N_VALUES);
    bk_summary chain = bk_summary_empty();
    for (size_t begin = 0; begin < N_VALUES; begin += 64) {
        chain =
            bk_summary_combine(chain, of_range(values, begin, begin + 64 < N_VALUES ? begin + 64 : N_VALUES));
    }
    cr_assert_not(same_bits(chain, bk_summarise(values, N_VALUES)));
}

Test(fold, can_be_read_on_the_way)
{
    double values[64 * 40];
    fill_values(values, 64 * 40);
    bk_fold_tree tree = bk_fold_empty();
    for (size_t block = 0; block < 40; block++) {
        cr_assert_eq(tree.blocks, block);
        cr_assert(same_bits(bk_fold_result(&tree), by_definition(values, 64 * block)));
        bk_fold_add(&tree, of_range(values, 64 * block, 64 * block + 64));
    }
}

typedef struct block_slots {
    const double *values;
    bk_summary *block;
} block_slots;

static bk_status summarise_block(void *context, size_t item, int thread)
{
    (void)thread;
    block_slots *slots = context;
    slots->block[item] = of_range(slots->values, 64 * item, 64 * item + 64);
    return BK_OK;
}

Test(fold, same_bits_for_1_2_and_7_threads)
{
    enum { BLOCKS = 333 };
    static double values[64 * BLOCKS];
    static bk_summary block[BLOCKS];
    fill_values(values, 64 * BLOCKS);
    const bk_summary expected = bk_summarise(values, 64 * BLOCKS);
    const int threads[] = {1, 2, 7};
    for (size_t t = 0; t < 3; t++) {
        cr_assert_eq(bk_set_threads(threads[t]), BK_OK);
        block_slots slots = {values, block};
        cr_assert_eq(bk_parallel_for(BLOCKS, summarise_block, &slots), BK_OK);
        bk_fold_tree tree = bk_fold_empty();
        for (size_t b = 0; b < BLOCKS; b++) {
            bk_fold_add(&tree, block[b]);
        }
        cr_assert(same_bits(bk_fold_result(&tree), expected));
    }
}
