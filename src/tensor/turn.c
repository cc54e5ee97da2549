/* SPDX-License-Identifier: GPL-3.0-or-later
 * What backward rules are written with. */
#include "tensor/graph.h"

void bk_turn_pass(bk_array *y, bk_turn *turn, bool last)
{
    if (last) {
        *y = turn->gradient;
        turn->gradient.storage = NULL;
    } else {
        bk_array_share(y, &turn->gradient);
    }
}

static bk_status stale(const bk_node *node, unsigned slot, const bk_saved *saved)
{
    static const char *const what[BK_SLOTS] = {"first input", "second input", "output"};
    char shape[BK_SHAPE_TEXT];
    return bk_fail(
        BK_STALE,
        "%s saved its %s %s, which is at version %llu, expected version %llu: it was changed in place "
        "after being saved",
        node->operation->word, what[slot], bk_shape_text(shape, saved->array.rank, saved->array.shape),
        (unsigned long long)saved->array.storage->version, (unsigned long long)saved->version);
}

bk_status bk_turn_saved(bk_array *y, bk_turn *turn, unsigned slot)
{
    const bk_saved *saved = turn->node->saved[slot];
    if (saved->array.storage->version != saved->version) {
        return stale(turn->node, slot, saved);
    }
    return bk_array_cast(y, turn->pool, &saved->array, turn->node->dtype);
}

bk_status bk_turn_with_saved(bk_turn *turn, unsigned input, bk_binary op, unsigned slot, bool last)
{
    bk_array value;
    BK_TRY(bk_turn_saved(&value, turn, slot));
    bk_turn_pass(&turn->result[input], turn, last);
    const bk_status status = bk_array_update(&turn->result[input], turn->pool, op, &value);
    bk_array_release(turn->pool, &value);
    return status;
}

bk_status bk_turn_with_constant(bk_turn *turn, unsigned input, bk_binary op, double constant, bool last)
{
    bk_array value;
    BK_TRY(bk_array_scalar(&value, turn->pool, turn->node->dtype, constant));
    bk_turn_pass(&turn->result[input], turn, last);
    const bk_status status = bk_array_update(&turn->result[input], turn->pool, op, &value);
    bk_array_release(turn->pool, &value);
    return status;
}
