/* SPDX-License-Identifier: GPL-3.0-or-later
 * The answer of brisk interval as a results file. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "brisk/kernel.h"
#include "brisk/results.h"
#include "cli/interval_request.h"

#define COLUMN(name_, dtype_, unit_, long_name_)                                      \
    {                                                                                 \
        .name = name_, .dtype = dtype_, .rank = 1, .axes = {"method"}, .unit = unit_, \
        .long_name = long_name_                                                       \
    }

/* ---- One array for each column ---------------------------------------------------------------------------
 */

typedef struct real_column {
    bk_field field;
    size_t offset; /* in bk_interval */
} real_column;

static const real_column reals[] = {
    {COLUMN("low", BK_F64, "1", "lower end"), offsetof(bk_interval, low)},
    {COLUMN("high", BK_F64, "1", "upper end"), offsetof(bk_interval, high)},
    {COLUMN("half_width", BK_F64, "1", "half-width, not clipped"), offsetof(bk_interval, half_width)},
    {COLUMN("estimate", BK_F64, "1", "estimate"), offsetof(bk_interval, estimate)},
    {COLUMN("level", BK_F64, "1", "confidence level"), offsetof(bk_interval, level)},
    {COLUMN("mc_error_low", BK_F64, "1", "Monte Carlo error of the lower end"),
     offsetof(bk_interval, mc_error_low)},
    {COLUMN("mc_error_high", BK_F64, "1", "Monte Carlo error of the upper end"),
     offsetof(bk_interval, mc_error_high)},
};

static const bk_field texts[] = {
    COLUMN("method", BK_TEXT, "", "method"),
    COLUMN("sides", BK_TEXT, "", "sides: two, lower, upper"),
    COLUMN("status", BK_TEXT, "", "status"),
    COLUMN("reason", BK_TEXT, "", "why not ok, and what to use instead"),
    COLUMN("guarantee", BK_TEXT, "", "class of guarantee"),
    COLUMN("assumption", BK_TEXT, "", "what the guarantee rests on"),
    COLUMN("promise", BK_TEXT, "", "guarantee in plain words"),
};

static const char *text_of(const bk_interval *interval, size_t column)
{
    switch (column) {
    case 0:
        return interval->method;
    case 1:
        return bk_sides_name(interval->sides);
    case 2:
        return bk_interval_status_name(interval->status);
    case 3:
        return interval->reason;
    case 4:
        return bk_guarantee_name(interval->guarantee);
    case 5:
        return interval->assumption;
    default:
        return interval->promise;
    }
}

static bk_status add_column(bk_group *group, const bk_field *field, size_t count, const void *values)
{
    return bk_group_add(group, field, &count, values) == NULL ? bk_error_status() : BK_OK;
}

static bk_status write_texts(bk_group *group, const bk_interval_answer *answer)
{
    const char **values = bk_allocate(answer->count, sizeof *values);
    bk_status status = values == NULL ? bk_error_status() : BK_OK;
    for (size_t column = 0; status == BK_OK && column < sizeof texts / sizeof texts[0]; column++) {
        for (size_t i = 0; i < answer->count; i++) {
            const char *text = text_of(&answer->intervals[i], column);
            values[i] = text == NULL ? "" : text;
        }
        status = add_column(group, &texts[column], answer->count, (const void *)values);
    }
    bk_free((void *)values);
    return status;
}

static bk_status write_numbers(bk_group *group, const bk_interval_answer *answer)
{
    static const bk_field clipped = COLUMN("clipped", BK_U8, "1", "1 where an end was clipped");
    double *values = bk_allocate(answer->count, sizeof *values);
    uint8_t *flags = bk_allocate(answer->count, 1);
    bk_status status = values == NULL || flags == NULL ? bk_error_status() : BK_OK;
    for (size_t column = 0; status == BK_OK && column < sizeof reals / sizeof reals[0]; column++) {
        for (size_t i = 0; i < answer->count; i++) {
            values[i] =
                *(const double *)(const void *)((const char *)&answer->intervals[i] + reals[column].offset);
        }
        status = add_column(group, &reals[column].field, answer->count, values);
    }
    for (size_t i = 0; status == BK_OK && i < answer->count; i++) {
        flags[i] = answer->intervals[i].clipped ? 1 : 0;
    }
    if (status == BK_OK) {
        status = add_column(group, &clipped, answer->count, flags);
    }
    bk_free(values);
    bk_free(flags);
    return status;
}

/* ---- What the file says of itself -------------------------------------------------------------------------
 */

