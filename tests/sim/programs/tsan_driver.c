/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything that starts threads, for ThreadSanitizer (check_tsan.cmake): the parallel loop, the team with
 * its barriers, training, the bootstrap, and a simulation that is asked for checkpoints, stopped and resumed.
 * A plain program, because Criterion does not run under ThreadSanitizer. It says "PART: done" of each part;
 * exit code 1 where a part failed. With PLANT_RACE threads write plain counters in loop and team, which must
 * be found. */
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "brisk/model.h"
#include "brisk/sim.h"

/* ---- Company ---- */

static atomic_uint meeting, arrived;

/* The next loop is worth nothing where one quick thread does all of it while the others still wake up. */
static void call_meeting(void)
{
    atomic_store(&arrived, 0);
    atomic_fetch_add(&meeting, 1);
}

/* A thread's first item waits for another thread's, once a meeting. Relaxed: what ordered the threads would
 * hide their races. */
static void meet(void)
{
    static _Thread_local unsigned last;
    const unsigned this = atomic_load_explicit(&meeting, memory_order_relaxed);
    if (last == this) {
        return;
    }
    last = this;
    atomic_fetch_add_explicit(&arrived, 1, memory_order_relaxed);
    while (atomic_load_explicit(&arrived, memory_order_relaxed) < 2) {
        (void)sched_yield();
    }
}

/* ---- The loop and the team ---- */

enum { ITEMS = 2000, STEPS = 300, MEMBERS = 3 };

typedef struct loop_work {
    uint64_t value[ITEMS]; /* a slot each */
    uint64_t scratch[MEMBERS];
    uint64_t counter; /* for the planted race alone */
} loop_work;

static bk_status fill_item(void *context, size_t item, int thread)
{
    loop_work *work = context;
    meet();
    work->scratch[thread] = item * item;
    work->value[item] = work->scratch[thread];
#ifdef PLANT_RACE
    work->counter++;
#endif
    return item >= ITEMS - 10 ? bk_fail(BK_INVALID, "item %zu", item) : BK_OK;
}

/* With failures, whose messages meet. */
static bk_status run_loop(void)
{
    static loop_work work;
    call_meeting();
    if (bk_parallel_for(ITEMS, fill_item, &work) != BK_INVALID) {
        return bk_fail(BK_FAILED, "the loop did not fail where it should");
    }
    return bk_parallel_for(ITEMS - 10, fill_item, &work);
}

typedef struct team_work {
    int slot[2][MEMBERS];
    unsigned counter; /* for the planted race alone */
} team_work;

/* Each member writes its slot, and behind the barrier reads all. */
static bk_status run_member(void *context, int member, int members)
{
    team_work *work = context;
    int wrong = 0;
    for (int step = 0; step < STEPS; step++) {
        work->slot[step % 2][member] = step;
#ifdef PLANT_RACE
        work->counter++;
#endif
        bk_team_barrier(members);
        for (int m = 0; m < members; m++) {
            wrong += work->slot[step % 2][m] != step ? 1 : 0;
        }
    }
    return wrong == 0 ? BK_OK : bk_fail(BK_FAILED, "member %d found %d late values", member, wrong);
}

static bk_status run_team(void)
{
    static team_work work;
    return bk_parallel_team(MEMBERS, run_member, &work);
}

/* ---- Training and the bootstrap ---- */

static bk_status stop_late(void *context, size_t epoch, double loss, bool *stop)
{
    (void)loss;
    *stop = epoch + 1 == *(const size_t *)context;
    return BK_OK;
}

/* The fused way, in steps of two threads: until its last epoch, and stopped before it. */
static bk_status train_network(const void *x, const int8_t *y, size_t count, size_t last)
{
    const size_t hidden = 500;
    bk_network *network = bk_network_create(2, 1, &hidden, BK_TANH, BK_F32);
    if (network == NULL) {
        return bk_error_status();
    }
    bk_network_initialise(network, 1);
    const bk_training training = {.learning_rate = 0.1,
                                  .epochs = 60,
                                  .optimiser = BK_OPTIMISER_ADAM,
                                  .after_epoch = last > 0 ? stop_late : NULL,
                                  .context = &last};
    const bk_status status = bk_train(network, NULL, NULL, x, y, count, &training);
    bk_network_destroy(network);
    return status;
}

static bk_status run_training(void)
{
    enum { POINTS = 400 };
    static float x[2 * POINTS];
    static int8_t y[POINTS];
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, 0);
    bk_fill_uniform_f32(&stream, x, 2 * POINTS);
    for (size_t i = 0; i < POINTS; i++) {
        y[i] = (int8_t)(x[i] > x[POINTS + i] ? 1 : -1);
    }
    BK_TRY(bk_set_threads(2));
    for (size_t last = 0; last < 40; last += 10) {
        BK_TRY(train_network(x, y, POINTS, last));
    }
    return bk_set_threads(MEMBERS);
}

static double largest(const bk_resample *resample, double *standard_error, void *context)
{
    (void)standard_error;
    const double *x = context;
    double value = x[resample->index[0]];
    for (size_t i = 1; i < resample->drawn; i++) {
        value = x[resample->index[i]] > value ? x[resample->index[i]] : value;
    }
    return value;
}

