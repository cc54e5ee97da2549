/* SPDX-License-Identifier: GPL-3.0-or-later
 * The root of a monotone function in a bracket. */
#include <math.h>

#include "stats/distributions.h"

/* a and b lie across the root, b is the newest; c is the point before. */
typedef struct bracket {
    double a, b, c;
    double fa, fb, fc;
} bracket;

/* How far from b to a the next point lies: inverse quadratic interpolation where Chandrupatla's test says
 * that it is safe, else one half. */
static double next_fraction(const bracket *s)
{
    const double xi = (s->b - s->a) / (s->c - s->a);
    const double phi = (s->fb - s->fa) / (s->fc - s->fa);
    if (!(phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi)) {
        return 0.5;
    }
    const double first = s->fb / (s->fa - s->fb) * (s->fc / (s->fa - s->fc));
    const double second =
        (s->c - s->b) / (s->a - s->b) * (s->fb / (s->fc - s->fb)) * (s->fa / (s->fc - s->fa));
    const double t = first + second;
    return isfinite(t) ? t : 0.5;
}

static double nearer(const bracket *s) { return fabs(s->fa) < fabs(s->fb) ? s->a : s->b; }

static double next_point(const bracket *s, double t, double tolerance)
{
    const double smaller = s->a < s->b ? s->a : s->b;
    const double larger = s->a < s->b ? s->b : s->a;
    if (smaller > 0 && larger > 16 * smaller) {
        return sqrt(smaller) * sqrt(larger);
    }
    const double least = 0.5 * tolerance / (larger - smaller);
    const double kept = t < least ? least : t > 1 - least ? 1 - least : t;
    return s->b + kept * (s->a - s->b);
}

double bk_find_root(bk_function function, const void *context, double low, double high)
{
    bracket s = {.a = low, .b = high, .c = low};
    s.fa = s.fc = function(low, context);
    s.fb = function(high, context);
    if ((s.fa > 0) == (s.fb > 0)) {
        return nearer(&s);
    }
    double t = 0.5;
    for (int step = 0; step < 400; step++) {
        const double scale = low >= 0 ? nearer(&s) : fmax(fabs(s.a), fabs(s.b));
        const double tolerance = 0x1p-51 * fabs(scale);
        const bool at_zero = !(s.fa < 0 || s.fa > 0) || !(s.fb < 0 || s.fb > 0);
        if (at_zero || !(fabs(s.a - s.b) > tolerance)) {
            break;
        }
        const double x = next_point(&s, t, tolerance);
        const double fx = function(x, context);
        if ((fx > 0) == (s.fb > 0)) {
            s.c = s.b;
            s.fc = s.fb;
        } else {
            s.c = s.a;
            s.fc = s.fa;
            s.a = s.b;
            s.fa = s.fb;
        }
        s.b = x;
        s.fb = fx;
        t = next_fraction(&s);
    }
    return nearer(&s);
}
