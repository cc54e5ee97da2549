/* SPDX-License-Identifier: GPL-3.0-or-later
 * An export that dies before any one of its calls that change the file system, and the next one to the same
 * folder: nothing whole is lost, the next export succeeds, and nothing stays behind. */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/export.h"

/* ---- Calls that change the file system, which the linker leads here ---- */

#define DIED 77
static int calls, die_at; /* 0: never */
static bool no_exchange;  /* as on a file system that cannot exchange two names */

static void perhaps_die(void)
{
    if (++calls == die_at) {
        _exit(DIED);
    }
}

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to)
{
    perhaps_die();
    return __real_rename(from, to);
}

int __real_renameat2(int a, const char *from, int b, const char *to, unsigned flags);
int __wrap_renameat2(int a, const char *from, int b, const char *to, unsigned flags);
int __wrap_renameat2(int a, const char *from, int b, const char *to, unsigned flags)
{
    if (no_exchange) {
        errno = EINVAL;
        return -1;
    }
    perhaps_die();
    return __real_renameat2(a, from, b, to, flags);
}

int __real_unlinkat(int folder, const char *name, int flags);
int __wrap_unlinkat(int folder, const char *name, int flags);
int __wrap_unlinkat(int folder, const char *name, int flags)
{
    perhaps_die();
    return __real_unlinkat(folder, name, flags);
}

int __real_unlink(const char *name);
int __wrap_unlink(const char *name);
int __wrap_unlink(const char *name)
{
    perhaps_die();
    return __real_unlink(name);
}

int __real_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode)
{
    perhaps_die();
    return __real_mkdir(path, mode);
}

int __real_rmdir(const char *path);
int __wrap_rmdir(const char *path);
int __wrap_rmdir(const char *path)
{
    perhaps_die();
    return __real_rmdir(path);
}

int __real_openat(int folder, const char *name, int flags, mode_t mode);
int __wrap_openat(int folder, const char *name, int flags, ...);
int __wrap_openat(int folder, const char *name, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    perhaps_die();
    return __real_openat(folder, name, flags, mode);
}

/* ---- Exports ---- */

/* A tree with one table, whose name tells it from another. */
static bk_results *tree(const char *table)
{
    const bk_field field = {
        .name = "x", .dtype = BK_F64, .rank = 1, .axes = {"row"}, .unit = "1", .long_name = "x"};
    const double values[] = {1.0, 2.0};
    bk_results *results = bk_results_create();
    cr_assert_not_null(
        bk_group_add(bk_group_at(bk_results_root(results), table), &field, (size_t[]){2}, values));
    return results;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* The names in a folder, in order, and "-" for the mark; "none" without a folder. */
static const char *listing(const char *path)
{
    static char text[4][1000];
    static unsigned next;
    char *out = text[next = (next + 1) % 4], *names[50];
    size_t count = 0;
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return "none";
    }
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            cr_assert_lt(count, 50);
            names[count++] = strdup(entry->d_name);
        }
    }
    (void)closedir(folder);
    qsort(names, count, sizeof names[0], by_name);
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const bool mark = strcmp(names[i], ".brisk-export") == 0;
        (void)snprintf(out + strlen(out), 1000 - strlen(out), "%s ", mark ? "-" : names[i]);
        free(names[i]);
    }
    return out;
}

/* Whether a folder is the export of tree(table), with or without the mark. */
static bool is_whole(const char *path, const char *table)
{
    char expected[200];
    const char *found = listing(path);
    (void)snprintf(expected, sizeof expected, "README.txt attributes.csv index.csv %s.csv ", table);
    return strcmp(found[0] == '-' ? found + 2 : found, expected) == 0;
}

static char work[200], target[300], part[320], aside[320];

static void setup(void)
{
    (void)snprintf(work, sizeof work, "/tmp/brisk-export-XXXXXX");
    cr_assert_not_null(mkdtemp(work));
    (void)snprintf(target, sizeof target, "%s/out", work);
    (void)snprintf(part, sizeof part, "%s.part", target);
    (void)snprintf(aside, sizeof aside, "%s.old", target);
    calls = die_at = 0;
    no_exchange = false;
}

static void clean_up(void)
{
    char command[1000];
    (void)snprintf(command, sizeof command, "rm -rf %s", work);
    cr_assert_eq(system(command), 0);
}

TestSuite(export_folder, .init = setup, .fini = clean_up);

