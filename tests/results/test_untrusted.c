/* SPDX-License-Identifier: GPL-3.0-or-later
 * Files of strangers and damaged files: an error with a reason, never a crash, never a wrong value. */
#include "sample.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

TestSuite(untrusted, .fini = sample_folder_remove);

/* A file small enough to damage in hundreds of places. */
static void *good_file(size_t *size)
{
    bk_results *results = sample_tree();
    cr_assert_eq(bk_results_write(results, sample_path("good.h5"), true), BK_OK, "%s", bk_error_message());
    bk_results_destroy(results);
    return sample_read(sample_path("good.h5"), size);
}

Test(untrusted, a_cut_file_is_refused)
{
    size_t size = 0;
    void *bytes = good_file(&size);
    for (size_t part = 0; part < 16; part++) {
        sample_write(sample_path("cut.h5"), bytes, size * part / 16);
        cr_assert_null(bk_results_read(sample_path("cut.h5")), "%zu/16 of the file was read", part);
        cr_assert_eq(bk_error_status(), BK_FORMAT);
    }
    /* Without its seal (40 bytes) the HDF5 file is whole; one byte less and it is not. */
    sample_write(sample_path("cut.h5"), bytes, size - 40);
    bk_results *whole = bk_results_read(sample_path("cut.h5"));
    cr_assert_not_null(whole, "%s", bk_error_message());
    bk_results_destroy(whole);
    sample_write(sample_path("cut.h5"), bytes, size - 41);
    cr_assert_null(bk_results_read(sample_path("cut.h5")));
    bk_free(bytes);
}

Test(untrusted, a_flipped_bit_is_found_before_hdf5_sees_it, .timeout = 300)
{
    size_t size = 0;
    unsigned char *bytes = good_file(&size);
    uint64_t state = 1;
    for (size_t i = 0; i < 500 + 40; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        /* Places all over the file, then each byte of the seal. */
        const size_t place = i < 500 ? (size_t)(state >> 33) % size : size - 40 + (i - 500);
        const unsigned char flip = (unsigned char)(1u << ((state >> 29) & 7));
        bytes[place] ^= flip;
        sample_write(sample_path("bad.h5"), bytes, size);
        bytes[place] ^= flip;
        bk_results *bad = bk_results_read(sample_path("bad.h5"));
        if (bad == NULL) {
            cr_assert_eq(bk_error_status(), BK_FORMAT, "byte %zu: %s", place, bk_error_message());
        } else {
            /* Only without the mark of the seal, and then nothing else is wrong. */
            cr_assert(place >= size - 40 && place < size - 32, "byte %zu was not missed", place);
            cr_assert_eq(bk_results_check_digest(bad), BK_OK);
        }
        bk_results_destroy(bad);
    }
    bk_free(bytes);
}

Test(untrusted, a_value_changed_without_the_seal_is_found_by_the_digest)
{
    size_t size = 0;
    unsigned char *bytes = good_file(&size);
    /* The f64 dataset of the sample holds 1/3 once in its bytes. */
    const double third = 1.0 / 3.0;
    unsigned char *place = NULL;
    for (size_t i = 0; i + sizeof third <= size && place == NULL; i++) {
        place = memcmp(bytes + i, &third, sizeof third) == 0 ? bytes + i : NULL;
    }
    cr_assert_not_null(place);
    *place ^= 1;
    sample_write(sample_path("bad.h5"), bytes, size);
    cr_assert_null(bk_results_read(sample_path("bad.h5")));
    cr_assert(strstr(bk_error_message(), "checksum") != NULL, "%s", bk_error_message());
    sample_write(sample_path("bad.h5"), bytes, size - 40);
    bk_results *bad = bk_results_read(sample_path("bad.h5"));
    cr_assert_not_null(bad, "%s", bk_error_message());
    cr_assert_eq(bk_results_check_digest(bad), BK_MISMATCH);
    cr_assert(strstr(bk_error_message(), "/types/") != NULL, "%s", bk_error_message());
    bk_results_destroy(bad);
    bk_free(bytes);
}

static const struct {
    const char *file;
    const char *words;
} foreign[] = {
    {"other_program", "not of brisk"},
    {"other_format", "not of brisk"},
    {"no_format", "not of brisk"},
    {"newer", "version 2.0 is newer"},
    {"older", "version 0.9 is older"},
    {"no_version", "does not say its version"},
    {"float_version", "does not say its version"},
    {"incomplete", "incomplete"},
    {"no_complete", "incomplete"},
    {"soft", "bad in / is a soft link"},
    {"external", "bad in / is an external link"},
    {"external_group", "bad in /network is an external link"},
    {"virtual", "layout"},
    {"external_storage", "in another file"},
    {"cycle", "linked twice"},
    {"twice", "linked twice"},
    {"named_type", "neither a group nor a dataset"},
    {"lzf", "filter 32000"},
    {"big_endian", "data type"},
    {"compound", "data type"},
    {"half", "data type"},
    {"fixed_text", "data type"},
    {"no_scale", "without dimension scales"},
    {"rank5", "at most 4 axes"},
    {"extendible", "extendible"},
    {"bomb_contiguous", "8000000000000 bytes of values, but 0 are stored"},
    {"bomb_chunked", "0 are stored"},
    {"bomb_overflow", "too large"},
    {"bomb_chunk", "chunks larger"},
    {"null_space", "shape"},
    {"latin1", "not UTF-8"},
    {"attribute_2d", "shape"},
    {"attribute_complex", "data type"},
    {"attribute_long", "bad of / is none that brisk writes"},
    {"attribute_reference", "data type"},
    {"deep", "at most 32 deep"},
};

Test(untrusted, files_of_others_are_refused_with_the_reason, .timeout = 120)
{
    size_t size = 0;
    bk_free(good_file(&size));
    cr_assert_eq(mkdir(sample_path("made"), 0755), 0);
    const int code = sample_python("make_foreign.py", sample_path("good.h5"), sample_path("made"));
    if (code < 0) {
        cr_skip_test("h5py is not installed");
    }
    cr_assert_eq(code, 0);
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        char name[100];
        snprintf(name, sizeof name, "made/%s.h5", foreign[i].file);
        bk_error_clear();
        cr_expect_null(bk_results_read(sample_path(name)), "%s was read", name);
        cr_expect(bk_error_status() == BK_FORMAT, "%s: %s", name, bk_status_name(bk_error_status()));
        cr_expect(strstr(bk_error_message(), foreign[i].words) != NULL, "%s: \"%s\" lacks \"%s\"", name,
                  bk_error_message(), foreign[i].words);
    }
    /* A remark that a user added with h5py is no reason to refuse the file; the digest tells of it. */
    bk_results *annotated = bk_results_read(sample_path("made/annotated.h5"));
    cr_assert_not_null(annotated, "%s", bk_error_message());
    cr_assert_str_eq(bk_group_text(bk_results_root(annotated), "remark"), "looks good");
    cr_assert_eq(bk_results_check_digest(annotated), BK_MISMATCH);
    bk_results_destroy(annotated);
}
