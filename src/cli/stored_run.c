/* SPDX-License-Identifier: GPL-3.0-or-later
 * The run that a results file is of, ready to be done again. */
#include "cli/stored_run.h"

/* With what the run would refuse at its beginning, where it would pass for a mistake of whoever typed it. */
static bk_status read_settings(bk_run_settings *settings, const bk_file_request *request,
                               const bk_results *results)
{
    BK_TRY(bk_stored_settings(settings, request->program, results, request->path, "results file"));
    const bk_experiment *experiment = settings->experiment;
    bk_status status = bk_options_check(settings->options);
    if (status == BK_OK && experiment->check != NULL) {
        status = experiment->check(settings->options);
    }
    return status == BK_OK ? BK_OK : bk_fail_within("%s:/config/text", request->path);
}

bk_status bk_stored_run_open(bk_stored_run *run, const bk_file_request *request, const bk_results *results)
{
    const bool silent = request->progress == BK_PROGRESS_NONE;
    *run = (bk_stored_run){.line = bk_progress_line_open(request->progress)};
    const bk_status status = read_settings(&run->settings, request, results);
    run->control = (bk_run_control){.keep = run->settings.keep,
                                    .stop = run->settings.stop,
                                    .progress = silent ? NULL : bk_progress_line_show,
                                    .sink = &run->line};
    /* Without an experiment the file is right and the program is not the one for it. */
    return status == BK_INVALID && run->settings.experiment != NULL
               ? bk_fail(BK_FORMAT, "%s", bk_error_message())
               : status;
}

void bk_stored_run_close(bk_stored_run *run) { bk_run_settings_clear(&run->settings); }
