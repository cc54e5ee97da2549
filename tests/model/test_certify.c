/* SPDX-License-Identifier: GPL-3.0-or-later
 * Proved bounds of the score on cells: against exact scores (mpmath), against dense sampling of random cells
 * of random networks, and where the bounds are attained. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include "model/certify.h"
#include "support.h"

static const double reach[3] = {9.0, 9.0, 9.0};

/* A network with weights drawn from [-size, size) and its certifier. */
typedef struct subject {
    bk_network *network;
    bk_certifier *certifier;
} subject;

static void set_weight(const bk_network *network, void *values, size_t i, double weight)
{
    if (network->dtype == BK_F32) {
        ((float *)values)[i] = (float)weight;
    } else {
        ((double *)values)[i] = weight;
    }
}

static double uniform(bk_stream *stream, double low, double high)
{
    double value;
    bk_fill_uniform_f64(stream, &value, 1);
    return low + (high - low) * value;
}

static subject draw_subject(bk_stream *stream, size_t inputs, size_t hidden, bk_activation activation,
                            bk_dtype dtype, double size)
{
    subject s = {.network = bk_network_create(inputs, 1, &hidden, activation, dtype)};
    cr_assert_not_null(s.network);
    for (size_t p = 0; p < 4; p++) {
        for (size_t i = 0; i < parameter_count(s.network, p); i++) {
            set_weight(s.network, parameter_values(s.network, p), i, uniform(stream, -size, size));
        }
    }
    s.certifier = bk_certifier_create(s.network, reach);
    cr_assert_not_null(s.certifier, "%s", bk_error_message());
    return s;
}

static void free_subject(subject *s)
{
    bk_certifier_destroy(s->certifier);
    bk_network_destroy(s->network);
}

/* What the dense path computes at x, in f64; x of the network's dtype. */
static double dense_score(const bk_network *network, const double *x)
{
    float narrow[3], narrow_score;
    double score;
    for (size_t i = 0; i < network->inputs; i++) {
        narrow[i] = (float)x[i];
    }
    if (network->dtype == BK_F64) {
        cr_assert_eq(bk_network_score(&score, network, x, 1), BK_OK);
        return score;
    }
    cr_assert_eq(bk_network_score(&narrow_score, network, narrow, 1), BK_OK);
    return (double)narrow_score;
}

static double polynomial(const bk_expansion *e, size_t inputs, const double *centre, const double *x)
{
    double sum = e->value[0];
    size_t k = 0;
    for (size_t i = 0; i < inputs; i++) {
        sum += e->slope[i][0] * (x[i] - centre[i]);
        for (size_t other = i; other < inputs; other++) {
            sum += e->curve[k++][0] * (x[i] - centre[i]) * (x[other] - centre[other]);
        }
    }
    return sum;
}

/* A cell with all that is claimed of it. */
typedef struct claim {
    double centre[3], half_width[3], value, bound, rounding, box_rounding;
    bk_expansion expansion;
} claim;

static claim make_claim(const subject *s, const double *centre, const double *half_width)
{
    claim c;
    double low[3], high[3];
    for (size_t i = 0; i < s->network->inputs; i++) {
        c.centre[i] = centre[i];
        c.half_width[i] = half_width[i];
        low[i] = centre[i] - half_width[i];
        high[i] = centre[i] + half_width[i];
    }
    bk_certifier_cell(&c.value, &c.bound, s->certifier, centre, half_width);
    bk_certifier_expand(&c.expansion, s->certifier, centre, 1, half_width, 1);
    c.rounding = c.expansion.rounding[0];
    c.box_rounding = bk_certifier_rounding(s->certifier, low, high);
    cr_assert(c.bound >= 0.0 && c.rounding >= 0.0);
    cr_assert(c.box_rounding <= c.rounding * 1.01 && c.box_rounding >= c.rounding * 0.99);
    return c;
}

