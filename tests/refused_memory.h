/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tests/refused_memory.h: bk_allocate and bk_reallocate as the linker's --wrap leads calls to them. The file
 * that includes this says which requests are refused: serves, which has reported the failure of the others.
 */
#ifndef TESTS_REFUSED_MEMORY_H
#define TESTS_REFUSED_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

void *__real_bk_allocate(size_t count, size_t size);
void *__wrap_bk_allocate(size_t count, size_t size);
void *__real_bk_reallocate(void *memory, size_t old_count, size_t count, size_t size);
void *__wrap_bk_reallocate(void *memory, size_t old_count, size_t count, size_t size);

static bool serves(void);

void *__wrap_bk_allocate(size_t count, size_t size)
{
    return serves() ? __real_bk_allocate(count, size) : NULL;
}

void *__wrap_bk_reallocate(void *memory, size_t old_count, size_t count, size_t size)
{
    return serves() ? __real_bk_reallocate(memory, old_count, count, size) : NULL;
}

#endif
