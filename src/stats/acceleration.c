/* SPDX-License-Identifier: GPL-3.0-or-later
 * The acceleration a of BCa for a mean. The jackknife of a mean leaves n equal multiples of the
 * deviations, so that its skewness is that of the data and no loop over left-out points is needed. */
#include "stats/acceleration.h"

#include <math.h>

#include "brisk/stats.h"

double bk_acceleration_count(uint64_t k, uint64_t n)
{
    if (k == 0 || k >= n) {
        return (double)NAN;
    }
    const double errors = (double)k;
    const double points = (double)n;
    return (points - 2 * errors) / (6 * sqrt(points * errors * (points - errors)));
}

void bk_acceleration_see(bk_acceleration_sums *sums, double largest_of_sample, size_t size)
{
    /* Division keeps the order, so that the largest quotient is that of the largest. */
    const double largest = largest_of_sample / (double)size;
    sums->largest = largest > sums->largest ? largest : sums->largest;
}

bool bk_acceleration_scale(bk_acceleration_sums *sums)
{
    if (!(sums->largest > 0) || !isfinite(sums->largest)) {
        return false;
    }
    int exponent;
    frexp(sums->largest, &exponent);
    sums->scale = ldexp(1.0, exponent < -1000 ? 1000 : -exponent);
    return true;
}

void bk_acceleration_add(bk_acceleration_sums *sums, const double *influence, size_t n, size_t size)
{
    bk_lanes squares = sums->squares, cubes = sums->cubes;
    const double points = (double)size, scale = sums->scale;
    const size_t whole = n - n % BK_LANES;
    for (size_t i = 0; i < whole; i += BK_LANES) {
        for (size_t lane = 0; lane < BK_LANES; lane++) {
            const double l = influence[i + lane] / points * scale;
            squares.lane[lane] += l * l;
            cubes.lane[lane] += l * l * l;
        }
    }
    for (size_t i = whole; i < n; i++) {
        const double l = influence[i] / points * scale;
        squares.lane[i - whole] += l * l;
        cubes.lane[i - whole] += l * l * l;
    }
    sums->squares = squares;
    sums->cubes = cubes;
}

double bk_acceleration_finish(const bk_acceleration_sums *sums)
{
    const double second = bk_lanes_join(&sums->squares);
    return bk_lanes_join(&sums->cubes) / (6 * (second * sqrt(second)));
}

/* ---- Of a mean: multiples of the deviations, made in pieces, twice, and never stored ---- */

#define PIECE 1024 /* whole lanes */

static void fill_piece(double *piece, const bk_deviations *of, size_t first, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        piece[i] = of->coefficient * (of->values[of->stride * (first + i)] - of->mean);
    }
}

double bk_deviations_see(bk_acceleration_sums *sums, const bk_deviations *of, size_t size)
{
    double piece[PIECE], largest = 0;
    for (size_t i = 0; i < of->n; i += PIECE) {
        const size_t now = of->n - i < PIECE ? of->n - i : PIECE;
        fill_piece(piece, of, i, now);
        const double here = bk_lanes_largest(piece, now);
        largest = here > largest ? here : largest;
    }
    bk_acceleration_see(sums, largest, size);
    return largest;
}

void bk_deviations_add(bk_acceleration_sums *sums, const bk_deviations *of, size_t size)
{
    double piece[PIECE];
    for (size_t i = 0; i < of->n; i += PIECE) {
        const size_t now = of->n - i < PIECE ? of->n - i : PIECE;
        fill_piece(piece, of, i, now);
        bk_acceleration_add(sums, piece, now, size);
    }
}

/* ---- The whole ---- */

double bk_acceleration_mean(const double *losses, size_t n)
{
    const double mean = n > 0 ? bk_lanes_sum(losses, n) / (double)n : (double)NAN;
    const bk_deviations all = {.values = losses, .stride = 1, .n = n, .mean = mean, .coefficient = 1};
    bk_acceleration_sums sums = {0};
    (void)bk_deviations_see(&sums, &all, 1); /* a size common to all drops out */
    if (!bk_acceleration_scale(&sums)) {
        return (double)NAN;
    }
    bk_deviations_add(&sums, &all, 1);
    return bk_acceleration_finish(&sums);
}

double bk_acceleration_influence(const double *influence, const size_t *size, size_t samples)
{
    bk_acceleration_sums sums = {0};
    const double *first = influence;
    for (size_t s = 0; s < samples; first += size[s], s++) {
        bk_acceleration_see(&sums, bk_lanes_largest(first, size[s]), size[s]);
    }
    if (!bk_acceleration_scale(&sums)) {
        return (double)NAN;
    }
    first = influence;
    for (size_t s = 0; s < samples; first += size[s], s++) {
        bk_acceleration_add(&sums, first, size[s], size[s]);
    }
    return bk_acceleration_finish(&sums);
}
