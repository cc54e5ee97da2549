/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Text that goes into a file: names are checked, values are made valid UTF-8 (every reader of the file
 * decodes them as UTF-8, and many fail on the first bad byte).
 */
#include "results/tree.h"

#include <string.h>

/* Bytes of the well-formed UTF-8 sequence at text, 0 where there is none. Ranges of the Unicode standard's
 * table of well-formed sequences: no overlong forms, no surrogates, nothing above U+10FFFF. */
static size_t sequence_length(const unsigned char *text)
{
    const unsigned char first = text[0];
    if (first < 0x80) {
        return 1;
    }
    size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    if (first < 0xc2 || first > 0xf4) {
        return 0;
    }
    if (first == 0xe0) {
        low = 0xa0;
    } else if (first == 0xed) {
        high = 0x9f;
    } else if (first == 0xf0) {
        low = 0x90;
    } else if (first == 0xf4) {
        high = 0x8f;
    }
    if (text[1] < low || text[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if (text[i] < 0x80 || text[i] > 0xbf) {
            return 0;
        }
    }
    return length;
}

bool bk_utf8_valid(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    while (*at != '\0') {
        const size_t length = sequence_length(at);
        if (length == 0) {
            return false;
        }
        at += length;
    }
    return true;
}

bk_status bk_name_check(const char *name, const char *what, const char *where)
{
    if (name == NULL || name[0] == '\0') {
        return bk_fail(BK_INVALID, "a %s in %s has no name", what, where);
    }
    if (strlen(name) > BK_MAX_NAME) {
        return bk_fail(BK_INVALID, "%s \"%.40s...\" in %s: a name has at most %d bytes", what, name, where,
                       BK_MAX_NAME);
    }
    if (!bk_utf8_valid(name)) {
        return bk_fail(BK_INVALID, "a %s in %s has a name that is not UTF-8", what, where);
    }
    for (const char *at = name; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f) {
            return bk_fail(BK_INVALID, "a %s in %s has a control character in its name", what, where);
        }
    }
    if (strchr(name, '/') != NULL || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return bk_fail(BK_INVALID, "%s \"%s\" in %s: a name holds no \"/\" and is neither \".\" nor \"..\"",
                       what, name, where);
    }
    return BK_OK;
}

/* Bytes that copy_repaired writes, with the terminator. */
static size_t repaired_bytes(const char *text)
{
    size_t bytes = 1;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        const size_t length = sequence_length(at);
        bytes += length == 0 ? 3 : length;
        at += length == 0 ? 1 : length;
    }
    return bytes;
}

/* Writes text with U+FFFD for each bad byte and returns the place behind its terminator. */
static char *copy_repaired(char *to, const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        const size_t length = sequence_length(at);
        if (length == 0) {
            memcpy(to, "\xef\xbf\xbd", 3);
            to += 3;
            at++;
        } else {
            memcpy(to, at, length);
            to += length;
            at += length;
        }
    }
    *to = '\0';
    return to + 1;
}

const char *bk_copy_utf8(bk_arena *arena, const char *text)
{
    char *copy = bk_arena_allocate(arena, repaired_bytes(text), 1);
    if (copy != NULL) {
        copy_repaired(copy, text);
    }
    return copy;
}

const char **bk_copy_texts(bk_arena *arena, const char *const *texts, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        bytes += repaired_bytes(texts[i]);
    }
    const char **copies = bk_arena_allocate(arena, count == 0 ? 1 : count, sizeof *copies);
    char *to = bk_arena_allocate(arena, bytes == 0 ? 1 : bytes, 1);
    if (copies == NULL || to == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        copies[i] = to;
        to = copy_repaired(to, texts[i]);
    }
    return copies;
}