static bk_status run_bootstrap(void)
{
    static double x[300];
    bk_stream stream = bk_stream_open(2, BK_PURPOSE_USER, 0);
    bk_fill_uniform_f64(&stream, x, 300);
    static const bk_statistic statistics[] = {BK_STATISTIC_MEAN, BK_STATISTIC_MEDIAN, BK_STATISTIC_USER};
    for (size_t i = 0; i < sizeof statistics / sizeof statistics[0]; i++) {
        const bk_bootstrap_data data = {.x = x, .n = 300};
        bk_bootstrap_options options = bk_bootstrap_options_of(statistics[i]);
        options.function = statistics[i] == BK_STATISTIC_USER ? largest : NULL;
        options.context = x;
        options.resamples = 999;
        bk_bootstrap *bootstrap = bk_bootstrap_create(&data, &options);
        if (bootstrap == NULL) {
            return bk_error_status();
        }
        bk_bootstrap_destroy(bootstrap);
    }
    return BK_OK;
}

/* ---- A simulation ---- */

static bk_status trial(const void *context, uint64_t index, void *scratch, double *outputs)
{
    meet();
    bk_stream stream = bk_stream_open(*(const uint64_t *)context, BK_PURPOSE_USER, index);
    bk_fill_uniform_f64(&stream, scratch, 10);
    memcpy(outputs, scratch, sizeof *outputs);
    outputs[1] = (double)(bk_stream_next(&stream) % 100);
    return BK_OK;
}

static bk_status run_study(bk_run *run)
{
    static const bk_output outputs[] = {{.name = "uniform", .dtype = BK_F64, .high = 1.0},
                                        {.name = "count", .dtype = BK_U32}};
    const bk_simulation simulation = {.trials = 5000,
                                      .block_size = 16,
                                      .outputs = outputs,
                                      .n_outputs = 2,
                                      .scratch_bytes = 10 * sizeof(double),
                                      .purpose = BK_PURPOSE_USER,
                                      .trial = trial};
    uint64_t seed = bk_run_seed(run);
    return bk_simulate(run, "study", &simulation, &seed, bk_run_results(run));
}

/* What the driver calls from any thread. */
typedef struct watcher {
    atomic_uint questions;
    unsigned stop_at; /* the question that is answered with a stop; 0: none */
    unsigned reports; /* plain: one call at a time, as promised */
    unsigned complaints;
} watcher;

static bk_request ask(void *sink)
{
    watcher *watching = sink;
    const unsigned question = atomic_fetch_add(&watching->questions, 1) + 1;
    if (question == watching->stop_at) {
        return BK_REQUEST_STOP;
    }
    return question % 500 == 0 ? BK_REQUEST_CHECKPOINT : BK_REQUEST_NONE;
}

static void report(void *sink, const bk_progress *progress)
{
    watcher *watching = sink;
    watching->reports += progress->total > 0 ? 1 : 0;
}

/* A checkpoint that cannot be written is only told. */
static void listen(void *sink, const char *line)
{
    watcher *watching = sink;
    watching->complaints += strncmp(line, "no checkpoint", 13) == 0 ? 1 : 0;
}

static bk_status execute(const bk_run_control *control)
{
    static const bk_experiment experiment = {.name = "study", .summary = "a study", .run = run_study};
    bk_options *options = bk_options_create(NULL, 0);
    bk_results *results = options == NULL ? NULL : bk_run_execute(&experiment, options, 7, control);
    const bk_status status = results == NULL ? bk_error_status() : bk_run_forget_checkpoint(control);
    bk_results_destroy(results);
    bk_options_destroy(options);
    return status;
}

/* To the end; with checkpoints on demand and by the clock; stopped on the way and resumed; until a rule says
 * that the mean is known well enough. */
static bk_status run_simulation(void)
{
    watcher watching = {.reports = 0};
    bk_run_control control = {.sink = &watching, .progress = report, .say = listen};
    call_meeting();
    BK_TRY(execute(&control));
    control.asked = ask;
    control.keep = BK_KEEP_SUMMARY;
    control.checkpoint = "tsan_driver.checkpoint";
    control.checkpoint_every_s = 0.01;
    control.force = true;
    call_meeting();
    BK_TRY(execute(&control));
    call_meeting();
    watching.stop_at = atomic_load(&watching.questions) + 1500;
    if (execute(&control) != BK_STOPPED) {
        return bk_fail(BK_FAILED, "the run did not stop when it was asked to: %s", bk_error_message());
    }
    control.force = false;
    control.resume = true;
    BK_TRY(execute(&control));
    control.stop = (bk_stop_rule){.kind = BK_STOP_MCSE, .output = "uniform", .target = 0.01};
    BK_TRY(execute(&control));
    return watching.complaints == 0 && watching.reports > 0
               ? BK_OK
               : bk_fail(BK_FAILED, "%u checkpoints failed, progress was told %u times", watching.complaints,
                         watching.reports);
}

int main(void)
{
    static const struct {
        const char *name;
        bk_status (*run)(void);
    } parts[] = {{"loop", run_loop},
                 {"team", run_team},
                 {"training", run_training},
                 {"bootstrap", run_bootstrap},
                 {"simulation", run_simulation}};
    bk_status status = bk_set_threads(MEMBERS);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && status == BK_OK; i++) {
        status = parts[i].run();
        if (status == BK_OK) {
            printf("%s: done\n", parts[i].name);
        } else {
            (void)fprintf(stderr, "%s: %s\n", parts[i].name, bk_error_message());
        }
    }
    return status == BK_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
