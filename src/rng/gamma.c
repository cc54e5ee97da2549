/* SPDX-License-Identifier: GPL-3.0-or-later
 * Gamma variates by Marsaglia and Tsang (2000), and beta and Student t made of them.
 *
 * An attempt has a fixed number of draws, so many are prepared at once by the vectorised normals, and the
 * stream goes back to behind the last one that was looked at. */
#include "brisk/rng.h"
#include "rng/draw.h"
#include "rng/saddle.h"

#define BLOCK 256

/* What a shape needs. Shapes below 1 are drawn one larger and shrunk. */
typedef struct gamma_shape {
    double shape, d, c;
    bool shrink;
} gamma_shape;

static gamma_shape make_shape(double shape)
{
    gamma_shape g = {.shape = shape, .shrink = shape < 1.0};
    g.d = (g.shrink ? shape + 1.0 : shape) - 1.0 / 3.0;
    g.c = 1.0 / __builtin_sqrt(9.0 * g.d);
    return g;
}

/* Attempts in hand: draws [ready, stride] and the pair of normals of each. */
typedef struct attempts {
    bk_stream *stream;
    bk_stream start; /* where the first of them begins */
    size_t stride, ready, used;
    uint64_t draws[4 * BLOCK];
    double normals[2 * BLOCK];
} attempts;

static void start_attempts(attempts *a, bk_stream *stream, bool shrink)
{
    a->stream = stream;
    a->stride = shrink ? 4 : 3;
    a->ready = a->used = 0;
}

/* The next attempt; wanted is about how many more will be asked for. */
static size_t next_attempt(attempts *a, size_t wanted)
{
    if (a->used == a->ready) {
        uint64_t pairs[2 * BLOCK];
        a->start = *a->stream;
        a->used = 0;
        a->ready = bk_smaller(wanted, BLOCK);
        bk_stream_fill(a->stream, a->draws, a->stride * a->ready);
        for (size_t i = 0; i < a->ready; i++) {
            pairs[2 * i] = a->draws[a->stride * i];
            pairs[2 * i + 1] = a->draws[a->stride * i + 1];
        }
        bk_kernels_in_use()->normal_f64(a->normals, pairs, 2 * a->ready);
    }
    return a->used++;
}

static void finish_attempts(attempts *a)
{
    if (a->used < a->ready) {
        *a->stream = a->start;
        bk_stream_advance(a->stream, a->stride * a->used);
    }
}

/* One accepted attempt. */
typedef struct accepted {
    double cube;   /* d v with v = (1 + c z)^3 */
    double shrink; /* u of the fourth draw, where there is one */
    double other;  /* the other normal of the pair, on which acceptance does not depend */
} accepted;

/* The test log u < z^2 / 2 + d (1 - v + log v) has the last term as a deviance, which does not cancel for
 * large shapes. */
static accepted accept(attempts *a, const gamma_shape *g, size_t wanted)
{
    for (;;) {
        const size_t i = next_attempt(a, wanted);
        const uint64_t *draws = a->draws + a->stride * i;
        const double z = a->normals[2 * i];
        const double u = bk_centred_f64(draws[2]);
        const double root = 1.0 + g->c * z;
        if (root <= 0.0) {
            continue;
        }
        const double v = root * root * root;
        const double square = z * z;
        if (u < 1.0 - 0.0331 * square * square || bk_log_of(u) < 0.5 * square - g->d * bk_deviance(1.0, v)) {
            return (accepted){g->d * v, a->stride == 4 ? bk_centred_f64(draws[3]) : 1.0,
                              a->normals[2 * i + 1]};
        }
    }
}

/* values [count] *= shrink^(1 / shape). */
static void shrink_values(double *values, double *shrink, size_t count, const gamma_shape *g)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    kernels->log_f64(shrink, shrink, count);
    for (size_t i = 0; i < count; i++) {
        shrink[i] /= g->shape;
    }
    kernels->exp_f64(shrink, shrink, count);
    for (size_t i = 0; i < count; i++) {
        values[i] *= shrink[i];
    }
}

static bk_status check_parameter(const char *distribution, const char *name, double x, double low,
                                 double high)
{
    if (bk_outside(x, low, high)) {
        return bk_fail(BK_INVALID, "%s distribution: %s is %.17g, it must be in [%g, %g]", distribution, name,
                       x, low, high);
    }
    return BK_OK;
}

