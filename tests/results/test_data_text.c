/* SPDX-License-Identifier: GPL-3.0-or-later
 * Text of every layout becomes the same numbers, and each fault is named with its place. */
#include "data_tools.h"

#include <zlib.h>

typedef struct layout_case {
    const char *text;
    const char *wanted;
    const char *name;
    double values[4];
    size_t lines[4];
    size_t count;
} layout_case;

static const layout_case layouts[] = {
    {"1\n2.5\n-3e-2\n", NULL, "", {1, 2.5, -0.03}, {1, 2, 3}, 3},
    {"1\n2", NULL, "", {1, 2}, {1, 2}, 2},
    {"loss\n1\n2\n", NULL, "loss", {1, 2}, {2, 3}, 2},
    {"loss\n1\n2\n", "loss", "loss", {1, 2}, {2, 3}, 2},
    {"loss\n1\n2\n", "1", "loss", {1, 2}, {2, 3}, 2},
    {"a,b\n1,2\n3,4\n", "b", "b", {2, 4}, {2, 3}, 2},
    {"a,b\n1,2\n3,4\n", "2", "b", {2, 4}, {2, 3}, 2},
    {"1,2\n3,4\n", "2", "column 2", {2, 4}, {1, 2}, 2},
    {"a\tb\n1\t2\n3\t4\n", "b", "b", {2, 4}, {2, 3}, 2},
    {"a;b\n1;2\n3;4\n", "b", "b", {2, 4}, {2, 3}, 2},
    {"a b\n1 2\n3 4\n", "b", "b", {2, 4}, {2, 3}, 2},
    {"  a   b \n 1  2\n3\t 4\n", "b", "b", {2, 4}, {2, 3}, 2},
    {"a,b\r\n1,2\r\n\r\n3,4\r\n", "b", "b", {2, 4}, {2, 4}, 2},
    {"a,b\r1,2\r3,4\r", "b", "b", {2, 4}, {2, 3}, 2},
    {"# made by hand\n\na,b\n1,2\n# \"no\" data\n3,4\n\n\n5,6\n", "b", "b", {2, 4, 6}, {4, 6, 9}, 3},
    {"\xef\xbb\xbfloss\n1\n", "loss", "loss", {1}, {2}, 1},
    {"\"the \"\"loss\"\"\",b\n\"1\",2\n3,4\n", "the \"loss\"", "the \"loss\"", {1, 3}, {2, 3}, 2},
    {"name,loss\n\"two\nlines\",1\n\"x, y\",2\n", "loss", "loss", {1, 2}, {2, 4}, 2},
    {"name,loss\nx,1\n\"y\",2\n", "loss", "loss", {1, 2}, {2, 3}, 2},
    {"\"a\" \"b\"\n\"1\" 7 1\n\"2\" 8 2\n", "b", "b", {1, 2}, {2, 3}, 2},
    {"a b\nrow1 7 1\nrow2 8 2\n", "b", "b", {1, 2}, {2, 3}, 2},
    {"cat,0.5\ndog,0.25\n", "2", "column 2", {0.5, 0.25}, {1, 2}, 2},
    {"zero one loss\n1\n0\n", "zero one loss", "zero one loss", {1, 0}, {2, 3}, 2},
    {"2,1\n5,6\n7,8\n", "2", "column 2", {1, 6, 8}, {1, 2, 3}, 3},
    {"a,b,c\n1,,3\n4,,6\n", "c", "c", {3, 6}, {2, 3}, 2},
    {" a , b \n 1 , 2 \n", "b", "b", {2}, {2}, 1},
};

static void check_layout(const char *file, const layout_case *expected, size_t at)
{
    bk_data *data = read_column(file, expected->wanted, BK_DATA_NUMBER);
    cr_assert_not_null(data, "case %zu: %s", at, bk_error_message());
    cr_assert_eq(bk_data_rows(data), expected->count, "case %zu", at);
    cr_assert_str_eq(bk_data_column_name(data, 0), expected->name, "case %zu", at);
    for (size_t i = 0; i < expected->count; i++) {
        char where[100], line[100];
        cr_assert_eq(bk_data_numbers(data, 0)[i], expected->values[i], "case %zu row %zu: %g", at, i,
                     bk_data_numbers(data, 0)[i]);
        bk_data_where(where, sizeof where, data, i);
        snprintf(line, sizeof line, "%s:%zu", file, expected->lines[i]);
        cr_assert_str_eq(where, line, "case %zu", at);
    }
    cr_assert_null(bk_data_codes(data, 0));
    bk_data_destroy(data);
}

