/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writes the tree of tests/results/sample.c, which has something of everything: sample_file FILE.h5 */
#include "../results/sample.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    bk_results *results = sample_tree();
    if (argc != 2 || bk_results_write(results, argv[1], true) != BK_OK) {
        fprintf(stderr, "%s\n", argc == 2 ? bk_error_message() : "usage: sample_file FILE.h5");
        bk_results_destroy(results);
        return 1;
    }
    bk_results_destroy(results);
    return 0;
}
