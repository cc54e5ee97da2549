/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where a network's label changes along lines x1 = t, and how much of each class lies on the wrong side.
 * A line is looked at in equal steps; between two steps of different sign the place is found by Ridders'
 * method (1979), all places of all lines together, so that the network scores many points at a time. Where
 * three scores in a row have one sign and dip towards zero, the sign may change twice between them: the
 * bottom of the dip is looked for, by the parabola through the three and then by golden sections.
 */
#include <math.h>

#include "model/true_risk.h"

/* Places are known to this distance, in units of the plane. */
#define PLACE_ERROR 1e-13
/* Halvings of a step that suffice for it, and a few more. */
#define MOST_ROUNDS 48
/* Golden sections of a dip, which leave a ten-thousandth of it. */
#define DIP_ROUNDS 20

/* A place where the sign changes: between a and b. Or a dip: no sign changes between a, middle and b, but
 * they dip towards zero. */
typedef struct change {
    size_t line;
    double a, b;   /* a < b */
    double sa, sb; /* scores there */
    double place;
    bool found;
    double last; /* Ridders' place of the round before */
    bool dip;
    double middle, smiddle;
} change;

struct bk_risk_lines {
    const bk_network *network;
    const bk_mixture *mixture;
    size_t scan;
    double low, step;
    double *x;       /* [2][LINES * scan] */
    double *score;   /* [LINES * scan] */
    change *changes; /* [4 * LINES * scan] */
    size_t count;
    bool first_sign[BK_RISK_LINES]; /* whether the label at the left end is +1 */
};

void bk_risk_range(double *low, double *high, const bk_mixture *mixture, size_t input)
{
    double from = mixture->means[input];
    double to = from;
    for (size_t i = 0; i < 2 * mixture->components; i++) {
        from = fmin(from, mixture->means[i * mixture->inputs + input]);
        to = fmax(to, mixture->means[i * mixture->inputs + input]);
    }
    *low = from - BK_RISK_REACH * sqrt(mixture->variance);
    *high = to + BK_RISK_REACH * sqrt(mixture->variance);
}

bk_risk_lines *bk_risk_lines_create(const bk_network *network, const bk_mixture *mixture, size_t scan)
{
    bk_risk_lines *lines = bk_allocate(1, sizeof *lines);
    if (lines == NULL) {
        return NULL;
    }
    double high;
    lines->network = network;
    lines->mixture = mixture;
    lines->scan = scan;
    bk_risk_range(&lines->low, &high, mixture, 0);
    lines->step = (high - lines->low) / (double)(scan - 1);
    lines->x = bk_allocate(2 * BK_RISK_LINES * scan, sizeof *lines->x);
    lines->score = bk_allocate(BK_RISK_LINES * scan, sizeof *lines->score);
    lines->changes = bk_allocate(4 * BK_RISK_LINES * scan, sizeof *lines->changes);
    if (lines->x == NULL || lines->score == NULL || lines->changes == NULL) {
        bk_risk_lines_destroy(lines);
        return NULL;
    }
    return lines;
}

void bk_risk_lines_destroy(bk_risk_lines *lines)
{
    if (lines == NULL) {
        return;
    }
    bk_free(lines->x);
    bk_free(lines->score);
    bk_free(lines->changes);
    bk_free(lines);
}

/* ---- Where the sign changes -----------------------------------------------------------------------------
 */

/* Scores of the first count points of x, the second row of which begins behind them. */
static bk_status score_points(bk_risk_lines *lines, size_t count)
{
    BK_TRY(bk_network_score(lines->score, lines->network, lines->x, count));
    for (size_t i = 0; i < count; i++) {
        if (isnan(lines->score[i])) {
            return bk_fail(BK_NOT_A_NUMBER, "the score at (%g, %g) is not a number; check the weights",
                           lines->x[i], lines->x[count + i]);
        }
    }
    return BK_OK;
}

static void add_change(bk_risk_lines *lines, size_t line, double a, double sa, double b, double sb)
{
    lines->changes[lines->count++] = (change){.line = line, .a = a, .b = b, .sa = sa, .sb = sb};
}

/* Whether three scores of one sign, a step apart, dip so near to zero that the sign may change twice between
 * them; then *at is the vertex of the parabola through them, in steps from the middle one. A boundary with a
 * kink dips deeper than the parabola, hence the wide margin. */
static bool dips(double *at, double left, double middle, double right)
{
    const double sign = middle > 0.0 ? 1.0 : -1.0;
    const double l = sign * left, m = sign * middle, r = sign * right;
    const double bend = l - 2.0 * m + r;
    /* Of two equal middle scores the second one counts, so that no dip is met twice. */
    if (!(l > 0.0 && r > 0.0 && m <= l && m < r && bend > 0.0)) {
        return false;
    }
    *at = (l - r) / (2.0 * bend);
    return m - (l - r) * (l - r) / (8.0 * bend) < 0.6 * fmax(l, r);
}

