/* SPDX-License-Identifier: GPL-3.0-or-later
 * Size classes with free lists over an arena. */
#include "tensor/pool.h"

bk_pool *bk_pool_create(void)
{
    bk_pool *pool = bk_allocate(1, sizeof *pool);
    if (pool == NULL) {
        return NULL;
    }
    pool->arena = bk_arena_create();
    if (pool->arena == NULL) {
        bk_free(pool);
        return NULL;
    }
    return pool;
}

void bk_pool_destroy(bk_pool *pool)
{
    if (pool == NULL) {
        return;
    }
    bk_arena_destroy(pool->arena);
    bk_free(pool);
}

/* Units of a block that holds bytes: exact up to 15 units, above that four classes an octave, so that
 * at most a quarter of a block is unused. */
static size_t class_units(size_t bytes, size_t *size_class)
{
    const size_t units = bytes / BK_POOL_UNIT + (bytes % BK_POOL_UNIT != 0 || bytes == 0);
    if (units <= BK_POOL_EXACT) {
        *size_class = units;
        return units;
    }
    size_t shift = 0; /* 4 <= units >> shift < 8 */
    while (units >> shift >= 8) {
        shift++;
    }
    size_t quarters = units >> shift;
    if (quarters << shift != units) {
        quarters++;
    }
    if (quarters == 8) {
        quarters = 4;
        shift++;
    }
    *size_class = BK_POOL_EXACT + 4 * shift + quarters;
    return quarters << shift;
}

void *bk_pool_take_any(bk_pool *pool, size_t bytes)
{
    size_t size_class;
    if (bytes > SIZE_MAX / 4) {
        (void)bk_fail(BK_OVERFLOW, "a tensor of %zu bytes exceeds the address space", bytes);
        return NULL;
    }
    const size_t units = class_units(bytes, &size_class);
    bk_free_block *block = pool->free[size_class];
    if (block == NULL) {
        return bk_arena_allocate(pool->arena, units, BK_POOL_UNIT);
    }
    BK_POOL_UNPOISON(block, units * BK_POOL_UNIT);
    pool->free[size_class] = block->next;
    return block;
}

void bk_pool_give_any(bk_pool *pool, void *memory, size_t bytes)
{
    if (memory == NULL) {
        return;
    }
    size_t size_class;
    const size_t units = class_units(bytes, &size_class);
    bk_free_block *block = memory;
    block->next = pool->free[size_class];
    pool->free[size_class] = block;
    BK_POOL_POISON(memory, units * BK_POOL_UNIT);
    (void)units;
}

size_t bk_pool_bytes(const bk_pool *pool) { return sizeof *pool + bk_arena_bytes(pool->arena); }
