/* SPDX-License-Identifier: GPL-3.0-or-later
 * The true risk: closed forms where the boundary is made of straight lines, SciPy's quadrature of other
 * networks, and fresh points. What the function says of its own error has to hold as well. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "support.h"

static double normal_below(double z) { return 0.5 * erfc(-z / 1.4142135623730951); }

/* The mean of a coordinate (along the direction a, b) of a component. */
static double mean_along(size_t class_index, size_t k, double a, double b)
{
    const double *mean = bk_mixture_lab.means + (3 * class_index + k) * 2;
    return a * mean[0] + b * mean[1];
}

/* P(from < a x0 + b x1 < to) of a class, a^2 + b^2 = 1. */
static double between(size_t class_index, double a, double b, double from, double to)
{
    const double sd = sqrt(bk_mixture_lab.variance);
    double sum = 0.0;
    for (size_t k = 0; k < 3; k++) {
        const double mean = mean_along(class_index, k, a, b);
        sum += normal_below((to - mean) / sd) - normal_below((from - mean) / sd);
    }
    return sum / 3.0;
}

static void set(const bk_network *network, size_t parameter, size_t i, double value)
{
    void *values = parameter_values(network, parameter);
    if (network->dtype == BK_F32) {
        ((float *)values)[i] = (float)value;
    } else {
        ((double *)values)[i] = value;
    }
}

static bk_risk risk_of(const bk_network *network)
{
    bk_risk risk;
    cr_assert_eq(bk_network_risk(&risk, network, &bk_mixture_lab), BK_OK, "%s", bk_error_message());
    cr_expect_eq(risk.risk, (risk.negative + risk.positive) / 2.0);
    cr_expect(risk.error > 0.0 && risk.error < 1e-6, "error %g", risk.error);
    return risk;
}

/* 2e-13: the places of a change are known to 1e-13 of a unit, where the density is below 2. */
static void expect_risk(const bk_network *network, double negative, double positive, const char *what)
{
    const bk_risk risk = risk_of(network);
    cr_expect_leq(fabs(risk.negative - negative), risk.negative_error + 2e-13,
                  "%s: %.15f, not %.15f, error %g", what, risk.negative, negative, risk.negative_error);
    cr_expect_leq(fabs(risk.positive - positive), risk.positive_error + 2e-13,
                  "%s: %.15f, not %.15f, error %g", what, risk.positive, positive, risk.positive_error);
}

Test(true_risk, half_planes)
{
    /* Along both axes and others; the last two have no boundary at all. */
    const double angle[] = {0.0, 0.5, 1.0, 1.5707963267948966, 2.0, 3.0, 4.0, 5.5, 0.0, 0.0};
    const double offset[] = {0.2, 0.1, -0.3, 0.31, 0.7, 0.0, 0.5, -0.6, 99.0, -99.0};
    bk_network *network = network_new(1, BK_TANH, BK_F64);
    for (size_t i = 0; i < sizeof angle / sizeof angle[0]; i++) {
        /* tanh(a x0 + b x1 - offset) > 0 */
        const double a = angle[i] == 1.5707963267948966 ? 0.0 : cos(angle[i]), b = sin(angle[i]);
        set(network, 0, 0, 1.7 * a);
        set(network, 0, 1, 1.7 * b);
        set(network, 1, 0, -1.7 * offset[i]);
        set(network, 2, 0, 2.0);
        set(network, 3, 0, 0.0);
        expect_risk(network, between(0, a, b, offset[i], 1e9), between(1, a, b, -1e9, offset[i]), "plane");
    }
    bk_network_destroy(network);
}

/* w (tanh(u + c) - tanh(u - c)) > s is the strip |u| < d with cosh 2d = 2 sinh(2c) w / s - cosh 2c. The
 * narrow ones lie between two points of a line that are looked at. */
