/* SPDX-License-Identifier: GPL-3.0-or-later
 * The training study: one network's interval speaks of that network. Here the whole training is repeated
 * with a fresh training set and fresh initial weights, each result measured on several fresh test sets, so
 * that the variance of a measured error splits into the part of the training and the part of the test set
 * (Nadeau & Bengio 2003, Machine Learning 52; Bouthillier et al. 2021, MLSys, "Accounting for variance in
 * machine learning benchmarks"). */
#include "training_study.h"

#include <stdio.h>
#include <string.h>

/* ---- One training ---- */

/* Where the parts of a thread's scratch begin, each at a multiple of 64 bytes. Points of the training set
 * and of a test set use the same memory, one after the other. */
typedef struct study_scratch {
    size_t y, score, sampling, bytes;
} study_scratch;

static study_scratch scratch_layout(const training_study *study)
{
    const size_t element = bk_dtype_size(study->dtype);
    const size_t points = study->train_size > study->test_size ? study->train_size : study->test_size;
    study_scratch layout;
    layout.y = lab_align(bk_mixture_lab.inputs * points * element);
    layout.score = layout.y + lab_align(points);
    layout.sampling = layout.score + lab_align(points * element);
    layout.bytes = layout.sampling + bk_mixture_scratch_bytes(&bk_mixture_lab, points, study->dtype);
    return layout;
}

/* The transform of bk_network_initialise with a stream of this training's own. */
static void fill_weights(void *weights, bk_dtype dtype, size_t count, bk_stream *stream)
{
    for (size_t i = 0; i < count; i++) {
        const double weight = 2.0 * bk_next_uniform_f64(stream) - 1.0;
        if (dtype == BK_F32) {
            ((float *)weights)[i] = (float)weight;
        } else {
            ((double *)weights)[i] = weight;
        }
    }
}

static bk_status initialise(bk_network *network, const training_study *study, uint64_t index)
{
    bk_stream stream;
    BK_TRY(bk_stream_open_nested(&stream, study->seed, BK_PURPOSE_STUDY_WEIGHTS, index, study->hidden));
    fill_weights(network->weight[0], network->dtype, study->hidden * network->inputs, &stream);
    fill_weights(network->bias[0], network->dtype, study->hidden, &stream);
    fill_weights(network->weight[1], network->dtype, study->hidden, &stream);
    fill_weights(network->bias[1], network->dtype, 1, &stream);
    return BK_OK;
}

static bk_status count_errors(uint64_t *errors, const bk_network *network, const training_study *study,
                              size_t count, unsigned char *scratch)
{
    const study_scratch layout = scratch_layout(study);
    void *score = scratch + layout.score;
    BK_TRY(bk_network_score(score, network, scratch, count));
    return bk_network_errors(NULL, errors, network->dtype, score, (const int8_t *)(scratch + layout.y),
                             count);
}

static bk_status train(bk_network *network, const training_study *study, uint64_t trial,
                       unsigned char *scratch, double *outputs)
{
    const study_scratch layout = scratch_layout(study);
    int8_t *y = (int8_t *)(scratch + layout.y);
    bk_stream stream =
        bk_stream_open(study->seed, BK_PURPOSE_STUDY_TRAINING_SET, study->fresh_points ? trial : 0);
    BK_TRY(bk_mixture_sample(scratch, y, &bk_mixture_lab, study->sampling, study->dtype, study->train_size,
                             &stream, scratch + layout.sampling));
    BK_TRY(initialise(network, study, study->fresh_weights ? trial : 0));
    bk_training_result result = {0};
    BK_TRY(bk_train(network, NULL, &result, scratch, y, study->train_size, &study->training));
    uint64_t errors = 0;
    BK_TRY(count_errors(&errors, network, study, study->train_size, scratch));
    outputs[TRAINING_TRAIN_ERROR] = (double)errors / (double)study->train_size;
    outputs[TRAINING_FINAL_LOSS] = result.final_loss;
    return BK_OK;
}

