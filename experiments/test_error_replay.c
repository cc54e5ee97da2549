/* SPDX-License-Identifier: GPL-3.0-or-later
 * One trial of part 3 of the lab as `brisk replay` shows it: its test set, and what one network makes of it.
 * The bootstrap takes the resamples of the fixed test set, which all test sets share. */
#include "test_error.h"

static bk_status describe_network(const test_error_context *shared, const bk_network *network,
                                  test_error_set *test, bk_group *results)
{
    uint64_t errors = 0;
    bk_interval intervals[TEST_ERROR_INTERVALS];
    BK_TRY(test_error_prepare(test, shared->run, shared->networks));
    BK_TRY(test_error_measure(&errors, test, network));
    BK_TRY(test_error_intervals(intervals, test, errors));
    BK_TRY(test_error_put_set(bk_group_at(results, "point"), test, network->dtype, errors));
    return test_error_put_intervals(bk_group_at(results, "interval"), intervals);
}

bk_status test_error_describe(const void *context, uint64_t trial, size_t output, void *scratch,
                              bk_group *results)
{
    const test_error_context *shared = context;
    const lab_networks *networks = shared->networks;
    unsigned char *bytes = scratch;
    test_error_set test = {.x = bytes,
                           .y = (int8_t *)(bytes + test_error_layout(networks, shared->test_size).y)};
    BK_TRY(test_error_draw(shared, trial, scratch));
    if (output == BK_WHOLE_TRIAL) {
        return lab_put_points(bk_group_at(results, "point"), networks->dtype, test.x, test.y,
                              shared->test_size);
    }
    BK_TRY(bk_group_set_text(results, "network", networks->name[output]));
    const bk_status status = describe_network(shared, networks->network[output], &test, results);
    /* The points are the thread's. */
    test.x = NULL;
    test.y = NULL;
    test_error_clear(&test);
    return status;
}
