/* SPDX-License-Identifier: GPL-3.0-or-later
 * The one parallel loop and the team: the only place where threads start. */
#include <errno.h>
#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "brisk/base.h"

/* 0: not set, bk_usable_cpus() decides. */
static _Atomic int chosen_threads;

bk_status bk_set_threads(int count)
{
    if (count < 0 || count > BK_MAX_THREADS) {
        return bk_fail(BK_INVALID, "%d threads: the number must be from 1 to %d (0: all usable CPUs)", count,
                       BK_MAX_THREADS);
    }
    atomic_store(&chosen_threads, count);
    return BK_OK;
}

int bk_threads(void)
{
    int threads = atomic_load(&chosen_threads);
    if (threads == 0) {
        threads = bk_usable_cpus();
        atomic_store(&chosen_threads, threads);
    }
    const int limit = omp_get_thread_limit(); /* OMP_THREAD_LIMIT */
    return threads < limit ? threads : limit;
}

/* ---- Can so many threads start? An OpenMP runtime that cannot start them ends the process, which a library
 * must not do; so they are started and joined once before, in the same number. ---- */

/* Probing threads wait here until all have started. */
typedef struct probe {
    pthread_mutex_t mutex;
    pthread_cond_t released;
    bool release;
} probe;

static void *wait_for_release(void *context)
{
    probe *shared = context;
    (void)pthread_mutex_lock(&shared->mutex);
    while (!shared->release) {
        (void)pthread_cond_wait(&shared->released, &shared->mutex);
    }
    (void)pthread_mutex_unlock(&shared->mutex);
    return NULL;
}

/* The width that is known to work; the runtime keeps its threads, so a smaller one works too. */
static _Atomic int probed_threads = 1;

static bk_status check_threads(int threads)
{
    if (threads <= atomic_load(&probed_threads)) {
        return BK_OK;
    }
    pthread_t *probing = bk_allocate((size_t)threads, sizeof *probing);
    if (probing == NULL) {
        return bk_error_status();
    }
    probe shared = {.mutex = PTHREAD_MUTEX_INITIALIZER, .released = PTHREAD_COND_INITIALIZER};
    int started = 0;
    int error = 0;
    while (started < threads - 1 && error == 0) {
        error = pthread_create(&probing[started], NULL, wait_for_release, &shared);
        started += error == 0 ? 1 : 0;
    }
    (void)pthread_mutex_lock(&shared.mutex);
    shared.release = true;
    (void)pthread_cond_broadcast(&shared.released);
    (void)pthread_mutex_unlock(&shared.mutex);
    for (int i = 0; i < started; i++) {
        (void)pthread_join(probing[i], NULL);
    }
    bk_free(probing);
    if (error != 0) {
        return bk_fail(BK_MEMORY, "cannot start %d threads, only %d: %s; ask for fewer (-j)", threads,
                       started + 1, strerror(error));
    }
    atomic_store(&probed_threads, threads);
    return BK_OK;
}

/* The failure of the lowest item so far. Its text is kept here because the message of bk_fail belongs
 * to the thread that failed. */
typedef struct first_failure {
    size_t item;
    bk_status status;
    char message[2000];
} first_failure;

/* Keeps the failure of item where it is the lowest so far. Call it from one thread at a time. */
static void note_failure(first_failure *failure, size_t item, bk_status status)
{
    if (item < failure->item) {
        failure->item = item;
        failure->status = status;
        strncpy(failure->message, bk_error_message(), sizeof failure->message - 1);
        failure->message[sizeof failure->message - 1] = '\0';
    }
}

static bk_status report_failure(const first_failure *failure)
{
    return failure->status == BK_OK ? BK_OK : bk_fail(failure->status, "%s", failure->message);
}

static bk_status run_serially(size_t count, bk_parallel_body body, void *context)
{
    for (size_t item = 0; item < count; item++) {
        BK_TRY(body(context, item, 0));
    }
    return BK_OK;
}

/* Whether the caller stands in a parallel loop or team, also in one that the OpenMP runtime gave a single
 * thread (OMP_DYNAMIC, OMP_THREAD_LIMIT): a nested call is serial whatever the load of the machine is. */
static bool is_nested(void) { return omp_get_level() > 0; }

bk_status bk_parallel_for(size_t count, bk_parallel_body body, void *context)
{
    const int wanted = bk_threads();
    const int threads = count < (size_t)wanted ? (int)count : wanted;
    if (threads <= 1 || is_nested()) {
        return run_serially(count, body, context);
    }
    BK_TRY(check_threads(threads));
    /* schedule(runtime) obeys OMP_SCHEDULE; without it the default is dynamic, one item at a time. */
    if (getenv("OMP_SCHEDULE") == NULL) {
        omp_set_schedule(omp_sched_dynamic, 1);
    }
    first_failure failure = {.item = SIZE_MAX, .status = BK_OK};
    atomic_size_t lowest_failed = SIZE_MAX;
#pragma omp parallel for schedule(runtime) num_threads(threads) default(none) \
    shared(count, body, context, failure, lowest_failed)
    for (size_t item = 0; item < count; item++) {
        /* Items below a failed one still run: one of them may be the lowest that fails. */
        if (item > atomic_load_explicit(&lowest_failed, memory_order_relaxed)) {
            continue;
        }
        const bk_status status = body(context, item, omp_get_thread_num());
        if (status != BK_OK) {
#pragma omp critical(bk_parallel_failure)
            {
                note_failure(&failure, item, status);
                atomic_store_explicit(&lowest_failed, failure.item, memory_order_relaxed);
            }
        }
    }
    return report_failure(&failure);
}

bk_status bk_parallel_team(int wanted, bk_team_body body, void *context)
{
    const int most = bk_threads();
    const int threads = wanted < most ? wanted : most;
    if (threads <= 1 || is_nested()) {
        return body(context, 0, 1);
    }
    BK_TRY(check_threads(threads));
    first_failure failure = {.item = SIZE_MAX, .status = BK_OK};
    /* The runtime may give fewer: every member is told how many there are. */
#pragma omp parallel num_threads(threads) default(none) shared(body, context, failure)
    {
        const int member = omp_get_thread_num();
        const bk_status status = body(context, member, omp_get_num_threads());
        if (status != BK_OK) {
#pragma omp critical(bk_parallel_failure)
            note_failure(&failure, (size_t)member, status);
        }
    }
    return report_failure(&failure);
}

void bk_team_barrier(int members)
{
    /* A team of one may stand inside another parallel loop, whose threads a barrier would wait for. */
    if (members > 1) {
#pragma omp barrier
    }
}
