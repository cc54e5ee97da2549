/* SPDX-License-Identifier: GPL-3.0-or-later
 * Blocks in any order: the bits of the fold tree, gaps, overlaps. */
#include <criterion/criterion.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "brisk/stats.h"

enum { BLOCKS = 300, NODES = 2 * BLOCKS };

static bk_summary block[BLOCKS];

/* Summaries whose combinations round; the last block of a set is short. */
static void fill_blocks(void)
{
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER + 42, 0);
    for (size_t b = 0; b < BLOCKS; b++) {
        block[b] = bk_summary_empty();
        for (size_t i = 0; i < 1 + b * 7 % 64; i++) {
            bk_summary_add(&block[b], bk_next_uniform_f64(&stream) * 1e3 - 100);
        }
    }
}

static bool same_bits(bk_summary a, bk_summary b)
{
    return a.count == b.count && memcmp(&a.mean, &b.mean, sizeof a - offsetof(bk_summary, mean)) == 0;
}

static bk_summary tree_of(size_t first, size_t count)
{
    bk_fold_tree tree = bk_fold_empty();
    for (size_t b = 0; b < count; b++) {
        bk_fold_add(&tree, block[first + b]);
    }
    return bk_fold_result(&tree);
}

static bk_fold_node node_of(unsigned level, size_t index)
{
    return (bk_fold_node){index, level, tree_of(index << level, (size_t)1 << level)};
}

static void add(bk_fold_set *set, bk_fold_node node)
{
    cr_assert_eq(bk_fold_set_add(set, node), BK_OK, "%s", bk_error_message());
}

static void shuffle(bk_fold_node *nodes, size_t count, uint64_t index)
{
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER + 43, index);
    cr_assert_eq(bk_shuffle(&stream, nodes, count, sizeof *nodes), BK_OK);
}

static size_t ones_in(size_t number)
{
    size_t ones = 0;
    for (; number > 0; number &= number - 1) {
        ones++;
    }
    return ones;
}

/* Blocks 0 .. n - 1 are in the set: its nodes are the maximal ones, in order. */
static void expect_tree(const bk_fold_set *set, size_t n)
{
    cr_assert(same_bits(bk_fold_set_result(set), tree_of(0, n)), "%zu blocks", n);
    cr_assert_eq(set->count, ones_in(n));
    uint64_t next = 0;
    for (size_t i = 0; i < set->count; i++) {
        cr_assert_eq(set->node[i].index << set->node[i].level, next);
        next += (uint64_t)1 << set->node[i].level;
        cr_assert(same_bits(set->node[i].summary, node_of(set->node[i].level, set->node[i].index).summary));
    }
    cr_assert_eq(next, n);
}

Test(fold_set, any_order_of_blocks_gives_the_bits_of_the_tree)
{
    fill_blocks();
    bk_fold_node nodes[BLOCKS];
    for (size_t n = 0; n <= BLOCKS; n += n < 70 ? 1 : 23) {
        for (uint64_t order = 0; order < 12; order++) {
            for (size_t b = 0; b < n; b++) {
                const size_t which = order == 1 ? n - 1 - b : b;
                nodes[b] = (bk_fold_node){which, 0, block[which]};
            }
            if (order > 1) {
                shuffle(nodes, n, 1000 * n + order);
            }
            bk_fold_set set = {0};
            for (size_t b = 0; b < n; b++) {
                add(&set, nodes[b]);
            }
            expect_tree(&set, n);
            bk_fold_set_clear(&set);
            bk_fold_set_clear(&set);
            cr_assert(set.node == NULL && set.count == 0);
        }
    }
}

/* Cuts [0, n) into nodes of the tree, each into its halves or not as the stream says. */
static size_t cut(bk_fold_node *nodes, bk_stream *stream, unsigned level, size_t index, size_t n)
{
    const size_t first = index << level;
    if (first >= n) {
        return 0;
    }
    const bool whole = first + ((size_t)1 << level) <= n;
    if (whole && (level == 0 || bk_next_uniform_f64(stream) < .4)) {
        nodes[0] = node_of(level, index);
        return 1;
    }
    const size_t left = cut(nodes, stream, level - 1, 2 * index, n);
    return left + cut(nodes + left, stream, level - 1, 2 * index + 1, n);
}

Test(fold_set, any_mix_of_levels_gives_the_bits_of_the_tree)
{
    fill_blocks();
    bk_fold_node nodes[NODES];
    for (uint64_t trial = 0; trial < 400; trial++) {
        bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER + 44, trial);
        const size_t n = 1 + (size_t)(bk_stream_next(&stream) >> 11) % BLOCKS;
        const size_t count = cut(nodes, &stream, 9, 0, n);
        shuffle(nodes, count, trial);
        bk_fold_set set = {0};
        for (size_t i = 0; i < count; i++) {
            add(&set, nodes[i]);
        }
        expect_tree(&set, n);
        bk_fold_set_clear(&set);
    }
}

/* The maximal nodes of the blocks that are there, by looking at every node of every level, largest first. */
static bk_summary by_definition(const bool *there)
{
    bk_summary result = bk_summary_empty();
    for (size_t first = 0; first < BLOCKS;) {
        unsigned level = 10;
        for (bool whole = false; !whole;) {
            level--;
            const size_t end = first + ((size_t)1 << level);
            whole = first % ((size_t)1 << level) == 0 && end <= BLOCKS;
            for (size_t b = first; whole && b < end; b++) {
                whole = there[b];
            }
            if (level == 0 && !whole) {
                break;
            }
        }
        if (there[first]) {
            result = bk_summary_combine(result, tree_of(first, (size_t)1 << level));
        }
        first += there[first] ? (size_t)1 << level : 1;
    }
    return result;
}