/* The score of x is high + low; how much of each bound it takes. slack covers what this test cannot know. */
static void check_point(const subject *s, const claim *c, const double *x, double high, double low,
                        double slack, double share[3])
{
    const double value = fabs((high - c->value) + low);
    const double rest = fabs((high - polynomial(&c->expansion, s->network->inputs, c->centre, x)) + low);
    const double rounding = fabs((dense_score(s->network, x) - high) - low);
    cr_assert(value <= c->bound + slack, "score %.17g, value %.17g, bound %g", high, c->value, c->bound);
    cr_assert(rest <= c->expansion.rest[0] + slack, "score %.17g is %g from the polynomial, at most %g", high,
              rest, c->expansion.rest[0]);
    cr_assert(rounding <= c->rounding + slack, "score %.17g, dense %.17g, at most %g", high,
              dense_score(s->network, x), c->rounding);
    share[0] = fmax(share[0], value / c->bound);
    share[1] = fmax(share[1], rest / c->expansion.rest[0]);
    share[2] = fmax(share[2], rounding / c->rounding);
}

/* ---- Exact scores -------------------------------------------------------------------------------------- */

static void read_into(FILE *file, double *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(fscanf(file, "%la", &values[i]), 1);
    }
}

static subject read_network(FILE *file)
{
    static const bk_activation activations[] = {BK_TANH, BK_RELU, BK_SIGMOID};
    int activation, dtype;
    size_t inputs, hidden;
    cr_assert_eq(fscanf(file, "%d %d %zu %zu", &activation, &dtype, &inputs, &hidden), 4);
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, 0);
    subject s =
        draw_subject(&stream, inputs, hidden, activations[activation], dtype == 32 ? BK_F32 : BK_F64, 1.0);
    for (size_t p = 0; p < 4; p++) {
        for (size_t i = 0; i < parameter_count(s.network, p); i++) {
            double weight;
            read_into(file, &weight, 1);
            set_weight(s.network, parameter_values(s.network, p), i, weight);
        }
    }
    bk_certifier_destroy(s.certifier);
    s.certifier = bk_certifier_create(s.network, reach);
    return s;
}

Test(certify, exact_scores_stay_inside)
{
    FILE *file = fopen(BRISK_TEST_DATA "/model_certify.txt", "r");
    cr_assert_not_null(file);
    char word[64];
    cr_assert_not_null(fgets(word, sizeof word, file));
    subject s = {0};
    double share[3] = {0.0};
    size_t tried = 0, cells = 0;
    while (fscanf(file, "%63s", word) == 1) {
        if (word[0] == 'n') {
            free_subject(&s);
            s = read_network(file);
            continue;
        }
        double centre[3], half_width[3], x[3], score[2];
        size_t count;
        read_into(file, centre, s.network->inputs);
        read_into(file, half_width, s.network->inputs);
        cr_assert_eq(fscanf(file, "%zu", &count), 1);
        const claim c = make_claim(&s, centre, half_width);
        cells++;
        for (size_t i = 0; i < count; i++, tried++) {
            read_into(file, x, s.network->inputs);
            read_into(file, score, 2);
            /* The polynomial is summed here in f64. */
            check_point(&s, &c, x, score[0], score[1], 1e-14 * (fabs(c.value) + c.bound), share);
        }
    }
    free_subject(&s);
    fclose(file);
    cr_assert(cells == 360 && tried > 2500, "%zu cells, %zu points", cells, tried);
    /* Bounds, and not just large numbers. */
    cr_assert(share[0] > 0.9 && share[1] > 0.9 && share[2] > 0.2, "%g %g %g", share[0], share[1], share[2]);
}

/* ---- Random cells -------------------------------------------------------------------------------------- */

/* The score in long double; its own error is below 1e-16 of the sizes added, far below every bound. */
static long double long_score(const bk_network *n, const double *x)
{
    long double sum = network_value(n, n->bias[1], 0);
    for (size_t j = 0; j < n->hidden[0]; j++) {
        long double z = network_value(n, n->bias[0], j);
        for (size_t i = 0; i < n->inputs; i++) {
            z += (long double)network_value(n, n->weight[0], j * n->inputs + i) * (long double)x[i];
        }
        const long double act = n->activation == BK_TANH   ? tanhl(z)
                                : n->activation == BK_RELU ? (z > 0 ? z : 0)
                                                           : 1 / (1 + expl(-z));
        sum += (long double)network_value(n, n->weight[1], j) * act;
    }
    return sum;
}

/* A point of the cell and of the dtype: a corner for small numbers, else a draw. */
static bool draw_point(double *x, bk_stream *stream, const claim *c, const bk_network *network, size_t number)
{
    for (size_t i = 0; i < network->inputs; i++) {
        const double side = number < 8 ? (number >> i & 1 ? 1.0 : -1.0) : uniform(stream, -1.0, 1.0);
        x[i] = c->centre[i] + side * c->half_width[i] * (1.0 - 0x1p-30);
        x[i] = network->dtype == BK_F32 ? (double)(float)x[i] : x[i];
        if (!(fabs(x[i] - c->centre[i]) <= c->half_width[i])) {
            return false;
        }
    }
    return true;
}

