/* SPDX-License-Identifier: GPL-3.0-or-later
 * From a request to intervals: checks what is asked, answers for the table what a method cannot do with these
 * data, and calls the method. */
#include <math.h>

#include "stats/interval.h"

typedef bk_status (*method_function)(bk_interval *, const bk_losses *, const bk_interval_request *);

/* NULL: the bootstrap methods, which are computed together. */
static const method_function functions[BK_METHOD_COUNT] = {
    [BK_METHOD_HOEFFDING] = bk_method_hoeffding,
    [BK_METHOD_CHEBYSHEV] = bk_method_chebyshev,
    [BK_METHOD_BERNSTEIN] = bk_method_bernstein,
    [BK_METHOD_EMPIRICAL_BERNSTEIN] = bk_method_empirical_bernstein,
    [BK_METHOD_KL_CHERNOFF] = bk_method_kl_chernoff,
    [BK_METHOD_CLOPPER_PEARSON] = bk_method_clopper_pearson,
    [BK_METHOD_MID_P] = bk_method_mid_p,
    [BK_METHOD_WILSON] = bk_method_wilson,
    [BK_METHOD_AGRESTI_COULL] = bk_method_agresti_coull,
    [BK_METHOD_JEFFREYS] = bk_method_jeffreys,
    [BK_METHOD_WALD] = bk_method_wald,
    [BK_METHOD_STUDENT_T] = bk_method_student_t,
    [BK_METHOD_BETTING] = bk_method_betting,
};

bk_interval_request bk_interval_request_of(double level)
{
    return (bk_interval_request){
        .level = level, .sides = BK_TWO_SIDED, .order = BK_ORDER_SHUFFLED, .seed = 1, .resamples = 9999};
}

double bk_tail_of(const bk_interval_request *request)
{
    /* A level below 2^-54 leaves 1 - level = 1, where quantiles are infinite. */
    const double delta = fmin(1 - request->level, 1 - 0x1p-53);
    return request->sides == BK_TWO_SIDED ? delta / 2 : delta;
}

static bk_status check_range(const char *name, const bk_losses *losses)
{
    if (!(losses->range_low < losses->range_high) || !isfinite(losses->range_high - losses->range_low)) {
        return bk_fail(BK_INVALID,
                       "%s: [%g, %g] is no range of losses; give a finite low end below the high one", name,
                       losses->range_low, losses->range_high);
    }
    if (losses->mean < losses->range_low || losses->mean > losses->range_high) {
        return bk_fail(BK_INVALID, "%s: the mean loss %g lies outside the range [%g, %g] of a loss", name,
                       losses->mean, losses->range_low, losses->range_high);
    }
    return BK_OK;
}

static bk_status check_losses(const char *name, const bk_losses *losses)
{
    if (losses->n == 0) {
        return bk_fail(BK_INVALID, "%s: no losses (n = 0); give at least one", name);
    }
    if (!isfinite(losses->mean)) {
        return bk_fail(BK_INVALID, "%s: the mean loss is %g; losses must be finite", name, losses->mean);
    }
    if (losses->n > 1 && !(losses->variance >= 0 && isfinite(losses->variance))) {
        return bk_fail(BK_INVALID,
                       "%s: the variance of the losses is %g; give the sample variance with n - 1", name,
                       losses->variance);
    }
    if (losses->zero_one && losses->errors > losses->n) {
        return bk_fail(BK_INVALID, "%s: %llu errors among %llu losses", name,
                       (unsigned long long)losses->errors, (unsigned long long)losses->n);
    }
    if (losses->sampling != BK_SAMPLING_INDEPENDENT &&
        !(losses->square_weights > 0 && losses->square_weights <= 1 + 1e-9)) {
        return bk_fail(BK_INVALID, "%s: the squared weights sum to %g; they belong to weights of sum 1", name,
                       losses->square_weights);
    }
    return losses->range_known ? check_range(name, losses) : BK_OK;
}

static bk_status check_request(const char *name, bk_method method, const bk_interval_request *request)
{
    BK_TRY(bk_check_level(method, request->level));
    if ((unsigned)request->sides > BK_UPPER) {
        return bk_fail(BK_INVALID, "%s: sides = %d; an interval is two-sided, or a lower or an upper bound",
                       name, (int)request->sides);
    }
    if (request->variance_known && !(request->variance >= 0 && isfinite(request->variance))) {
        return bk_fail(BK_INVALID, "%s: the given variance is %g; a variance is finite and not negative",
                       name, request->variance);
    }
    return BK_OK;
}

