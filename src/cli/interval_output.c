/* SPDX-License-Identifier: GPL-3.0-or-later
 * The answer of brisk interval on stdout. */
#include <stdio.h>

#include "cli/interval_request.h"
#include "cli/table.h"

static bk_status print_json(const bk_interval_answer *answer, const bk_interval_command *command)
{
    json_t *rows = json_array();
    bool failed = rows == NULL;
    for (size_t i = 0; i < answer->count; i++) {
        failed = json_array_append_new(rows, bk_json_interval(&answer->intervals[i])) != 0 || failed;
    }
    /* Of several levels each interval says its own. */
    json_t *level = command->level_count == 1 ? json_real(command->levels[0]) : json_null();
    return bk_json_print(json_pack("{s:I, s:o, s:o, s:o}", "n", (json_int_t)answer->n, "estimate",
                                   bk_json_number(answer->estimate), "level", level, "intervals", rows),
                         failed);
}

static void print_csv(const bk_interval_answer *answer)
{
    printf("%s\n", bk_csv_interval_header);
    for (size_t i = 0; i < answer->count; i++) {
        bk_csv_interval(&answer->intervals[i]);
    }
}

static const char *statistic_name(const bk_interval_command *command)
{
    return command->classification != NULL ? command->classification->name
                                           : bk_statistic_name(command->statistic);
}

static bk_status print_page(const bk_interval_answer *answer, const bk_interval_command *command,
                            const bk_input *input)
{
    printf("%s: %s\n%s of %zu points: %.9g\n%s", command->source, input->about, statistic_name(command),
           answer->n, answer->estimate, bk_text_string(&answer->notes));
    bk_table_intervals(answer->intervals, answer->count);
    if (answer->bootstrap != NULL) {
        printf("\nBootstrap: %zu resamples, seed %llu\n", command->wanted.resamples,
               (unsigned long long)command->wanted.seed);
    }
    if (answer->bootstrap != NULL && command->details) {
        bk_text page = {0};
        bk_bootstrap_describe(&page, answer->bootstrap, command->levels[0]);
        printf("%s", bk_text_string(&page));
        bk_text_clear(&page);
    }
    return BK_OK;
}

bk_status bk_interval_print(const bk_interval_answer *answer, const bk_interval_command *command,
                            const bk_input *input)
{
    if (command->json) {
        return print_json(answer, command);
    }
    if (command->csv) {
        print_csv(answer);
        return BK_OK;
    }
    return print_page(answer, command, input);
}