static bk_status measure(const bk_network *network, const training_study *study, uint64_t trial,
                         unsigned char *scratch, double *outputs)
{
    const study_scratch layout = scratch_layout(study);
    bk_summary rates = bk_summary_empty();
    for (size_t set = 0; set < study->test_sets; set++) {
        bk_stream stream;
        uint64_t errors = 0;
        BK_TRY(bk_stream_open_nested(&stream, study->seed, BK_PURPOSE_STUDY_TEST_SET, trial, set));
        BK_TRY(bk_mixture_sample(scratch, (int8_t *)(scratch + layout.y), &bk_mixture_lab, study->sampling,
                                 study->dtype, study->test_size, &stream, scratch + layout.sampling));
        BK_TRY(count_errors(&errors, network, study, study->test_size, scratch));
        bk_summary_add(&rates, (double)errors / (double)study->test_size);
        if (set == 0) {
            outputs[TRAINING_ERROR_COUNT] = (double)errors;
        }
    }
    outputs[TRAINING_TEST_ERROR] = rates.mean;
    outputs[TRAINING_WITHIN_VARIANCE] = bk_summary_variance(&rates);
    return BK_OK;
}

static bk_status train_and_measure(const void *context, uint64_t trial, void *scratch, double *outputs)
{
    const training_study *study = context;
    bk_network *network =
        bk_network_create(bk_mixture_lab.inputs, 1, &study->hidden, study->activation, study->dtype);
    if (network == NULL) {
        return bk_error_status();
    }
    bk_status status = train(network, study, trial, scratch, outputs);
    if (status == BK_OK) {
        status = measure(network, study, trial, scratch, outputs);
    }
    bk_network_destroy(network);
    return status;
}

/* ---- The study ---- */

static const bk_output outputs[TRAINING_OUTPUTS] = {
    [TRAINING_TEST_ERROR] = {.name = "test_error",
                             .dtype = BK_F64,
                             .long_name = "error rate of each training, mean over its test sets",
                             .high = 1.0},
    [TRAINING_ERROR_COUNT] = {.name = "error_count",
                              .dtype = BK_U32,
                              .long_name = "errors of each training on its first test set"},
    [TRAINING_WITHIN_VARIANCE] = {.name = "within_variance",
                                  .dtype = BK_F64,
                                  .long_name = "variance of the error rate among the test sets of a training",
                                  .high = 0.5},
    [TRAINING_TRAIN_ERROR] = {.name = "train_error",
                              .dtype = BK_F64,
                              .long_name = "error rate on the training set",
                              .high = 1.0},
    [TRAINING_FINAL_LOSS] = {.name = "final_loss",
                             .dtype = BK_F64,
                             .unit = "nat",
                             .long_name = "training loss after the last step"},
};

static bk_status simulate_network(bk_run *run, training_study *study)
{
    char name[48];
    (void)snprintf(name, sizeof name, "%s_%zu", bk_activation_name(study->activation), study->hidden);
    const bk_simulation simulation = {
        .trials = (uint64_t)bk_option_integer(bk_run_options(run), "trainings"),
        /* A training takes long: each is a block of its own, so that all threads have work to the end. */
        .block_size = 1,
        .outputs = outputs,
        .n_outputs = TRAINING_OUTPUTS,
        .scratch_bytes = scratch_layout(study).bytes,
        .purpose = BK_PURPOSE_STUDY_TRAINING_SET,
        .trial = train_and_measure,
        .summarise = training_study_summarise,
    };
    bk_group *group = bk_group_at(bk_group_at(bk_run_results(run), "training_study"), name);
    BK_TRY(bk_group_set_text(group, "activation", bk_activation_name(study->activation)));
    BK_TRY(bk_group_set_unsigned(group, "hidden", study->hidden));
    return bk_simulate(run, name, &simulation, study, group);
}

