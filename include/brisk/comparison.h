/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brisk/comparison.h (part of brisk/stats.h): two models on the same test points.
 *
 * The difference is risk(A) - risk(B): negative means that A is better. Of 0/1 losses only the points on
 * which exactly one model errs matter: only_a of them A gets wrong, only_b B does. (Textbooks call them b
 * and c.)
 */
#ifndef BRISK_COMPARISON_H
#define BRISK_COMPARISON_H

#include "brisk/interval.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct bk_pair_counts {
    uint64_t n;              /* points */
    uint64_t only_a, only_b; /* A alone wrong, B alone wrong; the rest is both right or both wrong */
} bk_pair_counts;

/* The losses A - B of paired losses a [n], b [n], in difference [n], which the result keeps. Where the range
 * [low, high] of a loss is known (0 and 0 where it is not) the difference has the range low - high to
 * high - low: hand the result to bk_interval_of_losses with hoeffding, empirical-bernstein, betting,
 * kl-chernoff, student-t or a bootstrap method. Where both are 0/1 data the range is [-1, 1] and counts (NULL
 * to leave it out) is filled, elsewhere its n is 0. BK_INVALID for n = 0, a loss that is not finite or out of
 * range (model and index are named). O(n). */
BK_API bk_status bk_losses_of_difference(bk_losses *losses, double *difference, bk_pair_counts *counts,
                                         const double *a, const double *b, size_t n, double low, double high);
/* The same from the counts of 0/1 losses; values is NULL. Cannot fail: impossible counts are refused by the
 * interval that is handed the result. */
BK_API bk_losses bk_losses_from_pair_counts(const bk_pair_counts *counts);

/* McNemar's test of equal risks. BK_INVALID where only_a + only_b exceeds n. O(only_a + only_b). */
typedef struct bk_mcnemar {
    double exact; /* min(1, 2 P(Bin(only_a + only_b, 1/2) <= min(only_a, only_b))); 1 without discordant
                     points */
    double mid;   /* the same with half the probability of the observed count (Fagerland et al. 2013) */
} bk_mcnemar;
BK_API bk_status bk_mcnemar_test(bk_mcnemar *test, const bk_pair_counts *counts);

/* Tango's score interval for the difference of two paired proportions (Tango 1998, eq. 5 and 6). Method
 * "tango", asymptotic. It is never degenerate: without discordant points it is z^2 / (n + z^2) wide on each
 * side. BK_INVALID for a level outside (0, 1), n = 0, only_a + only_b above n. O(1). */
BK_API bk_status bk_interval_tango(bk_interval *interval, const bk_pair_counts *counts,
                                   const bk_interval_request *request);
/* Clopper and Pearson's interval for the share of A's errors among the discordant points, only_a /
 * (only_a + only_b); the models differ where it leaves out 1/2. UNDEFINED without discordant points. */
BK_API bk_status bk_interval_discordant_share(bk_interval *interval, const bk_pair_counts *counts,
                                              const bk_interval_request *request);

/* Is A not worse than B by the margin or more, or as good within it? Two one-sided tests (Schuirmann 1987) at
 * delta = 1 - level each, by one-sided bounds at that level (they are the ends of the two-sided interval of
 * level 2 level - 1). */
typedef struct bk_margin {
    double margin;
    bool not_worse;                   /* upper bound < margin: A is not inferior to B */
    bool better;                      /* upper bound < 0: A is superior */
    bool equivalent;                  /* and lower bound > -margin */
    double lower, upper;              /* the two bounds */
    double p_not_worse, p_equivalent; /* by Tango's score test; NaN where decided from bounds alone */
} bk_margin;
/* From one-sided intervals of the difference by any method (sides BK_LOWER and BK_UPPER, equal level); where
 * one has no ends the three answers are false. BK_INVALID for a margin that is not positive and finite, or
 * other sides. */
BK_API bk_status bk_margin_from_bounds(bk_margin *margin, const bk_interval *lower, const bk_interval *upper,
                                       double size);
/* Of 0/1 losses by Tango's score test, with p-values. size in (0, 1). */
BK_API bk_status bk_margin_tango(bk_margin *margin, const bk_pair_counts *counts, double size, double level);

/* Holm's step-down adjustment (1979): adjusted [count] is in the order of p [count] and may be p; reject
 * where it is at most delta. NaN (a test that does not exist) stays NaN and counts as a test. BK_INVALID for
 * a p outside [0, 1] (its index is named), BK_MEMORY. O(count log count). */
BK_API bk_status bk_holm_adjust(double *adjusted, const double *p, size_t count);

#ifdef __cplusplus
}
#endif
#endif
