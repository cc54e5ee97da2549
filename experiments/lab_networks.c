/* SPDX-License-Identifier: GPL-3.0-or-later
 * The networks of the lab: checks of the options, the training set, training, and what the file keeps of
 * it. All networks of a run share the training set; a network's initial weights have the stream of its
 * number of hidden units. */
#include "lab_parts.h"

#include <stdio.h>
#include <string.h>

/* As many as a simulation has outputs. */
#define MAX_NETWORKS 64

static bool has_option(const bk_options *options, const char *name)
{
    for (size_t row = 0; row < bk_options_count(options); row++) {
        if (strcmp(bk_options_row(options, row)->name, name) == 0) {
            return true;
        }
    }
    return false;
}

static bk_status check_even(const bk_options *options, const char *name)
{
    if (has_option(options, name) && bk_option_integer(options, name) % 2 != 0) {
        return bk_fail(
            BK_INVALID,
            "--%s: %s is odd, but balanced sampling takes exactly half of the points from each class; give "
            "an even number or --sampling iid",
            name, bk_option_value(options, name));
    }
    return BK_OK;
}

bk_status lab_check_options(const bk_options *options)
{
    if (strcmp(bk_option_text(options, "sampling"), "balanced") == 0) {
        BK_TRY(check_even(options, "train-size"));
        BK_TRY(check_even(options, "test-size"));
    }
    const size_t networks =
        bk_option_list_length(options, "hidden") * bk_option_list_length(options, "activation");
    if (networks > MAX_NETWORKS) {
        return bk_fail(BK_INVALID, "--hidden and --activation ask for %zu networks; one run holds at most %d",
                       networks, MAX_NETWORKS);
    }
    return BK_OK;
}

void lab_networks_clear(lab_networks *networks)
{
    for (size_t i = 0; networks->network != NULL && i < networks->count; i++) {
        bk_network_destroy(networks->network[i]);
    }
    bk_free((void *)networks->network);
    bk_free(networks->name);
    bk_free(networks->x);
    bk_free(networks->y);
    *networks = (lab_networks){0};
}

bk_status lab_draw_points(void **x, int8_t **y, uint64_t seed, uint32_t purpose, bk_sampling sampling,
                          bk_dtype dtype, size_t count)
{
    void *points = bk_allocate(count, bk_mixture_lab.inputs * bk_dtype_size(dtype));
    int8_t *labels = bk_allocate(count, sizeof *labels);
    void *scratch = bk_allocate(bk_mixture_scratch_bytes(&bk_mixture_lab, count, dtype), 1);
    bk_status status = points == NULL || labels == NULL || scratch == NULL ? bk_error_status() : BK_OK;
    if (status == BK_OK) {
        bk_stream stream = bk_stream_open(seed, purpose, 0);
        status = bk_mixture_sample(points, labels, &bk_mixture_lab, sampling, dtype, count, &stream, scratch);
    }
    bk_free(scratch);
    if (status != BK_OK) {
        bk_free(points);
        bk_free(labels);
        return bk_fail_within("a set of %zu points", count);
    }
    *x = points;
    *y = labels;
    return BK_OK;
}

bk_group *lab_network_group(bk_run *run, const lab_networks *networks, size_t i)
{
    char path[64];
    (void)snprintf(path, sizeof path, "network/%s", networks->name[i]);
    return bk_group_at(bk_run_results(run), path);
}

/* ---- Training one network ---- */

bk_status lab_put_weights(bk_group *group, const bk_network *network)
{
    static const bk_field w1 = {.name = "w1",
                                .dtype = BK_F64,
                                .rank = 2,
                                .axes = {"unit", "input"},
                                .unit = "1",
                                .long_name = "weights of the hidden layer"};
    static const bk_field b1 = {.name = "b1",
                                .dtype = BK_F64,
                                .rank = 1,
                                .axes = {"unit"},
                                .unit = "1",
                                .long_name = "biases of the hidden layer"};
    static const bk_field w2 = {.name = "w2",
                                .dtype = BK_F64,
                                .rank = 1,
                                .axes = {"unit"},
                                .unit = "1",
                                .long_name = "weights of the output"};
    static const bk_field b2 = {
        .name = "b2", .dtype = BK_F64, .rank = 0, .unit = "1", .long_name = "bias of the output"};
    const size_t hidden = network->hidden[0];
    BK_TRY(
        lab_put_floats(group, &w1, (size_t[]){hidden, network->inputs}, network->dtype, network->weight[0]));
    BK_TRY(lab_put_floats(group, &b1, &hidden, network->dtype, network->bias[0]));
    BK_TRY(lab_put_floats(group, &w2, &hidden, network->dtype, network->weight[1]));
    return lab_put_floats(group, &b2, NULL, network->dtype, network->bias[1]);
}

