/* SPDX-License-Identifier: GPL-3.0-or-later
 * How many test points an evaluation needs: for a half-width epsilon that no data decide, and for an expected
 * width at a guessed risk. */
#include "brisk/plan.h"

#include <math.h>

#include "stats/distributions.h"
#include "stats/interval.h"
#include "stats/plan.h"

#define LARGEST 9007199254740992.0 /* 2^53: whole numbers are exact up to here */

static bk_status check_fraction(const char *name, double value, const char *what)
{
    if (value > 0 && value < 1) {
        return BK_OK;
    }
    return bk_fail(BK_INVALID, "plan: %s = %g is outside (0, 1); it is a %s, 1 %% is 0.01", name, value,
                   what);
}

static bool hoeffding_holds(double n, double epsilon, double delta)
{
    return 2 * exp(-2 * n * epsilon * epsilon) <= delta;
}

bk_status bk_plan_hoeffding(uint64_t *n, double epsilon, double delta)
{
    BK_TRY(check_fraction("epsilon", epsilon, "fraction"));
    BK_TRY(check_fraction("delta", delta, "probability"));
    double points =
        ceil((log(2.0) - log(delta)) / (2 * epsilon * epsilon)); /* at least ceil(ln(2) / 2) = 1 */
    if (!(points <= LARGEST)) {
        return bk_fail(BK_OVERFLOW, "plan: epsilon = %g needs more than 2^53 points; ask for less precision",
                       epsilon);
    }
    /* The closed form is right but for its rounding: the inequality itself settles the last step. */
    while (points > 1 && hoeffding_holds(points - 1, epsilon, delta)) {
        points--;
    }
    while (points < LARGEST && !hoeffding_holds(points, epsilon, delta)) {
        points++;
    }
    *n = (uint64_t)points;
    return BK_OK;
}

bk_status bk_smallest_size(uint64_t *n, bk_size_condition holds, const void *context, const char *ask_for)
{
    uint64_t fails = 0;
    uint64_t does = 1;
    bool enough;
    BK_TRY(holds(&enough, does, context));
    while (!enough) {
        fails = does;
        does *= 2;
        if ((double)does > LARGEST) {
            return bk_fail(BK_OVERFLOW, "plan: more than 2^53 points are needed; ask for %s", ask_for);
        }
        BK_TRY(holds(&enough, does, context));
    }
    while (does - fails > 1) {
        const uint64_t middle = fails + (does - fails) / 2;
        BK_TRY(holds(&enough, middle, context));
        if (enough) {
            does = middle;
        } else {
            fails = middle;
        }
    }
    *n = does;
    return BK_OK;
}

typedef struct epsilon_problem {
    size_t method;
    double epsilon;
    bk_losses losses;
    bk_interval_request request;
} epsilon_problem;

/* The sum of squares that Hoeffding's size is defined by, not its square root, so that both plans agree. */
static bk_status epsilon_holds(bool *enough, uint64_t n, const void *context)
{
    const epsilon_problem *problem = context;
    bk_losses losses = problem->losses;
    losses.n = n;
    if (n == 1 && !problem->request.variance_known && problem->method != BK_METHOD_HOEFFDING) {
        *enough = false; /* one loss has no sample variance */
        return BK_OK;
    }
    if (problem->method == BK_METHOD_WALD) {
        losses.variance *= (double)n / ((double)n - 1); /* wald divides by n: the guess is that variance */
    }
    bk_interval interval;
    BK_TRY(bk_interval_of_losses(&interval, problem->method, &losses, &problem->request));
    *enough = interval.half_width <= problem->epsilon * (1 + 0x1p-50);
    return BK_OK;
}

