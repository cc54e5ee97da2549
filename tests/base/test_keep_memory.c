/* SPDX-License-Identifier: GPL-3.0-or-later
 * A command keeps freed memory: the same arrays again cost no pages from the system. */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <sys/resource.h>

#include "brisk/base.h"

#if defined(__SANITIZE_ADDRESS__)
#define OWN_ALLOCATOR 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OWN_ALLOCATOR 1
#endif
#endif

#if !defined(__GLIBC__) || defined(OWN_ALLOCATOR)
Test(memory, a_command_fetches_a_page_once) { cr_skip_test("this allocator has its own ways"); }
#else
#define BYTES  ((size_t)8 << 20)
#define ARRAYS 4

/* Pages that the process fetches for ten rounds of arrays that live at the same time. */
static long fetched(void)
{
    struct rusage before, after;
    cr_assert_eq(getrusage(RUSAGE_SELF, &before), 0);
    for (int round = 0; round < 10; round++) {
        void *memory[ARRAYS];
        for (size_t i = 0; i < ARRAYS; i++) {
            memory[i] = bk_allocate(BYTES, 1);
            cr_assert_not_null(memory[i]);
        }
        for (size_t i = 0; i < ARRAYS; i++) {
            bk_free(memory[i]);
        }
    }
    cr_assert_eq(getrusage(RUSAGE_SELF, &after), 0);
    return after.ru_minflt - before.ru_minflt;
}

Test(memory, a_command_fetches_a_page_once)
{
    cr_assert_gt(fetched(), 5 * (long)(BYTES >> 12), "the twin: memory that goes back comes anew");
    bk_keep_freed_memory();
    (void)fetched();
    cr_assert_lt(fetched(), (long)(BYTES >> 12) / 10);
}
#endif
