/* SPDX-License-Identifier: GPL-3.0-or-later
 * An arena: pieces are cut from large blocks and all freed together. */
#include <string.h>

#include "brisk/base.h"

#define ALIGNMENT   64
#define BLOCK_BYTES ((size_t)64 * 1024)

/* A block's header fills one alignment, so that the pieces behind it are aligned. */
typedef struct arena_block {
    struct arena_block *next;
    size_t capacity; /* bytes behind the header */
    size_t used;
} arena_block;

struct bk_arena {
    arena_block *first;
    arena_block *current; /* blocks before it are full, those after it empty */
    size_t bytes;
};

_Static_assert(sizeof(arena_block) <= ALIGNMENT, "the header of a block fits one alignment");

bk_arena *bk_arena_create(void) { return bk_allocate(1, sizeof(bk_arena)); }

void bk_arena_destroy(bk_arena *arena)
{
    if (arena == NULL) {
        return;
    }
    arena_block *block = arena->first;
    while (block != NULL) {
        arena_block *next = block->next;
        bk_free(block);
        block = next;
    }
    bk_free(arena);
}

/* Appends a block behind the current one. */
static arena_block *append_block(bk_arena *arena, size_t bytes)
{
    const size_t capacity = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
    size_t total;
    if (!bk_add_sizes(&total, capacity, ALIGNMENT)) {
        (void)bk_fail(BK_OVERFLOW, "an arena piece of %zu bytes exceeds the address space", bytes);
        return NULL;
    }
    arena_block *block = bk_allocate(total, 1);
    if (block == NULL) {
        return NULL;
    }
    block->capacity = capacity;
    arena->bytes += total;
    if (arena->current == NULL) {
        block->next = arena->first;
        arena->first = block;
    } else {
        block->next = arena->current->next;
        arena->current->next = block;
    }
    return block;
}

void *bk_arena_allocate(bk_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (!bk_multiply_sizes(&bytes, count, size) || !bk_add_sizes(&bytes, bytes, ALIGNMENT - 1)) {
        (void)bk_fail(BK_OVERFLOW, "memory for %zu elements of %zu bytes exceeds the address space", count,
                      size);
        return NULL;
    }
    bytes -= bytes % ALIGNMENT;
    arena_block *block = arena->current;
    while (block != NULL && block->capacity - block->used < bytes) {
        block = block->next;
    }
    if (block == NULL) {
        block = append_block(arena, bytes);
        if (block == NULL) {
            return NULL;
        }
    }
    arena->current = block;
    unsigned char *piece = (unsigned char *)block + ALIGNMENT + block->used;
    block->used += bytes;
    memset(piece, 0, bytes);
    return piece;
}

char *bk_arena_copy_text(bk_arena *arena, const char *text)
{
    const size_t bytes = strlen(text) + 1;
    char *copy = bk_arena_allocate(arena, bytes, 1);
    if (copy != NULL) {
        memcpy(copy, text, bytes);
    }
    return copy;
}

void bk_arena_reset(bk_arena *arena)
{
    for (arena_block *block = arena->first; block != NULL; block = block->next) {
        block->used = 0;
    }
    arena->current = arena->first;
}

size_t bk_arena_bytes(const bk_arena *arena) { return arena->bytes; }
