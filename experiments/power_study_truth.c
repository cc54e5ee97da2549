/* SPDX-License-Identifier: GPL-3.0-or-later
 * The truth that the power study compares with: both networks on the same points, very many of them, and the
 * plan that follows from it. A better source of the true shares would replace power_find_truth alone. */
#include "power_study.h"

#include <math.h>

/* The truth is measured on parts of this many points; even, for balanced sampling. */
#define PART_POINTS 10000

/* ---- Points that both networks score ---- */

power_scratch power_scratch_of(const power_study *study, size_t points)
{
    const size_t element = bk_dtype_size(study->dtype);
    const size_t sampling = bk_mixture_scratch_bytes(&bk_mixture_lab, points, study->dtype);
    power_scratch layout;
    layout.y = lab_align(bk_mixture_lab.inputs * points * element);
    layout.score = layout.y + lab_align(points);
    layout.error_a = layout.score + lab_align(points * element);
    layout.error_b = layout.error_a + lab_align(points);
    layout.sampling = layout.error_b + lab_align(points);
    layout.half = layout.sampling + lab_align(sampling);
    layout.coin = layout.half + lab_align((points + 1) * sizeof(double));
    layout.bytes = layout.coin + lab_align(points);
    return layout;
}

bk_status power_score(power_errors *errors, const power_study *study, size_t points, bk_stream stream,
                      unsigned char *scratch)
{
    const power_scratch layout = power_scratch_of(study, points);
    int8_t *y = (int8_t *)(scratch + layout.y);
    uint8_t *error[2] = {scratch + layout.error_a, scratch + layout.error_b};
    void *score = scratch + layout.score;
    uint64_t counts[2];
    BK_TRY(bk_mixture_sample(scratch, y, &bk_mixture_lab, study->sampling, study->dtype, points, &stream,
                             scratch + layout.sampling));
    for (size_t which = 0; which < 2; which++) {
        BK_TRY(bk_network_score(score, study->network[which], scratch, points));
        BK_TRY(bk_network_errors(error[which], &counts[which], study->dtype, score, y, points));
    }
    uint64_t both = 0;
    for (size_t i = 0; i < points; i++) {
        both += (uint64_t)(error[0][i] & error[1][i]);
    }
    *errors = (power_errors){
        .a = counts[0], .b = counts[1], .only_a = counts[0] - both, .only_b = counts[1] - both};
    return BK_OK;
}

/* ---- The truth ---- */

enum { TRUTH_A, TRUTH_B, TRUTH_ONLY_A, TRUTH_ONLY_B, TRUTH_DIFFERENCE, TRUTH_OUTPUTS };

static bk_status measure_part(const void *context, uint64_t trial, void *scratch, double *outputs)
{
    const power_study *study = context;
    power_errors errors;
    BK_TRY(power_score(&errors, study, PART_POINTS,
                       bk_stream_open(study->seed, BK_PURPOSE_ERROR_ESTIMATE, trial), scratch));
    outputs[TRUTH_A] = (double)errors.a;
    outputs[TRUTH_B] = (double)errors.b;
    outputs[TRUTH_ONLY_A] = (double)errors.only_a;
    outputs[TRUTH_ONLY_B] = (double)errors.only_b;
    outputs[TRUTH_DIFFERENCE] = ((double)errors.only_a - (double)errors.only_b) / PART_POINTS;
    return BK_OK;
}

