/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sizes for a paired comparison, and resamples for a bootstrap. */
#include <math.h>

#include "stats/compare.h"
#include "stats/distributions.h"
#include "stats/plan.h"

#define LARGEST_EXACT 100000

typedef struct paired_problem {
    double difference; /* above 0 */
    double discordant;
    double delta;
    double power;
} paired_problem;

/* The largest count of the rarer kind among m discordant points at which the exact test rejects, starting
 * from the one of m - 1 points (it rises by 0 or 1); -1 where it never does. */
static double next_critical(double critical, double m, double delta)
{
    return 2 * bk_binomial_below(critical + 1, m, 0.5) <= delta ? critical + 1 : critical;
}

/* P(exact McNemar rejects) = sum over m discordant points of Bin(m; n, discordant) P(X <= c_m or X >= m -
 * c_m), X ~ Bin(m, share of A's). */
static double exact_power(double n, const paired_problem *problem)
{
    const double share = (1 + problem->difference / problem->discordant) / 2;
    const double centre = n * problem->discordant;
    const double spread = 9 * sqrt(centre * (1 - problem->discordant)) + 40;
    const double last = fmin(n, ceil(centre + spread));
    double critical = -1;
    double power = 0;
    for (double m = 1; m <= last; m++) {
        critical = next_critical(critical, m, problem->delta);
        if (critical >= 0 && m >= centre - spread) {
            const double reject =
                bk_binomial_below(critical, m, share) + bk_binomial_above(m - critical - 1, m, share);
            power += bk_binomial_mass(m, n, problem->discordant) * reject;
        }
    }
    return power;
}

/* Miettinen (1968): the normal approximation of the same. */
static double approximate_power(double n, const paired_problem *problem)
{
    const double d = problem->difference;
    const double root = sqrt(fmax(problem->discordant - d * d, 0));
    const double z = -bk_normal_quantile(problem->delta / 2);
    const double shift = d * sqrt(n) - z * sqrt(problem->discordant);
    return root > 0 ? bk_normal_cdf(shift / root) : shift > 0 ? 1 : 0;
}

static bk_status approximately_enough(bool *enough, uint64_t n, const void *context)
{
    const paired_problem *problem = context;
    *enough = approximate_power((double)n, problem) >= problem->power;
    return BK_OK;
}

/* An n whose power is reached while that of n - 1 is not. The power of an exact test saw-tooths, so that a
 * slightly smaller n may reach it too. 0 where the search takes too long (a power of 1 but for rounding). */
static uint64_t exact_size(uint64_t approximate, const paired_problem *problem)
{
    uint64_t low = 1;
    uint64_t high = approximate;
    while (exact_power((double)high, problem) < problem->power) {
        low = high;
        high += high / 8 + 1;
        if (high > 2 * LARGEST_EXACT) {
            return 0;
        }
    }
    while (high - low > 1) {
        const uint64_t middle = low + (high - low) / 2;
        if (exact_power((double)middle, problem) < problem->power) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return high;
}

bk_status bk_plan_paired(bk_plan_paired_answer *answer, double difference, double discordant, double level,
                         double power)
{
    const double d = fabs(difference);
    if (!(d > 0 && d <= discordant && discordant <= 1)) {
        return bk_fail(
            BK_INVALID,
            "plan: a difference of %g with a share of %g discordant points; give 0 < |difference| <= "
            "discordant <= 1",
            difference, discordant);
    }
    if (!(level > 0 && level < 1 && power > 0 && power < 1)) {
        return bk_fail(BK_INVALID, "plan: level = %g and power = %g; both are in (0, 1), 90 %% is 0.9", level,
                       power);
    }
    const paired_problem problem = {d, discordant, 1 - level, power};
    bk_plan_paired_answer made = {.exact = false};
    BK_TRY(bk_smallest_size(&made.n, approximately_enough, &problem, "a larger difference or less power"));
    made.power = approximate_power((double)made.n, &problem);
    const uint64_t exact = made.n <= LARGEST_EXACT ? exact_size(made.n, &problem) : 0;
    if (exact > 0) {
        made.n = exact;
        made.power = exact_power((double)made.n, &problem);
        made.exact = true;
    }
    const double n = (double)made.n;
    const double z = -bk_normal_quantile((1 - level) / 2);
    const double a = n * (discordant + d) / 2;
    const double b = n * (discordant - d) / 2;
    made.tango_half_width = (bk_tango_end(a, b, n, -z) - bk_tango_end(a, b, n, z)) / 2;
    *answer = made;
    return BK_OK;
}

bk_status bk_plan_resamples(uint64_t *resamples, size_t method, double error, double level)
{
    const bk_interval_method *row = bk_interval_method_row(method);
    const bool bca = method == BK_METHOD_BOOTSTRAP_BCA;
    if (!bca && method != BK_METHOD_BOOTSTRAP_PERCENTILE && method != BK_METHOD_BOOTSTRAP_BASIC) {
        return bk_fail(BK_UNSUPPORTED,
                       "plan: the ends of %s are no quantiles of replicates; use bootstrap-percentile, "
                       "bootstrap-basic or bootstrap-bca",
                       row ? row->name : "this method");
    }
    if (!(error > 0 && isfinite(error)) || !(level > 0 && level < 1)) {
        return bk_fail(
            BK_INVALID,
            "plan: error = %g (in standard errors, above 0) and level = %g (in (0, 1), 90 %% is 0.9)", error,
            level);
    }
    const double tail = (1 - level) / 2;
    const double z = bk_normal_quantile(tail);
    const double density = exp(-z * z / 2) / sqrt(2 * acos(-1.0));
    double variance = tail * (1 - tail); /* of the quantile's level, times B */
    if (bca) {
        /* z0 = Phi^-1(u) at u = 1/2, a = 0: c = 2 phi(z) / phi(0); cov(A, u) = A (1 - u) for A below u. */
        const double c = 2 * exp(-z * z / 2);
        variance += c * c / 4 - c * tail;
    }
    const double least = fmax(variance / (density * density * error * error), 2 / (1 - level) * (1 - 1e-9));
    if (!(least <= 9007199254740992.0)) {
        return bk_fail(BK_OVERFLOW, "plan: more than 2^53 resamples are needed; allow a larger error");
    }
    *resamples = (uint64_t)ceil(least);
    return BK_OK;
}