bk_status bk_fill_gamma(bk_stream *stream, double *values, size_t count, double shape, double rate)
{
    BK_TRY(check_parameter("gamma", "shape", shape, 1e-300, 1e15));
    BK_TRY(check_parameter("gamma", "rate", rate, 1e-280, 1e280));
    const gamma_shape g = make_shape(shape);
    attempts a;
    double shrink[BLOCK];
    start_attempts(&a, stream, g.shrink);
    for (size_t done = 0; done < count; done += BLOCK) {
        const size_t now = bk_smaller(count - done, BLOCK);
        for (size_t i = 0; i < now; i++) {
            const accepted value = accept(&a, &g, count - done - i);
            values[done + i] = value.cube;
            shrink[i] = value.shrink;
        }
        if (g.shrink) {
            shrink_values(values + done, shrink, now, &g);
        }
        for (size_t i = 0; i < now; i++) {
            values[done + i] /= rate;
        }
    }
    finish_attempts(&a);
    return BK_OK;
}

/* x / (x + y) from the logarithms of both, which do not underflow: with d = log x - log y and e = exp(-|d|)
 * it is e / (1 + e) for negative d and 1 / (1 + e) else. So e is at most 1, a value near 0 keeps its digits
 * down to the subnormal numbers, and exchanging x and y gives the complement. part: the cubes of x and of y,
 * and what shrinks each; overwritten. */
static void beta_from_logs(double *values, double *const part[4], size_t count, const gamma_shape *first,
                           const gamma_shape *second)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    for (int k = 0; k < 4; k++) {
        kernels->log_f64(part[k], part[k], count);
    }
    double *difference = part[0];
    for (size_t i = 0; i < count; i++) {
        const double x = part[0][i] + (first->shrink ? part[2][i] / first->shape : 0.0);
        const double y = part[1][i] + (second->shrink ? part[3][i] / second->shape : 0.0);
        difference[i] = x - y;
        values[i] = x < y ? x - y : y - x;
    }
    kernels->exp_f64(values, values, count);
    for (size_t i = 0; i < count; i++) {
        const double top = difference[i] < 0.0 ? values[i] : 1.0;
        values[i] = top / (1.0 + values[i]);
    }
}

bk_status bk_fill_beta(bk_stream *stream, double *values, size_t count, double alpha, double beta)
{
    BK_TRY(check_parameter("beta", "alpha", alpha, 1e-300, 1e15));
    BK_TRY(check_parameter("beta", "beta", beta, 1e-300, 1e15));
    const gamma_shape first = make_shape(alpha), second = make_shape(beta);
    const bool logarithms = first.shrink || second.shrink;
    attempts a;
    double x[BLOCK], y[BLOCK], x_shrink[BLOCK], y_shrink[BLOCK];
    double *const part[4] = {x, y, x_shrink, y_shrink};
    start_attempts(&a, stream, logarithms);
    for (size_t done = 0; done < count; done += BLOCK) {
        const size_t now = bk_smaller(count - done, BLOCK);
        for (size_t i = 0; i < now; i++) {
            const size_t wanted = bk_smaller(count - done - i, BLOCK) * 2;
            const accepted one = accept(&a, &first, wanted);
            const accepted other = accept(&a, &second, wanted - 1);
            x[i] = one.cube;
            y[i] = other.cube;
            x_shrink[i] = one.shrink;
            y_shrink[i] = other.shrink;
            values[done + i] = one.cube / (one.cube + other.cube);
        }
        if (logarithms) {
            beta_from_logs(values + done, part, now, &first, &second);
        }
    }
    finish_attempts(&a);
    return BK_OK;
}

bk_status bk_fill_student_t(bk_stream *stream, double *values, size_t count, double df)
{
    BK_TRY(check_parameter("Student t", "df", df, 0.25, 1e15));
    const gamma_shape g = make_shape(0.5 * df);
    attempts a;
    double z[BLOCK], shrink[BLOCK];
    start_attempts(&a, stream, g.shrink);
    for (size_t done = 0; done < count; done += BLOCK) {
        const size_t now = bk_smaller(count - done, BLOCK);
        for (size_t i = 0; i < now; i++) {
            const accepted value = accept(&a, &g, count - done - i);
            values[done + i] = value.cube;
            shrink[i] = value.shrink;
            z[i] = value.other;
        }
        if (g.shrink) {
            shrink_values(values + done, shrink, now, &g);
        }
        for (size_t i = 0; i < now; i++) {
            values[done + i] = z[i] * __builtin_sqrt(0.5 * df / values[done + i]);
        }
    }
    finish_attempts(&a);
    return BK_OK;
}
