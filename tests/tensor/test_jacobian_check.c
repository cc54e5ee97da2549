/* SPDX-License-Identifier: GPL-3.0-or-later
 * The gradient check as a function: finds what is wrong and says where, has the order it claims, leaves
 * everything as it was. */
#include <complex.h>

#include "tensor_tools.h"

static bk_tape *tape;

static void open_tape(void) { tape = bk_tape_create(); }
static void close_tape(void) { bk_tape_destroy(tape); }

TestSuite(jacobian_check, .init = open_tape, .fini = close_tape);

static const double six[6] = {0.5, -1.25, 2, 0.75, -0.3, 1.1};
static const size_t two_by_three[2] = {2, 3}, three_by_two[2] = {3, 2};

static bk_tensor *leaf_of(bk_dtype dtype, size_t rank, const size_t *shape)
{
    bk_tensor *leaf = tensor_of(tape, dtype, rank, shape, six);
    must(bk_tensor_require_grad(leaf, true));
    return leaf;
}

static bk_jacobian_check run(bk_tensor_function function, void *context, size_t count,
                             bk_tensor *const *inputs, const bk_jacobian_options *options)
{
    bk_jacobian_check check;
    must(bk_jacobian_check_run(&check, function, context, count, inputs, options));
    return check;
}

static void expect_report(const bk_jacobian_check *check, const char *part)
{
    bk_text text = {0};
    bk_jacobian_check_report(check, &text);
    cr_assert_not_null(strstr(bk_text_string(&text), part), "%s", bk_text_string(&text));
    bk_text_clear(&text);
}

/* tanh(a b) with its mean's exponential: many inputs for each output. */
static bk_tensor *network(void *context, bk_tape *on, bk_tensor *const *inputs)
{
    (void)context, (void)on;
    bk_tensor *hidden = bk_tanh(bk_matmul(inputs[0], inputs[1]));
    return bk_mul(hidden, bk_exp(bk_mean(hidden)));
}

Test(jacobian_check, passes_what_is_right)
{
    for (int d = 0; d < 2; d++) {
        bk_tensor *inputs[2] = {leaf_of(both_dtypes[d], 2, two_by_three),
                                leaf_of(both_dtypes[d], 2, three_by_two)};
        for (int difference = 0; difference < 2; difference++) {
            for (int directional = 0; directional < 2; directional++) {
                const bk_jacobian_options options = {
                    .difference = (bk_difference)difference, .directional = directional, .directions = 3};
                bk_jacobian_check check = run(network, NULL, 2, inputs, &options);
                cr_assert(check.passed && check.repeatable && check.linear);
                cr_assert_eq(check.inputs, 12);
                cr_assert_eq(check.outputs, 4);
                cr_assert_eq(check.n_steps, 1);
                cr_assert_eq(check.steps[0].step,
                             bk_jacobian_default_step((bk_difference)difference, both_dtypes[d]));
                cr_assert_lt(check.steps[0].excess, 0.2);
                cr_assert_eq(check.steps[0].wrong, 0);
                expect_report(&check, directional ? "directional" : "full Jacobian");
                expect_report(&check, "passed");
                bk_jacobian_check_clear(&check);
            }
        }
    }
}

/* x^2 + mask (x - values of x): the second term is zero for every x, and backward says mask for it. */
static bk_tensor *wrong_at_one_element(void *context, bk_tape *on, bk_tensor *const *inputs)
{
    double mask[6] = {0};
    mask[4] = *(const double *)context;
    bk_tensor *x = inputs[1];
    bk_tensor *m = bk_cast(bk_tensor_from(on, BK_F64, 2, bk_tensor_shape(x), mask), bk_tensor_dtype(x));
    bk_tensor *nothing = bk_mul(m, bk_sub(x, bk_detach(x)));
    return bk_add(bk_mul(bk_square(x), inputs[0]), nothing);
}

