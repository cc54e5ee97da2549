/* SPDX-License-Identifier: GPL-3.0-or-later
 * What decides the results of a run: from INI text, then from the command line, which wins. */
#define _GNU_SOURCE
#include "cli/run_settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LONGEST_CONFIGURATION ((size_t)1024 * 1024)
#define LONGEST_OUTPUT_NAME   100
#define STANDARD_STOP_LEVEL   0.95

enum { GAVE_MCSE = 1, GAVE_WIDTH = 2, GAVE_LEVEL = 4 };

bk_status bk_run_settings_create(bk_run_settings *settings, const bk_experiment *experiment)
{
    *settings = (bk_run_settings){
        .experiment = experiment, .seed = 1, .stop = {.kind = BK_STOP_NEVER, .level = STANDARD_STOP_LEVEL}};
    settings->options = bk_options_create(experiment->options, experiment->n_options);
    return settings->options == NULL ? bk_error_status() : BK_OK;
}

static void forget_output(bk_run_settings *settings)
{
    bk_free((void *)(size_t)settings->stop.output);
    settings->stop.output = NULL;
}

void bk_run_settings_clear(bk_run_settings *settings)
{
    bk_options_destroy(settings->options);
    settings->options = NULL;
    forget_output(settings);
}

void bk_run_settings_next_source(bk_run_settings *settings) { settings->given = 0; }

/* ---- One value ------------------------------------------------------------------------------------------
 */

static bk_status take_keep(bk_run_settings *settings, const char *value, const char *where)
{
    const bool all = strcmp(value, "all") == 0;
    if (!all && strcmp(value, "summary") != 0) {
        return bk_fail(BK_INVALID, "%s: '%s' is not one of all,summary", where, value);
    }
    settings->keep = all ? BK_KEEP_ALL : BK_KEEP_SUMMARY;
    return BK_OK;
}

/* The name of an output must come back from the stored configuration. */
static bk_status check_output_name(const char *name, size_t length, const char *value, const char *where)
{
    bool plain = length > 0 && length <= LONGEST_OUTPUT_NAME;
    for (size_t i = 0; plain && i < length; i++) {
        plain = (unsigned char)name[i] > ' ' && name[i] != 0x7f && strchr(";/=\"", name[i]) == NULL;
    }
    return plain ? BK_OK
                 : bk_fail(BK_INVALID, "%s: '%s' is not of the form NAME=X with the name of an output", where,
                           value);
}

/* "[NAME=]X" */
static bk_status take_rule(bk_run_settings *settings, bk_stop_kind kind, const char *value, const char *where)
{
    const unsigned mine = kind == BK_STOP_MCSE ? GAVE_MCSE : GAVE_WIDTH;
    const char *equals = strrchr(value, '=');
    double target = 0.0;
    char *output = NULL;
    if ((settings->given & (GAVE_MCSE | GAVE_WIDTH) & ~mine) != 0) {
        return bk_fail(BK_INVALID, "%s: stop-mcse and stop-width are two stopping rules: give one of them",
                       where);
    }
    if (equals != NULL) {
        BK_TRY(check_output_name(value, (size_t)(equals - value), value, where));
    }
    BK_TRY(bk_parse_real(&target, equals == NULL ? value : equals + 1, where));
    if (!(target > 0.0)) {
        return bk_fail(BK_INVALID, "%s: %s is not above 0, so the run would never stop early", where, value);
    }
    if (equals != NULL) {
        output = bk_copy_text(value);
        if (output == NULL) {
            return bk_error_status();
        }
        output[equals - value] = '\0';
    }
    forget_output(settings);
    settings->stop.kind = kind;
    settings->stop.target = target;
    settings->stop.output = output;
    /* The level of an earlier source's rule goes with that rule. */
    if (kind == BK_STOP_MCSE && (settings->given & GAVE_LEVEL) == 0) {
        settings->level_given = false;
        settings->stop.level = STANDARD_STOP_LEVEL;
    }
    settings->given |= mine;
    return BK_OK;
}

static bk_status take_level(bk_run_settings *settings, const char *value, const char *where)
{
    double level = 0.0;
    BK_TRY(bk_parse_real(&level, value, where));
    if (!(level > 0.0 && level < 1.0)) {
        return bk_fail(BK_INVALID, "%s: %s is not between 0 and 1; 0.95 means 95 %%", where, value);
    }
    settings->stop.level = level;
    settings->level_given = true;
    settings->given |= GAVE_LEVEL;
    return BK_OK;
}

