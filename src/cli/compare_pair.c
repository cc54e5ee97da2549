/* SPDX-License-Identifier: GPL-3.0-or-later
 * Two models on the same test points. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/compare.h"
#include "cli/table.h"

/* What is computed of the difference, in the order shown; tango comes first where there are counts. */
static const bk_method methods[] = {BK_METHOD_BOOTSTRAP_BCA, BK_METHOD_STUDENT_T, BK_METHOD_HOEFFDING,
                                    BK_METHOD_EMPIRICAL_BERNSTEIN};
#define N_METHODS (sizeof methods / sizeof methods[0])

static bk_bootstrap *create_bootstrap(const bk_compare_command *command, const bk_losses *losses,
                                      const bk_input *a)
{
    bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
    const bk_bootstrap_data data = {
        .x = losses->values, .n = losses->n, .group = a->group, .groups = a->group_count};
    options.resamples = command->wanted.resamples;
    options.seed = command->wanted.seed;
    options.range_known = losses->range_known;
    options.range_low = losses->range_low;
    options.range_high = losses->range_high;
    return bk_bootstrap_create(&data, &options);
}

static bk_status compute_intervals(bk_compare_pair *pair, const bk_compare_command *command,
                                   const bk_losses *losses, const bk_bootstrap *bootstrap)
{
    bk_interval *out = pair->intervals;
    if (pair->counted) {
        BK_TRY(bk_mcnemar_test(&pair->test, &pair->counts));
        BK_TRY(bk_interval_discordant_share(&pair->share, &pair->counts, &command->wanted));
        BK_TRY(bk_interval_tango(out++, &pair->counts, &command->wanted));
    }
    for (size_t i = 0; i < N_METHODS; i++) {
        BK_TRY(
            methods[i] == BK_METHOD_BOOTSTRAP_BCA
                ? bk_bootstrap_interval(out, NULL, bootstrap, methods[i], command->wanted.level, BK_TWO_SIDED)
                : bk_interval_of_losses(out, methods[i], losses, &command->wanted));
        out++;
    }
    pair->interval_count = (size_t)(out - pair->intervals);
    return BK_OK;
}

static bk_status compute_margin(bk_compare_pair *pair, const bk_compare_command *command,
                                const bk_bootstrap *bootstrap)
{
    bk_interval lower, upper;
    pair->margin_known = true;
    if (pair->counted) {
        return bk_margin_tango(&pair->margin, &pair->counts, command->margin, command->wanted.level);
    }
    BK_TRY(bk_bootstrap_interval(&lower, NULL, bootstrap, BK_METHOD_BOOTSTRAP_BCA, command->wanted.level,
                                 BK_LOWER));
    BK_TRY(bk_bootstrap_interval(&upper, NULL, bootstrap, BK_METHOD_BOOTSTRAP_BCA, command->wanted.level,
                                 BK_UPPER));
    return bk_margin_from_bounds(&pair->margin, &lower, &upper, command->margin);
}

static bk_status compute(bk_compare_pair *pair, const bk_compare_command *command, const bk_input *a,
                         const bk_input *b, double *difference)
{
    bk_losses losses = {0};
    const bool known = a->range_known && b->range_known;
    const double low = known ? fmin(a->range_low, b->range_low) : 0.0;
    const double high = known ? fmax(a->range_high, b->range_high) : 0.0;
    BK_TRY(
        bk_losses_of_difference(&losses, difference, &pair->counts, a->losses, b->losses, a->n, low, high));
    if (!(a->zero_one && b->zero_one)) {
        /* Losses that are 0 and 1 by chance keep the range they have. */
        losses.range_known = known;
        losses.range_low = low - high;
        losses.range_high = high - low;
    }
    if (a->group != NULL) {
        uint64_t *group = bk_allocate(a->n, sizeof *group);
        if (group == NULL) {
            return bk_error_status();
        }
        for (size_t i = 0; i < a->n; i++) {
            group[i] = a->group[i];
        }
        const bk_status status = bk_losses_set_groups(&losses, group, a->n);
        bk_free(group);
        BK_TRY(status);
    }
    pair->difference = losses.mean;
    pair->counted = a->zero_one && b->zero_one && a->group == NULL;
    bk_bootstrap *bootstrap = create_bootstrap(command, &losses, a);
    bk_status status =
        bootstrap == NULL ? bk_error_status() : compute_intervals(pair, command, &losses, bootstrap);
    if (status == BK_OK && command->margin > 0.0) {
        status = compute_margin(pair, command, bootstrap);
    }
    bk_bootstrap_destroy(bootstrap);
    return status;
}

bk_status bk_compare_pair_compute(bk_compare_pair *pair, const bk_compare_command *command, const bk_input *a,
                                  const bk_input *b)
{
    *pair = (bk_compare_pair){0};
    double *difference = bk_allocate(a->n, sizeof *difference);
    const bk_status status =
        difference == NULL ? bk_error_status() : compute(pair, command, a, b, difference);
    bk_free(difference);
    return status;
}

/* ---- Output ----------------------------------------------------------------------------------------------
 */

