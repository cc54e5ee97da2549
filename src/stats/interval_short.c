/* SPDX-License-Identifier: GPL-3.0-or-later
 * Short forms for C programs: one two-sided interval of given losses at a level. */
#include "brisk/interval.h"

static bk_status of_level(bk_interval *interval, bk_method method, const bk_losses *losses, double level)
{
    const bk_interval_request request = bk_interval_request_of(level);
    return bk_interval_of_losses(interval, method, losses, &request);
}

#define SHORT_FORM(name, method)                                                 \
    bk_status name(bk_interval *interval, const bk_losses *losses, double level) \
    {                                                                            \
        return of_level(interval, method, losses, level);                        \
    }

SHORT_FORM(bk_interval_hoeffding, BK_METHOD_HOEFFDING)
SHORT_FORM(bk_interval_chebyshev, BK_METHOD_CHEBYSHEV)
SHORT_FORM(bk_interval_bernstein, BK_METHOD_BERNSTEIN)
SHORT_FORM(bk_interval_empirical_bernstein, BK_METHOD_EMPIRICAL_BERNSTEIN)
SHORT_FORM(bk_interval_kl_chernoff, BK_METHOD_KL_CHERNOFF)
SHORT_FORM(bk_interval_clopper_pearson, BK_METHOD_CLOPPER_PEARSON)
SHORT_FORM(bk_interval_mid_p, BK_METHOD_MID_P)
SHORT_FORM(bk_interval_wilson, BK_METHOD_WILSON)
SHORT_FORM(bk_interval_agresti_coull, BK_METHOD_AGRESTI_COULL)
SHORT_FORM(bk_interval_jeffreys, BK_METHOD_JEFFREYS)
SHORT_FORM(bk_interval_wald, BK_METHOD_WALD)
SHORT_FORM(bk_interval_student_t, BK_METHOD_STUDENT_T)
SHORT_FORM(bk_interval_betting, BK_METHOD_BETTING)
