/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rejection variates, value by value, against a replay with textbook probabilities in high precision
 * (data/make_rng_rejection.py). One wrong acceptance would shift all values behind it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "brisk/rng.h"

enum { count = 400 };

static bk_status draw(double *x, bk_stream *stream, const char *name, double a, double b)
{
    uint64_t whole[count];
    bk_status status;
    if (strcmp(name, "gamma") == 0) {
        return bk_fill_gamma(stream, x, count, a, b);
    }
    if (strcmp(name, "beta") == 0) {
        return bk_fill_beta(stream, x, count, a, b);
    }
    if (strcmp(name, "student_t") == 0) {
        return bk_fill_student_t(stream, x, count, a);
    }
    if (strcmp(name, "poisson") == 0) {
        status = bk_fill_poisson(stream, whole, count, a);
    } else {
        status = bk_fill_binomial(stream, whole, count, (uint64_t)a, b);
    }
    for (int i = 0; i < count; i++) {
        x[i] = (double)whole[i];
    }
    return status;
}

Test(rejection, every_value_is_that_of_the_replay)
{
    FILE *file = fopen(BRISK_TEST_DATA "/rng_rejection.txt", "r");
    cr_assert(file != NULL);
    char name[32];
    double a, b, x[count], value;
    uint64_t row = 0;
    for (; fscanf(file, "%31s %la %la", name, &a, &b) == 3; row++) {
        bk_stream stream = bk_stream_open(9, 1041, row);
        cr_assert(draw(x, &stream, name, a, b) == BK_OK);
        const bool whole = strcmp(name, "poisson") == 0 || strcmp(name, "binomial") == 0;
        /* Logarithms of some 1/shape carry errors of as many units. */
        const double relative = strcmp(name, "beta") == 0 && fmin(a, b) < 0.1 ? 0x1p-50 / fmin(a, b) : 2e-14;
        for (int i = 0; i < count; i++) {
            cr_assert(fscanf(file, "%la", &value) == 1);
            cr_assert(fabs(x[i] - value) <= (whole ? 0.0 : relative * fabs(value) + 0x1p-1073),
                      "%s %g %g, value %d: %.17g, not %.17g", name, a, b, i, x[i], value);
        }
    }
    cr_assert(row == 18);
    (void)fclose(file);
}
