/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which character separates the fields of a text.
 */
#include <string.h>

#include "results/data.h"

#define MAX_LINES 20

static const char candidates[] = "\t;, ";
#define N_CANDIDATES (sizeof candidates - 1)
#define BLANK        (N_CANDIDATES - 1)

/* How often each candidate stands in one line outside quotes; of blanks, runs between words. */
typedef struct line_counts {
    unsigned count[N_CANDIDATES];
} line_counts;

static line_counts count_in(const char *line, size_t length)
{
    line_counts counts = {{0}};
    bool quoted = false, word = false, gap = false;
    for (size_t i = 0; i < length; i++) {
        const char c = line[i];
        quoted = quoted != (c == '"');
        if (quoted) {
            continue;
        }
        for (size_t candidate = 0; candidate < BLANK; candidate++) {
            counts.count[candidate] += c == candidates[candidate] ? 1 : 0;
        }
        const bool blank = c == ' ' || c == '\t' || c == '\r';
        counts.count[BLANK] += !blank && gap && word ? 1 : 0;
        word = word || !blank;
        gap = blank;
    }
    return counts;
}

/* Whether all lines have this candidate equally often; the first one, a header, may lack one (row names). */
static bool agree(const line_counts *lines, size_t n, size_t candidate)
{
    const unsigned usual = lines[n - 1].count[candidate];
    for (size_t i = 1; i < n; i++) {
        if (lines[i].count[candidate] != usual) {
            return false;
        }
    }
    const unsigned first = lines[0].count[candidate];
    return usual > 0 && (first == usual || (n > 1 && first + 1 == usual));
}

/* Skips blank lines and comments. */
static size_t take_lines(line_counts *lines, const char *text, size_t size, bool whole)
{
    size_t n = 0;
    const char *end = text + size;
    while (text < end && n < MAX_LINES) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *carriage = memchr(text, '\r', (size_t)((newline == NULL ? end : newline) - text));
        const char *stop = carriage != NULL ? carriage : newline;
        if (stop == NULL && !whole && n > 0) {
            break;
        }
        stop = stop == NULL ? end : stop;
        const size_t length = (size_t)(stop - text);
        size_t blanks = 0;
        while (blanks < length && (text[blanks] == ' ' || text[blanks] == '\t')) {
            blanks++;
        }
        if (blanks < length && text[blanks] != '#') {
            lines[n++] = count_in(text, length);
        }
        text = stop + 1;
    }
    return n;
}

char bk_data_sniff(const char *text, size_t size, bool whole)
{
    line_counts lines[MAX_LINES];
    const size_t n = take_lines(lines, text, size, whole);
    if (n == 0) {
        return ',';
    }
    for (size_t candidate = 0; candidate < N_CANDIDATES; candidate++) {
        if (agree(lines, n, candidate)) {
            return candidates[candidate];
        }
    }
    /* They disagree: the row that differs is reported when it is read. */
    for (size_t candidate = 0; candidate < BLANK; candidate++) {
        if (lines[0].count[candidate] > 0) {
            return candidates[candidate];
        }
    }
    return ',';
}
