/* SPDX-License-Identifier: GPL-3.0-or-later
 * From a tree to a file and back: nothing is lost, same tree, same bytes. */
#include "results/hdf5.h"
#include "sample.h"

#include <criterion/criterion.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void expect_equal_attributes(const bk_list *a, const bk_list *b, const char *path)
{
    cr_assert_eq(a->count, b->count, "%s: %zu and %zu attributes", path, a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        const bk_attribute *x = a->items[i];
        const bk_attribute *y = b->items[i];
        cr_assert_str_eq(x->name, y->name);
        cr_assert(x->dtype == y->dtype && x->length == y->length, "%s: %s", path, x->name);
        if (x->dtype == BK_TEXT) {
            cr_assert_str_eq(*(const char *const *)x->values, *(const char *const *)y->values);
        } else {
            const size_t count = x->length == 0 ? 1 : x->length;
            cr_assert(memcmp(x->values, y->values, count * bk_dtype_size(x->dtype)) == 0, "%s: %s", path,
                      x->name);
        }
    }
}

static void expect_equal_datasets(const bk_dataset *a, const bk_dataset *b)
{
    cr_assert_str_eq(a->path, b->path);
    cr_assert(a->dtype == b->dtype && a->rank == b->rank && a->coordinate == b->coordinate, "%s", a->path);
    for (size_t axis = 0; axis < a->rank; axis++) {
        cr_assert_eq(a->shape[axis], b->shape[axis]);
        cr_assert_str_eq(a->dimensions[axis]->path, b->dimensions[axis]->path);
    }
    for (size_t i = 0; a->dtype == BK_TEXT && i < a->size; i++) {
        cr_assert_str_eq(bk_dataset_text(a, i), bk_dataset_text(b, i));
    }
    if (a->dtype != BK_TEXT) {
        cr_assert(memcmp(a->values, b->values, a->size * bk_dtype_size(a->dtype)) == 0, "%s", a->path);
    }
    expect_equal_attributes(&a->attributes, &b->attributes, a->path);
}

static void expect_equal_groups(const bk_group *a, const bk_group *b)
{
    cr_assert_str_eq(a->path, b->path);
    cr_assert(a->groups.count == b->groups.count && a->items.count == b->items.count, "%s", a->path);
    expect_equal_attributes(&a->attributes, &b->attributes, a->path);
    cr_assert_eq(a->datasets.count, b->datasets.count);
    for (size_t i = 0; i < a->datasets.count; i++) {
        expect_equal_datasets(a->datasets.items[i], b->datasets.items[i]);
    }
    for (size_t i = 0; i < a->groups.count; i++) {
        expect_equal_groups(a->groups.items[i], b->groups.items[i]);
    }
}

Test(roundtrip, everything_comes_back, .fini = sample_folder_remove)
{
    bk_results *results = sample_tree();
    cr_assert_eq(bk_error_status(), BK_OK, "%s", bk_error_message());
    cr_assert_eq(bk_results_write(results, sample_path("a.h5"), false), BK_OK, "%s", bk_error_message());
    bk_results *again = bk_results_read(sample_path("a.h5"));
    cr_assert_not_null(again, "%s", bk_error_message());
    expect_equal_groups(results->root, again->root);
    cr_assert_eq(sample_folder_count(), 1);
    bk_results_destroy(results);
    bk_results_destroy(again);
}

Test(roundtrip, the_file_says_what_it_is, .fini = sample_folder_remove)
{
    bk_results *results = sample_tree();
    char before[65];
    bk_results_digest(results, before);
    cr_assert_eq(bk_results_write(results, sample_path("a.h5"), false), BK_OK, "%s", bk_error_message());
    bk_results *again = bk_results_read(sample_path("a.h5"));
    const bk_group *root = bk_results_root(again);
    const size_t count = bk_group_attribute_count(root);
    cr_assert_str_eq(bk_group_attribute(root, 0).name, "format");
    cr_assert_str_eq(bk_group_attribute(root, 1).name, "format_version");
    cr_assert_str_eq(bk_group_attribute(root, count - 2).name, "digest");
    cr_assert_str_eq(bk_group_attribute(root, count - 1).name, "complete");
    cr_assert_str_eq(bk_group_text(root, "format"), "brisk-results");
    cr_assert_str_eq(bk_group_text(root, "digest"), before);
    uint64_t seed = 0;
    cr_assert(bk_group_unsigned(&seed, root, "seed") && seed == UINT64_MAX);
    bk_results_destroy(results);
    bk_results_destroy(again);
}

Test(roundtrip, same_tree_same_bytes, .fini = sample_folder_remove)
{
    for (int i = 0; i < 2; i++) {
        bk_results *results = sample_tree();
        cr_assert_eq(bk_results_write(results, sample_path(i == 0 ? "a.h5" : "b.h5"), false), BK_OK);
        bk_results_destroy(results);
    }
    cr_assert(sample_equal_files(sample_path("a.h5"), sample_path("b.h5")));
}

Test(roundtrip, bytes_do_not_depend_on_what_lay_in_memory, .fini = sample_folder_remove)
{
    /* Fresh memory is filled with one byte or another: bytes that HDF5 forgets to set would show. */
    for (int i = 0; i < 2; i++) {
        if (mallopt(M_PERTURB, i == 0 ? 85 : 170) != 1) {
            cr_skip_test("this allocator (a sanitizer's) does not fill memory on demand");
        }
        bk_results *results = sample_tree();
        cr_assert_eq(bk_results_write(results, sample_path(i == 0 ? "a.h5" : "b.h5"), false), BK_OK);
        bk_results_destroy(results);
    }
    cr_assert(sample_equal_files(sample_path("a.h5"), sample_path("b.h5")));
}

