/* SPDX-License-Identifier: GPL-3.0-or-later
 * The tree in memory: groups, names, axes, attributes. */
#include "brisk/results.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static bk_results *results;
static bk_group *root;

static void set_up(void)
{
    results = bk_results_create();
    root = bk_results_root(results);
}

static void tear_down(void) { bk_results_destroy(results); }

TestSuite(tree, .init = set_up, .fini = tear_down);

static const double values[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

/* Adds an f64 dataset with up to two axes. */
static bk_dataset *add(bk_group *group, const char *name, const char *axis0, size_t length0,
                       const char *axis1, size_t length1)
{
    const size_t shape[2] = {length0, length1};
    const bk_field field = {name,           BK_F64, axis1 != NULL ? 2 : axis0 != NULL ? 1 : 0,
                            {axis0, axis1}, "1",    "a thing"};
    return bk_group_add(group, &field, shape, values);
}

Test(tree, groups_are_made_with_their_parents_and_found_again)
{
    bk_group *deep = bk_group_at(root, "network/tanh_5/trials");
    cr_assert_not_null(deep);
    cr_assert_str_eq(bk_group_name(deep), "trials");
    cr_assert_str_eq(bk_group_path(deep), "/network/tanh_5/trials");
    cr_assert_eq(bk_group_at(root, "network/tanh_5/trials"), deep);
    cr_assert_eq(bk_group_find(root, "network/tanh_5/trials"), deep);
    cr_assert_null(bk_group_find(root, "network/tanh_5/trial"));
    cr_assert_null(bk_group_find(root, "net"));
    cr_assert_eq(bk_group_group_count(root), 1);
    bk_group_at(root, "config");
    cr_assert_str_eq(bk_group_name(bk_group_child(root, 1)), "config");
    cr_assert_null(bk_group_child(root, 2));
}

Test(tree, bad_names_are_refused_and_make_nothing)
{
    const char *bad[] = {"", "/a", "a//b", "a/", "a/./b", "..", "a\nb", "\xff", "a/\xc0\x80", "\xed\xa0\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        bk_error_clear();
        cr_assert_null(bk_group_at(root, bad[i]), "%zu", i);
        cr_assert_eq(bk_error_status(), BK_INVALID);
        cr_assert_eq(bk_group_group_count(root), 0);
    }
    char name[300];
    memset(name, 'n', sizeof name);
    name[255] = '\0';
    cr_assert_not_null(bk_group_at(root, name));
    name[255] = 'n';
    name[256] = '\0';
    cr_assert_null(bk_group_at(root, name));
    cr_assert_null(add(root, "a/b", "i", 2, NULL, 0));
    cr_assert_null(add(root, "ab", "i/j", 2, NULL, 0));
    cr_assert_null(add(root, "ab", "", 2, NULL, 0));
}

Test(tree, depth_is_limited)
{
    bk_group *group = root;
    for (int i = 0; i < 32; i++) {
        group = bk_group_at(group, "g");
        cr_assert_not_null(group);
    }
    cr_assert_null(bk_group_at(group, "g"));
}

Test(tree, the_first_failure_is_passed_on)
{
    bk_group *none = bk_group_at(root, "a//b");
    char message[300];
    snprintf(message, sizeof message, "%s", bk_error_message());
    cr_assert_null(bk_group_at(none, "x"));
    cr_assert_null(add(none, "x", NULL, 0, NULL, 0));
    cr_assert_eq(bk_group_set_real(none, "x", 1.0), BK_INVALID);
    cr_assert_eq(bk_dataset_set_text(NULL, "x", "y"), BK_INVALID);
    cr_assert_str_eq(bk_error_message(), message);
    bk_error_clear();
    cr_assert_eq(bk_group_set_real(NULL, "x", 1.0), BK_INVALID);
}

Test(tree, values_are_copied)
{
    double own[3] = {1, 2, 3};
    const char *texts[2] = {"a", "b"};
    char a[] = "a";
    texts[0] = a;
    const bk_field field = {"v", BK_F64, 1, {"i"}, "s", "values"};
    const bk_field words = {"w", BK_TEXT, 1, {"j"}, "", "words"};
    bk_dataset *v = bk_group_add(root, &field, &(size_t){3}, own);
    bk_dataset *w = bk_group_add(root, &words, &(size_t){2}, texts);
    own[0] = 9;
    a[0] = 'z';
    cr_assert_eq(bk_dataset_real(v, 0), 1.0);
    cr_assert_str_eq(bk_dataset_text(w, 0), "a");
    cr_assert(isnan(bk_dataset_real(w, 0)));
    cr_assert_null(bk_dataset_text(v, 0));
    cr_assert(isnan(bk_dataset_real(v, 3)));
    cr_assert_str_eq(bk_dataset_unit(v), "s");
    cr_assert_str_eq(bk_dataset_unit(w), "");
    cr_assert_str_eq(bk_dataset_long_name(w), "words");
    cr_assert_eq(bk_dataset_find(root, "v"), v);
    cr_assert_null(bk_dataset_find(root, "j"));
}

Test(tree, text_that_is_not_utf8_is_repaired)
{
    const bk_field words = {"w", BK_TEXT, 1, {"j"}, "", "words"};
    const char *const bad[5] = {"\xff", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80"};
    bk_dataset *w = bk_group_add(root, &words, &(size_t){5}, bad);
    cr_assert_str_eq(bk_dataset_text(w, 0), "\xef\xbf\xbd");
    cr_assert_str_eq(bk_dataset_text(w, 1), "\xef\xbf\xbd");
    cr_assert_str_eq(bk_dataset_text(w, 2), "\xef\xbf\xbd\xef\xbf\xbd");
    cr_assert_eq(strlen(bk_dataset_text(w, 3)), 9);
    cr_assert_eq(strlen(bk_dataset_text(w, 4)), 12);
    bk_group_set_text(root, "host", "caf\xe9");
    cr_assert_str_eq(bk_group_text(root, "host"), "caf\xef\xbf\xbd");
}

Test(tree, an_axis_stands_for_the_nearest_coordinate_or_index)
{
    bk_dataset *x = add(root, "x", "x", 3, NULL, 0);
    bk_group *a = bk_group_at(root, "a");
    bk_group *b = bk_group_at(a, "b");
    bk_dataset *f = add(b, "f", "x", 3, NULL, 0);
    cr_assert_eq(bk_dataset_coordinate(f, 0), x);
    cr_assert_eq(bk_dataset_coordinate(x, 0), x);
    bk_dataset *near = add(a, "x", "x", 4, NULL, 0);
    bk_dataset *g = add(b, "g", "x", 4, "trial", 2);
    cr_assert_not_null(g, "%s", bk_error_message());
    cr_assert_eq(bk_dataset_coordinate(g, 0), near);
    cr_assert_null(bk_dataset_coordinate(g, 1));
    cr_assert_str_eq(bk_dataset_axis(g, 1), "trial");
    cr_assert_null(bk_dataset_axis(g, 2));
    /* The index "trial" belongs to b: elsewhere it may have another length. */
    cr_assert_not_null(add(a, "h", "trial", 7, NULL, 0));
    cr_assert_not_null(add(b, "h", "trial", 2, NULL, 0));
}

Test(tree, lengths_that_differ_are_an_error_that_names_both)
{
    add(root, "x", "x", 3, NULL, 0);
    add(root, "f", "trial", 5, NULL, 0);
    cr_assert_null(add(bk_group_at(root, "a"), "g", "x", 4, NULL, 0));
    cr_assert_eq(bk_error_status(), BK_SHAPE);
    cr_assert(strstr(bk_error_message(), "dataset g in /a has 4") != NULL, "%s", bk_error_message());
    cr_assert(strstr(bk_error_message(), "coordinate /x has length 3") != NULL, "%s", bk_error_message());
    cr_assert_null(add(root, "g", "trial", 4, NULL, 0));
    cr_assert(strstr(bk_error_message(), "index dimension /trial has length 5") != NULL);
    cr_assert_eq(bk_group_dataset_count(root), 2);
}

Test(tree, names_are_there_once)
{
    add(root, "f", "trial", 5, NULL, 0);
    bk_group_at(root, "g");
    cr_assert_null(add(root, "f", "trial", 5, NULL, 0));
    cr_assert_null(add(root, "g", NULL, 0, NULL, 0));
    cr_assert_null(add(root, "trial", "trial", 5, NULL, 0));
    cr_assert(strstr(bk_error_message(), "before the datasets along it") != NULL, "%s", bk_error_message());
    cr_assert_null(bk_group_at(root, "trial"));
    cr_assert_null(bk_group_at(root, "f"));
    cr_assert_null(add(root, "h", "g", 5, NULL, 0));
    cr_assert_null(add(root, "h", "f", 5, NULL, 0));
    cr_assert_null(add(root, "square", "i", 2, "i", 2));
    cr_assert_null(add(root, "i", "i", 2, "j", 2));
}

Test(tree, wrong_calls_are_errors)
{
    const bk_field field = {"v", BK_F64, 1, {"i"}, "1", "values"};
    bk_field bad = field;
    cr_assert_null(bk_group_add(root, &field, NULL, values));
    cr_assert_null(bk_group_add(root, &field, &(size_t){3}, NULL));
    cr_assert_null(bk_group_add(root, NULL, NULL, values));
    bad.rank = 5;
    cr_assert_null(bk_group_add(root, &bad, (const size_t[]){1, 1, 1, 1, 1}, values));
    bad = field;
    bad.dtype = (bk_dtype)77;
    cr_assert_null(bk_group_add(root, &bad, &(size_t){3}, values));
    bad = field;
    bad.long_name = "";
    cr_assert_null(bk_group_add(root, &bad, &(size_t){3}, values));
    bad = field;
    bad.unit = NULL;
    cr_assert_null(bk_group_add(root, &bad, &(size_t){3}, values));
    bad = (bk_field){"v", BK_F64, 2, {"i", "j"}, "1", "values"};
    cr_assert_null(bk_group_add(root, &bad, (const size_t[]){SIZE_MAX / 2, 3}, values));
    cr_assert_eq(bk_error_status(), BK_OVERFLOW);
    bad = (bk_field){"v", BK_TEXT, 1, {"i"}, "", "values"};
    cr_assert_null(bk_group_add(root, &bad, &(size_t){1}, (const char *const[]){NULL}));
    cr_assert_eq(bk_group_dataset_count(root), 0);
    /* No index was left behind by the calls that failed. */
    cr_assert_not_null(bk_group_at(root, "i"));
}

Test(tree, attributes_are_set_replaced_and_read)
{
    bk_group_set_real(root, "a", 0.5);
    bk_group_set_integer(root, "b", -7);
    bk_group_set_unsigned(root, "seed", UINT64_MAX);
    bk_group_set_flag(root, "c", true);
    bk_group_set_text(root, "d", "text");
    cr_assert_eq(bk_group_real(root, "a"), 0.5);
    cr_assert_eq(bk_group_real(root, "b"), -7.0);
    cr_assert_eq(bk_group_real(root, "c"), 1.0);
    cr_assert(isnan(bk_group_real(root, "d")));
    cr_assert(isnan(bk_group_real(root, "none")));
    cr_assert_str_eq(bk_group_text(root, "d"), "text");
    cr_assert_null(bk_group_text(root, "a"));
    uint64_t seed = 0;
    cr_assert(bk_group_unsigned(&seed, root, "seed") && seed == UINT64_MAX);
    cr_assert_not(bk_group_unsigned(&seed, root, "b"));
    bk_group_set_text(root, "a", "now text");
    cr_assert_eq(bk_group_attribute_count(root), 5);
    const bk_attribute first = bk_group_attribute(root, 0);
    cr_assert_str_eq(first.name, "a");
    cr_assert_eq(first.dtype, BK_TEXT);
    cr_assert_str_eq(*(const char *const *)first.values, "now text");
    cr_assert_eq(bk_group_attribute(root, 5).dtype, BK_DTYPE_COUNT);
}

Test(tree, attributes_that_would_spoil_the_file_are_refused)
{
    char text[1026];
    memset(text, 't', sizeof text);
    text[1024] = '\0';
    cr_assert_eq(bk_group_set_text(root, "long", text), BK_OK);
    text[1024] = 't';
    text[1025] = '\0';
    cr_assert_eq(bk_group_set_text(root, "long", text), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "text dataset") != NULL);
    cr_assert_eq(bk_group_set_text(root, "null", NULL), BK_INVALID);
    cr_assert_eq(bk_group_set_text(root, "", "x"), BK_INVALID);
    bk_dataset *x = add(root, "x", "x", 3, NULL, 0);
    cr_assert_eq(bk_dataset_set_text(x, "CLASS", "x"), BK_INVALID);
    cr_assert_eq(bk_dataset_set_text(x, "DIMENSION_LIST", "x"), BK_INVALID);
    cr_assert_eq(bk_dataset_set_codes(x, (const char *const[]){"ok"}, 1), BK_DTYPE);
}
