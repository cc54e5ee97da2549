/* SPDX-License-Identifier: GPL-3.0-or-later
 * A study for the tests of the driver: a stage, two simulations, outputs of both types. Its switches stand in
 * one struct, because run functions have no arguments of their own. */
#ifndef BRISK_TESTS_SIM_STUDY_H
#define BRISK_TESTS_SIM_STUDY_H

#include "brisk/sim.h"

typedef struct study_switches {
    uint64_t trials;     /* of the first simulation; the second has a third of them */
    uint64_t block_size; /* 0: the default */
    uint64_t fail_at;    /* this trial of the first simulation fails; UINT64_MAX: none */
    const char *needs;   /* of the second simulation */
    bool no_range;       /* the uniform output declares no range */
    double shift;        /* a planted fault: added to output "uniform" of trial 100 */
    bool inexact;        /* the uniform output is declared inexact */
    bool extra;          /* the results have one more attribute */
    bool count_range;    /* the count declares its range */
    bool count_lost;     /* the values of the count are not kept */
} study_switches;
extern study_switches study;

/* What happened in this process. */
typedef struct study_counts {
    _Atomic uint64_t trials; /* of both simulations */
    int stages, summaries;
    _Atomic uint64_t polls;
} study_counts;
extern study_counts study_seen;

extern const bk_experiment study_experiment;

/* Switches and counts at their defaults: 1000 trials. */
void study_reset(void);
/* Runs it; the digest of its tree in hex [65], "" where it failed. */
void study_run(char *hex, const bk_run_control *control);
/* The tree, NULL where it failed. */
bk_results *study_execute(const bk_run_control *control);
/* Beside a file that was read. */
bk_status study_verify(bk_text *page, const bk_results *file, const bk_run_control *control,
                       const bk_verify_request *request);
bk_status study_replay(bk_results **replayed, const bk_results *file, const char *name, uint64_t trial);
bk_results *study_merge(const bk_run_control *control, const bk_results *const *shards,
                        const char *const *names, size_t n);
void study_digest(char *hex, const bk_results *results);
/* A control whose `asked` wants to stop from poll number `polls` on. */
bk_run_control study_stop_after(uint64_t polls);
/* A path in the test's own folder, which is made at the first call. */
const char *study_path(const char *name);

#endif
