/* SPDX-License-Identifier: GPL-3.0-or-later
 * brisk export: a results file for people without HDF5, as a folder of CSV tables or as one JSON object. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/export.h"
#include "cli/program.h"

typedef struct export_request {
    const char *path;
    const char *output; /* a folder; "-": JSON on standard output */
    bool force;
} export_request;

static const bk_argument arguments[] = {
    {.name = "output",
     .letter = 'o',
     .value = "DIR|-",
     .help = "the folder to make; - writes one JSON object with every value on standard output"},
    {.name = "force",
     .help = "replace the folder of an earlier export; whatever else is there stays and is an error"},
};

static const char about[] = "Write a results file for programs without HDF5. DIR gets one CSV table for the "
                            "datasets of a group that lie "
                            "along the same axes (coordinates first, two and more axes in long form), "
                            "index.csv with the dataset, unit "
                            "and meaning of every column, attributes.csv, config.ini and a README.txt. It "
                            "appears whole or not at all.";

static const char conventions[] =
    "Numbers are the shortest decimals that read back as the same bits. NaN is an empty field in CSV and "
    "null in "
    "JSON; infinities are inf and -inf, in JSON as strings. In JSON a group is an object of \"attributes\", "
    "\"datasets\" and \"groups\", a dataset has type, shape, axes, coordinates (paths, null for an axis that "
    "only "
    "counts), units, long_name, attributes and values, nested as the shape says; whole numbers are strings "
    "in a "
    "dataset that has some beyond 2^53, and seeds always.";

static bk_status take_argument(void *context, const char *name, const char *value)
{
    export_request *request = context;
    if (name == NULL) {
        if (request->path != NULL) {
            return bk_fail(BK_INVALID, "one file at a time: '%s' is too much", value);
        }
        request->path = value;
    } else if (strcmp(name, "output") == 0) {
        request->output = value;
    } else {
        request->force = true;
    }
    return BK_OK;
}

static bk_status check_request(const export_request *request, const char *command)
{
    if (request->path == NULL) {
        return bk_fail(BK_INVALID, "which results file? '%s --help' shows the usage", command);
    }
    if (request->output == NULL) {
        return bk_fail(BK_INVALID, "where to? -o DIR makes a folder of CSV tables, -o - prints JSON");
    }
    if (strcmp(request->output, "-") == 0) {
        return BK_OK;
    }
    return bk_export_check_folder(request->output, request->force);
}

static bk_status export_results(const export_request *request, const bk_group *root)
{
    if (strcmp(request->output, "-") == 0) {
        return bk_print_json_of_results(root, SIZE_MAX);
    }
    return bk_export_folder(root, request->output, request->force);
}

int bk_command_export(const bk_program *program, int argc, char **argv)
{
    char command[128];
    (void)snprintf(command, sizeof command, "%.100s export", program->name);
    export_request request = {0};
    const bk_argument_parser parser = {.command = command,
                                       .arguments = "FILE.h5 -o DIR|-",
                                       .before = about,
                                       .after = conventions,
                                       .table = arguments,
                                       .count = sizeof arguments / sizeof arguments[0],
                                       .handler = take_argument,
                                       .context = &request};
    bool help = false;
    if (bk_arguments_parse(&parser, argc, argv, &help) != BK_OK) {
        return bk_complain(program, "export");
    }
    if (help) {
        return bk_finish_output(program, "export");
    }
    if (check_request(&request, command) != BK_OK) {
        return bk_complain(program, "export");
    }
    bk_results *results = bk_results_read(request.path);
    if (results == NULL) {
        return bk_complain(program, "export");
    }
    bk_status status = export_results(&request, bk_results_root(results));
    if (status == BK_OK) {
        bk_warn_of_changes(command, request.path, results);
    }
    bk_results_destroy(results);
    return status == BK_OK ? 0 : bk_complain(program, "export");
}
