/* SPDX-License-Identifier: GPL-3.0-or-later
 * A small experiment of one stage and one simulation, each of whose parts a test can replace. */
#ifndef BRISK_TESTS_SIM_EDGE_H
#define BRISK_TESTS_SIM_EDGE_H

#include "study.h"

/* What the small experiment does next. */
typedef struct edge_switches {
    bk_simulation simulation;
    const char *name;
    const char *stage_name;
    bk_status stage_fails, run_fails;
    bool no_group;
    bk_status (*before)(bk_run *run);
    bk_status (*after)(bk_run *run);
} edge_switches;

extern edge_switches edge;
extern bk_output edge_outputs[64];     /* "output 0", ...; f64 and u32 in turn */
extern _Atomic uint64_t edge_computed; /* trials */

/* Everything at its default. */
void edge_start(uint64_t trials, uint64_t block_size, size_t n_outputs);
bk_results *edge_execute(const bk_run_control *control);
bk_results *edge_merge(const bk_run_control *control, const bk_results *const *shards, size_t n);
extern const bk_experiment edge_experiment;
/* The digest of a tree, which is destroyed. */
void edge_digest(char *hex, bk_results *results);
/* Writes a tree, destroys it and reads it back. */
bk_results *edge_through_file(bk_results *tree, bk_file_kind kind);
/* Demands that shards (at most 9) merge into what one run gives. */
void edge_merges_into_whole(unsigned shards, bk_keep keep);

#endif
