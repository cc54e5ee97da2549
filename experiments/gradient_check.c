/* SPDX-License-Identifier: GPL-3.0-or-later
 * Part 2, steps 1 and 2 of the lab: do the gradients of backward agree with finite differences, and does
 * the disagreement shrink like epsilon^2? */
#include "lab_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define N_EPSILONS 4
static const double epsilons[N_EPSILONS] = {1e-2, 1e-3, 1e-4, 1e-5};

static const char order_note[] =
    "tanh, sigmoid: the error falls by 100 for each 10 in epsilon until rounding takes over. ReLU: with w1 "
    "and "
    "b1 the step crosses kinks, where the loss is not twice differentiable, so no order is claimed for them";

/* Of the lab's networks, which have one hidden layer: w1, b1, w2, b2. */
#define PARAMETERS 4

/* Observed order between neighbouring epsilons: log10 of the ratio of their errors. */
static void orders_of(double *order, const double *error)
{
    for (size_t p = 0; p < PARAMETERS; p++) {
        for (size_t step = 0; step + 1 < N_EPSILONS; step++) {
            const double *e = &error[p * N_EPSILONS + step];
            /* An error of exactly 0 has no order; 0 says that nothing fell. */
            order[p * (N_EPSILONS - 1) + step] = e[0] > 0.0 && e[1] > 0.0 ? log10(e[0] / e[1]) : 0.0;
        }
    }
}

static bk_status put_check(bk_group *group, const bk_gradient_check *check)
{
    static const bk_field parameter = {.name = "parameter",
                                       .dtype = BK_TEXT,
                                       .rank = 1,
                                       .axes = {"parameter"},
                                       .unit = "",
                                       .long_name = "parameter of the network"};
    static const bk_field epsilon = {.name = "epsilon",
                                     .dtype = BK_F64,
                                     .rank = 1,
                                     .axes = {"epsilon"},
                                     .unit = "1",
                                     .long_name = "step of the finite difference"};
    static const bk_field error = {.name = "error",
                                   .dtype = BK_F64,
                                   .rank = 2,
                                   .axes = {"parameter", "epsilon"},
                                   .unit = "1",
                                   .long_name = "|finite difference - directional derivative|"};
    static const bk_field order = {.name = "order",
                                   .dtype = BK_F64,
                                   .rank = 2,
                                   .axes = {"parameter", "step"},
                                   .unit = "1",
                                   .long_name = "observed order between neighbouring epsilons"};
    static const bk_field directional = {.name = "directional",
                                         .dtype = BK_F64,
                                         .rank = 1,
                                         .axes = {"parameter"},
                                         .unit = "1",
                                         .long_name = "directional derivative by backward"};
    static const bk_field kinks = {.name = "kinks",
                                   .dtype = BK_U64,
                                   .rank = 2,
                                   .axes = {"parameter", "epsilon"},
                                   .unit = "1",
                                   .long_name = "unit-point pairs whose kink the step crosses"};
    char text[PARAMETERS][BK_PARAMETER_NAME];
    const char *names[PARAMETERS];
    for (size_t p = 0; p < PARAMETERS; p++) {
        names[p] = bk_network_parameter_name(text[p], p);
    }
    double orders[PARAMETERS * (N_EPSILONS - 1)];
    orders_of(orders, check->error);
    const size_t shape[] = {PARAMETERS, N_EPSILONS};
    const size_t order_shape[] = {PARAMETERS, N_EPSILONS - 1};
    BK_TRY(lab_put(group, &parameter, shape, names));
    BK_TRY(lab_put(group, &epsilon, shape + 1, epsilons));
    BK_TRY(lab_put(group, &error, shape, check->error));
    BK_TRY(lab_put(group, &order, order_shape, orders));
    BK_TRY(lab_put(group, &directional, shape, check->directional));
    return lab_put(group, &kinks, shape, check->kinks);
}

static bk_status check_network(bk_group *group, bk_network *network, const void *x, const int8_t *y,
                               size_t count, uint64_t seed)
{
    bk_network_initialise(network, seed);
    bk_gradient_check check = {0};
    BK_TRY(bk_gradient_check_run(&check, network, x, y, count, epsilons, N_EPSILONS, seed));
    bk_status status = bk_group_set_text(group, "activation", bk_activation_name(network->activation));
    if (status == BK_OK) {
        status = bk_group_set_unsigned(group, "hidden", network->hidden[0]);
    }
    if (status == BK_OK) {
        status = bk_group_set_flag(group, "weights_restored", check.weights_restored);
    }
    if (status == BK_OK) {
        status = bk_group_set_text(group, "note", order_note);
    }
    if (status == BK_OK) {
        status = put_check(group, &check);
    }
    bk_gradient_check_clear(&check);
    return status;
}

/* One precision: its own training set (the same draws in that precision) and a network an activation. The
 * first activation's check stands in /gradient_check/DTYPE, the others' in DTYPE_ACTIVATION. */
