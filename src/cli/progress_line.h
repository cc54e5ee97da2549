/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/progress_line.h: what a run says on stderr. */
#ifndef BRISK_CLI_PROGRESS_LINE_H
#define BRISK_CLI_PROGRESS_LINE_H

#include "brisk/sim.h"

typedef struct bk_progress_line {
    bool terminal; /* redraw one line; else print a line now and then */
    bool drawn;    /* a line stands on the terminal and must be cleared first */
    double last_s; /* of the present stage: when the last line was printed */
} bk_progress_line;

bk_progress_line bk_progress_line_open(void);
/* Sinks of bk_run_control; sink is a bk_progress_line. */
void bk_progress_line_say(void *sink, const char *line);
void bk_progress_line_show(void *sink, const bk_progress *progress);
/* Clears what is drawn. */
void bk_progress_line_close(bk_progress_line *line);

#endif
