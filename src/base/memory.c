/* SPDX-License-Identifier: GPL-3.0-or-later
 * Checked memory: sizes that overflow and allocations that fail become a status with a message. */
#define _GNU_SOURCE
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__GLIBC__)
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

#include "brisk/base.h"

#define ALIGNMENT 64

bool bk_multiply_sizes(size_t *product, size_t a, size_t b)
{
    size_t result;
    if (__builtin_mul_overflow(a, b, &result)) {
        return false;
    }
    *product = result;
    return true;
}

bool bk_add_sizes(size_t *sum, size_t a, size_t b)
{
    size_t result;
    if (__builtin_add_overflow(a, b, &result)) {
        return false;
    }
    *sum = result;
    return true;
}

/* Bytes for count elements, rounded up to whole alignments and never 0; false on overflow. */
static bool bytes_for(size_t *bytes, size_t count, size_t size)
{
    size_t product;
    if (!bk_multiply_sizes(&product, count, size) || !bk_add_sizes(&product, product, ALIGNMENT - 1)) {
        return false;
    }
    product -= product % ALIGNMENT;
    *bytes = product == 0 ? ALIGNMENT : product;
    /* Above PTRDIFF_MAX pointer differences are undefined; no allocator serves it anyway. */
    return *bytes <= (size_t)PTRDIFF_MAX;
}

void *bk_allocate(size_t count, size_t size)
{
    size_t bytes;
    if (!bytes_for(&bytes, count, size)) {
        (void)bk_fail(BK_OVERFLOW, "memory for %zu elements of %zu bytes exceeds the address space", count,
                      size);
        return NULL;
    }
    void *memory = aligned_alloc(ALIGNMENT, bytes);
    if (memory == NULL) {
        (void)bk_fail(BK_MEMORY, "out of memory: %zu bytes were asked for", bytes);
        return NULL;
    }
    memset(memory, 0, bytes);
    return memory;
}

void *bk_reallocate(void *memory, size_t old_count, size_t count, size_t size)
{
    void *grown = bk_allocate(count, size);
    if (grown == NULL) {
        return NULL;
    }
    const size_t kept = old_count < count ? old_count : count;
    if (memory != NULL && kept > 0) {
        memcpy(grown, memory, kept * size);
    }
    free(memory);
    return grown;
}

char *bk_copy_text(const char *text)
{
    const size_t bytes = strlen(text) + 1;
    char *copy = bk_allocate(bytes, 1);
    if (copy != NULL) {
        memcpy(copy, text, bytes);
    }
    return copy;
}

void bk_free(void *memory) { free(memory); }

/* ---- Memory of a command ---------------------------------------------------------------------------------
 */

#if defined(__GLIBC__) && defined(MADV_HUGEPAGE)
#define HUGE_PAGE ((uintptr_t)2 << 20)
#define FIRST     ((size_t)64 << 20) /* address space, not memory: pages that nobody writes cost nothing */

/* The heap as it stands, from the piece on, in huge pages where the system has them on request. */
static void use_huge_pages(const void *piece)
{
    const uintptr_t begin = ((uintptr_t)piece + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
    const uintptr_t end = (uintptr_t)sbrk(0) & ~(HUGE_PAGE - 1);
    if (begin < end && end - begin <= 2 * FIRST) { /* else the piece is not of the heap */
        (void)madvise((void *)begin, end - begin, MADV_HUGEPAGE);
    }
}

void bk_keep_freed_memory(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
    (void)mallopt(M_TRIM_THRESHOLD, INT_MAX);
    (void)mallopt(M_TOP_PAD, (int)FIRST);
    void *piece = malloc(1 << 20);
    if (piece != NULL) {
        use_huge_pages(piece);
        free(piece);
    }
    (void)mallopt(M_TOP_PAD, 4 << 20);
}
#else
void bk_keep_freed_memory(void) {}
#endif
