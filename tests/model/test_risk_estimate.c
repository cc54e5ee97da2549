/* SPDX-License-Identifier: GPL-3.0-or-later
 * The best estimate inside the certified risk: SciPy's quadrature of the lab's networks, closed forms,
 * another integration, and its parts with planted faults. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "model/risk_enclosure.h"
#include "support.h"

static double normal_below(double z) { return 0.5 * erfc(-z / 1.4142135623730951); }

static void set(const bk_network *network, size_t parameter, size_t i, double value)
{
    void *values = parameter_values(network, parameter);
    if (network->dtype == BK_F32) {
        ((float *)values)[i] = (float)value;
    } else {
        ((double *)values)[i] = value;
    }
}

/* What holds of every estimate. */
static void check_place(double estimate, double error, bk_bounds bounds)
{
    cr_expect(estimate >= bounds.low && estimate <= bounds.high, "%.15f is not in [%.15f, %.15f]", estimate,
              bounds.low, bounds.high);
    cr_expect(error >= 0.0 && error <= bounds.high - bounds.low, "error %g", error);
}

static bk_risk check_estimate(const bk_risk_enclosure *found)
{
    const bk_risk *risk = &found->estimate;
    cr_expect_eq(found->estimates_outside, 0);
    check_place(risk->risk, risk->error, found->risk);
    check_place(risk->negative, risk->negative_error, found->negative);
    check_place(risk->positive, risk->positive_error, found->positive);
    cr_expect_float_eq(risk->risk, (risk->negative + risk->positive) / 2.0, 1e-15);
    return *risk;
}

static bk_risk estimate(const bk_network *network, double width)
{
    bk_risk_enclosure found;
    cr_assert_eq(bk_network_risk_enclosure(&found, network, &bk_mixture_lab, width), BK_OK, "%s",
                 bk_error_message());
    return check_estimate(&found);
}

/* ---- SciPy ------------------------------------------------------------------------------------------------
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

static void expect_close(double value, double error, double expected, const char *what, size_t row)
{
    /* quad_vec was asked for 2e-10 and estimates its error at 2.5e-11. */
    cr_expect_float_eq(value, expected, 1e-10, "row %zu, %s: %.13f, not %.13f", row, what, value, expected);
    cr_expect_leq(fabs(value - expected), error + 3e-11, "row %zu, %s: error %g", row, what, error);
    cr_expect_lt(error, 2e-9, "row %zu, %s: error %g", row, what, error);
}

Test(risk_estimate, agrees_with_scipy_on_the_labs_networks)
{
    size_t count, middles_off = 0;
    double *table = read_numbers("model_risk.txt", &count);
    cr_assert_eq(count, 13 * 5);
    for (size_t row = 0; row < 13; row++) {
        const double *at = table + 5 * row;
        bk_risk_enclosure found;
        if (at[0] < 0.0) {
            cr_assert_eq(bk_bayes_risk_enclosure(&found, &bk_mixture_lab, 1e-6), BK_OK);
        } else {
            bk_network *network = trained((bk_activation)at[0], (size_t)at[1]);
            cr_assert_eq(bk_network_risk_enclosure(&found, network, &bk_mixture_lab, 1e-6), BK_OK);
            bk_network_destroy(network);
        }
        const bk_risk risk = check_estimate(&found);
        expect_close(risk.negative, risk.negative_error, at[2], "negative", row);
        expect_close(risk.positive, risk.positive_error, at[3], "positive", row);
        expect_close(risk.risk, risk.error, (at[2] + at[3]) / 2.0, "risk", row);
        const double middle = found.negative.low + (found.negative.high - found.negative.low) / 2.0;
        middles_off += fabs(middle - at[2]) > 1e-9;
    }
    cr_expect_gt(middles_off, 5, "the middles of the enclosures would do as well");
    bk_free(table);
}

/* ---- Closed forms -----------------------------------------------------------------------------------------
 */

