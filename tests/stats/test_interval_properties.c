/* SPDX-License-Identifier: GPL-3.0-or-later
 * What every closed form must do with random losses: hold the estimate, stay in the range, widen with the
 * level, narrow when each loss is repeated, follow shift and scale, ignore order. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "brisk/stats.h"

#define CASES        60
#define CLOSED_FORMS BK_METHOD_BETTING

static bk_interval ask(size_t method, const bk_losses *losses, double level, bk_sides sides)
{
    bk_interval_request request = bk_interval_request_of(level);
    request.sides = sides;
    bk_interval interval;
    cr_assert_eq(bk_interval_of_losses(&interval, method, losses, &request), BK_OK, "%s", bk_error_message());
    return interval;
}

/* Losses number c: 0/1 (even c) or in [0, 1], of 1 to some 200 points, rare to frequent. */
static size_t draw(double *values, uint64_t c)
{
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER + 2, c);
    const size_t n = 1 + (size_t)(bk_stream_next(&stream) % (c % 3 == 0 ? 5 : 200));
    const double shape = .05 + 2 * bk_next_uniform_f64(&stream);
    cr_assert_eq(bk_fill_beta(&stream, values, n, shape, 1), BK_OK);
    for (size_t i = 0; c % 2 == 0 && i < n; i++) {
        values[i] = values[i] > .5;
    }
    return n;
}

static bk_losses of_values(const double *values, size_t n, double low, double high)
{
    bk_losses losses;
    cr_assert_eq(bk_losses_from_values(&losses, values, n, low, high), BK_OK, "%s", bk_error_message());
    return losses;
}

static const double levels[] = {.5, .6, .8, .9, .95, .99, .999, 1 - 1e-7};
#define LEVELS (sizeof levels / sizeof levels[0])

Test(properties, in_the_range_around_the_estimate_and_wider_with_the_level)
{
    double values[300];
    for (uint64_t c = 0; c < CASES; c++) {
        const bk_losses losses = of_values(values, draw(values, c), 0, 1);
        for (size_t method = 0; method < CLOSED_FORMS; method++) {
            for (int s = 0; s < 3; s++) {
                bk_interval before = {.low = 1, .high = 0};
                for (size_t i = 0; i < LEVELS; i++) {
                    const bk_interval made = ask(method, &losses, levels[i], (bk_sides)s);
                    if (isnan(made.low)) {
                        break;
                    }
                    cr_assert(made.low >= 0 && made.low <= made.high && made.high <= 1,
                              "%s %s case %d level %g: [%.17g, %.17g]", made.method,
                              bk_sides_name(made.sides), (int)c, levels[i], made.low, made.high);
                    if (s == BK_TWO_SIDED && bk_interval_method_row(method)->holds_estimate) {
                        cr_assert(made.low <= made.estimate && made.estimate <= made.high,
                                  "%s case %d level %g: %.17g in [%.17g, %.17g]", made.method, (int)c,
                                  levels[i], made.estimate, made.low, made.high);
                    }
                    if (i > 0) {
                        cr_assert(made.low <= before.low && made.high >= before.high, "%s case %d level %g",
                                  made.method, (int)c, levels[i]);
                    }
                    before = made;
                }
            }
        }
    }
}

Test(properties, narrower_when_each_loss_is_repeated)
{
    double values[300];
    double twice[600];
    for (uint64_t c = 0; c < CASES; c++) {
        const size_t n = draw(values, c);
        for (size_t i = 0; i < n; i++) {
            twice[2 * i] = twice[2 * i + 1] = values[i];
        }
        const bk_losses once = of_values(values, n, 0, 1);
        const bk_losses repeated = of_values(twice, 2 * n, 0, 1);
        for (size_t method = 0; method < CLOSED_FORMS; method++) {
            const bk_interval a = ask(method, &once, .9, BK_TWO_SIDED);
            const bk_interval b = ask(method, &repeated, .9, BK_TWO_SIDED);
            if (!isnan(a.low)) {
                cr_assert(b.high - b.low <= a.high - a.low + 1e-15, "%s case %d: %g, twice %g", a.method,
                          (int)c, a.high - a.low, b.high - b.low);
                cr_assert(a.status == BK_INTERVAL_DEGENERATE || b.half_width < a.half_width, "%s", a.method);
            }
        }
    }
}

