/* SPDX-License-Identifier: GPL-3.0-or-later
 * The best estimate of the mass of wrong labels in the cells that the enclosure leaves with both.
 *
 * In a cell the label changes between two lines, which run rather along one axis. On lines across, at the
 * nodes of Lobatto's rule, the place of the change is found by scores: from the root of the cell's form of
 * second order by secants. The same rule for the form's roots, and the trapezoidal rule for what the places
 * are away from them, is a second answer of lower order; parts of a cell in which the two differ are halved,
 * which finds the corners that ReLU units make. Nothing is proved here; but the places lie between the lines
 * of the enclosure, so that no cell can be off by more than the enclosure knows.
 */
#include <math.h>

#include "model/risk_enclosure.h"

/* Pieces that are taken together, so that the network scores many points at a time. */
#define PIECES ((size_t)32)
#define NODES  ((size_t)4)
#define LINES  (PIECES * NODES)
/* The longest piece, in standard deviations. Lobatto's rule with 4 nodes, whose error is 4/3 of that of
 * Gauss's with 3, is then right to 1e-13 where the boundary is straight (risk_enclosure_mass.c). */
#define LONGEST 0.0625
/* How often a part of a cell is halved. */
#define DEEPEST 24U
/* A secant that leads no further than this, in standard deviations, is the last one: even where it starts
 * from a slope that is right to a tenth alone, the place is then known to 1e-11. */
#define NEAR 1e-10
/* Rounds by secants; from then on the bracket is halved. */
#define SECANTS 8
#define ROUNDS  60

/* On [-1, 1]; the weights sum up to 1. */
static const double node[NODES] = {-1.0, -0.4472135954999579, 0.4472135954999579, 1.0};
static const double weight[NODES] = {1.0 / 12.0, 5.0 / 12.0, 5.0 / 12.0, 1.0 / 12.0};

/* A part of a cell along its boundary, from its centre. */
typedef struct piece {
    const bk_risk_cell *cell;
    double from, to;
    unsigned depth;
} piece;

/* A cell with its axes named: the label changes across, upwards (sign 1) or downwards (-1). */
typedef struct view {
    const bk_risk_cell *cell;
    int axis; /* across */
    double sign;
    double half_along, half_across;
    double g_along, g_across, c_along, c_mixed, c_across;
} view;

/* The place of a change. Scores and slopes ascend here: they are multiplied by the sign of the view. */
typedef struct search {
    double low, high; /* it lies between these, or there is none */
    double start, at;
    double slope, score_before, at_before; /* the last is NaN at first */
    bool found;
} search;

typedef struct batch {
    const bk_risk_plane *plane;
    double tolerance;
    bk_risk_score score;
    const void *context;
    bk_risk_estimate *estimate;
    piece waiting[2 * PIECES * (DEEPEST + 2)]; /* the last one is the next: of each depth few wait */
    size_t waiting_count;
    size_t count; /* of pieces that are taken */
    piece taken[PIECES];
    view view[PIECES];
    search searches[LINES];
    bk_risk_line line[LINES];
} batch;

static view view_of(const bk_risk_cell *cell)
{
    const int axis = fabs(cell->gradient[1]) >= fabs(cell->gradient[0]) ? 1 : 0;
    return (view){.cell = cell,
                  .axis = axis,
                  .sign = cell->gradient[axis] > 0.0 ? 1.0 : -1.0,
                  .half_along = cell->half[1 - axis],
                  .half_across = cell->half[axis],
                  .g_along = cell->gradient[1 - axis],
                  .g_across = cell->gradient[axis],
                  .c_along = cell->curve[axis == 1 ? 0 : 2],
                  .c_mixed = cell->curve[1],
                  .c_across = cell->curve[axis == 1 ? 2 : 0]};
}

/* Roots of a + b x + c x^2, the one nearer to 0 first; without real ones, of a + b x alone. NaN and infinity
 * are none. */
