/* SPDX-License-Identifier: GPL-3.0-or-later
 * What stands first on the page of a results file: which experiment with which options, where and when it
 * ran, and how many trials there were. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/program.h"

#define WIDTH 95

/* ---- Origin ---- */

static void append_origin(const bk_group *root, bk_text *page)
{
    const char *commit = bk_group_text(root, "git_commit");
    bk_text_append(page, "experiment ");
    bk_append_attribute(root, "experiment", page);
    bk_text_append(page, ", seed ");
    bk_append_attribute(root, "seed", page);
    bk_text_append(page, ", brisk ");
    bk_append_attribute(root, "brisk_version", page);
    if (commit != NULL && commit[0] != '\0') {
        bk_text_append(page, " (commit %.12s%s)", commit,
                       bk_group_real(root, "git_dirty") > 0 ? ", changed" : "");
    }
    bk_text_append(page, "\n");
}

static void append_run(const bk_group *run, bk_text *page)
{
    if (run == NULL) {
        return;
    }
    bk_text_append(page, "run on ");
    bk_append_attribute(run, "host", page);
    bk_text_append(page, " at ");
    bk_append_attribute(run, "start", page);
    const double seconds = bk_group_real(run, "wall_s"), ranks = bk_group_real(run, "ranks"),
                 resumed = bk_group_real(run, "resumed_trials");
    if (isfinite(seconds)) {
        bk_text_append(page, ": %.2f s", seconds);
    }
    bk_text_append(page, " with ");
    bk_append_attribute(run, "threads", page);
    bk_text_append(page, " threads%s, kernels ", ranks > 1.0 ? " a process" : "");
    bk_append_attribute(run, "instruction_set", page);
    if (ranks > 1.0) {
        bk_text_append(page, ", %.0f processes", ranks);
    }
    if (resumed > 0.0) {
        bk_text_append(page, "; %.0f trials were taken from a checkpoint or from shards", resumed);
    }
    bk_text_append(page, "\n");
}

/* ---- Options ---- */

typedef struct option_lists {
    const bk_experiment *experiment; /* NULL: unknown to this program */
    bk_text given;                   /* what differs from the defaults; of an unknown experiment everything */
    bk_text initial;
} option_lists;

static const bk_option *option_named(const bk_experiment *experiment, const char *name)
{
    for (size_t i = 0; experiment != NULL && i < experiment->n_options; i++) {
        if (strcmp(experiment->options[i].name, name) == 0) {
            return &experiment->options[i];
        }
    }
    return NULL;
}

static void append_item(bk_text *list, const char *name, const char *value)
{
    bk_text_append(list, "%s%s %s", bk_text_string(list)[0] == '\0' ? "" : ", ", name,
                   value[0] == '\0' ? "''" : value);
}

static bk_status take_entry(void *context, const char *section, const char *key, const char *value, int line)
{
    option_lists *lists = context;
    (void)line;
    if (strcmp(section, "run") == 0) {
        const bool told = strcmp(key, "experiment") == 0 || strcmp(key, "seed") == 0 ||
                          (strcmp(key, "keep") == 0 && strcmp(value, "all") == 0);
        if (!told) {
            append_item(&lists->given, key, value);
        }
        return BK_OK;
    }
    const bk_option *option = option_named(lists->experiment, key);
    if (option != NULL && option->initial != NULL && strcmp(option->initial, value) == 0) {
        append_item(&lists->initial, key, value);
        return BK_OK;
    }
    append_item(&lists->given, key, value);
    if (option != NULL && option->initial != NULL) {
        bk_text_append(&lists->given, " (default %s)", option->initial[0] == '\0' ? "''" : option->initial);
    }
    return BK_OK;
}

static void append_list(bk_text *page, const char *title, const bk_text *list)
{
    if (bk_text_string(list)[0] != '\0') {
        bk_text_append(page, "%s\n", title);
        bk_text_append_paragraph(page, "     ", WIDTH, bk_text_string(list));
    }
}

static void append_options(const bk_program *program, const bk_group *root, bk_text *page)
{
    const char *name = bk_group_text(root, "experiment");
    const bk_dataset *dataset = bk_dataset_find(root, "config/text");
    const char *text = dataset == NULL || bk_dataset_size(dataset) != 1 ? NULL : bk_dataset_text(dataset, 0);
    option_lists lists = {0};
    for (size_t i = 0; name != NULL && i < program->count; i++) {
        if (strcmp(program->experiments[i]->name, name) == 0) {
            lists.experiment = program->experiments[i];
        }
    }
    if (text != NULL && bk_configuration_read(text, "/config/text", take_entry, &lists) == BK_OK) {
        append_list(page, lists.experiment == NULL ? "options" : "options that differ from their defaults",
                    &lists.given);
        append_list(page, "options at their defaults", &lists.initial);
    } else {
        bk_error_clear(); /* somebody else's text: the listing shows it */
    }
    bk_text_clear(&lists.given);
    bk_text_clear(&lists.initial);
}

/* ---- Simulations ---- */

static void append_stop(const bk_group *stop, bk_text *page)
{
    const char *rule = bk_group_text(stop, "rule"), *output = bk_group_text(stop, "output"),
               *promise = bk_group_text(stop, "promise");
    bk_text_append(page, "       stopping rule: %s of %s at most %.6g, %sreached\n",
                   rule == NULL ? "?" : rule, output == NULL ? "?" : output, bk_group_real(stop, "target"),
                   bk_group_real(stop, "reached") > 0 ? "" : "not ");
    if (promise != NULL) {
        bk_text_append_paragraph(page, "       ", WIDTH, promise);
    }
}

static void append_simulations(const bk_group *simulations, bk_text *page)
{
    const size_t count = simulations == NULL ? 0 : bk_group_group_count(simulations);
    for (size_t i = 0; i < count; i++) {
        const bk_group *group = bk_group_child(simulations, i);
        const bk_group *stop = bk_group_find(group, "stop");
        const double trials = bk_group_real(group, "trials"), asked = bk_group_real(group, "trials_asked");
        if (isnan(trials)) {
            continue;
        }
        bk_text_append(page, "simulated '%s': %.0f", bk_group_name(group), trials);
        if (asked > trials) {
            bk_text_append(page, " of %.0f", asked);
        }
        bk_text_append(page, trials == 1.0 ? " trial\n" : " trials\n");
        if (stop != NULL) {
            append_stop(stop, page);
        }
    }
}

void bk_append_header(const bk_program *program, const bk_group *root, bk_text *page)
{
    append_origin(root, page);
    append_run(bk_group_find(root, "run"), page);
    append_options(program, root, page);
    append_simulations(bk_group_find(root, "simulation"), page);
    const char *digest = bk_group_text(root, "digest");
    if (digest != NULL) {
        bk_text_append(page, "digest %s\n", digest);
    }
    bk_text_append(page, "\n");
}
