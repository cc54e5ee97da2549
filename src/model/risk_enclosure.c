/* SPDX-License-Identifier: GPL-3.0-or-later
 * The certified risk: an enclosure of the probability of a wrong label, by rectangles.
 *
 * Rectangles in which the label is certain count by their mass. In the others the score lies between two
 * parallel planes, so the place where the label changes lies between two parallel lines, and the mass
 * between them is what is not known. It falls with the third power of a rectangle's side. Rectangles whose
 * share of it is large are cut into four, all of a round together, until their sum is small enough: no
 * decision depends on the order of the work, nor on libm (the planes and the densities come from kernels).
 * Through those that are left the best estimate is integrated (risk_enclosure_estimate.c).
 */
#include <math.h>
#include <string.h>

#include "model/mixture.h"
#include "model/network.h"
#include "model/risk_enclosure.h"

/* The plane beyond so many standard deviations from all means holds less than so much of a component. */
#define REACH  9.0
#define BEYOND 5e-19
/* Rectangles with less mass than this are not looked at. */
#define NOTHING 1e-18
/* The first rectangles: at most so many along each axis, and more than half of it. */
#define ROOTS 32
/* How often a rectangle may be halved, and how far from 0 the plane may begin, counted in first sides: as
 * powers of two together less than the 53 bits of a double, so that all sides are exact. */
#define DEEPEST  28U
#define FARTHEST 0x1p22
/* Rectangles with both labels at a time; where that does not suffice the enclosure is as wide as it is. */
#define MOST_CELLS ((size_t)1 << 17)
/* Rectangles an item of the parallel loop, and more items than all rounds together can have. */
#define ITEM       ((size_t)64)
#define MOST_ITEMS 0x1p18
#define UNIT       0x1p-53
/* Parts of a rectangle are halved for the estimate down to errors of this share of the width; what rounding
 * and places that are known to 1e-11 standard deviations leave of it. */
#define TOLERANCE 1e-6
#define GRAIN     1e-11
/* The share of the width that a rough rectangle may hold. */
#define ROUGH 3e-5

typedef struct cells {
    bk_risk_cell *cell;
    size_t count, capacity;
} cells;

typedef struct search {
    bk_risk_plane plane;
    bk_risk_expand expand;
    bk_risk_score score;
    const void *context;
    double width;
    double estimated;       /* mass that the estimate is for, at least the width */
    double low[2], side[2]; /* of the plane, of a first rectangle */
    size_t count[2];        /* of those along each axis */
    cells fresh;            /* not looked at yet, by depth */
    cells cut;              /* with both labels */
    bk_risk_sums *slots;    /* [items] */
    size_t slots_capacity;
    bk_risk_sums sums;
    size_t looked_at;
} search;

static bk_status reserve(cells *list, size_t capacity)
{
    if (capacity <= list->capacity) {
        return BK_OK;
    }
    bk_risk_cell *cell = bk_reallocate(list->cell, list->capacity, capacity, sizeof *cell);
    if (cell == NULL) {
        return bk_error_status();
    }
    list->cell = cell;
    list->capacity = capacity;
    return BK_OK;
}

/* ---- The first rectangles
 * ----------------------------------------------------------------------------------
 */

static bk_status lay_out(search *all, const bk_mixture *mixture)
{
    double reach = 0.0;
    all->plane.mixture = mixture;
    all->plane.deviation = sqrt(mixture->variance);
    for (size_t i = 0; i < 2; i++) {
        double low = mixture->means[i], high = low;
        for (size_t k = 1; k < 2 * mixture->components; k++) {
            low = fmin(low, mixture->means[2 * k + i]);
            high = fmax(high, mixture->means[2 * k + i]);
        }
        low -= REACH * all->plane.deviation;
        high += REACH * all->plane.deviation;
        int exponent;
        (void)frexp((high - low) / (ROOTS - 2), &exponent);
        all->side[i] = ldexp(1.0, exponent); /* above what frexp was given */
        const double first = floor(low / all->side[i]), last = floor(high / all->side[i]);
        if (!(fabs(first) < FARTHEST && fabs(last) < FARTHEST)) {
            return bk_fail(BK_UNSUPPORTED,
                           "risk enclosure: means at %g lie too far from 0 for a variance of %g; shift them",
                           high, mixture->variance);
        }
        all->low[i] = first * all->side[i];
        all->count[i] = (size_t)(last - first) + 1;
        reach = fmax(reach, fmax(fabs(low), fabs(high)) + all->side[i]);
    }
    all->plane.grain = 512.0 * UNIT * (reach / all->plane.deviation + 40.0);
    return BK_OK;
}

static void find_reach(double reach[2], const search *all)
{
    for (size_t i = 0; i < 2; i++) {
        reach[i] = fmax(fabs(all->low[i]), fabs(all->low[i] + (double)all->count[i] * all->side[i]));
    }
}

