/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tensor/pool.h: memory of one tape. Blocks that are given back serve the next request of their size
 * class, newest first (it is still in cache), so that a training loop asks the system in its first
 * epoch alone.
 */
#ifndef BRISK_TENSOR_POOL_H
#define BRISK_TENSOR_POOL_H

#include "brisk/base.h"

typedef struct bk_pool bk_pool;

bk_pool *bk_pool_create(void);
void bk_pool_destroy(bk_pool *pool);
/* At least bytes, aligned to 64, not zeroed; NULL on failure (message recorded). */
void *bk_pool_take(bk_pool *pool, size_t bytes);
/* Gives memory of bk_pool_take(pool, bytes) back; the same bytes. NULL is fine. */
void bk_pool_give(bk_pool *pool, void *memory, size_t bytes);
/* Bytes held from the system. */
size_t bk_pool_bytes(const bk_pool *pool);

#endif
