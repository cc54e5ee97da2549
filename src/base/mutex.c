/* SPDX-License-Identifier: GPL-3.0-or-later
 * A lock between the threads of bk_parallel_for, for what they share besides their slots. What is done under
 * it must not depend on the order in which threads come. */
#include <pthread.h>
#include <string.h>

#include "brisk/base.h"

struct bk_mutex {
    pthread_mutex_t mutex;
};

bk_mutex *bk_mutex_create(void)
{
    bk_mutex *lock = bk_allocate(1, sizeof *lock);
    if (lock == NULL) {
        return NULL;
    }
    const int error = pthread_mutex_init(&lock->mutex, NULL);
    if (error != 0) {
        bk_free(lock);
        (void)bk_fail(BK_MEMORY, "cannot make a lock: %s", strerror(error));
        return NULL;
    }
    return lock;
}

void bk_mutex_destroy(bk_mutex *lock)
{
    if (lock != NULL) {
        (void)pthread_mutex_destroy(&lock->mutex);
        bk_free(lock);
    }
}

void bk_mutex_take(bk_mutex *lock) { (void)pthread_mutex_lock(&lock->mutex); }

bool bk_mutex_try(bk_mutex *lock) { return pthread_mutex_trylock(&lock->mutex) == 0; }

void bk_mutex_release(bk_mutex *lock) { (void)pthread_mutex_unlock(&lock->mutex); }