Test(jacobian_check, finds_a_planted_wrong_derivative_and_says_which_element)
{
    for (int d = 0; d < 2; d++) {
        const size_t one = 1;
        bk_tensor *inputs[2] = {leaf_of(both_dtypes[d], 1, &one), leaf_of(both_dtypes[d], 2, two_by_three)};
        for (int difference = 0; difference < 2; difference++) {
            double planted = 0;
            bk_jacobian_options options = {.difference = (bk_difference)difference};
            bk_jacobian_check check = run(wrong_at_one_element, &planted, 2, inputs, &options);
            cr_assert(check.passed);
            bk_jacobian_check_clear(&check);
            planted = d == 0 ? 4 : 0x1p-10;
            check = run(wrong_at_one_element, &planted, 2, inputs, &options);
            cr_assert_not(check.passed);
            const bk_jacobian_step *step = &check.steps[check.best];
            cr_assert_eq(step->wrong, 1);
            cr_assert_eq(step->input, 1);
            cr_assert_eq(step->element.number, 4);
            cr_assert(step->element.rank == 2 && step->element.index[0] == 1 && step->element.index[1] == 1);
            cr_assert_eq(step->output.number, 4);
            cr_assert_float_eq(step->backward - step->measured, planted, planted / 8);
            expect_report(&check, "FAILED");
            expect_report(&check, "1 beyond the tolerance, the worst output [1, 1] by input 1 [1, 1]");
            bk_jacobian_check_clear(&check);
            options.directional = true;
            check = run(wrong_at_one_element, &planted, 2, inputs, &options);
            cr_assert_not(check.passed);
            cr_assert_eq(check.steps[0].input, 1);
            expect_report(&check, "along direction 0 of input 1");
            bk_jacobian_check_clear(&check);
        }
    }
}

/* Errors fall as h^2 and h^4 while truncation dominates. */
Test(jacobian_check, has_the_order_it_claims)
{
    bk_tensor *inputs[2] = {leaf_of(BK_F64, 2, two_by_three), leaf_of(BK_F64, 2, three_by_two)};
    static const double two[2] = {1e-2, 1e-4}, four[2] = {1e-1, 1e-2};
    for (int directional = 0; directional < 2; directional++) {
        bk_jacobian_options options = {.directional = directional, .steps = two, .n_steps = 2};
        bk_jacobian_check check = run(network, NULL, 2, inputs, &options);
        const double slope_2 = log10(check.steps[0].error / check.steps[1].error) / 2;
        cr_assert_float_eq(slope_2, 2, 0.1, "%g", slope_2);
        cr_assert_eq(check.best, 1);
        bk_jacobian_check_clear(&check);
        options.difference = BK_DIFFERENCE_FOUR_POINT;
        options.steps = four;
        check = run(network, NULL, 2, inputs, &options);
        const double slope_4 = log10(check.steps[0].error / check.steps[1].error);
        cr_assert_float_eq(slope_4, 4, 0.25, "%g", slope_4);
        bk_jacobian_check_clear(&check);
    }
}

/* tanh(a) exp(b) + a / b, elementwise. */
static bk_tensor *analytic(void *context, bk_tape *on, bk_tensor *const *inputs)
{
    (void)context, (void)on;
    bk_tensor *product = bk_mul(bk_tanh(inputs[0]), bk_exp(inputs[1]));
    return bk_add(product, bk_div(inputs[0], inputs[1]));
}

static bk_status analytic_of_complex(void *context, double *output_real, double *output_imaginary,
                                     const double *const *real, const double *const *imaginary)
{
    for (int i = 0; i < 6; i++) {
        const double complex a = real[0][i] + I * imaginary[0][i], b = real[1][i] + I * imaginary[1][i];
        const double complex y = ctanh(a) * cexp(b) + a / b + (context != NULL ? 1e-3 : 0);
        output_real[i] = creal(y);
        output_imaginary[i] = cimag(y);
    }
    return BK_OK;
}