static bk_status check_dtype(bk_run *run, bk_dtype dtype, size_t hidden)
{
    const bk_options *options = bk_run_options(run);
    const size_t count = (size_t)bk_option_integer(options, "train-size");
    const bk_sampling sampling =
        strcmp(bk_option_text(options, "sampling"), "balanced") == 0 ? BK_SAMPLING_BALANCED : BK_SAMPLING_IID;
    void *x = NULL;
    int8_t *y = NULL;
    BK_TRY(lab_draw_points(&x, &y, bk_run_seed(run), BK_PURPOSE_TRAINING_SET, sampling, dtype, count));
    bk_status status = BK_OK;
    for (size_t a = 0; status == BK_OK && a < bk_option_list_length(options, "activation"); a++) {
        const char *name = bk_option_list_text(options, "activation", a);
        bk_activation activation = BK_TANH;
        char path[64];
        (void)snprintf(path, sizeof path, "gradient_check/%s%s%s", bk_dtype_name(dtype), a == 0 ? "" : "_",
                       a == 0 ? "" : name);
        status = bk_activation_parse(&activation, name);
        bk_network *network = bk_network_create(bk_mixture_lab.inputs, 1, &hidden, activation, dtype);
        if (status == BK_OK) {
            status = network == NULL ? bk_error_status()
                                     : check_network(bk_group_at(bk_run_results(run), path), network, x, y,
                                                     count, bk_run_seed(run));
        }
        bk_network_destroy(network);
    }
    bk_free(x);
    bk_free(y);
    return status;
}

bk_status lab_run_gradient_check(bk_run *run, size_t hidden)
{
    bk_run_say(run, "checking the gradients of %zu units in f32 and f64", hidden);
    BK_TRY(check_dtype(run, BK_F32, hidden));
    return check_dtype(run, BK_F64, hidden);
}

/* ---- The page ---- */

static void report_group(const bk_group *group, bk_text *page)
{
    const bk_dataset *parameter = bk_dataset_find(group, "parameter");
    const bk_dataset *epsilon = bk_dataset_find(group, "epsilon");
    const bk_dataset *error = bk_dataset_find(group, "error");
    const bk_dataset *order = bk_dataset_find(group, "order");
    const bk_dataset *kinks = bk_dataset_find(group, "kinks");
    const char *activation = bk_group_text(group, "activation");
    if (parameter == NULL || epsilon == NULL || error == NULL || order == NULL || kinks == NULL ||
        activation == NULL) {
        return;
    }
    const size_t n = bk_dataset_size(epsilon);
    bk_text_append(
        page, "%s, %.0f units (%s): error, and in brackets the order towards the next epsilon\n     %-10s",
        bk_group_name(group), bk_group_real(group, "hidden"), activation, "epsilon");
    for (size_t e = 0; e < n; e++) {
        bk_text_append(page, " %18g", bk_dataset_real(epsilon, e));
    }
    for (size_t p = 0; p < bk_dataset_size(parameter); p++) {
        bk_text_append(page, "\n     %-10s", bk_dataset_text(parameter, p));
        for (size_t e = 0; e < n; e++) {
            bk_text_append(page, " %10.3e", bk_dataset_real(error, p * n + e));
            if (e + 1 < n) {
                bk_text_append(page, " [%5.2f]", bk_dataset_real(order, p * (n - 1) + e));
            } else {
                bk_text_append(page, "        ");
            }
        }
        if (bk_dataset_real(kinks, p * n) > 0) {
            bk_text_append(page, "\n     %-10s crosses %.0f to %.0f kinks: no order claimed", "",
                           bk_dataset_real(kinks, p * n + n - 1), bk_dataset_real(kinks, p * n));
        }
    }
    bk_text_append(page, "\n     weights afterwards: %s\n\n",
                   bk_group_real(group, "weights_restored") > 0 ? "bit for bit those before the check"
                                                                : "NOT those before the check");
}

bk_status lab_report_gradient_check(const bk_group *root, bk_text *page)
{
    const bk_group *group = bk_group_find(root, "gradient_check");
    if (group == NULL) {
        return BK_OK;
    }
    bk_text_append(page, "PART 2, STEPS 1 AND 2. GRADIENT CHECK\n\n");
    for (size_t i = 0; i < bk_group_group_count(group); i++) {
        report_group(bk_group_child(group, i), page);
    }
    return bk_text_status(page);
}

static const bk_option options[] = {
    {.name = "hidden",
     .type = BK_OPTION_INTEGER,
     .initial = "500",
     .range = "[1,100000]",
     .unit = "units",
     .help = "number of hidden units"},
    LAB_OPTION_ACTIVATION,
    LAB_OPTION_TRAIN_SIZE,
    LAB_OPTION_SAMPLING("balanced"),
};

static bk_status run_alone(bk_run *run)
{
    return lab_run_gradient_check(run, (size_t)bk_option_integer(bk_run_options(run), "hidden"));
}

static const char *const inexact[] = {LAB_INEXACT_GRADIENT_CHECK, NULL};

const bk_experiment gradient_check_experiment = {
    .name = "gradient-check",
    .summary = "Part 2 of the lab: gradients against finite differences in f32 and f64",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .check = lab_check_options,
    .run = run_alone,
    .report = lab_report_gradient_check,
    .inexact = inexact,
};
