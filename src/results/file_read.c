/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads a whole file into memory: HDF5 then never does input of its own, and no name inside a file can
 * lead it to another one.
 */
#include "results/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bk_status bk_file_trouble(const char *step, const char *path)
{
    const int reason = errno;
    char text[200];
    if (strerror_r(reason, text, sizeof text) != 0) {
        snprintf(text, sizeof text, "error %d", reason);
    }
    return bk_fail(BK_FILE, "cannot %s %s: %s", step, path, text);
}

static bk_status read_all(char *bytes, int file, size_t size, const char *path)
{
    const size_t step = (size_t)1 << 30;
    while (size > 0) {
        const ssize_t got = read(file, bytes, size < step ? size : step);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return bk_file_trouble("read", path);
        }
        if (got == 0) {
            return bk_fail(BK_FILE, "cannot read %s: it became shorter while it was read", path);
        }
        bytes += got;
        size -= (size_t)got;
    }
    return BK_OK;
}

static bk_status read_open_file(void **bytes, size_t *size, int file, const char *path)
{
    struct stat facts;
    if (fstat(file, &facts) != 0) {
        return bk_file_trouble("look at", path);
    }
    if (!S_ISREG(facts.st_mode)) {
        return bk_fail(BK_FILE, "cannot read %s: it is %s", path,
                       S_ISDIR(facts.st_mode) ? "a folder" : "no regular file");
    }
    if ((uint64_t)facts.st_size > BK_MAX_FILE_BYTES) {
        return bk_fail(BK_FILE, "cannot read %s: it has %lld bytes, more than the %llu that are read", path,
                       (long long)facts.st_size, (unsigned long long)BK_MAX_FILE_BYTES);
    }
    const size_t length = (size_t)facts.st_size;
    char *content = bk_allocate(length, 1);
    if (content == NULL) {
        return bk_error_status();
    }
    const bk_status status = read_all(content, file, length, path);
    if (status != BK_OK) {
        bk_free(content);
        return status;
    }
    *bytes = content;
    *size = length;
    return BK_OK;
}

bk_status bk_file_read(void **bytes, size_t *size, const char *path)
{
    if (path == NULL || path[0] == '\0') {
        return bk_fail(BK_FILE, "the name of the results file is empty");
    }
    /* O_NONBLOCK: a pipe without a writer must not hang us. */
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        return bk_file_trouble("open", path);
    }
    const bk_status status = read_open_file(bytes, size, file, path);
    (void)close(file);
    return status;
}
