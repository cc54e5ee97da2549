/* SPDX-License-Identifier: GPL-3.0-or-later
 * resampled_ideal RESAMPLES STEPS: for every k of 1 .. 999 errors among 1000, both ends of the resampled BCa
 * at level 0.9 against the ideal one, which they may miss by STEPS steps of 1/1000. Prints how often they do
 * what; fails where one is farther off. Seed 1. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "brisk/stats.h"

static int ends_off(double most[2], uint64_t k, const double *x, size_t resamples)
{
    const bk_bootstrap_data data = {.x = x, .n = 1000};
    bk_bootstrap_options options = bk_bootstrap_options_of(BK_STATISTIC_MEAN);
    options.resamples = resamples;
    bk_bootstrap *bootstrap = bk_bootstrap_create(&data, &options);
    bk_interval found, ideal;
    if (bootstrap == NULL ||
        bk_bootstrap_interval(&found, NULL, bootstrap, BK_METHOD_BOOTSTRAP_BCA, 0.9, BK_TWO_SIDED) != BK_OK ||
        bk_interval_ideal(&ideal, BK_METHOD_IDEAL_BCA, k, 1000, 0.9, BK_TWO_SIDED) != BK_OK) {
        fprintf(stderr, "k = %d: %s\n", (int)k, bk_error_message());
        return 1;
    }
    most[0] = fabs(found.low - ideal.low) * 1000;
    most[1] = fabs(found.high - ideal.high) * 1000;
    bk_bootstrap_destroy(bootstrap);
    return 0;
}

int main(int argc, char **argv)
{
    const size_t resamples = argc > 1 ? (size_t)strtoull(argv[1], NULL, 10) : 9999;
    const double steps = argc > 2 ? strtod(argv[2], NULL) : 2;
    static double x[1000];
    int count[5] = {0};
    int failed = 0;
    for (uint64_t k = 1; k < 1000; k++) {
        double off[2] = {0, 0};
        x[k * 7919 % 1000] = 1;
        failed |= ends_off(off, k, x, resamples);
        for (int end = 0; end < 2; end++) {
            const int bin = off[end] < 0.01       ? 0
                            : off[end] < 1 - 1e-9 ? 1
                            : off[end] < 1 + 1e-9 ? 2
                            : off[end] < 2 + 1e-9 ? 3
                                                  : 4;
            count[bin]++;
            if (!(off[end] <= steps + 1e-9)) {
                printf("k = %d: end %d is off by %g steps\n", (int)k, end, off[end]);
                failed = 1;
            }
        }
    }
    printf("B = %zu, 1998 ends: equal %d, below 1 step %d, 1 step %d, up to 2 steps %d, more %d\n", resamples,
           count[0], count[1], count[2], count[3], count[4]);
    return failed;
}
