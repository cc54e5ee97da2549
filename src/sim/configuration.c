/* SPDX-License-Identifier: GPL-3.0-or-later
 * What identifies a run: its configuration as text, what every file says of its origin, and whether a file
 * found belongs to this run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/run.h"

#define RNG_NAME "PCG64DXSM(SeedSequence(seed, spawn_key=(purpose, index)))"

/* As few digits as bring the number back. */
static void write_real(bk_text *text, const char *key, const char *prefix, double value)
{
    char digits[40];
    int precision = 15;
    do {
        (void)snprintf(digits, sizeof digits, "%.*g", precision, value);
    } while (strtod(digits, NULL) != value && ++precision <= 17);
    bk_text_append(text, "%s = %s%s\n", key, prefix, digits);
}

static void write_stop_rule(bk_text *text, const bk_stop_rule *rule)
{
    char prefix[256] = "";
    if (rule->kind == BK_STOP_NEVER) {
        return;
    }
    if (rule->output != NULL) {
        (void)snprintf(prefix, sizeof prefix, "%.200s=", rule->output);
    }
    write_real(text, rule->kind == BK_STOP_MCSE ? "stop-mcse" : "stop-width", prefix, rule->target);
    if (rule->kind == BK_STOP_WIDTH) {
        write_real(text, "stop-level", "", rule->level);
    }
}

bk_status bk_run_configuration(const bk_run *run, bk_text *text)
{
    bk_text_append(text, "[run]\nexperiment = %s\nseed = %llu\nkeep = %s\n", run->experiment->name,
                   (unsigned long long)run->seed, run->control->keep == BK_KEEP_ALL ? "all" : "summary");
    write_stop_rule(text, &run->control->stop);
    bk_text_append(text, "\n[options]\n");
    bk_configuration_write(text, run->options);
    return bk_text_status(text);
}

/* ---- Comparing two configurations ---- */

typedef struct entry {
    char *section, *key, *value;
    bool met;
} entry;

typedef struct entry_list {
    entry *entries;
    size_t n;
} entry_list;

static bk_status add_entry(void *context, const char *section, const char *key, const char *value, int line)
{
    entry_list *list = context;
    (void)line;
    entry *grown = bk_reallocate(list->entries, list->n, list->n + 1, sizeof *grown);
    if (grown == NULL) {
        return bk_error_status();
    }
    list->entries = grown;
    entry *added = &grown[list->n++];
    *added = (entry){bk_copy_text(section), bk_copy_text(key), bk_copy_text(value), false};
    return added->section == NULL || added->key == NULL || added->value == NULL ? bk_error_status() : BK_OK;
}

static void clear_entries(entry_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        bk_free(list->entries[i].section);
        bk_free(list->entries[i].key);
        bk_free(list->entries[i].value);
    }
    bk_free(list->entries);
}

static entry *find_entry(const entry_list *list, const entry *like)
{
    for (size_t i = 0; i < list->n; i++) {
        if (strcmp(list->entries[i].section, like->section) == 0 &&
            strcmp(list->entries[i].key, like->key) == 0) {
            return &list->entries[i];
        }
    }
    return NULL;
}

static void append_difference(bk_text *text, const char *key, const char *theirs, const char *ours)
{
    bk_text_append(text, "%s%s (there: %s, here: %s)", text->length == 0 ? "" : ", ", key, theirs, ours);
}

static void list_differences(bk_text *text, const entry_list *theirs, const entry_list *ours)
{
    for (size_t i = 0; i < ours->n; i++) {
        entry *other = find_entry(theirs, &ours->entries[i]);
        if (other == NULL) {
            append_difference(text, ours->entries[i].key, "not given", ours->entries[i].value);
            continue;
        }
        other->met = true;
        if (strcmp(other->value, ours->entries[i].value) != 0) {
            append_difference(text, ours->entries[i].key, other->value, ours->entries[i].value);
        }
    }
    for (size_t i = 0; i < theirs->n; i++) {
        if (!theirs->entries[i].met) {
            append_difference(text, theirs->entries[i].key, theirs->entries[i].value, "not given");
        }
    }
}

