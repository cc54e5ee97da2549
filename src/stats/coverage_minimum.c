/* SPDX-License-Identifier: GPL-3.0-or-later
 * The exact infimum of coverage over a range of p.
 *
 * Between two neighbouring ends of intervals the set S of counts whose interval holds p does not change, and
 * coverage is the polynomial g(p) = P(K in S). For a run S = {a, ..., b} of counts
 *   g'(p) = m (f(a - 1) - f(b)),  f(j) = P(J = j), J ~ Bin(m - 1, p)
 * (f(-1) = f(m) = 0). f(a - 1) / f(b) is a constant times (q / p)^(b - a + 1), which falls strictly: g'
 * changes its sign once at most, from plus to minus, and the least value on a piece is at one of its ends.
 * Those are limits: at an end of a closed interval coverage itself is at least as large as both of its
 * limits, so that values at single points never decide. Where S is not a run, all points with g' = 0 are
 * looked at as well (stats/coverage_stationary.c). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/coverage.h"
#include "stats/distributions.h"

#define MOST_FLIPS 64

static const char *const approach_names[] = {
    [BK_APPROACH_AT] = "at", [BK_APPROACH_LEFT] = "left", [BK_APPROACH_RIGHT] = "right"};

const char *bk_approach_name(bk_approach approach)
{
    return (unsigned)approach <= BK_APPROACH_RIGHT ? approach_names[approach] : "unknown";
}

/* An end inside the range: from there on (rises) or up to there the interval of k holds p. */
typedef struct event {
    double p;
    uint64_t k;
    bool rises;
} event;

/* Ascending; in a point of its own an interval begins before it ends. */
static int ascending(const void *a, const void *b)
{
    const event *x = a, *y = b;
    if (x->p < y->p || x->p > y->p) {
        return x->p < y->p ? -1 : 1;
    }
    if (x->rises != y->rises) {
        return x->rises ? -1 : 1;
    }
    return (x->k > y->k) - (x->k < y->k);
}

/* S between two ends: it begins and stops at flips[first], ..., flips[first + count - 1]. */
typedef struct piece {
    double from, to;
    size_t first, count;
    bk_coverage_minimum least;
} piece;

typedef struct sweep {
    const bk_coverage_table *table;
    double p_low, p_high;
    event *events;
    size_t events_count;
    uint64_t *now; /* flips of S, ascending */
    size_t now_count;
    piece *pieces;
    size_t pieces_count;
    uint64_t *flips; /* of all pieces */
    size_t flips_count, flips_room;
} sweep;

/* A flip at count b comes, or goes where there is one. */
static void toggle(sweep *s, uint64_t b)
{
    size_t low = 0, high = s->now_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->now[middle] < b) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    uint64_t *place = s->now + low;
    if (low < s->now_count && *place == b) {
        memmove(place, place + 1, (s->now_count - low - 1) * sizeof *place);
        s->now_count--;
    } else {
        memmove(place + 1, place, (s->now_count - low) * sizeof *place);
        *place = b;
        s->now_count++;
    }
}

static void turn(sweep *s, uint64_t k)
{
    toggle(s, k);
    toggle(s, k + 1);
}

/* The events of the range and S just above its low end. */
static void begin(sweep *s)
{
    const bk_near from = bk_near_of(s->p_low), to = bk_near_of(s->p_high);
    bool before = false;
    for (uint64_t k = 0; k <= s->table->m; k++) {
        const double low = bk_table_low(s->table, k), high = bk_table_high(s->table, k);
        const bool some = !isnan(low);
        if (some && bk_near_compare(low, from) > 0 && bk_near_compare(low, to) < 0) {
            s->events[s->events_count++] = (event){low, k, true};
        }
        if (some && bk_near_compare(high, from) > 0 && bk_near_compare(high, to) < 0) {
            s->events[s->events_count++] = (event){high, k, false};
        }
        const bool holds = some && bk_near_compare(low, from) <= 0 && bk_near_compare(high, from) > 0;
        if (holds != before) {
            s->now[s->now_count++] = k;
            before = holds;
        }
    }
    if (before) {
        s->now[s->now_count++] = s->table->m + 1;
    }
    qsort(s->events, s->events_count, sizeof *s->events, ascending);
}

static bk_status note_piece(sweep *s, double from, double to)
{
    if (s->now_count > MOST_FLIPS) {
        return bk_fail(
            BK_UNSUPPORTED,
            "coverage: at p = %g the intervals of %zu separate runs of counts hold p; the infimum of "
            "ends as irregular as these is not searched",
            from, s->now_count / 2);
    }
    if (s->flips_room - s->flips_count < s->now_count) {
        const size_t room = 2 * s->flips_room + MOST_FLIPS;
        uint64_t *grown = bk_reallocate(s->flips, s->flips_room, room, sizeof *grown);
        if (!grown) {
            return bk_fail_within("coverage");
        }
        s->flips = grown;
        s->flips_room = room;
    }
    if (s->now_count > 0) {
        memcpy(s->flips + s->flips_count, s->now, s->now_count * sizeof *s->now);
    }
    s->pieces[s->pieces_count++] =
        (piece){.from = from, .to = to, .first = s->flips_count, .count = s->now_count};
    s->flips_count += s->now_count;
    return BK_OK;
}

