/* SPDX-License-Identifier: GPL-3.0-or-later
 * The progress line: done, rate, time left. On a terminal one line is redrawn; in a log a line comes
 * every ten seconds, so that hours of work leave a short log. */
#include "cli/progress_line.h"

#include <stdio.h>
#include <unistd.h>

#define LOG_SECONDS 10.0

bk_progress_line bk_progress_line_open(void)
{
    return (bk_progress_line){.terminal = isatty(STDERR_FILENO) == 1};
}

void bk_progress_line_close(bk_progress_line *line)
{
    if (line->drawn) {
        (void)fputs("\r\033[K", stderr);
        (void)fflush(stderr);
        line->drawn = false;
    }
}

void bk_progress_line_say(void *sink, const char *line)
{
    bk_progress_line_close(sink);
    (void)fprintf(stderr, "%s\n", line);
}

static void format_seconds(char *text, size_t size, double seconds)
{
    if (seconds < 100.0) {
        (void)snprintf(text, size, "%.1f s", seconds);
    } else if (seconds < 6000.0) {
        (void)snprintf(text, size, "%.0f min", seconds / 60.0);
    } else {
        (void)snprintf(text, size, "%.1f h", seconds / 3600.0);
    }
}

void bk_progress_line_show(void *sink, const bk_progress *progress)
{
    bk_progress_line *line = sink;
    /* The clock of progress starts anew with each stage. */
    if (progress->finished || progress->elapsed_s < line->last_s) {
        line->last_s = 0.0;
    }
    const bool due = line->terminal || progress->elapsed_s - line->last_s >= LOG_SECONDS;
    if (progress->finished || progress->done == 0 || progress->total == 0 || !due) {
        if (progress->finished) {
            bk_progress_line_close(line);
        }
        return;
    }
    line->last_s = progress->elapsed_s;
    const double fraction = (double)progress->done / (double)progress->total;
    const double rate = progress->elapsed_s > 0.0 ? (double)progress->done / progress->elapsed_s : 0.0;
    char elapsed[32];
    char left[32];
    format_seconds(elapsed, sizeof elapsed, progress->elapsed_s);
    format_seconds(left, sizeof left, progress->elapsed_s * (1.0 - fraction) / fraction);
    (void)fprintf(stderr, "%s%s: %llu of %llu (%.0f %%), %.3g a second, %s, %s left%s",
                  line->terminal ? "\r\033[K" : "", progress->stage, (unsigned long long)progress->done,
                  (unsigned long long)progress->total, 100.0 * fraction, rate, elapsed, left,
                  line->terminal ? "" : "\n");
    (void)fflush(stderr);
    line->drawn = line->terminal;
}
