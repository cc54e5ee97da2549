/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copies of groups: everything arrives, with the same digests and the same bytes in the file; axes find what
 * they stand for. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sample.h"

static void tear_down(void) { sample_folder_remove(); }

TestSuite(tree_copy, .fini = tear_down);

static bk_field column_of(const char *name, const char *axis)
{
    return (bk_field){
        .name = name, .dtype = BK_F64, .rank = 1, .axes = {axis}, .unit = "s", .long_name = "a column"};
}

static bk_dataset *add_column(bk_group *group, const char *name, const char *axis, size_t n)
{
    static const double values[8] = {1.0, -0.0, (double)INFINITY, 4.0, 5e-324, 6.0, 7.0, 8.0};
    const bk_field field = column_of(name, axis);
    bk_dataset *dataset = bk_group_add(group, &field, &n, values);
    cr_assert_not_null(dataset, "%s", bk_error_message());
    return dataset;
}

static void copy(bk_group *to, const bk_group *from)
{
    cr_assert_eq(bk_group_copy(to, from), BK_OK, "%s", bk_error_message());
}

/* Copies every group of the root into a new tree, at the same paths. */
static bk_results *copy_of(bk_results *from)
{
    bk_results *to = bk_results_create();
    copy(bk_results_root(to), bk_results_root(from));
    return to;
}

Test(tree_copy, a_tree_of_everything_keeps_its_digest_and_its_bytes)
{
    bk_results *tree = sample_tree();
    bk_results *twin = copy_of(tree);
    char digest[65];
    char copied[65];
    cr_assert_eq(bk_results_digest(tree, digest), BK_OK);
    cr_assert_eq(bk_results_digest(twin, copied), BK_OK);
    cr_assert_str_eq(digest, copied);
    cr_assert_eq(bk_results_write(tree, sample_path("a.h5"), false), BK_OK, "%s", bk_error_message());
    cr_assert_eq(bk_results_write(twin, sample_path("b.h5"), false), BK_OK, "%s", bk_error_message());
    cr_assert(sample_equal_files(sample_path("a.h5"), sample_path("b.h5")));
    bk_results_destroy(twin);
    /* And through a file, from which every dataset comes with its digest. */
    bk_results *read = bk_results_read(sample_path("a.h5"));
    twin = copy_of(read);
    cr_assert_eq(bk_results_write(twin, sample_path("c.h5"), false), BK_OK, "%s", bk_error_message());
    cr_assert(sample_equal_files(sample_path("a.h5"), sample_path("c.h5")));
    bk_results_destroy(read);
    bk_results_destroy(twin);
    bk_results_destroy(tree);
}

Test(tree_copy, attributes_keep_their_type_and_every_bit)
{
    bk_results *tree = bk_results_create();
    bk_results *other = bk_results_create();
    bk_group *from = bk_group_at(bk_results_root(tree), "from/inner");
    bk_group_set_text(from, "text", "gr\xc3\xbc\xc3\x9f");
    bk_group_set_text(from, "nothing", "");
    bk_group_set_real(from, "real", -0.0);
    bk_group_set_integer(from, "integer", INT64_MIN);
    bk_group_set_unsigned(from, "unsigned", UINT64_MAX);
    bk_group_set_flag(from, "flag", true);
    bk_dataset_set_text(add_column(from, "value", "row", 5), "note", "a note");
    bk_group *to = bk_group_at(bk_results_root(other), "to");
    copy(to, bk_group_find(bk_results_root(tree), "from"));
    bk_results_destroy(tree); /* nothing of it is needed any more */
    const bk_group *inner = bk_group_find(to, "inner");
    cr_assert_eq(bk_group_attribute_count(inner), 6);
    cr_assert_str_eq(bk_group_text(inner, "text"), "gr\xc3\xbc\xc3\x9f");
    cr_assert_str_eq(bk_group_text(inner, "nothing"), "");
    cr_assert(signbit(bk_group_real(inner, "real")));
    cr_assert_eq(*(const int64_t *)bk_group_attribute(inner, 3).values, INT64_MIN);
    uint64_t value = 0;
    cr_assert(bk_group_unsigned(&value, inner, "unsigned"));
    cr_assert_eq(value, UINT64_MAX);
    cr_assert_eq(bk_group_attribute(inner, 5).dtype, BK_U8);
    const bk_dataset *dataset = bk_dataset_find(inner, "value");
    cr_assert_eq(bk_dataset_attribute_count(dataset), 3);
    cr_assert_str_eq(bk_dataset_unit(dataset), "s");
    cr_assert_str_eq(bk_dataset_long_name(dataset), "a column");
    cr_assert(signbit(bk_dataset_real(dataset, 1)) && bk_dataset_real(dataset, 4) == 5e-324);
    cr_assert_str_eq(bk_dataset_axis(dataset, 0), "row");
    bk_results_destroy(other);
}

