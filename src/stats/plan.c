/* SPDX-License-Identifier: GPL-3.0-or-later
 * How many test points an evaluation needs. */
#include "brisk/stats.h"

#include <math.h>

static bool hoeffding_holds(double n, double epsilon, double delta)
{
    return 2 * exp(-2 * n * epsilon * epsilon) <= delta;
}

bk_status bk_plan_hoeffding(uint64_t *n, double epsilon, double delta)
{
    if (!(epsilon > 0 && epsilon < 1)) {
        return bk_fail(BK_INVALID, "plan: epsilon = %g is outside (0, 1); it is a fraction, 1 %% is 0.01",
                       epsilon);
    }
    if (!(delta > 0 && delta < 1)) {
        return bk_fail(BK_INVALID, "plan: delta = %g is outside (0, 1); it is a probability, 1 %% is 0.01",
                       delta);
    }
    const double largest = 9007199254740992.0; /* 2^53: whole numbers are exact up to here */
    double points =
        ceil((log(2.0) - log(delta)) / (2 * epsilon * epsilon)); /* at least ceil(ln(2) / 2) = 1 */
    if (!(points <= largest)) {
        return bk_fail(BK_OVERFLOW, "plan: epsilon = %g needs more than 2^53 points; ask for less precision",
                       epsilon);
    }
    /* The closed form is right but for its rounding: the inequality itself settles the last step. */
    while (points > 1 && hoeffding_holds(points - 1, epsilon, delta)) {
        points--;
    }
    while (points < largest && !hoeffding_holds(points, epsilon, delta)) {
        points++;
    }
    *n = (uint64_t)points;
    return BK_OK;
}
