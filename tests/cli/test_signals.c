/* SPDX-License-Identifier: GPL-3.0-or-later
 * What signals ask of a run, when they end it after all, and what they leave behind. */
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/progress_line.h"
#include "cli/signals.h"

static bk_progress_line silent(void) { return bk_progress_line_open(BK_PROGRESS_NONE); }

static void wait_ms(long milliseconds)
{
    const struct timespec time = {.tv_sec = 0, .tv_nsec = milliseconds * 1000000};
    nanosleep(&time, NULL);
}

Test(signals, the_first_asks_to_stop_and_stays)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    bk_progress_line line = silent();
    for (size_t i = 0; i < 3; i++) {
        bk_signals_install();
        cr_assert_eq(bk_signals_asked(&line), BK_REQUEST_NONE);
        raise(numbers[i]);
        cr_assert_eq(bk_signals_asked(&line), BK_REQUEST_STOP);
        cr_assert_eq(bk_signals_asked(&line), BK_REQUEST_STOP);
        bk_signals_restore();
    }
}

Test(signals, a_checkpoint_is_asked_for_once)
{
    bk_progress_line line = silent();
    bk_signals_install();
    raise(SIGUSR1);
    cr_assert_eq(bk_signals_asked(&line), BK_REQUEST_CHECKPOINT);
    cr_assert_eq(bk_signals_asked(&line), BK_REQUEST_NONE);
    raise(SIGUSR1);
    raise(SIGTERM);
    cr_assert_eq(bk_signals_asked(&line), BK_REQUEST_STOP, "to stop includes the checkpoint");
    bk_signals_restore();
}

/* timeout(1) sends to the process and to its group. */
Test(signals, two_at_once_are_one_request)
{
    bk_progress_line line = silent();
    bk_signals_install();
    raise(SIGTERM);
    raise(SIGTERM);
    raise(SIGHUP);
    cr_assert_eq(bk_signals_asked(&line), BK_REQUEST_STOP);
    bk_signals_restore();
}

Test(signals, the_second_ends_the_process, .signal = SIGTERM)
{
    bk_signals_install();
    raise(SIGINT);
    wait_ms(400);
    raise(SIGTERM);
    cr_assert_fail("still there");
}

/* What has no checkpoint may be ended at any time. */
Test(signals, without_a_checkpoint_the_first_ends_the_process, .signal = SIGINT)
{
    bk_signals_install_pipe();
    raise(SIGPIPE);
    raise(SIGINT);
    cr_assert_fail("still there");
}

Test(signals, as_before_after_the_run, .signal = SIGUSR1)
{
    bk_signals_install();
    raise(SIGUSR1);
    bk_signals_restore();
    raise(SIGUSR1);
    cr_assert_fail("still there");
}

Test(signals, what_was_ignored_stays_ignored)
{
    bk_progress_line line = silent();
    signal(SIGHUP, SIG_IGN);
    bk_signals_install();
    raise(SIGHUP);
    cr_assert_eq(bk_signals_asked(&line), BK_REQUEST_NONE);
    bk_signals_restore();
    struct sigaction now;
    sigaction(SIGHUP, NULL, &now);
    cr_assert(now.sa_handler == SIG_IGN);
}

Test(signals, a_broken_pipe_is_an_error_of_the_write)
{
    int ends[2];
    bk_signals_install();
    cr_assert_eq(pipe(ends), 0);
    close(ends[0]);
    cr_assert_eq(write(ends[1], "x", 1), -1);
    close(ends[1]);
    bk_signals_restore();
}