static bk_status put_training(bk_group *group, const bk_network *network, const double *loss,
                              double final_loss, size_t epochs)
{
    static const bk_field field = {.name = "loss",
                                   .dtype = BK_F64,
                                   .rank = 1,
                                   .axes = {"epoch"},
                                   .unit = "nat",
                                   .long_name = "training loss before the step of each epoch"};
    BK_TRY(bk_group_set_text(group, "activation", bk_activation_name(network->activation)));
    BK_TRY(bk_group_set_unsigned(group, "hidden", network->hidden[0]));
    BK_TRY(bk_group_set_text(group, "dtype", bk_dtype_name(network->dtype)));
    BK_TRY(bk_group_set_real(group, "initial_loss", loss[0]));
    BK_TRY(bk_group_set_real(group, "final_loss", final_loss));
    BK_TRY(bk_group_set_flag(group, "loss_fell", final_loss < loss[0]));
    BK_TRY(lab_put_weights(group, network));
    return lab_put(group, &field, &epochs, loss);
}

typedef struct epoch_progress {
    bk_run *run;
    const char *name;
    size_t epochs;
} epoch_progress;

static bk_status tell_epoch(void *context, size_t epoch, double loss, bool *stop)
{
    const epoch_progress *progress = context;
    (void)loss;
    (void)stop;
    bk_run_progress(progress->run, progress->name, epoch + 1, progress->epochs);
    return BK_OK;
}

static bk_status train_one(bk_run *run, lab_networks *networks, size_t i)
{
    const bk_options *options = bk_run_options(run);
    const size_t epochs = (size_t)bk_option_integer(options, "epochs");
    char stage[64];
    (void)snprintf(stage, sizeof stage, "training %s", networks->name[i]);
    epoch_progress progress = {run, stage, epochs};
    const bk_training training = {.learning_rate = bk_option_real(options, "learning-rate"),
                                  .epochs = epochs,
                                  .after_epoch = tell_epoch,
                                  .context = &progress};
    double *loss = bk_allocate(epochs, sizeof *loss);
    if (loss == NULL) {
        return bk_error_status();
    }
    bk_training_result trained = {0};
    bk_network *network = networks->network[i];
    bk_network_initialise(network, bk_run_seed(run));
    bk_status status =
        bk_train(network, loss, &trained, networks->x, networks->y, networks->train_size, &training);
    if (status == BK_OK) {
        bk_run_say(run, "%s: loss %.6g before, %.6g after %zu epochs", stage, loss[0], trained.final_loss,
                   epochs);
        status = put_training(lab_network_group(run, networks, i), network, loss, trained.final_loss, epochs);
    } else {
        status = bk_fail_within("%s", stage);
    }
    bk_free(loss);
    return status;
}

/* ---- All networks ---- */

static bk_status create_networks(lab_networks *networks, const bk_options *options)
{
    const size_t activations = bk_option_list_length(options, "activation");
    const size_t sizes = bk_option_list_length(options, "hidden");
    networks->network = bk_allocate(activations * sizes, sizeof(bk_network *));
    networks->name = bk_allocate(activations * sizes, sizeof *networks->name);
    if (networks->network == NULL || networks->name == NULL) {
        return bk_error_status();
    }
    for (size_t a = 0; a < activations; a++) {
        bk_activation activation = BK_TANH;
        BK_TRY(bk_activation_parse(&activation, bk_option_list_text(options, "activation", a)));
        for (size_t h = 0; h < sizes; h++) {
            const size_t hidden = (size_t)bk_option_list_integer(options, "hidden", h);
            const size_t i = networks->count++;
            networks->network[i] =
                bk_network_create(bk_mixture_lab.inputs, 1, &hidden, activation, networks->dtype);
            if (networks->network[i] == NULL) {
                return bk_error_status();
            }
            (void)snprintf(networks->name[i], sizeof networks->name[i], "%s_%zu",
                           bk_activation_name(activation), hidden);
        }
    }
    return BK_OK;
}

bk_status lab_train(bk_run *run, lab_networks *networks)
{
    const bk_options *options = bk_run_options(run);
    networks->dtype = strcmp(bk_option_text(options, "dtype"), "f32") == 0 ? BK_F32 : BK_F64;
    networks->sampling =
        strcmp(bk_option_text(options, "sampling"), "balanced") == 0 ? BK_SAMPLING_BALANCED : BK_SAMPLING_IID;
    networks->train_size = (size_t)bk_option_integer(options, "train-size");
    BK_TRY(create_networks(networks, options));
    BK_TRY(lab_draw_points(&networks->x, &networks->y, bk_run_seed(run), BK_PURPOSE_TRAINING_SET,
                           networks->sampling, networks->dtype, networks->train_size));
    BK_TRY(lab_put_points(bk_group_at(bk_run_results(run), "training_set"), networks->dtype, networks->x,
                          networks->y, networks->train_size));
    for (size_t i = 0; i < networks->count; i++) {
        BK_TRY(train_one(run, networks, i));
    }
    return BK_OK;
}
