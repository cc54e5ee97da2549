/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/file_command.h: a command about one results file (show, export, verify, replay), from its arguments to
 * its exit code. */
#ifndef BRISK_CLI_FILE_COMMAND_H
#define BRISK_CLI_FILE_COMMAND_H

#include "cli/arguments.h"
#include "cli/program.h"
#include "cli/progress_line.h"

/* What each of them was asked for. */
typedef struct bk_file_request {
    const bk_program *program;
    char title[128];           /* "brisk verify", for messages and the help */
    const char *path;          /* the results file */
    void *own;                 /* what the command alone was asked for */
    int threads;               /* where it has --threads */
    bk_progress_mode progress; /* where it has --progress */
} bk_file_request;

typedef struct bk_file_command {
    const char *name;                       /* "verify" */
    const char *arguments, *before, *after; /* of bk_argument_parser */
    const bk_argument *table;               /* --threads and --progress among them are taken for it */
    size_t count;
    bool long_run; /* SIGPIPE is the failure of a write, not the end of the process */
    /* An option of the command's own; value NULL: a flag. */
    bk_status (*take)(void *own, const char *name, const char *value);
    /* Judges the request before the file is read; NULL: there is nothing to judge. */
    bk_status (*check)(void *own);
    bk_status (*carry_out)(const bk_file_request *request, bk_results *results);
} bk_file_command;

/* Carries it out: own is handed to take, check and carry_out. Returns the exit code. */
int bk_file_command_run(const bk_file_command *command, const bk_program *program, void *own, int argc,
                        char **argv);

#endif