static bk_status add_first(search *all)
{
    BK_TRY(reserve(&all->fresh, all->count[0] * all->count[1]));
    for (size_t i = 0; i < all->count[0]; i++) {
        for (size_t j = 0; j < all->count[1]; j++) {
            all->fresh.cell[all->fresh.count++] =
                (bk_risk_cell){.centre = {all->low[0] + ((double)i + 0.5) * all->side[0],
                                          all->low[1] + ((double)j + 0.5) * all->side[1]},
                               .half = {0.5 * all->side[0], 0.5 * all->side[1]}};
        }
    }
    return BK_OK;
}

/* ---- A round: the fresh rectangles are told apart
 * ----------------------------------------------------------
 */

/* Labels in a cell that has its planes. The planes are wide enough for the rounding of these sums. */
static void judge(bk_risk_sums *sums, const bk_risk_plane *plane, bk_risk_cell *cell, double peak)
{
    const double g0 = fabs(cell->gradient[0]), g1 = fabs(cell->gradient[1]);
    const double way = g0 * cell->half[0] + g1 * cell->half[1];
    const bool positive = cell->score - way + cell->below - cell->rounding > 0.0;
    const bool negative = cell->score + way + cell->above + cell->rounding <= 0.0;
    cell->cut = !positive && !negative;
    cell->peak = peak;
    if (!cell->cut) {
        bk_risk_add_whole(sums, plane, cell, positive);
        return;
    }
    const double along = g1 >= g0 ? cell->half[0] : cell->half[1], steepest = fmax(g0, g1);
    const double area = 4.0 * cell->half[0] * cell->half[1];
    const double between = 2.0 * along * (cell->above - cell->below) / steepest;
    cell->uncertain = peak * (between < area ? between : area); /* area for NaN, 0 / 0 */
    cell->rough = !(8.0 * between < area);
}

static void judge_run(bk_risk_sums *sums, const search *all, bk_risk_cell *const *run, const double *peak,
                      size_t count)
{
    if (count == 0) {
        return;
    }
    all->expand(all->context, run, count);
    for (size_t i = 0; i < count; i++) {
        judge(sums, &all->plane, run[i], peak[i]);
    }
}

static bk_status look_at_item(void *context, size_t item, int thread)
{
    const search *all = context;
    bk_risk_sums *sums = &all->slots[item];
    const size_t end = item * ITEM + ITEM < all->fresh.count ? item * ITEM + ITEM : all->fresh.count;
    bk_risk_cell *run[BK_RISK_LANES];
    double peak[BK_RISK_LANES];
    size_t count = 0;
    (void)thread;
    *sums = (bk_risk_sums){0};
    for (size_t i = item * ITEM; i < end; i++) {
        bk_risk_cell *cell = &all->fresh.cell[i];
        if (count == BK_RISK_LANES || (count > 0 && run[0]->depth != cell->depth)) {
            judge_run(sums, all, run, peak, count);
            count = 0;
        }
        bk_risk_peaks(&peak[count], all->plane.mixture, &cell, 1);
        const double most = 8.0 * peak[count] * cell->half[0] * cell->half[1]; /* of a class */
        if (most > NOTHING) {
            run[count++] = cell;
            continue;
        }
        for (size_t c = 0; c < 2; c++) {
            sums->high[c] += most * (double)all->plane.mixture->components;
            sums->near_zero[c] += most * (double)all->plane.mixture->components;
        }
    }
    judge_run(sums, all, run, peak, count);
    return BK_OK;
}

static bk_status measure_item(void *context, size_t item, int thread)
{
    const search *all = context;
    const bk_risk_cell *cell = &all->cut.cell[item * ITEM];
    const size_t left = all->cut.count - item * ITEM, count = left < ITEM ? left : ITEM;
    bk_risk_sums *sums = &all->slots[item];
    (void)thread;
    *sums = (bk_risk_sums){0};
    for (size_t i = 0; i < count; i++) {
        bk_risk_add_cut(sums, &all->plane, &cell[i]);
    }
    bk_risk_estimate_add(&sums->estimate, &all->plane, cell, count, TOLERANCE * all->estimated, all->score,
                         all->context);
    return BK_OK;
}

/* Runs body over cells and adds the slots in their order. */
static bk_status run_items(search *all, size_t cells_count, bk_parallel_body body)
{
    const size_t items = (cells_count + ITEM - 1) / ITEM;
    if (items > all->slots_capacity) {
        bk_risk_sums *slots = bk_reallocate(all->slots, all->slots_capacity, items, sizeof *slots);
        if (slots == NULL) {
            return bk_error_status();
        }
        all->slots = slots;
        all->slots_capacity = items;
    }
    BK_TRY(bk_parallel_for(items, body, all));
    for (size_t i = 0; i < items; i++) {
        for (size_t c = 0; c < 2; c++) {
            all->sums.low[c] += all->slots[i].low[c];
            all->sums.high[c] += all->slots[i].high[c];
            all->sums.near_zero[c] += all->slots[i].near_zero[c];
            all->sums.estimate.mass[c] += all->slots[i].estimate.mass[c];
        }
        all->sums.estimate.error += all->slots[i].estimate.error;
    }
    return BK_OK;
}

