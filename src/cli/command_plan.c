/* SPDX-License-Identifier: GPL-3.0-or-later
 * brisk plan: how many test points, or resamples, an evaluation needs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "brisk/stats.h"
#include "cli/arguments.h"
#include "cli/program.h"
#include "cli/table.h"

/* Options with a number, by their place in the table below. */
enum { EPSILON, DELTA, VARIANCE, WIDTH, P, DIFFERENCE, DISCORDANT, POWER, ENDPOINT_ERROR, LEVEL, NUMBERS };

typedef struct plan_request {
    double value[NUMBERS];
    bool given[NUMBERS];
    bk_sides sides;
    bool sides_given;
    bool json;
} plan_request;

static const bk_argument table[] = {
    {"epsilon", 0, "E", "wished half-width; with --delta", "A given error, for losses in [0,1]:"},
    {"delta", 0, "D", "probability of a miss, 1 - level", NULL},
    {"variance", 0, "V", "variance of a loss, for methods that use it (default 1/4, the largest)", NULL},
    {"width", 0, "W", "wished expected width, high - low; with --p", "A given width, for 0/1 losses:"},
    {"p", 0, "P", "guessed risk", NULL},
    {"difference", 0, "D", "true difference of two models that McNemar's test shall find; with --discordant",
     "A comparison of two models on the same points:"},
    {"discordant", 0, "Q", "share of points on which exactly one of them errs", NULL},
    {"power", 0, "POWER", "with this probability (default 0.8)", NULL},
    {"endpoint-error", 0, "E", "wished Monte Carlo error of an end, in standard errors of the statistic",
     "Resamples of a bootstrap:"},
    {"level", 0, "L", "confidence level of the last three (default 0.9)", "In general:"},
    {"side", 0, "two|lower|upper", "two-sided interval (default), or a bound; of the first two", NULL},
    {"json", 0, NULL, "print one JSON object", NULL},
};

static bk_status take_argument(void *context, const char *name, const char *value)
{
    plan_request *request = context;
    if (name == NULL) {
        return bk_fail(BK_INVALID, "'%s' is too much: plan takes options alone", value);
    }
    if (strcmp(name, "json") == 0) {
        request->json = true;
        return BK_OK;
    }
    if (strcmp(name, "side") == 0) {
        for (int sides = BK_TWO_SIDED; sides <= BK_UPPER; sides++) {
            if (strcmp(value, bk_sides_name((bk_sides)sides)) == 0) {
                request->sides = (bk_sides)sides;
                request->sides_given = true;
                return BK_OK;
            }
        }
        return bk_fail(BK_INVALID, "--side: '%s' is not one of two, lower, upper", value);
    }
    for (size_t i = 0; i < NUMBERS; i++) {
        if (strcmp(name, table[i].name) == 0) {
            char where[32];
            (void)snprintf(where, sizeof where, "--%s", name);
            request->given[i] = true;
            return bk_parse_real(&request->value[i], value, where);
        }
    }
    return bk_fail(BK_INVALID, "--%s: unknown", name);
}

/* --level and --side, which some questions have no use for; the other options name their question themselves.
 */
static bk_status check_unused(const plan_request *request)
{
    const bool *given = request->given;
    if (given[LEVEL] && !given[WIDTH] && !given[DIFFERENCE] && !given[ENDPOINT_ERROR]) {
        return bk_fail(BK_INVALID, "--level: a size for --epsilon does not use it; its level is 1 - --delta");
    }
    if (request->sides_given && !given[EPSILON] && !given[WIDTH]) {
        return bk_fail(BK_INVALID, "--side: a size for --%s does not use it; leave it out",
                       table[given[DIFFERENCE] ? DIFFERENCE : ENDPOINT_ERROR].name);
    }
    return BK_OK;
}

