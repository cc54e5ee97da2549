/* SPDX-License-Identifier: GPL-3.0-or-later
 * The power study: two trained networks whose risks truly differ, and fresh test sets of several sizes. How
 * often does a paired comparison find the difference, and how often would it "find" one where a fair coin
 * decides who is wrong, so that there is none? */
#include "power_study.h"

#include <stdio.h>
#include <string.h>

/* ---- Fresh test sets of one size ---- */

/* The discordant points that a fair coin gives to A; the rest are B's. */
static bk_status toss(uint64_t *only_a, const power_study *study, uint64_t trial, uint64_t discordant,
                      uint8_t *coin)
{
    bk_stream stream = bk_stream_open(study->seed, BK_PURPOSE_FAIR_COIN, trial);
    BK_TRY(bk_fill_bernoulli(&stream, coin, (size_t)discordant, 0.5));
    uint64_t heads = 0;
    for (uint64_t i = 0; i < discordant; i++) {
        heads += coin[i];
    }
    *only_a = heads;
    return BK_OK;
}

static bk_status compare_once(const void *context, uint64_t trial, void *scratch, double *outputs)
{
    const power_study *study = context;
    unsigned char *bytes = scratch;
    const power_scratch layout = power_scratch_of(study, (size_t)study->size);
    double *half = (double *)(void *)(bytes + layout.half);
    power_errors errors;
    uint64_t heads = 0;
    BK_TRY(power_score(&errors, study, (size_t)study->size,
                       bk_stream_open(study->seed, BK_PURPOSE_TRIAL, trial), bytes));
    const uint64_t discordant = errors.only_a + errors.only_b;
    BK_TRY(toss(&heads, study, trial, discordant, bytes + layout.coin));
    const power_verdict actual = power_judge(&study->rules, errors.only_a, errors.only_b, half);
    const power_verdict coin = power_judge(&study->rules, heads, discordant - heads, half);
    outputs[POWER_ONLY_A] = (double)errors.only_a;
    outputs[POWER_ONLY_B] = (double)errors.only_b;
    outputs[POWER_P_VALUE] = actual.exact;
    outputs[POWER_COIN_ONLY_A] = (double)heads;
    outputs[POWER_COIN_P_VALUE] = coin.exact;
    for (size_t test = 0; test < POWER_TESTS; test++) {
        outputs[POWER_A_BETTER + test] = actual.rejects[test] && errors.only_a < errors.only_b ? 1.0 : 0.0;
        outputs[POWER_B_BETTER + test] = actual.rejects[test] && errors.only_a > errors.only_b ? 1.0 : 0.0;
        outputs[POWER_COIN_REJECTS + test] = coin.rejects[test] ? 1.0 : 0.0;
    }
    return BK_OK;
}

static bk_status put_size(void *context, const bk_trials *trials, bk_group *results)
{
    static const size_t kept[] = {POWER_ONLY_A, POWER_ONLY_B, POWER_P_VALUE, POWER_COIN_ONLY_A,
                                  POWER_COIN_P_VALUE};
    power_study *study = context;
    BK_TRY(bk_group_set_unsigned(results, "test_size", study->size));
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        BK_TRY(bk_trials_put(trials, kept[i], results));
    }
    return power_table_fill(study->table, study->row, trials, &study->rules, study->size, &study->truth);
}

/* The names of the verdicts: what a stopping rule calls them. */
#define VERDICTS(first, ending)                                                                   \
    [(first) + POWER_EXACT] = {.name = "exact_" ending, .dtype = BK_U32, .high = 1.0},            \
               [(first) + POWER_MID] = {.name = "mid_p_" ending, .dtype = BK_U32, .high = 1.0},   \
               [(first) + POWER_SCORE] = {.name = "tango_" ending, .dtype = BK_U32, .high = 1.0}, \
               [(first) + POWER_BERNSTEIN] = {.name = "bernstein_" ending, .dtype = BK_U32, .high = 1.0}

static const bk_output trial_outputs[POWER_OUTPUTS] = {
    [POWER_ONLY_A] = {.name = "only_a",
                      .dtype = BK_U32,
                      .long_name = "points of a test set that A alone gets wrong"},
    [POWER_ONLY_B] = {.name = "only_b",
                      .dtype = BK_U32,
                      .long_name = "points of a test set that B alone gets wrong"},
    [POWER_P_VALUE] = {.name = "p_value",
                       .dtype = BK_F64,
                       .long_name = "p-value of the exact McNemar test",
                       .high = 1.0},
    VERDICTS(POWER_A_BETTER, "a_better"),
    VERDICTS(POWER_B_BETTER, "b_better"),
    [POWER_COIN_ONLY_A] = {.name = "coin_only_a",
                           .dtype = BK_U32,
                           .long_name = "discordant points that a fair coin gives to A"},
    [POWER_COIN_P_VALUE] = {.name = "coin_p_value",
                            .dtype = BK_F64,
                            .long_name = "p-value of the exact McNemar test where a fair coin decides",
                            .high = 1.0},
    VERDICTS(POWER_COIN_REJECTS, "coin"),
};

