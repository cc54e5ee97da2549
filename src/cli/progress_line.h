/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/progress_line.h: what a run says on stderr while it works. */
#ifndef BRISK_CLI_PROGRESS_LINE_H
#define BRISK_CLI_PROGRESS_LINE_H

#include "brisk/sim.h"

typedef enum bk_progress_mode { BK_PROGRESS_BAR, BK_PROGRESS_JSON, BK_PROGRESS_NONE } bk_progress_mode;

/* A mode by its name in --progress. */
bk_status bk_take_progress(bk_progress_mode *mode, const char *text);

typedef struct bk_progress_line {
    bk_progress_mode mode;
    bool terminal;           /* bar: redraw one line; else print a line now and then */
    bool drawn;              /* a line stands on the terminal and must be cleared first */
    double last_s;           /* by the clock: when a line was printed last */
    double gap_s;            /* bar without terminal: from then to the next line */
    double (*clock_s)(void); /* seconds; the monotonic clock unless replaced after the opening */
} bk_progress_line;

bk_progress_line bk_progress_line_open(bk_progress_mode mode);
/* Sinks of bk_run_control, for any thread; sink is a bk_progress_line. */
void bk_progress_line_say(void *sink, const char *line);
void bk_progress_line_show(void *sink, const bk_progress *progress);
/* Says what must be said in every mode, also where the user wants no progress. */
void bk_progress_line_tell(bk_progress_line *line, const char *text);
/* Clears what is drawn. */
void bk_progress_line_close(bk_progress_line *line);

/* progress_text.c: one line about progress, without an end of line; true where it fits into size. */
bool bk_progress_text(char *text, size_t size, const bk_progress *progress);
/* The same, and what is said, as JSON objects. What is unknown is null. */
bool bk_progress_json(char *text, size_t size, const bk_progress *progress);
bool bk_progress_json_message(char *text, size_t size, const char *message);
/* A failure; exit_code is that of the command. */
bool bk_progress_json_error(char *text, size_t size, const char *message, int exit_code);

#endif