static bk_status look_at_fresh(search *all)
{
    BK_TRY(run_items(all, all->fresh.count, look_at_item));
    BK_TRY(reserve(&all->cut, all->cut.count + all->fresh.count));
    for (size_t i = 0; i < all->fresh.count; i++) {
        if (all->fresh.cell[i].cut) {
            all->cut.cell[all->cut.count++] = all->fresh.cell[i];
        }
    }
    all->looked_at += all->fresh.count;
    all->fresh.count = 0;
    return BK_OK;
}

/* ---- Between rounds: which rectangles are cut into four ---------------------------------------------------
 */

/* In rough cells, at sharp corners of ReLU networks, a line across may meet the boundary more than once,
 * which the estimate does not see: they are cut until they are small. */
static bool is_large(const search *all, const bk_risk_cell *cell, double threshold)
{
    return cell->depth < DEEPEST &&
           (cell->uncertain > threshold || (cell->rough && cell->uncertain > ROUGH * all->width));
}

/* Moves the cut cells above the threshold to the fresh ones, in quarters, ordered by depth so that those of
 * one size come together. */
static bk_status quarter(search *all, double threshold)
{
    size_t place[DEEPEST + 2] = {0};
    for (size_t i = 0; i < all->cut.count; i++) {
        if (is_large(all, &all->cut.cell[i], threshold)) {
            place[all->cut.cell[i].depth + 1] += 4;
        }
    }
    for (size_t depth = 1; depth < DEEPEST + 2; depth++) {
        place[depth] += place[depth - 1];
    }
    all->fresh.count = place[DEEPEST + 1];
    BK_TRY(reserve(&all->fresh, all->fresh.count));
    size_t kept = 0;
    for (size_t i = 0; i < all->cut.count; i++) {
        const bk_risk_cell cell = all->cut.cell[i];
        if (!is_large(all, &cell, threshold)) {
            all->cut.cell[kept++] = cell;
            continue;
        }
        const double h0 = cell.half[0] / 2.0, h1 = cell.half[1] / 2.0;
        for (unsigned k = 0; k < 4; k++) {
            all->fresh.cell[place[cell.depth]++] = (bk_risk_cell){
                .centre = {cell.centre[0] + (k < 2 ? -h0 : h0), cell.centre[1] + (k % 2 == 0 ? -h1 : h1)},
                .half = {h0, h1},
                .depth = cell.depth + 1};
        }
    }
    all->cut.count = kept;
    return BK_OK;
}

static double uncertain_mass(const search *all)
{
    double sum = 0.0;
    for (size_t i = 0; i < all->cut.count; i++) {
        sum += all->cut.cell[i].uncertain;
    }
    return sum;
}

/* Of a round's cells those are cut into four that hold more than half of their share of the width. */
static bk_status refine(search *all)
{
    BK_TRY(add_first(all));
    while (all->fresh.count > 0) {
        BK_TRY(look_at_fresh(all));
        if (all->cut.count > MOST_CELLS) {
            break;
        }
        const bool narrow = uncertain_mass(all) <= 0.9 * all->width;
        BK_TRY(quarter(all, narrow ? (double)INFINITY : 0.5 * all->width / (double)all->cut.count));
    }
    /* Where the score is 0 but for rounding over an area, no halving of parts gets anywhere near the width.
     */
    all->estimated = fmax(all->width, uncertain_mass(all));
    return run_items(all, all->cut.count, measure_item);
}

/* ---- The answer -------------------------------------------------------------------------------------------
 */

static bk_bounds bounds_of(double low, double high)
{
    return (bk_bounds){fmin(fmax(low, 0.0), 1.0), fmin(high, 1.0)};
}

/* Puts an estimate into its bounds: what is proved of its error is the distance to the further one. Outside
 * of them by more than its rounding it is none, and the middle takes its place. Returns whether it was one.
 */
static bool place(double *value, double *error, double estimate, double off, bk_bounds bounds)
{
    const bool inside = estimate >= bounds.low - GRAIN && estimate <= bounds.high + GRAIN;
    const double middle = bounds.low + (bounds.high - bounds.low) / 2.0;
    *value = fmin(fmax(inside ? estimate : middle, bounds.low), bounds.high);
    const double most = fmax(bounds.high - *value, *value - bounds.low);
    *error = inside ? fmin(off + GRAIN, most) : most;
    return inside;
}

