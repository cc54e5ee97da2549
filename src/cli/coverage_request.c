/* SPDX-License-Identifier: GPL-3.0-or-later
 * The options of brisk coverage. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/coverage.h"
#include "cli/interval_request.h"

static bk_status take_m(void *context, const char *text)
{
    bk_coverage_command *command = context;
    int64_t m = 0;
    BK_TRY(bk_parse_integer(&m, text, "--m"));
    if (m < 1 || m > (INT64_C(1) << 32)) {
        return bk_fail(BK_INVALID, "--m: %s is not between 1 and 2^32", text);
    }
    if (command->m_count == sizeof command->m / sizeof command->m[0]) {
        return bk_fail(BK_INVALID, "--m: more than %zu sizes", command->m_count);
    }
    command->m[command->m_count++] = (uint64_t)m;
    return BK_OK;
}

static bk_status take_level(void *context, const char *text)
{
    bk_coverage_command *command = context;
    double level = 0.0;
    BK_TRY(bk_parse_real(&level, text, "--level"));
    if (!(level > 0.0 && level < 1.0)) {
        return bk_fail(BK_INVALID, "--level: %s is not between 0 and 1; 0.9 means 90 %%", text);
    }
    if (command->level_count == sizeof command->levels / sizeof command->levels[0]) {
        return bk_fail(BK_INVALID, "--level: more than %zu levels", command->level_count);
    }
    command->levels[command->level_count++] = level;
    return BK_OK;
}

static bk_status check_risk(double p)
{
    return p >= 0.0 && p <= 1.0 ? BK_OK : bk_fail(BK_INVALID, "--p: %g is no risk, which lies in [0,1]", p);
}

static bk_status take_p(void *context, const char *text)
{
    bk_coverage_command *command = context;
    double p = 0.0;
    BK_TRY(bk_parse_real(&p, text, "--p"));
    BK_TRY(check_risk(p));
    if (command->p_count == BK_MAX_GRID) {
        return bk_fail(BK_INVALID, "--p: more than %d risks", BK_MAX_GRID);
    }
    command->p[command->p_count++] = p;
    return BK_OK;
}

/* A:B, the range of --minimum, or A:B:N, N points from A to B. */
static bk_status take_range(bk_coverage_command *command, const char *text)
{
    char part[3][64];
    size_t parts = 0;
    for (const char *at = text; parts < 3; parts++) {
        const size_t length = strcspn(at, ":");
        (void)snprintf(part[parts], sizeof part[0], "%.*s", (int)(length < 60 ? length : 60), at);
        if (at[length] == '\0') {
            parts++;
            break;
        }
        at += length + 1;
    }
    int64_t points = 2;
    BK_TRY(bk_parse_real(&command->p_low, part[0], "--p"));
    BK_TRY(bk_parse_real(&command->p_high, part[1], "--p"));
    BK_TRY(check_risk(command->p_low));
    BK_TRY(check_risk(command->p_high));
    if (command->p_low >= command->p_high) {
        return bk_fail(BK_INVALID, "--p: %s is empty: the least risk comes first", text);
    }
    command->p_range = true;
    command->p_grid = parts == 3;
    if (parts == 3) {
        BK_TRY(bk_parse_integer(&points, part[2], "--p"));
        if (points < 2 || points > BK_MAX_GRID) {
            return bk_fail(BK_INVALID, "--p: %lld points are not between 2 and %d", (long long)points,
                           BK_MAX_GRID);
        }
    }
    for (int64_t i = 0; i < points; i++) {
        const double share = (double)i / (double)(points - 1);
        command->p[command->p_count++] =
            i == points - 1 ? command->p_high : command->p_low + share * (command->p_high - command->p_low);
    }
    return BK_OK;
}

static bk_status take_method(void *context, const char *text)
{
    bk_coverage_command *command = context;
    const bool all = strcmp(text, "all") == 0;
    if (all || strcmp(text, "exact") == 0) {
        for (size_t row = 0; row < bk_interval_method_count(); row++) {
            if (all || bk_interval_method_by_count(row)) {
                BK_TRY(bk_method_list_add(&command->method, row, true));
            }
        }
        return BK_OK;
    }
    return bk_method_list_add_name(&command->method, text);
}

