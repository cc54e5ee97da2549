/* SPDX-License-Identifier: GPL-3.0-or-later
 * Training kernels: the documented sums in the documented order, the same bits on every instruction set. That
 * they are those of the tape is tested in tests/model/test_training_ways.c. */
#include <criterion/criterion.h>

#include "support.h"

enum { most_count = 140, most_width = 64, most_inputs = 4 };

typedef void (*forward_f32)(float *, float *, const float *, size_t, size_t, size_t, size_t, const float *);
typedef void (*backward_f32)(float *, const float *, const float *, const float *, size_t, size_t, size_t,
                             size_t, const float *);
typedef void (*forward_f64)(double *, double *, const double *, size_t, size_t, size_t, size_t,
                            const double *);
typedef void (*backward_f64)(double *, const double *, const double *, const double *, size_t, size_t, size_t,
                             size_t, const double *);

static float number(uint64_t *state) { return (float)((double)(int64_t)test_bits(state) * 0x1p-62); }

/* ---- Against the formulas, f32 ---- */

static float plain_activation(int act, float z)
{
    float h = z > 0.0F ? z : 0.0F;
    if (act == 0) {
        bk_kernels_of(BK_ISA_SCALAR)->tanh_f32(&h, &z, 1);
    } else if (act == 2) {
        bk_kernels_of(BK_ISA_SCALAR)->sigmoid_f32(&h, &z, 1);
    }
    return h;
}

static float plain_slope(int act, float h)
{
    return act == 0 ? fmaf(-h, h, 1.0F) : act == 1 ? (float)(h > 0.0F) : h * (1.0F - h);
}

typedef struct block_f32 {
    size_t inputs, count, width;
    float x[most_inputs * most_count], slope[most_count], w[(most_inputs + 2) * most_width];
    float h[most_count * most_width], part[most_count], gradient[(most_inputs + 2) * most_width];
} block_f32;

static void fill(block_f32 *b, size_t inputs, size_t count, size_t width)
{
    uint64_t state = inputs + 10 * count + 1000 * width;
    b->inputs = inputs;
    b->count = count;
    b->width = width;
    for (size_t i = 0; i < most_inputs * most_count; i++) {
        b->x[i] = number(&state);
    }
    for (size_t i = 0; i < most_count; i++) {
        b->slope[i] = number(&state) * 0.01F;
    }
    for (size_t i = 0; i < (most_inputs + 2) * most_width; i++) {
        b->w[i] = number(&state);
    }
}

static void check_block(block_f32 *b, int act)
{
    for (size_t p = 0; p < b->count; p++) {
        float lane[16] = {0};
        for (size_t j = 0; j < b->width; j++) {
            float z = 0.0F;
            for (size_t i = 0; i < b->inputs; i++) {
                z = fmaf(b->x[i * most_count + p], b->w[i * b->width + j], z);
            }
            const float h = plain_activation(act, z + b->w[b->inputs * b->width + j]);
            cr_assert(same_f32(b->h[p * b->width + j], h), "h of point %zu, unit %zu", p, j);
            lane[j % 16] = fmaf(h, b->w[(b->inputs + 1) * b->width + j], lane[j % 16]);
        }
        for (size_t half = 8; half > 0; half /= 2) {
            for (size_t l = 0; l < half; l++) {
                lane[l] += lane[l + half];
            }
        }
        cr_assert(same_f32(b->part[p], lane[0]), "part of point %zu", p);
    }
    for (size_t j = 0; j < b->width; j++) {
        float dw[most_inputs] = {0}, d2 = 0.0F, sum = 0.0F;
        double db = 0.0;
        for (size_t p = 0; p < b->count; p++) {
            const float h = b->h[p * b->width + j];
            const float dz = b->slope[p] * b->w[(b->inputs + 1) * b->width + j] * plain_slope(act, h);
            sum = p % 128 == 0 ? dz : sum + dz;
            if (p % 128 == 127 || p + 1 == b->count) {
                db += (double)sum;
            }
            for (size_t i = 0; i < b->inputs; i++) {
                dw[i] = fmaf(b->x[i * most_count + p], dz, dw[i]);
            }
            d2 = fmaf(b->slope[p], h, d2);
        }
        for (size_t i = 0; i < b->inputs; i++) {
            cr_assert_eq(b->gradient[i * b->width + j], dw[i], "w1[%zu, %zu]", j, i);
        }
        cr_assert_eq(b->gradient[b->inputs * b->width + j], (float)db, "b1[%zu]", j);
        cr_assert_eq(b->gradient[(b->inputs + 1) * b->width + j], d2, "w2[%zu]", j);
    }
}

