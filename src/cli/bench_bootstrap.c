/* SPDX-License-Identifier: GPL-3.0-or-later
 * Stages of `brisk bench` that resample, and the interval that needs no resamples. */
#include "brisk/stats.h"
#include "cli/bench.h"

/* Resampled means of the first n losses; BCa too where an interval is asked for. */
static bk_status resample(const bk_bench_data *data, size_t n, size_t resamples, bool interval)
{
    const bk_bootstrap_data points = {.x = data->losses, .n = n};
    bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
    options.resamples = resamples;
    bk_bootstrap *bootstrap = bk_bootstrap_create(&points, &options);
    bk_interval bca;
    const bk_status status =
        bootstrap == NULL ? bk_error_status()
        : interval ? bk_bootstrap_interval(&bca, NULL, bootstrap, BK_METHOD_BOOTSTRAP_BCA, 0.9, BK_TWO_SIDED)
                   : BK_OK;
    bk_bootstrap_destroy(bootstrap);
    return status;
}

bk_status bk_bench_resample_1000(bk_bench_data *data)
{
    return resample(data, 1000, BK_BENCH_RESAMPLES, false);
}

bk_status bk_bench_resample_65536(bk_bench_data *data)
{
    return resample(data, 65536, BK_BENCH_RESAMPLES, false);
}

bk_status bk_bench_resample_million(bk_bench_data *data)
{
    return resample(data, BK_BENCH_LOSSES, BK_BENCH_LARGE_RESAMPLES, false);
}

bk_status bk_bench_bootstrap_bca(bk_bench_data *data)
{
    return resample(data, 1000, BK_BENCH_BCA_RESAMPLES, true);
}

bk_status bk_bench_ideal_bca(bk_bench_data *data)
{
    (void)data;
    bk_interval interval;
    return bk_interval_ideal(&interval, BK_METHOD_IDEAL_BCA, 87, 1000, 0.9, BK_TWO_SIDED);
}
