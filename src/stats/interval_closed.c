/* SPDX-License-Identifier: GPL-3.0-or-later
 * Intervals estimate +- epsilon in closed form: Hoeffding, Chebyshev, Bernstein, empirical Bernstein, the
 * normal and Student's. */
#include <math.h>

#include "stats/distributions.h"
#include "stats/interval.h"

/* Sets estimate +- epsilon, clipped where the range is known. */
static void set_symmetric(bk_interval *interval, double epsilon, const bk_losses *losses)
{
    const double low = losses->range_known ? losses->range_low : -HUGE_VAL;
    const double high = losses->range_known ? losses->range_high : HUGE_VAL;
    bk_interval_set_symmetric(interval, epsilon, low, high);
}

bk_status bk_method_hoeffding(bk_interval *interval, const bk_losses *losses,
                              const bk_interval_request *request)
{
    const double range = losses->range_high - losses->range_low;
    const double log_term = -log(bk_tail_of(request));
    const double n = (double)losses->n;
    const double epsilon = losses->sampling == BK_SAMPLING_INDEPENDENT
                               ? range * sqrt(log_term / (2 * n))
                               : range * sqrt(log_term * losses->square_weights / 2);
    set_symmetric(interval, epsilon, losses);
    return BK_OK;
}

/* The methods that put the sample variance in the place of the true one share its two limits. */
static const char one_loss[] = "one loss has no sample variance: use hoeffding, or test on more points";
static const char equal_losses[] =
    "all losses are equal, so that the sample variance is 0 and the width says nothing of "
    "the risk: use hoeffding, or clopper-pearson for 0/1 losses";

/* Chebyshev's and Bernstein's inequalities are theorems where the variance is given. */
static void promise_by_known_variance(bk_interval *interval, bool range)
{
    interval->guarantee = BK_GUARANTEE_FINITE_SAMPLE;
    interval->assumption = range ? "independent losses in [a, b] whose variance is at most the given one"
                                 : "independent losses whose variance is at most the given one";
    interval->promise = "covers the true risk in at least the stated share of all test sets, whatever the "
                        "distribution of the losses, if their variance is at most the given one";
}

/* The variance to use; false where there is none and the interval is withheld. */
static bool find_variance(double *variance, bk_interval *interval, const bk_losses *losses,
                          const bk_interval_request *request, bool range)
{
    if (request->variance_known) {
        promise_by_known_variance(interval, range);
        *variance = request->variance;
        return true;
    }
    if (losses->n == 1) {
        bk_interval_withhold(interval, BK_INTERVAL_UNDEFINED, one_loss);
        return false;
    }
    *variance = losses->variance;
    return true;
}

/* estimate +- epsilon of a method that reads the sample variance. */
static void set_by_variance(bk_interval *interval, double epsilon, const bk_losses *losses,
                            const bk_interval_request *request)
{
    set_symmetric(interval, epsilon, losses);
    if (!request->variance_known && !(losses->variance > 0)) {
        bk_interval_mark_degenerate(interval, equal_losses);
    }
}

bk_status bk_method_chebyshev(bk_interval *interval, const bk_losses *losses,
                              const bk_interval_request *request)
{
    double variance;
    if (find_variance(&variance, interval, losses, request, false)) {
        const double delta = 1 - request->level;
        /* One-sided: Cantelli's inequality, P(X - EX >= t) <= v / (v + t^2). */
        const double factor = request->sides == BK_TWO_SIDED ? 1 / delta : request->level / delta;
        set_by_variance(interval, sqrt(variance / (double)losses->n * factor), losses, request);
    }
    return BK_OK;
}

/* Positive root t of n t^2 - (2 c L / 3) t - 2 v L = 0. */
static double bernstein_epsilon(double n, double variance, double bound, double log_term)
{
    const double half_linear = bound * log_term / (3 * n);
    return half_linear + sqrt(half_linear * half_linear + 2 * variance * log_term / n);
}

bk_status bk_method_bernstein(bk_interval *interval, const bk_losses *losses,
                              const bk_interval_request *request)
{
    double variance;
    if (find_variance(&variance, interval, losses, request, true)) {
        const double bound = losses->range_high - losses->range_low;
        const double log_term = -log(bk_tail_of(request));
        set_by_variance(interval, bernstein_epsilon((double)losses->n, variance, bound, log_term), losses,
                        request);
    }
    return BK_OK;
}

bk_status bk_method_empirical_bernstein(bk_interval *interval, const bk_losses *losses,
                                        const bk_interval_request *request)
{
    if (losses->n == 1) {
        bk_interval_withhold(interval, BK_INTERVAL_UNDEFINED, one_loss);
        return BK_OK;
    }
    const double n = (double)losses->n;
    const double range = losses->range_high - losses->range_low;
    /* The theorem spends half of a tail on the mean and half on its variance: ln(2 / tail). */
    const double log_term = log(2 / bk_tail_of(request));
    set_symmetric(interval, sqrt(2 * losses->variance * log_term / n) + 7 * range * log_term / (3 * (n - 1)),
                  losses);
    return BK_OK;
}

bk_status bk_method_wald(bk_interval *interval, const bk_losses *losses, const bk_interval_request *request)
{
    const double n = (double)losses->n;
    /* The variance with n; that of one loss is 0. */
    const double variance = losses->n == 1 ? 0 : losses->variance * ((n - 1) / n);
    const double z = -bk_normal_quantile(bk_tail_of(request));
    set_symmetric(interval, z * sqrt(variance / n), losses);
    if (!(variance > 0)) {
        bk_interval_mark_degenerate(interval, losses->n == 1 ? one_loss : equal_losses);
    }
    return BK_OK;
}

bk_status bk_method_student_t(bk_interval *interval, const bk_losses *losses,
                              const bk_interval_request *request)
{
    if (losses->n == 1) {
        bk_interval_withhold(interval, BK_INTERVAL_UNDEFINED, one_loss);
        return BK_OK;
    }
    const double n = (double)losses->n;
    const double t = bk_student_upper_quantile(bk_tail_of(request), n - 1);
    set_by_variance(interval, t * sqrt(losses->variance / n), losses, &(bk_interval_request){0});
    return BK_OK;
}