/* The mean along (a, b) of a component of the lab. */
static double mean_along(size_t class_index, size_t k, double a, double b)
{
    const double *mean = bk_mixture_lab.means + (3 * class_index + k) * 2;
    return a * mean[0] + b * mean[1];
}

/* tanh(steep (a x0 + b x1 - offset)); pieces are halved down to errors of 1e-11 each. */
Test(risk_estimate, half_planes)
{
    const double steep[] = {0.7, 20.0};
    bk_network *network = network_new(1, BK_TANH, BK_F64);
    for (size_t i = 0; i < 14; i++) {
        const double a = cos(0.45 * (double)i), b = sin(0.45 * (double)i), offset = 0.1 * (double)i - 0.6;
        double wrong[2] = {0.0, 0.0};
        set(network, 0, 0, steep[i % 2] * a);
        set(network, 0, 1, steep[i % 2] * b);
        set(network, 1, 0, -steep[i % 2] * offset);
        set(network, 2, 0, 2.0);
        set(network, 3, 0, 0.0);
        for (size_t c = 0; c < 2; c++) {
            for (size_t k = 0; k < 3; k++) {
                const double z = (offset - mean_along(c, k, a, b)) / sqrt(bk_mixture_lab.variance);
                wrong[c] += normal_below(c == 0 ? -z : z) / 3.0;
            }
        }
        const bk_risk risk = estimate(network, 1e-5);
        cr_expect_float_eq(risk.negative, wrong[0], fmin(risk.negative_error, 1e-10),
                           "plane %zu: %.15f, not %.15f", i, risk.negative, wrong[0]);
        cr_expect_float_eq(risk.positive, wrong[1], fmin(risk.positive_error, 1e-10),
                           "plane %zu: %.15f, not %.15f", i, risk.positive, wrong[1]);
    }
    bk_network_destroy(network);
}

/* |u - p| + |v - q| < r as a ReLU network, u and v turned: a square with sharp corners, four kinks of which
 * meet in its middle. */
Test(risk_estimate, squares)
{
    const double radius[] = {0.8, 0.3, 0.1, 0.02}, sd = sqrt(bk_mixture_lab.variance);
    bk_network *network = network_new(4, BK_RELU, BK_F64);
    for (size_t i = 0; i < 12; i++) {
        const double turn = 0.13 * (double)i, a = cos(turn), b = sin(turn), r = radius[i % 4];
        const double p = 0.1, q = -0.15, h = sqrt(0.5);
        for (size_t unit = 0; unit < 4; unit++) {
            const double sign = unit % 2 == 0 ? 1.0 : -1.0;
            set(network, 0, 2 * unit, sign * (unit < 2 ? a : -b));
            set(network, 0, 2 * unit + 1, sign * (unit < 2 ? b : a));
            set(network, 1, unit, -sign * (unit < 2 ? p : q));
            set(network, 2, unit, -1.0);
        }
        set(network, 3, 0, r);
        double inside[2] = {0.0, 0.0};
        for (size_t c = 0; c < 2; c++) {
            for (size_t k = 0; k < 3; k++) {
                const double u = p - mean_along(c, k, a, b), v = q - mean_along(c, k, -b, a), d = h * r;
                inside[c] += (normal_below((h * (u + v) + d) / sd) - normal_below((h * (u + v) - d) / sd)) *
                             (normal_below((h * (u - v) + d) / sd) - normal_below((h * (u - v) - d) / sd)) /
                             3.0;
            }
        }
        const bk_risk risk = estimate(network, 1e-6);
        cr_expect_float_eq(risk.negative, inside[0], fmin(risk.negative_error, 1e-9), "square %zu: off by %g",
                           i, risk.negative - inside[0]);
        cr_expect_float_eq(risk.positive, 1.0 - inside[1], fmin(risk.positive_error, 1e-9),
                           "square %zu: off by %g", i, risk.positive - 1.0 + inside[1]);
    }
    bk_network_destroy(network);
}

/* ---- Other integrations -----------------------------------------------------------------------------------
 */

