/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rules 37 to 40, numbered as in the reference: slopes where a function has none. */
#include "rules.h"

RULES_SUITE(rules_kinks);

static void rule_37(bk_dtype dtype)
{
    const double values[3] = {-1, 0, 1};
    bk_tensor *w = vector_of(tape, dtype, 3, values);
    must(bk_tensor_require_grad(w, true));
    must(bk_backward(bk_sum(bk_relu(w)), NULL, false));
    expect(bk_tensor_grad(w), 0, 0, 1, 0);
}
Test(rules_kinks, rule_37_relu_has_slope_0_at_0) { RUN_BOTH(rule_37); }

static void rule_38(bk_dtype dtype)
{
    const double other[3] = {0.5, 0, 3};
    bk_tensor *a = leaf(dtype), *b = vector_of(tape, dtype, 3, other);
    must(bk_tensor_require_grad(b, true));
    must(bk_backward(bk_sum(bk_maximum(a, b)), NULL, false));
    expect(bk_tensor_grad(a), 0.5, 0, 0, 0);
    expect(bk_tensor_grad(b), 0.5, 1, 1, 0);
}
Test(rules_kinks, rule_38_a_tie_shares_the_gradient) { RUN_BOTH(rule_38); }

static bk_tensor *with_ties(bk_dtype dtype)
{
    const size_t shape[2] = {2, 3};
    const double values[6] = {2, 1, 2, -1, 3, 2};
    bk_tensor *w = tensor_of(tape, dtype, 2, shape, values);
    must(bk_tensor_require_grad(w, true));
    return w;
}

static void expect_gradient(bk_tensor *w, bk_tensor *output, const double wanted[6])
{
    double gradient[6];
    bk_tensor_zero_grad(w, false);
    must(bk_backward(bk_sum(output), NULL, false));
    read_doubles(bk_tensor_grad(w), gradient);
    for (int i = 0; i < 6; i++) {
        cr_assert_eq(gradient[i], wanted[i], "[%d]: %g, not %g", i, gradient[i], wanted[i]);
    }
}

/* Over all or several axes ties share in equal parts; over one axis with a position, the first takes all. */
static void rule_38_reduced(bk_dtype dtype)
{
    const int first[1] = {0}, second[1] = {-1}, both[2] = {1, 0};
    bk_tensor *w = with_ties(dtype);
    expect_gradient(w, bk_max(bk_minimum(w, bk_tensor_scalar(tape, dtype, 2))), /* 2, 1, 2 and -1, 2, 2 */
                    (const double[6]){0.125, 0, 0.125, 0, 0, 0.125});
    expect_gradient(w, bk_max(w), (const double[6]){0, 0, 0, 0, 1, 0});
    expect_gradient(w, bk_min(bk_neg(w)), (const double[6]){0, 0, 0, 0, -1, 0});
    expect_gradient(w, bk_max_axes(w, 1, second, false), (const double[6]){0.5, 0, 0.5, 0, 1, 0});
    expect_gradient(w, bk_max_axes(w, 1, first, true), (const double[6]){1, 0, 0.5, 0, 1, 0.5});
    expect_gradient(w, bk_min_axes(bk_neg(w), 1, second, true), (const double[6]){-0.5, 0, -0.5, 0, -1, 0});
    expect_gradient(w, bk_min_axes(w, 2, both, false), (const double[6]){0, 0, 0, 1, 0, 0});
    bk_tensor *index;
    expect_gradient(w, bk_max_axis(w, 1, false, &index), (const double[6]){1, 0, 0, 0, 1, 0});
    int64_t position[2];
    must(bk_tensor_read(index, position));
    cr_assert(position[0] == 0 && position[1] == 1);
    expect_gradient(w, bk_min_axis(bk_neg(w), -1, true, NULL), (const double[6]){-1, 0, 0, 0, -1, 0});
    expect_gradient(w, bk_max_axis(w, 0, false, NULL), (const double[6]){1, 0, 1, 0, 1, 0});
}
Test(rules_kinks, rule_38_reduced_ties_share_or_the_first_takes_all) { RUN_BOTH(rule_38_reduced); }