static void roots_of(double root[2], double a, double b, double c)
{
    const double square = b * b - 4.0 * a * c;
    const double sum = -0.5 * (b + copysign(sqrt(square > 0.0 ? square : 0.0), b));
    root[0] = square >= 0.0 ? a / sum : -a / b;
    root[1] = square >= 0.0 ? sum / c : (double)INFINITY;
}

/* ---- Changes are looked for, all of a batch at a time ----------------------------------------------------
 */

static double clip(double value, double low, double high) { return fmin(fmax(value, low), high); }

/* The two planes' zeros on the line are the ends, as far as they lie in the cell; the form's one begins. */
static search search_of(const view *in, double along)
{
    const double base = in->cell->score + in->g_along * along;
    const double a = clip(-(base + in->cell->below) / in->g_across, -in->half_across, in->half_across),
                 b = clip(-(base + in->cell->above) / in->g_across, -in->half_across, in->half_across);
    double root[2];
    roots_of(root, base + in->c_along * along * along, in->g_across + in->c_mixed * along, in->c_across);
    search one = {.low = fmin(a, b), .high = fmax(a, b), .at_before = (double)NAN};
    one.start = one.at = clip(root[0], one.low, one.high);
    const double slope = in->sign * (in->g_across + in->c_mixed * along + 2.0 * in->c_across * one.at);
    one.slope = slope > 0.0 ? slope : fabs(in->g_across);
    one.found = one.low >= one.high;
    return one;
}

static void score_open(double *score, const batch *all, size_t open)
{
    double x[2 * LINES];
    for (size_t i = 0, k = 0; i < all->count * NODES; i++) {
        if (!all->searches[i].found) {
            const view *in = &all->view[i / NODES];
            x[(size_t)in->axis * open + k] = in->cell->centre[in->axis] + all->searches[i].at;
            x[(size_t)(1 - in->axis) * open + k] = in->cell->centre[1 - in->axis] + all->line[i].along;
            k++;
        }
    }
    all->score(score, all->context, x, open);
}

/* Takes the (ascending) score at the present place. */
static void step(search *one, double score, double near, size_t round)
{
    *(score > 0.0 ? &one->high : &one->low) = one->at;
    const double slope = (score - one->score_before) / (one->at - one->at_before);
    one->slope = slope > 0.0 ? slope : one->slope;
    one->score_before = score;
    one->at_before = one->at;
    const double next = round < SECANTS ? one->at - score / one->slope : (double)NAN;
    one->at = isnan(next) ? one->low + 0.5 * (one->high - one->low) : clip(next, one->low, one->high);
    one->found = one->high <= one->low || fabs(one->at - one->at_before) <= near;
}

static void find_changes(batch *all)
{
    double score[LINES];
    const double near = NEAR * all->plane->deviation;
    size_t open = 0;
    for (size_t i = 0; i < all->count * NODES; i++) {
        open += !all->searches[i].found;
    }
    for (size_t round = 0; round < ROUNDS && open > 0; round++) {
        score_open(score, all, open);
        open = 0;
        for (size_t i = 0, k = 0; i < all->count * NODES; i++) {
            if (!all->searches[i].found) {
                step(&all->searches[i], all->view[i / NODES].sign * score[k++], near, round);
                open += !all->searches[i].found;
            }
        }
    }
}

/* ---- Pieces
 * ------------------------------------------------------------------------------------------------
 */

static void halve(batch *all, const piece *whole)
{
    const double middle = whole->from + 0.5 * (whole->to - whole->from);
    all->waiting[all->waiting_count++] = (piece){whole->cell, whole->from, middle, whole->depth + 1};
    all->waiting[all->waiting_count++] = (piece){whole->cell, middle, whole->to, whole->depth + 1};
}

/* Takes pieces that wait; too long ones are halved. */
static void take_pieces(batch *all)
{
    all->count = 0;
    while (all->waiting_count > 0 && all->count < PIECES) {
        const piece next = all->waiting[--all->waiting_count];
        if (next.to - next.from > LONGEST * all->plane->deviation && next.depth < DEEPEST) {
            halve(all, &next);
            continue;
        }
        const view in = view_of(next.cell);
        for (size_t i = 0; i < NODES; i++) {
            const double along = next.from + (0.5 + 0.5 * node[i]) * (next.to - next.from);
            all->line[all->count * NODES + i] =
                (bk_risk_line){.along = along, .length = weight[i] * (next.to - next.from)};
            all->searches[all->count * NODES + i] = search_of(&in, along);
        }
        all->view[all->count] = in;
        all->taken[all->count++] = next;
    }
}