Test(properties, follow_shift_and_scale)
{
    double values[300];
    double moved[300];
    const size_t methods[] = {
        BK_METHOD_HOEFFDING,   BK_METHOD_CHEBYSHEV, BK_METHOD_BERNSTEIN, BK_METHOD_EMPIRICAL_BERNSTEIN,
        BK_METHOD_KL_CHERNOFF, BK_METHOD_WALD,      BK_METHOD_STUDENT_T};
    for (uint64_t c = 1; c < CASES; c += 2) {
        const size_t n = draw(values, c);
        for (size_t i = 0; i < n; i++) {
            moved[i] = 5 - 8 * values[i]; /* mirrored too */
        }
        const bk_losses plain = of_values(values, n, 0, 1);
        const bk_losses far = of_values(moved, n, -3, 5);
        for (size_t m = 0; m < sizeof methods / sizeof methods[0]; m++) {
            const bk_interval a = ask(methods[m], &plain, .9, BK_TWO_SIDED);
            const bk_interval b = ask(methods[m], &far, .9, BK_TWO_SIDED);
            cr_assert_eq(a.status, b.status);
            if (!isnan(a.low)) {
                cr_assert_float_eq(b.low, 5 - 8 * a.high, 2e-13, "%s case %d", a.method, (int)c);
                cr_assert_float_eq(b.high, 5 - 8 * a.low, 2e-13, "%s case %d", a.method, (int)c);
            }
        }
    }
}

Test(properties, ignore_the_order)
{
    double values[300];
    double shuffled[300];
    for (uint64_t c = 0; c < CASES; c++) {
        const size_t n = draw(values, c);
        for (size_t i = 0; i < n; i++) {
            shuffled[i] = values[i];
        }
        bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER + 3, c);
        cr_assert_eq(bk_shuffle(&stream, shuffled, n, sizeof *shuffled), BK_OK);
        const bk_losses a = of_values(values, n, 0, 1);
        const bk_losses b = of_values(shuffled, n, 0, 1);
        for (size_t method = 0; method < CLOSED_FORMS; method++) {
            const bk_interval x = ask(method, &a, .9, BK_TWO_SIDED);
            const bk_interval y = ask(method, &b, .9, BK_TWO_SIDED);
            cr_assert_eq(x.status, y.status);
            if (!isnan(x.low)) {
                /* 4 ulp of the larger of end and estimate: an end near 0 is a difference of the two. */
                cr_assert_float_eq(x.low, y.low, 4 * 0x1p-52 * fmax(x.high, 1e-300),
                                   "%s case %d: %.17g %.17g", x.method, (int)c, x.low, y.low);
                cr_assert_float_eq(x.high, y.high, 4 * 0x1p-52 * x.high, "%s case %d", x.method, (int)c);
            }
        }
    }
}

Test(properties, levels_next_to_0_and_to_1)
{
    const bk_losses losses = bk_losses_from_count(7, 50);
    for (size_t method = 0; method <= BK_METHOD_BETTING; method++) {
        for (int s = 0; s < 3; s++) {
            const double extreme[] = {5e-324, 1e-300, 1e-10, .01, 1 - 1e-15, 1 - 0x1p-53};
            for (size_t i = 0; i < sizeof extreme / sizeof extreme[0]; i++) {
                const bk_interval made = ask(method, &losses, extreme[i], (bk_sides)s);
                cr_assert_eq(made.status, BK_INTERVAL_OK, "%s at %g", made.method, extreme[i]);
                cr_assert(made.low >= 0 && made.high <= 1 && !isnan(made.half_width), "%s at %g: [%g, %g]",
                          made.method, extreme[i], made.low, made.high);
            }
        }
    }
}
