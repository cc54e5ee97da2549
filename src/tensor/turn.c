/* SPDX-License-Identifier: GPL-3.0-or-later
 * What backward rules are written with. */
#include "tensor/graph.h"

static bk_status stale(const bk_node *node, unsigned slot, const bk_saved *saved)
{
    static const char *const what[BK_SLOTS] = {"first input", "second input", "third input", "output"};
    char shape[BK_SHAPE_TEXT];
    return bk_fail(
        BK_STALE,
        "%s saved its %s %s, which is at version %llu, expected version %llu: it was changed in place "
        "after being saved",
        node->operation->word, what[slot], bk_shape_text(shape, saved->array.rank, saved->array.shape),
        (unsigned long long)saved->array.storage->version, (unsigned long long)saved->version);
}

bk_status bk_turn_saved_as_it_is(bk_array *y, bk_turn *turn, unsigned slot)
{
    const bk_saved *saved = turn->node->saved[slot];
    if (saved->array.storage->version != saved->version) {
        return stale(turn->node, slot, saved);
    }
    bk_array_share(y, &saved->array);
    return BK_OK;
}

bk_status bk_turn_saved(bk_array *y, bk_turn *turn, unsigned slot)
{
    const bk_saved *saved = turn->node->saved[slot];
    if (saved->array.storage->version != saved->version) {
        return stale(turn->node, slot, saved);
    }
    if (saved->array.dtype == turn->node->dtype) {
        bk_array_share(y, &saved->array);
        return BK_OK;
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

bk_status bk_turn_negate(bk_turn *turn, unsigned input)
{
    bk_array *result = &turn->result[input];
    if (bk_array_is_unique(result)) {
        bk_array_map_into(result, BK_MAP_NEG, result);
        return BK_OK;
    }
    bk_array negative;
    BK_TRY(bk_array_map(&negative, turn->pool, BK_MAP_NEG, result));
    bk_array_release(turn->pool, result);
    *result = negative;
    return BK_OK;
}