bk_status bk_configurations_match(const char *theirs, const char *ours, const char *what)
{
    entry_list there = {0};
    entry_list here = {0};
    bk_text differences = {0};
    bk_status status = bk_configuration_read(theirs, what, add_entry, &there);
    if (status == BK_OK) {
        status = bk_configuration_read(ours, "this run", add_entry, &here);
    }
    if (status == BK_OK) {
        list_differences(&differences, &there, &here);
        status = bk_text_status(&differences);
    }
    if (status == BK_OK && differences.length > 0) {
        status = bk_fail(BK_INVALID, "%s belongs to a run of another configuration: %s", what,
                         bk_text_string(&differences));
    }
    bk_text_clear(&differences);
    clear_entries(&there);
    clear_entries(&here);
    return status;
}

/* ---- Origin ---- */

static bk_status put_configuration(const bk_run *run, bk_group *root)
{
    static const bk_field field = {.name = "text",
                                   .dtype = BK_TEXT,
                                   .rank = 0,
                                   .axes = {NULL},
                                   .unit = "",
                                   .long_name = "configuration, as brisk run --config reads it"};
    bk_text text = {0};
    bk_status status = bk_run_configuration(run, &text);
    if (status == BK_OK) {
        const char *value = bk_text_string(&text);
        bk_group *group = bk_group_at(root, "config");
        status = bk_group_add(group, &field, NULL, &value) == NULL ? bk_error_status() : BK_OK;
    }
    bk_text_clear(&text);
    return status;
}

bk_status bk_run_write_origin(const bk_run *run, bk_group *root)
{
    const bk_build_facts *build = bk_build();
    BK_TRY(bk_group_set_text(root, "brisk_version", build->version));
    BK_TRY(bk_group_set_text(root, "git_commit", build->git_commit));
    BK_TRY(bk_group_set_flag(root, "git_dirty", build->git_dirty));
    BK_TRY(bk_group_set_text(root, "experiment", run->experiment->name));
    BK_TRY(bk_group_set_unsigned(root, "seed", run->seed));
    BK_TRY(bk_group_set_text(root, "rng", RNG_NAME));
    BK_TRY(bk_group_set_text(root, "transforms", bk_transform_names()));
    return put_configuration(run, root);
}

/* An attribute that must be the same; other versions draw other numbers. */
static bk_status check_text(const bk_group *root, const char *name, const char *ours, const char *what)
{
    const char *theirs = bk_group_text(root, name);
    if (theirs == NULL || strcmp(theirs, ours) != 0) {
        return bk_fail(BK_INVALID, "%s does not belong to this run: %s there is '%s', here '%s'", what, name,
                       theirs == NULL ? "missing" : theirs, ours);
    }
    return BK_OK;
}

bk_status bk_run_check_origin(const bk_run *run, const bk_results *tree, const char *what)
{
    const bk_group *root = bk_results_root((bk_results *)tree);
    BK_TRY(check_text(root, "experiment", run->experiment->name, what));
    BK_TRY(check_text(root, "rng", RNG_NAME, what));
    BK_TRY(check_text(root, "transforms", bk_transform_names(), what));
    const char *theirs = bk_dataset_text(bk_dataset_find(root, "config/text"), 0);
    if (theirs == NULL) {
        return bk_fail(BK_FORMAT, "%s has no configuration", what);
    }
    bk_text ours = {0};
    bk_status status = bk_run_configuration(run, &ours);
    if (status == BK_OK) {
        status = bk_configurations_match(theirs, bk_text_string(&ours), what);
    }
    bk_text_clear(&ours);
    return status;
}

bk_status bk_run_matches(const bk_results *results, const bk_experiment *experiment,
                         const bk_options *options, uint64_t seed, const bk_run_control *control)
{
    const bk_run run = {
        .experiment = experiment, .options = options, .control = bk_control_or_plain(control), .seed = seed};
    return bk_run_check_origin(&run, results, "the results file");
}
