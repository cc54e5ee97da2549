/* SPDX-License-Identifier: GPL-3.0-or-later
 * The networks of `fit`: every number of hidden units with every activation, trained on the whole training
 * set at once. Training is a stage, which a run that goes on takes from its checkpoint. A stage's group must
 * hold nothing else and have no axes of other groups, so it keeps plain numbers; what follows is made of
 * them, whether they were computed or kept. */
#include "fit_parts.h"

#include <stdio.h>
#include <string.h>

/* What the training of one network needs. */
typedef struct training_job {
    bk_run *run;
    const fit_data *data;
    const void *points;
    bk_network *network;
    const char *name;
    size_t epochs;
} training_job;

static const bk_field loss_field = {.name = "loss",
                                    .dtype = BK_F64,
                                    .rank = 1,
                                    .axes = {"epoch"},
                                    .unit = "nat",
                                    .long_name = "training loss before the step of each epoch"};

static bk_status tell_epoch(void *context, size_t epoch, double loss, bool *stop)
{
    const training_job *job = context;
    (void)loss, (void)stop;
    bk_run_progress(job->run, job->name, epoch + 1, job->epochs);
    return BK_OK;
}

static bk_training training_of(training_job *job)
{
    const bk_options *options = bk_run_options(job->run);
    bk_training training = {.learning_rate = bk_option_real(options, "learning-rate"),
                            .epochs = job->epochs,
                            .weight_decay = bk_option_real(options, "weight-decay"),
                            .after_epoch = tell_epoch,
                            .context = job};
    /* Choices were checked against the table. */
    (void)bk_optimiser_parse(&training.optimiser, bk_option_text(options, "optimiser"));
    (void)bk_loss_parse(&training.loss, bk_option_text(options, "loss"));
    if (training.optimiser == BK_OPTIMISER_MOMENTUM) {
        training.momentum = bk_option_real(options, "momentum");
    }
    return training;
}

/* ---- The stage ---------------------------------------------------------------------------------------- */

/* Numbers in parameter i of a network. */
static size_t parameter_size(const bk_network *network, size_t i)
{
    const size_t layer = i / 2, units = layer < network->layers ? network->hidden[layer] : 1;
    const size_t inputs = layer == 0 ? network->inputs : network->hidden[layer - 1];
    return i % 2 == 1 ? units : units * inputs;
}

static size_t weight_count(const bk_network *network)
{
    size_t count = 0;
    for (size_t i = 0; i < bk_network_parameters(network); i++) {
        count += parameter_size(network, i);
    }
    return count;
}

/* Copies all weights, parameter by parameter, from the network to numbers or back. */
static void move_weights(const bk_network *network, double *numbers, bool back)
{
    for (size_t i = 0; i < bk_network_parameters(network); i++) {
        void *weights = i % 2 == 0 ? network->weight[i / 2] : network->bias[i / 2];
        for (size_t k = 0; k < parameter_size(network, i); k++, numbers++) {
            if (network->dtype == BK_F32) {
                float *weight = (float *)weights + k;
                *weight = back ? (float)*numbers : *weight;
                *numbers = (double)*weight;
            } else {
                double *weight = (double *)weights + k;
                *weight = back ? *numbers : *weight;
                *numbers = *weight;
            }
        }
    }
}

static bk_status put_stage(bk_group *group, const training_job *job, const double *loss)
{
    static const bk_field weight = {.name = "weight",
                                    .dtype = BK_F64,
                                    .rank = 1,
                                    .axes = {"number"},
                                    .unit = "1",
                                    .long_name = "trained weights: w1 row by row, b1, w2, b2"};
    const size_t count = weight_count(job->network);
    double *numbers = bk_allocate(count, sizeof *numbers);
    if (numbers == NULL) {
        return bk_error_status();
    }
    move_weights(job->network, numbers, false);
    bk_status status = lab_put(group, &weight, &count, numbers);
    bk_free(numbers);
    return status == BK_OK ? lab_put(group, &loss_field, &job->epochs, loss) : status;
}

/* The digest of the training points, as the file has it. */
static const char *points_digest(const training_job *job)
{
    const char *digest =
        bk_group_text(bk_group_find(bk_run_results(job->run), "training_set"), "points_digest");
    return digest == NULL ? "" : digest;
}

/* The stage: trains a network from its initial weights. */
static bk_status train_network(void *context, bk_group *group)
{
    training_job *job = context;
    const bk_training training = training_of(job);
    bk_training_result trained = {0};
    double *loss = bk_allocate(job->epochs, sizeof *loss);
    if (loss == NULL) {
        return bk_error_status();
    }
    bk_status status = bk_train(job->network, loss, &trained, job->points, job->data->training.y,
                                job->data->training.count, &training);
    if (status == BK_NOT_A_NUMBER) {
        status = bk_fail_within("%s diverged; a smaller --learning-rate may help", job->name);
    }
    if (status == BK_OK) {
        bk_run_say(job->run, "%s: loss %.6g before, %.6g after %zu epochs", job->name, loss[0],
                   trained.final_loss, job->epochs);
        status = bk_group_set_real(group, "final_loss", trained.final_loss);
    }
    if (status == BK_OK) {
        status = bk_group_set_text(group, "points_digest", points_digest(job));
    }
    if (status == BK_OK) {
        status = put_stage(group, job, loss);
    }
    bk_free(loss);
    return status;
}

/* ---- What the file says of a network ------------------------------------------------------------------ */