bool bk_run_settings_has(const char *key)
{
    static const char *const keys[] = {"seed", "keep", "stop-mcse", "stop-width", "stop-level"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (strcmp(key, keys[i]) == 0) {
            return true;
        }
    }
    return false;
}

bk_status bk_run_settings_take(bk_run_settings *settings, const char *key, const char *value,
                               const char *where)
{
    if (strcmp(key, "seed") == 0) {
        return bk_take_seed(&settings->seed, &settings->random_seed, value, where);
    }
    if (strcmp(key, "keep") == 0) {
        return take_keep(settings, value, where);
    }
    if (strcmp(key, "stop-mcse") == 0) {
        return take_rule(settings, BK_STOP_MCSE, value, where);
    }
    if (strcmp(key, "stop-width") == 0) {
        return take_rule(settings, BK_STOP_WIDTH, value, where);
    }
    return take_level(settings, value, where);
}

bk_status bk_run_settings_check(const bk_run_settings *settings)
{
    return settings->level_given && settings->stop.kind != BK_STOP_WIDTH
               ? bk_fail(BK_INVALID, "--stop-level: it is the level of --stop-width, which is not given")
               : BK_OK;
}

/* ---- INI text -------------------------------------------------------------------------------------------
 */

typedef struct reading {
    bk_run_settings *settings;
    const char *name;
} reading;

static bk_status take_entry(void *context, const char *section, const char *key, const char *value, int line)
{
    const reading *state = context;
    bk_run_settings *settings = state->settings;
    char where[600];
    (void)snprintf(where, sizeof where, "%.400s:%d: %.100s", state->name, line, key);
    if (strcmp(section, "options") == 0 && bk_run_settings_has(key)) {
        return bk_fail(BK_INVALID, "%s: this key belongs into the section [run]", where);
    }
    if (strcmp(section, "options") == 0) {
        return bk_options_set(settings->options, key, value, where);
    }
    if (strcmp(section, "run") != 0) {
        return bk_fail(BK_INVALID, "%s: there is no section [%s]; known are [run] and [options]", where,
                       section);
    }
    if (bk_run_settings_has(key)) {
        return bk_run_settings_take(settings, key, value, where);
    }
    if (strcmp(key, "experiment") != 0) {
        return bk_fail(
            BK_INVALID,
            "%s: there is no key '%s' in [run]; known are experiment, seed, keep, stop-mcse, stop-width and "
            "stop-level (how a run is carried out, such as --output or --shard, is for the command line)",
            where, key);
    }
    if (strcmp(value, settings->experiment->name) != 0) {
        return bk_fail(BK_INVALID, "%s: this is a configuration of the experiment '%s', not of '%s'", where,
                       value, settings->experiment->name);
    }
    return BK_OK;
}

bk_status bk_run_settings_read(bk_run_settings *settings, const char *text, const char *name)
{
    reading state = {.settings = settings, .name = name};
    return bk_configuration_read(text, name, take_entry, &state);
}

static bk_status read_text_file(const char *path, bk_text *text)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return bk_fail(BK_FILE, "cannot read the configuration %s: %s", path, strerror(errno));
    }
    char buffer[4096];
    size_t length;
    bk_status status = BK_OK;
    while (status == BK_OK && (length = fread(buffer, 1, sizeof buffer, file)) > 0) {
        if (memchr(buffer, '\0', length) != NULL || text->length + length > LONGEST_CONFIGURATION) {
            status =
                bk_fail(BK_INVALID, "%s is no configuration: it holds a zero byte or more than 1 MiB", path);
        } else {
            bk_text_append(text, "%.*s", (int)length, buffer);
            status = bk_text_status(text);
        }
    }
    if (status == BK_OK && ferror(file)) {
        status = bk_fail(BK_FILE, "cannot read the configuration %s: %s", path, strerror(errno));
    }
    (void)fclose(file);
    return status;
}

bk_status bk_run_settings_read_file(bk_run_settings *settings, const char *path)
{
    bk_text text = {0};
    bk_status status = read_text_file(path, &text);
    if (status == BK_OK) {
        status = bk_run_settings_read(settings, bk_text_string(&text), path);
    }
    bk_text_clear(&text);
    return status;
}
