/* SPDX-License-Identifier: GPL-3.0-or-later
 * What columns a file has: names, numbers, and that what is asked for by these numbers is what they name. */
#include "data_tools.h"

/* The names as "a|b|c", with a star in front where there is a header, the first number behind. */
static void assert_columns(const char *source, const char *expected)
{
    char found[200] = "";
    bk_data *look = bk_data_look(source, NULL);
    cr_assert_not_null(look, "%s: %s", source, bk_error_message());
    const size_t count = bk_data_column_count(look);
    (void)snprintf(found, sizeof found, "%s", bk_data_has_names(look) ? "*" : "");
    for (size_t i = 0; i < count; i++) {
        const size_t used = strlen(found);
        (void)snprintf(found + used, sizeof found - used, "%s%s", i == 0 ? "" : "|",
                       bk_data_column_name(look, i));
        cr_assert_eq(bk_data_column_number(look, i), bk_data_column_number(look, 0) + i);
    }
    const size_t used = strlen(found);
    (void)snprintf(found + used, sizeof found - used, " from %zu", bk_data_column_number(look, 0));
    cr_assert_str_eq(found, expected, "%s: '%s', expected '%s'", source, found, expected);
    cr_assert_eq(bk_data_rows(look), 0);
    bk_data_destroy(look);
}

static void assert_text(const char *text, const char *expected)
{
    write_file("table.txt", text, strlen(text));
    assert_columns("table.txt", expected);
}

Test(data_look, names_and_numbers_are_found)
{
    enter_folder();
    assert_text("u,v,y\n1,2,a\n3,4,b\n", "*u|v|y from 1");
    assert_text("1,2,3\n", "column 1|column 2|column 3 from 1");
    assert_text("loss\n1\n2\n", "*loss from 1");
    assert_text("0.5\n1\n", " from 1");
    assert_text("# note\n\n\"u\"\t\"a, b\"\n1\t2\n", "*u|a, b from 1");
    assert_text("u v\nr1 1 2\nr2 3 4\n", "*u|v from 2");
    assert_text("a,1\nb,2\n", "column 1|column 2 from 1");
    assert_text("u,v\n1,2", "*u|v from 1");
}

Test(data_look, columns_are_read_by_the_numbers_found)
{
    const char *text = "u v u\nr1 1 2 5\nr2 3 4 6\n";
    enter_folder();
    write_file("table.txt", text, strlen(text));
    bk_data *look = bk_data_look("table.txt", NULL);
    cr_assert_not_null(look);
    const double expected[3][2] = {{1, 3}, {2, 4}, {5, 6}};
    for (size_t i = 0; i < 3; i++) {
        char number[24];
        (void)snprintf(number, sizeof number, "%zu", bk_data_column_number(look, i));
        bk_data *data = read_column("table.txt", number, BK_DATA_NUMBER);
        cr_assert_not_null(data, "%s", bk_error_message());
        cr_assert_str_eq(bk_data_column_name(data, 0), bk_data_column_name(look, i));
        cr_assert_eq(bk_data_column_number(data, 0), bk_data_column_number(look, i));
        cr_assert_eq(bk_data_column_count(data), 1);
        cr_assert(bk_data_has_names(data));
        cr_assert_eq(memcmp(bk_data_numbers(data, 0), expected[i], sizeof expected[i]), 0);
        bk_data_destroy(data);
    }
    bk_data_destroy(look);
}

Test(data_look, one_column_asked_for_more_than_once_is_given_each_time)
{
    const char *text = "u,v\n1,2\n3,4\n";
    const bk_data_column asked[] = {
        {"v", BK_DATA_NUMBER, "--a"}, {"1", BK_DATA_NUMBER, "--b"}, {"2", BK_DATA_CATEGORY, "--c"}};
    enter_folder();
    write_file("table.txt", text, strlen(text));
    bk_data *data = bk_data_read("table.txt", asked, 3, NULL);
    cr_assert_not_null(data, "%s", bk_error_message());
    cr_assert_eq(bk_data_numbers(data, 0)[1], 4.0);
    cr_assert_eq(bk_data_numbers(data, 1)[1], 3.0);
    cr_assert_str_eq(bk_data_category(data, 2, bk_data_codes(data, 2)[1]), "4");
    bk_data_destroy(data);
}

/* A file is longer than a block, and only its beginning is looked at: what is wrong far behind is not seen.
 */
Test(data_look, only_the_beginning_is_read)
{
    enter_folder();
    FILE *file = fopen("long.csv", "w");
    cr_assert_not_null(file);
    (void)fputs("u,v\n", file);
    for (int i = 0; i < 100000; i++) {
        (void)fprintf(file, "%d,%d\n", i, 2 * i);
    }
    (void)fputs("\"never closed\n", file);
    cr_assert_eq(fclose(file), 0);
    assert_columns("long.csv", "*u|v from 1");
    cr_assert_null(read_column("long.csv", "v", BK_DATA_NUMBER));
}

static void assert_look_refused(const char *source, bk_status status, const char *message)
{
    bk_error_clear();
    cr_assert_null(bk_data_look(source, NULL), "%s was looked at", source);
    cr_assert(strstr(bk_error_message(), message) != NULL, "expected '%s', got: %s", message,
              bk_error_message());
    cr_assert_eq(bk_error_status(), status, "%s", bk_error_message());
}

Test(data_look, faults_at_the_beginning_are_named)
{
    enter_folder();
    assert_look_refused("absent.csv", BK_FILE, "absent.csv");
    assert_look_refused(NULL, BK_INVALID, "no data");
    write_file("bad.csv", "", 0);
    assert_look_refused("bad.csv", BK_INVALID, "bad.csv is empty");
    write_file("bad.csv", "u,v\n", 4);
    assert_look_refused("bad.csv", BK_INVALID, "has a header and no rows");
    write_file("bad.csv", "\n# x\n", 5);
    assert_look_refused("bad.csv", BK_INVALID, "holds no rows");
    write_file("bad.csv", "1,2\n1,2,3\n", 10);
    assert_look_refused("bad.csv", BK_INVALID, "bad.csv:2: this row has 3 fields");
    write_file("bad.csv",
               "\x7f"
               "ELF\0\0",
               6);
    assert_look_refused("bad.csv", BK_FORMAT, "bad.csv");
    write_file("bad.npy", "\x93NUMPY\x01\0\x02\0{}", 12);
    assert_look_refused("bad.npy", BK_UNSUPPORTED, "bad.npy");
}
