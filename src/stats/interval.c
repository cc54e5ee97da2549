/* SPDX-License-Identifier: GPL-3.0-or-later
 * The parts that every interval has: names, the blank interval of a method, its ends, its status. */
#include "stats/interval.h"

#include <math.h>

static const char *const guarantee_names[] = {
    [BK_GUARANTEE_EXACT] = "exact",
    [BK_GUARANTEE_FINITE_SAMPLE] = "finite-sample",
    [BK_GUARANTEE_ASYMPTOTIC] = "asymptotic",
    [BK_GUARANTEE_NONE] = "none",
};
_Static_assert(sizeof guarantee_names / sizeof guarantee_names[0] == BK_GUARANTEE_COUNT, "one name each");

static const char *const status_names[] = {
    [BK_INTERVAL_OK] = "ok",
    [BK_INTERVAL_DEGENERATE] = "degenerate",
    [BK_INTERVAL_UNDEFINED] = "undefined",
    [BK_INTERVAL_RANGE_UNKNOWN] = "range-unknown",
    [BK_INTERVAL_NEEDS_01_DATA] = "needs-01-data",
    [BK_INTERVAL_NEEDS_INDEPENDENCE] = "needs-independence",
    [BK_INTERVAL_TOO_FEW_RESAMPLES] = "too-few-resamples",
};
_Static_assert(sizeof status_names / sizeof status_names[0] == BK_INTERVAL_STATUS_COUNT, "one name each");

static const char *const sides_names[] = {
    [BK_TWO_SIDED] = "two",
    [BK_LOWER] = "lower",
    [BK_UPPER] = "upper",
};

static const char *name_of(const char *const *names, size_t count, size_t value)
{
    return value < count ? names[value] : "unknown";
}

const char *bk_guarantee_name(bk_guarantee guarantee)
{
    return name_of(guarantee_names, BK_GUARANTEE_COUNT, (size_t)guarantee);
}

const char *bk_interval_status_name(bk_interval_status status)
{
    return name_of(status_names, BK_INTERVAL_STATUS_COUNT, (size_t)status);
}

const char *bk_sides_name(bk_sides sides)
{
    return name_of(sides_names, sizeof sides_names / sizeof sides_names[0], (size_t)sides);
}

bk_status bk_check_level(bk_method method, double level)
{
    if (level > 0 && level < 1) {
        return BK_OK;
    }
    return bk_fail(BK_INVALID, "%s: level = %g is outside (0, 1); it is the confidence level, 90 %% is 0.9",
                   bk_interval_method_row(method)->name, level);
}

bk_interval bk_interval_begin(bk_method method, double estimate, double level)
{
    const bk_interval_method *row = bk_interval_method_row(method);
    return (bk_interval){
        .method = row->name,
        .low = (double)NAN,
        .high = (double)NAN,
        .half_width = (double)NAN,
        .estimate = estimate,
        .level = level,
        .sides = BK_TWO_SIDED,
        .status = BK_INTERVAL_OK,
        .reason = "",
        .guarantee = row->guarantee,
        .assumption = row->assumption,
        .mc_error_low = (double)NAN,
        .mc_error_high = (double)NAN,
        .promise = row->promise,
    };
}

static double clip(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

void bk_interval_set_ends(bk_interval *interval, double low, double high, double range_low, double range_high)
{
    const bool has_low = interval->sides != BK_UPPER;
    const bool has_high = interval->sides != BK_LOWER;
    interval->low = has_low ? clip(low, range_low, range_high) : range_low;
    interval->high = has_high ? clip(high, range_low, range_high) : range_high;
    interval->clipped = (has_low && (low < range_low || low > range_high)) ||
                        (has_high && (high < range_low || high > range_high));
    interval->half_width = !has_low    ? high - interval->estimate
                           : !has_high ? interval->estimate - low
                                       : (high - low) / 2;
}

void bk_interval_set_symmetric(bk_interval *interval, double epsilon, double range_low, double range_high)
{
    bk_interval_set_ends(interval, interval->estimate - epsilon, interval->estimate + epsilon, range_low,
                         range_high);
    interval->half_width = epsilon;
}

void bk_interval_mark_degenerate(bk_interval *interval, const char *reason)
{
    interval->status = BK_INTERVAL_DEGENERATE;
    interval->reason = reason;
}

void bk_interval_withhold(bk_interval *interval, bk_interval_status status, const char *reason)
{
    interval->low = interval->high = interval->half_width = (double)NAN;
    interval->mc_error_low = interval->mc_error_high = (double)NAN;
    interval->clipped = false;
    interval->status = status;
    interval->reason = reason;
}
