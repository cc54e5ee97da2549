/* SPDX-License-Identifier: GPL-3.0-or-later
 * Drawing labelled points from a mixture: normals, then components, then one pass that places the
 * points. Every position in the stream is a formula (brisk/model.h). */
#include <math.h>
#include <string.h>

#include "brisk/kernel.h"
#include "kernel/kernel.h"
#include "model/mixture.h"

/* ---- Scratch ------------------------------------------------------------------------------------------ */

#define ALIGNMENT 64

/* Points placed in one pass, so that they stay in the first cache until they lie in rows. */
#define BLOCK 256

/* Where the pieces of the scratch start, in bytes. */
typedef struct scratch_layout {
    size_t normals;    /* [count][input] */
    size_t components; /* [count], a row of means each */
    size_t means;      /* [class][component][input] in dtype */
    size_t block;      /* [BLOCK][input], points before they lie in rows */
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

static bool lay_out(scratch_layout *layout, const bk_mixture *mixture, size_t count, bk_dtype dtype)
{
    const size_t size = bk_dtype_size(dtype);
    const size_t inputs = mixture->inputs;
    const size_t block = count < BLOCK ? count : BLOCK;
    layout->bytes = 0;
    return add_piece(&layout->normals, &layout->bytes, count, inputs, size) &&
           add_piece(&layout->components, &layout->bytes, count, 1, sizeof(uint32_t)) &&
           add_piece(&layout->means, &layout->bytes, 2 * mixture->components, inputs, size) &&
           add_piece(&layout->block, &layout->bytes, block, inputs, size);
}

size_t bk_mixture_scratch_bytes(const bk_mixture *mixture, size_t count, bk_dtype dtype)
{
    scratch_layout layout;
    return lay_out(&layout, mixture, count, dtype) ? layout.bytes : SIZE_MAX;
}

/* ---- Placing points: x = mean + deviation * normal, point by point, then into rows ------------------------
 */

/* The means of n points, [point][input], bytes a point. Sizes that the compiler knows, those of two inputs,
 * become one load and one store. */
static void copy_means(char *block, const char *means, const uint32_t *component, size_t bytes, size_t n)
{
    if (bytes == 2 * sizeof(float)) {
        for (size_t i = 0; i < n; i++) {
            memcpy(block + i * 2 * sizeof(float), means + component[i] * 2 * sizeof(float),
                   2 * sizeof(float));
        }
    } else if (bytes == 2 * sizeof(double)) {
        for (size_t i = 0; i < n; i++) {
            memcpy(block + i * 2 * sizeof(double), means + component[i] * 2 * sizeof(double),
                   2 * sizeof(double));
        }
    } else {
        for (size_t i = 0; i < n; i++) {
            memcpy(block + i * bytes, means + component[i] * bytes, bytes);
        }
    }
}

/* x [input][stride] of n points from block [point][input]. */
static void transpose_f32(float *x, size_t stride, const float *block, size_t inputs, size_t n)
{
    if (inputs == 2) { /* a stride the compiler knows becomes shuffles */
        for (size_t i = 0; i < n; i++) {
            x[i] = block[2 * i];
            x[stride + i] = block[2 * i + 1];
        }
        return;
    }
    for (size_t j = 0; j < inputs; j++) {
        for (size_t i = 0; i < n; i++) {
            x[j * stride + i] = block[i * inputs + j];
        }
    }
}

static void transpose_f64(double *x, size_t stride, const double *block, size_t inputs, size_t n)
{
    for (size_t j = 0; j < inputs; j++) {
        for (size_t i = 0; i < n; i++) {
            x[j * stride + i] = block[i * inputs + j];
        }
    }
}

static void place_f32(float *x, const bk_mixture *mixture, size_t count, char *scratch,
                      const scratch_layout *layout)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    const size_t inputs = mixture->inputs;
    const float *normals = (const float *)(void *)(scratch + layout->normals);
    const uint32_t *component = (const uint32_t *)(void *)(scratch + layout->components);
    float *means = (float *)(void *)(scratch + layout->means);
    float *block = (float *)(void *)(scratch + layout->block);
    const float deviation = (float)sqrt(mixture->variance);
    for (size_t i = 0; i < 2 * mixture->components * inputs; i++) {
        means[i] = (float)mixture->means[i];
    }
    for (size_t start = 0; start < count; start += BLOCK) {
        const size_t n = count - start < BLOCK ? count - start : BLOCK;
        copy_means((char *)block, (const char *)means, component + start, inputs * sizeof *means, n);
        kernels->add_scaled_f32(block, deviation, normals + start * inputs, n * inputs);
        transpose_f32(x + start, count, block, inputs, n);
    }
}

static void place_f64(double *x, const bk_mixture *mixture, size_t count, char *scratch,
                      const scratch_layout *layout)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    const size_t inputs = mixture->inputs;
    const double *normals = (const double *)(void *)(scratch + layout->normals);
    const uint32_t *component = (const uint32_t *)(void *)(scratch + layout->components);
    const double *means = mixture->means;
    double *block = (double *)(void *)(scratch + layout->block);
    const double deviation = sqrt(mixture->variance);
    for (size_t start = 0; start < count; start += BLOCK) {
        const size_t n = count - start < BLOCK ? count - start : BLOCK;
        copy_means((char *)block, (const char *)means, component + start, inputs * sizeof *means, n);
        kernels->add_scaled_f64(block, deviation, normals + start * inputs, n * inputs);
        transpose_f64(x + start, count, block, inputs, n);
    }
}

/* ---- Labels and components ----------------------------------------------------------------------------- */

/* component [count] becomes a row of means: class -1's components come first, then class +1's. */
static bk_status draw_labels(int8_t *y, uint32_t *component, const bk_mixture *mixture, bk_sampling sampling,
                             size_t count, bk_stream *stream)
{
    const uint32_t components = (uint32_t)mixture->components;
    if (sampling == BK_SAMPLING_BALANCED) {
        const size_t half = count / 2;
        BK_TRY(bk_fill_integer_u32(stream, component, count, components));
        for (size_t i = half; i < count; i++) {
            component[i] += components;
        }
        memset(y, -1, half);
        memset(y + half, 1, half);
        return BK_OK;
    }
    BK_TRY(bk_fill_integer_u32(stream, component, count, 2 * (uint64_t)components));
    for (size_t i = 0; i < count; i++) {
        y[i] = component[i] < components ? -1 : 1;
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
    void *normals = pieces + layout.normals;
    const size_t normal_count = count * mixture->inputs;
    if (dtype == BK_F32) {
        bk_fill_normal_f32(stream, normals, normal_count);
    } else {
        bk_fill_normal_f64(stream, normals, normal_count);
    }
    BK_TRY(
        draw_labels(y, (uint32_t *)(void *)(pieces + layout.components), mixture, sampling, count, stream));
    if (dtype == BK_F32) {
        place_f32(x, mixture, count, pieces, &layout);
    } else {
        place_f64(x, mixture, count, pieces, &layout);
    }
    return BK_OK;
}
