/* SPDX-License-Identifier: GPL-3.0-or-later
 * More than two models on the same test points: simultaneous statements. */
#include <math.h>
#include <stdio.h>

#include "cli/compare.h"
#include "cli/table.h"

/* One bootstrap a model; they see the same resamples, for these depend on seed, replicate and n alone. */
static bk_status draw(bk_bootstrap **bootstraps, const double **replicates, bk_compare_many *many,
                      const bk_compare_command *command, const bk_input *inputs)
{
    for (size_t i = 0; i < many->models; i++) {
        bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
        const bk_bootstrap_data data = {.x = inputs[i].losses,
                                        .n = inputs[i].n,
                                        .group = inputs[0].group,
                                        .groups = inputs[0].group_count};
        options.resamples = command->wanted.resamples;
        options.seed = command->wanted.seed;
        options.keep_replicates = true;
        bootstraps[i] = bk_bootstrap_create(&data, &options);
        if (bootstraps[i] == NULL) {
            return bk_error_status();
        }
        replicates[i] = bk_bootstrap_replicates(bootstraps[i]);
        many->estimate[i] = bk_bootstrap_facts_of(bootstraps[i]).original;
    }
    return BK_OK;
}

static bk_status list_pairs(bk_compare_many *many)
{
    many->pairs = many->models * (many->models - 1) / 2;
    many->all = bk_allocate(many->pairs, sizeof *many->all);
    many->against_best = bk_allocate(many->models - 1, sizeof *many->against_best);
    if (many->all == NULL || many->against_best == NULL) {
        return bk_error_status();
    }
    size_t pair = 0, other = 0;
    for (size_t a = 0; a < many->models; a++) {
        if (a != many->best) {
            many->against_best[other].a = a;
            many->against_best[other++].b = many->best;
        }
        for (size_t b = a + 1; b < many->models; b++) {
            many->all[pair].a = a;
            many->all[pair++].b = b;
        }
    }
    return BK_OK;
}

/* McNemar's exact test of each pair, adjusted by Holm within the family. */
static bk_status test_pairs(double **adjusted, const bk_model_pair *pairs, size_t count,
                            const bk_input *inputs)
{
    double *p = bk_allocate(count, sizeof *p);
    *adjusted = p;
    if (p == NULL) {
        return bk_error_status();
    }
    for (size_t i = 0; i < count; i++) {
        const double *a = inputs[pairs[i].a].losses, *b = inputs[pairs[i].b].losses;
        bk_pair_counts counts = {.n = inputs[0].n};
        bk_mcnemar test;
        for (size_t row = 0; row < inputs[0].n; row++) {
            counts.only_a += a[row] > b[row] ? 1 : 0;
            counts.only_b += a[row] < b[row] ? 1 : 0;
        }
        BK_TRY(bk_mcnemar_test(&test, &counts));
        p[i] = test.exact;
    }
    return bk_holm_adjust(p, p, count);
}

bk_status bk_compare_many_compute(bk_compare_many *many, const bk_compare_command *command,
                                  const bk_input *inputs)
{
    bk_bootstrap *bootstraps[BK_MAX_MODELS] = {NULL};
    const double *replicates[BK_MAX_MODELS] = {NULL};
    *many = (bk_compare_many){.models = command->source_count};
    const bk_model_replicates models = {many->estimate, replicates, many->models, command->wanted.resamples};
    bool counted = inputs[0].group == NULL;
    for (size_t i = 0; i < many->models; i++) {
        counted = counted && inputs[i].zero_one;
    }
    bk_status status = draw(bootstraps, replicates, many, command, inputs);
    if (status == BK_OK) {
        status = bk_best_of_models(&many->best, &many->optimism, &models);
        /* Its expectation over resamples is never negative; what is, is their noise. */
        many->optimism = fmax(many->optimism, 0.0);
    }
    if (status == BK_OK) {
        status = list_pairs(many);
    }
    if (status == BK_OK) {
        status = bk_max_t(&many->critical_best, many->against_best, many->models - 1, &models,
                          command->wanted.level);
    }
    if (status == BK_OK) {
        status = bk_max_t(&many->critical_all, many->all, many->pairs, &models, command->wanted.level);
    }
    if (status == BK_OK && counted) {
        status = test_pairs(&many->holm_best, many->against_best, many->models - 1, inputs);
    }
    if (status == BK_OK && counted) {
        status = test_pairs(&many->holm_all, many->all, many->pairs, inputs);
    }
    for (size_t i = 0; i < many->models; i++) {
        bk_bootstrap_destroy(bootstraps[i]);
    }
    return status;
}

void bk_compare_many_clear(bk_compare_many *many)
{
    bk_free(many->against_best);
    bk_free(many->all);
    bk_free(many->holm_best);
    bk_free(many->holm_all);
    *many = (bk_compare_many){0};
}

/* ---- Output ----------------------------------------------------------------------------------------------
 */

/* Replicates that all are equal give a width of 0, which says nothing of the difference. */
static const char *status_of(const bk_model_pair *pair)
{
    return bk_interval_status_name(pair->standard_error > 0.0 ? BK_INTERVAL_OK : BK_INTERVAL_DEGENERATE);
}