static void rule_38_minimum(bk_dtype dtype)
{
    const double other[3] = {0.5, 0, 3};
    bk_tensor *a = leaf(dtype), *b = vector_of(tape, dtype, 3, other);
    must(bk_tensor_require_grad(b, true));
    must(bk_backward(bk_sum(bk_minimum(a, b)), NULL, false));
    expect(bk_tensor_grad(a), 0.5, 1, 1, 0);
    expect(bk_tensor_grad(b), 0.5, 0, 0, 0);
    bk_tensor_zero_grad(a, false);
    must(bk_backward(bk_sum(bk_maximum(a, a)), NULL, false)); /* two halves are one */
    expect(bk_tensor_grad(a), 1, 1, 1, 0);
}
Test(rules_kinks, rule_38_minimum) { RUN_BOTH(rule_38_minimum); }

/* A clamp's ends belong to the middle. */
static void rule_37_clamp(bk_dtype dtype)
{
    const double values[3] = {-1, 0, 2}, low = 0, high = 2;
    bk_tensor *w = vector_of(tape, dtype, 3, values);
    must(bk_tensor_require_grad(w, true));
    must(bk_backward(bk_sum(bk_clamp(w, &low, &high)), NULL, false));
    expect(bk_tensor_grad(w), 0, 1, 1, 0);
}
Test(rules_kinks, rule_37_clamp_has_slope_1_at_its_ends) { RUN_BOTH(rule_37_clamp); }

static void rule_39(bk_dtype dtype)
{
    const double values[3] = {-2, 0, 3};
    bk_tensor *w = vector_of(tape, dtype, 3, values);
    must(bk_tensor_require_grad(w, true));
    bk_tensor *sign = bk_sign(w), *magnitude = bk_abs(w);
    expect(sign, -1, 0, 1, 0);
    expect(magnitude, 2, 0, 3, 0);
    must(bk_backward(bk_sum(magnitude), NULL, false));
    expect(bk_tensor_grad(w), -1, 0, 1, 0);
    bk_tensor_zero_grad(w, false);
    must(bk_backward(bk_sum(sign), NULL, false));
    expect(bk_tensor_grad(w), 0, 0, 0, 0);
}
Test(rules_kinks, rule_39_slopes_of_abs_and_sign_at_0) { RUN_BOTH(rule_39); }

static double slope_at(bk_tensor *(*function)(bk_tensor *), bk_dtype dtype, double x)
{
    bk_tensor *w = leaf_scalar(tape, dtype, x);
    must(bk_backward(function(w), NULL, false));
    return item(bk_tensor_grad(w));
}

static bk_tensor *root_times_zero(bk_tensor *w) { return bk_scale(bk_sqrt(w), 0); }
static bk_tensor *norm(bk_tensor *w) { return bk_sqrt(bk_sum(bk_square(w))); }
static bk_tensor *power_0(bk_tensor *w) { return bk_pow_constant(w, 0); }
static bk_tensor *to_the_0(bk_tensor *w)
{
    bk_tensor *exponent = bk_tensor_scalar(tape, bk_tensor_dtype(w), 0);
    return bk_pow(w, exponent);
}

static void rule_40(bk_dtype dtype)
{
    cr_assert_eq(slope_at(bk_sqrt, dtype, 0), HUGE_VAL);
    cr_assert_eq(slope_at(bk_sqrt, dtype, 4), 0.25);
    cr_assert(isnan(slope_at(bk_sqrt, dtype, -1)));
    cr_assert(isnan(slope_at(root_times_zero, dtype, 0))); /* 0 times infinity is not hidden */
    cr_assert(isnan(slope_at(norm, dtype, 0)));            /* so this is not either: there is no norm */
    const double points[4] = {0, 3, -2, HUGE_VAL};
    for (int i = 0; i < 4; i++) {
        cr_assert_eq(slope_at(power_0, dtype, points[i]), 0, "x^0 at %g", points[i]);
        cr_assert_eq(slope_at(to_the_0, dtype, points[i]), 0, "x^0 at %g", points[i]);
    }
    /* By the exponent: 0 at a base of 0, b >= 0; log a a^b elsewhere. */
    bk_tensor *a = bk_tensor_scalar(tape, dtype, 0), *b = leaf_scalar(tape, dtype, 2);
    must(bk_backward(bk_pow(a, b), NULL, false));
    cr_assert_eq(item(bk_tensor_grad(b)), 0);
    b = leaf_scalar(tape, dtype, 3);
    must(bk_backward(bk_pow(bk_tensor_scalar(tape, dtype, 2), b), NULL, false));
    cr_assert_float_eq(item(bk_tensor_grad(b)), 8 * 0.693147180559945309, 16 * epsilon_of(dtype));
}
Test(rules_kinks, rule_40_roots_and_powers_at_0) { RUN_BOTH(rule_40); }