Test(certify, dense_sampling_stays_inside)
{
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, 1);
    double share[3] = {0.0};
    size_t tried = 0;
    for (size_t round = 0; round < 600; round++) {
        const size_t hidden = round % 6 == 0 ? 300 : 1 + round % 40;
        subject s = draw_subject(&stream, 1 + round % 3, hidden, (bk_activation)(round / 3 % 3),
                                 round % 2 == 0 ? BK_F32 : BK_F64, pow(2.0, uniform(&stream, -4.0, 5.0)));
        double centre[3], half_width[3], x[3];
        const double size = pow(2.0, uniform(&stream, -20.0, 1.5));
        for (size_t i = 0; i < 3; i++) {
            centre[i] = uniform(&stream, -2.0, 2.0);
            half_width[i] = size * uniform(&stream, 0.3, 1.0);
        }
        const claim c = make_claim(&s, centre, half_width);
        for (size_t number = 0; number < 60; number++) {
            if (draw_point(x, &stream, &c, s.network, number)) {
                const long double score = long_score(s.network, x);
                const double high = (double)score;
                check_point(&s, &c, x, high, (double)(score - high), 1e-14 * (fabs(c.value) + c.bound),
                            share);
                tried++;
            }
        }
        free_subject(&s);
    }
    cr_assert(tried > 25000, "%zu points", tried);
    cr_assert(share[0] > 0.9 && share[1] > 0.9 && share[2] > 0.2, "%g %g %g", share[0], share[1], share[2]);
}

/* ---- Where the bounds are attained --------------------------------------------------------------------- */

/* One unit at its steepest bend: the rest is nearly attained, so that half of it (the activation's third
 * derivative, or the kink, taken at half) would be found wrong. */
Test(certify, half_the_rest_is_too_little)
{
    const double centre[1] = {0.0}, half_width[1] = {0x1p-5};
    for (int activation = 0; activation < BK_ACTIVATION_COUNT; activation++) {
        bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, 2);
        subject s = draw_subject(&stream, 1, 1, (bk_activation)activation, BK_F64, 1.0);
        *(double *)s.network->weight[0] = 3.0;
        *(double *)s.network->bias[0] = 0.0;
        *(double *)s.network->weight[1] = 1.0;
        *(double *)s.network->bias[1] = 0.0;
        bk_certifier_destroy(s.certifier);
        s.certifier = bk_certifier_create(s.network, reach);
        const claim c = make_claim(&s, centre, half_width);
        const double high = (double)long_score(s.network, half_width);
        const double rest = fabs(high - polynomial(&c.expansion, 1, centre, half_width));
        cr_assert(rest <= c.expansion.rest[0]);
        cr_assert(rest > 0.9 * c.expansion.rest[0], "%s: %g of %g",
                  bk_activation_name((bk_activation)activation), rest, c.expansion.rest[0]);
        cr_assert(fabs(high - c.value) > 0.9 * c.bound);
        free_subject(&s);
    }
}

/* The dense path's tanh at its least exact, in a score that is nothing else. */
Test(certify, the_error_of_the_activation_counts)
{
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, 5);
    const double centre[1] = {0.0}, half_width[1] = {0.0};
    subject s = draw_subject(&stream, 1, 1, BK_TANH, BK_F32, 1.0);
    *(float *)s.network->weight[0] = 0.0F;
    *(float *)s.network->bias[0] = 0x1.fc1832p-5F;
    *(float *)s.network->weight[1] = 1.0F;
    *(float *)s.network->bias[1] = 0.0F;
    bk_certifier_destroy(s.certifier);
    s.certifier = bk_certifier_create(s.network, half_width); /* a reach of 0: this point alone */
    const claim c = make_claim(&s, centre, half_width);
    const double error = fabs(dense_score(s.network, centre) - (double)long_score(s.network, centre));
    cr_assert(error > 2.5 * 0x1p-28, "%g", error);
    cr_assert(error <= c.rounding, "%g, at most %g", error, c.rounding);
    free_subject(&s);
}

/* ---- The calls ----------------------------------------------------------------------------------------- */