static bk_status put_training(bk_group *group, const training_job *job, const double *loss, double final_loss)
{
    const bk_network *network = job->network;
    BK_TRY(bk_group_set_text(group, "activation", bk_activation_name(network->activation)));
    BK_TRY(bk_group_set_unsigned(group, "hidden", network->hidden[0]));
    BK_TRY(bk_group_set_text(group, "dtype", bk_dtype_name(network->dtype)));
    BK_TRY(bk_group_set_real(group, "initial_loss", loss[0]));
    BK_TRY(bk_group_set_real(group, "final_loss", final_loss));
    BK_TRY(bk_group_set_flag(group, "loss_fell", final_loss < loss[0]));
    BK_TRY(lab_put_weights(group, network));
    return lab_put(group, &loss_field, &job->epochs, loss);
}

/* Gives the network the weights of the stage and writes them with its losses. */
static bk_status take_stage(bk_group *group, const training_job *job, const bk_group *stage)
{
    const bk_dataset *weight = bk_dataset_find(stage, "weight"), *loss = bk_dataset_find(stage, "loss");
    const size_t count = weight_count(job->network);
    if (weight == NULL || loss == NULL || bk_dataset_dtype(weight) != BK_F64 ||
        bk_dataset_dtype(loss) != BK_F64 || bk_dataset_size(weight) != count ||
        bk_dataset_size(loss) != job->epochs) {
        return bk_fail(BK_FORMAT, "%s does not hold the training of %s", bk_group_path(stage), job->name);
    }
    const char *digest = bk_group_text(stage, "points_digest");
    if (digest == NULL || strcmp(digest, points_digest(job)) != 0) {
        return bk_fail(
            BK_INVALID,
            "the training points are not those that the checkpoint was made with: put the file back, "
            "or begin afresh with --force");
    }
    double *numbers = bk_allocate(count, sizeof *numbers);
    if (numbers == NULL) {
        return bk_error_status();
    }
    memcpy(numbers, bk_dataset_values(weight), count * sizeof *numbers);
    move_weights(job->network, numbers, true);
    bk_free(numbers);
    BK_TRY(bk_network_check(job->network));
    return put_training(group, job, bk_dataset_values(loss), bk_group_real(stage, "final_loss"));
}

static bk_status put_train_error(bk_group *group, const training_job *job)
{
    const size_t count = job->data->training.count;
    void *score = bk_allocate(count, bk_dtype_size(job->network->dtype));
    uint64_t errors = 0;
    bk_status status =
        score == NULL ? bk_error_status() : bk_network_score(score, job->network, job->points, count);
    if (status == BK_OK) {
        status = bk_network_errors(NULL, &errors, job->network->dtype, score, job->data->training.y, count);
    }
    bk_free(score);
    return status == BK_OK ? bk_group_set_real(group, "train_error", (double)errors / (double)count) : status;
}

/* ---- All networks ------------------------------------------------------------------------------------- */

static bk_status make_network(fit_networks *networks, const fit_data *data, bk_activation activation,
                              size_t hidden, bk_run *run)
{
    const size_t i = networks->count;
    char name[64], path[80];
    (void)snprintf(name, sizeof name, "%s_%zu", bk_activation_name(activation), hidden);
    (void)snprintf(path, sizeof path, "network/%s", name);
    networks->name[i] = bk_arena_copy_text(data->arena, name);
    networks->network[i] = bk_network_create(data->inputs, 1, &hidden, activation, networks->dtype);
    if (networks->network[i] == NULL || networks->name[i] == NULL) {
        return bk_fail_within("a network of %zu inputs and %zu hidden units", data->inputs, hidden);
    }
    networks->count++;
    networks->group[i] = bk_group_at(bk_run_results(run), path);
    return networks->group[i] == NULL ? bk_error_status() : BK_OK;
}

static bk_status make_networks(fit_networks *networks, const fit_data *data, bk_run *run)
{
    const bk_options *options = bk_run_options(run);
    for (size_t a = 0; a < bk_option_list_length(options, "activation"); a++) {
        bk_activation activation = BK_TANH;
        BK_TRY(bk_activation_parse(&activation, bk_option_list_text(options, "activation", a)));
        for (size_t h = 0; h < bk_option_list_length(options, "hidden"); h++) {
            BK_TRY(make_network(networks, data, activation,
                                (size_t)bk_option_list_integer(options, "hidden", h), run));
        }
    }
    return BK_OK;
}

static bk_status train_and_record(training_job *job, bk_group *group)
{
    char path[96], stage_name[80];
    (void)snprintf(path, sizeof path, "training/%s", job->name);
    (void)snprintf(stage_name, sizeof stage_name, "training_%s", job->name);
    bk_group *stage = bk_group_at(bk_run_results(job->run), path);
    bk_network_initialise(job->network, bk_run_seed(job->run));
    BK_TRY(lab_put_weights(bk_group_at(group, "initial"), job->network));
    BK_TRY(bk_stage(job->run, stage_name, train_network, job, stage));
    BK_TRY(take_stage(group, job, stage));
    return put_train_error(group, job);
}

bk_status fit_train(bk_run *run, fit_networks *networks, const fit_data *data)
{
    const bk_options *options = bk_run_options(run);
    networks->dtype = strcmp(bk_option_text(options, "dtype"), "f32") == 0 ? BK_F32 : BK_F64;
    BK_TRY(make_networks(networks, data, run));
    void *points = fit_points(data, &data->training, networks->dtype);
    bk_status status = points == NULL ? bk_error_status() : BK_OK;
    for (size_t i = 0; status == BK_OK && i < networks->count; i++) {
        training_job job = {run,
                            data,
                            points,
                            networks->network[i],
                            networks->name[i],
                            (size_t)bk_option_integer(options, "epochs")};
        status = train_and_record(&job, networks->group[i]);
    }
    bk_free(points);
    return status;
}

void fit_networks_clear(fit_networks *networks)
{
    for (size_t i = 0; i < networks->count; i++) {
        bk_network_destroy(networks->network[i]);
    }
    *networks = (fit_networks){0};
}