static bk_status put_setting(bk_group *group, const training_study *study, const bk_options *options)
{
    BK_TRY(bk_group_set_unsigned(group, "test_sets", study->test_sets));
    BK_TRY(bk_group_set_unsigned(group, "test_size", study->test_size));
    BK_TRY(bk_group_set_unsigned(group, "train_size", study->train_size));
    BK_TRY(bk_group_set_unsigned(group, "epochs", study->training.epochs));
    BK_TRY(bk_group_set_text(group, "fresh", bk_option_text(options, "fresh")));
    BK_TRY(bk_group_set_text(group, "sampling", bk_option_text(options, "sampling")));
    return bk_group_set_real(group, "level", study->level);
}

static training_study study_of(uint64_t seed, const bk_options *options)
{
    const char *fresh = bk_option_text(options, "fresh");
    return (training_study){
        .seed = seed,
        .dtype = strcmp(bk_option_text(options, "dtype"), "f32") == 0 ? BK_F32 : BK_F64,
        .sampling = strcmp(bk_option_text(options, "sampling"), "balanced") == 0 ? BK_SAMPLING_BALANCED
                                                                                 : BK_SAMPLING_IID,
        .train_size = (size_t)bk_option_integer(options, "train-size"),
        .test_size = (size_t)bk_option_integer(options, "test-size"),
        .test_sets = (size_t)bk_option_integer(options, "test-sets"),
        .fresh_points = strcmp(fresh, "weights") != 0,
        .fresh_weights = strcmp(fresh, "training-set") != 0,
        .level = bk_option_real(options, "level"),
        .training = {.learning_rate = bk_option_real(options, "learning-rate"),
                     .epochs = (size_t)bk_option_integer(options, "epochs")},
    };
}

static bk_status run_study(bk_run *run)
{
    const bk_options *options = bk_run_options(run);
    training_study study = study_of(bk_run_seed(run), options);
    BK_TRY(put_setting(bk_group_at(bk_run_results(run), "training_study"), &study, options));
    for (size_t a = 0; a < bk_option_list_length(options, "activation"); a++) {
        BK_TRY(bk_activation_parse(&study.activation, bk_option_list_text(options, "activation", a)));
        for (size_t h = 0; h < bk_option_list_length(options, "hidden"); h++) {
            study.hidden = (size_t)bk_option_list_integer(options, "hidden", h);
            BK_TRY(simulate_network(run, &study));
        }
    }
    return BK_OK;
}

static const bk_option options[] = {
    {.name = "trainings",
     .type = BK_OPTION_INTEGER,
     .initial = "200",
     .range = "[2,100000000]",
     .help = "trainings of each network"},
    LAB_OPTIONS_TRAINING_OF("5,100", "balanced"),
    {.name = "fresh",
     .type = BK_OPTION_CHOICE,
     .initial = "both",
     .choices = "both,training-set,weights",
     .help = "what each training draws anew; what it does not is that of training 0"},
    {.name = "test-size",
     .type = BK_OPTION_INTEGER,
     .initial = "1000",
     .range = "[1,100000000]",
     .unit = "points",
     .help = "size of a test set"},
    {.name = "test-sets",
     .type = BK_OPTION_INTEGER,
     .initial = "2",
     .range = "[2,10000]",
     .help = "fresh test sets that each training is measured on"},
    STUDY_OPTION_LEVEL,
};

static const char *const inexact[] = {"/training_study/*@mean_error_low", "/training_study/*@mean_error_high",
                                      "/training_study/*@mean_half_width",
                                      "/training_study/*@sd_between_per_half_width", NULL};

const bk_experiment training_study_experiment = {
    .name = "training-study",
    .summary = "Many trainings: how much of a measured test error is the training's luck, and how much the "
               "test set's",
    .description =
        "Each training has a fresh training set, fresh initial weights and fresh test sets. All networks of "
        "a run share training sets and test sets, so differences between networks are paired by training.",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .check = lab_check_options,
    .run = run_study,
    .report = training_study_report,
    .inexact = inexact,
};
