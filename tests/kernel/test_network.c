/* SPDX-License-Identifier: GPL-3.0-or-later
 * The forward pass: the documented sums in the documented order, bit for bit, wherever a point stands. */
#include <criterion/criterion.h>

#include "support.h"

enum { most_points = 200, most_hidden = 9, most_inputs = 5 };

static float number(uint64_t *state) { return (float)((double)(int64_t)test_bits(state) * 0x1p-62); }

static float relu_f32(float z) { return z > 0.0F ? z : 0.0F; }

/* One point as the formula reads, with the C library's fma and the kernels' tanh. */
static float plain_f32(const float *x, size_t stride, size_t inputs, size_t hidden, const float *w1,
                       const float *b1, const float *w2, float b2, bool relu)
{
    float score = b2;
    for (size_t j = 0; j < hidden; j++) {
        float z = b1[j];
        for (size_t i = 0; i < inputs; i++) {
            z = fmaf(w1[j * inputs + i], x[i * stride], z);
        }
        float act = relu_f32(z);
        if (!relu) {
            bk_kernels_of(BK_ISA_SCALAR)->tanh_f32(&act, &z, 1);
        }
        score = fmaf(w2[j], act, score);
    }
    return score;
}

static double plain_f64(const double *x, size_t stride, size_t inputs, size_t hidden, const double *w1,
                        const double *b1, const double *w2, double b2, bool relu)
{
    double score = b2;
    for (size_t j = 0; j < hidden; j++) {
        double z = b1[j];
        for (size_t i = 0; i < inputs; i++) {
            z = fma(w1[j * inputs + i], x[i * stride], z);
        }
        double act = z > 0.0 ? z : 0.0;
        if (!relu) {
            bk_kernels_of(BK_ISA_SCALAR)->tanh_f64(&act, &z, 1);
        }
        score = fma(w2[j], act, score);
    }
    return score;
}

static void check_f32(const bk_kernels *kernels, size_t count, size_t inputs, size_t hidden)
{
    float x[most_inputs * most_points], score[2][most_points];
    float w1[most_inputs * most_hidden], b1[most_hidden], w2[most_hidden];
    uint64_t state = count + 1000 * inputs + hidden;
    for (size_t i = 0; i < most_inputs * most_points; i++) {
        x[i] = number(&state);
    }
    for (size_t i = 0; i < most_inputs * most_hidden; i++) {
        w1[i] = number(&state) * 3.0F;
    }
    for (size_t j = 0; j < most_hidden; j++) {
        b1[j] = number(&state);
        w2[j] = number(&state);
    }
    const float b2 = number(&state);
    kernels->mlp_tanh_f32(score[0], x, most_points, count, inputs, hidden, w1, b1, w2, b2);
    kernels->mlp_relu_f32(score[1], x, most_points, count, inputs, hidden, w1, b1, w2, b2);
    for (size_t p = 0; p < count; p++) {
        for (int relu = 0; relu < 2; relu++) {
            const float plain = plain_f32(x + p, most_points, inputs, hidden, w1, b1, w2, b2, relu == 1);
            cr_assert(same_f32(score[relu][p], plain), "point %zu of %zu, %zu inputs, %zu units: %a, not %a",
                      p, count, inputs, hidden, (double)score[relu][p], (double)plain);
        }
    }
}

static void check_f64(const bk_kernels *kernels, size_t count, size_t inputs, size_t hidden)
{
    double x[most_inputs * most_points], score[2][most_points];
    double w1[most_inputs * most_hidden], b1[most_hidden], w2[most_hidden];
    uint64_t state = count + 1000 * inputs + hidden;
    for (size_t i = 0; i < most_inputs * most_points; i++) {
        x[i] = (double)(int64_t)test_bits(&state) * 0x1p-62;
    }
    for (size_t i = 0; i < most_inputs * most_hidden; i++) {
        w1[i] = (double)(int64_t)test_bits(&state) * 0x1p-61;
    }
    for (size_t j = 0; j < most_hidden; j++) {
        b1[j] = (double)(int64_t)test_bits(&state) * 0x1p-63;
        w2[j] = (double)(int64_t)test_bits(&state) * 0x1p-63;
    }
    kernels->mlp_tanh_f64(score[0], x, most_points, count, inputs, hidden, w1, b1, w2, 0.3);
    kernels->mlp_relu_f64(score[1], x, most_points, count, inputs, hidden, w1, b1, w2, 0.3);
    for (size_t p = 0; p < count; p++) {
        for (int relu = 0; relu < 2; relu++) {
            const double plain = plain_f64(x + p, most_points, inputs, hidden, w1, b1, w2, 0.3, relu == 1);
            cr_assert(same_f64(score[relu][p], plain));
        }
    }
}

