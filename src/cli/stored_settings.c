/* SPDX-License-Identifier: GPL-3.0-or-later
 * The settings of a run from a file that it wrote: to put shards together, to verify, to replay. */
#include "cli/stored_settings.h"

#include <stdio.h>
#include <string.h>

static bk_status find_experiment(const bk_program *program, const bk_group *root, const char *file,
                                 const char *what, const bk_experiment **experiment)
{
    const char *name = bk_group_text(root, "experiment");
    bk_text known = {0};
    for (size_t i = 0; name != NULL && i < program->count; i++) {
        if (strcmp(program->experiments[i]->name, name) == 0) {
            *experiment = program->experiments[i];
            return BK_OK;
        }
    }
    for (size_t i = 0; i < program->count; i++) {
        bk_text_append(&known, "%s%s", i == 0 ? "" : ", ", program->experiments[i]->name);
    }
    const bk_status status =
        name == NULL
            ? bk_fail(BK_FORMAT, "%s does not say which experiment it is of", file)
            : bk_fail(BK_INVALID, "%s is a %s of the experiment '%s', which %s does not have; it has %s",
                      file, what, name, program->name, bk_text_string(&known));
    bk_text_clear(&known);
    return status;
}

bk_status bk_stored_settings(bk_run_settings *settings, const bk_program *program, const bk_results *results,
                             const char *file, const char *what)
{
    const bk_experiment *experiment = NULL;
    const bk_group *root = bk_results_root((bk_results *)results);
    char name[600];
    BK_TRY(find_experiment(program, root, file, what, &experiment));
    BK_TRY(bk_run_settings_create(settings, experiment));
    const bk_dataset *text = bk_dataset_find(root, "config/text");
    const char *configuration = text == NULL ? NULL : bk_dataset_text(text, 0);
    if (configuration == NULL || !bk_group_unsigned(&settings->seed, root, "seed")) {
        return bk_fail(BK_FORMAT, "%s holds no %s, which every %s has", file,
                       configuration == NULL ? "configuration (/config/text)" : "seed", what);
    }
    (void)snprintf(name, sizeof name, "%.400s:/config/text", file);
    BK_TRY(bk_run_settings_read(settings, configuration, name));
    return bk_run_settings_check(settings);
}
