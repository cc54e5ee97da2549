/* SPDX-License-Identifier: GPL-3.0-or-later
 * What `run` is asked for: every option of a run, in the configuration file and on the command line; who
 * wins; and the command that goes on with a run. */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/run_again.h"
#include "cli/run_request.h"

static const bk_option options[] = {
    {.name = "trials", .type = BK_OPTION_INTEGER, .initial = "100", .range = "[1,1000000]", .help = "trials"},
    {.name = "label", .type = BK_OPTION_TEXT, .initial = "none", .help = "any text"},
};
static const bk_experiment experiment = {
    .name = "study", .summary = "A study", .options = options, .n_options = 2};
static const bk_experiment *const experiments[] = {&experiment};
static const bk_program program = {
    .name = "brisk", .invoked = "bin/my brisk", .experiments = experiments, .count = 1};

#define MOST 16
typedef const char *words[MOST];

static bk_status parse(bk_run_request *request, const char *const *given)
{
    char *copy[MOST + 1] = {NULL};
    int argc = 0;
    while (argc < MOST && given[argc] != NULL) {
        copy[argc] = (char *)given[argc];
        argc++;
    }
    bk_error_clear();
    return bk_run_request_parse(request, &experiment, &program, argc, copy);
}

static char ini[64];

/* Writes a configuration file; its name is in ini. */
static void write_ini(const char *text)
{
    strcpy(ini, "/tmp/brisk-XXXXXX.ini");
    const int file = mkstemps(ini, 4);
    cr_assert(file >= 0);
    cr_assert_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
}

Test(run_request, defaults)
{
    bk_run_request request;
    cr_assert_eq(parse(&request, (words){NULL}), BK_OK);
    cr_assert_eq(request.settings.seed, 1);
    cr_assert_eq(request.settings.keep, BK_KEEP_ALL);
    cr_assert_eq(request.settings.stop.kind, BK_STOP_NEVER);
    cr_assert_eq(request.settings.stop.level, 0.95);
    cr_assert_null(request.settings.stop.output);
    cr_assert_eq(request.checkpoint_every_s, 600.0);
    cr_assert_eq(request.time_limit_s, 0.0);
    cr_assert_eq(request.shard, 0);
    cr_assert_eq(request.shards, 0);
    cr_assert_eq(request.progress, BK_PROGRESS_BAR);
    cr_assert_not(request.resume || request.force || request.dry_run || request.reproducible);
    bk_run_request_clear(&request);
}

Test(run_request, every_option_arrives)
{
    bk_run_request request;
    cr_assert_eq(parse(&request, (words){"--keep", "summary", "--resume", "--force", "--dry-run",
                                         "--reproducible", "--shard=3/8", "-j", "4", "-o", "x.h5",
                                         "--progress", "json", "--trials=7", NULL}),
                 BK_OK, "%s", bk_error_message());
    cr_assert_eq(request.settings.keep, BK_KEEP_SUMMARY);
    cr_assert(request.resume && request.force && request.dry_run && request.reproducible);
    cr_assert_eq(request.shard, 3);
    cr_assert_eq(request.shards, 8);
    cr_assert_eq(request.threads, 4);
    cr_assert_str_eq(request.output, "x.h5");
    cr_assert_eq(request.progress, BK_PROGRESS_JSON);
    cr_assert_eq(bk_option_integer(request.settings.options, "trials"), 7);
    bk_run_request_clear(&request);
}

Test(run_request, stopping_rules)
{
    static const struct {
        const char *name, *value;
        bk_stop_kind kind;
        const char *output;
        double target;
    } cases[] = {{"--stop-mcse", "0.5", BK_STOP_MCSE, NULL, 0.5},
                 {"--stop-mcse", "error_count=1e-3", BK_STOP_MCSE, "error_count", 1e-3},
                 {"--stop-width", "2", BK_STOP_WIDTH, NULL, 2.0},
                 {"--stop-width", "error=.25", BK_STOP_WIDTH, "error", 0.25}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bk_run_request request;
        cr_assert_eq(parse(&request, (words){cases[i].name, cases[i].value, NULL}), BK_OK, "case %zu", i);
        const bk_stop_rule *stop = &request.settings.stop;
        cr_assert_eq(stop->kind, cases[i].kind);
        cr_assert_eq(stop->target, cases[i].target);
        cr_assert_eq(stop->level, 0.95);
        cr_assert((stop->output == NULL) == (cases[i].output == NULL));
        cr_assert(stop->output == NULL || strcmp(stop->output, cases[i].output) == 0);
        bk_run_request_clear(&request);
    }
    bk_run_request request;
    /* The last one counts, as everywhere; and of any order of level and width. */
    cr_assert_eq(
        parse(&request, (words){"--stop-level", "0.9", "--stop-width", "a=1", "--stop-width", "b=2", NULL}),
        BK_OK);
    cr_assert_str_eq(request.settings.stop.output, "b");
    cr_assert_eq(request.settings.stop.target, 2.0);
    cr_assert_eq(request.settings.stop.level, 0.9);
    bk_run_request_clear(&request);
}

