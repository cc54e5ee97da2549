/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The folder of an export appears whole or not at all: the files go to PATH.part in the same folder, which is
 * held by a lock; each is synced, then the folder gets its name. A PATH.part that nobody holds was left by an
 * export that died and is used again, if nothing else lies in it. No file is ever removed that an export did
 * not write: an earlier export is replaced (with force) only where its README.txt lists all that is in it.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/export.h"

/* Lies in PATH.part while it is written, and tells it from a folder of somebody else's. */
#define MARK ".brisk-export"

static bk_status trouble(const char *step, const char *path)
{
    return bk_fail(BK_FILE, "cannot %s %s: %s", step, path, strerror(errno));
}

/* ---- What lies in a folder ---- */

/* Whether an export may have written a file of that name; known: a list of lines "- NAME: ...", NULL: any. */
static bool is_of_export(const char *name, const char *known)
{
    static const char *const always[] = {"README.txt", "index.csv", "attributes.csv", "config.ini", MARK};
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
        return trouble("open the folder", path);
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
        status = trouble("read the folder", path);
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
    return unlinkat(folder, name, 0) == 0 ? BK_OK : trouble("remove a file of", path);
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

/* ---- The name ---- */

/* path without slashes at its end; its last part names a folder that can be made and renamed. */
static bk_status plain_path(bk_text *plain, const char *path)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    size_t last = length;
    while (last > 0 && path[last - 1] != '/') {
        last--;
    }
    const size_t bytes = length - last;
    if (bytes == 0 || (bytes == 1 && path[last] == '.') ||
        (bytes == 2 && strncmp(path + last, "..", 2) == 0)) {
        return bk_fail(BK_FILE, "'%.500s' cannot be replaced by an export: name a new folder", path);
    }
    bk_text_append(plain, "%.*s", (int)length, path);
    return bk_text_status(plain);
}

/* *old: an earlier export stands there. */
static bk_status check_target(bool *old, const char *path, bool force)
{
    struct stat facts;
    *old = false;
    if (lstat(path, &facts) != 0) {
        return errno == ENOENT ? BK_OK : trouble("look at", path);
    }
    if (!S_ISDIR(facts.st_mode)) {
        return bk_fail(BK_FILE, "%s exists and is no folder: name another one", path);
    }
    const bk_status empty = each_entry(path, refuse_entry, NULL);
    if (empty == BK_OK || !force) {
        return empty;
    }
    BK_TRY(visit_export(path, check_entry));
    bk_error_clear();
    *old = true;
    return BK_OK;
}

bk_status bk_export_check_folder(const char *path, bool force)
{
    bk_text plain = {0};
    bool old;
    bk_status status = plain_path(&plain, path);
    if (status == BK_OK) {
        status = check_target(&old, bk_text_string(&plain), force);
    }
    bk_text_clear(&plain);
    return status;
}

/* ---- Files ---- */

typedef enum export_file { FILE_TABLE, FILE_INDEX, FILE_ATTRIBUTES, FILE_CONFIG, FILE_README } export_file;

static void put_file(bk_sink *sink, export_file kind, const bk_export_plan *plan, size_t table,
                     const bk_group *root)
{
    switch (kind) {
    case FILE_TABLE:
        bk_export_table_csv(sink, &plan->tables[table]);
        break;
    case FILE_INDEX:
        bk_export_index_csv(sink, plan);
        break;
    case FILE_ATTRIBUTES:
        bk_export_attributes_csv(sink, root);
        break;
    case FILE_CONFIG:
        bk_sink_text(sink, bk_dataset_text(plan->config, 0));
        break;
    default:
        bk_export_readme(sink, plan, root);
        break;
    }
}

static bk_status write_file(bk_sink *sink, int folder, const char *name, export_file kind,
                            const bk_export_plan *plan, size_t table, const bk_group *root)
{
    const int file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (file < 0) {
        return trouble("make the file", name);
    }
    bk_sink_open(sink, file, name);
    put_file(sink, kind, plan, table, root);
    bk_status status = bk_sink_finish(sink);
    if (status == BK_OK && fsync(file) != 0) {
        status = trouble("sync", name);
    }
    if (close(file) != 0 && status == BK_OK) {
        status = trouble("close", name);
    }
    return status;
}

static bk_status write_files(int folder, const bk_export_plan *plan, const bk_group *root)
{
    bk_sink *sink = bk_allocate(1, sizeof *sink);
    bk_status status = sink == NULL ? bk_error_status() : BK_OK;
    if (status == BK_OK) {
        status = write_file(sink, folder, "README.txt", FILE_README, plan, 0, root);
    }
    if (status == BK_OK) {
        status = write_file(sink, folder, "index.csv", FILE_INDEX, plan, 0, root);
    }
    if (status == BK_OK) {
        status = write_file(sink, folder, "attributes.csv", FILE_ATTRIBUTES, plan, 0, root);
    }
    if (status == BK_OK && plan->config != NULL) {
        status = write_file(sink, folder, "config.ini", FILE_CONFIG, plan, 0, root);
    }
    for (size_t i = 0; status == BK_OK && i < plan->count; i++) {
        status = write_file(sink, folder, plan->tables[i].file, FILE_TABLE, plan, i, root);
    }
    bk_free(sink);
    return status;
}

/* ---- PATH.part ---- */

