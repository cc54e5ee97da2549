/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whole pages that grow in place: a long array of unknown length never stands in memory twice. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "brisk/base.h"

static void *fresh_pages(size_t bytes)
{
    void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

static void *moved_pages(void *memory, size_t old_bytes, size_t bytes)
{
#ifdef __linux__
    void *pages = mremap(memory, old_bytes, bytes, MREMAP_MAYMOVE);
    return pages == MAP_FAILED ? NULL : pages;
#else
    void *pages = fresh_pages(bytes);
    if (pages != NULL) {
        memcpy(pages, memory, old_bytes < bytes ? old_bytes : bytes);
        (void)munmap(memory, old_bytes);
    }
    return pages;
#endif
}

void *bk_pages_resize(void *memory, size_t old_count, size_t count, size_t size)
{
    size_t old_bytes = 0, bytes = 0;
    if (!bk_multiply_sizes(&old_bytes, old_count, size) || !bk_multiply_sizes(&bytes, count, size) ||
        bytes > (size_t)PTRDIFF_MAX) {
        (void)bk_fail(BK_OVERFLOW, "memory for %zu elements of %zu bytes exceeds the address space", count,
                      size);
        return NULL;
    }
    if (bytes == 0) {
        (void)bk_fail(BK_INVALID, "pages for no elements were asked for");
        return NULL;
    }
    void *pages = memory == NULL ? fresh_pages(bytes) : moved_pages(memory, old_bytes, bytes);
    if (pages == NULL) {
        (void)bk_fail(BK_MEMORY, "out of memory: %zu bytes were asked for", bytes);
    }
    return pages;
}

void bk_pages_free(void *memory, size_t count, size_t size)
{
    if (memory != NULL) {
        (void)munmap(memory, count * size);
    }
}
