/* SPDX-License-Identifier: GPL-3.0-or-later
 * Drawing labelled points from a mixture, straight into the rows that networks and decision maps read: first
 * the normals of all points, which lie in the place of the points until, block by block, their components are
 * drawn and they are moved to these. Every position in the stream is a formula (brisk/model.h). */
#include <math.h>
#include <string.h>

#include "brisk/kernel.h"
#include "kernel/kernel.h"
#include "model/mixture.h"

/* ---- Scratch ------------------------------------------------------------------------------------------ */

#define ALIGNMENT 64

/* Points of a block: even, so that it begins with a whole draw, and small enough for the first-level cache.
 */
#define BLOCK 1024

/* Where the pieces of the scratch start, in bytes. */
typedef struct scratch_layout {
    size_t means;      /* [input][class][component] in dtype */
    size_t components; /* [block], of a point's class or of both */
    size_t normals;    /* [block][input], where a point does not take a pair of them */
    size_t bytes;
} scratch_layout;

/* *start = where a piece of rows * columns elements starts behind *bytes, which it grows by whole cache
 * lines; false where that does not fit. */
static bool add_piece(size_t *start, size_t *bytes, size_t rows, size_t columns, size_t size)
{
    size_t piece;
    *start = *bytes;
    if (!bk_multiply_sizes(&piece, rows, columns) || !bk_multiply_sizes(&piece, piece, size) ||
        !bk_add_sizes(&piece, piece, ALIGNMENT - 1)) {
        return false;
    }
    piece -= piece % ALIGNMENT;
    return bk_add_sizes(bytes, *bytes, piece);
}

/* False also where the points and their labels themselves do not fit. */
static bool lay_out(scratch_layout *layout, const bk_mixture *mixture, size_t count, bk_dtype dtype)
{
    const size_t size = bk_dtype_size(dtype);
    const size_t inputs = mixture->inputs;
    const size_t block = count < BLOCK ? count : BLOCK;
    size_t point_bytes;
    layout->bytes = 0;
    return bk_multiply_sizes(&point_bytes, inputs, size) && bk_add_sizes(&point_bytes, point_bytes, 1) &&
           bk_multiply_sizes(&point_bytes, point_bytes, count) &&
           add_piece(&layout->means, &layout->bytes, 2 * mixture->components, inputs, size) &&
           add_piece(&layout->components, &layout->bytes, block, 1, sizeof(uint32_t)) &&
           add_piece(&layout->normals, &layout->bytes, inputs == 2 ? 0 : block, inputs, size);
}

size_t bk_mixture_scratch_bytes(const bk_mixture *mixture, size_t count, bk_dtype dtype)
{
    scratch_layout layout;
    return lay_out(&layout, mixture, count, dtype) ? layout.bytes : SIZE_MAX;
}

/* ---- A sample ----------------------------------------------------------------------------------------- */

typedef struct sample {
    const bk_mixture *mixture;
    bk_sampling sampling;
    bk_dtype dtype;
    size_t count;
    bk_stream *stream;
    void *x; /* [input][count] */
    int8_t *y;
    void *means;
    uint32_t *component;
    void *normals;
} sample;

/* ---- Normals ---- */

/* A block of them from [point][input] to x [input][count]. */
static void spread(const sample *s, size_t first, size_t n)
{
    const size_t inputs = s->mixture->inputs;
    for (size_t j = 0; j < inputs; j++) {
        const size_t to = j * s->count + first;
        for (size_t i = 0; i < n; i++) {
            if (s->dtype == BK_F32) {
                ((float *)s->x)[to + i] = ((const float *)s->normals)[i * inputs + j];
            } else {
                ((double *)s->x)[to + i] = ((const double *)s->normals)[i * inputs + j];
            }
        }
    }
}

static void draw_normals(const sample *s)
{
    const size_t inputs = s->mixture->inputs;
    if (inputs == 2 && s->dtype == BK_F32) {
        bk_fill_normal_pairs_f32(s->stream, s->x, (float *)s->x + s->count, s->count);
        return;
    }
    if (inputs == 2) {
        bk_fill_normal_pairs_f64(s->stream, s->x, (double *)s->x + s->count, s->count);
        return;
    }
    for (size_t first = 0; first < s->count; first += BLOCK) {
        const size_t n = s->count - first < BLOCK ? s->count - first : BLOCK;
        if (s->dtype == BK_F32) {
            bk_fill_normal_f32(s->stream, s->normals, n * inputs);
        } else {
            bk_fill_normal_f64(s->stream, s->normals, n * inputs);
        }
        spread(s, first, n);
    }
}

