/* SPDX-License-Identifier: GPL-3.0-or-later
 * README.md's table of the rules: all forty-four, and each test it names exists. */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER BRISK_TEST_DATA "/../tensor/"

enum { TESTS = 512, NAME = 160 };

static char tests[TESTS][NAME]; /* "suite/name" */
static size_t test_count;

/* Notes the tests of one file: lines that begin "Test(suite, name". */
static void note_tests(const char *path)
{
    char line[1024];
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    while (fgets(line, sizeof line, file) != NULL) {
        char suite[64], name[96];
        if (sscanf(line, "Test(%63[a-z0-9_], %95[a-z0-9_]", suite, name) == 2) {
            cr_assert_lt(test_count, TESTS);
            snprintf(tests[test_count++], NAME, "%s/%s", suite, name);
        }
    }
    fclose(file);
}

static bool exists(const char *test)
{
    for (size_t i = 0; i < test_count; i++) {
        if (strcmp(tests[i], test) == 0) {
            return true;
        }
    }
    return false;
}

/* The names between backquotes, all of which exist; how many. */
static int check_row(const char *row)
{
    int count = 0;
    for (const char *at = strchr(row, '`'); at != NULL; at = strchr(at, '`')) {
        char name[NAME];
        cr_assert_eq(sscanf(at, "`%159[^`]`", name), 1);
        cr_assert(exists(name), "README.md names %s, which does not exist", name);
        at += strlen(name) + 2;
        count++;
    }
    return count;
}

Test(rules_table, every_rule_has_a_test_that_exists)
{
    glob_t files;
    cr_assert_eq(glob(FOLDER "test_*.c", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        note_tests(files.gl_pathv[i]);
    }
    globfree(&files);
    char line[2048];
    FILE *table = fopen(FOLDER "README.md", "r");
    cr_assert_not_null(table);
    int next = 1;
    while (fgets(line, sizeof line, table) != NULL) {
        int rule;
        if (sscanf(line, "| %d |", &rule) == 1) {
            cr_assert_eq(rule, next, "rule %d stands where %d belongs", rule, next);
            cr_assert_gt(check_row(line), 0, "rule %d has no test", rule);
            next++;
        }
    }
    fclose(table);
    cr_assert_eq(next, 45);
}
