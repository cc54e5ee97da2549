/* SPDX-License-Identifier: GPL-3.0-or-later
 * brisk rng: the draws or variates of one stream, one a line, for comparison with other programs. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/program.h"
#include "cli/rng_distributions.h"

static bk_status parse_whole(uint64_t *value, const char *text, const char *option)
{
    if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0') {
        return bk_fail(BK_INVALID, "--%s: '%s' is not a whole number from 0 to 18446744073709551615", option,
                       text);
    }
    errno = 0;
    const unsigned long long parsed = strtoull(text, NULL, 10);
    if (errno == ERANGE) {
        return bk_fail(BK_INVALID, "--%s: %s is above 18446744073709551615", option, text);
    }
    *value = parsed;
    return BK_OK;
}

static bk_status take_parameter(bk_rng_request *request, size_t which, const char *text)
{
    const char *name = bk_rng_parameter_names[which];
    request->given[which] = true;
    if (which == BK_RNG_BOUND) {
        return parse_whole(&request->bound, text, name);
    }
    if (which == BK_RNG_N) {
        return parse_whole(&request->trials, text, name);
    }
    char where[32];
    (void)snprintf(where, sizeof where, "--%s", name);
    return bk_parse_real(&request->value[which], text, where);
}

static bk_status take_argument(void *context, const char *name, const char *value)
{
    bk_rng_request *request = context;
    if (name == NULL) {
        return bk_fail(BK_INVALID, "'%s' is too much; rng takes options only", value);
    }
    for (size_t which = 0; which < BK_RNG_PARAMETERS; which++) {
        if (strcmp(name, bk_rng_parameter_names[which]) == 0) {
            return take_parameter(request, which, value);
        }
    }
    if (strcmp(name, "purpose") == 0) {
        request->purpose = value;
    } else if (strcmp(name, "dist") == 0) {
        request->distribution = value;
    } else if (strcmp(name, "dtype") == 0) {
        request->dtype = value;
    } else if (strcmp(name, "raw") == 0) {
        request->raw = true;
    } else if (strcmp(name, "seed") == 0) {
        return bk_parse_seed(&request->seed, value, "--seed");
    } else if (strcmp(name, "index") == 0) {
        request->has_index = true;
        return parse_whole(&request->index, value, name);
    } else if (strcmp(name, "sub") == 0) {
        request->has_sub = true;
        return parse_whole(&request->sub, value, name);
    } else {
        request->has_count = true;
        return parse_whole(&request->count, value, name);
    }
    return BK_OK;
}

/* A number is a row of the table or a user's own. */
static bk_status check_purpose_number(uint32_t *number, const char *text)
{
    uint64_t wide = 0;
    uint32_t last = 0;
    BK_TRY(parse_whole(&wide, text, "purpose"));
    if (wide > UINT32_MAX) {
        return bk_fail(BK_INVALID, "--purpose: %s is above 4294967295", text);
    }
    bool known = wide >= BK_PURPOSE_USER;
    for (size_t row = 0; row < bk_purpose_count(); row++) {
        const uint32_t one = bk_purpose_row(row)->number;
        known = known || one == wide;
        last = one > last && one < BK_PURPOSE_NESTED ? one : last;
    }
    if (!known) {
        return bk_fail(
            BK_INVALID,
            "--purpose: there is no purpose %s; those of brisk are 1 to %lu and, nested, from %d on "
            "('list --purposes' names them), your own begin at %d",
            text, (unsigned long)last, (int)BK_PURPOSE_NESTED, (int)BK_PURPOSE_USER);
    }
    *number = (uint32_t)wide;
    return BK_OK;
}

/* The number of a purpose given by number or by name. */
static bk_status find_purpose(uint32_t *number, const char *text)
{
    if (text[0] != '\0' && text[strspn(text, "0123456789")] == '\0') {
        return check_purpose_number(number, text);
    }
    const char *names[64];
    size_t known = 0;
    for (size_t row = 0; row < bk_purpose_count(); row++) {
        const bk_purpose_facts *facts = bk_purpose_row(row);
        if (strcmp(facts->name, text) == 0) {
            *number = facts->number;
            return BK_OK;
        }
        if (known < sizeof names / sizeof names[0]) {
            names[known++] = facts->name;
        }
    }
    const char *nearest = bk_nearest_name(text, names, known);
    if (nearest == NULL) {
        return bk_fail(BK_INVALID, "--purpose: there is no purpose '%s'; 'list --purposes' names all", text);
    }
    return bk_fail(BK_INVALID, "--purpose: there is no purpose '%s'; did you mean '%s'?", text, nearest);
}