/* Each number in its range, each question complete. */
static bk_status check(plan_request *request)
{
    static const struct {
        double low, high;
        bool closed; /* at both ends */
    } range[NUMBERS] = {
        [EPSILON] = {0, 1, false},   [DELTA] = {0, 1, false}, [VARIANCE] = {0, 0.25, true},
        [WIDTH] = {0, 1, false},     [P] = {0, 1, true},      [DIFFERENCE] = {-1, 1, true},
        [DISCORDANT] = {0, 1, true}, [POWER] = {0, 1, false}, [ENDPOINT_ERROR] = {0, 10, false},
        [LEVEL] = {0, 1, false}};
    static const int needs[][2] = {{EPSILON, DELTA},    {DELTA, EPSILON},         {WIDTH, P},
                                   {P, WIDTH},          {DIFFERENCE, DISCORDANT}, {DISCORDANT, DIFFERENCE},
                                   {POWER, DIFFERENCE}, {VARIANCE, EPSILON}};
    static const double defaults[NUMBERS] = {[VARIANCE] = 0.25, [POWER] = 0.8, [LEVEL] = 0.9};
    for (size_t i = 0; i < NUMBERS; i++) {
        const double value = request->value[i];
        const bool inside = range[i].closed ? value >= range[i].low && value <= range[i].high
                                            : value > range[i].low && value < range[i].high;
        if (request->given[i] && !inside) {
            return bk_fail(BK_INVALID, "--%s: %g is outside %c%g,%g%c", table[i].name, value,
                           range[i].closed ? '[' : '(', range[i].low, range[i].high,
                           range[i].closed ? ']' : ')');
        }
        if (!request->given[i]) {
            request->value[i] = defaults[i];
        }
    }
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++) {
        if (request->given[needs[i][0]] && !request->given[needs[i][1]]) {
            return bk_fail(BK_INVALID, "--%s: it needs --%s beside it", table[needs[i][0]].name,
                           table[needs[i][1]].name);
        }
    }
    if (!request->given[EPSILON] && !request->given[WIDTH] && !request->given[DIFFERENCE] &&
        !request->given[ENDPOINT_ERROR]) {
        return bk_fail(BK_INVALID,
                       "what is planned? --epsilon and --delta, --width and --p, --difference and "
                       "--discordant, or --endpoint-error");
    }
    return check_unused(request);
}

/* ---- Answers ---------------------------------------------------------------------------------------------
 */

typedef struct plan_rows {
    json_t *rows;
    bool failed, json;
} plan_rows;

/* One row; a size that does not exist is null with its reason. */
static void add_row(plan_rows *out, const char *question, const char *method, const char *guarantee,
                    bk_status status, uint64_t n)
{
    char reason[300] = "";
    if (status != BK_OK) {
        (void)snprintf(reason, sizeof reason, "%s", bk_error_message());
    }
    if (out->json) {
        json_t *object = json_pack("{s:s, s:s, s:o, s:s, s:s}", "question", question, "method", method,
                                   "size", status == BK_OK ? json_integer((json_int_t)n) : json_null(),
                                   "guarantee", guarantee, "reason", reason);
        out->failed = json_array_append_new(out->rows, object) != 0 || out->failed;
    } else if (status == BK_OK) {
        printf("  %-23s %14llu  %s\n", method, (unsigned long long)n, guarantee);
    } else {
        printf("  %-23s %14s  %s\n", method, "", reason);
    }
    bk_error_clear();
}

static bk_status plan_epsilon(const plan_request *request, plan_rows *out)
{
    static const bk_method methods[] = {BK_METHOD_HOEFFDING, BK_METHOD_CHEBYSHEV,
                                        BK_METHOD_BERNSTEIN, BK_METHOD_EMPIRICAL_BERNSTEIN,
                                        BK_METHOD_WALD,      BK_METHOD_STUDENT_T};
    const double epsilon = request->value[EPSILON], delta = request->value[DELTA];
    if (!out->json) {
        printf("Points for a half-width of %g that is missed with probability %g at most, losses in [0,1] of "
               "variance "
               "%g\n(chebyshev and bernstein promise this where %g is the true variance or above it):\n",
               epsilon, delta, request->value[VARIANCE], request->value[VARIANCE]);
    }
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        uint64_t n = 0;
        const bk_status status =
            bk_plan_epsilon(&n, methods[i], epsilon, delta, request->value[VARIANCE], request->sides);
        /* These two take the variance as given here, and then are theorems. */
        const bool given = methods[i] == BK_METHOD_CHEBYSHEV || methods[i] == BK_METHOD_BERNSTEIN;
        const bk_interval_method *row = bk_interval_method_row(methods[i]);
        add_row(out, "epsilon", row->name,
                bk_guarantee_name(given ? BK_GUARANTEE_FINITE_SAMPLE : row->guarantee), status, n);
    }
    return BK_OK;
}

static bk_status plan_width(const plan_request *request, plan_rows *out)
{
    static const bk_method methods[] = {BK_METHOD_HOEFFDING,   BK_METHOD_EMPIRICAL_BERNSTEIN,
                                        BK_METHOD_KL_CHERNOFF, BK_METHOD_CLOPPER_PEARSON,
                                        BK_METHOD_MID_P,       BK_METHOD_WILSON,
                                        BK_METHOD_JEFFREYS};
    if (!out->json) {
        char percent[40];
        printf("Points for an expected width of %g of the %s interval, 0/1 losses of risk %g:\n",
               request->value[WIDTH], bk_table_percent(percent, sizeof percent, request->value[LEVEL]),
               request->value[P]);
    }
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        uint64_t n = 0;
        const bk_status status = bk_plan_width(&n, methods[i], request->value[WIDTH] / 2.0, request->value[P],
                                               request->value[LEVEL], request->sides);
        const bk_interval_method *row = bk_interval_method_row(methods[i]);
        add_row(out, "width", row->name, bk_guarantee_name(row->guarantee), status, n);
    }
    return BK_OK;
}

