/* SPDX-License-Identifier: GPL-3.0-or-later
 * Stages of `brisk bench` about the errors of a network on fresh test sets, on one thread: through a decision
 * map and through the network. */
#include "brisk/model.h"
#include "cli/bench.h"

#define HIDDEN 500
#define POINTS BK_BENCH_TEST_SIZE
/* Test sets that are drawn before the labels alone are measured. */
#define SETS 16

typedef struct test_sets {
    bk_network *network;
    bk_decision_map *map; /* NULL: through the network */
    float *x;             /* [set][2][POINTS] */
    int8_t *y;            /* [set][POINTS] */
    float *score;         /* [POINTS] */
    void *sampling;
} test_sets;

static void close_sets(test_sets *sets)
{
    bk_decision_map_destroy(sets->map);
    bk_network_destroy(sets->network);
    bk_free(sets->x);
    bk_free(sets->y);
    bk_free(sets->score);
    bk_free(sets->sampling);
}

static bk_status open_sets(test_sets *sets, size_t count, bool map)
{
    static const double low[2] = {-2.25, -2.25}, high[2] = {2.25, 2.25};
    const size_t hidden = HIDDEN;
    *sets = (test_sets){.network = bk_network_create(2, 1, &hidden, BK_TANH, BK_F32)};
    sets->x = bk_allocate(count, 2 * POINTS * sizeof *sets->x);
    sets->y = bk_allocate(count, POINTS);
    sets->score = bk_allocate(POINTS, sizeof *sets->score);
    sets->sampling = bk_allocate(bk_mixture_scratch_bytes(&bk_mixture_lab, POINTS, BK_F32), 1);
    if (sets->network == NULL || sets->x == NULL || sets->y == NULL || sets->score == NULL ||
        sets->sampling == NULL) {
        return bk_error_status();
    }
    bk_network_initialise(sets->network, 1);
    sets->map = map ? bk_decision_map_create(sets->network, low, high, NULL) : NULL;
    return map && sets->map == NULL ? bk_error_status() : BK_OK;
}

static bk_status draw_set(const test_sets *sets, size_t set, uint64_t trial)
{
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_TRIAL, trial);
    return bk_mixture_sample(sets->x + set * 2 * POINTS, sets->y + set * POINTS, &bk_mixture_lab,
                             BK_SAMPLING_BALANCED, BK_F32, POINTS, &stream, sets->sampling);
}

static bk_status errors_of(const test_sets *sets, size_t set)
{
    const float *x = sets->x + set * 2 * POINTS;
    const int8_t *y = sets->y + set * POINTS;
    uint64_t errors;
    if (sets->map != NULL) {
        return bk_decision_map_errors(NULL, &errors, NULL, sets->map, x, y, POINTS);
    }
    BK_TRY(bk_network_score(sets->score, sets->network, x, POINTS));
    return bk_network_errors(NULL, &errors, BK_F32, sets->score, y, POINTS);
}

static bk_status trials(size_t count, bool map)
{
    test_sets sets;
    bk_status status = open_sets(&sets, 1, map);
    for (size_t trial = 0; status == BK_OK && trial < count; trial++) {
        status = draw_set(&sets, 0, trial);
        status = status == BK_OK ? errors_of(&sets, 0) : status;
    }
    close_sets(&sets);
    return status;
}

bk_status bk_bench_map_trial(bk_bench_data *data)
{
    (void)data;
    return trials(BK_BENCH_MAP_TRIALS, true);
}

/* The baseline, which computes each multiply-add in a dozen operations, has time for few. */
bk_status bk_bench_dense_trial(bk_bench_data *data)
{
    data->done = bk_kernel_isa() == BK_ISA_SCALAR ? BK_BENCH_DENSE_TRIALS / 64 : BK_BENCH_DENSE_TRIALS;
    return trials(data->done, false);
}

bk_status bk_bench_map_labels(bk_bench_data *data)
{
    (void)data;
    test_sets sets;
    bk_status status = open_sets(&sets, SETS, true);
    for (size_t set = 0; status == BK_OK && set < SETS; set++) {
        status = draw_set(&sets, set, set);
    }
    for (size_t trial = 0; status == BK_OK && trial < BK_BENCH_MAP_LABELS; trial++) {
        status = errors_of(&sets, trial % SETS);
    }
    close_sets(&sets);
    return status;
}