Test(roundtrip, write_read_write_gives_the_same_bytes, .fini = sample_folder_remove)
{
    bk_results *results = sample_tree();
    bk_group *root = bk_results_root(results);
    /* Dimensions made in another order than a reader meets them: each keeps its own. */
    const bk_field along_x = {"f", BK_U8, 1, {"x"}, "1", "along x"};
    const bk_field again_x = {"g", BK_U8, 1, {"x"}, "1", "along x"};
    const bk_field x = {"x", BK_U8, 1, {"x"}, "1", "x"};
    const uint8_t values[3] = {1, 2, 3};
    bk_group *late = bk_group_at(root, "late");
    bk_group *below = bk_group_at(late, "below");
    bk_group_add(root, &along_x, &(size_t){3}, values);
    bk_group_add(below, &along_x, &(size_t){3}, values);
    bk_group_add(late, &x, &(size_t){2}, values);
    bk_group_add(below, &again_x, &(size_t){2}, values);
    cr_assert_eq(bk_error_status(), BK_OK, "%s", bk_error_message());
    cr_assert_eq(bk_results_write(results, sample_path("a.h5"), false), BK_OK, "%s", bk_error_message());
    bk_results *again = bk_results_read(sample_path("a.h5"));
    cr_assert_not_null(again, "%s", bk_error_message());
    expect_equal_groups(results->root, again->root);
    cr_assert_eq(bk_results_write(again, sample_path("b.h5"), false), BK_OK, "%s", bk_error_message());
    cr_assert(sample_equal_files(sample_path("a.h5"), sample_path("b.h5")));
    bk_results_destroy(results);
    bk_results_destroy(again);
}

Test(roundtrip, large_datasets_of_every_rank, .fini = sample_folder_remove)
{
    const size_t count = 300 * 1000;
    double *values = bk_allocate(count, sizeof *values);
    for (size_t i = 0; i < count; i++) {
        values[i] = sin((double)i);
    }
    bk_results *results = bk_results_create();
    bk_group *root = bk_results_root(results);
    const bk_field one = {"one", BK_F64, 1, {"i"}, "1", "one axis"};
    const bk_field two = {"two", BK_F64, 2, {"j", "k"}, "1", "two axes"};
    const bk_field wide = {"wide", BK_F64, 2, {"l", "m"}, "1", "a row longer than a chunk"};
    const bk_field four = {"four", BK_F64, 4, {"n", "o", "p", "q"}, "1", "four axes"};
    bk_group_add(root, &one, &count, values);
    bk_group_add(root, &two, (const size_t[]){300, 1000}, values);
    bk_group_add(root, &wide, (const size_t[]){2, 150000}, values);
    bk_group_add(root, &four, (const size_t[]){3, 10, 100, 100}, values);
    cr_assert_eq(bk_results_write(results, sample_path("a.h5"), false), BK_OK, "%s", bk_error_message());
    bk_results *again = bk_results_read(sample_path("a.h5"));
    cr_assert_not_null(again, "%s", bk_error_message());
    expect_equal_groups(results->root, again->root);
    bk_free(values);
    bk_results_destroy(results);
    bk_results_destroy(again);
}

Test(roundtrip, zeros_that_compress_a_thousandfold_are_no_bomb, .fini = sample_folder_remove)
{
    const size_t count = 4000 * 1000;
    uint32_t *zeros = bk_allocate(count, sizeof *zeros);
    bk_results *results = bk_results_create();
    const bk_field field = {"error_count", BK_U32, 1, {"trial"}, "1", "no errors"};
    bk_group_add(bk_results_root(results), &field, &count, zeros);
    bk_free(zeros);
    cr_assert_eq(bk_results_write(results, sample_path("a.h5"), false), BK_OK, "%s", bk_error_message());
    bk_results *again = bk_results_read(sample_path("a.h5"));
    cr_assert_not_null(again, "%s", bk_error_message());
    bk_results_destroy(results);
    bk_results_destroy(again);
}

Test(roundtrip, many_objects, .fini = sample_folder_remove)
{
    bk_results *results = bk_results_create();
    const bk_field field = {"v", BK_F64, 1, {"i"}, "1", "values"};
    const double values[3] = {1, 2, 3};
    bk_group_add(bk_results_root(results), &field, &(size_t){3}, values);
    for (int i = 0; i < 700; i++) {
        char name[32];
        snprintf(name, sizeof name, "g%d", i);
        bk_group *group = bk_group_at(bk_results_root(results), name);
        bk_group_add(group, &field, &(size_t){3}, values);
        bk_group_set_integer(bk_results_root(results), name, i);
    }
    cr_assert_eq(bk_results_write(results, sample_path("a.h5"), false), BK_OK, "%s", bk_error_message());
    bk_results *again = bk_results_read(sample_path("a.h5"));
    cr_assert_not_null(again, "%s", bk_error_message());
    expect_equal_groups(results->root, again->root);
    bk_results_destroy(results);
    bk_results_destroy(again);
}