Test(training, blocks_are_the_formulas_on_every_instruction_set)
{
    static block_f32 block;
    static const size_t counts[] = {1, 15, 16, 17, 128, 129, 140};
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *k = bk_kernels_of((bk_isa)isa);
        for (size_t c = 0; k != NULL && c < 7; c++) {
            const forward_f32 forward[] = {k->hidden_forward_tanh_f32, k->hidden_forward_relu_f32,
                                           k->hidden_forward_sigmoid_f32};
            const backward_f32 backward[] = {k->hidden_backward_tanh_f32, k->hidden_backward_relu_f32,
                                             k->hidden_backward_sigmoid_f32};
            for (size_t inputs = 1; inputs <= most_inputs; inputs++) {
                for (int act = 0; act < 3; act++) {
                    fill(&block, inputs, counts[c], c % 2 == 0 ? 16 : 48);
                    forward[act](block.h, block.part, block.x, most_count, block.count, inputs, block.width,
                                 block.w);
                    backward[act](block.gradient, block.h, block.slope, block.x, most_count, block.count,
                                  inputs, block.width, block.w);
                    check_block(&block, act);
                }
            }
        }
    }
}

/* A sum that overflows to infinity minus infinity is NaN, which the quick tanh alone would turn into a
 * number. */
Test(training, a_sum_that_overflows_is_nan)
{
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *k = bk_kernels_of((bk_isa)isa);
        if (k == NULL) {
            continue;
        }
        float h[16], part[1], w[4 * 16] = {0};
        const float x[2] = {4.0F, 4.0F};
        w[3] = 3e38F;
        w[16 + 3] = -3e38F;
        w[48 + 3] = 1.0F;
        w[4] = 3e38F;
        w[48 + 4] = 0.25F;
        k->hidden_forward_tanh_f32(h, part, x, 1, 1, 2, 16, w);
        cr_expect(h[4] == 1.0F && h[5] == 0.0F);
        cr_expect(isnan(h[3]) == isnan(fmaf(4.0F, -3e38F, fmaf(4.0F, 3e38F, 0.0F))));
    }
}

/* ---- The other kernels: equal to the baseline's ---- */

#define NUMBERS 203

static void run_f64(const bk_kernels *k, double *out)
{
    static double x[2 * most_count], w[4 * 24], h[most_count * 24];
    uint64_t state = 5;
    for (size_t i = 0; i < 2 * most_count; i++) {
        x[i] = (double)number(&state);
    }
    for (size_t i = 0; i < 4 * 24; i++) {
        w[i] = (double)number(&state);
    }
    const forward_f64 forward[] = {k->hidden_forward_tanh_f64, k->hidden_forward_relu_f64,
                                   k->hidden_forward_sigmoid_f64};
    const backward_f64 backward[] = {k->hidden_backward_tanh_f64, k->hidden_backward_relu_f64,
                                     k->hidden_backward_sigmoid_f64};
    for (int act = 0; act < 3; act++) {
        forward[act](h, out, x, most_count, most_count, 2, 24, w);
        backward[act](out + most_count, h, x, x, most_count, most_count, 2, 24, w);
        out += most_count + 4 * 24;
    }
}

