/* SPDX-License-Identifier: GPL-3.0-or-later
 * The digest of the content: what changes it and what does not. */
#include "sample.h"

#include <criterion/criterion.h>
#include <string.h>

static void digest_of(char *hex, const char *dataset_value, const char *group_value, const char *run_value)
{
    bk_results *results = bk_results_create();
    bk_group *root = bk_results_root(results);
    const bk_field field = {"label", BK_TEXT, 1, {"i"}, "", "labels"};
    bk_group_add(bk_group_at(root, "a"), &field, &(size_t){2}, (const char *const[]){dataset_value, "b"});
    bk_group_set_text(bk_group_at(root, "a"), "note", group_value);
    bk_group_set_text(bk_group_at(root, "run"), "host", run_value);
    cr_assert_eq(bk_results_digest(results, hex), BK_OK);
    bk_results_destroy(results);
}

Test(digest, data_and_attributes_count_and_run_does_not)
{
    char base[65], same[65], data[65], attribute[65];
    digest_of(base, "x", "y", "z");
    digest_of(same, "x", "y", "other");
    digest_of(data, "X", "y", "z");
    digest_of(attribute, "x", "Y", "z");
    cr_assert_eq(strlen(base), 64);
    cr_assert_str_eq(base, same);
    cr_assert_str_neq(base, data);
    cr_assert_str_neq(base, attribute);
    cr_assert_str_neq(data, attribute);
}

Test(digest, of_an_empty_tree_is_the_one_worked_out_by_hand)
{
    /* python3: H = hashlib.sha256; n = lambda i: i.to_bytes(8, "little"); t = lambda s: n(len(s)) + s
     * H(H(t(b"group") + t(b"/") + n(0)).digest()).hexdigest() */
    bk_results *results = bk_results_create();
    char hex[65];
    cr_assert_eq(bk_results_digest(results, hex), BK_OK);
    cr_assert_str_eq(hex, "12ff991a6454cec526d7466ae2d769578b31b944e61fb895a3cd7caee81bffc6");
    bk_results_destroy(results);
}

Test(digest, a_changed_value_is_found_and_named)
{
    bk_results *results = sample_tree();
    cr_assert_eq(bk_results_check_digest(results), BK_INVALID);
    cr_assert_eq(bk_results_write(results, sample_path("a.h5"), false), BK_OK, "%s", bk_error_message());
    bk_results_destroy(results);
    results = bk_results_read(sample_path("a.h5"));
    cr_assert_not_null(results, "%s", bk_error_message());
    cr_assert_eq(bk_results_check_digest(results), BK_OK, "%s", bk_error_message());
    const bk_dataset *y = bk_dataset_find(bk_results_root(results), "training_set/y");
    ((float *)(uintptr_t)bk_dataset_values(y))[1] = 5.0f;
    cr_assert_eq(bk_results_check_digest(results), BK_MISMATCH);
    cr_assert(strstr(bk_error_message(), "/training_set/y") != NULL, "%s", bk_error_message());
    ((float *)(uintptr_t)bk_dataset_values(y))[1] = -1.0f;
    cr_assert_eq(bk_results_check_digest(results), BK_OK);
    bk_group_set_text(bk_results_root(results), "experiment", "other");
    cr_assert_eq(bk_results_check_digest(results), BK_MISMATCH);
    bk_results_destroy(results);
    sample_folder_remove();
}

Test(digest, python_computes_the_same_from_the_file)
{
    bk_results *results = sample_tree();
    cr_assert_eq(bk_results_write(results, sample_path("a.h5"), false), BK_OK, "%s", bk_error_message());
    bk_results_destroy(results);
    const int code = sample_python("check_digest.py", sample_path("a.h5"), NULL);
    sample_folder_remove();
    if (code < 0) {
        cr_skip_test("h5py is not installed");
    }
    cr_assert_eq(code, 0);
}