/* No cancellation: right to a few units in the last place, at the default step and at 1e-200. */
Test(jacobian_check, complex_step_is_exact_to_rounding)
{
    bk_tensor *inputs[2] = {leaf_of(BK_F64, 2, two_by_three), leaf_of(BK_F64, 2, two_by_three)};
    static const double steps[3] = {0x1p-100, 1e-200, 1e-20};
    for (int directional = 0; directional < 2; directional++) {
        const bk_jacobian_options options = {.difference = BK_DIFFERENCE_COMPLEX_STEP,
                                             .directional = directional,
                                             .absolute_tolerance = 16 * 0x1p-52,
                                             .relative_tolerance = 16 * 0x1p-52,
                                             .steps = steps,
                                             .n_steps = 3,
                                             .complex_function = analytic_of_complex};
        bk_jacobian_check check = run(analytic, NULL, 2, inputs, &options);
        for (int s = 0; s < 3; s++) {
            cr_assert_leq(check.steps[s].excess, 1);
        }
        cr_assert(check.passed);
        bk_jacobian_check_clear(&check);
    }
    /* Another function is recognised, and a missing one. */
    bk_jacobian_check check;
    int other = 1;
    bk_jacobian_options options = {.difference = BK_DIFFERENCE_COMPLEX_STEP,
                                   .complex_function = analytic_of_complex};
    cr_assert_eq(bk_jacobian_check_run(&check, analytic, &other, 2, inputs, &options), BK_INVALID);
    says("complex_function is another function");
    options.complex_function = NULL;
    cr_assert_eq(bk_jacobian_check_run(&check, analytic, NULL, 2, inputs, &options), BK_INVALID);
    says("brisk has no complex tensors");
}

/* ---- Each analytic operation by complex steps ---- */

typedef struct analytic_row {
    const char *name;
    bk_tensor *(*function)(bk_tensor *);
    double complex (*of_complex)(double complex);
    double low, high;
} analytic_row;

static bk_tensor *cube(bk_tensor *a) { return bk_pow_constant(a, 3); }
static bk_tensor *power(bk_tensor *a) { return bk_pow_constant(a, -1.75); }
static bk_tensor *reciprocal(bk_tensor *a) { return bk_div(bk_add_constant(bk_scale(a, 0), 1), a); }
static bk_tensor *self_power(bk_tensor *a) { return bk_pow(a, a); }
static double complex negative_of(double complex z) { return -z; }
static double complex square_of(double complex z) { return z * z; }
static double complex cube_of(double complex z) { return z * z * z; }
static double complex power_of(double complex z) { return cexp(-1.75 * clog(z)); }
static double complex self_power_of(double complex z) { return cexp(z * clog(z)); }
static double complex reciprocal_of(double complex z) { return 1 / z; }
static double complex log1p_of(double complex z) { return clog(1 + z); }
static double complex sigmoid_of(double complex z) { return 1 / (1 + cexp(-z)); }
static double complex softplus_of(double complex z) { return clog(1 + cexp(z)); }
static double complex log_sigmoid_of(double complex z) { return -clog(1 + cexp(-z)); }

static const analytic_row analytic_rows[] = {{"neg", bk_neg, negative_of, -2, 2},
                                             {"square", bk_square, square_of, -2, 2},
                                             {"pow 3", cube, cube_of, -2, 2},
                                             {"pow -1.75", power, power_of, 0.3, 3},
                                             {"pow", self_power, self_power_of, 0.3, 3},
                                             {"div", reciprocal, reciprocal_of, 0.3, 3},
                                             {"sqrt", bk_sqrt, csqrt, 0.3, 3},
                                             {"exp", bk_exp, cexp, -2, 2},
                                             {"log", bk_log, clog, 0.3, 3},
                                             {"log1p", bk_log1p, log1p_of, -0.5, 3},
                                             {"sin", bk_sin, csin, -4, 4},
                                             {"cos", bk_cos, ccos, -4, 4},
                                             {"tanh", bk_tanh, ctanh, -2, 2},
                                             {"sigmoid", bk_sigmoid, sigmoid_of, -3, 3},
                                             {"softplus", bk_softplus, softplus_of, -3, 3},
                                             {"log_sigmoid", bk_log_sigmoid, log_sigmoid_of, -3, 3}};