static bk_status open_stream(bk_stream *stream, const bk_rng_request *request)
{
    uint32_t purpose = 0;
    if (request->purpose == NULL || !request->has_index || !request->has_count) {
        return bk_fail(BK_INVALID, "--%s is missing",
                       request->purpose == NULL ? "purpose"
                       : !request->has_index    ? "index"
                                                : "count");
    }
    BK_TRY(find_purpose(&purpose, request->purpose));
    if (request->count == 0) {
        return bk_fail(BK_INVALID, "--count: 0 values are asked for, it must be at least 1");
    }
    /* A user's own are what their user makes of them. */
    const bool nested = purpose >= BK_PURPOSE_NESTED;
    if (nested && purpose < BK_PURPOSE_USER && !request->has_sub) {
        return bk_fail(BK_INVALID, "--sub is missing: purpose %s is nested", request->purpose);
    }
    if (request->has_sub && !nested) {
        return bk_fail(BK_INVALID, "--sub: purpose %s is not nested, leave it out", request->purpose);
    }
    if (request->has_sub) {
        return bk_stream_open_nested(stream, request->seed, purpose, request->index, request->sub);
    }
    *stream = bk_stream_open(request->seed, purpose, request->index);
    return BK_OK;
}

/* The distribution, with the parameters that it takes and needs. */
static bk_status choose_distribution(const bk_rng_distribution **chosen, const bk_rng_request *request)
{
    const char *names[BK_RNG_DISTRIBUTIONS];
    const char *wanted = request->distribution == NULL ? "uniform" : request->distribution;
    if (request->raw && (request->distribution != NULL || request->dtype != NULL)) {
        return bk_fail(BK_INVALID, "--raw prints the draws themselves, --%s does not go with it",
                       request->distribution != NULL ? "dist" : "dtype");
    }
    *chosen = request->raw ? &bk_rng_raw : NULL;
    for (size_t i = 0; i < BK_RNG_DISTRIBUTIONS; i++) {
        names[i] = bk_rng_distributions[i].name;
        if (!request->raw && strcmp(wanted, names[i]) == 0) {
            *chosen = &bk_rng_distributions[i];
        }
    }
    if (*chosen == NULL) {
        const char *nearest = bk_nearest_name(wanted, names, BK_RNG_DISTRIBUTIONS);
        return bk_fail(BK_INVALID, "--dist: there is no distribution '%s'; %s%s%s", wanted,
                       nearest == NULL ? "'rng --help' names all" : "did you mean '",
                       nearest == NULL ? "" : nearest, nearest == NULL ? "" : "'?");
    }
    for (unsigned which = 0; which < BK_RNG_PARAMETERS; which++) {
        if (request->given[which] && ((*chosen)->takes & BK_RNG_BIT(which)) == 0) {
            return bk_fail(BK_INVALID, "--%s does not belong to %s", bk_rng_parameter_names[which],
                           (*chosen)->name);
        }
        if (!request->given[which] && ((*chosen)->needs & BK_RNG_BIT(which)) != 0) {
            return bk_fail(BK_INVALID, "--%s is missing: %s needs it", bk_rng_parameter_names[which],
                           (*chosen)->name);
        }
    }
    return BK_OK;
}

static bool real_values(const bk_rng_distribution *chosen) { return chosen->form == BK_RNG_FORM_F64; }

/* Whether the version of half a draw a value is asked for. */
static bk_status choose_half(bool *half, const bk_rng_request *request, const bk_rng_distribution *chosen)
{
    const char *dtype = request->dtype;
    *half = false;
    if (dtype == NULL) {
        return BK_OK;
    }
    const bool real = strcmp(dtype, "f32") == 0 || strcmp(dtype, "f64") == 0;
    if (!real && strcmp(dtype, "u32") != 0 && strcmp(dtype, "u64") != 0) {
        return bk_fail(BK_INVALID, "--dtype: there is no type '%s', it must be f32 or f64, or u32 or u64",
                       dtype);
    }
    if (chosen->fill_half == NULL && !real_values(chosen)) {
        return bk_fail(BK_INVALID, "--dtype: %s gives whole numbers of one kind, leave it out", chosen->name);
    }
    if (real != real_values(chosen)) {
        return bk_fail(BK_INVALID, "--dtype: %s is there in %s only", chosen->name,
                       !real_values(chosen)        ? "u32 and u64"
                       : chosen->fill_half == NULL ? "f64"
                                                   : "f32 and f64");
    }
    *half = strcmp(dtype + 1, "32") == 0;
    if (*half && chosen->fill_half == NULL) {
        return bk_fail(BK_INVALID, "--dtype: %s is there in f64 only", chosen->name);
    }
    return BK_OK;
}

/* The fewest digits that read back as the same number. */
static void print_real(double value, bool single)
{
    char text[40];
    for (int digits = single ? 6 : 15; digits <= (single ? 9 : 17); digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, value);
        const bool same = single ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value;
        if (same) {
            break;
        }
    }
    (void)puts(text);
}

static void print_chunk(const bk_rng_values *values, bk_rng_form form, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        switch (form) {
        case BK_RNG_FORM_F64:
            print_real(values->f64[i], false);
            break;
        case BK_RNG_FORM_F32:
            print_real((double)values->f32[i], true);
            break;
        case BK_RNG_FORM_U64:
            printf("%" PRIu64 "\n", values->u64[i]);
            break;
        case BK_RNG_FORM_U32:
            printf("%" PRIu32 "\n", values->u32[i]);
            break;
        case BK_RNG_FORM_U8:
            printf("%d\n", values->u8[i]);
            break;
        case BK_RNG_FORM_RAW:
            printf("%016" PRIx64 "\n", values->u64[i]);
            break;
        }
    }
}

