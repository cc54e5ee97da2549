/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file appears whole or not at all.
 *
 * The bytes go to PATH.part in the same folder, held by a lock; then fsync, then the name PATH, then fsync
 * of the folder. A PATH.part that nobody holds was left by a run that died and is used again.
 * With force the last step is rename, which replaces an old file in one step. Without it it is link, which
 * fails where the name exists, so that a file made by somebody else since the run began is never replaced;
 * file systems without hard links get a look and a rename instead.
 */
#include "results/file.h"

#include "brisk/results.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A finished run waits this long for a lock on its .part file: the other holder may be no more than a run
 * that looks whether it could write there. */
#define PATIENT_TRIES         200
#define SECONDS_BETWEEN_TRIES 0.05

/* The folder of path, in the caller's bk_text. */
static bk_status folder_of(bk_text *folder, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        bk_text_append(folder, ".");
    } else if (slash == path) {
        bk_text_append(folder, "/");
    } else {
        bk_text_append(folder, "%.*s", (int)(slash - path), path);
    }
    return bk_text_status(folder);
}

/* What can be said about the target before a byte is written. */
static bk_status check_name(const char *path, bool force)
{
    struct stat facts;
    if (path == NULL || path[0] == '\0') {
        return bk_fail(BK_FILE, "the name of the results file is empty");
    }
    const size_t length = strlen(path);
    if (length > 4000) {
        return bk_fail(BK_FILE, "the name of the results file has %zu bytes, which is too long", length);
    }
    if (path[length - 1] == '/') {
        return bk_fail(BK_FILE, "%s is a folder: name a file in it", path);
    }
    if (stat(path, &facts) == 0) {
        if (S_ISDIR(facts.st_mode)) {
            return bk_fail(BK_FILE, "%s is a folder: name a file in it", path);
        }
        if (!S_ISREG(facts.st_mode)) {
            return bk_fail(BK_FILE, "%s is a device or a pipe: results go to a regular file", path);
        }
        if (!force) {
            return bk_fail(BK_FILE, "%s exists: choose another name, or replace it with --force", path);
        }
    } else if (errno != ENOENT && errno != ENOTDIR) {
        return bk_file_trouble("look at", path);
    } else if (!force && lstat(path, &facts) == 0) {
        return bk_fail(BK_FILE, "%s is a symbolic link to nowhere: remove it, or replace it with --force",
                       path);
    }
    return BK_OK;
}

static bk_status check_folder(const char *path)
{
    struct stat facts;
    bk_text folder = {0};
    bk_status status = folder_of(&folder, path);
    const char *name = bk_text_string(&folder);
    if (status == BK_OK && stat(name, &facts) != 0) {
        status =
            errno == ENOENT
                ? bk_fail(BK_FILE, "cannot write %s: the folder %s does not exist: make it first", path, name)
                : bk_file_trouble("look at the folder", name);
    } else if (status == BK_OK && !S_ISDIR(facts.st_mode)) {
        status = bk_fail(BK_FILE, "cannot write %s: %s is not a folder", path, name);
    } else if (status == BK_OK && access(name, W_OK | X_OK) != 0) {
        status = bk_file_trouble("write to the folder", name);
    }
    bk_text_clear(&folder);
    return status;
}

static void wait_a_little(void)
{
    const struct timespec pause = {.tv_sec = 0, .tv_nsec = (long)(SECONDS_BETWEEN_TRIES * 1e9)};
    (void)nanosleep(&pause, NULL);
}

/* One try to open and lock the .part file. *descriptor stays -1 where it must be tried again: between
 * open and lock its name was given to the finished file, or a crash between link and unlink left it as a
 * second name of a finished file, which writing would destroy. */
static bk_status try_open_part(int *descriptor, bool *locked, const char *part, const char *path)
{
    struct stat by_descriptor;
    struct stat by_name;
    const int file = open(part, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    if (file < 0) {
        return errno == ELOOP
                   ? bk_fail(BK_FILE, "%s is a symbolic link, which is not followed: remove it", part)
                   : bk_file_trouble("open", part);
    }
    bk_status status = BK_OK;
    if (fstat(file, &by_descriptor) != 0) {
        status = bk_file_trouble("look at", part);
    } else if (!S_ISREG(by_descriptor.st_mode)) {
        status = bk_fail(BK_FILE, "%s is no regular file: remove it", part);
    } else if (flock(file, LOCK_EX | LOCK_NB) != 0) {
        *locked = errno == EWOULDBLOCK;
        status = *locked
                     ? bk_fail(BK_FILE,
                               "another run is writing %s (it holds %s): wait for it, or choose another name",
                               path, part)
                     : bk_file_trouble("lock", part);
    } else if (fstat(file, &by_descriptor) == 0 && by_descriptor.st_nlink == 1 &&
               lstat(part, &by_name) == 0 && by_name.st_ino == by_descriptor.st_ino &&
               by_name.st_dev == by_descriptor.st_dev) {
        *descriptor = file;
        return BK_OK;
    } else if (by_descriptor.st_nlink > 1 && unlink(part) != 0 && errno != ENOENT) {
        status = bk_file_trouble("remove", part);
    }
    (void)close(file);
    return status;
}

/* Opens and locks the .part file; waits for a lock that another holds only where patient. */
static bk_status open_part(int *descriptor, const char *part, const char *path, bool patient)
{
    for (int attempt = 0; attempt < PATIENT_TRIES; attempt++) {
        int file = -1;
        bool locked = false;
        const bk_status status = try_open_part(&file, &locked, part, path);
        if (file >= 0) {
            *descriptor = file;
            return BK_OK;
        }
        if (status != BK_OK && !(locked && patient && attempt + 1 < PATIENT_TRIES)) {
            return status;
        }
        if (locked) {
            wait_a_little();
        }
    }
    return bk_fail(BK_FILE, "another run keeps replacing %s: choose another name", part);
}

static bk_status write_all(int file, const char *part, const char *bytes, size_t size)
{
    const size_t step = (size_t)1 << 30;
    while (size > 0) {
        const ssize_t written = write(file, bytes, size < step ? size : step);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            if (written == 0) {
                errno = EIO;
            }
            return bk_file_trouble("write", part);
        }
        bytes += written;
        size -= (size_t)written;
    }
    return BK_OK;
}

