/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/run_settings.h: what decides the results of a run, and is stored with them: experiment, options, seed,
 * what is kept, when it stops. It comes from INI text and from the command line. */
#ifndef BRISK_CLI_RUN_SETTINGS_H
#define BRISK_CLI_RUN_SETTINGS_H

#include "cli/program.h"

typedef struct bk_run_settings {
    const bk_experiment *experiment;
    bk_options *options;
    uint64_t seed;
    bool random_seed; /* it was drawn */
    bk_keep keep;
    bk_stop_rule stop; /* output is owned */
    bool level_given;  /* stop-level stands somewhere */
    unsigned given;    /* keys of the stopping rule that the present source gave */
} bk_run_settings;

/* The defaults; release with bk_run_settings_clear, also after a failure. */
bk_status bk_run_settings_create(bk_run_settings *settings, const bk_experiment *experiment);
void bk_run_settings_clear(bk_run_settings *settings);

/* What comes now (the command line after a configuration file) wins over what came before. Within one source
 * two stopping rules are an error; a rule of a later source takes the place of an earlier one. */
void bk_run_settings_next_source(bk_run_settings *settings);
/* Whether key is one of seed, keep, stop-mcse, stop-width, stop-level, which bk_run_settings_take takes. */
bool bk_run_settings_has(const char *key);
/* Takes one of them; where says in messages where it stands ("--seed", "study.ini:7: seed"). */
bk_status bk_run_settings_take(bk_run_settings *settings, const char *key, const char *value,
                               const char *where);
/* Takes INI text as --config files and /config/text of results files hold it; name says in messages whose it
 * is. */
bk_status bk_run_settings_read(bk_run_settings *settings, const char *text, const char *name);
bk_status bk_run_settings_read_file(bk_run_settings *settings, const char *path);
/* What can be judged only when everything has come. */
bk_status bk_run_settings_check(const bk_run_settings *settings);

#endif