static bk_status write_origin(bk_group *root, const bk_interval_command *command)
{
    const bk_build_facts *build = bk_build();
    BK_TRY(bk_group_set_text(root, "brisk_version", build->version));
    BK_TRY(bk_group_set_text(root, "git_commit", build->git_commit));
    BK_TRY(bk_group_set_flag(root, "git_dirty", build->git_dirty));
    BK_TRY(bk_group_set_text(root, "experiment", "interval"));
    BK_TRY(bk_group_set_unsigned(root, "seed", command->wanted.seed));
    BK_TRY(bk_group_set_text(root, "rng", "PCG64DXSM(SeedSequence(seed, spawn_key=(purpose, index)))"));
    return bk_group_set_text(root, "transforms", bk_transform_names());
}

double bk_interval_clock_s(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static bk_status write_run(bk_group *group, const char *command_line, double wall_s)
{
    static const bk_field field = {.name = "command_line",
                                   .dtype = BK_TEXT,
                                   .rank = 0,
                                   .axes = {NULL},
                                   .unit = "",
                                   .long_name = "command line of the run"};
    const bk_build_facts *build = bk_build();
    char host[256] = "", start[32] = "";
    const time_t started = time(NULL) - (time_t)wall_s;
    struct tm utc = {0};
    (void)gmtime_r(&started, &utc);
    (void)strftime(start, sizeof start, "%Y-%m-%dT%H:%M:%SZ", &utc);
    if (gethostname(host, sizeof host - 1) != 0 || host[0] == '\0') {
        (void)snprintf(host, sizeof host, "unknown");
    }
    BK_TRY(bk_group_set_text(group, "start", start));
    BK_TRY(bk_group_set_real(group, "wall_s", wall_s));
    BK_TRY(bk_group_set_real(group, "cpu_s", (double)clock() / CLOCKS_PER_SEC));
    BK_TRY(bk_group_set_text(group, "host", host));
    BK_TRY(bk_group_set_integer(group, "threads", bk_threads()));
    BK_TRY(bk_group_set_text(group, "compiler", build->compiler));
    BK_TRY(bk_group_set_text(group, "flags", build->flags));
    BK_TRY(bk_group_set_text(group, "build_type", build->build_type));
    BK_TRY(bk_group_set_text(group, "instruction_set", bk_isa_name(bk_kernel_isa())));
    return bk_group_add(group, &field, NULL, &command_line) == NULL ? bk_error_status() : BK_OK;
}

static bk_status write_bootstrap(bk_group *root, const bk_interval_answer *answer)
{
    static const bk_field field = {.name = "replicate",
                                   .dtype = BK_F64,
                                   .rank = 1,
                                   .axes = {"resample"},
                                   .unit = "1",
                                   .long_name = "bootstrap replicate of the statistic"};
    const bk_bootstrap_facts facts = bk_bootstrap_facts_of(answer->bootstrap);
    const double *replicates = bk_bootstrap_replicates(answer->bootstrap);
    bk_group *group = bk_group_at(root, "bootstrap");
    BK_TRY(bk_group_set_unsigned(group, "resamples", facts.resamples));
    BK_TRY(bk_group_set_real(group, "original", facts.original));
    BK_TRY(bk_group_set_real(group, "bias", facts.bias));
    BK_TRY(bk_group_set_real(group, "standard_error", facts.standard_error));
    BK_TRY(bk_group_set_real(group, "z0", facts.z0));
    BK_TRY(bk_group_set_real(group, "acceleration", facts.acceleration));
    return replicates == NULL ? BK_OK : add_column(group, &field, facts.resamples, replicates);
}

static bk_status fill(bk_group *root, const bk_interval_answer *answer, const bk_interval_command *command,
                      const bk_input *input, const char *command_line)
{
    bk_group *group = bk_group_at(root, "interval");
    BK_TRY(write_origin(root, command));
    BK_TRY(bk_group_set_text(group, "source", command->source));
    BK_TRY(bk_group_set_text(group, "data", input->about));
    BK_TRY(bk_group_set_text(group, "statistic",
                             command->classification != NULL ? command->classification->name
                                                             : bk_statistic_name(command->statistic)));
    BK_TRY(bk_group_set_unsigned(group, "n", answer->n));
    BK_TRY(write_texts(group, answer));
    BK_TRY(write_numbers(group, answer));
    if (answer->bootstrap != NULL) {
        BK_TRY(write_bootstrap(root, answer));
    }
    return command->reproducible ? BK_OK
                                 : write_run(bk_group_at(root, "run"), command_line,
                                             bk_interval_clock_s() - command->started_s);
}

bk_status bk_interval_write(const bk_interval_answer *answer, const bk_interval_command *command,
                            const bk_input *input, const char *command_line)
{
    bk_results *results = bk_results_create();
    if (results == NULL) {
        return bk_error_status();
    }
    bk_status status = fill(bk_results_root(results), answer, command, input, command_line);
    if (status == BK_OK) {
        status = bk_results_write(results, command->output, command->force);
    }
    bk_results_destroy(results);
    return status;
}
