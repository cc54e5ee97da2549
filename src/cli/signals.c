/* SPDX-License-Identifier: GPL-3.0-or-later
 * Signals as requests. A handler changes lock-free atomics and nothing else; the run asks for them between
 * its trials. */
#define _GNU_SOURCE
#include "cli/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "cli/progress_line.h"

#if ATOMIC_INT_LOCK_FREE != 2
#error "a signal handler needs integers that are atomic without a lock"
#endif

/* One request often comes as two signals: timeout(1) sends its signal to the process and to its group, a
 * shell that loses its terminal passes SIGHUP on to a job that has it already. They arrive at once, a
 * person's second thought does not. */
#define SAME_REQUEST_MS 300U

static atomic_uint stop_signals;  /* that counted */
static atomic_uint first_stop_ms; /* when the first came */
static atomic_uint checkpoint_wanted;
static atomic_uint stop_confirmed;

/* Of a monotonic clock; wraps around, which a difference does not mind. */
static unsigned milliseconds(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (unsigned)now.tv_sec * 1000U + (unsigned)(now.tv_nsec / 1000000);
}

/* clock_gettime, sigaction and raise are safe in a handler (POSIX.1-2008, 2.4.3). */
static void ask_to_stop(int number)
{
    const int saved = errno;
    const unsigned now = milliseconds();
    if (atomic_load(&stop_signals) == 0) {
        atomic_store(&first_stop_ms, now);
        atomic_store(&stop_signals, 1);
    } else if (now - atomic_load(&first_stop_ms) >= SAME_REQUEST_MS) {
        struct sigaction standard = {.sa_handler = SIG_DFL};
        (void)sigaction(number, &standard, NULL);
        (void)raise(number); /* it is blocked until this handler returns, and then ends the process */
    }
    errno = saved;
}

static void ask_for_checkpoint(int number)
{
    (void)number;
    atomic_store(&checkpoint_wanted, 1);
}

static struct {
    int number;
    void (*handler)(int);
    bool installed;
    struct sigaction before;
} table[] = {{.number = SIGINT, .handler = ask_to_stop},
             {.number = SIGTERM, .handler = ask_to_stop},
             {.number = SIGHUP, .handler = ask_to_stop},
             {.number = SIGUSR1, .handler = ask_for_checkpoint},
             {.number = SIGPIPE, .handler = SIG_IGN}};

static void install(bool pipe_alone)
{
    atomic_store(&stop_signals, 0);
    atomic_store(&checkpoint_wanted, 0);
    atomic_store(&stop_confirmed, 0);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct sigaction action = {.sa_handler = table[i].handler, .sa_flags = SA_RESTART};
        if (pipe_alone && table[i].number != SIGPIPE) {
            continue;
        }
        (void)sigemptyset(&action.sa_mask);
        table[i].installed = sigaction(table[i].number, NULL, &table[i].before) == 0 &&
                             table[i].before.sa_handler != SIG_IGN &&
                             sigaction(table[i].number, &action, NULL) == 0;
    }
}

void bk_signals_install(void) { install(false); }

void bk_signals_install_pipe(void) { install(true); }

void bk_signals_restore(void)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].installed) {
            (void)sigaction(table[i].number, &table[i].before, NULL);
            table[i].installed = false;
        }
    }
}

bk_request bk_signals_asked(void *sink)
{
    if (atomic_load_explicit(&stop_signals, memory_order_relaxed) > 0) {
        if (atomic_load(&stop_confirmed) == 0 && atomic_exchange(&stop_confirmed, 1) == 0) {
            bk_progress_line_say(sink, "stopping after the trials in hand; again to stop at once");
        }
        return BK_REQUEST_STOP;
    }
    if (atomic_load_explicit(&checkpoint_wanted, memory_order_relaxed) > 0 &&
        atomic_exchange(&checkpoint_wanted, 0) > 0) {
        return BK_REQUEST_CHECKPOINT;
    }
    return BK_REQUEST_NONE;
}