Test(tree_copy, a_group_that_is_not_empty_is_refused_and_stays_as_it_is)
{
    bk_results *tree = bk_results_create();
    bk_group *root = bk_results_root(tree);
    bk_group *from = bk_group_at(root, "from");
    bk_group *to[3] = {bk_group_at(root, "a"), bk_group_at(root, "b"), bk_group_at(root, "c")};
    bk_group_set_real(from, "x", 1.0);
    bk_group_set_real(to[0], "y", 1.0);
    (void)bk_group_at(to[1], "inner");
    (void)add_column(to[2], "value", "row", 2);
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(bk_group_copy(to[i], from), BK_INVALID);
        cr_assert_not_null(strstr(bk_error_message(), "is not empty, so /from is not copied"), "%s",
                           bk_error_message());
        cr_assert(isnan(bk_group_real(to[i], "x")));
    }
    bk_error_clear();
    cr_assert_eq(bk_group_copy(NULL, from), BK_INVALID);
    bk_error_clear();
    cr_assert_eq(bk_group_copy(from, NULL), BK_INVALID);
    bk_results_destroy(tree);
}

Test(tree_copy, a_coordinate_inside_stays_one)
{
    bk_results *tree = bk_results_create();
    bk_group *root = bk_results_root(tree);
    bk_group *from = bk_group_at(root, "from");
    (void)add_column(from, "time", "time", 4);
    (void)add_column(bk_group_at(from, "inner"), "speed", "time", 4);
    bk_group *to = bk_group_at(root, "to");
    copy(to, from);
    const bk_dataset *coordinate = bk_dataset_coordinate(bk_dataset_find(to, "inner/speed"), 0);
    cr_assert_eq(coordinate, bk_dataset_find(to, "time"));
    bk_results_destroy(tree);
}

Test(tree_copy, an_axis_from_above_stands_for_what_the_target_finds)
{
    bk_results *tree = bk_results_create();
    bk_group *root = bk_results_root(tree);
    (void)add_column(bk_group_at(root, "there"), "time", "time", 4);
    (void)add_column(bk_group_at(root, "there/from"), "speed", "time", 4);
    (void)add_column(bk_group_at(root, "here"), "time", "time", 4);
    bk_group *to = bk_group_at(root, "here/to");
    copy(to, bk_group_find(root, "there/from"));
    cr_assert_eq(bk_dataset_coordinate(bk_dataset_find(to, "speed"), 0), bk_dataset_find(root, "here/time"));
    /* Of another length, it is refused. */
    (void)add_column(bk_group_at(root, "short"), "time", "time", 3);
    cr_assert_eq(bk_group_copy(bk_group_at(root, "short/to"), bk_group_find(root, "there/from")), BK_SHAPE);
    bk_results_destroy(tree);
}

/* Out of a tree and back into its like, as a checkpoint does it: no twin of the dimension is left inside. */
Test(tree_copy, a_copy_of_a_copy_finds_the_dimension_above_again)
{
    const char *const paths[2] = {"a.h5", "b.h5"};
    for (size_t i = 0; i < 2; i++) {
        bk_results *tree = bk_results_create();
        bk_results *between = bk_results_create();
        bk_group *group = bk_group_at(bk_results_root(tree), "network");
        (void)add_column(group, "first", "epoch", 5); /* makes the index /network/epoch */
        bk_group *inner = bk_group_at(group, "small");
        (void)add_column(bk_group_at(inner, "deep"), "loss", "epoch", 5);
        (void)add_column(inner, "weight", "parameter", 3);
        if (i == 1) {
            copy(bk_group_at(bk_results_root(between), "stage_0/results"), inner);
            bk_results_destroy(tree);
            tree = bk_results_create();
            group = bk_group_at(bk_results_root(tree), "network");
            (void)add_column(group, "first", "epoch", 5);
            copy(bk_group_at(group, "small"), bk_group_find(bk_results_root(between), "stage_0/results"));
        }
        cr_assert_eq(bk_results_write(tree, sample_path(paths[i]), false), BK_OK, "%s", bk_error_message());
        bk_results_destroy(between);
        bk_results_destroy(tree);
    }
    cr_assert(sample_equal_files(sample_path("a.h5"), sample_path("b.h5")));
}

Test(tree_copy, texts_scalars_and_empty_datasets_are_copied)
{
    static const char *const texts[] = {"", "two\nlines", "\xf0\x9f\x8e\xb2"};
    const bk_field words = {
        .name = "word", .dtype = BK_TEXT, .rank = 1, .axes = {"word"}, .unit = "", .long_name = "words"};
    const bk_field scalar = {
        .name = "one", .dtype = BK_U8, .rank = 0, .axes = {NULL}, .unit = "1", .long_name = "a scalar"};
    const uint8_t one = 1;
    const size_t n = 3;
    bk_results *tree = bk_results_create();
    bk_group *from = bk_group_at(bk_results_root(tree), "from");
    cr_assert_not_null(bk_group_add(from, &words, &n, texts));
    cr_assert_not_null(bk_group_add(from, &scalar, NULL, &one));
    (void)add_column(from, "nothing", "none", 0);
    bk_group *to = bk_group_at(bk_results_root(tree), "to");
    copy(to, from);
    for (size_t i = 0; i < n; i++) {
        cr_assert_str_eq(bk_dataset_text(bk_dataset_find(to, "word"), i), texts[i]);
    }
    cr_assert_eq(bk_dataset_real(bk_dataset_find(to, "one"), 0), 1.0);
    cr_assert_eq(bk_dataset_rank(bk_dataset_find(to, "one")), 0);
    cr_assert_eq(bk_dataset_size(bk_dataset_find(to, "nothing")), 0);
    cr_assert_eq(bk_dataset_coordinate(bk_dataset_find(to, "word"), 0), bk_dataset_find(to, "word"));
    bk_results_destroy(tree);
}