static double risk_of(const bk_input *input) { return bk_summarise(input->losses, input->n).mean; }

static json_t *margin_object(const bk_margin *margin)
{
    return json_pack("{s:o, s:b, s:b, s:b, s:o, s:o, s:o, s:o}", "margin", bk_json_number(margin->margin),
                     "not_worse", (int)margin->not_worse, "better", (int)margin->better, "equivalent",
                     (int)margin->equivalent, "lower", bk_json_number(margin->lower), "upper",
                     bk_json_number(margin->upper), "p_not_worse", bk_json_number(margin->p_not_worse),
                     "p_equivalent", bk_json_number(margin->p_equivalent));
}

static json_t *test_object(const bk_compare_pair *pair)
{
    return json_pack("{s:I, s:I, s:o, s:o, s:o}", "only_a", (json_int_t)pair->counts.only_a, "only_b",
                     (json_int_t)pair->counts.only_b, "exact_p", bk_json_number(pair->test.exact), "mid_p",
                     bk_json_number(pair->test.mid), "share_of_a", bk_json_interval(&pair->share));
}

static bk_status print_json(const bk_compare_pair *pair, const bk_compare_command *command,
                            const bk_input *inputs)
{
    json_t *rows = json_array(), *models = json_array();
    bool failed = rows == NULL || models == NULL;
    for (size_t i = 0; i < 2; i++) {
        json_t *model = json_pack("{s:s, s:o}", "source", command->sources[i], "estimate",
                                  bk_json_number(risk_of(&inputs[i])));
        failed = json_array_append_new(models, model) != 0 || failed;
    }
    for (size_t i = 0; i < pair->interval_count; i++) {
        failed = json_array_append_new(rows, bk_json_interval(&pair->intervals[i])) != 0 || failed;
    }
    json_t *root = json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "n", (json_int_t)inputs[0].n, "level",
                             bk_json_number(command->wanted.level), "models", models, "difference",
                             bk_json_number(pair->difference), "mcnemar",
                             pair->counted ? test_object(pair) : json_null(), "intervals", rows, "margin",
                             pair->margin_known ? margin_object(&pair->margin) : json_null());
    return bk_json_print(root, failed);
}

static void print_csv(const bk_compare_pair *pair)
{
    printf("%s\n", bk_csv_interval_header);
    for (size_t i = 0; i < pair->interval_count; i++) {
        bk_csv_interval(&pair->intervals[i]);
    }
}

static void print_test(const bk_compare_pair *pair)
{
    const bk_pair_counts *counts = &pair->counts;
    printf("only A errs on %llu points, only B on %llu; both alike on %llu\n",
           (unsigned long long)counts->only_a, (unsigned long long)counts->only_b,
           (unsigned long long)(counts->n - counts->only_a - counts->only_b));
    printf("McNemar's test of equal risks: exact p = %.4g, mid-p = %.4g\n", pair->test.exact, pair->test.mid);
    if (pair->share.status == BK_INTERVAL_OK) {
        printf("A's share of these errors: %.6g, Clopper-Pearson [%.6g, %.6g]\n", pair->share.estimate,
               pair->share.low, pair->share.high);
    }
}

static void print_margin(const bk_margin *margin, bool counted)
{
    printf("\nMargin %g: one-sided bounds of the difference %.6g and %.6g (%s)\n", margin->margin,
           margin->lower, margin->upper, counted ? "Tango" : "bootstrap-bca");
    printf("  A is %snot worse than B by the margin%s\n", margin->not_worse ? "" : "not shown to be ",
           margin->better ? ", and better than B" : "");
    printf("  A and B are %sequivalent within the margin\n", margin->equivalent ? "" : "not shown to be ");
    if (isfinite(margin->p_not_worse)) {
        printf("  p = %.4g (not worse), %.4g (equivalent)\n", margin->p_not_worse, margin->p_equivalent);
    }
}

bk_status bk_compare_pair_print(const bk_compare_pair *pair, const bk_compare_command *command,
                                const bk_input *inputs)
{
    if (command->json) {
        return print_json(pair, command, inputs);
    }
    if (command->csv) {
        print_csv(pair);
        return BK_OK;
    }
    for (size_t i = 0; i < 2; i++) {
        printf("%c: %s: %s, risk %.9g\n", (int)('A' + (int)i), command->sources[i], inputs[i].about,
               risk_of(&inputs[i]));
    }
    printf("difference risk(A) - risk(B) on %zu points: %.9g%s\n", inputs[0].n, pair->difference,
           pair->difference < 0.0   ? " (A looks better)"
           : pair->difference > 0.0 ? " (B looks better)"
                                    : "");
    if (pair->counted) {
        print_test(pair);
    } else if (inputs[0].group != NULL) {
        printf("groups: McNemar's test and Tango's interval need independent points and are left out\n");
    }
    printf("\nOf the difference:");
    bk_table_intervals(pair->intervals, pair->interval_count);
    if (pair->margin_known) {
        print_margin(&pair->margin, pair->counted);
    }
    return BK_OK;
}
