/* SPDX-License-Identifier: GPL-3.0-or-later
 * From losses to intervals: which methods fit, closed forms at once, all bootstrap ones from one set of
 * resamples. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/interval_sampling.h"

/* Resamples times points above which resampling is left out unless it is asked for: about half a minute. */
#define MANY_DRAWS 5e10

static bool is_resampled(size_t method)
{
    return (bk_interval_method_row(method)->needs & BK_NEEDS_RESAMPLES) != 0;
}

static bool is_ideal(size_t method)
{
    return strncmp(bk_interval_method_row(method)->name, "ideal-", 6) == 0;
}

/* ---- Which methods ---------------------------------------------------------------------------------------
 */

/* All that say something about these data: of the two kinds of bootstrap one, studentized where resamples
 * have standard errors. */
static size_t default_methods(size_t *methods, const bk_interval_command *command, const bk_input *input,
                              bk_text *notes)
{
    const bool mean = command->statistic == BK_STATISTIC_MEAN;
    const bool plain = input->group == NULL && input->weights == NULL && input->stratum == NULL;
    const bool ideal = mean && plain && input->zero_one && command->kind != BK_KIND_RESAMPLE;
    const double draws = (double)command->wanted.resamples * (double)input->n;
    const bool too_many =
        !ideal && draws > MANY_DRAWS && command->kind == BK_KIND_AUTO && !command->resamples_given && mean;
    size_t count = 0;
    for (size_t row = 0; row < bk_interval_method_count(); row++) {
        const bk_interval_method *method = bk_interval_method_row(row);
        const bool sides = command->wanted.sides == BK_TWO_SIDED || (method->needs & BK_NEEDS_NO_SIDES) == 0;
        const bool bootstrap = is_resampled(row) || is_ideal(row);
        const bool errors = row != BK_METHOD_BOOTSTRAP_STUDENTIZED || (mean && plain);
        const bool fits = bootstrap ? (is_ideal(row) == ideal && !too_many && errors)
                                    : mean && (input->zero_one || (method->needs & BK_NEEDS_01_DATA) == 0);
        if (sides && fits) {
            methods[count++] = row;
        }
    }
    if (too_many) {
        bk_text_append(
            notes,
            "the bootstrap is left out: %zu resamples of %zu losses take long; ask for it by --method "
            "or --resamples\n",
            command->wanted.resamples, input->n);
    }
    return count;
}

/* Why a method does not fit the question; NULL where it fits. */
static const char *misfit(size_t method, const bk_interval_command *command, bool plain)
{
    if (command->statistic != BK_STATISTIC_MEAN && !is_resampled(method)) {
        return "it is for the mean alone; --statistic needs a bootstrap- method";
    }
    if (is_ideal(method) && !plain) {
        return "with --group, --strata or --weights there is no binomial to sum; use the bootstrap- method";
    }
    return NULL;
}

/* The methods asked for, [BK_METHOD_COUNT]; those that came with a set are left out where they do not fit. */
static bk_status fitting_methods(size_t *methods, size_t *count, const bk_interval_command *command,
                                 const bk_input *input)
{
    const bool plain = input->group == NULL && input->weights == NULL && input->stratum == NULL;
    *count = 0;
    for (size_t i = 0; i < command->method.count; i++) {
        const char *reason = misfit(command->method.methods[i], command, plain);
        if (reason == NULL) {
            methods[(*count)++] = command->method.methods[i];
        } else if (!command->method.of_set[i] || (*count == 0 && i + 1 == command->method.count)) {
            return bk_fail(BK_INVALID, "--method %s: %s",
                           bk_interval_method_row(command->method.methods[i])->name, reason);
        }
    }
    if (command->kind == BK_KIND_IDEAL &&
        (!input->zero_one || !plain || command->statistic != BK_STATISTIC_MEAN)) {
        return bk_fail(BK_INVALID, "--bootstrap ideal: it is for the mean of independent 0/1 losses");
    }
    return BK_OK;
}

/* ---- The bootstrap ---------------------------------------------------------------------------------------
 */

static bk_bootstrap_options options_of(const bk_interval_command *command, const bk_input *input,
                                       bool studentized)
{
    bk_bootstrap_options options = bk_bootstrap_options_of(command->statistic);
    const bool location =
        command->statistic == BK_STATISTIC_MEAN || command->statistic == BK_STATISTIC_MEDIAN ||
        command->statistic == BK_STATISTIC_QUANTILE || command->statistic == BK_STATISTIC_TRIMMED_MEAN;
    options.parameter = command->parameter;
    options.resamples = command->wanted.resamples;
    options.seed = command->wanted.seed;
    options.quantile_rule = command->quantile_rule;
    options.ties = command->ties;
    options.influence = command->influence;
    options.keep_replicates = command->keep_replicates;
    options.binomial = command->kind != BK_KIND_RESAMPLE;
    options.studentized = studentized && command->statistic == BK_STATISTIC_MEAN;
    if (command->classification != NULL) {
        options.function = command->classification->function;
        options.range_known = true;
        options.range_high = 1.0;
    } else if (location && input->range_known) {
        options.range_known = true;
        options.range_low = input->range_low;
        options.range_high = input->range_high;
    }
    return options;
}