static bk_status take_word(bk_coverage_command *command, const char *name, const char *value)
{
    if (strcmp(name, "sampling") == 0) {
        command->balanced = strcmp(value, "balanced") == 0;
        return command->balanced || strcmp(value, "iid") == 0
                   ? BK_OK
                   : bk_fail(BK_INVALID, "--sampling: '%s' is not one of iid, balanced", value);
    }
    for (int sides = BK_TWO_SIDED; sides <= BK_UPPER; sides++) {
        if (strcmp(value, bk_sides_name((bk_sides)sides)) == 0) {
            command->wanted.sides = (bk_sides)sides;
            return BK_OK;
        }
    }
    return bk_fail(BK_INVALID, "--side: '%s' is not one of two, lower, upper", value);
}

static bk_status take_number(bk_coverage_command *command, const char *name, const char *value)
{
    char where[32];
    int64_t number = 0;
    (void)snprintf(where, sizeof where, "--%s", name);
    if (strcmp(name, "ratio") == 0) {
        BK_TRY(bk_parse_real(&command->ratio, value, where));
        return command->ratio >= 0.0 ? BK_OK : bk_fail(BK_INVALID, "--ratio: %s is negative", value);
    }
    const bool threads = strcmp(name, "threads") == 0;
    const int64_t most = threads ? BK_MAX_THREADS : (int64_t)UINT32_MAX;
    BK_TRY(bk_parse_integer(&number, value, where));
    if (number < 1 || number > most) {
        return bk_fail(BK_INVALID, "--%s: %s is not between 1 and %lld", name, value, (long long)most);
    }
    if (threads) {
        command->threads = (int)number;
    } else if (strcmp(name, "trials") == 0) {
        command->trials = (uint64_t)number;
    } else {
        command->wanted.resamples = (size_t)number;
    }
    return BK_OK;
}

static bk_status take_argument(void *context, const char *name, const char *value)
{
    bk_coverage_command *command = context;
    if (name == NULL) {
        return bk_fail(BK_INVALID, "'%s' is too much: coverage takes options alone", value);
    }
    if (strcmp(name, "json") == 0 || strcmp(name, "csv") == 0 || strcmp(name, "minimum") == 0) {
        *(name[0] == 'j' ? &command->json : name[0] == 'c' ? &command->csv : &command->minimum) = true;
        return BK_OK;
    }
    if (strcmp(name, "m") == 0) {
        command->m_count = 0;
        return bk_arguments_each(value, name, take_m, command);
    }
    if (strcmp(name, "level") == 0) {
        command->level_count = 0;
        return bk_arguments_each(value, name, take_level, command);
    }
    if (strcmp(name, "p") == 0) {
        command->p_count = 0;
        command->p_given = true;
        command->p_range = command->p_grid = false;
        return strchr(value, ':') != NULL ? take_range(command, value)
                                          : bk_arguments_each(value, name, take_p, command);
    }
    if (strcmp(name, "method") == 0) {
        return bk_arguments_each(value, name, take_method, command);
    }
    if (strcmp(name, "seed") == 0) {
        return bk_take_seed(&command->seed, &command->random_seed, value, "--seed");
    }
    return strcmp(name, "sampling") == 0 || strcmp(name, "side") == 0 ? take_word(command, name, value)
                                                                      : take_number(command, name, value);
}

