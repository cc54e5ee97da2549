/* SPDX-License-Identifier: GPL-3.0-or-later
 * How a finished export gets its name, and who may clear away what an export that died on the way left. At
 * every moment a folder that is not somebody's finished export bears the mark: the new one until it has its
 * name, the earlier one before it loses its own. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/export_folder.h"

/* ---- Locks and marks ---- */

/* Whether the open folder still stands at path: between opening and locking another export may have renamed
 * it. */
static bool stands_at(int folder, const char *path)
{
    struct stat open_one, named_one;
    return fstat(folder, &open_one) == 0 && lstat(path, &named_one) == 0 &&
           open_one.st_dev == named_one.st_dev && open_one.st_ino == named_one.st_ino;
}

bk_status bk_export_lock(int *folder, const char *path, const char *target)
{
    const int opened = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (opened < 0) {
        return bk_export_trouble("open the folder", path);
    }
    if (flock(opened, LOCK_EX | LOCK_NB) == 0 && stands_at(opened, path)) {
        *folder = opened;
        return BK_OK;
    }
    const bk_status status =
        errno == EWOULDBLOCK || !stands_at(opened, path)
            ? bk_fail(BK_FILE, "another export is writing %s: wait for it, or name another folder", target)
            : bk_export_trouble("lock", path);
    (void)close(opened);
    return status;
}

bool bk_export_is_marked(int folder)
{
    return faccessat(folder, BK_EXPORT_MARK, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bk_status bk_export_mark(int folder, const char *path)
{
    const int mark = openat(folder, BK_EXPORT_MARK, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (mark < 0) {
        return bk_export_trouble("write into", path);
    }
    (void)close(mark);
    return BK_OK;
}

static bk_status unmark(int folder, const char *path)
{
    return unlinkat(folder, BK_EXPORT_MARK, 0) == 0 && fsync(folder) == 0
               ? BK_OK
               : bk_export_trouble("sync the folder", path);
}

/* ---- PATH.old ---- */

/* It is there only where the file system cannot exchange two names, and an export died before it was removed.
 */
static bk_status remove_left_over(const char *away, const char *path)
{
    struct stat facts;
    int folder = -1;
    if (lstat(away, &facts) != 0 || !S_ISDIR(facts.st_mode)) {
        return BK_OK;
    }
    BK_TRY(bk_export_lock(&folder, away, path));
    const bk_status status = bk_export_is_marked(folder) ? bk_export_remove_marked(away) : BK_OK;
    (void)close(folder);
    return status;
}

/* ---- The name ---- */

/* Puts the finished folder in the place of an earlier export, which then stands at away: the old name of the
 * part, or where the file system cannot exchange two names, PATH.old. */
static bk_status exchange(bk_text *away, const char *part, const char *path, const char *aside)
{
    if (renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_EXCHANGE) == 0) {
        bk_text_append(away, "%s", part);
        return bk_text_status(away);
    }
    if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) {
        return bk_export_trouble("put the finished folder in the place of", path);
    }
    BK_TRY(remove_left_over(aside, path));
    bk_text_append(away, "%s", aside);
    BK_TRY(bk_text_status(away));
    if (rename(path, bk_text_string(away)) != 0) {
        return bk_export_trouble("put aside the folder", path);
    }
    if (rename(part, path) != 0) {
        const bk_status status = bk_export_trouble("rename the finished folder to", path);
        (void)rename(bk_text_string(away), path);
        return status;
    }
    return BK_OK;
}

static bk_status give_name(const char *part, const char *path)
{
    return rename(part, path) == 0 ? BK_OK
           : errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR
               ? bk_fail(BK_FILE, "%s was made by somebody else meanwhile: name another folder", path)
               : bk_export_trouble("rename the finished folder to", path);
}

/* The earlier export is locked and marked before anything is renamed, and removed at the end; what came into
 * it since it was looked at stays there. */
static bk_status replace(bool *named, int folder, const char *part, const char *path, const char *aside)
{
    bk_text away = {0};
    int earlier = -1;
    BK_TRY(bk_export_lock(&earlier, path, path));
    bk_status status = bk_export_mark(earlier, path);
    if (status == BK_OK) {
        status = exchange(&away, part, path, aside);
        *named = status == BK_OK;
        if (!*named) {
            (void)unlinkat(earlier, BK_EXPORT_MARK, 0);
        }
    }
    if (*named) {
        status = unmark(folder, path);
    }
    if (status == BK_OK) {
        status = bk_export_remove_earlier(bk_text_string(&away));
    }
    (void)close(earlier);
    bk_text_clear(&away);
    return status;
}

bk_status bk_export_publish(bool *named, int folder, const char *part, const char *path, bool old)
{
    bk_text aside = {0};
    bk_text_append(&aside, "%s.old", path);
    bk_status status = bk_text_status(&aside);
    if (status == BK_OK && old) {
        status = replace(named, folder, part, path, bk_text_string(&aside));
    } else if (status == BK_OK) {
        status = give_name(part, path);
        *named = status == BK_OK;
        status = *named ? unmark(folder, path) : status;
    }
    if (status == BK_OK) {
        status = remove_left_over(bk_text_string(&aside), path);
    }
    bk_text_clear(&aside);
    return status;
}
