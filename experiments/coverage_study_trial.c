/* SPDX-License-Identifier: GPL-3.0-or-later
 * One trial of the coverage study: a fresh test set, its error counts, and the intervals of the methods that
 * draw. */
#include "coverage_study.h"

#include <math.h>
#include <stdio.h>

#include "study_parts.h"

/* ---- Outputs ---- */

#define DRAWN_OUTPUTS 3

static size_t drawn_methods(const coverage_study *study) { return study->n_methods - study->n_by_count; }

size_t study_n_outputs(const coverage_study *study)
{
    return study->networks->count * (1 + DRAWN_OUTPUTS * drawn_methods(study) * study->n_levels);
}

size_t study_output(const coverage_study *study, size_t network, size_t drawn, size_t level)
{
    const size_t before = (network * drawn_methods(study) + drawn) * study->n_levels + level;
    return study->networks->count + DRAWN_OUTPUTS * before;
}

unsigned study_outcome(const bk_interval *interval, const bk_risk *risk)
{
    if (isnan(interval->low)) {
        return STUDY_NO_INTERVAL;
    }
    const unsigned place = interval->low > risk->risk    ? STUDY_MISS_LOW
                           : interval->high < risk->risk ? STUDY_MISS_HIGH
                                                         : STUDY_COVERS;
    const bool near =
        fabs(interval->low - risk->risk) <= risk->error || fabs(interval->high - risk->risk) <= risk->error;
    return place + (interval->status == BK_INTERVAL_DEGENERATE ? STUDY_DEGENERATE : 0) +
           (near ? STUDY_UNDECIDED : 0);
}

/* ---- The test set ---- */

/* Where the parts of a thread's scratch begin. */
typedef struct layout {
    size_t y, score, counts, sampling, bytes;
} layout;

static layout layout_of(const coverage_study *study)
{
    const lab_networks *networks = study->networks;
    const size_t element = bk_dtype_size(networks->dtype);
    layout at;
    at.y = lab_align(bk_mixture_lab.inputs * study->test_size * element);
    at.score = at.y + lab_align(study->test_size);
    at.counts = at.score + lab_align(study->test_size * element);
    at.sampling = at.counts + lab_align(networks->count * sizeof(uint64_t));
    at.bytes = at.sampling + bk_mixture_scratch_bytes(&bk_mixture_lab, study->test_size, networks->dtype);
    return at;
}

size_t study_scratch_bytes(const coverage_study *study) { return layout_of(study).bytes; }

bk_status study_draw(uint64_t *counts, uint64_t *seed, const coverage_study *study, uint64_t trial,
                     void *scratch)
{
    const lab_networks *networks = study->networks;
    const layout at = layout_of(study);
    unsigned char *bytes = scratch;
    int8_t *y = (int8_t *)(bytes + at.y);
    void *score = bytes + at.score;
    bk_stream stream = bk_stream_open(study->seed, BK_PURPOSE_TRIAL, trial);
    BK_TRY(bk_mixture_sample(bytes, y, &bk_mixture_lab, networks->sampling, networks->dtype, study->test_size,
                             &stream, bytes + at.sampling));
    for (size_t i = 0; i < networks->count; i++) {
        BK_TRY(bk_network_score(score, networks->network[i], bytes, study->test_size));
        BK_TRY(bk_network_errors(NULL, &counts[i], networks->dtype, score, y, study->test_size));
    }
    *seed = bk_stream_next(&stream);
    return BK_OK;
}

bk_status study_intervals(bk_interval *intervals, const coverage_study *study, uint64_t errors, double level,
                          uint64_t seed)
{
    const bk_losses losses = bk_losses_from_count(errors, study->test_size);
    bk_interval_request request = bk_interval_request_of(level);
    request.seed = seed;
    request.resamples = study->resamples;
    return bk_intervals_of_losses(intervals, study->method + study->n_by_count, drawn_methods(study), &losses,
                                  &request);
}