enum { POINTS = 24 };

static bk_tensor *apply_row(void *context, bk_tape *on, bk_tensor *const *inputs)
{
    (void)on;
    return ((const analytic_row *)context)->function(inputs[0]);
}

static bk_status apply_complex(void *context, double *output_real, double *output_imaginary,
                               const double *const *real, const double *const *imaginary)
{
    for (int i = 0; i < POINTS; i++) {
        const double complex y =
            ((const analytic_row *)context)->of_complex(real[0][i] + I * imaginary[0][i]);
        output_real[i] = creal(y);
        output_imaginary[i] = cimag(y);
    }
    return BK_OK;
}

/* 32 eps: libm's complex functions have errors of their own, and 1 - tanh^2 cancels. */
Test(jacobian_check, analytic_operations_by_complex_steps)
{
    uint64_t state = 11;
    for (size_t r = 0; r < sizeof analytic_rows / sizeof *analytic_rows; r++) {
        analytic_row row = analytic_rows[r];
        double values[POINTS];
        for (int i = 0; i < POINTS; i++) {
            values[i] = row.low + (row.high - row.low) * (0.5 + 0.5 * pseudo(&state));
        }
        bk_tensor *x = vector_of(tape, BK_F64, POINTS, values);
        must(bk_tensor_require_grad(x, true));
        const bk_jacobian_options options = {.difference = BK_DIFFERENCE_COMPLEX_STEP,
                                             .absolute_tolerance = 2 * 0x1p-52,
                                             .relative_tolerance = 32 * 0x1p-52,
                                             .complex_function = apply_complex};
        bk_jacobian_check check = run(apply_row, &row, 1, &x, &options);
        bk_text text = {0};
        bk_jacobian_check_report(&check, &text);
        cr_assert(check.passed, "%s: %s", row.name, bk_text_string(&text));
        bk_text_clear(&text);
        bk_jacobian_check_clear(&check);
    }
}

static bk_tensor *rectified(void *context, bk_tape *on, bk_tensor *const *inputs)
{
    (void)context, (void)on;
    return bk_relu(inputs[0]);
}

/* At a kink the two sides differ: that is what the report shows. */
Test(jacobian_check, shows_a_kink_by_its_two_sides)
{
    const double values[3] = {-1, 0, 1};
    bk_tensor *x = vector_of(tape, BK_F64, 3, values);
    must(bk_tensor_require_grad(x, true));
    bk_jacobian_check check = run(rectified, NULL, 1, &x, NULL);
    cr_assert_not(check.passed);
    const bk_jacobian_step *step = &check.steps[0];
    cr_assert(step->wrong == 1 && step->element.number == 1 && step->backward == 0);
    cr_assert_float_eq(step->measured, 0.5, 1e-12);
    cr_assert_float_eq(step->left, 0, 1e-12);
    cr_assert_float_eq(step->right, 1, 1e-12);
    expect_report(&check, "from the left 0, from the right 1");
    bk_jacobian_check_clear(&check);
}

/* The assignment: one direction for each parameter, at one epsilon, of a loss. */
Test(jacobian_check, directional_is_the_assignments_test)
{
    double values[12];
    uint64_t state = 5;
    for (int i = 0; i < 12; i++) {
        values[i] = pseudo(&state);
    }
    bk_tensor *w = tensor_of(tape, BK_F64, 2, two_by_three, values);
    must(bk_tensor_require_grad(w, true));
    bk_tensor *x = tensor_of(tape, BK_F64, 2, three_by_two, values + 6); /* data: not checked */
    bk_tensor *inputs[2] = {w, x};
    static const double epsilon = 1e-5;
    const bk_jacobian_options options = {.directional = true, .steps = &epsilon, .n_steps = 1};
    bk_jacobian_check check = run(network, NULL, 2, inputs, &options);
    cr_assert(check.passed);
    cr_assert_eq(check.inputs, 6);
    cr_assert_lt(check.steps[0].error, 1e-9);
    bk_jacobian_check_clear(&check);
}