/* The sum's error is of the mean of both classes, so that all of it may be of one. */
static void answer_estimate(bk_risk_enclosure *enclosure, const search *all)
{
    const bk_risk_estimate *sum = &all->sums.estimate;
    const double components = (double)all->plane.mixture->components;
    bk_risk *to = &enclosure->estimate;
    const bool negative = place(&to->negative, &to->negative_error, sum->mass[0] / components,
                                2.0 * sum->error, enclosure->negative);
    const bool positive = place(&to->positive, &to->positive_error, sum->mass[1] / components,
                                2.0 * sum->error, enclosure->positive);
    enclosure->estimates_outside = (size_t)!negative + (size_t)!positive;
    (void)place(&to->risk, &to->error, (to->negative + to->positive) / 2.0,
                enclosure->estimates_outside > 0 ? 1.0 : sum->error, enclosure->risk);
}

/* Sums of that many numbers, each rounded, and the division by the components. */
static void answer(bk_risk_enclosure *enclosure, const search *all)
{
    const double components = (double)all->plane.mixture->components;
    const double rounding = 2.0 * UNIT * (MOST_ITEMS + 2.0 * (double)ITEM * components);
    bk_bounds class[2];
    double near_zero = 0.0;
    for (size_t c = 0; c < 2; c++) {
        class[c] = bounds_of(all->sums.low[c] / components * (1.0 - rounding),
                             all->sums.high[c] / components * (1.0 + rounding) + BEYOND);
        near_zero += (all->sums.near_zero[c] / components * (1.0 + rounding) + BEYOND) / 2.0;
    }
    *enclosure = (bk_risk_enclosure){
        .risk = bounds_of((class[0].low + class[1].low) / 2.0 * (1.0 - 4.0 * UNIT),
                          (class[0].high + class[1].high) / 2.0 * (1.0 + 4.0 * UNIT)),
        .negative = class[0],
        .positive = class[1],
        .rounding_mass = fmin(near_zero, 1.0),
        .cells = all->looked_at,
    };
    answer_estimate(enclosure, all);
}

static bk_status check(const bk_mixture *mixture, double width)
{
    BK_TRY(bk_mixture_check(mixture));
    if (mixture->inputs != 2) {
        return bk_fail(BK_UNSUPPORTED,
                       "risk enclosure: a mixture of %zu inputs; rectangles tile the plane, so it needs 2. "
                       "Estimate the risk on a large test set instead",
                       mixture->inputs);
    }
    if (!(width >= BK_RISK_LEAST_WIDTH && width <= 1.0)) {
        return bk_fail(BK_INVALID, "risk enclosure: width = %g; give one from %g to 1", width,
                       BK_RISK_LEAST_WIDTH);
    }
    return BK_OK;
}

static void clear(search *all)
{
    bk_free(all->fresh.cell);
    bk_free(all->cut.cell);
    bk_free(all->slots);
}

bk_status bk_network_risk_enclosure(bk_risk_enclosure *enclosure, const bk_network *network,
                                    const bk_mixture *mixture, double width)
{
    BK_TRY(check(mixture, width));
    BK_TRY(bk_network_check_shape(network));
    BK_TRY(bk_network_check(network));
    if (network->inputs != 2 || network->layers != 1) {
        return bk_fail(BK_UNSUPPORTED,
                       "risk enclosure: a network of %zu inputs and %zu hidden layers; it needs 2 and 1. "
                       "bk_network_risk estimates the risk of deep networks of 2 inputs",
                       network->inputs, network->layers);
    }
    search all = {.expand = bk_risk_network_expand, .score = bk_risk_network_score, .width = width};
    BK_TRY(lay_out(&all, mixture));
    double reach[2];
    find_reach(reach, &all);
    bk_risk_network *prepared = bk_risk_network_create(network, reach);
    all.context = prepared;
    const bk_status status = prepared == NULL ? bk_error_status() : refine(&all);
    if (status == BK_OK) {
        answer(enclosure, &all);
    }
    bk_risk_network_destroy(prepared);
    clear(&all);
    return status == BK_OK ? BK_OK : bk_fail_within("risk enclosure");
}

bk_status bk_bayes_risk_enclosure(bk_risk_enclosure *enclosure, const bk_mixture *mixture, double width)
{
    BK_TRY(check(mixture, width));
    bk_risk_odds odds = {.mixture = mixture};
    search all = {
        .expand = bk_risk_odds_expand, .score = bk_risk_odds_score, .context = &odds, .width = width};
    BK_TRY(lay_out(&all, mixture));
    find_reach(odds.reach, &all);
    const bk_status status = refine(&all);
    if (status == BK_OK) {
        answer(enclosure, &all);
    }
    clear(&all);
    return status == BK_OK ? BK_OK : bk_fail_within("risk enclosure");
}