static void scan_line(bk_risk_lines *lines, size_t line)
{
    const double *score = lines->score + line * lines->scan;
    lines->first_sign[line] = score[0] > 0.0;
    for (size_t i = 0; i + 1 < lines->scan; i++) {
        const double a = lines->low + lines->step * (double)i;
        if ((score[i] > 0.0) != (score[i + 1] > 0.0)) {
            add_change(lines, line, a, score[i], a + lines->step, score[i + 1]);
            continue;
        }
        double at;
        if (i > 0 && dips(&at, score[i - 1], score[i], score[i + 1])) {
            add_change(lines, line, a - lines->step, score[i - 1], a + lines->step, score[i + 1]);
            change *dip = &lines->changes[lines->count - 1];
            dip->dip = true;
            dip->middle = a;
            dip->smiddle = score[i];
            dip->place = a + lines->step * at;
        }
    }
}

/* Puts the points of the changes that are not found (line and place) into x, scores them. */
static bk_status score_places(bk_risk_lines *lines, const double *t)
{
    size_t count = 0;
    for (size_t i = 0; i < lines->count; i++) {
        count += !lines->changes[i].found;
    }
    for (size_t i = 0, point = 0; i < lines->count; i++) {
        if (!lines->changes[i].found) {
            lines->x[point] = lines->changes[i].place;
            lines->x[count + point++] = t[lines->changes[i].line];
        }
    }
    return count == 0 ? BK_OK : score_points(lines, count);
}

/* Takes the score at the place of a dip: on the other side of zero it is found, else the dip gets narrower
 * and the next place lies in its longer part. */
static void narrow_dip(change *dip, double score)
{
    if ((score > 0.0) != (dip->sa > 0.0)) {
        dip->found = true;
        dip->middle = dip->place;
        dip->smiddle = score;
        return;
    }
    const bool left = dip->place < dip->middle;
    if (fabs(score) < fabs(dip->smiddle)) {
        *(left ? &dip->b : &dip->a) = dip->middle;
        *(left ? &dip->sb : &dip->sa) = dip->smiddle;
        dip->middle = dip->place;
        dip->smiddle = score;
    } else if (dip->place != dip->middle) {
        *(left ? &dip->a : &dip->b) = dip->place;
        *(left ? &dip->sa : &dip->sb) = score;
    }
    const double before = dip->middle - dip->a, behind = dip->b - dip->middle;
    dip->place = dip->middle + (before > behind ? -0.3819660112501051 * before : 0.3819660112501051 * behind);
}

/* Replaces the dips that cross zero by two changes each, and the others by none. The new list is written
 * behind the old one, in order, and moved. */
static void settle_dips(bk_risk_lines *lines)
{
    const size_t old = lines->count;
    for (size_t i = 0; i < old; i++) {
        const change one = lines->changes[i];
        if (!one.dip) {
            add_change(lines, one.line, one.a, one.sa, one.b, one.sb);
        } else if (one.found) {
            add_change(lines, one.line, one.a, one.sa, one.middle, one.smiddle);
            add_change(lines, one.line, one.middle, one.smiddle, one.b, one.sb);
        }
    }
    lines->count -= old;
    for (size_t i = 0; i < lines->count; i++) {
        lines->changes[i] = lines->changes[old + i];
    }
}

static bk_status probe_dips(bk_risk_lines *lines, const double *t)
{
    size_t dips_count = 0;
    for (size_t i = 0; i < lines->count; i++) {
        lines->changes[i].found = !lines->changes[i].dip; /* not to be scored now */
        dips_count += lines->changes[i].dip;
    }
    for (size_t round = 0; round < DIP_ROUNDS && dips_count > 0; round++) {
        BK_TRY(score_places(lines, t));
        for (size_t i = 0, point = 0; i < lines->count; i++) {
            if (!lines->changes[i].found) {
                narrow_dip(&lines->changes[i], lines->score[point++]);
            }
        }
    }
    if (dips_count > 0) {
        settle_dips(lines);
    }
    return BK_OK;
}

/* Keeps the part of [a, b] that the sign changes in, once the score at place is known. */
static void narrow(change *one, double place, double score)
{
    if (place <= one->a || place >= one->b) {
        return;
    }
    if ((score > 0.0) == (one->sa > 0.0)) {
        one->a = place;
        one->sa = score;
    } else {
        one->b = place;
        one->sb = score;
    }
}