static bk_status print_stream(const bk_rng_request *request)
{
    static bk_rng_values values;
    const bk_rng_distribution *chosen = NULL;
    bk_stream stream;
    bool half = false;
    BK_TRY(open_stream(&stream, request));
    BK_TRY(choose_distribution(&chosen, request));
    BK_TRY(choose_half(&half, request, chosen));
    const bk_rng_form half_form = real_values(chosen) ? BK_RNG_FORM_F32 : BK_RNG_FORM_U32;
    for (uint64_t done = 0; done < request->count && !ferror(stdout); done += BK_RNG_CHUNK) {
        const uint64_t left = request->count - done;
        const size_t now = left < BK_RNG_CHUNK ? (size_t)left : BK_RNG_CHUNK;
        BK_TRY((half ? chosen->fill_half : chosen->fill)(request, &stream, &values, now));
        print_chunk(&values, half ? half_form : chosen->form, now);
    }
    return BK_OK;
}

static const bk_argument table[] = {
    {"purpose", 0, "NAME|NUMBER",
     "what the stream is for: a name or number of list --purposes, or 1024 to 4294967295 of your own",
     "Address of the stream:"},
    {"index", 0, "I", "index below 2^64", NULL},
    {"sub", 0, "J",
     "third key word, below 2^32: for a nested purpose or one of your own; I is then below 2^32 too", NULL},
    {"seed", 0, "S", "seed below 2^64 (default 1)", NULL},
    {"count", 0, "N", "how many values to print, at least 1", "Values:"},
    {"raw", 0, NULL, "print the 64-bit draws as 16 hexadecimal digits", NULL},
    {"dist", 0, "DISTRIBUTION",
     "uniform (default), normal, exponential, integer, integer-exact, bernoulli, "
     "binomial, poisson, gamma, beta or student-t",
     NULL},
    {"dtype", 0, "TYPE",
     "f32 or f64 of uniform, normal and exponential (default f64); u32 or u64 of integer (default u64)",
     NULL},
    {"low", 0, "X", "uniform: least value (default 0)", "Parameters:"},
    {"high", 0, "X", "uniform: end, never reached (default 1)", NULL},
    {"mean", 0, "X", "normal (default 0), poisson", NULL},
    {"sd", 0, "X", "normal: standard deviation (default 1)", NULL},
    {"rate", 0, "X", "exponential, gamma (default 1)", NULL},
    {"bound", 0, "N", "integer, integer-exact: values are below it (u32: at most 2^32)", NULL},
    {"n", 0, "N", "binomial: number of trials", NULL},
    {"p", 0, "P", "bernoulli, binomial: probability", NULL},
    {"shape", 0, "X", "gamma", NULL},
    {"alpha", 0, "X", "beta: first shape", NULL},
    {"beta", 0, "X", "beta: second shape", NULL},
    {"df", 0, "X", "student-t: degrees of freedom", NULL},
};

/* Which transforms the distributions are, for the end of the help. */
static void describe_transforms(bk_text *text)
{
    bk_text_append(
        text,
        "The draws are those of numpy.random.PCG64DXSM(SeedSequence(S, spawn_key=(PURPOSE, I))), with J "
        "as a third key word where it is given.\n\n"
        "Transforms from draws to values (their formulas: brisk/rng.h):\n");
    for (size_t i = 0; i < BK_RNG_DISTRIBUTIONS; i++) {
        const bk_rng_distribution *one = &bk_rng_distributions[i];
        bk_text_append(text, "  %-14s %s\n", one->name, one->transforms);
        if (one->half_transforms != NULL) {
            bk_text_append(text, "    %-12s %s\n", real_values(one) ? "in f32" : "in u32",
                           one->half_transforms);
        }
    }
    bk_text_append(text, "uniform and normal without parameters give the values of uniform-f64-v1 and "
                         "normal-box-muller-f64-v1, in f32 of uniform-f32-v1 and normal-box-muller-f32-v1. "
                         "Categorical draws, normal vectors, orders and samples are functions of the library "
                         "alone.\n");
}

int bk_command_rng(const bk_program *program, int argc, char **argv)
{
    char command[128];
    (void)snprintf(command, sizeof command, "%.100s rng", program->name);
    bk_rng_request request = {.seed = 1};
    bk_text after = {0};
    describe_transforms(&after);
    const bk_argument_parser parser = {.command = command,
                                       .arguments = "--purpose NAME|NUMBER --index I --count N",
                                       .before = "Print the values of one random stream, one a line.",
                                       .after = bk_text_string(&after),
                                       .table = table,
                                       .count = sizeof table / sizeof table[0],
                                       .handler = take_argument,
                                       .context = &request};
    bool help = false;
    bk_status status = bk_arguments_parse(&parser, argc, argv, &help);
    bk_text_clear(&after);
    if (status == BK_OK && !help) {
        status = print_stream(&request);
    }
    return status == BK_OK ? bk_finish_output(program, "rng") : bk_complain(program, "rng");
}