Test(fold_set, sets_with_gaps_combine_their_maximal_nodes)
{
    fill_blocks();
    for (uint64_t trial = 0; trial < 60; trial++) {
        bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER + 45, trial);
        const double share = (double)(1 + trial % 20) / 20.;
        bk_fold_node nodes[BLOCKS];
        bool there[BLOCKS] = {false};
        size_t count = 0;
        for (size_t b = 0; b < BLOCKS; b++) {
            if (bk_next_uniform_f64(&stream) < share) {
                there[b] = true;
                nodes[count++] = (bk_fold_node){b, 0, block[b]};
            }
        }
        shuffle(nodes, count, 5000 + trial);
        bk_fold_set set = {0};
        for (size_t i = 0; i < count; i++) {
            add(&set, nodes[i]);
        }
        cr_assert(same_bits(bk_fold_set_result(&set), by_definition(there)), "trial %d", (int)trial);
        bk_fold_set_clear(&set);
    }
}

/* The planted fault: blocks folded as they come have the same value and other bits. */
Test(fold_set, folding_in_the_order_of_arrival_is_seen)
{
    fill_blocks();
    bk_fold_node nodes[BLOCKS];
    for (size_t b = 0; b < BLOCKS; b++) {
        nodes[b] = (bk_fold_node){b, 0, block[b]};
    }
    shuffle(nodes, BLOCKS, 3);
    bk_fold_tree arrived = bk_fold_empty();
    for (size_t b = 0; b < BLOCKS; b++) {
        bk_fold_add(&arrived, nodes[b].summary);
    }
    const bk_summary wrong = bk_fold_result(&arrived);
    const bk_summary right = tree_of(0, BLOCKS);
    cr_assert_float_eq(wrong.mean, right.mean, 1e-12 * fabs(right.mean));
    cr_assert_not(same_bits(wrong, right));
}

static void expect_refused(bk_fold_set *set, unsigned level, uint64_t index, const char *words)
{
    const bk_fold_set before = *set;
    const bk_summary result = bk_fold_set_result(set);
    cr_assert_eq(bk_fold_set_add(set, (bk_fold_node){index, level, block[0]}), BK_INVALID,
                 "level %u, index %llu", level, (unsigned long long)index);
    cr_assert(strstr(bk_error_message(), words), "%s", bk_error_message());
    cr_assert(set->count == before.count && set->node == before.node);
    cr_assert(same_bits(bk_fold_set_result(set), result));
}

Test(fold_set, a_block_is_added_once)
{
    fill_blocks();
    bk_fold_set set = {0};
    add(&set, node_of(2, 1)); /* 4 .. 7 */
    add(&set, node_of(0, 9));
    add(&set, node_of(1, 10)); /* 20, 21 */
    for (uint64_t b = 4; b < 8; b++) {
        expect_refused(&set, 0, b, "at least one is in the set");
    }
    expect_refused(&set, 1, 2, "4 to 5");
    expect_refused(&set, 1, 3, "6 to 7");
    expect_refused(&set, 2, 1, "4 to 7");
    expect_refused(&set, 3, 0, "0 to 7");
    expect_refused(&set, 4, 0, "0 to 15");
    expect_refused(&set, 1, 4, "8 to 9");
    expect_refused(&set, 2, 2, "8 to 11");
    expect_refused(&set, 0, 9, "9 to 9");
    expect_refused(&set, 3, 2, "16 to 23");
    expect_refused(&set, 63, 0, "0 to 9223372036854775807");
    add(&set, node_of(2, 0));
    cr_assert(set.node[0].level == 3 && set.node[0].index == 0 && set.count == 3);
    bk_fold_set_clear(&set);
}

Test(fold_set, the_ends_of_the_tree)
{
    fill_blocks();
    bk_fold_set set = {0};
    expect_refused(&set, 64, 0, "no level 64");
    expect_refused(&set, 4000000000, 0, "highest is 63");
    expect_refused(&set, 63, 2, "beyond the tree");
    expect_refused(&set, 1, (uint64_t)1 << 63, "beyond the tree");
    expect_refused(&set, 32, (uint64_t)1 << 32, "4294967295");
    add(&set, (bk_fold_node){UINT64_MAX, 0, block[0]});
    expect_refused(&set, 0, UINT64_MAX, "at least one");
    expect_refused(&set, 63, 1, "at least one");
    add(&set, (bk_fold_node){0, 63, block[1]});
    add(&set, (bk_fold_node){UINT64_MAX - 1, 0, block[2]});
    cr_assert(set.count == 2 && set.node[1].level == 1 && set.node[1].index == UINT64_MAX >> 1);
    bk_fold_set_clear(&set);
    /* Both halves of 2^64 blocks: there is no level 64, so they stand side by side. */
    add(&set, (bk_fold_node){1, 63, block[3]});
    add(&set, (bk_fold_node){0, 63, block[1]});
    cr_assert_eq(set.count, 2);
    cr_assert(same_bits(bk_fold_set_result(&set), bk_summary_combine(block[1], block[3])));
    bk_fold_set_clear(&set);
    cr_assert(same_bits(bk_fold_set_result(&set), bk_summary_empty()));
}
