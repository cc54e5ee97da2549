/* SPDX-License-Identifier: GPL-3.0-or-later
 * Status codes, messages, checked memory and the arena. */
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "brisk/base.h"

Test(status, every_status_has_a_name_a_text_and_an_exit_code_of_the_design)
{
    for (int status = 0; status < BK_STATUS_COUNT; status++) {
        cr_assert(strlen(bk_status_name((bk_status)status)) > 0);
        cr_assert(strlen(bk_status_text((bk_status)status)) > 0);
        const int code = bk_status_exit_code((bk_status)status);
        cr_assert(code >= 0 && code <= 5);
        cr_assert_eq(code == 0, status == BK_OK);
    }
    cr_assert_eq(bk_status_exit_code(BK_INVALID), 2);
    cr_assert_eq(bk_status_exit_code(BK_FILE), 3);
    cr_assert_eq(bk_status_exit_code(BK_MISMATCH), 4);
    cr_assert_eq(bk_status_exit_code(BK_STOPPED), 5);
    cr_assert_eq(bk_status_exit_code((bk_status)1000), 1);
}

Test(status, a_failure_keeps_its_message_and_gains_context)
{
    cr_assert_eq(bk_fail(BK_SHAPE, "shapes %d and %d", 2, 3), BK_SHAPE);
    cr_assert_str_eq(bk_error_message(), "shapes 2 and 3");
    cr_assert_eq(bk_fail_within("trial %d", 7), BK_SHAPE);
    cr_assert_str_eq(bk_error_message(), "trial 7: shapes 2 and 3");
    cr_assert_eq(bk_fail(BK_FILE, "then %s", bk_error_message()), BK_FILE);
    cr_assert_str_eq(bk_error_message(), "then trial 7: shapes 2 and 3");
    bk_error_clear();
    cr_assert_eq(bk_error_status(), BK_OK);
    cr_assert_str_eq(bk_error_message(), "");
}

Test(status, an_endless_message_is_cut_and_terminated)
{
    static char longest[10000];
    memset(longest, 'x', sizeof longest - 1);
    bk_fail(BK_INVALID, "%s", longest);
    cr_assert_eq(strlen(bk_error_message()), 1999);
    bk_fail_within("%s", longest);
    cr_assert_eq(strlen(bk_error_message()), 1999);
}

Test(memory, sizes_that_overflow_are_refused)
{
    size_t result = 17;
    cr_assert_not(bk_multiply_sizes(&result, SIZE_MAX, 2));
    cr_assert_not(bk_add_sizes(&result, SIZE_MAX, 1));
    cr_assert_eq(result, 17);
    cr_assert(bk_multiply_sizes(&result, SIZE_MAX, 1));
    cr_assert_eq(result, SIZE_MAX);
    cr_assert_null(bk_allocate(SIZE_MAX, 2));
    cr_assert_eq(bk_error_status(), BK_OVERFLOW);
    cr_assert_null(bk_allocate(SIZE_MAX - 10, 1));
    cr_assert_eq(bk_error_status(), BK_OVERFLOW);
}

Test(memory, what_is_given_is_zero_and_aligned)
{
    for (size_t count = 0; count < 300; count += 7) {
        unsigned char *memory = bk_allocate(count, 3);
        cr_assert_not_null(memory);
        cr_assert_eq((uintptr_t)memory % 64, 0);
        for (size_t i = 0; i < 3 * count; i++) {
            cr_assert_eq(memory[i], 0);
        }
        bk_free(memory);
    }
    bk_free(NULL);
}

Test(memory, growing_keeps_what_was_there)
{
    int *numbers = bk_allocate(3, sizeof *numbers);
    numbers[0] = 1;
    numbers[2] = 3;
    numbers = bk_reallocate(numbers, 3, 100, sizeof *numbers);
    cr_assert_eq(numbers[0], 1);
    cr_assert_eq(numbers[2], 3);
    cr_assert_eq(numbers[99], 0);
    numbers = bk_reallocate(numbers, 100, 1, sizeof *numbers);
    cr_assert_eq(numbers[0], 1);
    bk_free(numbers);
}

Test(arena, pieces_are_separate_zero_aligned_and_reused_after_a_reset)
{
    bk_arena *arena = bk_arena_create();
    for (int round = 0; round < 3; round++) {
        for (size_t size = 1; size < 2000; size += 37) {
            unsigned char *piece = bk_arena_allocate(arena, size, 1);
            cr_assert_not_null(piece);
            cr_assert_eq((uintptr_t)piece % 64, 0);
            for (size_t i = 0; i < size; i++) {
                cr_assert_eq(piece[i], 0, "round %d, size %zu, byte %zu", round, size, i);
            }
            memset(piece, 0xff, size);
        }
        cr_assert_not_null(bk_arena_allocate(arena, 1000000, 1));
        static size_t bytes;
        if (round == 0) {
            bytes = bk_arena_bytes(arena);
        }
        cr_assert_eq(bk_arena_bytes(arena), bytes, "the arena grew in round %d", round);
        bk_arena_reset(arena);
    }
    cr_assert_null(bk_arena_allocate(arena, SIZE_MAX, 2));
    cr_assert_eq(bk_error_status(), BK_OVERFLOW);
    cr_assert_str_eq(bk_arena_copy_text(arena, "text"), "text");
    bk_arena_destroy(arena);
    bk_arena_destroy(NULL);
}