static bk_status simulate_size(bk_run *run, power_study *study)
{
    char name[32];
    (void)snprintf(name, sizeof name, "m_%llu", (unsigned long long)study->size);
    BK_TRY(power_rules_of(&study->rules, study->level, study->size));
    const bk_simulation simulation = {
        .trials = (uint64_t)bk_option_integer(bk_run_options(run), "trials"),
        .outputs = trial_outputs,
        .n_outputs = POWER_OUTPUTS,
        .scratch_bytes = power_scratch_of(study, (size_t)study->size).bytes,
        .purpose = BK_PURPOSE_TRIAL,
        .trial = compare_once,
        .summarise = put_size,
    };
    bk_group *group = bk_group_at(bk_group_at(bk_run_results(run), "power_study/trials"), name);
    return bk_simulate(run, name, &simulation, study, group);
}

/* ---- The study ---- */

static bk_status run_sizes(bk_run *run, power_study *study)
{
    const bk_options *options = bk_run_options(run);
    bk_group *group = bk_group_at(bk_run_results(run), "power_study");
    BK_TRY(power_find_truth(run, study));
    for (size_t row = 0; row < study->table->sizes; row++) {
        study->row = row;
        study->size = (uint64_t)bk_option_list_integer(options, "test-size", row);
        BK_TRY(simulate_size(run, study));
    }
    if (bk_run_is_partial(run)) {
        return BK_OK; /* nobody will see the table */
    }
    BK_TRY(power_put_plan(group, study, bk_option_real(options, "power")));
    return power_table_put(group, study->table);
}

static bk_status run_networks(bk_run *run, lab_networks *networks)
{
    const bk_options *options = bk_run_options(run);
    BK_TRY(lab_train(run, networks));
    power_table table = {0};
    power_study study = {.seed = bk_run_seed(run),
                         .dtype = networks->dtype,
                         .sampling = networks->sampling,
                         .network = {networks->network[0], networks->network[1]},
                         .level = bk_option_real(options, "level"),
                         .table = &table};
    bk_group *group = bk_group_at(bk_run_results(run), "power_study");
    bk_status status = power_table_create(&table, bk_option_list_length(options, "test-size"));
    if (status == BK_OK) {
        status = bk_group_set_text(group, "network_a", networks->name[0]);
    }
    if (status == BK_OK) {
        status = bk_group_set_text(group, "network_b", networks->name[1]);
    }
    if (status == BK_OK) {
        status = bk_group_set_text(group, "sampling", bk_option_text(options, "sampling"));
    }
    if (status == BK_OK) {
        status = bk_group_set_real(group, "level", study.level);
    }
    if (status == BK_OK) {
        status = run_sizes(run, &study);
    }
    power_table_clear(&table);
    return status;
}

static bk_status run_study(bk_run *run)
{
    lab_networks networks = {0};
    const bk_status status = run_networks(run, &networks);
    lab_networks_clear(&networks);
    return status;
}

static bk_status check_options(const bk_options *options)
{
    const size_t networks =
        bk_option_list_length(options, "hidden") * bk_option_list_length(options, "activation");
    if (networks != 2) {
        return bk_fail(
            BK_INVALID,
            "--hidden and --activation ask for %zu network%s; a comparison needs exactly two, such "
            "as --hidden 5,100",
            networks, networks == 1 ? "" : "s");
    }
    if (strcmp(bk_option_text(options, "sampling"), "balanced") != 0) {
        return BK_OK;
    }
    for (size_t i = 0; i < bk_option_list_length(options, "test-size"); i++) {
        if (bk_option_list_integer(options, "test-size", i) % 2 != 0) {
            return bk_fail(BK_INVALID,
                           "--test-size: %lld is odd, but balanced sampling takes exactly half of the points "
                           "from each class; give even numbers or --sampling iid",
                           (long long)bk_option_list_integer(options, "test-size", i));
        }
    }
    return bk_option_integer(options, "train-size") % 2 == 0
               ? BK_OK
               : bk_fail(BK_INVALID,
                         "--train-size: %s is odd, but balanced sampling takes exactly half of the points "
                         "from each class; give an even number or --sampling iid",
                         bk_option_value(options, "train-size"));
}

static const bk_option options[] = {
    LAB_OPTIONS_TRAINING_OF("5,100", "iid"),
    {.name = "trials",
     .type = BK_OPTION_INTEGER,
     .initial = "10000",
     .range = "[2,1000000000]",
     .help = "fresh test sets of each size"},
    {.name = "test-size",
     .type = BK_OPTION_INTEGER_LIST,
     .initial = "100,300,1000,3000,10000",
     .range = "[1,1000000]",
     .unit = "points",
     .help = "sizes of a test set, a simulation each"},
    {.name = "truth-points",
     .type = BK_OPTION_INTEGER,
     .initial = "10000000",
     .range = "[10000,1000000000000]",
     .unit = "points",
     .help = "points that the true difference is measured on, rounded up to tens of thousands"},
    {.name = "power",
     .type = BK_OPTION_REAL,
     .initial = "0.8",
     .range = "(0,1)",
     .help = "power that the plan asks for"},
    STUDY_OPTION_LEVEL,
};

static const char *const inexact[] = {"/power_study@planned_size_power", NULL};

const bk_experiment power_study_experiment = {
    .name = "power-study",
    .summary =
        "Two networks that differ: how often a test on one test set finds it, and how often it is fooled",
    .description =
        "Every trial draws one fresh test set, counts the points that one network alone gets wrong, and "
        "tests. "
        "The same discordant points are then given to one of the two networks by a fair coin, so that "
        "nothing "
        "is there to find. Test sets of different sizes begin with the same draws, so their rows are not "
        "independent of each other.",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .check = check_options,
    .run = run_study,
    .report = power_study_report,
    .inexact = inexact,
};
