/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * exhaustive_f32 [STRIDE [FUNCTION]]: every STRIDE-th float of all 2^32 through each elementary function,
 * against the C library in double, whose own error is below 2^-28 units of a float. Prints the worst
 * error of each in units of the last place of the exact result; exit code 1 where one is above the bound
 * that loops/math_f32.h or math_angle.h states, or where NaN, infinity or the sign at a zero argument differ.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"

#define CHUNK 4096

typedef double (*exact_function)(double);

static double sigmoid(double x) { return x >= 0.0 ? 1.0 / (1.0 + exp(-x)) : exp(x) / (1.0 + exp(x)); }
static double softplus(double x) { return (x > 0.0 ? x : 0.0) + log1p(exp(-fabs(x))); }
static double log_sigmoid(double x) { return (x < 0.0 ? x : 0.0) - log1p(exp(-fabs(x))); }

/* sin(2 pi x + turn pi / 2), reduced exactly, so that errors near the zeros are real ones. */
static double sine_turned(double x, int turn)
{
    if (isnan(x)) {
        return x; /* and no number of quarters */
    }
    const double quarters = nearbyint(4.0 * x);
    const double rest = 6.283185307179586 * (x - quarters / 4.0);
    switch (((int)quarters + turn) & 3) {
    case 0:
        return sin(rest);
    case 1:
        return cos(rest);
    case 2:
        return -sin(rest);
    default:
        return -cos(rest);
    }
}
static double sine_turns(double x) { return sine_turned(x, 0); }
static double cosine_turns(double x) { return sine_turned(x, 1); }

static void sines(float *y, const float *x, size_t count)
{
    float cosine[CHUNK];
    bk_kernels_in_use()->sincos_turns_f32(y, cosine, x, count);
}
static void cosines(float *y, const float *x, size_t count)
{
    float sine[CHUNK];
    bk_kernels_in_use()->sincos_turns_f32(sine, y, x, count);
}

typedef struct subject_row {
    const char *name;
    exact_function exact;
    void (*ours)(float *y, const float *x, size_t count);
    double bound; /* stands in loops/math_f32.h */
    double limit; /* arguments beyond are not the function's */
} subject_row;

/* What one range of bit patterns showed. */
typedef struct finding {
    double worst;
    float worst_at;
    float wrong_at; /* a special value differs */
    int wrong;
} finding;

typedef struct sweep {
    const subject_row *subject;
    uint64_t stride;
    finding *findings;
} sweep;

enum { ranges = 1024 };

/* In units of the last place that a float has at the exact value. */
static double distance_f32(float y, double exact)
{
    uint64_t bits;
    memcpy(&bits, &exact, sizeof bits);
    const int exponent = (int)(bits >> 52 & 0x7ffU) - 1023;
    const uint64_t per_unit_bits = (uint64_t)(1023 + 23 - (exponent < -126 ? -126 : exponent)) << 52;
    double per_unit;
    memcpy(&per_unit, &per_unit_bits, sizeof per_unit);
    return fabs((double)y - exact) * per_unit;
}

static void judge(finding *found, const subject_row *subject, float x, float y)
{
    if (fabs((double)x) > subject->limit) {
        return;
    }
    const double exact = subject->exact((double)x);
    const float rounded = (float)exact;
    if (isnan(exact) || isinf(rounded) || isinf(y) || isnan(y)) {
        /* Half a unit below the greatest float, the exact value and its neighbour both are right. */
        if (!(isnan(exact) && isnan(y)) && rounded != y) {
            found->wrong++;
            found->wrong_at = x;
        }
        return;
    }
    if (x == 0.0F && y == 0.0F && !signbit(y) != !signbit(exact)) {
        found->wrong++;
        found->wrong_at = x;
    }
    const double distance = distance_f32(y, exact);
    if (distance > found->worst) {
        found->worst = distance;
        found->worst_at = x;
    }
}

static bk_status sweep_range(void *context, size_t item, int thread)
{
    (void)thread;
    const sweep *task = context;
    const uint64_t span = (UINT64_C(1) << 32) / ranges, end = (item + 1) * span;
    uint64_t bits = (item * span + task->stride - 1) / task->stride * task->stride;
    float x[CHUNK], y[CHUNK];
    while (bits < end) {
        size_t n = 0;
        for (; n < CHUNK && bits < end; bits += task->stride) {
            const uint32_t word = (uint32_t)bits;
            memcpy(&x[n++], &word, sizeof word);
        }
        task->subject->ours(y, x, n);
        for (size_t i = 0; i < n; i++) {
            judge(&task->findings[item], task->subject, x[i], y[i]);
        }
    }
    return BK_OK;
}

/* 0 where the subject keeps its bound. */
static int check_subject(const subject_row *subject, uint64_t stride)
{
    static finding findings[ranges];
    memset(findings, 0, sizeof findings);
    sweep task = {.subject = subject, .stride = stride, .findings = findings};
    if (bk_parallel_for(ranges, sweep_range, &task) != BK_OK) {
        (void)fprintf(stderr, "%s\n", bk_error_message());
        return 1;
    }
    finding all = {0};
    for (size_t i = 0; i < ranges; i++) {
        all.worst_at = findings[i].worst > all.worst ? findings[i].worst_at : all.worst_at;
        all.worst = findings[i].worst > all.worst ? findings[i].worst : all.worst;
        all.wrong_at = findings[i].wrong > 0 ? findings[i].wrong_at : all.wrong_at;
        all.wrong += findings[i].wrong;
    }
    const int failed = all.worst >= subject->bound || all.wrong > 0;
    printf("%-12s worst %.3f units at %a, bound %.2f%s\n", subject->name, all.worst, (double)all.worst_at,
           subject->bound, failed ? ": FAILED" : "");
    if (all.wrong > 0) {
        printf("%-12s %d special values differ, as at %a\n", "", all.wrong, (double)all.wrong_at);
    }
    (void)fflush(stdout);
    return failed;
}

int main(int argc, char **argv)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    const double any = INFINITY;
    const subject_row subjects[] = {{"exp", exp, kernels->exp_f32, 1.1, any},
                                    {"log", log, kernels->log_f32, 0.9, any},
                                    {"tanh", tanh, kernels->tanh_f32, 2.6, any},
                                    {"sigmoid", sigmoid, kernels->sigmoid_f32, 2.5, any},
                                    {"log_sigmoid", log_sigmoid, kernels->log_sigmoid_f32, 2.0, any},
                                    {"sine", sine_turns, sines, 1.0, 0x1p+20 - 1.0},
                                    {"cosine", cosine_turns, cosines, 1.0, 0x1p+20 - 1.0},
                                    {"log1p", log1p, kernels->log1p_f32, 1.3, any},
                                    {"softplus", softplus, kernels->softplus_f32, 2.0, any},
                                    {"sin", sin, kernels->sin_f32, 0.51, any},
                                    {"cos", cos, kernels->cos_f32, 0.51, any}};
    const long stride = argc > 1 ? strtol(argv[1], NULL, 10) : 1;
    if (stride < 1) {
        (void)fprintf(stderr, "usage: exhaustive_f32 [STRIDE [FUNCTION]], STRIDE at least 1\n");
        return 2;
    }
    int failures = 0;
    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
        if (argc < 3 || strcmp(argv[2], subjects[i].name) == 0) {
            failures += check_subject(&subjects[i], (uint64_t)stride);
        }
    }
    return failures > 0 ? 1 : 0;
}
