/* SPDX-License-Identifier: GPL-3.0-or-later
 * Training: what is common to its two ways. */
#include "model/training.h"

#include <math.h>

#include "model/loss.h"
#include "model/network.h"
#include "model/optimiser.h"

bk_status bk_training_diverged(double loss, size_t epoch)
{
    return bk_fail(BK_NOT_A_NUMBER, "training: the loss is %g in epoch %zu; take a smaller learning rate",
                   isnan(loss) ? (double)NAN : loss, epoch);
}

bk_status bk_training_check_weights(const bk_network *trained, size_t epoch)
{
    for (size_t p = 0; p < bk_network_parameters(trained); p++) {
        const bk_parameter parameter = bk_network_parameter(trained, p);
        const size_t i = bk_first_not_finite(trained->dtype, parameter.values, parameter.count);
        if (i < parameter.count) {
            char name[BK_PARAMETER_NAME];
            return bk_fail(
                BK_NOT_A_NUMBER,
                "training: after epoch %zu: weight %zu of %s is not finite; take a smaller learning rate",
                epoch, i, bk_network_parameter_name(name, p));
        }
    }
    return BK_OK;
}

bk_status bk_train(bk_network *network, double *loss, bk_training_result *result, const void *x,
                   const int8_t *y, size_t count, const bk_training *training)
{
    if (training->epochs == 0) {
        return bk_fail(BK_INVALID, "training: 0 epochs; give at least one");
    }
    BK_TRY(bk_step_check(training));
    BK_TRY(bk_loss_check(network, training->loss, x, y, count));
    bk_network *trained = bk_network_create_like(network);
    if (trained == NULL) {
        return bk_error_status();
    }
    const bk_training_task task = {
        .trained = trained, .x = x, .y = y, .count = count, .training = training, .loss = loss};
    bk_training_result outcome = {0};
    bk_status status = bk_network_copy(trained, network);
    if (status == BK_OK) {
        /* Products with one row or one column, which nobody trains on for long, sum in another order. */
        const bool fused = network->layers == 1 && network->hidden[0] > 1 && count > 1 && !training->plain;
        status = fused ? bk_train_fused(&outcome, &task) : bk_train_plain(&outcome, &task);
    }
    if (status == BK_OK) {
        status = bk_network_copy(network, trained);
    }
    if (status == BK_OK && result != NULL) {
        *result = outcome;
    }
    bk_network_destroy(trained);
    return status;
}
