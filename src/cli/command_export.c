/* SPDX-License-Identifier: GPL-3.0-or-later
 * brisk export: a results file for people without HDF5, as a folder of CSV tables or as one JSON object. */
#include <stdio.h>
#include <string.h>

#include "cli/export.h"
#include "cli/file_command.h"

typedef struct export_request {
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

static bk_status take_option(void *own, const char *name, const char *value)
{
    export_request *asked = own;
    if (strcmp(name, "output") == 0) {
        asked->output = value;
    } else {
        asked->force = true;
    }
    return BK_OK;
}

static bool to_stdout(const export_request *asked) { return strcmp(asked->output, "-") == 0; }

static bk_status check(void *own)
{
    const export_request *asked = own;
    if (asked->output == NULL) {
        return bk_fail(BK_INVALID, "where to? -o DIR makes a folder of CSV tables, -o - prints JSON");
    }
    return to_stdout(asked) ? BK_OK : bk_export_check_folder(asked->output, asked->force);
}

static bk_status export_results(const bk_file_request *request, bk_results *results)
{
    const export_request *asked = request->own;
    const bk_group *root = bk_results_root(results);
    BK_TRY(to_stdout(asked) ? bk_print_json_of_results(root, SIZE_MAX)
                            : bk_export_folder(root, asked->output, asked->force));
    bk_warn_of_changes(request->title, request->path, results);
    return BK_OK;
}

int bk_command_export(const bk_program *program, int argc, char **argv)
{
    static const bk_file_command command = {.name = "export",
                                            .arguments = "FILE.h5 -o DIR|-",
                                            .before = about,
                                            .after = conventions,
                                            .table = arguments,
                                            .count = sizeof arguments / sizeof arguments[0],
                                            .take = take_option,
                                            .check = check,
                                            .carry_out = export_results};
    export_request asked = {0};
    return bk_file_command_run(&command, program, &asked, argc, argv);
}