Test(data_text, every_layout_is_read)
{
    enter_folder();
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        write_file("x.csv", layouts[i].text, strlen(layouts[i].text));
        check_layout("x.csv", &layouts[i], i);
    }
}

Test(data_text, gzip_is_unpacked)
{
    enter_folder();
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        gzFile file = gzopen("x.csv.gz", "wb");
        cr_assert(gzwrite(file, layouts[i].text, (unsigned)strlen(layouts[i].text)) > 0);
        gzclose(file);
        check_layout("x.csv.gz", &layouts[i], i);
    }
}

Test(data_text, faults_are_named_with_their_place)
{
    static const struct {
        const char *text, *wanted, *message;
        bk_status status;
    } cases[] = {
        {"", NULL, "x.csv is empty", BK_INVALID},
        {"\n\n# nothing\n", NULL, "x.csv holds no rows", BK_INVALID},
        {"loss\n", NULL, "x.csv has a header and no rows", BK_INVALID},
        {"loss", NULL, "x.csv has a header and no rows", BK_INVALID},
        {"1\nabc\n", NULL, "x.csv:2: 'abc' is not a number", BK_INVALID},
        {"loss\n1\n\n0.5x\n", NULL, "x.csv:4: column 'loss': '0.5x' is not a number", BK_INVALID},
        {"1\nnan\n", NULL, "x.csv:2: 'nan' is no value", BK_INVALID},
        {"nan\n1\n", NULL, "x.csv:1: 'nan' is no value", BK_INVALID},
        {"1\n-inf\n", NULL, "x.csv:2: '-inf' is infinite", BK_INVALID},
        {"1\n1e999\n", NULL, "x.csv:2: '1e999' is infinite or beyond", BK_INVALID},
        {"a,b\n1,2\n3,\n", "b", "x.csv:3: column 'b': the value is missing", BK_INVALID},
        {"a,b\n1,2\n3\n", "a", "x.csv:3: this row has 1 field, the rows before it have 2", BK_INVALID},
        {"a,b\n1,2\n3,4,5\n", "a", "x.csv:3: this row has 3 fields, the rows before it have 2", BK_INVALID},
        {"a,b\n1,2\n", "c", "there is no column 'c' in x.csv; it has a, b", BK_INVALID},
        {"a,b\n1,2\n", "3", "there is no column '3' in x.csv; it has a, b", BK_INVALID},
        {"a,b\n1,2\n", "0", "there is no column '0'", BK_INVALID},
        {"1,2\n3,4\n", "loss", "it has 2 columns without names", BK_INVALID},
        {"a,b\n1,2\n", NULL, "--column: which column of x.csv? it has a, b", BK_INVALID},
        {"a,a\n1,2\n", "a", "2 columns of the name 'a'", BK_INVALID},
        {"a;b\n1;2,5\n", "b", "decimals have a point, not a comma", BK_INVALID},
        {"a\n\"1\n2\n", NULL, "never closed", BK_INVALID},
        {"a\n1\n\x1b[31mred\n", NULL, "x.csv:3: column 'a': '?[31mred' is not a number", BK_INVALID},
        {"PK\x03\x04zip", NULL, "x.csv is a zip archive", BK_FORMAT},
        {"\x89HDF\r\n\x1a\nmore", NULL, "FILE.h5:/PATH", BK_FORMAT},
        {"\xff\xfe"
         "1",
         NULL, "UTF-16", BK_FORMAT},
    };
    enter_folder();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_file("x.csv", cases[i].text, strlen(cases[i].text));
        assert_refused("x.csv", cases[i].wanted, cases[i].status, cases[i].message);
    }
    write_file("x.csv", "1\n2\0\n3\n", 7);
    assert_refused("x.csv", NULL, BK_FORMAT, "x.csv is a binary file");
    assert_refused("absent.csv", NULL, BK_FILE, "cannot open absent.csv");
    assert_refused(".", NULL, BK_FILE, "it is a folder");
}