static const char *const not_independent[BK_SAMPLING_COUNT] = {
    [BK_SAMPLING_INDEPENDENT] = "",
    [BK_SAMPLING_GROUPED] = "points of one group may depend on each other, and the method needs independent "
                            "points: use hoeffding or bootstrap-bca, which know of the groups",
    [BK_SAMPLING_STRATIFIED] = "the strata have priors of their own, and the method needs points of equal "
                               "weight: use hoeffding or bootstrap-bca, which know of the strata",
    [BK_SAMPLING_WEIGHTED] = "the points have different weights, and the method needs equal ones: use "
                             "hoeffding or bootstrap-bca, which know of the weights",
};

/* What the needs of the row tell; true where the interval is withheld. */
static bool settled_by_needs(bk_interval *interval, unsigned needs, const bk_losses *losses)
{
    const size_t sampling = (size_t)losses->sampling;
    if ((needs & BK_NEEDS_INDEPENDENCE) && sampling != BK_SAMPLING_INDEPENDENT) {
        bk_interval_withhold(interval, BK_INTERVAL_NEEDS_INDEPENDENCE,
                             not_independent[sampling < BK_SAMPLING_COUNT ? sampling : BK_SAMPLING_GROUPED]);
        return true;
    }
    if ((needs & BK_NEEDS_01_DATA) && !losses->zero_one) {
        bk_interval_withhold(interval, BK_INTERVAL_NEEDS_01_DATA,
                             "the losses are not all 0 or 1, or can be something else: use betting or "
                             "empirical-bernstein where their range is known, else bootstrap-bca");
        return true;
    }
    if ((needs & BK_NEEDS_RANGE) && !losses->range_known) {
        bk_interval_withhold(
            interval, BK_INTERVAL_RANGE_UNKNOWN,
            "the method needs the range [a, b] of a loss: give it, or use bootstrap-bca, which "
            "needs none and promises less");
        return true;
    }
    return false;
}

/* The interval begun, or settled already (*more is false). */
static bk_status begin(bk_interval *interval, bool *more, size_t method, const bk_losses *losses,
                       const bk_interval_request *request)
{
    const bk_interval_method *row = bk_interval_method_row(method);
    if (!row) {
        return bk_fail(BK_INVALID, "interval: there is no method number %zu; the table has %zu", method,
                       bk_interval_method_count());
    }
    BK_TRY(check_request(row->name, (bk_method)method, request));
    BK_TRY(check_losses(row->name, losses));
    *interval = bk_interval_begin((bk_method)method, losses->mean, request->level);
    interval->sides = request->sides;
    interval->n = losses->n;
    *more = !settled_by_needs(interval, row->needs, losses);
    return BK_OK;
}

bk_status bk_interval_of_losses(bk_interval *interval, size_t method, const bk_losses *losses,
                                const bk_interval_request *request)
{
    bk_interval made;
    bool more = false;
    BK_TRY(begin(&made, &more, method, losses, request));
    if (more) {
        BK_TRY(functions[method] ? functions[method](&made, losses, request)
                                 : bk_methods_bootstrap(&made, &method, 1, losses, request));
    }
    *interval = made;
    return BK_OK;
}

/* Computes what bk_intervals_of_losses copies; resampled, rows and place have room for the bootstrap rows. */
static bk_status compute_all(bk_interval *made, bk_interval *resampled, size_t *rows, size_t *place,
                             const size_t *methods, size_t count, const bk_losses *losses,
                             const bk_interval_request *request)
{
    size_t together = 0;
    for (size_t i = 0; i < count; i++) {
        bool more = false;
        BK_TRY(begin(&made[i], &more, methods[i], losses, request));
        if (more && functions[methods[i]]) {
            BK_TRY(functions[methods[i]](&made[i], losses, request));
        } else if (more) {
            resampled[together] = made[i];
            rows[together] = methods[i];
            place[together++] = i;
        }
    }
    if (together > 0) {
        BK_TRY(bk_methods_bootstrap(resampled, rows, together, losses, request));
    }
    for (size_t i = 0; i < together; i++) {
        made[place[i]] = resampled[i];
    }
    return BK_OK;
}

bk_status bk_intervals_of_losses(bk_interval *intervals, const size_t *methods, size_t count,
                                 const bk_losses *losses, const bk_interval_request *request)
{
    if (count == 0) {
        return BK_OK;
    }
    bk_arena *arena = bk_arena_create();
    bk_interval *made = arena ? bk_arena_allocate(arena, count, sizeof *made) : NULL;
    bk_interval *resampled = made ? bk_arena_allocate(arena, count, sizeof *resampled) : NULL;
    size_t *rows = resampled ? bk_arena_allocate(arena, count, sizeof *rows) : NULL;
    size_t *place = rows ? bk_arena_allocate(arena, count, sizeof *place) : NULL;
    bk_status status = place ? compute_all(made, resampled, rows, place, methods, count, losses, request)
                             : bk_fail_within("intervals");
    for (size_t i = 0; status == BK_OK && i < count; i++) {
        intervals[i] = made[i];
    }
    bk_arena_destroy(arena);
    return status;
}