bk_status bk_plan_epsilon(uint64_t *n, size_t method, double epsilon, double delta, double variance,
                          bk_sides sides)
{
    const bk_interval_method *row = bk_interval_method_row(method);
    const bool by_variance = method == BK_METHOD_CHEBYSHEV || method == BK_METHOD_BERNSTEIN ||
                             method == BK_METHOD_EMPIRICAL_BERNSTEIN || method == BK_METHOD_WALD ||
                             method == BK_METHOD_STUDENT_T;
    BK_TRY(check_fraction("epsilon", epsilon, "fraction"));
    BK_TRY(check_fraction("delta", delta, "probability"));
    if (!by_variance && method != BK_METHOD_HOEFFDING) {
        return bk_fail(
            BK_UNSUPPORTED,
            "plan: the width of %s is no function of size and variance; ask for a width at a guessed risk",
            row ? row->name : "this method");
    }
    if (by_variance && !(variance > 0 && variance <= 0.25)) {
        return bk_fail(BK_INVALID, "plan: variance = %g is outside (0, 1/4], that of losses in [0, 1]",
                       variance);
    }
    if (method == BK_METHOD_HOEFFDING && sides == BK_TWO_SIDED) {
        return bk_plan_hoeffding(n, epsilon, delta);
    }
    epsilon_problem problem = {
        .method = method,
        .epsilon = epsilon,
        .losses = {.mean = 0.5,
                   .variance = by_variance ? variance : 0.25,
                   .range_known = true,
                   .range_high = 1},
        .request = bk_interval_request_of(1 - delta),
    };
    problem.request.sides = sides;
    problem.request.variance_known = method == BK_METHOD_CHEBYSHEV || method == BK_METHOD_BERNSTEIN;
    problem.request.variance = variance;
    return bk_smallest_size(n, epsilon_holds, &problem, "less precision");
}

typedef struct width_problem {
    size_t method;
    double half_width, p;
    bk_interval_request request;
} width_problem;

/* Distance of the bound from the estimate, or half of the clipped interval. */
static double reached_width(const bk_interval *interval)
{
    return interval->sides == BK_LOWER   ? interval->estimate - interval->low
           : interval->sides == BK_UPPER ? interval->high - interval->estimate
                                         : (interval->high - interval->low) / 2;
}

static bk_status width_of_count(double *width, uint64_t k, uint64_t n, const width_problem *problem)
{
    const bk_losses losses = bk_losses_from_count(k, n);
    bk_interval interval;
    BK_TRY(bk_interval_of_losses(&interval, problem->method, &losses, &problem->request));
    /* No ends: as wide as the range, so that such data cost what they are worth. */
    *width = isnan(interval.low) ? 1 : reached_width(&interval);
    return BK_OK;
}

#define WINDOW_SD     9.0 /* the binomial beyond has a probability of 1e-18 */
#define WINDOW_POINTS 400

/* The mean width over Bin(n, p): every count within WINDOW_SD standard deviations, or, where these are many,
 * the counts on a grid, weighed by the binomial there. The width is smooth on that scale, and so is the sum.
 */
static bk_status width_holds(bool *enough, uint64_t n, const void *context)
{
    const width_problem *problem = context;
    const double points = (double)n;
    const double centre = points * problem->p;
    const double spread = WINDOW_SD * sqrt(centre * (1 - problem->p)) + 40;
    const double first = fmax(0, floor(centre - spread));
    const double last = fmin(points, ceil(centre + spread));
    const double step = fmax(1, floor((last - first) / WINDOW_POINTS));
    double sum = 0;
    double weight = 0;
    for (double k = first; k <= last; k += step) {
        const double mass = bk_binomial_mass(k, points, problem->p);
        if (mass > 0) {
            double width;
            BK_TRY(width_of_count(&width, (uint64_t)k, n, problem));
            sum += mass * width;
            weight += mass;
        }
    }
    *enough = sum <= problem->half_width * weight;
    return BK_OK;
}

bk_status bk_plan_width(uint64_t *n, size_t method, double half_width, double p, double level, bk_sides sides)
{
    const bk_interval_method *row = bk_interval_method_row(method);
    if (!bk_interval_method_by_count(method)) {
        return bk_fail(BK_UNSUPPORTED, "plan: %s has no expected width to sum; use clopper-pearson",
                       row ? row->name : "there is no such method, it");
    }
    if (!(half_width > 0 && half_width < 0.5)) {
        return bk_fail(BK_INVALID, "plan: half-width = %g is outside (0, 1/2)", half_width);
    }
    if (!(p >= 0 && p <= 1)) {
        return bk_fail(BK_INVALID, "plan: p = %g is no guess of a risk in [0, 1]", p);
    }
    BK_TRY(bk_check_level((bk_method)method, level));
    width_problem problem = {
        .method = method, .half_width = half_width, .p = p, .request = bk_interval_request_of(level)};
    problem.request.sides = sides;
    return bk_smallest_size(n, width_holds, &problem, "a wider interval");
}