static bk_status plan_paired(const plan_request *request, plan_rows *out)
{
    bk_plan_paired_answer answer;
    BK_TRY(bk_plan_paired(&answer, request->value[DIFFERENCE], request->value[DISCORDANT],
                          request->value[LEVEL], request->value[POWER]));
    if (out->json) {
        json_t *object = json_pack("{s:s, s:s, s:I, s:s, s:s, s:o, s:o, s:b}", "question", "paired", "method",
                                   "mcnemar-exact", "size", (json_int_t)answer.n, "guarantee", "", "reason",
                                   "", "power", bk_json_number(answer.power), "tango_half_width",
                                   bk_json_number(answer.tango_half_width), "exact", (int)answer.exact);
        out->failed = json_array_append_new(out->rows, object) != 0 || out->failed;
        return BK_OK;
    }
    printf("Points for McNemar's exact test at level %g to find a difference of %g with probability "
           "%g,\nwhere the models "
           "differ on a share of %g:\n  %-23s %14llu  power %.4g%s, Tango's half-width there %.4g\n",
           request->value[LEVEL], request->value[DIFFERENCE], request->value[POWER],
           request->value[DISCORDANT], "mcnemar-exact", (unsigned long long)answer.n, answer.power,
           answer.exact ? "" : " (approximate)", answer.tango_half_width);
    return BK_OK;
}

static bk_status plan_resamples(const plan_request *request, plan_rows *out)
{
    static const bk_method methods[] = {BK_METHOD_BOOTSTRAP_PERCENTILE, BK_METHOD_BOOTSTRAP_BASIC,
                                        BK_METHOD_BOOTSTRAP_BCA};
    if (!out->json) {
        char percent[40];
        printf("Resamples for a Monte Carlo error of %g standard errors in each end of the %s interval:\n",
               request->value[ENDPOINT_ERROR],
               bk_table_percent(percent, sizeof percent, request->value[LEVEL]));
    }
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        uint64_t resamples = 0;
        const bk_status status =
            bk_plan_resamples(&resamples, methods[i], request->value[ENDPOINT_ERROR], request->value[LEVEL]);
        const bk_interval_method *row = bk_interval_method_row(methods[i]);
        add_row(out, "resamples", row->name, bk_guarantee_name(row->guarantee), status, resamples);
    }
    return BK_OK;
}

static bk_status plan(const plan_request *request)
{
    static const struct {
        int option;
        bk_status (*answer)(const plan_request *, plan_rows *);
    } questions[] = {{EPSILON, plan_epsilon},
                     {WIDTH, plan_width},
                     {DIFFERENCE, plan_paired},
                     {ENDPOINT_ERROR, plan_resamples}};
    plan_rows out = {.json = request->json, .rows = request->json ? json_array() : NULL};
    bk_status status =
        request->json && out.rows == NULL ? bk_fail(BK_MEMORY, "no memory for the JSON object") : BK_OK;
    bool first = true;
    for (size_t i = 0; status == BK_OK && i < sizeof questions / sizeof questions[0]; i++) {
        if (request->given[questions[i].option]) {
            printf("%s", first || request->json ? "" : "\n");
            status = questions[i].answer(request, &out);
            first = false;
        }
    }
    if (status == BK_OK && request->json) {
        return bk_json_print(json_pack("{s:o}", "plan", out.rows), out.failed);
    }
    json_decref(out.rows);
    return status;
}

int bk_command_plan(const bk_program *program, int argc, char **argv)
{
    plan_request request = {.sides = BK_TWO_SIDED};
    char name[128];
    (void)snprintf(name, sizeof name, "%.100s plan", program->name);
    const bk_argument_parser parser = {
        .command = name,
        .arguments = "",
        .before = "Print how many test points, or resamples, an evaluation needs. Every "
                  "size is the smallest that does; the power of McNemar's test saw-tooths, and its "
                  "size is one at which the power is reached and one point before is not.",
        .table = table,
        .count = sizeof table / sizeof table[0],
        .handler = take_argument,
        .context = &request};
    bool help = false;
    bk_status status = bk_arguments_parse(&parser, argc, argv, &help);
    if (status == BK_OK && !help) {
        status = check(&request);
    }
    if (status == BK_OK && !help) {
        status = plan(&request);
    }
    return status == BK_OK ? bk_finish_output(program, "plan") : bk_complain(program, "plan");
}