/* Ridders' place from the ends and the middle m with score sm. */
static double ridders(const change *one, double m, double sm)
{
    const double root = sqrt(sm * sm - one->sa * one->sb);
    if (!(root > 0.0)) {
        return m;
    }
    return m + (m - one->a) * (one->sa > 0.0 ? 1.0 : -1.0) * sm / root;
}

/* One round: the middle of every bracket, then Ridders' place. */
static bk_status improve(bk_risk_lines *lines, const double *t)
{
    for (size_t i = 0; i < lines->count; i++) {
        change *one = &lines->changes[i];
        one->place = one->found ? one->place : one->a + (one->b - one->a) / 2.0;
    }
    BK_TRY(score_places(lines, t));
    for (size_t i = 0, point = 0; i < lines->count; i++) {
        change *one = &lines->changes[i];
        if (!one->found) {
            const double middle = one->place, score = lines->score[point++];
            one->place = ridders(one, middle, score);
            narrow(one, middle, score);
        }
    }
    BK_TRY(score_places(lines, t));
    for (size_t i = 0, point = 0; i < lines->count; i++) {
        change *one = &lines->changes[i];
        if (!one->found) {
            narrow(one, one->place, lines->score[point++]);
            one->found = one->b - one->a <= PLACE_ERROR || fabs(one->place - one->last) <= PLACE_ERROR;
            one->last = one->place;
        }
    }
    return BK_OK;
}

static bk_status find_places(bk_risk_lines *lines, const double *t)
{
    size_t left = lines->count;
    for (size_t i = 0; i < lines->count; i++) {
        lines->changes[i].found = false;
        lines->changes[i].last = (double)INFINITY;
    }
    for (size_t round = 0; round < MOST_ROUNDS && left > 0; round++) {
        BK_TRY(improve(lines, t));
        left = 0;
        for (size_t i = 0; i < lines->count; i++) {
            left += !lines->changes[i].found;
        }
    }
    return BK_OK;
}

/* ---- How much lies on the wrong side --------------------------------------------------------------------
 */

/* P(X < x) of a component. */
static double below(double x, double mean, double deviation)
{
    return 0.5 * erfc((mean - x) / (deviation * 1.4142135623730951));
}

/* The probability of label +1 on the line, of a component with this mean of x0. */
static double positive_share(const bk_risk_lines *lines, size_t line, const change *changes, size_t count,
                             double mean)
{
    const double deviation = sqrt(lines->mixture->variance);
    bool sign = lines->first_sign[line];
    double share = 0.0;
    double from = 0.0; /* P(X < left end of the present stretch) */
    for (size_t i = 0; i < count; i++) {
        const double to = below(changes[i].place, mean, deviation);
        share += sign ? to - from : 0.0;
        from = to;
        sign = !sign;
    }
    return share + (sign ? 1.0 - from : 0.0);
}

static void weigh_line(double wrong[2][BK_RISK_LINES], const bk_risk_lines *lines, size_t line, double t,
                       const change *changes, size_t count)
{
    const bk_mixture *mixture = lines->mixture;
    const double variance = mixture->variance;
    for (size_t c = 0; c < 2; c++) {
        double sum = 0.0;
        for (size_t k = 0; k < mixture->components; k++) {
            const double *mean = mixture->means + (c * mixture->components + k) * 2;
            const double share = positive_share(lines, line, changes, count, mean[0]);
            sum += exp(-(t - mean[1]) * (t - mean[1]) / (2.0 * variance)) * (c == 0 ? share : 1.0 - share);
        }
        wrong[c][line] = sum / ((double)mixture->components * sqrt(6.283185307179586 * variance));
    }
}

bk_status bk_risk_lines_take(double wrong[2][BK_RISK_LINES], bk_risk_lines *lines,
                             const double t[BK_RISK_LINES])
{
    const size_t points = BK_RISK_LINES * lines->scan;
    for (size_t i = 0; i < points; i++) {
        lines->x[i] = lines->low + lines->step * (double)(i % lines->scan);
        lines->x[points + i] = t[i / lines->scan];
    }
    BK_TRY(score_points(lines, points));
    lines->count = 0;
    for (size_t line = 0; line < BK_RISK_LINES; line++) {
        scan_line(lines, line);
    }
    BK_TRY(probe_dips(lines, t));
    BK_TRY(find_places(lines, t));
    for (size_t line = 0, first = 0; line < BK_RISK_LINES; line++) {
        size_t end = first;
        while (end < lines->count && lines->changes[end].line == line) {
            end++;
        }
        weigh_line(wrong, lines, line, t[line], lines->changes + first, end - first);
        first = end;
    }
    return BK_OK;
}
