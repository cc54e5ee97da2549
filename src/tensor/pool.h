/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tensor/pool.h: memory of one tape. Blocks that are given back serve the next request of their size
 * class, newest first (it is still in cache), so that a training loop asks the system in its first
 * epoch alone.
 *
 * A node, a tensor and a scalar are blocks of a few units: the way to those is short and stands here.
 */
#ifndef BRISK_TENSOR_POOL_H
#define BRISK_TENSOR_POOL_H

#include "brisk/base.h"

#if defined(__SANITIZE_ADDRESS__)
#define BK_POOL_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BK_POOL_POISONS 1
#endif
#endif
#ifdef BK_POOL_POISONS
/* A block in a free list is out of bounds for everybody, so that AddressSanitizer sees late uses. */
#include <sanitizer/asan_interface.h>
#define BK_POOL_POISON(memory, bytes)   ASAN_POISON_MEMORY_REGION(memory, bytes)
#define BK_POOL_UNPOISON(memory, bytes) ASAN_UNPOISON_MEMORY_REGION(memory, bytes)
#else
#define BK_POOL_POISON(memory, bytes)   ((void)0)
#define BK_POOL_UNPOISON(memory, bytes) ((void)0)
#endif

#define BK_POOL_UNIT    ((size_t)64)
#define BK_POOL_CLASSES 256
#define BK_POOL_EXACT   ((size_t)15) /* up to so many units a block's size class is their number */
#define BK_POOL_SMALL   (BK_POOL_EXACT * BK_POOL_UNIT)

typedef struct bk_free_block {
    struct bk_free_block *next;
} bk_free_block;

typedef struct bk_pool {
    bk_arena *arena;
    bk_free_block *free[BK_POOL_CLASSES];
} bk_pool;

bk_pool *bk_pool_create(void);
void bk_pool_destroy(bk_pool *pool);
/* Bytes held from the system. */
size_t bk_pool_bytes(const bk_pool *pool);

/* For any size; the functions below take the short way where they can. */
void *bk_pool_take_any(bk_pool *pool, size_t bytes);
void bk_pool_give_any(bk_pool *pool, void *memory, size_t bytes);

/* At least bytes, aligned to 64, not zeroed; NULL on failure (message recorded). */
static inline void *bk_pool_take(bk_pool *pool, size_t bytes)
{
    const size_t units = (bytes + BK_POOL_UNIT - 1) / BK_POOL_UNIT;
    if (bytes > BK_POOL_SMALL || bytes == 0 || pool->free[units] == NULL) {
        return bk_pool_take_any(pool, bytes);
    }
    bk_free_block *block = pool->free[units];
    BK_POOL_UNPOISON(block, units * BK_POOL_UNIT);
    pool->free[units] = block->next;
    return block;
}

/* Gives memory of bk_pool_take(pool, bytes) back; the same bytes. NULL is fine. */
static inline void bk_pool_give(bk_pool *pool, void *memory, size_t bytes)
{
    if (bytes > BK_POOL_SMALL || bytes == 0 || memory == NULL) {
        bk_pool_give_any(pool, memory, bytes);
        return;
    }
    const size_t units = (bytes + BK_POOL_UNIT - 1) / BK_POOL_UNIT;
    bk_free_block *block = (bk_free_block *)memory;
    block->next = pool->free[units];
    pool->free[units] = block;
    BK_POOL_POISON(memory, units * BK_POOL_UNIT);
}

#endif
