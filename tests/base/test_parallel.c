/* SPDX-License-Identifier: GPL-3.0-or-later
 * The one parallel loop: every item once, the lowest failure reported, nested calls serial. */
#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "brisk/base.h"

#define ITEMS 1000

/* These may leave fewer threads than are asked for; tests/CMakeLists.txt runs the file again with them. */
static bool fewer_threads_possible(void)
{
    return getenv("OMP_DYNAMIC") != NULL || getenv("OMP_THREAD_LIMIT") != NULL ||
           getenv("OMP_MAX_ACTIVE_LEVELS") != NULL;
}

static atomic_int visits[ITEMS];

static bk_status visit(void *context, size_t item, int thread)
{
    (void)context;
    cr_assert(thread >= 0 && thread < bk_threads());
    atomic_fetch_add(&visits[item], 1);
    return BK_OK;
}

Test(parallel, every_item_runs_once_for_any_thread_count)
{
    static const int threads[] = {1, 2, 3, 7};
    for (size_t t = 0; t < 4; t++) {
        cr_assert_eq(bk_set_threads(threads[t]), BK_OK);
        for (size_t i = 0; i < ITEMS; i++) {
            atomic_store(&visits[i], 0);
        }
        cr_assert_eq(bk_parallel_for(ITEMS, visit, NULL), BK_OK);
        for (size_t i = 0; i < ITEMS; i++) {
            cr_assert_eq(atomic_load(&visits[i]), 1, "item %zu with %d threads", i, threads[t]);
        }
    }
    cr_assert_eq(bk_parallel_for(0, visit, NULL), BK_OK);
}

static bk_status fail_from_100(void *context, size_t item, int thread)
{
    (void)context;
    (void)thread;
    return item >= 100 && item % 3 == 1 ? bk_fail(BK_NOT_A_NUMBER, "item %zu", item) : BK_OK;
}

Test(parallel, the_lowest_failing_item_is_reported_with_its_message)
{
    static const int threads[] = {1, 2, 5};
    for (int repeat = 0; repeat < 20; repeat++) {
        for (size_t t = 0; t < 3; t++) {
            bk_set_threads(threads[t]);
            bk_error_clear();
            cr_assert_eq(bk_parallel_for(ITEMS, fail_from_100, NULL), BK_NOT_A_NUMBER);
            cr_assert_str_eq(bk_error_message(), "item 100");
        }
    }
}

static bk_status nested(void *context, size_t item, int thread)
{
    (void)item;
    (void)thread;
    atomic_int *total = context;
    atomic_fetch_add(total, 1);
    return BK_OK;
}

static bk_status outer(void *context, size_t item, int thread)
{
    (void)item;
    (void)thread;
    return bk_parallel_for(10, nested, context);
}

Test(parallel, nested_calls_run_too)
{
    atomic_int total = 0;
    bk_set_threads(2);
    cr_assert_eq(bk_parallel_for(10, outer, &total), BK_OK);
    cr_assert_eq(atomic_load(&total), 100);
}

Test(parallel, thread_counts_out_of_range_are_refused)
{
    cr_assert_eq(bk_set_threads(-1), BK_INVALID);
    cr_assert_eq(bk_set_threads(BK_MAX_THREADS + 1), BK_INVALID);
    cr_assert_eq(bk_set_threads(0), BK_OK);
    cr_assert(bk_threads() == bk_usable_cpus() ||
              (fewer_threads_possible() && bk_threads() < bk_usable_cpus()));
}

Test(cpu, usable_cpus_obey_OMP_NUM_THREADS)
{
    setenv("OMP_NUM_THREADS", "1", 1);
    cr_assert_eq(bk_usable_cpus(), 1);
    setenv("OMP_NUM_THREADS", "1,4", 1);
    cr_assert_eq(bk_usable_cpus(), 1);
    unsetenv("OMP_NUM_THREADS");
    const int all = bk_usable_cpus();
    cr_assert(all >= 1);
    static const char *const ignored[] = {"0", "-3", "many", "99999999999"};
    for (size_t i = 0; i < 4; i++) {
        setenv("OMP_NUM_THREADS", ignored[i], 1);
        cr_assert_eq(bk_usable_cpus(), all, "OMP_NUM_THREADS=%s", ignored[i]);
    }
}

Test(cpu, names_and_the_baseline)
{
    cr_assert_str_eq(bk_isa_name(BK_ISA_SCALAR), "scalar");
    cr_assert_str_eq(bk_isa_name(BK_ISA_AVX512), "avx512");
    cr_assert_str_eq(bk_isa_name((bk_isa)99), "unknown");
    cr_assert(bk_cpu_supports(BK_ISA_SCALAR));
    cr_assert_not(bk_cpu_supports((bk_isa)99));
    cr_assert_str_eq(bk_build()->version, BK_VERSION);
}

