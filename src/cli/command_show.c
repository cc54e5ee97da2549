/* SPDX-License-Identifier: GPL-3.0-or-later
 * brisk show: a results file as a page to read, or as a JSON object that fits on some pages. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/export.h"
#include "cli/program.h"

/* Datasets up to this size stand in `show --json` with all their values. */
#define SHOWN_WHOLE 100

typedef struct show_request {
    const char *path;
    bool json;
} show_request;

static const bk_argument arguments[] = {
    {.name = "json",
     .help = "print one JSON object: all attributes, and the values of datasets of at most 100"},
};

static const char json_help[] = "--json prints the object that 'export -o -' prints (its --help tells the "
                                "form), but for datasets of more than "
                                "100 values: there \"values\" is null, and \"first\" and \"last\" hold 5 "
                                "values each, flat, \"minimum\" and "
                                "\"maximum\" the ends of all numbers.";

static bk_status take_argument(void *context, const char *name, const char *value)
{
    show_request *request = context;
    if (name != NULL) {
        request->json = true;
    } else if (request->path != NULL) {
        return bk_fail(BK_INVALID, "one file at a time: '%s' is too much", value);
    } else {
        request->path = value;
    }
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

static bk_status show(const bk_program *program, const show_request *request, const bk_group *root)
{
    if (request->json) {
        return bk_print_json_of_results(root, SHOWN_WHOLE);
    }
    bk_text page = {0};
    bk_append_header(program, root, &page);
    const bk_status status = bk_page_of_results(program, root, &page);
    if (status == BK_OK) {
        (void)bk_print_page(bk_text_string(&page)); /* bk_finish_output sees a failure */
    }
    bk_text_clear(&page);
    return status;
}

int bk_command_show(const bk_program *program, int argc, char **argv)
{
    char command[128];
    (void)snprintf(command, sizeof command, "%.100s show", program->name);
    show_request request = {0};
    const bk_argument_parser parser = {.command = command,
                                       .arguments = "FILE.h5",
                                       .before = "Print what a results file holds, as a page to read.",
                                       .after = json_help,
                                       .table = arguments,
                                       .count = sizeof arguments / sizeof arguments[0],
                                       .handler = take_argument,
                                       .context = &request};
    bool help = false;
    if (bk_arguments_parse(&parser, argc, argv, &help) != BK_OK) {
        return bk_complain(program, "show");
    }
    if (help) {
        return bk_finish_output(program, "show");
    }
    if (request.path == NULL) {
        (void)bk_fail(BK_INVALID, "which results file? '%s --help' shows the usage", command);
        return bk_complain(program, "show");
    }
    bk_results *results = bk_results_read(request.path);
    if (results == NULL) {
        return bk_complain(program, "show");
    }
    const bk_status status = show(program, &request, bk_results_root(results));
    if (status == BK_OK) {
        bk_warn_of_changes(command, request.path, results);
    }
    bk_results_destroy(results);
    return status == BK_OK ? bk_finish_output(program, "show") : bk_complain(program, "show");
}