static bk_tensor *constant_of_inputs(void *context, bk_tape *on, bk_tensor *const *inputs)
{
    (void)context, (void)inputs;
    return bk_tensor_scalar(on, BK_F64, 3);
}

static bk_tensor *never_twice_the_same(void *context, bk_tape *on, bk_tensor *const *inputs)
{
    (void)on;
    return bk_scale(inputs[0], (double)++*(int *)context);
}

static bk_tensor *changes_its_shape(void *context, bk_tape *on, bk_tensor *const *inputs)
{
    (void)on;
    return ++*(int *)context > 2 ? bk_sum(inputs[0]) : bk_neg(inputs[0]);
}

static bk_tensor *fails(void *context, bk_tape *on, bk_tensor *const *inputs)
{
    (void)on;
    return ++*(int *)context > 3 ? bk_matmul(inputs[0], inputs[0]) : bk_exp(inputs[0]);
}

static bk_tensor *returns_nothing(void *context, bk_tape *on, bk_tensor *const *inputs)
{
    (void)context, (void)on, (void)inputs;
    return NULL;
}

/* Inputs, gradients, versions, grad mode, live tensors: as before, also where it fails. */
Test(jacobian_check, leaves_everything_as_it_was)
{
    bk_tensor *w = leaf_of(BK_F64, 2, two_by_three);
    must(bk_backward(bk_sum(w), NULL, false));
    bk_tensor *frozen = tensor_of(tape, BK_F64, 2, three_by_two, six);
    bk_tensor *inputs[2] = {w, frozen};
    const size_t live = bk_tape_live_tensors(tape);
    bk_grad_mode_set(false);
    bk_jacobian_check check = run(network, NULL, 2, inputs, NULL);
    cr_assert(check.passed);
    cr_assert_eq(check.inputs, 6); /* of w alone */
    bk_jacobian_check_clear(&check);
    int calls = 0;
    check = run(never_twice_the_same, &calls, 1, inputs, NULL);
    cr_assert_not(check.passed);
    bk_jacobian_check_clear(&check);
    const bk_jacobian_check untouched = {.inputs = 77};
    check = untouched;
    calls = 0;
    cr_assert_eq(bk_jacobian_check_run(&check, fails, &calls, 1, inputs, NULL), BK_SHAPE);
    says("jacobian check: matmul");
    calls = 0;
    cr_assert_eq(bk_jacobian_check_run(&check, changes_its_shape, &calls, 1, inputs, NULL), BK_SHAPE);
    says("gave f64 [2, 3] first and then");
    cr_assert_eq(check.inputs, 77);
    cr_assert_not(bk_grad_mode());
    cr_assert_eq(bk_tape_live_tensors(tape), live);
    cr_assert_eq(bk_tensor_version(w), 0);
    double values[6], gradient[6];
    read_doubles(w, values);
    read_doubles(bk_tensor_grad(w), gradient);
    cr_assert_eq(memcmp(values, six, sizeof six), 0);
    cr_assert_eq(gradient[5], 1);
    bk_grad_mode_set(true);
    bk_error_clear();
}

Test(jacobian_check, nothing_to_differentiate)
{
    const size_t none[2] = {0, 3};
    bk_tensor *empty = bk_tensor_zeros(tape, BK_F64, 2, none);
    must(bk_tensor_require_grad(empty, true));
    bk_tensor *inputs[2] = {empty, leaf_of(BK_F64, 2, three_by_two)};
    for (int directional = 0; directional < 2; directional++) {
        const bk_jacobian_options options = {.directional = directional};
        bk_jacobian_check check = run(network, NULL, 2, inputs, &options);
        cr_assert(check.passed);
        cr_assert_eq(check.outputs, 0);
        expect_report(&check, "nothing to compare");
        bk_jacobian_check_clear(&check);
    }
}