static bk_status sync_folder(const char *path)
{
    bk_text folder = {0};
    bk_status status = folder_of(&folder, path);
    if (status == BK_OK) {
        const int file = open(bk_text_string(&folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        /* EINVAL, ENOTSUP: this file system cannot sync a folder, there is nothing more to do. */
        if (file < 0 || (fsync(file) != 0 && errno != EINVAL && errno != ENOTSUP)) {
            status = bk_file_trouble(
                "sync (the file stands there, but may not outlast a power failure) the folder of", path);
        }
        if (file >= 0) {
            (void)close(file);
        }
    }
    bk_text_clear(&folder);
    return status;
}

/* Gives the written file its name. *named tells whether PATH is the new file now. */
static bk_status give_name(bool *named, const char *part, const char *path, bool force)
{
    *named = false;
    if (!force) {
        struct stat facts;
        if (link(part, path) == 0) {
            *named = true;
            if (unlink(part) != 0) {
                return bk_file_trouble("remove", part);
            }
            return BK_OK;
        }
        if (errno == EEXIST || lstat(path, &facts) == 0) {
            return bk_fail(BK_FILE, "%s exists: choose another name, or replace it with --force", path);
        }
    }
    if (rename(part, path) != 0) {
        return bk_file_trouble("rename the finished file to", path);
    }
    *named = true;
    return BK_OK;
}

bk_status bk_file_write(const char *path, const void *bytes, size_t size, bool force)
{
    BK_TRY(check_name(path, force));
    bk_text part = {0};
    bk_text_append(&part, "%s.part", path);
    bk_status status = bk_text_status(&part);
    const char *part_name = bk_text_string(&part);
    int file = -1;
    if (status == BK_OK) {
        status = open_part(&file, part_name, path, true);
    }
    if (status == BK_OK) {
        bool named = false;
        if (ftruncate(file, 0) != 0) {
            status = bk_file_trouble("empty", part_name);
        }
        if (status == BK_OK) {
            status = write_all(file, part_name, bytes, size);
        }
        if (status == BK_OK && fsync(file) != 0) {
            status = bk_file_trouble("sync", part_name);
        }
        if (status == BK_OK) {
            status = give_name(&named, part_name, path, force);
        }
        if (!named) {
            (void)unlink(part_name);
        } else if (status == BK_OK) {
            status = sync_folder(path);
        }
        /* Only now, because it frees the lock; after fsync it can lose nothing. */
        (void)close(file);
    }
    bk_text_clear(&part);
    return status;
}

struct bk_claim {
    int file;
    bk_text part;
};

bk_status bk_results_claim(bk_claim **claim, const char *path, bool force)
{
    *claim = NULL;
    BK_TRY(check_name(path, force));
    BK_TRY(check_folder(path));
    bk_claim *made = bk_allocate(1, sizeof *made);
    if (made == NULL) {
        return bk_error_status();
    }
    made->file = -1;
    bk_text_append(&made->part, "%s.part", path);
    bk_status status = bk_text_status(&made->part);
    /* Mode bits do not bind root, and say nothing of read-only file systems: making the file does. */
    if (status == BK_OK) {
        status = open_part(&made->file, bk_text_string(&made->part), path, false);
    }
    if (status != BK_OK) {
        bk_text_clear(&made->part);
        bk_free(made);
        return status;
    }
    *claim = made;
    return BK_OK;
}

void bk_results_release(bk_claim *claim)
{
    if (claim != NULL) {
        /* In this order: while the lock is held, the name is ours. */
        (void)unlink(bk_text_string(&claim->part));
        (void)close(claim->file);
        bk_text_clear(&claim->part);
        bk_free(claim);
    }
}

bk_status bk_results_check_target(const char *path, bool force)
{
    bk_claim *claim = NULL;
    BK_TRY(bk_results_claim(&claim, path, force));
    bk_results_release(claim);
    return BK_OK;
}