/* An empty folder with our mark, open and locked. */
static bk_status open_part(int *folder, const char *part, const char *path)
{
    const bool made = mkdir(part, 0777) == 0;
    if (!made && errno != EEXIST) {
        return trouble("make the folder", part);
    }
    const int opened = open(part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (opened < 0) {
        return trouble("open the folder", part);
    }
    bk_status status = BK_OK;
    if (flock(opened, LOCK_EX | LOCK_NB) != 0) {
        status =
            errno == EWOULDBLOCK
                ? bk_fail(BK_FILE, "another export is writing %s: wait for it, or name another folder", path)
                : trouble("lock", part);
    } else if (!made && faccessat(opened, MARK, F_OK, AT_SYMLINK_NOFOLLOW) != 0) {
        status = bk_fail(BK_FILE, "%s is in the way, and no export left it there: remove it", part);
    } else if (!made) {
        status = each_entry(part, check_entry, NULL);
        status = status == BK_OK ? each_entry(part, remove_entry, NULL) : status;
    }
    if (status == BK_OK) {
        const int mark = openat(opened, MARK, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        status = mark < 0 ? trouble("write into", part) : BK_OK;
        (void)(mark < 0 ? 0 : close(mark));
    }
    if (status != BK_OK) {
        (void)close(opened);
        return status;
    }
    *folder = opened;
    return BK_OK;
}

static void remove_folder(const char *part, const char *known)
{
    char message[2000];
    const bk_status status = bk_error_status();
    (void)snprintf(message, sizeof message, "%s", bk_error_message());
    if (each_entry(part, remove_entry, known) != BK_OK || rmdir(part) != 0) {
        /* The failure before this one is what the user must know; a next export removes what is left. */
        bk_error_clear();
    }
    if (status != BK_OK) {
        (void)bk_fail(status, "%s", message);
    }
}

static bk_status sync_parent(const char *path)
{
    bk_text parent = {0};
    const char *slash = strrchr(path, '/');
    bk_text_append(&parent, "%.*s",
                   slash == NULL   ? 1
                   : slash == path ? 1
                                   : (int)(slash - path),
                   slash == NULL ? "." : path);
    bk_status status = bk_text_status(&parent);
    if (status == BK_OK) {
        const int file = open(bk_text_string(&parent), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        /* EINVAL, ENOTSUP: this file system cannot sync a folder, there is nothing more to do. */
        if (file < 0 || (fsync(file) != 0 && errno != EINVAL && errno != ENOTSUP)) {
            status = trouble("sync the folder of", path);
        }
        (void)(file < 0 ? 0 : close(file));
    }
    bk_text_clear(&parent);
    return status;
}

/* Puts the finished folder in the place of an earlier export, which then stands at away: the old name of the
 * part, or where the file system cannot exchange two names, PATH.old. */
static bk_status exchange(bk_text *away, const char *part, const char *path)
{
    if (renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_EXCHANGE) == 0) {
        bk_text_append(away, "%s", part);
        return bk_text_status(away);
    }
    if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) {
        return trouble("put the finished folder in the place of", path);
    }
    bk_text_append(away, "%s.old", path);
    BK_TRY(bk_text_status(away));
    if (rename(path, bk_text_string(away)) != 0) {
        return trouble("put aside the folder", path);
    }
    if (rename(part, path) != 0) {
        const bk_status status = trouble("rename the finished folder to", path);
        (void)rename(bk_text_string(away), path);
        return status;
    }
    return BK_OK;
}

/* What came into the old folder since it was looked at stays there. */
static bk_status remove_old(const char *away)
{
    BK_TRY(visit_export(away, check_entry));
    BK_TRY(visit_export(away, remove_entry));
    return rmdir(away) == 0 ? BK_OK : trouble("remove the old folder", away);
}

/* Gives the finished folder its name. *named: it has it. */
static bk_status publish(bool *named, const char *part, const char *path, bool old)
{
    if (!old) {
        *named = rename(part, path) == 0;
        return *named ? BK_OK
               : errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR
                   ? bk_fail(BK_FILE, "%s was made by somebody else meanwhile: name another folder", path)
                   : trouble("rename the finished folder to", path);
    }
    bk_text away = {0};
    bk_status status = exchange(&away, part, path);
    *named = status == BK_OK;
    if (*named) {
        status = remove_old(bk_text_string(&away));
    }
    bk_text_clear(&away);
    return status;
}

static bk_status write_part(int folder, const bk_export_plan *plan, const bk_group *root, const char *part,
                            const char *path, bool old)
{
    bool named = false;
    bk_status status = write_files(folder, plan, root);
    if (status == BK_OK && (unlinkat(folder, MARK, 0) != 0 || fsync(folder) != 0)) {
        status = trouble("sync the folder", part);
    }
    if (status == BK_OK) {
        status = publish(&named, part, path, old);
    }
    if (!named) {
        remove_folder(part, NULL);
    }
    return status == BK_OK ? sync_parent(path) : status;
}

static bk_status write_folder(const bk_export_plan *plan, const bk_group *root, const char *path, bool force)
{
    bool old = false;
    int folder = -1;
    bk_text name = {0};
    BK_TRY(check_target(&old, path, force));
    bk_text_append(&name, "%s.part", path);
    const char *part = bk_text_string(&name);
    bk_status status = bk_text_status(&name);
    if (status == BK_OK) {
        status = open_part(&folder, part, path);
    }
    if (folder >= 0) {
        status = write_part(folder, plan, root, part, path, old);
        (void)close(folder);
    }
    bk_text_clear(&name);
    return status == BK_OK ? BK_OK : bk_fail_within("the export to %s", path);
}

bk_status bk_export_folder(const bk_group *root, const char *path, bool force)
{
    bk_text plain = {0};
    bk_export_plan plan = {0};
    bk_status status = plain_path(&plain, path);
    if (status == BK_OK) {
        status = bk_export_plan_make(&plan, root);
    }
    if (status == BK_OK) {
        status = write_folder(&plan, root, bk_text_string(&plain), force);
    }
    bk_export_plan_clear(&plan);
    bk_text_clear(&plain);
    return status;
}