Test(network, is_the_formula_on_every_instruction_set)
{
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *kernels = bk_kernels_of((bk_isa)isa);
        for (size_t inputs = 1; kernels != NULL && inputs <= most_inputs; inputs++) {
            const size_t counts[] = {0, 1, 7, 8, 15, 16, 63, 64, 65, 127, 128, 200};
            for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
                check_f32(kernels, counts[c], inputs, most_hidden);
                check_f64(kernels, counts[c], inputs, most_hidden);
            }
            check_f32(kernels, 70, inputs, 0);
            check_f32(kernels, 70, inputs, 1);
        }
    }
}

typedef void (*layer_f32)(float *, size_t, const float *, size_t, size_t, size_t, size_t, const float *,
                          const float *);
typedef void (*layer_f64)(double *, size_t, const double *, size_t, size_t, size_t, size_t, const double *,
                          const double *);

/* A layer of many: each unit is a perceptron of one unit whose output weight is 1 and bias 0. */
Test(network, a_layer_is_the_formula_on_every_instruction_set)
{
    enum { points = 70, units = 7, inputs = 3 };
    float x[inputs * points], w[units * inputs], b[units], y[units * points];
    double xd[inputs * points], wd[units * inputs], bd[units], yd[units * points];
    uint64_t state = 77;
    for (size_t i = 0; i < inputs * points; i++) {
        x[i] = number(&state);
        xd[i] = (double)x[i];
    }
    for (size_t i = 0; i < units * inputs; i++) {
        w[i] = number(&state);
        wd[i] = (double)w[i];
    }
    for (size_t j = 0; j < units; j++) {
        b[j] = number(&state);
        bd[j] = (double)b[j];
    }
    x[5] = NAN;
    xd[5] = INFINITY;
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *k = bk_kernels_of((bk_isa)isa);
        for (size_t count = 1; k != NULL && count <= points; count += 23) {
            const layer_f32 layers[] = {k->layer_tanh_f32, k->layer_relu_f32, k->layer_sigmoid_f32};
            const layer_f64 wide[] = {k->layer_tanh_f64, k->layer_relu_f64, k->layer_sigmoid_f64};
            for (int act = 0; act < 3; act++) {
                layers[act](y, points, x, points, count, inputs, units, w, b);
                wide[act](yd, points, xd, points, count, inputs, units, wd, bd);
                for (size_t j = 0; j < units; j++) {
                    float one[points];
                    double one_wide[points];
                    (act == 0   ? k->mlp_tanh_f32
                     : act == 1 ? k->mlp_relu_f32
                                : k->mlp_sigmoid_f32)(one, x, points, count, inputs, 1, w + j * inputs, b + j,
                                                      (const float[]){1.0F}, 0.0F);
                    (act == 0   ? k->mlp_tanh_f64
                     : act == 1 ? k->mlp_relu_f64
                                : k->mlp_sigmoid_f64)(one_wide, xd, points, count, inputs, 1, wd + j * inputs,
                                                      bd + j, (const double[]){1.0}, 0.0);
                    for (size_t p = 0; p < count; p++) {
                        cr_assert(same_f32(y[j * points + p] + 0.0F, one[p]));
                        cr_assert(same_f64(yd[j * points + p] + 0.0, one_wide[p]));
                        cr_assert_eq(isnan(one[p]), p == 5);
                    }
                }
            }
        }
    }
}

Test(network, a_point_that_is_no_number_scores_nan)
{
    const float w1[] = {1.0F, 0.0F}, b1[] = {0.5F}, w2[] = {1.0F};
    const double w1d[] = {1.0, 0.0}, b1d[] = {0.5}, w2d[] = {1.0};
    const float bad[] = {NAN, INFINITY, -INFINITY};
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *kernels = bk_kernels_of((bk_isa)isa);
        for (int b = 0; kernels != NULL && b < 3; b++) {
            float x[2 * 64] = {0}, score[64];
            double xd[2 * 64] = {0}, scored[64];
            x[64 + 5] = bad[b];
            xd[3] = (double)bad[b];
            kernels->mlp_tanh_f32(score, x, 64, 64, 2, 1, w1, b1, w2, 0.0F);
            kernels->mlp_tanh_f64(scored, xd, 64, 64, 2, 1, w1d, b1d, w2d, 0.0);
            for (int p = 0; p < 64; p++) {
                cr_assert(isnan(score[p]) == (p == 5));
                cr_assert(isnan(scored[p]) == (p == 3));
            }
            kernels->mlp_relu_f32(score, x, 64, 64, 2, 1, w1, b1, w2, 0.0F);
            cr_assert(isnan(score[5]) && score[6] == 0.5F);
        }
    }
}
