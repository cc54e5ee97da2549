/* SPDX-License-Identifier: GPL-3.0-or-later
 * Configuration text: INI, read by libinih. What libinih lets pass in silence (long lines that arrive
 * cut, continuation lines, keys given twice) is an error here. */
#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "brisk/base.h"

#define LONGEST_LINE 190

typedef struct reading {
    const char *rest; /* text not read yet */
    const char *name;
    int line;
    bk_text seen; /* "\nsection.key\n" of all entries */
    bk_configuration_entry entry;
    void *context;
    bk_status status;
} reading;

static bk_status check_line(const reading *state, const char *line, size_t length)
{
    if (length > LONGEST_LINE) {
        return bk_fail(BK_INVALID, "%s:%d: the line has %zu bytes; at most %d are read", state->name,
                       state->line, length, LONGEST_LINE);
    }
    const size_t blanks = strspn(line, " \t");
    if (blanks > 0 && blanks < length && line[blanks] != '\r' && strchr(";#", line[blanks]) == NULL) {
        return bk_fail(BK_INVALID,
                       "%s:%d: the line begins with a blank; continuation lines are not supported",
                       state->name, state->line);
    }
    return BK_OK;
}

/* libinih's fgets: hands out one line and counts it, so that the handler knows where it is. */
static char *next_line(char *buffer, int size, void *stream)
{
    reading *state = stream;
    if (state->status != BK_OK || state->rest[0] == '\0' || size < 2) {
        return NULL;
    }
    const size_t length = strcspn(state->rest, "\n");
    state->line++;
    state->status = check_line(state, state->rest, length);
    if (state->status != BK_OK || length + 2 > (size_t)size) {
        return NULL;
    }
    memcpy(buffer, state->rest, length);
    buffer[length] = '\n';
    buffer[length + 1] = '\0';
    state->rest += length + (state->rest[length] == '\n' ? 1U : 0U);
    return buffer;
}

static int handle_entry(void *user, const char *section, const char *key, const char *value)
{
    reading *state = user;
    char label[2 * LONGEST_LINE + 8];
    /* Keys before the first section are options, so the same key there and under [options] is given twice. */
    const char *place = section[0] == '\0' ? "options" : section;
    (void)snprintf(label, sizeof label, "\n%s.%s\n", place, key);
    if (strstr(bk_text_string(&state->seen), label) != NULL) {
        state->status =
            bk_fail(BK_INVALID, "%s:%d: the key '%s' is given a second time", state->name, state->line, key);
        return 0;
    }
    bk_text_append(&state->seen, "%s", label);
    state->status = bk_text_status(&state->seen);
    if (state->status == BK_OK) {
        state->status = state->entry(state->context, place, key, value, state->line);
    }
    return state->status == BK_OK;
}

bk_status bk_configuration_read(const char *text, const char *name, bk_configuration_entry entry,
                                void *context)
{
    reading state = {.rest = text, .name = name, .entry = entry, .context = context};
    const int error_line = ini_parse_stream(next_line, &state, handle_entry, &state);
    bk_text_clear(&state.seen);
    /* libinih reads on after a line it cannot understand; the first mistake is the one to report. */
    if (state.status != BK_OK && !(error_line > 0 && error_line < state.line)) {
        return state.status;
    }
    if (error_line > 0) {
        return bk_fail(BK_INVALID, "%s:%d: neither 'key = value' nor '[section]' nor a comment", name,
                       error_line);
    }
    return error_line == 0 ? BK_OK : bk_fail(BK_MEMORY, "%s: out of memory while reading", name);
}

void bk_configuration_write(bk_text *text, const bk_options *options)
{
    for (size_t row = 0; row < bk_options_count(options); row++) {
        const char *name = bk_options_row(options, row)->name;
        bk_text_append(text, "%s = %s\n", name, bk_option_value(options, name));
    }
}
