/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bytes of a file or of standard input; zlib unpacks what is gzip'd and passes on what is not.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "results/data.h"
#include "results/file.h"

struct bk_source {
    gzFile stream;
    const char *name; /* kept by the caller */
};

static int open_file(const char *path, const char *name)
{
    if (strcmp(path, "-") == 0) {
        const int copy = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
        if (copy < 0) {
            (void)bk_file_trouble("read", name);
        }
        return copy;
    }
    if (path[0] == '\0') {
        (void)bk_fail(BK_FILE, "the name of the data file is empty");
        return -1;
    }
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        (void)bk_file_trouble("open", name);
        return -1;
    }
    struct stat facts;
    if (fstat(file, &facts) == 0 && S_ISDIR(facts.st_mode)) {
        (void)close(file);
        (void)bk_fail(BK_FILE, "cannot read %s: it is a folder", name);
        return -1;
    }
    return file;
}

bk_source *bk_source_open(const char *path, const char *name)
{
    const int file = open_file(path, name);
    if (file < 0) {
        return NULL;
    }
    bk_source *source = bk_allocate(1, sizeof *source);
    if (source == NULL) {
        (void)close(file);
        return NULL;
    }
    source->name = name;
    source->stream = gzdopen(file, "rb");
    if (source->stream == NULL) {
        (void)close(file);
        bk_free(source);
        (void)bk_fail(BK_MEMORY, "out of memory: %s cannot be read", name);
        return NULL;
    }
    (void)gzbuffer(source->stream, 1U << 17);
    return source;
}

void bk_source_close(bk_source *source)
{
    if (source != NULL) {
        (void)gzclose(source->stream);
        bk_free(source);
    }
}

bk_status bk_source_read(bk_source *source, void *buffer, size_t size, size_t *got)
{
    const int bytes = gzread(source->stream, buffer, (unsigned)size);
    int code = Z_OK;
    const char *reason = gzerror(source->stream, &code);
    if (code == Z_ERRNO) {
        return bk_file_trouble("read", source->name);
    }
    if (code == Z_BUF_ERROR) {
        return bk_fail(BK_FILE, "%s is gzip'd and ends too early: it was cut", source->name);
    }
    if (bytes < 0 || (code != Z_OK && code != Z_STREAM_END)) {
        return bk_fail(BK_FILE, "%s is gzip'd and damaged (zlib: %s)", source->name, reason);
    }
    *got = (size_t)bytes;
    return BK_OK;
}

const char *bk_source_foreign(const unsigned char *bytes, size_t size)
{
    static const struct {
        const char *magic;
        size_t length;
        const char *what;
    } formats[] = {
        {"\x89HDF\r\n\x1a\n", 8, "an HDF5 file: name one of its datasets, FILE.h5:/PATH"},
        {"PK\x03\x04", 4, "a zip archive (also .npz and .xlsx are): unpack it, or save as CSV or .npy"},
        {"\xfd"
         "7zXZ",
         5, "compressed by xz: unpack it, or use 'xz -dc FILE | brisk ... -'"},
        {"\x28\xb5\x2f\xfd", 4, "compressed by zstd: unpack it, or use 'zstd -dc FILE | brisk ... -'"},
        {"BZh", 3, "compressed by bzip2: unpack it, or use 'bzip2 -dc FILE | brisk ... -'"},
        {"PAR1", 4, "a Parquet file: save it as CSV or .npy"},
        {"\x80\x04", 2, "a Python pickle: save it as CSV or .npy"},
        {"\xff\xfe", 2, "text in UTF-16: save it as UTF-8"},
        {"\xfe\xff", 2, "text in UTF-16: save it as UTF-8"},
    };
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (size >= formats[i].length && memcmp(bytes, formats[i].magic, formats[i].length) == 0) {
            return formats[i].what;
        }
    }
    return NULL;
}