static bk_status run_trial(const void *context, uint64_t trial, void *scratch, double *outputs)
{
    const coverage_study *study = context;
    uint64_t *counts = (uint64_t *)(void *)((unsigned char *)scratch + layout_of(study).counts);
    uint64_t seed = 0;
    BK_TRY(study_draw(counts, &seed, study, trial, scratch));
    for (size_t i = 0; i < study->networks->count; i++) {
        outputs[i] = (double)counts[i];
        for (size_t l = 0; drawn_methods(study) > 0 && l < study->n_levels; l++) {
            bk_interval intervals[BK_METHOD_COUNT];
            BK_TRY(study_intervals(intervals, study, counts[i], study->level[l], seed));
            for (size_t d = 0; d < drawn_methods(study); d++) {
                double *three = outputs + study_output(study, i, d, l);
                const unsigned outcome = study_outcome(&intervals[d], &study->risk[i]);
                three[0] = outcome % STUDY_PLACES == STUDY_COVERS;
                three[1] = outcome;
                three[2] = isnan(intervals[d].low) ? 0.0 : intervals[d].high - intervals[d].low;
            }
        }
    }
    return BK_OK;
}

/* ---- The simulation ---- */

#define NAME_LENGTH 96

static void name_outputs(bk_output *outputs, char (*names)[NAME_LENGTH], char (*kept)[NAME_LENGTH],
                         const coverage_study *study)
{
    static const char *const kinds[DRAWN_OUTPUTS] = {"covered", "outcome", "width"};
    const lab_networks *networks = study->networks;
    for (size_t i = 0; i < networks->count; i++) {
        (void)snprintf(kept[i], NAME_LENGTH, "network/%s/trials/error_count", networks->name[i]);
        outputs[i] = (bk_output){.name = networks->name[i],
                                 .dtype = BK_U32,
                                 .long_name = "errors on each fresh test set",
                                 .high = (double)study->test_size,
                                 .kept = kept[i]};
        for (size_t d = 0; d < drawn_methods(study); d++) {
            const char *method = bk_interval_method_row(study->method[study->n_by_count + d])->name;
            for (size_t l = 0; l < study->n_levels; l++) {
                const size_t first = study_output(study, i, d, l);
                for (size_t kind = 0; kind < DRAWN_OUTPUTS; kind++) {
                    (void)snprintf(names[first + kind], NAME_LENGTH, "%s_%s_%.12g_%s", networks->name[i],
                                   method, study->level[l], kinds[kind]);
                    outputs[first + kind] = (bk_output){.name = names[first + kind],
                                                        .dtype = kind == 2 ? BK_F64 : BK_U32,
                                                        .high = kind == 1 ? STUDY_OUTCOMES - 1 : 1,
                                                        .inexact = kind == 2};
                }
            }
        }
    }
}

bk_status study_simulate(coverage_study *study,
                         bk_status (*summarise)(void *context, const bk_trials *trials, bk_group *results))
{
    const size_t n_outputs = study_n_outputs(study);
    bk_output *outputs = bk_allocate(n_outputs, sizeof *outputs);
    char(*names)[NAME_LENGTH] = bk_allocate(n_outputs, sizeof *names);
    char(*kept)[NAME_LENGTH] = bk_allocate(study->networks->count, sizeof *kept);
    bk_status status = outputs == NULL || names == NULL || kept == NULL ? bk_error_status() : BK_OK;
    if (status == BK_OK) {
        name_outputs(outputs, names, kept, study);
        const bk_simulation simulation = {
            .trials = (uint64_t)bk_option_integer(bk_run_options(study->run), "trials"),
            .outputs = outputs,
            .n_outputs = n_outputs,
            .scratch_bytes = study_scratch_bytes(study),
            .purpose = BK_PURPOSE_TRIAL,
            .trial = run_trial,
            .summarise = summarise,
        };
        status = bk_simulate(study->run, "fresh test sets", &simulation, study, bk_run_results(study->run));
    }
    bk_free(outputs);
    bk_free(names);
    bk_free(kept);
    return status;
}
