/* SPDX-License-Identifier: GPL-3.0-or-later
 * Chernoff's bound inverted: the figures, its equation at both ends, tiny ends, any range. */
#include <criterion/criterion.h>
#include <math.h>

#include "brisk/stats.h"

static bk_interval ask(const bk_losses *losses, double level, bk_sides sides)
{
    bk_interval_request request = bk_interval_request_of(level);
    request.sides = sides;
    bk_interval interval;
    cr_assert_eq(bk_interval_of_losses(&interval, BK_METHOD_KL_CHERNOFF, losses, &request), BK_OK, "%s",
                 bk_error_message());
    return interval;
}

static bk_interval of_count(uint64_t k, uint64_t n, double level)
{
    const bk_losses losses = bk_losses_from_count(k, n);
    return ask(&losses, level, BK_TWO_SIDED);
}

Test(kl_chernoff, the_figures)
{
    const struct {
        uint64_t k;
        double low, high, digit;
    } table[] = {
        {0, 0, .0029912495, 5.1e-11},
        {1, 1.875116e-5, .0057302586, 5.1e-11},
        {10, .0041262743, .0197561293, 5.1e-11},
        {50, .0348996100, .0686847467, 5.1e-11},
    };
    for (size_t i = 0; i < 4; i++) {
        const bk_interval made = of_count(table[i].k, 1000, .9);
        cr_assert_float_eq(made.low, table[i].low, table[i].digit);
        cr_assert_float_eq(made.high, table[i].high, table[i].digit);
    }
}

/* kl(r, p) in the plain way: right to about 1e-15 / |p - r|. */
static double kl(double r, double p)
{
    return (r > 0 ? r * log(r / p) : 0) + (r < 1 ? (1 - r) * (log1p(-r) - log1p(-p)) : 0);
}

Test(kl_chernoff, both_ends_solve_the_equation)
{
    for (uint64_t n = 1; n < 1000000; n = n * 5 + 1) {
        for (uint64_t k = 0; k <= n; k += n / 7 + 1) {
            for (int i = 0; i < 4; i++) {
                const double level = (const double[]){.5, .9, .999, 1 - 1e-7}[i];
                const double limit = log(2 / (1 - level));
                const bk_interval made = of_count(k, n, level);
                const double r = (double)k / (double)n;
                if (made.low > 0) {
                    cr_assert_float_eq((double)n * kl(r, made.low) / limit, 1, 1e-8, "low %d %d", (int)k,
                                       (int)n);
                }
                if (made.high < 1 - 1e-8) {
                    cr_assert_float_eq((double)n * kl(r, made.high) / limit, 1, 1e-8, "high %d %d", (int)k,
                                       (int)n);
                }
                cr_assert((made.low > 0) == (k > 0) && (made.high < 1) == (k < n));
            }
        }
    }
}

Test(kl_chernoff, a_tiny_end_is_right_to_all_digits)
{
    /* One error among 1e9 at 1 - 1e-7: p with ln(1 / (n p)) - 1 + n p = ln(2e7) but for terms of 1e-9
     * relative; x = n p solves ln x - x = -1 - ln(2e7). */
    double x = 0;
    for (int i = 0; i < 100; i++) {
        x = exp(x - 1 - log(2 / (1 - (1 - 1e-7))));
    }
    cr_assert_float_eq(of_count(1, 1000000000, 1 - 1e-7).low * 1e9, x, 2e-9 * x);
    const bk_interval none = of_count(0, 1000000000, .9);
    cr_assert_float_eq(none.high, -expm1(-log(20.) / 1e9), 1e-12 * none.high);
}

Test(kl_chernoff, losses_of_any_range)
{
    const bk_losses unit = {.n = 200, .mean = .3, .variance = .05, .range_known = true, .range_high = 1};
    const bk_losses wide = {.n = 200,
                            .mean = -7 + 20 * .3,
                            .variance = 20,
                            .range_known = true,
                            .range_low = -7,
                            .range_high = 13};
    for (int s = 0; s < 3; s++) {
        const bk_interval u = ask(&unit, .95, (bk_sides)s);
        const bk_interval w = ask(&wide, .95, (bk_sides)s);
        cr_assert_float_eq(w.low, -7 + 20 * u.low, 1e-13);
        cr_assert_float_eq(w.high, -7 + 20 * u.high, 1e-13);
    }
    const bk_losses same = {.n = 60, .mean = .3, .variance = .2, .range_known = true, .range_high = 1};
    const bk_interval counted = of_count(18, 60, .95);
    const bk_interval real = ask(&same, .95, BK_TWO_SIDED);
    cr_assert_float_eq(counted.low, real.low, 1e-14);
    cr_assert_float_eq(counted.high, real.high, 1e-14);
}

Test(kl_chernoff, is_never_wider_than_hoeffding)
{
    for (uint64_t k = 0; k <= 100; k++) {
        const bk_losses losses = bk_losses_from_count(k, 100);
        bk_interval h;
        cr_assert_eq(bk_interval_hoeffding(&h, &losses, .9), BK_OK);
        const bk_interval made = ask(&losses, .9, BK_TWO_SIDED);
        cr_assert(made.low >= h.low - 1e-15 && made.high <= h.high + 1e-15, "Pinsker's inequality, k = %d",
                  (int)k);
    }
}
