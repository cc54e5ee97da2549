/* SPDX-License-Identifier: GPL-3.0-or-later
 * Finished blocks in any order, as the maximal nodes of the fold tree. While threads work on neighbouring
 * blocks a handful of nodes stand apart, so a sorted array is all it takes. */
#include <string.h>

#include "brisk/stats.h"

static uint64_t first_block(const bk_fold_node *node) { return node->index << node->level; }

static uint64_t last_block(const bk_fold_node *node)
{
    return first_block(node) + (((uint64_t)1 << node->level) - 1);
}

/* Where a node whose first block is `first` belongs: behind all that begin earlier. */
static size_t place_of(const bk_fold_set *set, uint64_t first)
{
    size_t low = 0;
    size_t high = set->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (first_block(&set->node[middle]) < first) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bk_status check_node(const bk_fold_set *set, const bk_fold_node *node, size_t place)
{
    if (node->index > UINT64_MAX >> node->level) {
        return bk_fail(
            BK_INVALID,
            "fold: node %llu of level %u lies beyond the tree of 2^64 blocks; the highest of the level "
            "is %llu",
            (unsigned long long)node->index, node->level, (unsigned long long)(UINT64_MAX >> node->level));
    }
    const bool meets_next = place < set->count && first_block(&set->node[place]) <= last_block(node);
    const bool meets_previous = place > 0 && last_block(&set->node[place - 1]) >= first_block(node);
    if (meets_next || meets_previous) {
        return bk_fail(BK_INVALID,
                       "fold: of the blocks %llu to %llu at least one is in the set; each is added once",
                       (unsigned long long)first_block(node), (unsigned long long)last_block(node));
    }
    return BK_OK;
}

/* Whether the nodes at i and i + 1 are the two halves of one parent. */
static bool are_siblings(const bk_fold_set *set, size_t i)
{
    const bk_fold_node *left = &set->node[i];
    const bk_fold_node *right = &set->node[i + 1];
    return left->level == right->level && left->level < 63 && left->index % 2 == 0 &&
           right->index == left->index + 1;
}

/* Puts the parent of the nodes at i and i + 1 in their place. */
static void join(bk_fold_set *set, size_t i)
{
    bk_fold_node *left = &set->node[i];
    left->summary = bk_summary_combine(left->summary, set->node[i + 1].summary);
    left->index /= 2;
    left->level++;
    memmove(left + 1, left + 2, (set->count - i - 2) * sizeof *left);
    set->count--;
}

bk_status bk_fold_set_add(bk_fold_set *set, bk_fold_node node)
{
    if (node.level > 63) {
        return bk_fail(BK_INVALID, "fold: there is no level %u; the highest is 63", node.level);
    }
    size_t place = place_of(set, first_block(&node));
    BK_TRY(check_node(set, &node, place));
    if (set->count == set->capacity) {
        const size_t capacity = set->capacity == 0 ? 16 : 2 * set->capacity;
        bk_fold_node *grown = bk_reallocate(set->node, set->capacity, capacity, sizeof *grown);
        if (grown == NULL) {
            return bk_fail_within("fold: %zu nodes", capacity);
        }
        set->node = grown;
        set->capacity = capacity;
    }
    memmove(&set->node[place + 1], &set->node[place], (set->count - place) * sizeof node);
    set->node[place] = node;
    set->count++;
    for (bool joined = true; joined;) {
        joined = false;
        if (place > 0 && are_siblings(set, place - 1)) {
            join(set, --place);
            joined = true;
        } else if (place + 1 < set->count && are_siblings(set, place)) {
            join(set, place);
            joined = true;
        }
    }
    return BK_OK;
}

bk_summary bk_fold_set_result(const bk_fold_set *set)
{
    bk_summary result = bk_summary_empty();
    for (size_t i = 0; i < set->count; i++) {
        result = bk_summary_combine(result, set->node[i].summary);
    }
    return result;
}

void bk_fold_set_clear(bk_fold_set *set)
{
    bk_free(set->node);
    *set = (bk_fold_set){0};
}