/* How much the two rules differ: by what the inner places are away from the straight line between the outer
 * ones, all as differences from the form's. */
static double difference(const search *one, double length, double peak)
{
    double off[NODES], sum = 0.0;
    for (size_t i = 0; i < NODES; i++) {
        off[i] = one[i].at - one[i].start;
    }
    for (size_t i = 1; i < 3; i++) {
        sum += fabs(off[i] - (off[0] + (0.5 + 0.5 * node[i]) * (off[3] - off[0]))) * weight[i];
    }
    return sum * length * peak;
}

static void settle_pieces(batch *all)
{
    find_changes(all);
    for (size_t i = 0; i < all->count; i++) {
        const piece *one = &all->taken[i];
        const view *in = &all->view[i];
        bk_risk_line *line = &all->line[i * NODES];
        const double off = difference(&all->searches[i * NODES], one->to - one->from, one->cell->peak);
        if (off > all->tolerance && one->depth < DEEPEST) {
            halve(all, one);
            continue;
        }
        for (size_t k = 0; k < NODES; k++) {
            line[k].across = all->searches[i * NODES + k].at;
        }
        bk_risk_add_lines(all->estimate->mass, all->plane, in->cell, in->axis, in->sign > 0.0, line, NODES);
        all->estimate->error += off;
    }
}

/* Cuts a cell where the form is 0 on the sides that run along. */
static void add_cell(batch *all, const bk_risk_cell *cell)
{
    const view in = view_of(cell);
    double end[6] = {-in.half_along, in.half_along};
    size_t ends = 2;
    for (int side = -1; side <= 1; side += 2) {
        const double across = side * in.half_across;
        double root[2];
        roots_of(root, cell->score + across * (in.g_across + in.c_across * across),
                 in.g_along + in.c_mixed * across, in.c_along);
        for (size_t i = 0; i < 2; i++) {
            if (!(root[i] > -in.half_along && root[i] < in.half_along)) {
                continue;
            }
            size_t place = ends++;
            for (; end[place - 1] > root[i]; place--) {
                end[place] = end[place - 1];
            }
            end[place] = root[i];
        }
    }
    for (size_t k = 0; k + 1 < ends; k++) {
        all->waiting[all->waiting_count++] = (piece){cell, end[k], end[k + 1], 0};
    }
}

/* Of a cell without a gradient nothing is known: half of it is taken to be wrong. */
static void add_unknown(batch *all, const bk_risk_cell *cell)
{
    bk_risk_sums sums = {0};
    bk_risk_add_whole(&sums, all->plane, cell, true);
    bk_risk_add_whole(&sums, all->plane, cell, false);
    all->estimate->mass[0] += 0.5 * sums.estimate.mass[0];
    all->estimate->mass[1] += 0.5 * sums.estimate.mass[1];
}

void bk_risk_estimate_add(bk_risk_estimate *estimate, const bk_risk_plane *plane, const bk_risk_cell *cells,
                          size_t count, double tolerance, bk_risk_score score, const void *context)
{
    batch all;
    all.plane = plane;
    all.tolerance = tolerance;
    all.score = score;
    all.context = context;
    all.estimate = estimate;
    all.waiting_count = 0;
    for (size_t i = 0; i < count || all.waiting_count > 0;) {
        while (i < count && all.waiting_count < PIECES) {
            /* A second change on a line across is not seen. */
            estimate->error += cells[i].rough ? cells[i].uncertain : 0.0;
            if (cells[i].gradient[0] == 0.0 && cells[i].gradient[1] == 0.0) {
                add_unknown(&all, &cells[i]);
            } else {
                add_cell(&all, &cells[i]);
            }
            i++;
        }
        take_pieces(&all);
        settle_pieces(&all);
    }
}