static bk_status create_bootstrap(bk_bootstrap **bootstrap, const bk_interval_command *command,
                                  const bk_input *input, const double *prior, bool studentized)
{
    bk_bootstrap_options options = options_of(command, input, studentized);
    bk_classification points = {
        .positive = input->positive, .predicted = input->predicted, .score = input->scores, .n = input->n};
    const bk_bootstrap_data data = {.x = input->losses,
                                    .n = input->n,
                                    .y = input->denominators,
                                    .weight = input->weights,
                                    .stratum = input->stratum,
                                    .strata = input->stratum_count,
                                    .prior = prior,
                                    .group = input->group,
                                    .groups = input->group_count};
    if (command->classification != NULL) {
        if (input->positive == NULL) {
            return bk_fail(BK_INVALID,
                           "--statistic %s: which label is the positive class? add --positive VALUE",
                           command->classification->name);
        }
        BK_TRY(bk_classification_prepare(&points));
        options.context = &points;
    }
    *bootstrap = bk_bootstrap_create(&data, &options);
    const bk_status status = *bootstrap == NULL ? bk_error_status() : BK_OK;
    bk_classification_clear(&points);
    return status;
}

/* ---- All of them -----------------------------------------------------------------------------------------
 */

/* One level: closed forms in one call, the bootstrap's from its replicates, in the order of methods. */
static bk_status compute_level(bk_interval *out, const size_t *methods, size_t count, const bk_losses *losses,
                               const bk_bootstrap *bootstrap, const bk_interval_command *command,
                               double level)
{
    bk_interval_request request = command->wanted;
    request.level = level;
    for (size_t i = 0; i < count; i++) {
        BK_TRY(is_resampled(methods[i]) ? bk_bootstrap_interval(&out[i], NULL, bootstrap,
                                                                (bk_method)methods[i], level, request.sides)
                                        : bk_interval_of_losses(&out[i], methods[i], losses, &request));
    }
    return BK_OK;
}

static void add_notes(bk_text *notes, const bk_interval_command *command, const bk_input *input)
{
    if (command->statistic != BK_STATISTIC_MEAN) {
        return;
    }
    if (input->zero_one) {
        bk_text_append(notes, "0/1 data: %llu errors among %zu losses%s\n", (unsigned long long)input->errors,
                       input->n, command->input.range_given ? "" : "; their range is taken as 0:1");
    } else if (!input->range_known) {
        bk_text_append(notes, "the range of a loss is unknown: --range A:B makes more methods possible\n");
    }
    if (input->range_known && !input->zero_one) {
        bk_text_append(notes, "range of a loss %g:%g (%s)\n", input->range_low, input->range_high,
                       input->range_reason);
    }
    if (command->wanted.variance_known) {
        bk_text_append(notes, "variance %g given by --variance\n", command->wanted.variance);
    }
    if (input->stratum != NULL && command->prior == NULL) {
        bk_text_append(notes,
                       "strata without --prior: the bootstrap keeps their sizes, closed forms pool them\n");
    }
}

static bk_status compute(bk_interval_answer *answer, const bk_interval_command *command,
                         const bk_input *input, double **prior)
{
    size_t methods[BK_METHOD_COUNT];
    size_t count = 0;
    bk_losses losses = {0};
    bool resampled = false, studentized = false;
    BK_TRY(fitting_methods(methods, &count, command, input));
    if (command->method.count == 0) {
        count = default_methods(methods, command, input, &answer->notes);
    }
    BK_TRY(bk_interval_losses(&losses, prior, command, input));
    for (size_t i = 0; i < count; i++) {
        resampled = resampled || is_resampled(methods[i]);
        studentized = studentized || methods[i] == BK_METHOD_BOOTSTRAP_STUDENTIZED;
    }
    if (resampled) {
        BK_TRY(create_bootstrap(&answer->bootstrap, command, input, *prior, studentized));
    }
    answer->intervals = bk_allocate(count * command->level_count, sizeof *answer->intervals);
    if (answer->intervals == NULL) {
        return bk_error_status();
    }
    for (size_t i = 0; i < command->level_count; i++) {
        BK_TRY(compute_level(answer->intervals + i * count, methods, count, &losses, answer->bootstrap,
                             command, command->levels[i]));
    }
    answer->count = count * command->level_count;
    answer->n = input->n;
    answer->estimate = command->statistic == BK_STATISTIC_MEAN
                           ? losses.mean
                           : bk_bootstrap_facts_of(answer->bootstrap).original;
    add_notes(&answer->notes, command, input);
    return bk_text_status(&answer->notes);
}

bk_status bk_interval_compute(bk_interval_answer *answer, const bk_interval_command *command,
                              const bk_input *input)
{
    double *prior = NULL;
    *answer = (bk_interval_answer){0};
    const bk_status status = compute(answer, command, input, &prior);
    bk_free(prior);
    return status;
}

void bk_interval_answer_clear(bk_interval_answer *answer)
{
    bk_bootstrap_destroy(answer->bootstrap);
    bk_free(answer->intervals);
    bk_text_clear(&answer->notes);
    *answer = (bk_interval_answer){0};
}
