/* SPDX-License-Identifier: GPL-3.0-or-later
 * The certified risk: closed forms where the boundary is made of straight lines, SciPy's quadrature of the
 * lab's networks, fresh points, and planted faults in the parts. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "model/risk_enclosure.h"
#include "support.h"

static double normal_below(double z) { return 0.5 * erfc(-z / 1.4142135623730951); }

/* P(a x0 + b x1 > offset) of a class of the lab, a^2 + b^2 = 1. */
static double beyond(size_t class_index, double a, double b, double offset)
{
    double sum = 0.0;
    for (size_t k = 0; k < 3; k++) {
        const double *mean = bk_mixture_lab.means + (3 * class_index + k) * 2;
        sum += normal_below((a * mean[0] + b * mean[1] - offset) / sqrt(bk_mixture_lab.variance));
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

static bk_risk_enclosure enclose(const bk_network *network, double width)
{
    bk_risk_enclosure enclosure;
    cr_assert_eq(bk_network_risk_enclosure(&enclosure, network, &bk_mixture_lab, width), BK_OK, "%s",
                 bk_error_message());
    cr_expect_leq(enclosure.risk.high - enclosure.risk.low, width);
    cr_expect_leq(enclosure.negative.high - enclosure.negative.low, 2.0 * width);
    cr_expect_leq(enclosure.positive.high - enclosure.positive.low, 2.0 * width);
    return enclosure;
}

/* allowed: what is known of value. */
static void expect_inside(bk_bounds bounds, double value, double allowed, const char *what)
{
    cr_expect(bounds.low - allowed <= value && value <= bounds.high + allowed,
              "%s: %.15f is not in [%.15f, %.15f]", what, value, bounds.low, bounds.high);
}

/* ---- Closed forms ----------------------------------------------------------------------------------------
 */

/* c tanh(k (a x0 + b x1 - offset)), from gentle to so steep that it is a step; erfc is good to 1e-15. */
Test(risk_enclosure, half_planes)
{
    const double angle[] = {0.0, 0.5, 1.5707963267948966, 2.0, 3.0, 4.0, 5.5, 0.0, 0.0};
    const double offset[] = {0.2, 0.1, 0.31, 0.7, 0.0, 0.5, -0.6, 99.0, -99.0};
    const double steep[] = {0.7, 20.0, 3000.0};
    bk_network *network = network_new(1, BK_TANH, BK_F64);
    for (size_t i = 0; i < sizeof angle / sizeof angle[0]; i++) {
        for (size_t k = 0; k < (i < 3 ? 3 : 2); k++) {
            const double a = angle[i] == 1.5707963267948966 ? 0.0 : cos(angle[i]), b = sin(angle[i]);
            set(network, 0, 0, steep[k] * a);
            set(network, 0, 1, steep[k] * b);
            set(network, 1, 0, -steep[k] * offset[i]);
            set(network, 2, 0, 2.0);
            set(network, 3, 0, 0.0);
            const bk_risk_enclosure found = enclose(network, k < 2 ? 1e-8 : 1e-5);
            expect_inside(found.negative, beyond(0, a, b, offset[i]), 1e-14, "negative");
            expect_inside(found.positive, 1.0 - beyond(1, a, b, offset[i]), 1e-14, "positive");
        }
    }
    bk_network_destroy(network);
}

/* relu(z) - relu(-z) = z: a linear score, whose boundary z = c is apart from the kink. In f32 the weights are
 * the stored ones. */
Test(risk_enclosure, a_linear_score_by_two_ramps)
{
    bk_network *network = network_new(2, BK_RELU, BK_F32);
    for (size_t turn = 0; turn < 5; turn++) {
        for (size_t unit = 0; unit < 2; unit++) {
            const double sign = unit == 0 ? 1.0 : -1.0;
            set(network, 0, 2 * unit, sign * cos(1.3 * (double)turn));
            set(network, 0, 2 * unit + 1, sign * sin(1.3 * (double)turn));
            set(network, 1, unit, sign * -0.1);
            set(network, 2, unit, sign);
        }
        set(network, 3, 0, 0.25 - 0.1 * (double)turn);
        const float *w1 = parameter_values(network, 0), *b1 = parameter_values(network, 1);
        const double a = (double)w1[0], b = (double)w1[1], norm = sqrt(a * a + b * b);
        const double offset = -((double)b1[0] + (double)*(float *)parameter_values(network, 3)) / norm;
        const bk_risk_enclosure found = enclose(network, 1e-7);
        expect_inside(found.negative, beyond(0, a / norm, b / norm, offset), 1e-14, "negative");
        expect_inside(found.positive, 1.0 - beyond(1, a / norm, b / norm, offset), 1e-14, "positive");
        cr_expect(found.rounding_mass > 0.0 && found.rounding_mass < 2e-6);
    }
    bk_network_destroy(network);
}

/* The same with the kink on the boundary, where every cell has both units' kinks in it: the enclosure shrinks
 * with the side alone, so it is not asked for more. */
Test(risk_enclosure, a_kink_on_the_boundary)
{
    bk_network *network = network_new(2, BK_RELU, BK_F64);
    for (size_t unit = 0; unit < 2; unit++) {
        const double sign = unit == 0 ? 1.0 : -1.0;
        set(network, 0, 2 * unit, sign * 0.6);
        set(network, 0, 2 * unit + 1, sign * 0.8);
        set(network, 1, unit, sign * -0.1);
        set(network, 2, unit, sign);
    }
    set(network, 3, 0, 0.0);
    const bk_risk_enclosure found = enclose(network, 1e-4);
    expect_inside(found.negative, beyond(0, 0.6, 0.8, 0.1), 1e-14, "negative");
    expect_inside(found.positive, 1.0 - beyond(1, 0.6, 0.8, 0.1), 1e-14, "positive");
    bk_network_destroy(network);
}

/* A score without a sign change: one class is always wrong. */
Test(risk_enclosure, constant_scores)
{
    for (int activation = 0; activation < BK_ACTIVATION_COUNT; activation++) {
        bk_network *network = network_new(3, (bk_activation)activation, BK_F32);
        for (size_t j = 0; j < 3; j++) {
            set(network, 2, j, 0.0);
        }
        for (int sign = -1; sign <= 1; sign += 2) {
            set(network, 3, 0, sign * 0.25);
            const bk_risk_enclosure found = enclose(network, 1e-8);
            expect_inside(found.risk, 0.5, 0.0, "risk");
            expect_inside(found.negative, sign > 0 ? 1.0 : 0.0, 0.0, "negative");
            expect_inside(found.positive, sign > 0 ? 0.0 : 1.0, 0.0, "positive");
            cr_expect_lt(found.rounding_mass, 1e-15);
        }
        bk_network_destroy(network);
    }
}

/* Two components a class at the same place: no classifier errs less than half; and one component a class,
 * whose Bayes risk is known. Elsewhere than at the origin, with another variance. */
Test(risk_enclosure, bayes_risk_of_two_normals)
{
    const double means[] = {5.0, -3.0, 5.0, -3.0, 5.3, -2.6, 5.3, -2.6};
    const double variance[] = {0.01, 0.0625, 4.0};
    for (size_t i = 0; i < 3; i++) {
        const bk_mixture mixture = {.inputs = 2, .components = 2, .means = means, .variance = variance[i]};
        bk_risk_enclosure found;
        cr_assert_eq(bk_bayes_risk_enclosure(&found, &mixture, 1e-8), BK_OK, "%s", bk_error_message());
        cr_expect_leq(found.risk.high - found.risk.low, 1e-8);
        const double dx = means[4] - means[0], dy = means[5] - means[1];
        expect_inside(found.risk, normal_below(-0.5 * sqrt((dx * dx + dy * dy) / variance[i])), 1e-14,
                      "risk");
        cr_expect_eq(found.rounding_mass >= 0.0, true);
    }
}

/* ---- Quadrature and fresh points --------------------------------------------------------------------------
 */

static bk_network *trained(bk_activation activation, size_t hidden)
{
    bk_network *network = network_new(hidden, activation, BK_F32);
    points train = points_draw(BK_SAMPLING_BALANCED, BK_F32, 200, BK_PURPOSE_TRAINING_SET, 0);
    const bk_training training = {.learning_rate = 0.1, .epochs = 1000};
    cr_assert_eq(bk_train(network, NULL, NULL, train.x, train.y, train.count, &training), BK_OK);
    points_free(&train);
    return network;
}

/* quad_vec was asked for 2e-10; a dip of the score between three points of a line may escape it, which is
 * allowed 1e-9. */
Test(risk_enclosure, agrees_with_scipy_on_the_labs_networks)
{
    size_t count;
    double *table = read_numbers("model_risk.txt", &count);
    cr_assert_eq(count, 13 * 5);
    for (size_t row = 0; row < 13; row++) {
        const double *at = table + 5 * row;
        bk_risk_enclosure found;
        if (at[0] < 0.0) {
            cr_assert_eq(bk_bayes_risk_enclosure(&found, &bk_mixture_lab, 1e-6), BK_OK);
        } else {
            bk_network *network = trained((bk_activation)at[0], (size_t)at[1]);
            found = enclose(network, at[1] <= 10.0 ? 1e-8 : 1e-6);
            /* Rounding is bounded by partial sums, which are larger where all activations are above 0. */
            const double most = at[0] == BK_SIGMOID ? 3e-5 : 2e-5;
            cr_expect(found.rounding_mass > 0.0 && found.rounding_mass < most, "row %zu: %g", row,
                      found.rounding_mass);
            bk_network_destroy(network);
        }
        expect_inside(found.negative, at[2], 1e-9, "negative");
        expect_inside(found.positive, at[3], 1e-9, "positive");
        expect_inside(found.risk, (at[2] + at[3]) / 2.0, 1e-9, "risk");
        /* The enclosure is no wider than it has to be: another risk would be found. */
        cr_expect_lt(found.risk.high - (at[2] + at[3]) / 2.0, 1e-6);
    }
    bk_free(table);
}

/* Narrower enclosures and wider ones have the true risk in common. */
Test(risk_enclosure, nested)
{
    for (int activation = 0; activation < BK_ACTIVATION_COUNT; activation++) {
        bk_network *network = network_new(12, (bk_activation)activation, BK_F64);
        const bk_risk_enclosure narrow = enclose(network, 1e-7);
        for (double width = 1e-2; width > 1.5e-7; width /= 10.0) {
            const bk_risk_enclosure wide = enclose(network, width);
            cr_expect(wide.risk.low <= narrow.risk.high && narrow.risk.low <= wide.risk.high);
            cr_expect(wide.negative.low <= narrow.negative.high && narrow.negative.low <= wide.negative.high);
            cr_expect(wide.positive.low <= narrow.positive.high && narrow.positive.low <= wide.positive.high);
        }
        bk_network_destroy(network);
    }
}

/* A million fresh points of each class: within 5.5 standard deviations (4e-8 a comparison). The twin is off
 * by a twentieth. */
Test(risk_enclosure, agrees_with_fresh_points)
{
    const size_t hidden[] = {10, 100, 20};
    for (int activation = 0; activation < BK_ACTIVATION_COUNT; activation++) {
        bk_network *network = trained((bk_activation)activation, hidden[activation]);
        const bk_risk_enclosure found = enclose(network, 1e-6);
        points fresh = points_draw(BK_SAMPLING_BALANCED, BK_F32, 2000000, 2000, 0);
        float *score = bk_allocate(fresh.count, sizeof *score);
        uint8_t *error = bk_allocate(fresh.count, 1);
        cr_assert_eq(bk_network_score(score, network, fresh.x, fresh.count), BK_OK);
        cr_assert_eq(bk_network_errors(error, NULL, BK_F32, score, fresh.y, fresh.count), BK_OK);
        double wrong[2] = {0.0, 0.0};
        for (size_t i = 0; i < fresh.count; i++) {
            wrong[i >= fresh.count / 2] += error[i];
        }
        for (size_t c = 0; c < 2; c++) {
            const bk_bounds class = c == 0 ? found.negative : found.positive;
            const double n = (double)fresh.count / 2.0, p = (class.low + class.high) / 2.0, off = 1.05 * p;
            const double z = (wrong[c] - n * p) / sqrt(n * p * (1.0 - p));
            cr_expect_lt(fabs(z), 5.5, "class %zu: %.2f standard deviations", c, z);
            cr_expect_gt(fabs(wrong[c] - n * off) / sqrt(n * off * (1.0 - off)), 5.5,
                         "a fault went unnoticed");
        }
        bk_free(score);
        bk_free(error);
        points_free(&fresh);
        bk_network_destroy(network);
    }
}

/* ---- The parts: planes and masses, with planted faults ----------------------------------------------------
 */

static bk_risk_cell cell_at(double x0, double x1, double half)
{
    return (bk_risk_cell){.centre = {x0, x1}, .half = {half, half}};
}

/* How many of a grid of points of the cell have a score outside the planes, which a factor narrows. */
static size_t outside_planes(const bk_risk_cell *cell, const bk_network *network, double factor)
{
    size_t outside = 0;
    for (int i = -8; i <= 8; i++) {
        for (int j = -8; j <= 8; j++) {
            const double d[2] = {cell->half[0] * i / 8.0, cell->half[1] * j / 8.0};
            const double x[2] = {cell->centre[0] + d[0], cell->centre[1] + d[1]};
            double s;
            if (network != NULL) {
                s = naive_score(network, x);
            } else {
                cr_assert_eq(bk_mixture_log_odds(&s, &bk_mixture_lab, x, 1), BK_OK);
            }
            const double rest = s - cell->score - cell->gradient[0] * d[0] - cell->gradient[1] * d[1];
            const double middle = (cell->above + cell->below) / 2.0, half = (cell->above - cell->below) / 2.0;
            outside += fabs(rest - middle) > factor * half + 1e-12;
        }
    }
    return outside;
}

Test(risk_enclosure, scores_lie_between_the_planes)
{
    const double half[] = {0.25, 0.03, 0.002}, reach[2] = {4.0, 4.0};
    const bk_risk_odds odds = {.mixture = &bk_mixture_lab, .reach = {4.0, 4.0}};
    size_t halved = 0;
    for (int kind = 0; kind <= BK_ACTIVATION_COUNT; kind++) {
        bk_network *network = kind < BK_ACTIVATION_COUNT ? network_new(9, (bk_activation)kind, BK_F64) : NULL;
        bk_risk_network *prepared = network != NULL ? bk_risk_network_create(network, reach) : NULL;
        for (size_t h = 0; h < 3; h++) {
            for (size_t i = 0; i < 40; i++) {
                bk_risk_cell cell = cell_at(-2.0 + 0.1 * (double)i, 1.7 - 0.07 * (double)i, half[h]),
                             *one = &cell;
                if (network != NULL) {
                    bk_risk_network_expand(prepared, &one, 1);
                } else {
                    bk_risk_odds_expand(&odds, &one, 1);
                }
                cr_expect_eq(outside_planes(&cell, network, 1.0), 0, "kind %d, half %g, cell %zu", kind,
                             half[h], i);
                halved += outside_planes(&cell, network, 0.5) > 0;
            }
        }
        bk_risk_network_destroy(prepared);
        bk_network_destroy(network);
    }
    cr_expect_gt(halved, 50, "planes at half their distance go unnoticed");
}

/* The mass of a rectangle and of what lies beyond a line in it, against the midpoint rule on 400 x 400
 * points; its error is below 1e-4 of the mass where the line cuts, and below 1e-6 of whole rectangles. */
static double by_points(const bk_risk_cell *cell, size_t class_index, double t)
{
    double sum = 0.0;
    for (int i = 0; i < 400; i++) {
        for (int j = 0; j < 400; j++) {
            const double d[2] = {cell->half[0] * ((i + 0.5) / 200.0 - 1.0),
                                 cell->half[1] * ((j + 0.5) / 200.0 - 1.0)};
            if ((t + cell->gradient[0] * d[0] + cell->gradient[1] * d[1] > 0.0) != (class_index == 0)) {
                continue;
            }
            for (size_t k = 0; k < 3; k++) {
                const double *mean = bk_mixture_lab.means + 2 * (3 * class_index + k);
                const double a = cell->centre[0] + d[0] - mean[0], b = cell->centre[1] + d[1] - mean[1];
                sum += exp(-0.5 * (a * a + b * b) / bk_mixture_lab.variance);
            }
        }
    }
    return sum * cell->half[0] * cell->half[1] / 40000.0 / (6.283185307179586 * bk_mixture_lab.variance);
}

Test(risk_enclosure, masses_beyond_a_line)
{
    const bk_risk_plane plane = {.mixture = &bk_mixture_lab, .deviation = sqrt(0.05), .grain = 1e-12};
    const double angle[] = {0.0, 0.3, 1.2, 1.5707963267948966, 2.5, 3.9, 5.0, 0.9};
    for (size_t i = 0; i < 8; i++) {
        for (int shift = -3; shift <= 3; shift++) {
            bk_risk_cell cell = cell_at(0.2, -0.4 + 0.1 * (double)i, 0.25);
            cell.half[1] = 0.125;
            cell.gradient[0] = 3.0 * cos(angle[i]);
            cell.gradient[1] = 3.0 * sin(angle[i]);
            cell.score = 0.3 * shift;
            bk_risk_sums sums = {0};
            bk_risk_add_cut(&sums, &plane, &cell);
            for (size_t c = 0; c < 2; c++) {
                const double mass = by_points(&cell, c, cell.score);
                cr_expect_geq(sums.high[c], sums.low[c]);
                cr_expect_lt(sums.high[c] - sums.low[c], 1e-9);
                cr_expect_float_eq(sums.low[c], mass, 2e-3 * mass + 1e-6, "line %zu %d: %.9f, not %.9f", i,
                                   shift, sums.low[c], mass);
            }
        }
    }
}

/* A cell that is cut by no line is a whole one; two halves make a whole; a cell that is lost would show. */
Test(risk_enclosure, masses_add_up)
{
    const bk_risk_plane plane = {.mixture = &bk_mixture_lab, .deviation = sqrt(0.05), .grain = 1e-12};
    bk_risk_sums all = {0}, parts = {0}, one = {0};
    size_t cells = 0;
    for (int i = -16; i < 16; i++) {
        for (int j = -16; j < 16; j++, cells++) {
            bk_risk_cell cell = cell_at((i + 0.5) * 0.25, (j + 0.5) * 0.25, 0.125);
            cell.gradient[0] = sin((double)cells);
            cell.gradient[1] = cos((double)cells);
            cell.score = 0.05;
            bk_risk_add_whole(&all, &plane, &cell, true);
            bk_risk_add_whole(&all, &plane, &cell, false);
            bk_risk_add_cut(&parts, &plane, &cell);
            cell.score = -0.05;
            cell.gradient[0] = -cell.gradient[0];
            cell.gradient[1] = -cell.gradient[1];
            bk_risk_add_cut(&parts, &plane, &cell);
            if (i == 0 && j == 0) {
                bk_risk_add_whole(&one, &plane, &cell, true);
            }
        }
    }
    /* Gauss's rule on eight pieces a cell is known to 1e-11 each. */
    for (size_t c = 0; c < 2; c++) {
        cr_expect(all.low[c] <= 3.0 && all.high[c] >= 3.0 && all.high[c] - all.low[c] < 1e-9);
        cr_expect(parts.low[c] <= 3.0 && parts.high[c] >= 3.0 && parts.high[c] - parts.low[c] < 1e-7,
                  "class %zu: [%.15f, %.15f]", c, parts.low[c], parts.high[c]);
    }
    cr_expect_lt(all.high[0] - one.high[0], 3.0 - 1e-3, "a lost cell goes unnoticed");
}

/* ---- The rest ---------------------------------------------------------------------------------------------
 */

Test(risk_enclosure, same_bits_for_any_threads)
{
    bk_network *network = network_new(30, BK_RELU, BK_F32), *smooth = network_new(70, BK_TANH, BK_F32);
    bk_risk_enclosure first[3];
    memset(first, 0, sizeof first);
    for (int threads = 1; threads <= 3; threads++) {
        bk_risk_enclosure found[3];
        memset(found, 0, sizeof found);
        cr_assert_eq(bk_set_threads(threads), BK_OK);
        found[0] = enclose(network, 1e-6);
        found[1] = enclose(smooth, 1e-6);
        cr_assert_eq(bk_bayes_risk_enclosure(&found[2], &bk_mixture_lab, 1e-6), BK_OK);
        if (threads == 1) {
            memcpy(first, found, sizeof first);
        }
        cr_expect_eq(memcmp(found, first, sizeof first), 0, "%d threads", threads);
    }
    bk_network_destroy(network);
    bk_network_destroy(smooth);
}

/* Every instruction set looks at the same rectangles. */
static void *enclosure_bytes(size_t *bytes)
{
    bk_network *network = network_new(5, BK_TANH, BK_F32);
    bk_risk_enclosure *found = bk_allocate(2, sizeof *found);
    cr_assert_eq(bk_network_risk_enclosure(&found[0], network, &bk_mixture_lab, 1e-4), BK_OK);
    cr_assert_eq(bk_bayes_risk_enclosure(&found[1], &bk_mixture_lab, 1e-4), BK_OK);
    bk_network_destroy(network);
    *bytes = 2 * sizeof *found;
    return found;
}

Test(risk_enclosure, same_bits_for_every_instruction_set) { expect_equal_bits(enclosure_bytes); }

/* Where the score is 0 over an area the label is -1, but no bound proves it: the enclosure stays wide, and
 * holds what is true. */
Test(risk_enclosure, an_area_of_zeros)
{
    bk_network *network = network_new(1, BK_RELU, BK_F64);
    set(network, 0, 0, 1.0);
    set(network, 0, 1, 0.0);
    set(network, 1, 0, 0.5);
    set(network, 2, 0, -1.0); /* s = -relu(x0 + 1/2): never above 0 */
    set(network, 3, 0, 0.0);
    bk_risk_enclosure found;
    cr_assert_eq(bk_network_risk_enclosure(&found, network, &bk_mixture_lab, 1e-3), BK_OK);
    expect_inside(found.negative, 0.0, 0.0, "negative");
    expect_inside(found.positive, 1.0, 0.0, "positive");
    bk_network_destroy(network);
}

Test(risk_enclosure, what_it_refuses)
{
    const double line_means[] = {-1.0, 1.0}, far_means[] = {1e9, 0.0, 1e9, 1.0};
    const bk_mixture line = {.inputs = 1, .components = 1, .means = line_means, .variance = 1.0};
    const bk_mixture far = {.inputs = 2, .components = 1, .means = far_means, .variance = 1e-4};
    const size_t hidden[2] = {3, 3};
    bk_risk_enclosure found = {.cells = 7};
    bk_network *network = network_new(3, BK_TANH, BK_F32), *deep = network_deep(2, hidden, BK_TANH, BK_F32);
    cr_expect_eq(bk_network_risk_enclosure(&found, network, &line, 1e-6), BK_UNSUPPORTED);
    cr_expect_not_null(strstr(bk_error_message(), "test set"));
    cr_expect_eq(bk_bayes_risk_enclosure(&found, &line, 1e-6), BK_UNSUPPORTED);
    cr_expect_eq(bk_bayes_risk_enclosure(&found, &far, 1e-6), BK_UNSUPPORTED);
    cr_expect_not_null(strstr(bk_error_message(), "shift"));
    cr_expect_eq(bk_network_risk_enclosure(&found, deep, &bk_mixture_lab, 1e-6), BK_UNSUPPORTED);
    cr_expect_not_null(strstr(bk_error_message(), "hidden layers"));
    const double widths[] = {0.0, -1.0, 1e-9, 1.5, (double)NAN};
    for (size_t i = 0; i < 5; i++) {
        cr_expect_eq(bk_network_risk_enclosure(&found, network, &bk_mixture_lab, widths[i]), BK_INVALID);
    }
    cr_expect_eq(bk_network_risk_enclosure(&found, network, NULL, 1e-6), BK_INVALID);
    set(network, 0, 1, (double)NAN);
    cr_expect_eq(bk_network_risk_enclosure(&found, network, &bk_mixture_lab, 1e-6), BK_NOT_A_NUMBER);
    cr_expect_not_null(strstr(bk_error_message(), "w1"));
    cr_expect_eq(found.cells, 7);
    bk_network_destroy(network);
    bk_network_destroy(deep);
}
