/* SPDX-License-Identifier: GPL-3.0-or-later
 * Text that grows, and the nearest of some names. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "brisk/base.h"

/* Room for extra more bytes and the final NUL. */
static bool reserve(bk_text *text, size_t extra)
{
    size_t needed;
    if (!bk_add_sizes(&needed, text->length, extra) || !bk_add_sizes(&needed, needed, 1)) {
        text->status = bk_fail(BK_OVERFLOW, "a text of more than %zu bytes exceeds the address space", extra);
        return false;
    }
    if (needed <= text->capacity) {
        return true;
    }
    const size_t capacity = needed > SIZE_MAX / 2 ? needed : needed * 2;
    char *grown = bk_reallocate(text->data, text->capacity, capacity, 1);
    if (grown == NULL) {
        text->status = bk_error_status();
        return false;
    }
    text->data = grown;
    text->capacity = capacity;
    return true;
}

void bk_text_append(bk_text *text, const char *format, ...)
{
    if (text->status != BK_OK) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) {
        text->status = bk_fail(BK_INVALID, "a text format cannot be printed: %s", format);
        return;
    }
    if (!reserve(text, (size_t)length)) {
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(text->data + text->length, text->capacity - text->length, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

void bk_text_append_paragraph(bk_text *text, const char *indent, size_t width, const char *paragraph)
{
    const char *rest = paragraph;
    while (*rest != '\0') {
        size_t length = strlen(rest);
        if (length > width) {
            length = width;
            while (length > 0 && rest[length] != ' ') {
                length--;
            }
            length = length == 0 ? strcspn(rest, " ") : length; /* one word wider than the line */
        }
        bk_text_append(text, "%s%.*s\n", indent, (int)length, rest);
        rest += length;
        rest += strspn(rest, " ");
    }
}

const char *bk_text_string(const bk_text *text) { return text->data == NULL ? "" : text->data; }

bk_status bk_text_status(const bk_text *text) { return text->status; }

void bk_text_clear(bk_text *text)
{
    bk_free(text->data);
    *text = (bk_text){0};
}

#define LONGEST_NAME 63

static size_t smallest(size_t a, size_t b, size_t c)
{
    const size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Levenshtein distance; SIZE_MAX where a word is too long to be compared. */
static size_t edit_distance(const char *a, const char *b)
{
    const size_t length_a = strlen(a);
    const size_t length_b = strlen(b);
    if (length_a > LONGEST_NAME || length_b > LONGEST_NAME) {
        return SIZE_MAX;
    }
    size_t row[LONGEST_NAME + 1];
    for (size_t j = 0; j <= length_b; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= length_a; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length_b; j++) {
            const size_t above = row[j];
            const size_t substitution = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
            row[j] = smallest(above + 1, row[j - 1] + 1, substitution);
            diagonal = above;
        }
    }
    return row[length_b];
}

const char *bk_nearest_name(const char *word, const char *const *names, size_t count)
{
    const char *nearest = NULL;
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        /* An abbreviation is meant, however much of the name it leaves out. */
        const bool abbreviation = word[0] != '\0' && strncmp(names[i], word, strlen(word)) == 0;
        const size_t distance = abbreviation ? 0 : edit_distance(word, names[i]);
        if (distance < least) {
            least = distance;
            nearest = names[i];
        }
    }
    /* A third of the letters may differ; a word further from all names has no neighbour. */
    const size_t allowed = (strlen(word) + 1) / 3 + 1;
    return least <= allowed ? nearest : NULL;
}