static bk_status put_truth(void *context, const bk_trials *trials, bk_group *results)
{
    power_study *study = context;
    power_truth *truth = &study->truth;
    *truth = (power_truth){.points = trials->count * PART_POINTS,
                           .risk_a = trials->summaries[TRUTH_A].mean / PART_POINTS,
                           .risk_b = trials->summaries[TRUTH_B].mean / PART_POINTS,
                           .share_a = trials->summaries[TRUTH_ONLY_A].mean / PART_POINTS,
                           .share_b = trials->summaries[TRUTH_ONLY_B].mean / PART_POINTS};
    /* Of one part the multinomial's error; of more what they show, which knows of balanced sampling too. */
    const double discordant = truth->share_a + truth->share_b;
    truth->difference = truth->share_a - truth->share_b;
    truth->difference_se =
        trials->count > 1
            ? bk_summary_mcse(&trials->summaries[TRUTH_DIFFERENCE])
            : sqrt((discordant - truth->difference * truth->difference) / (double)truth->points);
    BK_TRY(bk_group_set_unsigned(results, "points", truth->points));
    BK_TRY(bk_group_set_real(results, "risk_a", truth->risk_a));
    BK_TRY(bk_group_set_real(results, "risk_b", truth->risk_b));
    BK_TRY(bk_group_set_real(results, "share_only_a", truth->share_a));
    BK_TRY(bk_group_set_real(results, "share_only_b", truth->share_b));
    BK_TRY(bk_group_set_real(results, "risk_difference", truth->difference));
    BK_TRY(bk_group_set_real(results, "risk_difference_se", truth->difference_se));
    return bk_trials_put(trials, TRUTH_DIFFERENCE, results);
}

bk_status power_find_truth(bk_run *run, power_study *study)
{
    static const bk_output outputs[TRUTH_OUTPUTS] = {
        [TRUTH_A] = {.name = "errors_a", .dtype = BK_U32, .high = PART_POINTS},
        [TRUTH_B] = {.name = "errors_b", .dtype = BK_U32, .high = PART_POINTS},
        [TRUTH_ONLY_A] = {.name = "only_a", .dtype = BK_U32, .high = PART_POINTS},
        [TRUTH_ONLY_B] = {.name = "only_b", .dtype = BK_U32, .high = PART_POINTS},
        [TRUTH_DIFFERENCE] = {.name = "difference",
                              .dtype = BK_F64,
                              .long_name = "error rate of A less that of B, on parts of 10000 points",
                              .low = -1.0,
                              .high = 1.0},
    };
    const uint64_t points = (uint64_t)bk_option_integer(bk_run_options(run), "truth-points");
    const bk_simulation simulation = {
        .trials = (points + PART_POINTS - 1) / PART_POINTS,
        .block_size = 16,
        .outputs = outputs,
        .n_outputs = TRUTH_OUTPUTS,
        .scratch_bytes = power_scratch_of(study, PART_POINTS).bytes,
        .purpose = BK_PURPOSE_ERROR_ESTIMATE,
        .trial = measure_part,
        .summarise = put_truth,
    };
    bk_group *group = bk_group_at(bk_run_results(run), "power_study/truth");
    return bk_simulate(run, "truth", &simulation, study, group);
}

bk_status power_put_plan(bk_group *group, const power_study *study, double wanted)
{
    const power_truth *truth = &study->truth;
    bk_plan_paired_answer plan;
    const bk_status status =
        truth->difference == 0.0
            ? bk_fail(BK_INVALID, "the two networks showed no difference")
            : bk_plan_paired(&plan, truth->difference, truth->share_a + truth->share_b, study->level, wanted);
    BK_TRY(bk_group_set_real(group, "planned_power", wanted));
    if (status != BK_OK) {
        return bk_group_set_text(group, "plan_missing", bk_error_message());
    }
    BK_TRY(bk_group_set_unsigned(group, "planned_size", plan.n));
    BK_TRY(bk_group_set_real(group, "planned_size_power", plan.power));
    BK_TRY(bk_group_set_flag(group, "planned_size_exact", plan.exact));
    if (!plan.exact) {
        return BK_OK;
    }
    power_rules rules;
    power_probabilities exact;
    BK_TRY(power_rules_of(&rules, study->level, plan.n));
    BK_TRY(power_enumerate(&exact, &rules, plan.n, truth->share_a, truth->share_b));
    return bk_group_set_real(group, "planned_size_summed",
                             exact.a_better[POWER_EXACT] + exact.b_better[POWER_EXACT]);
}
