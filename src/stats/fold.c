/* SPDX-License-Identifier: GPL-3.0-or-later
 * The fold tree of block summaries, kept as its maximal nodes. Adding a block is adding one to the
 * binary number of blocks: each carry joins two nodes of one level into their parent. */
#include "brisk/stats.h"

bk_fold_tree bk_fold_empty(void)
{
    bk_fold_tree tree = {.blocks = 0};
    for (size_t level = 0; level < 64; level++) {
        tree.node[level] = bk_summary_empty();
    }
    return tree;
}

void bk_fold_add(bk_fold_tree *tree, bk_summary block)
{
    bk_summary node = block;
    size_t level = 0;
    for (; (tree->blocks >> level) & 1; level++) {
        node = bk_summary_combine(tree->node[level], node);
        tree->node[level] = bk_summary_empty();
    }
    tree->node[level] = node;
    tree->blocks++;
}

bk_summary bk_fold_result(const bk_fold_tree *tree)
{
    /* The leftmost maximal node is the one of the highest level; empty slots combine to nothing. */
    bk_summary result = bk_summary_empty();
    for (size_t level = 64; level-- > 0;) {
        result = bk_summary_combine(result, tree->node[level]);
    }
    return result;
}
