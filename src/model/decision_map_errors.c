/* SPDX-License-Identifier: GPL-3.0-or-later
 * Errors of a network at points, through its decision map: most labels are read from the table, those of
 * points near the boundary from the polynomial of their cell, and what is left goes through the network. */
#include <math.h>
#include <string.h>

#include "kernel/kernel.h"
#include "model/decision_map.h"
#include "model/network.h"

/* Points that are looked up together; the lists are on the stack. */
#define CHUNK 1024
/* The scores of a few points cost no more than those of a full vector of them. */
#define VECTOR 16

/* A call of bk_decision_map_errors. */
typedef struct walk {
    const bk_decision_map *map;
    const void *x; /* [inputs][stride] */
    const int8_t *y;
    size_t stride;
    uint8_t *error; /* NULL where flags are not wanted */
    uint64_t wrong, scored;
    uint32_t index[CHUNK]; /* cells */
    uint32_t list[CHUNK];  /* points of the chunk without a label yet */
    union {
        float f32[BK_MAP_INPUTS * CHUNK];
        double f64[BK_MAP_INPUTS * CHUNK];
    } point;
    union {
        float f32[CHUNK];
        double f64[CHUNK];
    } score;
} walk;

static const void *row(const walk *w, size_t first)
{
    return (const char *)w->x + first * bk_dtype_size(w->map->network->dtype);
}

static inline void note(walk *w, size_t point, unsigned plus)
{
    const unsigned wrong = plus ^ (unsigned)(w->y[point] > 0);
    w->wrong += wrong;
    if (w->error != NULL) {
        w->error[point] = (uint8_t)wrong;
    }
}

/* Labels of certain cells; returns how many other points are in the list. No branch that depends on the
 * points, because the processor could not foresee it. */
static size_t look_up(walk *w, size_t first, size_t count)
{
    const bk_decision_map *map = w->map;
    const uint32_t side = (uint32_t)map->side;
    if (map->network->dtype == BK_F32) {
        bk_kernels_in_use()->map_index_f32(w->index, row(w, first), w->stride, count, map->inputs,
                                           map->low_f32, map->scale_f32, side);
    } else {
        bk_kernels_in_use()->map_index_f64(w->index, row(w, first), w->stride, count, map->inputs, map->low,
                                           map->scale, side);
    }
    const int8_t *y = w->y + first;
    size_t listed = 0;
    uint64_t sum = 0;
    for (size_t l = 0; l < count; l++) {
        const uint32_t number = map->table[w->index[l]];
        sum += number ^ (uint32_t)(y[l] > 0); /* 1 where a known label is wrong */
        w->list[listed] = (uint32_t)l;
        listed += (size_t)(number > BK_MAP_PLUS);
    }
    for (size_t k = 0; k < listed; k++) {
        const uint32_t l = w->list[k];
        sum -= map->table[w->index[l]] ^ (uint32_t)(y[l] > 0);
    }
    w->wrong += sum;
    for (size_t l = 0; w->error != NULL && l < count; l++) {
        w->error[first + l] = (uint8_t)(map->table[w->index[l]] ^ (uint32_t)(y[l] > 0));
    }
    return listed;
}

static double coordinate(const walk *w, size_t input, size_t point)
{
    const size_t at = input * w->stride + point;
    return w->map->network->dtype == BK_F32 ? (double)((const float *)w->x)[at] : ((const double *)w->x)[at];
}

/* The polynomial of a piece at a point (its rounding: put_piece in decision_map_build.c). */
static double polynomial(const walk *w, const double *piece, size_t point)
{
    const size_t inputs = w->map->inputs;
    const double *slope = piece + inputs + 1, *curve = slope + inputs;
    double d[BK_MAP_INPUTS] = {0.0};
    for (size_t i = 0; i < inputs; i++) {
        d[i] = coordinate(w, i, point) - piece[i];
    }
    double sum = piece[inputs];
    for (size_t i = 0; i < inputs; i++) {
        sum += slope[i] * d[i];
        for (size_t k = i; k < inputs; k++) {
            sum += *curve++ * d[i] * d[k];
        }
    }
    return sum;
}

/* Labels of listed points by the polynomial of their cell; keeps the others in the list. */
static size_t approximate(walk *w, size_t first, size_t listed)
{
    const bk_decision_map *map = w->map;
    const size_t numbers = bk_map_piece_numbers(map->inputs);
    size_t left = 0;
    for (size_t k = 0; k < listed; k++) {
        const uint32_t l = w->list[k];
        const unsigned number = map->table[w->index[l]];
        if (number >= BK_MAP_PIECE) {
            const double *piece = map->piece + (number - BK_MAP_PIECE) * numbers;
            const double value = polynomial(w, piece, first + l);
            if (fabs(value) > piece[numbers - 1]) {
                note(w, first + l, value > 0.0);
                continue;
            }
        }
        w->list[left++] = l;
    }
    return left;
}

/* Copies the listed points side by side, the last as often as fills a vector. */
static size_t gather(walk *w, size_t first, size_t left)
{
    const size_t padded = (left + VECTOR - 1) / VECTOR * VECTOR;
    for (size_t i = 0; i < w->map->inputs; i++) {
        for (size_t k = 0; k < padded; k++) {
            const size_t at = i * w->stride + first + w->list[k < left ? k : left - 1];
            if (w->map->network->dtype == BK_F32) {
                w->point.f32[i * padded + k] = ((const float *)w->x)[at];
            } else {
                w->point.f64[i * padded + k] = ((const double *)w->x)[at];
            }
        }
    }
    return padded;
}

/* Labels of what is left: the network's. */
static bk_status score_rest(walk *w, size_t first, size_t left)
{
    const size_t padded = gather(w, first, left);
    const bool single = w->map->network->dtype == BK_F32;
    BK_TRY(bk_network_score(&w->score, w->map->network, &w->point, padded));
    for (size_t k = 0; k < left; k++) {
        const double score = single ? (double)w->score.f32[k] : w->score.f64[k];
        if (isnan(score)) {
            return bk_score_missing(first + w->list[k]);
        }
        note(w, first + w->list[k], score > 0.0);
    }
    w->scored += left;
    return BK_OK;
}

static bk_status all_chunks(walk *w, size_t count)
{
    w->wrong = 0;
    w->scored = 0;
    for (size_t first = 0; first < count; first += CHUNK) {
        const size_t n = count - first < CHUNK ? count - first : CHUNK;
        const size_t left = approximate(w, first, look_up(w, first, n));
        if (left > 0) {
            BK_TRY(score_rest(w, first, left));
        }
    }
    return BK_OK;
}

bk_status bk_decision_map_errors(uint8_t *error, uint64_t *errors, uint64_t *scored,
                                 const bk_decision_map *map, const void *x, const int8_t *y, size_t count)
{
    BK_TRY(bk_labels_check(y, count));
    walk w;
    w.map = map;
    w.x = x;
    w.y = y;
    w.stride = count;
    w.error = NULL;
    BK_TRY(all_chunks(&w, count));
    if (error != NULL) {
        /* Only now is it known that every point has a label: flags are untouched by a failure. */
        w.error = error;
        BK_TRY(all_chunks(&w, count));
    }
    if (errors != NULL) {
        *errors = w.wrong;
    }
    if (scored != NULL) {
        *scored = w.scored;
    }
    return BK_OK;
}
