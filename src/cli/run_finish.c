/* SPDX-License-Identifier: GPL-3.0-or-later
 * The end of run and of merge: the results file and the page about it. */
#include "cli/run_finish.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int bk_progress_complain(const bk_program *program, const char *command, bk_progress_mode mode)
{
    static char object[16384];
    const bk_status status = bk_error_status();
    const int code = bk_status_exit_code(status == BK_OK ? BK_FAILED : status);
    if (mode != BK_PROGRESS_JSON ||
        !bk_progress_json_error(object, sizeof object, bk_error_message(), code)) {
        return bk_complain(program, command);
    }
    (void)fflush(stdout);
    (void)fprintf(stderr, "%s\n", object);
    return code;
}

static bk_status print_page(const bk_program *program, bk_results *results)
{
    bk_text page = {0};
    bk_status status = bk_page_of_results(program, bk_results_root(results), &page);
    errno = 0;
    if (status == BK_OK && !bk_print_page(bk_text_string(&page))) {
        status = bk_fail(BK_FILE, "cannot write to standard output: %s", strerror(errno));
    }
    bk_text_clear(&page);
    return status;
}

bk_status bk_run_finish(bool *written, const bk_program *program, bk_results *results, const char *path,
                        bool force, bk_progress_line *line)
{
    char message[2000];
    const bk_status write_status = bk_results_write(results, path, force);
    (void)snprintf(message, sizeof message, "%s", bk_error_message());
    const bk_status page_status = print_page(program, results);
    *written = write_status == BK_OK;
    if (!*written) {
        return bk_fail(write_status, "%s", message);
    }
    (void)snprintf(message, sizeof message, "results written to %s", path);
    bk_progress_line_say(line, message);
    return page_status;
}