Test(true_risk, strips)
{
    const double half_width[] = {0.5, 0.1, 0.003, 0.0007};
    bk_network *network = network_new(2, BK_TANH, BK_F64);
    for (size_t i = 0; i < 4; i++) {
        for (size_t turn = 0; turn < 6; turn++) {
            const double a = cos(0.55 * (double)turn), b = sin(0.55 * (double)turn), c = 0.8;
            const double s = 2.0 * sinh(2.0 * c) / (cosh(2.0 * half_width[i]) + cosh(2.0 * c));
            for (size_t unit = 0; unit < 2; unit++) {
                set(network, 0, 2 * unit, a);
                set(network, 0, 2 * unit + 1, b);
                set(network, 1, unit, (unit == 0 ? c : -c) - 0.2);
                set(network, 2, unit, unit == 0 ? 1.0 : -1.0);
            }
            set(network, 3, 0, -s);
            const double low = 0.2 - half_width[i], high = 0.2 + half_width[i];
            const bk_risk risk = risk_of(network);
            /* s loses digits where the strip is narrow: d moves by 1e-16 / d. */
            const double allowed = risk.negative_error + risk.positive_error + 1e-12 + 2e-15 / half_width[i];
            cr_expect_float_eq(risk.negative, between(0, a, b, low, high), allowed, "strip %zu %zu: %.15f", i,
                               turn, risk.negative);
            cr_expect_float_eq(risk.positive, 1.0 - between(1, a, b, low, high), allowed,
                               "strip %zu %zu: %.15f", i, turn, risk.positive);
        }
    }
    bk_network_destroy(network);
}

/* |x0 - p| + |x1 - q| < r as a ReLU network: a square that stands on its corner. */
Test(true_risk, squares)
{
    const double radius[] = {0.8, 0.1, 0.02};
    const double p = 0.1, q = -0.15, h = sqrt(0.5), sd = sqrt(bk_mixture_lab.variance);
    bk_network *network = network_new(4, BK_RELU, BK_F64);
    for (size_t i = 0; i < 3; i++) {
        for (size_t unit = 0; unit < 4; unit++) {
            const double sign = unit % 2 == 0 ? 1.0 : -1.0;
            set(network, 0, 2 * unit, unit < 2 ? sign : 0.0);
            set(network, 0, 2 * unit + 1, unit < 2 ? 0.0 : sign);
            set(network, 1, unit, -sign * (unit < 2 ? p : q));
            set(network, 2, unit, -1.0);
        }
        set(network, 3, 0, radius[i]);
        double inside[2] = {0.0, 0.0};
        for (size_t c = 0; c < 2; c++) {
            for (size_t k = 0; k < 3; k++) {
                const double u = h * (p + q) - mean_along(c, k, h, h),
                             v = h * (p - q) - mean_along(c, k, h, -h);
                const double d = h * radius[i];
                inside[c] += (normal_below((u + d) / sd) - normal_below((u - d) / sd)) *
                             (normal_below((v + d) / sd) - normal_below((v - d) / sd)) / 3.0;
            }
        }
        expect_risk(network, inside[0], 1.0 - inside[1], "square");
    }
    bk_network_destroy(network);
}

Test(true_risk, agrees_with_scipy)
{
    size_t count;
    double *table = read_numbers("model_true_risk.txt", &count);
    size_t networks = 0;
    for (size_t at = 0; at < count; networks++) {
        const bk_activation activation = (bk_activation)table[at];
        const size_t layers = (size_t)table[at + 1];
        const size_t hidden[2] = {(size_t)table[at + 2], layers == 2 ? (size_t)table[at + 3] : 0};
        at += 2 + layers;
        bk_network *network = network_deep(layers, hidden, activation, BK_F64);
        for (size_t p = 0; p < bk_network_parameters(network); p++) {
            for (size_t i = 0; i < parameter_count(network, p); i++) {
                set(network, p, i, table[at++]);
            }
        }
        /* QUADPACK was asked for 1e-11 on each of 60 parts, and missed changes less than 1/1000 apart. */
        const bk_risk risk = risk_of(network);
        cr_expect_float_eq(risk.negative, table[at], 2e-9, "network %zu: %.12f, not %.12f", networks,
                           risk.negative, table[at]);
        cr_expect_float_eq(risk.positive, table[at + 1], 2e-9, "network %zu: %.12f, not %.12f", networks,
                           risk.positive, table[at + 1]);
        at += 2;
        bk_network_destroy(network);
    }
    cr_expect_eq(networks, 6);
    bk_free(table);
}

