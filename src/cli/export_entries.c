/* SPDX-License-Identifier: GPL-3.0-or-later
 * What lies in the folder of an export, or in one that may be no export's. No file is ever removed that an
 * export did not write: an earlier export is removed only where its README.txt lists all that is in it. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/export_folder.h"

bk_status bk_export_trouble(const char *step, const char *path)
{
    return bk_fail(BK_FILE, "cannot %s %s: %s", step, path, strerror(errno));
}

/* ---- Entries ---- */

/* Whether an export may have written a file of that name; known: a list of lines "- NAME: ...", NULL: any. */
static bool is_of_export(const char *name, const char *known)
{
    static const char *const always[] = {"README.txt", "index.csv", "attributes.csv", "config.ini",
                                         BK_EXPORT_MARK};
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
        if (strcmp(name, always[i]) == 0) {
            return true;
        }
    }
    const size_t length = strlen(name);
    if (known == NULL) {
        return length > 4 && strcmp(name + length - 4, ".csv") == 0;
    }
    for (const char *line = known; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, BK_EXPORT_ITEM, strlen(BK_EXPORT_ITEM)) == 0 &&
            strncmp(line + strlen(BK_EXPORT_ITEM), name, length) == 0 &&
            line[strlen(BK_EXPORT_ITEM) + length] == ':') {
            return true;
        }
    }
    return false;
}

/* Calls visit for each entry of the folder until one fails. */
typedef bk_status (*entry_visitor)(int folder, const char *name, const char *path, const char *known);

static bk_status each_entry(const char *path, entry_visitor visit, const char *known)
{
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return bk_export_trouble("open the folder", path);
    }
    bk_status status = BK_OK;
    const struct dirent *entry;
    errno = 0;
    while (status == BK_OK && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            status = visit(dirfd(folder), entry->d_name, path, known);
        }
        errno = 0;
    }
    if (status == BK_OK && errno != 0) {
        status = bk_export_trouble("read the folder", path);
    }
    (void)closedir(folder);
    return status;
}

static bk_status refuse_entry(int folder, const char *name, const char *path, const char *known)
{
    (void)folder;
    (void)name;
    (void)known;
    return bk_fail(BK_FILE, "%s is not empty: name another folder, or replace an earlier export with --force",
                   path);
}

static bk_status check_entry(int folder, const char *name, const char *path, const char *known)
{
    struct stat facts;
    const bool plain = fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(facts.st_mode);
    return plain && is_of_export(name, known)
               ? BK_OK
               : bk_fail(BK_FILE, "%s holds '%.200s', which no export wrote there: name another folder", path,
                         name);
}

static bk_status remove_entry(int folder, const char *name, const char *path, const char *known)
{
    BK_TRY(check_entry(folder, name, path, known));
    if (strcmp(name, BK_EXPORT_MARK) == 0) {
        return BK_OK; /* the last to go */
    }
    return unlinkat(folder, name, 0) == 0 ? BK_OK : bk_export_trouble("remove a file of", path);
}

/* The text of README.txt in the folder; of another program's BK_FILE. */
static bk_status read_list(bk_text *list, const char *path)
{
    bk_text name = {0};
    char line[4096];
    bk_text_append(&name, "%s/README.txt", path);
    FILE *file = bk_text_status(&name) == BK_OK ? fopen(bk_text_string(&name), "re") : NULL;
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        bk_text_append(list, "%s", line);
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    bk_text_clear(&name);
    BK_TRY(bk_text_status(list));
    return strncmp(bk_text_string(list), BK_EXPORT_TITLE "\n", strlen(BK_EXPORT_TITLE) + 1) == 0
               ? BK_OK
               : bk_fail(BK_FILE, "%s holds files and is no earlier export: name another folder", path);
}

/* Visits an earlier export, with the list of its files. */
static bk_status visit_export(const char *path, entry_visitor visit)
{
    bk_text list = {0};
    bk_status status = read_list(&list, path);
    if (status == BK_OK) {
        status = each_entry(path, visit, bk_text_string(&list));
    }
    bk_text_clear(&list);
    return status;
}

/* ---- Folders ---- */

bk_status bk_export_check_empty(const char *path) { return each_entry(path, refuse_entry, NULL); }

bk_status bk_export_check_earlier(const char *path) { return visit_export(path, check_entry); }

/* A folder whose files are gone, but for its mark. */
static bk_status remove_folder(const char *path)
{
    bk_text mark = {0};
    bk_text_append(&mark, "%s/" BK_EXPORT_MARK, path);
    bk_status status = bk_text_status(&mark);
    if (status == BK_OK && unlink(bk_text_string(&mark)) != 0 && errno != ENOENT) {
        status = bk_export_trouble("remove", bk_text_string(&mark));
    }
    bk_text_clear(&mark);
    BK_TRY(status);
    return rmdir(path) == 0 ? BK_OK : bk_export_trouble("remove the folder", path);
}

bk_status bk_export_remove_earlier(const char *path)
{
    BK_TRY(visit_export(path, check_entry));
    BK_TRY(visit_export(path, remove_entry));
    return remove_folder(path);
}

bk_status bk_export_remove_files(const char *path)
{
    BK_TRY(each_entry(path, check_entry, NULL));
    return each_entry(path, remove_entry, NULL);
}

bk_status bk_export_remove_marked(const char *path)
{
    BK_TRY(bk_export_remove_files(path));
    return remove_folder(path);
}
