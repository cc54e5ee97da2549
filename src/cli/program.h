/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/program.h: what the commands share. */
#ifndef BRISK_CLI_PROGRAM_H
#define BRISK_CLI_PROGRAM_H

#include <stdio.h>

#include "brisk/cli.h"

/* The program that bk_main was called for. */
typedef struct bk_program {
    const char *name;    /* "brisk", or the name of somebody's own program */
    const char *invoked; /* as it was called, "build/bin/brisk" */
    const bk_experiment *const *experiments;
    size_t count;
} bk_program;

/* One command. run gets the arguments behind the command's name and returns the exit code. */
typedef struct bk_command {
    const char *name;
    const char *arguments; /* "EXPERIMENT [--OPTION VALUE ...]" */
    const char *summary;
    int (*run)(const bk_program *program, int argc, char **argv);
} bk_command;

int bk_command_run(const bk_program *program, int argc, char **argv);
int bk_command_merge(const bk_program *program, int argc, char **argv);
int bk_command_list(const bk_program *program, int argc, char **argv);
int bk_command_bench(const bk_program *program, int argc, char **argv);
int bk_command_show(const bk_program *program, int argc, char **argv);
int bk_command_verify(const bk_program *program, int argc, char **argv);
int bk_command_replay(const bk_program *program, int argc, char **argv);
int bk_command_export(const bk_program *program, int argc, char **argv);
int bk_command_interval(const bk_program *program, int argc, char **argv);
int bk_command_compare(const bk_program *program, int argc, char **argv);
int bk_command_plan(const bk_program *program, int argc, char **argv);
int bk_command_coverage(const bk_program *program, int argc, char **argv);
int bk_command_rng(const bk_program *program, int argc, char **argv);

/* The experiment of that name; NULL with BK_INVALID that names the nearest. */
const bk_experiment *bk_program_experiment(const bk_program *program, const char *name);

/* Says the recorded failure on stderr ("brisk run: MESSAGE") and returns its exit code. */
int bk_complain(const bk_program *program, const char *command);

/* A seed, or "random", which draws one (and sets random); where says in messages where it stands. */
bk_status bk_take_seed(uint64_t *seed, bool *random, const char *text, const char *where);

/* Flushes stdout and returns 0, or complains and returns 3 where what was printed did not arrive. */
int bk_finish_output(const bk_program *program, const char *command);

/* Appends the page of a results file: the experiment's own where the program knows it, else a listing. */
bk_status bk_page_of_results(const bk_program *program, const bk_group *root, bk_text *page);
/* Appends what stands before it in `show`: the experiment, its options, the run, and its simulations. */
void bk_append_header(const bk_program *program, const bk_group *root, bk_text *page);
/* Prints text whose parts may be somebody else's: "?" for control characters, which a terminal would obey;
 * false where a write has failed. */
bool bk_print_tame(FILE *file, const char *text);
/* Prints the page; false where a write has failed. */
bool bk_print_page(const char *page);
/* Prints the tree as one JSON object (cli/export.h); datasets of more than whole values only in part. */
bk_status bk_print_json_of_results(const bk_group *root, size_t whole);
/* A file that was changed by hand still is worth a look, but its reader must know. */
void bk_warn_of_changes(const char *command, const char *path, const bk_results *results);
/* Appends the value of one attribute, exactly (a seed has more digits than a double holds). */
void bk_append_attribute(const bk_group *group, const char *name, bk_text *page);
/* Appends a plain listing of groups, datasets and attributes. */
void bk_list_tree(const bk_group *group, bk_text *page);

#endif