/* Errors of a trained network among 400000 fresh points of each class: within 5.5 standard deviations (4e-8 a
 * comparison); a risk that is off by a tenth is found. */
Test(true_risk, agrees_with_fresh_points)
{
    bk_network *network = network_new(20, BK_TANH, BK_F32);
    points train = points_draw(BK_SAMPLING_BALANCED, BK_F32, 200, BK_PURPOSE_TRAINING_SET, 0);
    const bk_training training = {.learning_rate = 0.1, .epochs = 500};
    cr_assert_eq(bk_train(network, NULL, NULL, train.x, train.y, train.count, &training), BK_OK);
    const bk_risk risk = risk_of(network);
    points fresh = points_draw(BK_SAMPLING_BALANCED, BK_F32, 800000, 2000, 0);
    float *score = bk_allocate(fresh.count, sizeof *score);
    uint8_t *error = bk_allocate(fresh.count, 1);
    cr_assert_eq(bk_network_score(score, network, fresh.x, fresh.count), BK_OK);
    cr_assert_eq(bk_network_errors(error, NULL, BK_F32, score, fresh.y, fresh.count), BK_OK);
    double wrong[2] = {0.0, 0.0};
    for (size_t i = 0; i < fresh.count; i++) {
        wrong[i >= fresh.count / 2] += error[i];
    }
    for (size_t c = 0; c < 2; c++) {
        const double p = c == 0 ? risk.negative : risk.positive, n = (double)fresh.count / 2.0;
        const double z = (wrong[c] - n * p) / sqrt(n * p * (1.0 - p));
        cr_expect_lt(fabs(z), 5.5, "class %zu: %.2f standard deviations", c, z);
        const double off = 1.1 * p;
        cr_expect_gt(fabs(wrong[c] - n * off) / sqrt(n * off * (1.0 - off)), 5.5, "a fault went unnoticed");
    }
    bk_free(score);
    bk_free(error);
    points_free(&train);
    points_free(&fresh);
    bk_network_destroy(network);
}

Test(true_risk, same_bits_for_any_threads_and_precision)
{
    bk_network *narrow = network_new(30, BK_RELU, BK_F32), *wide = network_new(30, BK_RELU, BK_F64);
    for (size_t p = 0; p < bk_network_parameters(narrow); p++) {
        for (size_t i = 0; i < parameter_count(narrow, p); i++) {
            set(wide, p, i, network_value(narrow, parameter_values(narrow, p), i));
        }
    }
    bk_risk first = {0};
    for (int threads = 1; threads <= 3; threads++) {
        cr_assert_eq(bk_set_threads(threads), BK_OK);
        const bk_risk risk = risk_of(threads == 2 ? wide : narrow);
        first = threads == 1 ? risk : first;
        cr_expect_eq(memcmp(&risk, &first, sizeof risk), 0, "%d threads", threads);
    }
    bk_network_destroy(narrow);
    bk_network_destroy(wide);
}

Test(true_risk, what_it_refuses)
{
    const double line_means[] = {-1.0, 1.0};
    const bk_mixture line = {.inputs = 1, .components = 1, .means = line_means, .variance = 1.0};
    bk_risk risk = {.risk = 7.0};
    bk_network *network = network_new(3, BK_TANH, BK_F32);
    cr_expect_eq(bk_network_risk(&risk, network, &line), BK_UNSUPPORTED);
    cr_expect_not_null(strstr(bk_error_message(), "test set"));
    set(network, 0, 1, (double)NAN);
    cr_expect_eq(bk_network_risk(&risk, network, &bk_mixture_lab), BK_NOT_A_NUMBER);
    cr_expect_not_null(strstr(bk_error_message(), "w1"));
    set(network, 0, 1, 3e38);
    cr_expect_eq(bk_network_risk(&risk, network, NULL), BK_INVALID);
    bk_network_destroy(network);
    network = bk_network_create(3, 1, (size_t[]){2}, BK_TANH, BK_F64);
    cr_expect_eq(bk_network_risk(&risk, network, &bk_mixture_lab), BK_UNSUPPORTED);
    cr_expect_eq(risk.risk, 7.0);
    bk_network_destroy(network);
}