static void run_steps(const bk_kernels *k, float *f, double *d)
{
    uint64_t state = 9;
    for (size_t i = 0; i < 4 * NUMBERS; i++) {
        f[i] = number(&state);
        d[i] = (double)number(&state);
    }
    float *w = f, *g = f + NUMBERS, *m = f + 2 * NUMBERS, *v = f + 3 * NUMBERS;
    double *wd = d, *gd = d + NUMBERS, *md = d + 2 * NUMBERS, *vd = d + 3 * NUMBERS;
    for (size_t i = 0; i < NUMBERS; i++) {
        v[i] = fabsf(v[i]);
        vd[i] = fabs(vd[i]);
    }
    k->step_descent_f32(w, g, NUMBERS, 0.1F, 0.01F);
    k->step_descent_f64(wd, gd, NUMBERS, 0.1, 0.0);
    k->step_momentum_f32(w, g, m, NUMBERS, 0.1F, 0.0F, 0.9F, 1, 0);
    k->step_momentum_f64(wd, gd, md, NUMBERS, 0.1, 0.1, 0.9, 0, 1);
    k->step_adam_f32(w, g, m, v, NUMBERS, 0.1F, 0.1F, (const float[]){0.9F, 0.999F},
                     (const float[]){0.1F, 0.001F}, 0.3F, 1e-8F);
    k->step_adam_f64(wd, gd, md, vd, NUMBERS, 0.1, 0.0, (const double[]){0.9, 0.999},
                     (const double[]){0.1, 0.001}, 0.3, 1e-8);
}

Test(training, every_instruction_set_gives_the_bits_of_the_baseline)
{
    enum { values = 3 * (most_count + 4 * 24) };
    static double first[values], now[values], first_d[4 * NUMBERS], now_d[4 * NUMBERS];
    static float first_f[4 * NUMBERS], now_f[4 * NUMBERS];
    run_f64(bk_kernels_of(BK_ISA_SCALAR), first);
    run_steps(bk_kernels_of(BK_ISA_SCALAR), first_f, first_d);
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *k = bk_kernels_of((bk_isa)isa);
        if (k != NULL) {
            run_f64(k, now);
            run_steps(k, now_f, now_d);
            cr_expect_arr_eq(now, first, sizeof now, "%s", bk_isa_name((bk_isa)isa));
            cr_expect_arr_eq(now_f, first_f, sizeof now_f, "%s", bk_isa_name((bk_isa)isa));
            cr_expect_arr_eq(now_d, first_d, sizeof now_d, "%s", bk_isa_name((bk_isa)isa));
        }
    }
}

/* One number by hand. */
Test(training, steps_are_the_formulas)
{
    const bk_kernels *k = bk_kernels_in_use();
    double w = 2.0, g = 0.5, m = 0.25, v = 0.0625;
    k->step_descent_f64(&w, &g, 1, 0.125, 0.25);
    cr_expect_eq(w, 2.0 - 0.125 * (0.5 + 0.25 * 2.0));
    w = 2.0;
    k->step_momentum_f64(&w, &g, &m, 1, 0.5, 0.0, 0.5, 0, 0);
    cr_expect(m == 0.625 && w == 2.0 - 0.5 * 0.625);
    w = 2.0;
    k->step_momentum_f64(&w, &g, &m, 1, 0.5, 0.0, 0.5, 1, 1);
    cr_expect(m == 0.5 && w == 2.0 - 0.5 * (0.5 + 0.5 * 0.5));
    w = 2.0;
    m = 0.25;
    k->step_adam_f64(&w, &g, &m, &v, 1, 0.5, 0.0, (const double[]){0.5, 0.75}, (const double[]){0.5, 0.25},
                     0.5, 0.0625);
    cr_expect(m == 0.375 && v == 0.75 * 0.0625 + 0.25 * 0.25);
    cr_expect_float_eq(w, 2.0 - 0.5 * 0.375 / (sqrt(0.109375) / 0.5 + 0.0625), 1e-15);
}