static void refuses(bk_tensor_function function, size_t count, bk_tensor *const *inputs,
                    const bk_jacobian_options *options, bk_status status, const char *part)
{
    bk_jacobian_check check = {.inputs = 77};
    bk_error_clear();
    cr_assert_eq(bk_jacobian_check_run(&check, function, NULL, count, inputs, options), status, "%s",
                 bk_error_message());
    says(part);
    cr_assert_eq(check.inputs, 77);
}

Test(jacobian_check, says_what_it_cannot_check)
{
    bk_tensor *w = leaf_of(BK_F64, 2, two_by_three);
    bk_tensor *plain = tensor_of(tape, BK_F64, 2, two_by_three, six);
    bk_tensor *inputs[2] = {w, NULL};
    refuses(NULL, 1, &w, NULL, BK_INVALID, "no function");
    refuses(rectified, 1, NULL, NULL, BK_INVALID, "no inputs");
    refuses(rectified, 0, NULL, NULL, BK_INVALID, "none of the 0 inputs requires a gradient");
    refuses(rectified, 1, &plain, NULL, BK_INVALID, "none of the 1 inputs requires a gradient");
    refuses(rectified, 2, inputs, NULL, BK_INVALID, "input 1 is NULL");
    refuses(constant_of_inputs, 1, &w, NULL, BK_GRAPH, "does not depend on an input");
    refuses(returns_nothing, 1, &w, NULL, BK_FAILED, "the function returned NULL");
    bk_tape *other = bk_tape_create();
    inputs[1] = bk_tensor_scalar(other, BK_F64, 1);
    refuses(rectified, 2, inputs, NULL, BK_GRAPH, "two tapes");
    bk_tape_destroy(other);
    const double bad[2] = {1e-5, 0};
    refuses(rectified, 1, &w, &(bk_jacobian_options){.steps = bad, .n_steps = 2}, BK_INVALID, "step 1 is 0");
    refuses(rectified, 1, &w, &(bk_jacobian_options){.absolute_tolerance = -1}, BK_INVALID,
            "the absolute tolerance is -1");
    refuses(rectified, 1, &w, &(bk_jacobian_options){.relative_tolerance = NAN}, BK_INVALID,
            "the relative tolerance");
    refuses(rectified, 1, &w, &(bk_jacobian_options){.difference = BK_DIFFERENCE_COUNT}, BK_INVALID,
            "difference 3 does not exist");
    refuses(network, 2, (bk_tensor *[]){w, leaf_of(BK_F32, 2, three_by_two)}, NULL, BK_DTYPE, "one dtype");
}

Test(jacobian_check, defaults)
{
    cr_assert_float_eq(bk_jacobian_default_step(BK_DIFFERENCE_TWO_POINT, BK_F64), 6.0554544523933429e-06,
                       1e-20);
    cr_assert_float_eq(bk_jacobian_default_step(BK_DIFFERENCE_FOUR_POINT, BK_F64), 7.4009597974140505e-04,
                       1e-17);
    cr_assert_eq(bk_jacobian_default_step(BK_DIFFERENCE_COMPLEX_STEP, BK_F32), 0x1p-100);
    cr_assert_float_eq(bk_jacobian_default_tolerance(BK_DIFFERENCE_TWO_POINT, BK_F64), 3.667e-8, 1e-11);
    cr_assert_float_eq(bk_jacobian_default_tolerance(BK_DIFFERENCE_FOUR_POINT, BK_F32), 2.8909992e-3, 1e-9);
    for (int difference = 0; difference < 4; difference++) {
        const double step = bk_jacobian_default_step((bk_difference)difference, BK_I64);
        cr_assert(step != step);
    }
}
