/* SPDX-License-Identifier: GPL-3.0-or-later
 * Size classes with free lists over an arena. */
#include "tensor/pool.h"

#if defined(__SANITIZE_ADDRESS__)
#define BK_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BK_POISONS 1
#endif
#endif
#ifdef BK_POISONS
/* A block in a free list is out of bounds for everybody, so that AddressSanitizer sees late uses. */
#include <sanitizer/asan_interface.h>
#define POISON(memory, bytes)   ASAN_POISON_MEMORY_REGION(memory, bytes)
#define UNPOISON(memory, bytes) ASAN_UNPOISON_MEMORY_REGION(memory, bytes)
#else
#define POISON(memory, bytes)   ((void)0)
#define UNPOISON(memory, bytes) ((void)0)
#endif

#define UNIT    ((size_t)64)
#define CLASSES 256

typedef struct free_block {
    struct free_block *next;
} free_block;

struct bk_pool {
    bk_arena *arena;
    free_block *free[CLASSES];
};

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

/* Units of a block that holds bytes: exact up to four units, above that four classes an octave, so that
 * at most a quarter of a block is unused. */
static size_t class_units(size_t bytes, size_t *size_class)
{
    const size_t units = bytes / UNIT + (bytes % UNIT != 0 || bytes == 0);
    if (units < 4) {
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
    *size_class = 4 * shift + quarters;
    return quarters << shift;
}

void *bk_pool_take(bk_pool *pool, size_t bytes)
{
    size_t size_class;
    if (bytes > SIZE_MAX / 4) {
        (void)bk_fail(BK_OVERFLOW, "a tensor of %zu bytes exceeds the address space", bytes);
        return NULL;
    }
    const size_t units = class_units(bytes, &size_class);
    free_block *block = pool->free[size_class];
    if (block == NULL) {
        return bk_arena_allocate(pool->arena, units, UNIT);
    }
    UNPOISON(block, units * UNIT);
    pool->free[size_class] = block->next;
    return block;
}

void bk_pool_give(bk_pool *pool, void *memory, size_t bytes)
{
    if (memory == NULL) {
        return;
    }
    size_t size_class;
    const size_t units = class_units(bytes, &size_class);
    free_block *block = memory;
    block->next = pool->free[size_class];
    pool->free[size_class] = block;
    POISON(memory, units * UNIT);
    (void)units;
}

size_t bk_pool_bytes(const bk_pool *pool) { return sizeof *pool + bk_arena_bytes(pool->arena); }