Test(data_text, damaged_gzip_is_an_error)
{
    enter_folder();
    gzFile file = gzopen("x.gz", "wb");
    for (int i = 0; i < 100000; i++) {
        gzprintf(file, "%d.%d\n", i, i * 7919 % 1000);
    }
    gzclose(file);
    FILE *whole = fopen("x.gz", "rb");
    static char bytes[1 << 20];
    const size_t size = fread(bytes, 1, sizeof bytes, whole);
    fclose(whole);
    cr_assert(size > 1000);
    bk_data *data = read_column("x.gz", NULL, BK_DATA_NUMBER);
    cr_assert_not_null(data);
    cr_assert_eq(bk_data_rows(data), 100000);
    bk_data_destroy(data);
    write_file("cut.gz", bytes, size / 2);
    assert_refused("cut.gz", NULL, BK_FILE, "cut.gz is gzip'd and ends too early");
    write_file("cut.gz", bytes, size - 4);
    assert_refused("cut.gz", NULL, BK_FILE, "ends too early");
    bytes[size - 6] ^= 1; /* the checksum */
    write_file("bad.gz", bytes, size);
    assert_refused("bad.gz", NULL, BK_FILE, "bad.gz is gzip'd and damaged");
}

/* Random rows, some blank, some commented, with either end of line; without a quote, or with one at the start
 * so that libcsv splits all of it. */
static size_t write_random(const char *name, bool quoted, char delimiter, const char *end)
{
    FILE *file = fopen(name, "wb");
    unsigned state = 12345;
    size_t rows = 0;
    const char *blank = delimiter == '\t' ? "  " : " \t ";
    fprintf(file, quoted ? "\"a\"%cb%cc%s" : "a%cb%cc%s", delimiter, delimiter, end);
    for (int i = 0; i < 30000; i++) {
        state = state * 1664525U + 1013904223U;
        const unsigned kind = state >> 28;
        if (kind == 0) {
            fprintf(file, "%s%s", state % 2 ? "" : blank, end);
        } else if (kind == 1) {
            fprintf(file, "# %u, %u; it is no row%s", state, state % 7, end);
        } else {
            rows++;
            fprintf(file, "%s%u%c%.17g%s%c%s%s", kind == 2 ? "  " : "", state, delimiter,
                    state / 4294967296.0, kind == 3 ? blank : "", delimiter,
                    kind == 4 && delimiter != ' ' ? "" : "text", end);
        }
    }
    fclose(file);
    return rows;
}

Test(data_text, the_fast_splitter_agrees_with_libcsv)
{
    enter_folder();
    for (int i = 0; i < 8; i++) {
        const char delimiter = ",;\t "[i / 2];
        const char *end = i % 2 ? "\r\n" : "\n";
        const size_t rows = write_random("plain.csv", false, delimiter, end);
        cr_assert_eq(write_random("quote.csv", true, delimiter, end), rows);
        for (int column = 0; column < 2; column++) {
            bk_data *plain = read_column("plain.csv", column ? "b" : "a", BK_DATA_NUMBER);
            bk_data *quote = read_column("quote.csv", column ? "b" : "a", BK_DATA_NUMBER);
            cr_assert(plain != NULL && quote != NULL, "case %d: %s", i, bk_error_message());
            cr_assert_eq(bk_data_rows(plain), rows, "case %d: %zu rows of %zu", i, bk_data_rows(plain), rows);
            cr_assert_eq(bk_data_rows(quote), rows, "case %d: %zu rows of %zu", i, bk_data_rows(quote), rows);
            for (size_t row = 0; row < rows; row++) {
                char here[64], there[64];
                cr_assert_eq(bk_data_numbers(plain, 0)[row], bk_data_numbers(quote, 0)[row],
                             "case %d row %zu", i, row);
                bk_data_where(here, sizeof here, plain, row);
                bk_data_where(there, sizeof there, quote, row);
                cr_assert_str_eq(here + strlen("plain"), there + strlen("quote"));
            }
            bk_data_destroy(plain);
            bk_data_destroy(quote);
        }
    }
}