/* Cuts the range at all events; events nearer than rounding are one. */
static bk_status cut(sweep *s)
{
    double from = s->p_low;
    for (size_t e = 0; e < s->events_count;) {
        const double to = s->events[e].p;
        const bk_near here = bk_near_of(to);
        BK_TRY(note_piece(s, from, to));
        const size_t begin = e;
        while (e < s->events_count && bk_near_compare(s->events[e].p, here) == 0) {
            e++;
        }
        for (size_t i = begin; i < e; i++) {
            turn(s, s->events[i].k);
        }
        from = to;
    }
    return note_piece(s, from, s->p_high);
}

double bk_coverage_of_runs(const uint64_t *flips, size_t count, uint64_t m, double p)
{
    const double n = (double)m;
    double sum = 0;
    for (size_t i = 0; i + 1 < count; i += 2) {
        /* The two tails beyond a run are small where the run is likely. */
        const double below = flips[i] > 0 ? bk_binomial_below((double)flips[i] - 1, n, p) : 0;
        const double above = bk_binomial_above((double)flips[i + 1] - 1, n, p);
        sum += 1 - below - above;
    }
    return sum > 0 ? sum : 0;
}

static bk_status search_piece(void *context, size_t item, int thread)
{
    (void)thread;
    const sweep *s = context;
    piece *own = &s->pieces[item];
    const uint64_t *flips = s->flips + own->first;
    const uint64_t m = s->table->m;
    const double from = bk_coverage_of_runs(flips, own->count, m, own->from);
    const double to = bk_coverage_of_runs(flips, own->count, m, own->to);
    own->least = from <= to ? (bk_coverage_minimum){from, own->from, BK_APPROACH_RIGHT}
                            : (bk_coverage_minimum){to, own->to, BK_APPROACH_LEFT};
    if (own->count > 2) {
        double points[MOST_FLIPS];
        size_t found;
        BK_TRY(bk_coverage_stationary(points, &found, flips, own->count, m, own->from, own->to));
        for (size_t i = 0; i < found; i++) {
            const double value = bk_coverage_of_runs(flips, own->count, m, points[i]);
            if (value < own->least.infimum) {
                own->least = (bk_coverage_minimum){value, points[i], BK_APPROACH_AT};
            }
        }
    }
    return BK_OK;
}

static bk_status search(sweep *s)
{
    const size_t counts = (size_t)s->table->m + 1; /* at most 2^32 + 1: the products below fit */
    s->events = bk_allocate(2 * counts, sizeof *s->events);
    s->now = s->events ? bk_allocate(counts + 3, sizeof *s->now) : NULL;
    if (!s->now) {
        return bk_fail_within("coverage");
    }
    begin(s);
    s->pieces = bk_allocate(s->events_count + 1, sizeof *s->pieces);
    if (!s->pieces) {
        return bk_fail_within("coverage");
    }
    BK_TRY(cut(s));
    return bk_parallel_for(s->pieces_count, search_piece, s);
}

/* At one point there are no limits. */
static bk_status value_at(bk_coverage_minimum *minimum, bk_coverage_table *table, double p)
{
    bk_count_law law;
    const bk_test_sets sets = bk_test_sets_iid(table->m, p);
    BK_TRY(bk_count_law_of(&law, &sets));
    bk_coverage coverage;
    const bk_status status = bk_coverage_of_pmf(&coverage, table, &law, p);
    bk_count_law_clear(&law);
    BK_TRY(status);
    *minimum = (bk_coverage_minimum){coverage.coverage, p, BK_APPROACH_AT};
    return BK_OK;
}

/* Of places that differ by rounding only, as mirror images do, the one at the smallest p is told. */
static bk_coverage_minimum least_of(const sweep *s)
{
    double least = s->pieces[0].least.infimum;
    for (size_t i = 1; i < s->pieces_count; i++) {
        least = fmin(least, s->pieces[i].least.infimum);
    }
    size_t first = 0;
    while (s->pieces[first].least.infimum > least + 1e-12) {
        first++;
    }
    bk_coverage_minimum minimum = s->pieces[first].least;
    minimum.infimum = least;
    return minimum;
}

bk_status bk_coverage_infimum(bk_coverage_minimum *minimum, bk_coverage_table *table, double p_low,
                              double p_high)
{
    if (!(p_low >= 0 && p_low <= p_high && p_high <= 1)) {
        return bk_fail(BK_INVALID, "coverage: [%g, %g] is no range of p; give 0 <= low <= high <= 1", p_low,
                       p_high);
    }
    if (bk_near_compare(p_low, bk_near_of(p_high)) == 0) {
        return value_at(minimum, table, p_low);
    }
    const uint64_t first = 0;
    const size_t count = (size_t)table->m + 1;
    BK_TRY(bk_coverage_table_fill(&table, 1, &first, &count, 1));
    sweep s = {.table = table, .p_low = p_low, .p_high = p_high};
    const bk_status status = search(&s);
    if (status == BK_OK) {
        *minimum = least_of(&s);
    }
    bk_free(s.events);
    bk_free(s.now);
    bk_free(s.pieces);
    bk_free(s.flips);
    return status;
}
