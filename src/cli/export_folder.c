/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The folder of an export appears whole or not at all: the files go to PATH.part in the same folder, which is
 * held by a lock and bears a mark; each is synced, then the folder gets its name. A marked PATH.part that
 * nobody holds was left by an export that died and is used again, if nothing else lies in it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/export_folder.h"

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
        return errno == ENOENT ? BK_OK : bk_export_trouble("look at", path);
    }
    if (!S_ISDIR(facts.st_mode)) {
        return bk_fail(BK_FILE, "%s exists and is no folder: name another one", path);
    }
    const bk_status empty = bk_export_check_empty(path);
    if (empty == BK_OK || !force) {
        return empty;
    }
    BK_TRY(bk_export_check_earlier(path));
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
        return bk_export_trouble("make the file", name);
    }
    bk_sink_open(sink, file, name);
    put_file(sink, kind, plan, table, root);
    bk_status status = bk_sink_finish(sink);
    if (status == BK_OK && fsync(file) != 0) {
        status = bk_export_trouble("sync", name);
    }
    if (close(file) != 0 && status == BK_OK) {
        status = bk_export_trouble("close", name);
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

/* Makes of a locked folder that was there an empty one with our mark. */
static bk_status take_over(int folder, const char *part)
{
    /* Between mkdir and the mark, and between the removal of the mark and rmdir, an export may die too. */
    if (!bk_export_is_marked(folder) && bk_export_check_empty(part) != BK_OK) {
        return bk_fail(
            BK_FILE,
            "%s is in the way, and no export that died left it there: look into it, then remove or "
            "rename it",
            part);
    }
    bk_error_clear();
    BK_TRY(bk_export_mark(folder, part));
    return bk_export_remove_files(part);
}

/* An empty folder with our mark, open and locked. */
static bk_status open_part(int *folder, const char *part, const char *path)
{
    if (mkdir(part, 0777) != 0 && errno != EEXIST) {
        return bk_export_trouble("make the folder", part);
    }
    BK_TRY(bk_export_lock(folder, part, path));
    const bk_status status = take_over(*folder, part);
    if (status != BK_OK) {
        (void)close(*folder);
        *folder = -1;
    }
    return status;
}

static void remove_part(const char *part)
{
    char message[2000];
    const bk_status status = bk_error_status();
    (void)snprintf(message, sizeof message, "%s", bk_error_message());
    if (bk_export_remove_marked(part) != BK_OK) {
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
            status = bk_export_trouble("sync the folder of", path);
        }
        (void)(file < 0 ? 0 : close(file));
    }
    bk_text_clear(&parent);
    return status;
}

static bk_status write_part(int folder, const bk_export_plan *plan, const bk_group *root, const char *part,
                            const char *path, bool old)
{
    bool named = false;
    bk_status status = write_files(folder, plan, root);
    if (status == BK_OK && fsync(folder) != 0) {
        status = bk_export_trouble("sync the folder", part);
    }
    if (status == BK_OK) {
        status = bk_export_publish(&named, folder, part, path, old);
    }
    if (!named) {
        remove_part(part);
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