Test(data_text, a_line_longer_than_the_block_is_read)
{
    enter_folder();
    FILE *file = fopen("x.csv", "wb");
    for (int row = 0; row < 3; row++) {
        for (int i = 0; i < 100000; i++) {
            fprintf(file, "%s%d", i == 0 ? "" : ",", i + row);
        }
        fprintf(file, "\n");
    }
    fclose(file);
    bk_data *data = read_column("x.csv", "100000", BK_DATA_NUMBER);
    cr_assert_not_null(data, "%s", bk_error_message());
    cr_assert_eq(bk_data_rows(data), 3);
    cr_assert_eq(bk_data_numbers(data, 0)[2], 100001.0);
    bk_data_destroy(data);
}

Test(data_text, categories_are_told_apart)
{
    static const char text[] = "label,prediction\n1,yes\n1.0,no\n-1,yes\n+1,\"maybe \"\n1,no\n";
    enter_folder();
    write_file("x.csv", text, strlen(text));
    const bk_data_column columns[2] = {{"label", BK_DATA_CATEGORY, "--label"},
                                       {"prediction", BK_DATA_CATEGORY, "--prediction"}};
    bk_data *data = bk_data_read("x.csv", columns, 2, NULL);
    cr_assert_not_null(data, "%s", bk_error_message());
    static const uint32_t label[5] = {0, 0, 1, 0, 0}, prediction[5] = {0, 1, 0, 2, 1};
    cr_assert_eq(memcmp(bk_data_codes(data, 0), label, sizeof label), 0);
    cr_assert_eq(memcmp(bk_data_codes(data, 1), prediction, sizeof prediction), 0);
    cr_assert_eq(bk_data_category_count(data, 0), 2);
    cr_assert_eq(bk_data_category_count(data, 1), 3);
    cr_assert_str_eq(bk_data_category(data, 1, 2), "maybe ");
    double value = 0.0;
    cr_assert(bk_data_category_number(&value, data, 0, 1));
    cr_assert_eq(value, -1.0);
    cr_assert_not(bk_data_category_number(&value, data, 1, 1));
    cr_assert_null(bk_data_numbers(data, 0));
    bk_data_destroy(data);
}

Test(data_text, many_categories_keep_their_order)
{
    enter_folder();
    FILE *file = fopen("x.csv", "wb");
    for (int i = 0; i < 60000; i++) {
        fprintf(file, "g%d\n", i * 7 % 20000);
    }
    fclose(file);
    const bk_data_layout layout = {.header = BK_HEADER_NO};
    const bk_data_column column = {NULL, BK_DATA_CATEGORY, "--group"};
    bk_data *data = bk_data_read("x.csv", &column, 1, &layout);
    cr_assert_not_null(data, "%s", bk_error_message());
    cr_assert_eq(bk_data_category_count(data, 0), 20000);
    for (size_t i = 0; i < 60000; i++) {
        cr_assert_eq(bk_data_codes(data, 0)[i], i % 20000);
    }
    bk_data_destroy(data);
}

Test(data_text, the_layout_can_be_given)
{
    enter_folder();
    write_file("x.csv", "1|2\n3|4\n", 8);
    const bk_data_column column = {"2", BK_DATA_NUMBER, "--column"};
    bk_data_layout layout = {.delimiter = '|'};
    bk_data *data = bk_data_read("x.csv", &column, 1, &layout);
    cr_assert_not_null(data, "%s", bk_error_message());
    cr_assert_eq(bk_data_numbers(data, 0)[1], 4.0);
    bk_data_destroy(data);
    layout.header = BK_HEADER_YES;
    data = bk_data_read("x.csv", &column, 1, &layout);
    cr_assert_not_null(data);
    cr_assert_eq(bk_data_rows(data), 1);
    cr_assert_str_eq(bk_data_column_name(data, 0), "2");
    bk_data_destroy(data);
}
