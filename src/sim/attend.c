/* SPDX-License-Identifier: GPL-3.0-or-later
 * What goes on beside the trials: requests from outside, the time limit, periodic checkpoints, progress.
 * Every thread calls in between its trials, and whoever comes first when something is due does it; so nothing
 * waits for one thread that is busy with a long trial. */
#include "sim/run.h"

/* The clock is read about this often, however short the trials are. */
#define SECONDS_BETWEEN_LOOKS 1e-3
#define MOST_TRIALS_BETWEEN   4096

static void ask_to_stop(bk_run *run, const char *reason)
{
    if (!atomic_exchange(&run->stopping, true)) {
        run->stop_reason = reason;
    }
}

static void take_requests(bk_run *run)
{
    const bk_run_control *control = run->control;
    const bk_request request = control->asked == NULL ? BK_REQUEST_NONE : control->asked(control->sink);
    if (request == BK_REQUEST_STOP) {
        ask_to_stop(run, "it was asked to stop");
    } else if (request == BK_REQUEST_CHECKPOINT) {
        atomic_store(&run->checkpoint_wanted, true);
    }
}

/* A failed periodic checkpoint does not end hours of work: it is told, and tried again when the next is due.
 */
static void write_checkpoint(bk_run *run)
{
    if (bk_checkpoint_write(run) != BK_OK) {
        bk_run_say(run, "no checkpoint: %s", bk_error_message());
        bk_error_clear();
    }
    run->last_checkpoint_s = bk_clock_s();
}

static bool checkpoint_is_due(bk_run *run, double now)
{
    const bk_run_control *control = run->control;
    return control->checkpoint != NULL && control->checkpoint_every_s > 0.0 &&
           now - run->last_checkpoint_s >= control->checkpoint_every_s;
}

void bk_run_serve(bk_run *run, double now, const bk_part *part, bool checkpoints)
{
    if (!bk_mutex_try(run->service)) {
        return;
    }
    if (checkpoints && (atomic_load(&run->checkpoint_wanted) || checkpoint_is_due(run, now))) {
        atomic_store(&run->checkpoint_wanted, false);
        write_checkpoint(run);
    }
    if (part != NULL) {
        /* That all is done is told once, when the loop has ended. */
        const uint64_t done = bk_part_done(part);
        if (done < part->own_trials) {
            bk_run_tell_progress(run, part->name, done, part->own_trials, part);
        }
    }
    bk_mutex_release(run->service);
}

static void look_at_clock(bk_run *run, bk_attendance *attendance, const bk_part *part)
{
    const double now = bk_clock_s();
    const double limit = run->control->time_limit_s;
    if (limit > 0.0 && now - run->started_s >= limit) {
        ask_to_stop(run, "its time limit is reached");
    }
    /* Several ranks agree on checkpoints between their rounds. */
    bk_run_serve(run, now, part, bk_ranks() == 1);
    const double passed = now - attendance->last_s;
    const double steps = passed > 0.0 ? (double)(attendance->step + 1) * SECONDS_BETWEEN_LOOKS / passed : 1e9;
    attendance->step = steps < MOST_TRIALS_BETWEEN ? (uint32_t)steps : MOST_TRIALS_BETWEEN;
    attendance->left = attendance->step;
    attendance->last_s = now;
}

bool bk_run_attend(bk_run *run, bk_attendance *attendance, const bk_part *part)
{
    take_requests(run);
    if (attendance->left == 0 || atomic_load_explicit(&run->checkpoint_wanted, memory_order_relaxed)) {
        look_at_clock(run, attendance, part);
    } else {
        attendance->left--;
    }
    return atomic_load_explicit(&run->stopping, memory_order_relaxed);
}

bool bk_run_pause(bk_run *run)
{
    bk_attendance once = {0};
    return bk_run_attend(run, &once, NULL);
}

bk_status bk_run_stopped(bk_run *run)
{
    const char *path = run->control->checkpoint;
    static const char *const names[] = {[BK_RUN_MERGE] = "merge",
                                        [BK_RUN_REHEARSAL] = "rehearsal",
                                        [BK_RUN_VERIFY] = "verification",
                                        [BK_RUN_REPLAY] = "replay"};
    if (run->mode != BK_RUN_WHOLE && run->mode != BK_RUN_SHARD) {
        return bk_fail(BK_STOPPED, "the %s stopped because %s; nothing was written, and no trial is lost",
                       names[run->mode], run->stop_reason);
    }
    if (path == NULL) {
        return bk_fail(BK_STOPPED,
                       "the run stopped because %s; it had no checkpoint file, so its trials are lost",
                       run->stop_reason);
    }
    const bool wanted = run->checkpoint == NULL || bk_checkpoint_gained(run);
    if (wanted && bk_checkpoint_write(run) != BK_OK) {
        /* Told once, here: there is no use in trying again. */
        run->checkpoint_gain = UINT64_MAX;
        return bk_fail_within("the run stopped because %s, and what was finished is lost", run->stop_reason);
    }
    return bk_fail(BK_STOPPED, "the run stopped because %s; what was finished is in %s", run->stop_reason,
                   path);
}