#define CELLS 150

static void *many_cells(size_t *bytes)
{
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, 3);
    *bytes = 9 * 3 * CELLS * sizeof(double);
    double *out = bk_allocate(*bytes, 1);
    const double half_width[3] = {0.01, 0.02, 0.03};
    for (size_t round = 0; round < 9; round++) {
        subject s = draw_subject(&stream, 1 + round % 3, 70, (bk_activation)(round / 3), BK_F32, 2.0);
        double centre[3 * CELLS], *at = out + round * 3 * CELLS;
        for (size_t i = 0; i < 3 * CELLS; i++) {
            centre[i] = uniform(&stream, -2.0, 2.0);
        }
        bk_certifier_cells(at, at + CELLS, at + 2 * CELLS, s.certifier, centre, half_width, CELLS);
        for (size_t k = 0; k < CELLS; k += 7) {
            const double one[3] = {centre[k], centre[(CELLS + k) % (3 * CELLS)],
                                   centre[(2 * CELLS + k) % (3 * CELLS)]};
            double value, bound;
            bk_certifier_cell(&value, &bound, s.certifier, one, half_width);
            cr_assert(value == at[k] && bound == at[CELLS + k]);
        }
        free_subject(&s);
    }
    return out;
}

Test(certify, cells_do_not_depend_on_their_company_or_the_set) { expect_equal_bits(many_cells); }

/* What cannot be bounded has an infinite bound. */
Test(certify, no_bound)
{
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, 4);
    double value, bound;
    const double half_width[2] = {0.1, 0.1}, beyond[2] = {0.0, 8.95}, inside[2] = {0.0, 8.9};
    const double missing[2] = {0.0, NAN}, endless[2] = {INFINITY, 0.0};
    for (int dtype = 0; dtype < 2; dtype++) {
        for (int activation = 0; activation < BK_ACTIVATION_COUNT; activation++) {
            subject s =
                draw_subject(&stream, 2, 5, (bk_activation)activation, dtype == 0 ? BK_F32 : BK_F64, 1.0);
            bk_certifier_cell(&value, &bound, s.certifier, inside, half_width);
            cr_assert(isfinite(bound));
            const double *bad[] = {beyond, missing, endless};
            for (size_t i = 0; i < 3; i++) {
                bk_certifier_cell(&value, &bound, s.certifier, bad[i], half_width);
                cr_assert(bound == HUGE_VAL);
            }
            const double low[2] = {-9.0, -9.0}, high[2] = {9.0, 9.0}, higher[2] = {9.0, 9.1};
            cr_assert(isfinite(bk_certifier_rounding(s.certifier, low, high)));
            cr_assert(bk_certifier_rounding(s.certifier, low, higher) == HUGE_VAL);
            free_subject(&s);
            s = draw_subject(&stream, 2, 5, (bk_activation)activation, dtype == 0 ? BK_F32 : BK_F64, 1e37);
            bk_certifier_cell(&value, &bound, s.certifier, inside, half_width);
            cr_assert(bound == HUGE_VAL);
            cr_assert(bk_certifier_rounding(s.certifier, low, high) == HUGE_VAL);
            free_subject(&s);
        }
    }
}

Test(certify, refuses)
{
    const size_t hidden[2] = {3, 3};
    bk_network *deep = bk_network_create(2, 2, hidden, BK_TANH, BK_F32);
    bk_network *wide = bk_network_create(4, 1, hidden, BK_TANH, BK_F32);
    bk_network *good = bk_network_create(2, 1, hidden, BK_TANH, BK_F32);
    const double endless[2] = {1.0, INFINITY}, negative[2] = {-1.0, 1.0};
    cr_assert(bk_certifier_create(deep, reach) == NULL && bk_error_status() == BK_UNSUPPORTED);
    cr_assert(bk_certifier_create(wide, reach) == NULL && bk_error_status() == BK_UNSUPPORTED);
    cr_assert(bk_certifier_create(good, endless) == NULL && bk_error_status() == BK_INVALID);
    cr_assert(bk_certifier_create(good, negative) == NULL && bk_error_status() == BK_INVALID);
    ((float *)good->bias[0])[1] = NAN;
    cr_assert(bk_certifier_create(good, reach) == NULL && bk_error_status() == BK_NOT_A_NUMBER);
    bk_network_destroy(deep);
    bk_network_destroy(wide);
    bk_network_destroy(good);
}