/* ---- Teams ---- */

enum { STEPS = 500 };

/* Each member writes its slot and, behind the barrier, sums all: a member that is early or late is seen. */
typedef struct relay {
    int slot[2][8];
    int members_seen;
    atomic_int wrong;
} relay;

static bk_status run_relay(void *context, int member, int members)
{
    relay *shared = context;
    if (member == 0) {
        shared->members_seen = members;
    }
    for (int step = 0; step < STEPS; step++) {
        shared->slot[step % 2][member] = step;
        bk_team_barrier(members);
        for (int m = 0; m < members; m++) {
            if (shared->slot[step % 2][m] != step) {
                atomic_fetch_add(&shared->wrong, 1);
            }
        }
    }
    return BK_OK;
}

static void expect_members(int seen, int wanted)
{
    cr_expect(seen == wanted || (fewer_threads_possible() && seen >= 1 && seen < wanted), "%d of %d", seen,
              wanted);
}

Test(team, members_stay_in_step)
{
    for (int threads = 1; threads <= 8; threads += 1 + (threads > 2) * 4) {
        bk_set_threads(threads);
        relay shared = {0};
        cr_assert_eq(bk_parallel_team(8, run_relay, &shared), BK_OK);
        expect_members(shared.members_seen, threads);
        cr_expect_eq(atomic_load(&shared.wrong), 0);
    }
    relay shared = {0};
    cr_assert_eq(bk_parallel_team(2, run_relay, &shared), BK_OK);
    expect_members(shared.members_seen, 2); /* never more than wanted */
}

static bk_status team_in_loop(void *context, size_t item, int thread)
{
    (void)thread;
    relay *shared = context;
    return bk_parallel_team(4, run_relay, &shared[item]);
}

Test(team, inside_a_parallel_loop_one_member_does_all)
{
    static relay shared[6];
    bk_set_threads(3);
    cr_assert_eq(bk_parallel_for(6, team_in_loop, shared), BK_OK);
    for (size_t i = 0; i < 6; i++) {
        cr_expect_eq(shared[i].members_seen, 1);
    }
}

static bk_status fail_in_team(void *context, int member, int members)
{
    if (member == 0) {
        *(int *)context = members;
    }
    bk_team_barrier(members);
    return member > 0 ? bk_fail(BK_INVALID, "member %d", member) : BK_OK;
}

Test(team, the_lowest_failing_member_is_reported)
{
    int members = 0;
    bk_set_threads(4);
    const bk_status status = bk_parallel_team(4, fail_in_team, &members);
    expect_members(members, 4);
    cr_expect_eq(status, members > 1 ? BK_INVALID : BK_OK);
    cr_expect_str_eq(bk_error_message(), members > 1 ? "member 1" : "");
    bk_set_threads(1);
    cr_expect_eq(bk_parallel_team(4, fail_in_team, &members), BK_OK);
    cr_expect_eq(members, 1);
}

/* ---- Pace ---- */

/* A clock that goes by what the test says a step costs, so that the load of the machine decides nothing. */
static double pretended_s;
static double pretended_clock(void) { return pretended_s; }

/* Steps of the segments that were taken with all, out of about 2000, where a step alone and together costs so
 * much. */
static size_t steps_together(double alone_ms, double together_ms)
{
    bk_pace pace;
    size_t together = 0, taken = 0;
    bk_pace_start(&pace, 4);
    pace.clock = pretended_clock;
    while (taken < 2000) {
        size_t steps;
        const int members = bk_pace_begin(&pace, &steps);
        cr_assert(members == 1 || members == 4);
        cr_assert(steps >= 1 && steps <= 16);
        pretended_s += 1e-3 * (double)steps * (members == 4 ? together_ms : alone_ms);
        together += members == 4 ? steps : 0;
        taken += steps;
        bk_pace_end(&pace, steps);
    }
    return together;
}

Test(pace, the_quicker_way_gets_nearly_all_steps)
{
    cr_expect_gt(steps_together(0.2, 0.02), 1500);
    cr_expect_lt(steps_together(0.02, 0.2), 400);
}

Test(pace, one_member_needs_no_segments)
{
    bk_pace pace;
    size_t steps;
    bk_pace_start(&pace, 1);
    cr_expect_eq(bk_pace_begin(&pace, &steps), 1);
    cr_expect_eq(steps, SIZE_MAX);
}
