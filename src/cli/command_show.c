/* SPDX-License-Identifier: GPL-3.0-or-later
 * brisk show: a results file as a page to read, or as a JSON object that fits on some pages. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/export.h"
#include "cli/file_command.h"

/* Datasets up to this size stand in `show --json` with all their values. */
#define SHOWN_WHOLE 100

static const bk_argument arguments[] = {
    {.name = "json",
     .help = "print one JSON object: all attributes, and the values of datasets of at most 100"},
};

static const char json_help[] = "--json prints the object that 'export -o -' prints (its --help tells the "
                                "form), but for datasets of more than "
                                "100 values: there \"values\" is null, and \"first\" and \"last\" hold 5 "
                                "values each, flat, \"minimum\" and "
                                "\"maximum\" the ends of all numbers.";

/* --json is the only one. */
static bk_status take_option(void *own, const char *name, const char *value)
{
    (void)name;
    (void)value;
    *(bool *)own = true;
    return BK_OK;
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

bool bk_print_tame(FILE *file, const char *text)
{
    bool written = true;
    for (const char *c = text; written && *c != '\0'; c++) {
        const unsigned char byte = (unsigned char)*c;
        const bool c1 = byte == 0xc2 && (unsigned char)c[1] >= 0x80 && (unsigned char)c[1] < 0xa0;
        written = putc((byte < 0x20 && byte != '\n') || byte == 0x7f || c1 ? '?' : byte, file) != EOF;
        c += c1 ? 1 : 0;
    }
    return written;
}

bool bk_print_page(const char *page) { return bk_print_tame(stdout, page); }

bk_status bk_print_json_of_results(const bk_group *root, size_t whole)
{
    bk_sink *sink = bk_allocate(1, sizeof *sink);
    if (sink == NULL) {
        return bk_error_status();
    }
    bk_sink_open(sink, STDOUT_FILENO, "standard output");
    bk_status status = bk_tree_json(sink, root, whole);
    status = status == BK_OK ? bk_sink_finish(sink) : status;
    bk_free(sink);
    return status;
}

void bk_warn_of_changes(const char *command, const char *path, const bk_results *results)
{
    if (bk_results_check_digest(results) != BK_OK) {
        (void)fprintf(stderr, "%s: warning: %s is not as brisk wrote it: ", command, path);
        (void)bk_print_tame(stderr, bk_error_message());
        (void)fputs("\n", stderr);
        bk_error_clear();
    }
}

static bk_status show_page(const bk_program *program, const bk_group *root)
{
    bk_text page = {0};
    bk_append_header(program, root, &page);
    const bk_status status = bk_page_of_results(program, root, &page);
    if (status == BK_OK) {
        (void)bk_print_page(bk_text_string(&page)); /* bk_finish_output sees a failure */
    }
    bk_text_clear(&page);
    return status;
}

static bk_status show(const bk_file_request *request, bk_results *results)
{
    const bool *json = request->own;
    const bk_group *root = bk_results_root(results);
    BK_TRY(*json ? bk_print_json_of_results(root, SHOWN_WHOLE) : show_page(request->program, root));
    bk_warn_of_changes(request->title, request->path, results);
    return BK_OK;
}

int bk_command_show(const bk_program *program, int argc, char **argv)
{
    static const bk_file_command command = {.name = "show",
                                            .arguments = "FILE.h5",
                                            .before = "Print what a results file holds, as a page to read.",
                                            .after = json_help,
                                            .table = arguments,
                                            .count = sizeof arguments / sizeof arguments[0],
                                            .take = take_option,
                                            .carry_out = show};
    bool json = false;
    return bk_file_command_run(&command, program, &json, argc, argv);
}