/* bk_network_risk integrates along whole lines, with other code. */
Test(risk_estimate, agrees_with_the_integral_along_lines)
{
    for (int activation = 0; activation < BK_ACTIVATION_COUNT; activation++) {
        bk_network *network = network_new(12, (bk_activation)activation, BK_F32);
        bk_risk lines;
        cr_assert_eq(bk_network_risk(&lines, network, &bk_mixture_lab), BK_OK);
        const bk_risk risk = estimate(network, 1e-6);
        cr_expect_float_eq(risk.negative, lines.negative, 1e-9, "activation %d: %.13f, not %.13f", activation,
                           risk.negative, lines.negative);
        cr_expect_float_eq(risk.positive, lines.positive, 1e-9, "activation %d: %.13f, not %.13f", activation,
                           risk.positive, lines.positive);
        bk_network_destroy(network);
    }
}

/* Networks with random and with steep weights, whose ReLU boundaries have sharp corners: with other
 * rectangles the estimate is the same, to what it says of itself. */
Test(risk_estimate, other_rectangles)
{
    for (size_t i = 0; i < 30; i++) {
        const bk_activation activation = i % 5 < 3 ? BK_RELU : i % 5 == 3 ? BK_TANH : BK_SIGMOID;
        bk_network *network = network_new(3 + i / 3, activation, BK_F64);
        for (size_t j = 0; j < parameter_count(network, 0); j++) {
            ((double *)parameter_values(network, 0))[j] *= i % 2 == 0 ? 1.0 : 5.0;
        }
        const bk_risk one = estimate(network, 1e-6), other = estimate(network, 2.3e-7);
        cr_expect_leq(fabs(one.negative - other.negative), one.negative_error, "network %zu: %g", i,
                      one.negative - other.negative);
        cr_expect_leq(fabs(one.positive - other.positive), one.positive_error, "network %zu: %g", i,
                      one.positive - other.positive);
        cr_expect_lt(one.error, 2e-9);
        bk_network_destroy(network);
    }
}

/* A boundary of which nothing is known but in which cells it is: the estimate says so. */
Test(risk_estimate, steps)
{
    bk_network *network = network_new(1, BK_TANH, BK_F64);
    set(network, 0, 0, 3e6);
    set(network, 0, 1, 4e6);
    set(network, 1, 0, -1e6);
    set(network, 2, 0, 1.0);
    set(network, 3, 0, 0.0);
    double wrong = 0.0;
    for (size_t k = 0; k < 3; k++) {
        wrong += normal_below((mean_along(0, k, 0.6, 0.8) - 0.2) / sqrt(bk_mixture_lab.variance)) / 3.0;
    }
    const bk_risk risk = estimate(network, 1e-3);
    cr_expect_gt(risk.error, 1e-6);
    cr_expect_leq(fabs(risk.negative - wrong), risk.negative_error);
    bk_network_destroy(network);
}

/* ---- Parts ------------------------------------------------------------------------------------------------
 */

/* s(x) = value + slope . x + bend |x|^2 */
typedef struct bowl {
    double value, slope[2], bend;
} bowl;

static void score_bowl(double *score, const void *context, const double *x, size_t count)
{
    const bowl *of = context;
    for (size_t i = 0; i < count; i++) {
        const double a = x[i], b = x[count + i];
        score[i] = of->value + of->slope[0] * a + of->slope[1] * b + of->bend * (a * a + b * b);
    }
}

/* A cell about a point, with the form of the bowl or without its bend. */
static bk_risk_cell cell_of(const bowl *of, double x0, double x1, double half, bool form)
{
    const double x[2] = {x0, x1}, bend = fabs(of->bend) * 2.0 * half * half;
    bk_risk_cell cell = {.centre = {x0, x1},
                         .half = {half, 0.7 * half},
                         .gradient = {of->slope[0] + 2.0 * of->bend * x0, of->slope[1] + 2.0 * of->bend * x1},
                         .below = of->bend < 0.0 ? -bend : 0.0,
                         .above = of->bend > 0.0 ? bend : 0.0,
                         .peak = 4.0};
    score_bowl(&cell.score, of, x, 1);
    cell.curve[0] = cell.curve[2] = form ? of->bend : 0.0;
    return cell;
}