static void remove_target(void)
{
    char command[1000];
    (void)snprintf(command, sizeof command, "rm -rf %s %s %s", target, part, aside);
    cr_assert_eq(system(command), 0);
}

/* True where it died at that call, false where it came to its end. */
static bool export_dies(bk_results *results, int at)
{
    const pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        calls = 0;
        die_at = at;
        _exit(bk_export_folder(bk_results_root(results), target, true) == BK_OK ? 0 : 1);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == DIED), "call %d: %x",
              at, status);
    return WEXITSTATUS(status) == DIED;
}

static void finish_export(bk_results *results, const char *table, int at)
{
    cr_assert_eq(bk_export_folder(bk_results_root(results), target, true), BK_OK,
                 "after a death at call %d: %s", at, bk_error_message());
    cr_assert(is_whole(target, table) && listing(target)[0] != '-', "call %d: %s", at, listing(target));
    cr_assert_str_eq(listing(part), "none", "call %d left %s", at, listing(part));
    cr_assert_str_eq(listing(aside), "none", "call %d left %s", at, listing(aside));
}

Test(export_folder, the_next_export_goes_on_wherever_one_died)
{
    bk_results *results = tree("new");
    int at = 1;
    for (bool died = true; died; at++) {
        died = export_dies(results, at);
        cr_assert(is_whole(target, "new") || strcmp(listing(target), "none") == 0, "call %d: %s", at,
                  listing(target));
        finish_export(results, "new", at);
        remove_target();
    }
    cr_assert_gt(at, 8, "only %d calls were seen", at);
    bk_results_destroy(results);
}

/* keeps_name: at every moment there is a whole export under the name. */
static void replace_everywhere(bool keeps_name)
{
    bk_results *earlier = tree("sooner"), *results = tree("new");
    int at = 1;
    for (bool died = true; died; at++) {
        die_at = 0;
        cr_assert_eq(bk_export_folder(bk_results_root(earlier), target, true), BK_OK, "%s",
                     bk_error_message());
        died = export_dies(results, at);
        const bool whole = is_whole(target, "sooner") || is_whole(target, "new");
        cr_assert(whole || (!keeps_name && is_whole(aside, "sooner") && is_whole(part, "new")), "call %d: %s",
                  at, listing(target));
        finish_export(results, "new", at);
        remove_target();
    }
    cr_assert_gt(at, 12, "only %d calls were seen", at);
    bk_results_destroy(earlier);
    bk_results_destroy(results);
}

Test(export_folder, so_it_does_in_the_place_of_an_earlier_one) { replace_everywhere(true); }

Test(export_folder, and_where_names_cannot_be_exchanged)
{
    no_exchange = true;
    replace_everywhere(false);
}

/* ---- Somebody else's folders ---- */

static void put(const char *folder, const char *name)
{
    char path[1000];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    (void)fclose(file);
}

Test(export_folder, a_finished_export_of_the_part_s_name_stays)
{
    bk_results *results = tree("new");
    cr_assert_eq(bk_export_folder(bk_results_root(results), part, false), BK_OK, "%s", bk_error_message());
    cr_assert_eq(bk_export_folder(bk_results_root(results), target, true), BK_FILE);
    cr_assert_not_null(strstr(bk_error_message(), "out.part is in the way"), "%s", bk_error_message());
    cr_assert(is_whole(part, "new"));
    cr_assert_str_eq(listing(target), "none");
    bk_results_destroy(results);
}

Test(export_folder, what_lies_in_a_marked_folder_is_looked_at)
{
    bk_results *results = tree("new");
    cr_assert_eq(mkdir(part, 0777), 0);
    put(part, ".brisk-export");
    put(part, "thesis.tex");
    put(part, "half.csv");
    cr_assert_eq(bk_export_folder(bk_results_root(results), target, true), BK_FILE);
    cr_assert_not_null(strstr(bk_error_message(), "out.part holds 'thesis.tex'"), "%s", bk_error_message());
    cr_assert_str_eq(listing(part), "- half.csv thesis.tex ");
    bk_results_destroy(results);
}

Test(export_folder, an_unmarked_folder_of_the_old_one_s_name_stays)
{
    bk_results *results = tree("new");
    cr_assert_eq(mkdir(aside, 0777), 0);
    put(aside, "index.csv");
    cr_assert_eq(bk_export_folder(bk_results_root(results), target, true), BK_OK, "%s", bk_error_message());
    cr_assert_str_eq(listing(aside), "index.csv ");
    bk_results_destroy(results);
}
