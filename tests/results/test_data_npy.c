/* SPDX-License-Identifier: GPL-3.0-or-later
 * .npy files as NumPy wrote them (tests/data/make_results_npy.py). */
#include "data_tools.h"

/* The next line of the file: name, column, values, bytes; false at the end. */
typedef struct npy_case {
    char name[64], column[16], values[256];
    unsigned char bytes[4096];
    size_t size;
} npy_case;

static bool next_case(npy_case *out, FILE *file)
{
    static char line[16384], hex[8192];
    while (fgets(line, sizeof line, file) != NULL) {
        if (line[0] == '#') {
            continue;
        }
        cr_assert_eq(sscanf(line, "%63s %15s %255s %8191s", out->name, out->column, out->values, hex), 4);
        out->size = strlen(hex) / 2;
        for (size_t i = 0; i < out->size; i++) {
            unsigned byte = 0;
            cr_assert_eq(sscanf(hex + 2 * i, "%2x", &byte), 1);
            out->bytes[i] = (unsigned char)byte;
        }
        return true;
    }
    return false;
}

Test(data_npy, what_numpy_wrote_is_read)
{
    FILE *file = fopen(BRISK_TEST_DATA "/results_npy.txt", "r");
    static npy_case one;
    size_t read = 0, refused = 0;
    cr_assert_not_null(file);
    enter_folder();
    while (next_case(&one, file)) {
        write_file("x.npy", one.bytes, one.size);
        bk_data *data = read_column("x.npy", one.column[0] == '0' ? NULL : one.column, BK_DATA_NUMBER);
        if (one.values[0] == '-' && one.values[1] == '\0') {
            cr_assert_null(data, "%s was read", one.name);
            cr_assert(strstr(bk_error_message(), "x.npy") != NULL, "%s: %s", one.name, bk_error_message());
            refused++;
            continue;
        }
        cr_assert_not_null(data, "%s: %s", one.name, bk_error_message());
        const char *at = one.values;
        for (size_t row = 0; row < bk_data_rows(data); row++) {
            char *end = NULL;
            cr_assert_eq(bk_data_numbers(data, 0)[row], strtod(at, &end), "%s row %zu: %.17g", one.name, row,
                         bk_data_numbers(data, 0)[row]);
            at = end + (*end == ',' ? 1 : 0);
        }
        cr_assert_eq(*at, '\0', "%s has more values", one.name);
        bk_data_destroy(data);
        read++;
    }
    fclose(file);
    cr_assert_eq(read, 35);
    cr_assert_eq(refused, 12);
}

static void read_named(npy_case *out, const char *name)
{
    FILE *file = fopen(BRISK_TEST_DATA "/results_npy.txt", "r");
    cr_assert_not_null(file);
    while (next_case(out, file)) {
        if (strcmp(out->name, name) == 0) {
            break;
        }
    }
    fclose(file);
    cr_assert_str_eq(out->name, name);
}

Test(data_npy, faults_are_named)
{
    static const struct {
        const char *name, *column, *message;
        bk_status status;
    } cases[] = {
        {"two_columns_none_named", NULL, "which column of x.npy? it has 3", BK_INVALID},
        {"no_such_column", "4", "there is no column 4 in x.npy, which has 3", BK_INVALID},
        {"no_such_column", "loss", "no column 'loss' in x.npy; its 3 columns have no names", BK_INVALID},
        {"three_axes", NULL, "x.npy has 3 axes", BK_UNSUPPORTED},
        {"scalar", NULL, "x.npy has 0 axes", BK_UNSUPPORTED},
        {"empty", NULL, "x.npy holds no values", BK_INVALID},
        {"half", NULL, "values of type '<f2', which are not read", BK_UNSUPPORTED},
        {"complex", NULL, "'<c16'", BK_UNSUPPORTED},
        {"text", NULL, "'<U1'", BK_UNSUPPORTED},
        {"record", NULL, "[('a', '<f8')", BK_UNSUPPORTED},
        {"object", NULL, "'|O'", BK_UNSUPPORTED},
        {"nan", NULL, "x.npy, row 2: 'nan' is no value", BK_INVALID},
        {"inf", NULL, "x.npy, row 2: '-inf' is infinite", BK_INVALID}};
    static npy_case one;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        read_named(&one, cases[i].name);
        if (i == 0) {
            enter_folder();
        }
        write_file("x.npy", one.bytes, one.size);
        assert_refused("x.npy", cases[i].column, cases[i].status, cases[i].message);
    }
}

Test(data_npy, every_cut_is_an_error)
{
    static npy_case one;
    read_named(&one, "<f8");
    enter_folder();
    for (size_t size = 6; size < one.size; size++) {
        write_file("x.npy", one.bytes, size);
        assert_refused("x.npy", NULL, BK_FILE, "x.npy ends too early");
    }
}

/* Any byte of the header may be wrong: an error or other numbers, never a crash. */
Test(data_npy, damaged_headers_do_no_harm)
{
    static npy_case one;
    read_named(&one, "<f8");
    enter_folder();
    for (size_t i = 6; i < 128; i++) {
        static const unsigned char bytes[] = {0, '(', '\'', '9', 0xff, ','};
        for (size_t b = 0; b < sizeof bytes; b++) {
            unsigned char copy[4096];
            memcpy(copy, one.bytes, one.size);
            copy[i] = bytes[b];
            write_file("x.npy", copy, one.size);
            bk_data_destroy(read_column("x.npy", NULL, BK_DATA_NUMBER));
        }
    }
}

Test(data_npy, large_arrays_come_in_blocks)
{
    static npy_case one;
    const size_t rows = 100001;
    read_named(&one, "c_order");
    enter_folder();
    for (int fortran = 0; fortran < 2; fortran++) {
        FILE *file = fopen("x.npy", "wb");
        char header[128];
        memset(header, ' ', sizeof header);
        memcpy(header, "\x93NUMPY\x01\x00\x76\x00", 10);
        const int length =
            snprintf(header + 10, 118, "{'descr': '<f8', 'fortran_order': %s, 'shape': (%zu, 3), }",
                     fortran ? "True" : "False", rows);
        header[10 + length] = ' ';
        header[127] = '\n';
        fwrite(header, 1, sizeof header, file);
        for (size_t i = 0; i < 3 * rows; i++) {
            const double value = (double)(fortran ? i % rows * 3 + i / rows : i);
            fwrite(&value, sizeof value, 1, file);
        }
        fclose(file);
        bk_data *data = read_column("x.npy", "2", BK_DATA_NUMBER);
        cr_assert_not_null(data, "%s", bk_error_message());
        cr_assert_eq(bk_data_rows(data), rows);
        for (size_t i = 0; i < rows; i++) {
            cr_assert_eq(bk_data_numbers(data, 0)[i], (double)(3 * i + 1));
        }
        bk_data_destroy(data);
    }
}