static const bk_risk_plane plane = {
    .mixture = &bk_mixture_lab, .deviation = 0.223606797749979, .grain = 1e-12};

static bk_risk_estimate estimate_cell(const bk_risk_cell *cell, const bowl *of, double tolerance)
{
    bk_risk_estimate found = {0};
    bk_risk_estimate_add(&found, &plane, cell, 1, tolerance, score_bowl, of);
    return found;
}

/* Straight boundaries through a cell in all directions: what the enclosure measures beyond a line. */
/* Both classes have the same components in another order, so the odds are 0 but for rounding, everywhere. The
 * risk is 1/2 then; the estimate must end, somewhere within the bounds. */
Test(risk_estimate, a_score_of_rounding_alone)
{
    const double means[12] = {-1, 0.3, 0.5, 1.1, 0.7, -0.9, 0.5, 1.1, 0.7, -0.9, -1, 0.3};
    const bk_mixture mixture = {.inputs = 2, .components = 3, .means = means, .variance = 0.25};
    bk_risk_enclosure found;
    cr_assert_eq(bk_bayes_risk_enclosure(&found, &mixture, 1e-4), BK_OK, "%s", bk_error_message());
    const bk_risk risk = check_estimate(&found);
    cr_expect_float_eq(risk.risk, 0.5, 1e-3);
}

Test(risk_estimate, straight_lines_through_a_cell)
{
    for (size_t i = 0; i < 60; i++) {
        const double turn = 0.11 * (double)i;
        bowl of = {.slope = {3.0 * cos(turn), 3.0 * sin(turn)}};
        of.value = -0.2 * of.slope[0] + 0.3 * of.slope[1] + 0.2 * ((double)(i % 7) - 3.0);
        const bk_risk_cell cell = cell_of(&of, 0.2, -0.3, 0.2, true);
        bk_risk_sums sums = {0};
        bk_risk_add_cut(&sums, &plane, &cell);
        const bk_risk_estimate found = estimate_cell(&cell, &of, 1e-12);
        for (size_t c = 0; c < 2; c++) {
            cr_expect(found.mass[c] >= sums.low[c] - 1e-12 && found.mass[c] <= sums.high[c] + 1e-12,
                      "line %zu, class %zu: %.15f is not in [%.15f, %.15f]", i, c, found.mass[c], sums.low[c],
                      sums.high[c]);
            cr_expect_lt(sums.high[c] - sums.low[c], 1e-9);
        }
    }
}

/* Places come from the scores: a cell that knows nothing of the bend gives the same answer, by halving. Taken
 * as it comes, without halving, it is off, and its error says so. */
Test(risk_estimate, a_form_that_is_wrong)
{
    size_t noticed = 0;
    for (size_t i = 0; i < 40; i++) {
        const double turn = 0.17 * (double)i;
        bowl of = {.slope = {3.0 * cos(turn), 3.0 * sin(turn)}, .bend = i % 2 == 0 ? 2.0 : -2.0};
        of.value = -0.2 * of.slope[0] + 0.3 * of.slope[1] - of.bend * 0.13;
        const bk_risk_cell right = cell_of(&of, 0.2, -0.3, 0.05, true),
                           wrong = cell_of(&of, 0.2, -0.3, 0.05, false);
        const bk_risk_estimate one = estimate_cell(&right, &of, 1e-12),
                               other = estimate_cell(&wrong, &of, 1e-12),
                               rough = estimate_cell(&wrong, &of, 1.0);
        for (size_t c = 0; c < 2; c++) {
            cr_expect_float_eq(other.mass[c], one.mass[c], 1e-9, "%zu, class %zu: %.15f, not %.15f", i, c,
                               other.mass[c], one.mass[c]);
        }
        noticed += rough.error > 1e-7;
        cr_expect_lt(one.error, 1e-11);
    }
    cr_expect_gt(noticed, 20, "what halving does goes unnoticed");
}