/* ---- Components and labels ---- */

/* The means of an input side by side, rounded to dtype. */
static void arrange_means(const sample *s)
{
    const size_t inputs = s->mixture->inputs, rows = 2 * s->mixture->components;
    for (size_t j = 0; j < inputs; j++) {
        for (size_t k = 0; k < rows; k++) {
            const double mean = s->mixture->means[k * inputs + j];
            if (s->dtype == BK_F32) {
                ((float *)s->means)[j * rows + k] = (float)mean;
            } else {
                ((double *)s->means)[j * rows + k] = mean;
            }
        }
    }
}

/* Moves n points from `first` on to their components, numbers among `rows` means from row `row` on. */
static void place(const sample *s, const uint32_t *component, size_t first, size_t n, size_t row, size_t rows)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    const double deviation = sqrt(s->mixture->variance);
    for (size_t j = 0; j < s->mixture->inputs; j++) {
        const size_t x = j * s->count + first, mean = 2 * j * s->mixture->components + row;
        if (s->dtype == BK_F32) {
            kernels->place_f32((float *)s->x + x, component, n, (const float *)s->means + mean, rows,
                               (float)deviation);
        } else {
            kernels->place_f64((double *)s->x + x, component, n, (const double *)s->means + mean, rows,
                               deviation);
        }
    }
}

/* No branch, which could not be foreseen. */
static void label(int8_t *restrict y, const uint32_t *restrict component, size_t n, size_t components)
{
    const uint32_t positive = (uint32_t)components;
    for (size_t i = 0; i < n; i++) {
        y[i] = (int8_t)(2 * (component[i] >= positive) - 1);
    }
}

static bk_status draw_components(const sample *s)
{
    const size_t components = s->mixture->components, half = s->count / 2;
    for (size_t first = 0; first < s->count; first += BLOCK) {
        const size_t n = s->count - first < BLOCK ? s->count - first : BLOCK;
        if (s->sampling == BK_SAMPLING_BALANCED) {
            const size_t negative = first >= half ? 0 : half - first < n ? half - first : n;
            BK_TRY(bk_fill_integer_u32(s->stream, s->component, n, components));
            place(s, s->component, first, negative, 0, components);
            place(s, s->component + negative, first + negative, n - negative, components, components);
        } else {
            BK_TRY(bk_fill_integer_u32(s->stream, s->component, n, 2 * (uint64_t)components));
            place(s, s->component, first, n, 0, 2 * components);
            label(s->y + first, s->component, n, components);
        }
    }
    if (s->sampling == BK_SAMPLING_BALANCED) {
        memset(s->y, -1, half);
        memset(s->y + half, 1, half);
    }
    return BK_OK;
}

bk_status bk_mixture_sample(void *x, int8_t *y, const bk_mixture *mixture, bk_sampling sampling,
                            bk_dtype dtype, size_t count, bk_stream *stream, void *scratch)
{
    BK_TRY(bk_mixture_check(mixture));
    if (dtype != BK_F32 && dtype != BK_F64) {
        return bk_fail(BK_DTYPE, "points are f32 or f64, not %s", bk_dtype_name(dtype));
    }
    if (count == 0) {
        return bk_fail(BK_INVALID, "a sample of 0 points was asked for; give at least one");
    }
    if (sampling == BK_SAMPLING_BALANCED && count % 2 != 0) {
        return bk_fail(BK_INVALID,
                       "a balanced sample has half of its points in each class, and %zu is odd; "
                       "give an even number or sample iid",
                       count);
    }
    scratch_layout layout;
    if (!lay_out(&layout, mixture, count, dtype)) {
        return bk_fail(BK_OVERFLOW, "a sample of %zu points exceeds the address space", count);
    }
    char *pieces = scratch;
    const sample s = {.mixture = mixture,
                      .sampling = sampling,
                      .dtype = dtype,
                      .count = count,
                      .stream = stream,
                      .x = x,
                      .y = y,
                      .means = pieces + layout.means,
                      .component = (uint32_t *)(void *)(pieces + layout.components),
                      .normals = pieces + layout.normals};
    arrange_means(&s);
    draw_normals(&s);
    return draw_components(&s);
}
