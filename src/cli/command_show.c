/* SPDX-License-Identifier: GPL-3.0-or-later
 * brisk show: a results file as a page to read. */
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/program.h"

static bk_status take_file(void *context, const char *name, const char *value)
{
    const char **path = context;
    (void)name;
    if (*path != NULL) {
        return bk_fail(BK_INVALID, "one file at a time: '%s' is too much", value);
    }
    *path = value;
    return BK_OK;
}

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
    const bk_group *run = bk_group_find(root, "run");
    if (run != NULL) {
        bk_text_append(page, "\nrun on ");
        bk_append_attribute(run, "host", page);
        bk_text_append(page, " at ");
        bk_append_attribute(run, "start", page);
        bk_text_append(page, ": %.2f s with ", bk_group_real(run, "wall_s"));
        bk_append_attribute(run, "threads", page);
        bk_text_append(page, " threads, kernels ");
        bk_append_attribute(run, "instruction_set", page);
    }
    bk_text_append(page, "\n\n");
}

bk_status bk_page_of_results(const bk_program *program, const bk_group *root, bk_text *page)
{
    const char *name = bk_group_text(root, "experiment");
    for (size_t i = 0; name != NULL && i < program->count; i++) {
        const bk_experiment *experiment = program->experiments[i];
        if (strcmp(experiment->name, name) == 0 && experiment->report != NULL) {
            BK_TRY(experiment->report(root, page));
            return bk_text_status(page);
        }
    }
    bk_list_tree(root, page);
    return bk_text_status(page);
}

/* Prints the page. Texts of somebody else's file may hold escape sequences that a terminal would obey. */
bool bk_print_page(const char *page)
{
    bool written = true;
    for (const char *c = page; written && *c != '\0'; c++) {
        const unsigned char byte = (unsigned char)*c;
        const bool c1 = byte == 0xc2 && (unsigned char)c[1] >= 0x80 && (unsigned char)c[1] < 0xa0;
        written = putchar((byte < 0x20 && byte != '\n') || byte == 0x7f || c1 ? '?' : byte) != EOF;
        c += c1 ? 1 : 0;
    }
    return written;
}

/* A file that was changed by hand still is worth a look, but its reader must know. */
static void warn_of_changes(const char *command, const char *path, const bk_results *results)
{
    if (bk_results_check_digest(results) != BK_OK) {
        (void)fprintf(stderr, "%s: warning: %s is not as brisk wrote it: %s\n", command, path,
                      bk_error_message());
        bk_error_clear();
    }
}

int bk_command_show(const bk_program *program, int argc, char **argv)
{
    char command[128];
    (void)snprintf(command, sizeof command, "%.100s show", program->name);
    const char *path = NULL;
    const bk_argument_parser parser = {.command = command,
                                       .arguments = "FILE.h5",
                                       .before = "Print what a results file holds, as a page to read.",
                                       .handler = take_file,
                                       .context = &path};
    bool help = false;
    if (bk_arguments_parse(&parser, argc, argv, &help) != BK_OK) {
        return bk_complain(program, "show");
    }
    if (help) {
        return bk_finish_output(program, "show");
    }
    if (path == NULL) {
        (void)bk_fail(BK_INVALID, "which results file? '%s --help' shows the usage", command);
        return bk_complain(program, "show");
    }
    bk_results *results = bk_results_read(path);
    if (results == NULL) {
        return bk_complain(program, "show");
    }
    bk_text page = {0};
    append_origin(bk_results_root(results), &page);
    const bk_status status = bk_page_of_results(program, bk_results_root(results), &page);
    if (status == BK_OK) {
        (void)bk_print_page(bk_text_string(&page)); /* bk_finish_output sees a failure */
        warn_of_changes(command, path, results);
    }
    bk_text_clear(&page);
    bk_results_destroy(results);
    return status == BK_OK ? bk_finish_output(program, "show") : bk_complain(program, "show");
}