static json_t *pairs_array(const bk_model_pair *pairs, const double *holm, size_t count, bool *failed)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *row = json_pack(
            "{s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:s}", "a", (json_int_t)pairs[i].a, "b",
            (json_int_t)pairs[i].b, "difference", bk_json_number(pairs[i].difference), "standard_error",
            bk_json_number(pairs[i].standard_error), "low", bk_json_number(pairs[i].low), "high",
            bk_json_number(pairs[i].high), "max_t_p", bk_json_number(pairs[i].adjusted_p), "holm_mcnemar_p",
            holm == NULL ? json_null() : bk_json_number(holm[i]), "status", status_of(&pairs[i]));
        *failed = json_array_append_new(rows, row) != 0 || *failed;
    }
    return rows;
}

static bk_status print_json(const bk_compare_many *many, const bk_compare_command *command,
                            const bk_input *inputs)
{
    json_t *models = json_array();
    bool failed = models == NULL;
    for (size_t i = 0; i < many->models; i++) {
        json_t *model = json_pack("{s:s, s:o}", "source", command->sources[i], "estimate",
                                  bk_json_number(many->estimate[i]));
        failed = json_array_append_new(models, model) != 0 || failed;
    }
    json_t *best = pairs_array(many->against_best, many->holm_best, many->models - 1, &failed);
    json_t *all = pairs_array(many->all, many->holm_all, many->pairs, &failed);
    json_t *root =
        json_pack("{s:I, s:o, s:o, s:I, s:o, s:o, s:o}", "n", (json_int_t)inputs[0].n, "level",
                  bk_json_number(command->wanted.level), "models", models, "best", (json_int_t)many->best,
                  "optimism", bk_json_number(many->optimism), "against_best", best, "pairs", all);
    return bk_json_print(root, failed);
}

static void print_csv(const bk_compare_many *many, const bk_compare_command *command)
{
    printf("a,b,difference,standard_error,low,high,max_t_p,holm_mcnemar_p,status\n");
    for (size_t i = 0; i < many->pairs; i++) {
        const bk_model_pair *pair = &many->all[i];
        bk_csv_text(command->sources[pair->a], false);
        bk_csv_text(command->sources[pair->b], false);
        bk_csv_number(pair->difference, false);
        bk_csv_number(pair->standard_error, false);
        bk_csv_number(pair->low, false);
        bk_csv_number(pair->high, false);
        bk_csv_number(pair->adjusted_p, false);
        bk_csv_number(many->holm_all == NULL ? (double)NAN : many->holm_all[i], false);
        bk_csv_text(status_of(pair), true);
    }
}

static void print_pairs(const bk_model_pair *pairs, const double *holm, size_t count)
{
    printf("  %-9s %11s %11s %11s %9s%s\n", "models", "difference", "low", "high", "p (max-T)",
           holm == NULL ? "" : "  p (McNemar, Holm)");
    for (size_t i = 0; i < count; i++) {
        char p[40] = "-";
        if (!isnan(pairs[i].adjusted_p)) {
            (void)snprintf(p, sizeof p, "%.4g", pairs[i].adjusted_p);
        }
        printf("  %3zu - %-3zu %11.6g %11.6g %11.6g %9s", pairs[i].a + 1, pairs[i].b + 1, pairs[i].difference,
               pairs[i].low, pairs[i].high, p);
        if (holm != NULL) {
            printf("  %.4g", holm[i]);
        }
        printf("%s\n", pairs[i].standard_error > 0.0 ? "" : "  degenerate");
    }
}

bk_status bk_compare_many_print(const bk_compare_many *many, const bk_compare_command *command,
                                const bk_input *inputs)
{
    char percent[40];
    if (command->json) {
        return print_json(many, command, inputs);
    }
    if (command->csv) {
        print_csv(many, command);
        return BK_OK;
    }
    for (size_t i = 0; i < many->models; i++) {
        printf("%zu: %s: %s, risk %.9g%s\n", i + 1, command->sources[i], inputs[i].about, many->estimate[i],
               i == many->best ? " (least)" : "");
    }
    printf("\nThe least of %zu risks flatters its model: picking it on these %zu points makes it look better "
           "by about "
           "%.3g.\nReport %.6g, or measure the chosen model on new points.\n",
           many->models, inputs[0].n, many->optimism, many->estimate[many->best] + many->optimism);
    (void)bk_table_percent(percent, sizeof percent, command->wanted.level);
    printf("\nEach against the best: simultaneous %s intervals (max-T bootstrap, %zu resamples, seed %llu)\n",
           percent, command->wanted.resamples, (unsigned long long)command->wanted.seed);
    print_pairs(many->against_best, many->holm_best, many->models - 1);
    printf("\nAll pairs\n");
    print_pairs(many->all, many->holm_all, many->pairs);
    for (size_t i = 0; i < many->pairs; i++) {
        if (!(many->all[i].standard_error > 0.0)) {
            printf("\ndegenerate: every resample gives this same difference, so that the width of 0 says "
                   "nothing\nof it: compare the two alone ('compare A B').\n");
            break;
        }
    }
    printf("\nAll intervals of a table hold together in about %s of test sets (asymptotic); the best model "
           "was chosen "
           "on\nthe same points, so that the first table says which models it is not shown to beat, not that "
           "it is "
           "best.\n",
           percent);
    return BK_OK;
}
