/* SPDX-License-Identifier: GPL-3.0-or-later
 * The parts of log probabilities against high precision (data/make_rng_saddle.py). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "rng/saddle.h"

Test(saddle, stirling_errors_and_deviances)
{
    FILE *file = fopen(BRISK_TEST_DATA "/rng_saddle.txt", "r");
    cr_assert(file != NULL);
    char kind[16];
    int rows = 0;
    for (; fscanf(file, "%15s", kind) == 1; rows++) {
        double x, m, value;
        if (strcmp(kind, "stirling") == 0) {
            cr_assert(fscanf(file, "%la %la", &x, &value) == 2);
            const double y = bk_stirling_error(x);
            cr_assert(fabs(y - value) <= 1e-15 * value, "stirling %g: %.17g, not %.17g", x, y, value);
        } else {
            cr_assert(fscanf(file, "%la %la %la", &x, &m, &value) == 3);
            const double y = bk_deviance(x, m);
            /* The rounding of x / m alone moves the direct form by half a unit of x. */
            cr_assert(fabs(y - value) <= 4e-15 * value + 1e-16 * fabs(x - m),
                      "deviance %g %g: %.17g, not %.17g", x, m, y, value);
        }
    }
    cr_assert(rows > 300);
    (void)fclose(file);
    cr_assert(bk_stirling_error(0.0) == 0.0);
    cr_assert(bk_deviance(0.0, 2.5) == 2.5 && bk_deviance(7.0, 7.0) == 0.0);
}
