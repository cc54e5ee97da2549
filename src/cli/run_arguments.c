/* SPDX-License-Identifier: GPL-3.0-or-later
 * The options that every run has, and what their values must be. */
#include <stdio.h>
#include <string.h>

#include "cli/run_request.h"

#define MOST_SHARDS    1000000
#define LONGEST_TIME_S 1e9

static const bk_argument run_arguments[] = {
    {"output", 'o', "FILE.h5",
     "results file to write (default EXPERIMENT.h5; of a shard EXPERIMENT.shard-I-of-N.h5)",
     "Options of every run:"},
    {"threads", 'j', "N", "threads to use (default: every CPU this process may use)", NULL},
    {"seed", 0, "S|random",
     "seed of all random streams, 0 to 2^64 - 1 (default 1); random draws one and records it", NULL},
    {"config", 0, "FILE.ini", "read options from an INI file first; the command line wins", NULL},
    {"force", 0, NULL,
     "replace an existing results file (a symbolic link itself, not what it points to) and a checkpoint",
     NULL},
    {"reproducible", 0, NULL, "leave out what differs between two runs (/run): the same bytes every time",
     NULL},
    {"progress", 0, "bar|json|none", "progress on stderr (default bar); json is an object a line", NULL},
    {"keep", 0, "all|summary",
     "keep the value of every trial (default), or their summaries alone: memory and file then do not grow "
     "with the trials",
     "What is kept, and when it is enough:"},
    {"stop-mcse", 0, "[NAME=]X",
     "stop once the Monte Carlo standard error of output NAME's mean is at most X; NAME may be left out "
     "where "
     "a trial has one output",
     NULL},
    {"stop-width", 0, "[NAME=]W", "stop once the confidence sequence of output NAME's mean is at most W wide",
     NULL},
    {"stop-level", 0, "L", "level of --stop-width's confidence sequence (default 0.95)", NULL},
    {"resume", 0, NULL, "go on from the checkpoint FILE.h5.checkpoint; without one, start afresh",
     "Long runs:"},
    {"checkpoint-every", 0, "S",
     "seconds between two checkpoints (default 600), or 90s, 30m, 2h; SIGUSR1 asks for one now", NULL},
    {"time-limit", 0, "S", "after S seconds, or 90s, 30m, 2h, write a checkpoint and stop, with exit code 5",
     NULL},
    {"shard", 0, "I/N", "compute part I of N alone; 'merge' puts the N parts together", NULL},
    {"dry-run", 0, NULL, "try a few trials, tell what the whole would take, and write nothing", NULL},
};

const bk_argument *bk_run_arguments(size_t *count)
{
    *count = sizeof run_arguments / sizeof run_arguments[0];
    return run_arguments;
}

bk_status bk_take_threads(int *threads, const char *text)
{
    int64_t value = 0;
    BK_TRY(bk_parse_integer(&value, text, "--threads"));
    if (value < 1 || value > BK_MAX_THREADS) {
        return bk_fail(BK_INVALID, "--threads: %s is outside the allowed range [1,%d]", text, BK_MAX_THREADS);
    }
    *threads = (int)value;
    return BK_OK;
}

/* Seconds, or a number with s, m or h behind it. */
static bk_status take_time(double *seconds, const char *name, const char *text)
{
    static const char letters[] = "smh";
    static const double factors[] = {1.0, 60.0, 3600.0};
    const size_t length = strlen(text);
    const char *unit = length > 1 ? strchr(letters, text[length - 1]) : NULL;
    char number[64];
    double value = 0.0;
    (void)snprintf(number, sizeof number, "%.*s", (int)(length < 60 ? length - (unit != NULL) : 60), text);
    if (bk_parse_real(&value, number, name) != BK_OK) {
        return bk_fail(BK_INVALID, "--%s: '%s' is no time: write seconds, or 90s, 30m, 2h", name, text);
    }
    value *= unit == NULL ? 1.0 : factors[unit - letters];
    if (!(value > 0.0 && value <= LONGEST_TIME_S)) {
        return bk_fail(BK_INVALID, "--%s: %s is not above 0 and at most %g seconds", name, text,
                       LONGEST_TIME_S);
    }
    *seconds = value;
    return BK_OK;
}

/* "I/N" */
static bk_status take_shard(bk_run_request *request, const char *text)
{
    const size_t length = strcspn(text, "/");
    char first[16];
    int64_t shard = 0, shards = 0;
    (void)snprintf(first, sizeof first, "%.*s", (int)(length < 12 ? length : 12), text);
    if (text[length] == '\0' || bk_parse_integer(&shard, first, "I") != BK_OK ||
        bk_parse_integer(&shards, text + length + 1, "N") != BK_OK) {
        return bk_fail(BK_INVALID, "--shard: '%s' is not of the form I/N, as in 1/8, the first of 8 shards",
                       text);
    }
    if (shards < 1 || shards > MOST_SHARDS) {
        return bk_fail(BK_INVALID, "--shard: %s: the number of shards is from 1 to %d", text, MOST_SHARDS);
    }
    if (shard < 1 || shard > shards) {
        return bk_fail(BK_INVALID, "--shard: %s: there is no shard %lld among %lld; the first is 1", text,
                       (long long)shard, (long long)shards);
    }
    request->shard = (unsigned)shard;
    request->shards = (unsigned)shards;
    return BK_OK;
}

bk_status bk_run_argument_take(bk_run_request *request, const char *name, const char *value)
{
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {{"force", &request->force},
                 {"reproducible", &request->reproducible},
                 {"resume", &request->resume},
                 {"dry-run", &request->dry_run}};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (strcmp(name, flags[i].name) == 0) {
            *flags[i].flag = true;
            return BK_OK;
        }
    }
    if (strcmp(name, "output") == 0) {
        request->output = value;
    } else if (strcmp(name, "config") == 0) {
        request->configuration = value;
    } else if (strcmp(name, "threads") == 0) {
        return bk_take_threads(&request->threads, value);
    } else if (strcmp(name, "progress") == 0) {
        return bk_take_progress(&request->progress, value);
    } else if (strcmp(name, "checkpoint-every") == 0) {
        return take_time(&request->checkpoint_every_s, name, value);
    } else if (strcmp(name, "time-limit") == 0) {
        return take_time(&request->time_limit_s, name, value);
    } else {
        return take_shard(request, value);
    }
    return BK_OK;
}
