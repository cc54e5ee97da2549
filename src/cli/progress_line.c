/* SPDX-License-Identifier: GPL-3.0-or-later
 * The progress line: on a terminal one line is redrawn; in a log lines come ever more seldom, up to one a
 * minute, so that hours of work leave a short log; as JSON an object a second, for programs. No colours. */
#define _GNU_SOURCE
#include "cli/progress_line.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define FIRST_LOG_GAP_S 10.0
#define LAST_LOG_GAP_S  60.0
#define JSON_GAP_S      1.0
#define LONGEST_JSON    16384

bk_status bk_take_progress(bk_progress_mode *mode, const char *text)
{
    static const char *const names[] = {"bar", "json", "none"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i]) == 0) {
            *mode = (bk_progress_mode)i;
            return BK_OK;
        }
    }
    return bk_fail(BK_INVALID, "--progress: '%s' is not one of bar,json,none", text);
}

static double monotonic_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

bk_progress_line bk_progress_line_open(bk_progress_mode mode)
{
    const char *kind = getenv("TERM");
    const bool redraws = kind != NULL && strcmp(kind, "dumb") != 0 && isatty(STDERR_FILENO) == 1;
    return (bk_progress_line){.mode = mode,
                              .terminal = mode == BK_PROGRESS_BAR && redraws,
                              .last_s = mode == BK_PROGRESS_JSON ? -INFINITY : monotonic_s(),
                              .gap_s = FIRST_LOG_GAP_S,
                              .clock_s = monotonic_s};
}

/* Everything below holds the lock of stderr: what is said and what is redrawn may come from two threads. */

static void clear_line(bk_progress_line *line)
{
    if (line->drawn) {
        (void)fputs("\r\033[K", stderr);
        line->drawn = false;
    }
}

void bk_progress_line_close(bk_progress_line *line)
{
    flockfile(stderr);
    clear_line(line);
    (void)fflush(stderr);
    funlockfile(stderr);
}

void bk_progress_line_tell(bk_progress_line *line, const char *text)
{
    static char object[LONGEST_JSON];
    flockfile(stderr);
    clear_line(line);
    const bool json = line->mode == BK_PROGRESS_JSON && bk_progress_json_message(object, sizeof object, text);
    (void)fprintf(stderr, "%s\n", json ? object : text);
    (void)fflush(stderr);
    funlockfile(stderr);
}

void bk_progress_line_say(void *sink, const char *text)
{
    bk_progress_line *line = sink;
    if (line->mode != BK_PROGRESS_NONE) {
        bk_progress_line_tell(line, text);
    }
}

/* Columns of the terminal, which its user may change at any time. */
static size_t columns(void)
{
    struct winsize size = {0};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    const char *text = getenv("COLUMNS");
    const long given = text == NULL ? 0 : strtol(text, NULL, 10);
    return given > 0 ? (size_t)given : 80;
}

/* Cuts text to the columns, in front of a character; the last column stays free, so that nothing wraps. */
static void cut(char *text, size_t most)
{
    size_t seen = 0;
    for (char *c = text; *c != '\0'; c++) {
        const bool starts = ((unsigned char)*c & 0xc0) != 0x80;
        seen += starts ? 1 : 0;
        if (starts && seen >= most) {
            *c = '\0';
            return;
        }
    }
}

static void show_json(bk_progress_line *line, const bk_progress *progress)
{
    static char object[LONGEST_JSON];
    const double now = line->clock_s();
    if ((progress->finished || now - line->last_s >= JSON_GAP_S) &&
        bk_progress_json(object, sizeof object, progress)) {
        line->last_s = now;
        (void)fprintf(stderr, "%s\n", object);
    }
}

static void show_bar(bk_progress_line *line, const bk_progress *progress)
{
    char text[1000];
    const double now = line->clock_s();
    if (progress->finished) {
        clear_line(line);
        return;
    }
    if (progress->total == 0 || (!line->terminal && now - line->last_s < line->gap_s)) {
        return;
    }
    (void)bk_progress_text(text, sizeof text, progress);
    if (line->terminal) {
        cut(text, columns());
        (void)fprintf(stderr, "\r\033[K%s", text);
        line->drawn = true;
        return;
    }
    (void)fprintf(stderr, "%s\n", text);
    line->last_s = now;
    line->gap_s = fmin(2.0 * line->gap_s, LAST_LOG_GAP_S);
}

void bk_progress_line_show(void *sink, const bk_progress *progress)
{
    bk_progress_line *line = sink;
    if (line->mode == BK_PROGRESS_NONE) {
        return;
    }
    flockfile(stderr);
    if (line->mode == BK_PROGRESS_JSON) {
        show_json(line, progress);
    } else {
        show_bar(line, progress);
    }
    (void)fflush(stderr);
    funlockfile(stderr);
}