Test(run_request, times)
{
    static const struct {
        const char *text;
        double seconds;
    } cases[] = {{"1", 1.0}, {"0.5", 0.5}, {"90s", 90.0}, {"30m", 1800.0}, {"2h", 7200.0}, {"1.5h", 5400.0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bk_run_request request;
        cr_assert_eq(parse(&request, (words){"--time-limit", cases[i].text, "--checkpoint-every", "7", NULL}),
                     BK_OK);
        cr_assert_eq(request.time_limit_s, cases[i].seconds, "%s", cases[i].text);
        cr_assert_eq(request.checkpoint_every_s, 7.0);
        bk_run_request_clear(&request);
    }
}

Test(run_request, mistakes_are_named)
{
    static const struct {
        words given;
        const char *says;
    } cases[] = {
        {{"--keep", "most"}, "--keep: 'most' is not one of all,summary"},
        {{"--progress", "loud"}, "--progress: 'loud' is not one of bar,json,none"},
        {{"--stop-mcse", "0"}, "--stop-mcse: 0 is not above 0"},
        {{"--stop-mcse", "-1"}, "--stop-mcse: -1 is not above 0"},
        {{"--stop-mcse", "x"}, "--stop-mcse: 'x' is not a number"},
        {{"--stop-mcse", "nan"}, "--stop-mcse: 'nan' is not a number"},
        {{"--stop-mcse", "a="}, "--stop-mcse: '' is not a number"},
        {{"--stop-mcse", "=1"}, "NAME=X"},
        {{"--stop-mcse", "a b=1"}, "NAME=X"},
        {{"--stop-mcse", "a=b=1"}, "NAME=X"},
        {{"--stop-mcse", "a;b=1"}, "NAME=X"},
        {{"--stop-width", "0"}, "--stop-width: 0 is not above 0"},
        {{"--stop-level", "0.9"}, "--stop-level: it is the level of --stop-width"},
        {{"--stop-level", "0.9", "--stop-mcse", "1"}, "--stop-level: it is the level of --stop-width"},
        {{"--stop-level", "1", "--stop-width", "1"}, "--stop-level: 1 is not between 0 and 1"},
        {{"--stop-mcse", "1", "--stop-width", "1"}, "--stop-width: stop-mcse and stop-width are two"},
        {{"--stop-width", "1", "--stop-mcse", "1"}, "--stop-mcse: stop-mcse and stop-width are two"},
        {{"--stop-mcse", "1", "--shard", "1/2"},
         "--shard: shards cannot know of each other when --stop-mcse"},
        {{"--shard", "1/2", "--stop-width", "1"},
         "--shard: shards cannot know of each other when --stop-width"},
        {{"--shard", "9/8"}, "--shard: 9/8: there is no shard 9 among 8"},
        {{"--shard", "0/8"}, "--shard: 0/8: there is no shard 0 among 8; the first is 1"},
        {{"--shard", "3"}, "--shard: '3' is not of the form I/N"},
        {{"--shard", "a/b"}, "--shard: 'a/b' is not of the form I/N"},
        {{"--shard", "1/0"}, "--shard: 1/0: the number of shards is from 1"},
        {{"--shard", "1/2/3"}, "--shard: '1/2/3' is not of the form I/N"},
        {{"--shard", "1/1000001"}, "--shard: 1/1000001: the number of shards is from 1 to 1000000"},
        {{"--shard", "-1/8"}, "--shard: -1/8: there is no shard -1"},
        {{"--shard", ""}, "--shard: '' is not of the form I/N"},
        {{"--checkpoint-every", "0"}, "--checkpoint-every: 0 is not above 0"},
        {{"--checkpoint-every", "-5"}, "--checkpoint-every: -5 is not above 0"},
        {{"--checkpoint-every", "soon"},
         "--checkpoint-every: 'soon' is no time: write seconds, or 90s, 30m, 2h"},
        {{"--time-limit", "0s"}, "--time-limit: 0s is not above 0"},
        {{"--time-limit", "1d"}, "--time-limit: '1d' is no time"},
        {{"--time-limit", "h"}, "--time-limit: 'h' is no time"},
        {{"--time-limit", ""}, "--time-limit: '' is no time"},
        {{"--time-limit", "1e99h"}, "--time-limit: 1e99h is not above 0 and at most"},
        {{"--resume=yes"}, "--resume takes no value"},
        {{"--resum"}, "did you mean --resume?"},
        {{"--trials", "0"}, "--trials: 0 is outside"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bk_run_request request;
        cr_expect_eq(parse(&request, cases[i].given), BK_INVALID, "case %zu, %s %s", i, cases[i].given[0],
                     cases[i].given[1]);
        cr_expect(strstr(bk_error_message(), cases[i].says) != NULL, "case %zu says: %s", i,
                  bk_error_message());
        bk_run_request_clear(&request);
    }
}

Test(run_request, configuration_files_hold_what_decides_results)
{
    bk_run_request request;
    write_ini("[run]\nexperiment = study\nseed = 18446744073709551615\nkeep = summary\n"
              "stop-width = error_count=0.25\nstop-level = 0.99\n[options]\ntrials = 12\n");
    cr_assert_eq(parse(&request, (words){"--config", ini, NULL}), BK_OK, "%s", bk_error_message());
    cr_assert_eq(request.settings.seed, UINT64_MAX);
    cr_assert_eq(request.settings.keep, BK_KEEP_SUMMARY);
    cr_assert_eq(request.settings.stop.kind, BK_STOP_WIDTH);
    cr_assert_str_eq(request.settings.stop.output, "error_count");
    cr_assert_eq(request.settings.stop.target, 0.25);
    cr_assert_eq(request.settings.stop.level, 0.99);
    cr_assert_eq(bk_option_integer(request.settings.options, "trials"), 12);
    bk_run_request_clear(&request);
    /* Wherever --config stands, the command line wins. */
    cr_assert_eq(parse(&request, (words){"--seed", "5", "--keep", "all", "--trials", "3", "--stop-level",
                                         "0.5", "--config", ini, NULL}),
                 BK_OK);
    cr_assert_eq(request.settings.seed, 5);
    cr_assert_eq(request.settings.keep, BK_KEEP_ALL);
    cr_assert_eq(bk_option_integer(request.settings.options, "trials"), 3);
    cr_assert_eq(request.settings.stop.target, 0.25);
    cr_assert_eq(request.settings.stop.level, 0.5);
    bk_run_request_clear(&request);
    /* Another rule takes the place of the file's, its level included. */
    cr_assert_eq(parse(&request, (words){"--config", ini, "--stop-mcse", "3", NULL}), BK_OK, "%s",
                 bk_error_message());
    cr_assert_eq(request.settings.stop.kind, BK_STOP_MCSE);
    cr_assert_eq(request.settings.stop.target, 3.0);
    cr_assert_null(request.settings.stop.output);
    bk_run_request_clear(&request);
    /* And a file's rule is one as well. */
    cr_assert_eq(parse(&request, (words){"--config", ini, "--shard", "1/2", NULL}), BK_INVALID);
    cr_assert(strstr(bk_error_message(), "--stop-width") != NULL);
    bk_run_request_clear(&request);
    unlink(ini);
}

Test(run_request, mistakes_of_configuration_files_have_lines)
{
    static const char *const cases[][2] = {
        {"[run]\nkeep = most\n", ".ini:2: keep: 'most' is not one of"},
        {"[run]\nstop-mcse = 1\nstop-width = 1\n", ".ini:3: stop-width: stop-mcse and stop-width are two"},
        {"[run]\nstop-mcse = a=\n", ".ini:2: stop-mcse: '' is not a number"},
        {"[run]\nstop-level = 2\n", ".ini:2: stop-level: 2 is not between"},
        {"[run]\nstop-level = 0.9\n", "--stop-level: it is the level of --stop-width"},
        {"[run]\nshard = 1/8\n",
         ".ini:2: shard: there is no key 'shard' in [run]; known are experiment, seed, keep"},
        {"[run]\noutput = a.h5\n", "such as --output or --shard, is for the command line"},
        {"[run]\nexperiment = lab\n", ".ini:2: experiment: this is a configuration of the experiment 'lab'"},
        {"[runs]\nseed = 1\n", ".ini:2: seed: there is no section [runs]"},
        {"[options]\nkeep = all\n", "keep"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bk_run_request request;
        write_ini(cases[i][0]);
        cr_expect_eq(parse(&request, (words){"--config", ini, NULL}), BK_INVALID, "case %zu", i);
        cr_expect(strstr(bk_error_message(), cases[i][1]) != NULL, "case %zu says: %s", i,
                  bk_error_message());
        bk_run_request_clear(&request);
        unlink(ini);
    }
}

static void expect_again(const char *const *given, bool keep_force, const char *command)
{
    bk_run_request request;
    bk_text text = {0};
    cr_assert_eq(parse(&request, given), BK_OK, "%s", bk_error_message());
    bk_append_run_again(&text, &program, &request, keep_force);
    cr_expect_str_eq(bk_text_string(&text), command);
    bk_text_clear(&text);
    bk_run_request_clear(&request);
}

Test(run_request, the_command_that_goes_on)
{
    expect_again((words){NULL}, false, "'bin/my brisk' run study --resume");
    expect_again((words){"-j4", "--output=a b.h5", "--label", "it's", "--time-limit", "1h", NULL}, false,
                 "'bin/my brisk' run study -j 4 -o 'a b.h5' --label 'it'\\''s' --time-limit 1h --resume");
    expect_again((words){"--resume", "--force", "--trials", "5", "--resume", NULL}, false,
                 "'bin/my brisk' run study --trials 5 --resume");
    expect_again((words){"--force", NULL}, true, "'bin/my brisk' run study --force --resume");
    /* What looks like an option and is a value stays. */
    expect_again((words){"--label", "--resume", "-o", "--force", NULL}, false,
                 "'bin/my brisk' run study --label --resume -o --force --resume");
    expect_again((words){"--seed", "random", "--seed", "7", NULL}, false,
                 "'bin/my brisk' run study --seed random --seed 7 --resume");
    expect_again((words){"--label", "", NULL}, false, "'bin/my brisk' run study --label '' --resume");
}

Test(run_request, a_drawn_seed_is_repeated)
{
    bk_run_request request;
    bk_text text = {0};
    char command[200];
    cr_assert_eq(parse(&request, (words){"--seed=random", "--trials", "5", NULL}), BK_OK);
    cr_assert(request.settings.random_seed);
    bk_append_run_again(&text, &program, &request, false);
    snprintf(command, sizeof command, "'bin/my brisk' run study --trials 5 --seed %llu --resume",
             (unsigned long long)request.settings.seed);
    cr_assert_str_eq(bk_text_string(&text), command);
    bk_text_clear(&text);
    bk_run_request_clear(&request);
    /* The same where the configuration asks for it. */
    write_ini("[run]\nseed = random\n");
    cr_assert_eq(parse(&request, (words){"--config", ini, NULL}), BK_OK);
    bk_append_run_again(&text, &program, &request, false);
    snprintf(command, sizeof command, "'bin/my brisk' run study --config %s --seed %llu --resume", ini,
             (unsigned long long)request.settings.seed);
    cr_assert_str_eq(bk_text_string(&text), command);
    bk_text_clear(&text);
    bk_run_request_clear(&request);
    unlink(ini);
}

Test(run_request, an_experiment_must_not_have_an_option_of_every_run)
{
    static const char *const names[] = {"keep", "resume", "shard", "stop-level", "dry-run"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const bk_option taken = {.name = names[i], .type = BK_OPTION_TEXT, .initial = "", .help = "x"};
        const bk_experiment bad = {.name = "bad", .summary = "Bad", .options = &taken, .n_options = 1};
        bk_run_request request;
        bk_error_clear();
        cr_expect_eq(bk_run_request_parse(&request, &bad, &program, 0, NULL), BK_FAILED);
        cr_expect(strstr(bk_error_message(), names[i]) != NULL);
        bk_run_request_clear(&request);
    }
}
