/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whether a team pays, by the clock. What is computed does not depend on the answer. */
#include <time.h>

#include "brisk/base.h"

/* Segments between two trials of the way that was slower: four times as many whenever it is slower again. */
#define LEAST_GAP 16
#define MOST_GAP  1024
/* A first step together that takes so much longer than one alone settles it: where cores are busy, one
 * barrier can take as long as a thousand steps. */
#define HOPELESS        10.0
#define HOPELESS_REST_S 1e-3

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The very first segment starts the threads. */
void bk_pace_start(bk_pace *pace, int most) { *pace = (bk_pace){.most = most, .phase = BK_PACE_WARM, .clock = now_s}; }

int bk_pace_begin(bk_pace *pace, size_t *steps)
{
    static const size_t steps_of[] = {
        [BK_PACE_ALONE] = 2, [BK_PACE_WARM] = 1, [BK_PACE_TOGETHER] = 4, [BK_PACE_REGULAR] = 16};
    if (pace->most <= 1) {
        *steps = SIZE_MAX;
        return 1;
    }
    *steps = steps_of[pace->phase];
    pace->start_s = pace->clock();
    const bool trial = pace->phase == BK_PACE_WARM || pace->phase == BK_PACE_TOGETHER;
    return trial || (pace->phase == BK_PACE_REGULAR && pace->better) ? pace->most : 1;
}

/* Both ways have been measured. */
static void decide(bk_pace *pace, bool better)
{
    const bool confirmed = pace->gap > 0 && better == pace->better;
    pace->gap = !confirmed ? LEAST_GAP : pace->gap < MOST_GAP ? 4 * pace->gap : MOST_GAP;
    pace->wait = pace->gap;
    pace->better = better;
    pace->phase = BK_PACE_REGULAR;
}

/* There is one step together, which woke the threads, and a time alone. */
static void after_warming(bk_pace *pace)
{
    if (pace->step_s[1] > HOPELESS * pace->step_s[0] + HOPELESS_REST_S) {
        decide(pace, false);
    } else {
        pace->phase = BK_PACE_TOGETHER;
    }
}

static void end_regular(bk_pace *pace, double step_s)
{
    pace->step_s[pace->better] = step_s;
    pace->wait--;
    /* The way in use may have become slower than the other was; that one is tried before it is taken. */
    const bool slower = step_s > pace->step_s[!pace->better];
    if (slower && pace->better) {
        decide(pace, false);
    } else if (slower || pace->wait == 0) {
        pace->phase = pace->better ? BK_PACE_ALONE : BK_PACE_WARM;
    }
}

void bk_pace_end(bk_pace *pace, size_t steps_taken)
{
    if (pace->most <= 1 || steps_taken == 0) {
        return;
    }
    const double step_s = (pace->clock() - pace->start_s) / (double)steps_taken;
    switch (pace->phase) {
    case BK_PACE_ALONE:
        pace->step_s[0] = step_s;
        if (pace->gap > 0) {
            decide(pace, pace->step_s[1] < step_s);
        } else {
            after_warming(pace);
        }
        break;
    case BK_PACE_WARM:
        pace->step_s[1] = step_s;
        if (pace->gap > 0) {
            after_warming(pace);
        } else {
            pace->phase = BK_PACE_ALONE;
        }
        break;
    case BK_PACE_TOGETHER:
        pace->step_s[1] = step_s;
        decide(pace, step_s < pace->step_s[0]);
        break;
    default:
        end_regular(pace, step_s);
    }
}
