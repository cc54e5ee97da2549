/* SPDX-License-Identifier: GPL-3.0-or-later
 * sim/run.h: what a run is made of; for the files of this room. */
#ifndef BRISK_SIM_RUN_H
#define BRISK_SIM_RUN_H

#include "brisk/sim.h"

struct bk_run {
    const bk_experiment *experiment;
    const bk_options *options;
    const bk_run_control *control;
    uint64_t seed;
    bk_results *results;
    char stage[64]; /* whose progress is being told; "": nobody's */
    double stage_started_s;
    double last_progress_s;
};

/* Seconds of a clock that never jumps. For progress and /run alone: no result depends on it. */
double bk_clock_s(void);

/* Tells the progress of a stage to the command's sink, at most about 10 times a second and always at
 * the end. Call it from one thread at a time. */
void bk_run_tell_progress(bk_run *run, const char *stage, uint64_t done, uint64_t total);

/* The configuration as INI text that `brisk run EXPERIMENT --config` accepts. */
bk_status bk_run_configuration(const bk_run *run, bk_text *text);

#endif
