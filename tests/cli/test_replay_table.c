/* SPDX-License-Identifier: GPL-3.0-or-later
 * A trial as CSV: which columns a table has, and cells that bring their values back. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "cli/replay_table.h"

static bk_group *trial_tree(bk_results *results)
{
    static const bk_field x = {
        .name = "x", .dtype = BK_F64, .rank = 2, .axes = {"point", "input"}, .unit = "1", .long_name = "x"};
    static const bk_field y = {
        .name = "y", .dtype = BK_I32, .rank = 1, .axes = {"point"}, .unit = "1", .long_name = "y"};
    static const bk_field seed = {
        .name = "seed", .dtype = BK_U64, .rank = 1, .axes = {"point"}, .unit = "1", .long_name = "a seed"};
    static const bk_field word = {
        .name = "a word", .dtype = BK_TEXT, .rank = 1, .axes = {"point"}, .unit = "", .long_name = "words"};
    static const bk_field other = {.name = "other",
                                   .dtype = BK_F64,
                                   .rank = 1,
                                   .axes = {"elsewhere"},
                                   .unit = "1",
                                   .long_name = "longer"};
    static const double points[] = {0.1, -0.0, 1.0 / 3.0, 1e300};
    static const int32_t labels[] = {-1, 1};
    static const uint64_t seeds[] = {UINT64_MAX, 0};
    static const char *const words[] = {"R +- c, \"clipped\"", ""};
    static const double longer[] = {1, 2, 3};
    bk_group *group = bk_group_at(bk_results_root(results), "point");
    cr_assert_not_null(bk_group_add(group, &x, (size_t[]){2, 2}, points));
    cr_assert_not_null(bk_group_add(group, &y, (size_t[]){2}, labels));
    cr_assert_not_null(bk_group_add(group, &seed, (size_t[]){2}, seeds));
    cr_assert_not_null(bk_group_add(group, &word, (size_t[]){2}, words));
    cr_assert_not_null(bk_group_add(group, &other, (size_t[]){3}, longer));
    return group;
}

Test(replay_table, cells_bring_their_values_back)
{
    bk_results *results = bk_results_create();
    bk_text csv = {0};
    cr_assert_eq(bk_replay_table(&csv, trial_tree(results)), BK_OK);
    cr_assert_str_eq(bk_text_string(&csv), "x0,x1,y,seed,a word\n"
                                           "0.1,-0,-1,18446744073709551615,\"R +- c, \"\"clipped\"\"\"\n"
                                           "0.3333333333333333,1e+300,1,0,\n");
    bk_text_clear(&csv);
    bk_results_destroy(results);
}

Test(replay_table, what_is_not_there_is_an_empty_cell)
{
    static const bk_field field = {
        .name = "value", .dtype = BK_F64, .rank = 1, .axes = {"output"}, .unit = "1", .long_name = "values"};
    static const bk_field kept = {
        .name = "kept", .dtype = BK_U8, .rank = 1, .axes = {"output"}, .unit = "1", .long_name = "flags"};
    const double values[] = {(double)NAN, 2.5};
    const uint8_t flags[] = {0, 1};
    bk_results *results = bk_results_create();
    bk_group *group = bk_group_at(bk_results_root(results), "output");
    bk_text csv = {0};
    cr_assert_not_null(bk_group_add(group, &field, (size_t[]){2}, values));
    cr_assert_not_null(bk_group_add(group, &kept, (size_t[]){2}, flags));
    cr_assert_eq(bk_replay_table(&csv, group), BK_OK);
    cr_assert_str_eq(bk_text_string(&csv), "value,kept\n,0\n2.5,1\n");
    bk_text_clear(&csv);
    bk_results_destroy(results);
}

Test(replay_table, the_table_that_says_most_comes_without_a_name)
{
    bk_results *results = bk_results_create();
    const bk_group *table = NULL;
    const bk_group *root = bk_results_root(results);
    cr_assert_not_null(bk_group_at(bk_results_root(results), "output"));
    cr_assert_eq(bk_replay_table_find(&table, root, NULL), BK_OK);
    cr_assert_str_eq(bk_group_name(table), "output");
    (void)trial_tree(results);
    cr_assert_eq(bk_replay_table_find(&table, root, NULL), BK_OK);
    cr_assert_str_eq(bk_group_name(table), "point");
    cr_assert_eq(bk_replay_table_find(&table, root, "output"), BK_OK);
    cr_assert_str_eq(bk_group_name(table), "output");
    cr_assert_eq(bk_replay_table_find(&table, root, "points"), BK_INVALID);
    cr_assert_str_eq(bk_error_message(), "--table: there is no 'points'; this trial has output, point");
    bk_results_destroy(results);
}