static const bk_argument table[] = {
    {"m", 0, "M[,M...]", "number of test points (default 1000)", "Test sets:"},
    {"p", 0, "P,...|A:B:N|A:B",
     "risks, N risks from A to B, or the range of --minimum (default 0.001,0.01,0.05,0.1,0.2,0.5)", NULL},
    {"sampling", 0, "iid|balanced", "points drawn independently (default), or half of each class", NULL},
    {"ratio", 0, "R", "balanced: error rate of the positive class over that of the negative (default 1)",
     NULL},
    {"level", 0, "L[,L...]", "confidence level (default 0.9)", "Intervals:"},
    {"method", 0, "NAME[,NAME...]",
     "methods, or exact (default: those that depend on the number of errors alone), or all", NULL},
    {"side", 0, "two|lower|upper", "two-sided intervals (default), or bounds", NULL},
    {"minimum", 0, NULL, "print the exact infimum of the coverage over a range of risks (default 0:1)",
     "Answer:"},
    {"trials", 0, "T", "simulated test sets, for methods that depend on more than the count (default 10000)",
     NULL},
    {"resamples", 0, "B", "resamples of each of them (default 9999)", NULL},
    {"seed", 0, "S|random", "seed of the simulation (default 1); random draws one and says it", NULL},
    {"threads", 'j', "N", "threads to use (default: every CPU this process may use)", NULL},
    {"json", 0, NULL, "print one JSON object", NULL},
    {"csv", 0, NULL, "print one line of CSV a row", NULL},
};

static bk_status check(bk_coverage_command *command)
{
    static const double risks[] = {0.001, 0.01, 0.05, 0.1, 0.2, 0.5};
    if (command->json && command->csv) {
        return bk_fail(BK_INVALID, "--json and --csv: give one of the two");
    }
    if (command->ratio != 1.0 && !command->balanced) {
        return bk_fail(BK_INVALID, "--ratio: it belongs to --sampling balanced");
    }
    if (command->minimum && command->balanced) {
        return bk_fail(BK_INVALID, "--minimum: it is for independent points (--sampling iid)");
    }
    if (command->minimum && command->p_given && (!command->p_range || command->p_grid)) {
        return bk_fail(BK_INVALID, "--minimum: --p is a range A:B there");
    }
    if (!command->minimum && command->p_range && !command->p_grid) {
        return bk_fail(BK_INVALID, "--p: a range A:B is for --minimum; a grid is A:B:N");
    }
    if (!command->p_given) {
        memcpy(command->p, risks, sizeof risks);
        command->p_count = sizeof risks / sizeof risks[0];
        command->p_low = 0.0;
        command->p_high = 1.0;
    }
    for (size_t i = 0; i < command->m_count; i++) {
        if (command->balanced && command->m[i] % 2 != 0) {
            return bk_fail(BK_INVALID, "--m: %llu is odd, and balanced test sets have half of each class",
                           (unsigned long long)command->m[i]);
        }
    }
    for (size_t i = 0; i < command->p_count; i++) {
        if (2.0 * command->p[i] * fmax(command->ratio, 1.0) / (1.0 + command->ratio) > 1.0 + 1e-15) {
            return bk_fail(BK_INVALID, "--ratio: at risk %g one class would have an error rate above 1",
                           command->p[i]);
        }
    }
    return command->method.count > 0 ? BK_OK : take_method(command, "exact");
}

bk_status bk_coverage_command_parse(bk_coverage_command *command, const bk_program *program, int argc,
                                    char **argv, bool *help)
{
    *command = (bk_coverage_command){.m = {1000},
                                     .m_count = 1,
                                     .levels = {0.9},
                                     .level_count = 1,
                                     .ratio = 1.0,
                                     .trials = 10000,
                                     .seed = 1,
                                     .wanted = bk_interval_request_of(0.9)};
    command->p = bk_allocate(BK_MAX_GRID, sizeof *command->p);
    if (command->p == NULL) {
        return bk_error_status();
    }
    char name[128];
    (void)snprintf(name, sizeof name, "%.100s coverage", program->name);
    const bk_argument_parser parser = {.command = name,
                                       .arguments = "",
                                       .before = "Print how often intervals of 0/1 losses cover the true "
                                                 "risk: summed exactly where a method depends on "
                                                 "the number of errors alone, else simulated and marked so.",
                                       .after = "Coverage jumps where the risk meets an end of an interval: "
                                                "'left' and 'right' are its limits there.",
                                       .table = table,
                                       .count = sizeof table / sizeof table[0],
                                       .handler = take_argument,
                                       .context = command};
    BK_TRY(bk_arguments_parse(&parser, argc, argv, help));
    return *help ? BK_OK : check(command);
}
