/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a stage is compared with: the time that its arithmetic takes where nothing else does. The speed of
 * each kind of operation is measured on this machine, in the same interleaved runs as the stages, and not
 * assumed from a clock rate. Kinds overlap in a core, so the slowest of them alone decides; sums, integer
 * operations, stores and everything that a formula does not name are left out. No program of this formula can
 * be quicker.
 */
#include <math.h>

#include "cli/bench.h"

#define ROUNDS 256

static bk_status fma_f32(bk_bench_data *data)
{
    data->done = data->limits->fma_f32(data->limit_f32, ROUNDS);
    return BK_OK;
}

static bk_status fma_f64(bk_bench_data *data)
{
    data->done = data->limits->fma_f64(data->limit_f64, ROUNDS);
    return BK_OK;
}

static bk_status divide_f32(bk_bench_data *data)
{
    data->done = data->limits->divide_f32(data->limit_f32, ROUNDS);
    return BK_OK;
}

static bk_status divide_f64(bk_bench_data *data)
{
    data->done = data->limits->divide_f64(data->limit_f64, ROUNDS);
    return BK_OK;
}

static bk_status load(bk_bench_data *data)
{
    data->done = data->limits->load_f64(data->limit_f64, ROUNDS / 8);
    return BK_OK;
}

static bk_status multiply_vector(bk_bench_data *data)
{
    data->done = data->limits->multiply_vector(data->limit_u64, ROUNDS);
    return BK_OK;
}

static bk_status multiply_word(bk_bench_data *data)
{
    data->done = data->limits->multiply_word(data->limit_u64, ROUNDS);
    return BK_OK;
}

/* In the order of bk_bench_speed. */
static const bk_bench_stage units[] = {
    {.name = "fma-f32", .what = "a fused multiply-add of floats", .run = fma_f32},
    {.name = "fma-f64", .what = "a fused multiply-add of doubles", .run = fma_f64},
    {.name = "divide-f32", .what = "a division of floats", .run = divide_f32},
    {.name = "divide-f64", .what = "a division of doubles", .run = divide_f64},
    {.name = "load", .what = "a double from a chosen place", .run = load},
    {.name = "multiply-vector", .what = "a 64-bit product, in vectors", .run = multiply_vector},
    {.name = "multiply-word", .what = "a 64-bit product, word by word", .run = multiply_word},
};
_Static_assert(sizeof units / sizeof units[0] == sizeof(bk_bench_speed) / sizeof(double),
               "a unit for each member of a speed");

size_t bk_bench_unit_count(void) { return sizeof units / sizeof units[0]; }

const bk_bench_stage *bk_bench_unit_row(size_t row)
{
    return row < bk_bench_unit_count() ? &units[row] : NULL;
}

bk_bench_limit bk_bench_limit_of(const bk_bench_work *work, const bk_bench_speed *speed, bk_isa isa,
                                 int threads)
{
    /* Vectors and single words are multiplied by different parts of a core, at the same time. */
    const double multiply = 1.0 / (1.0 / speed->multiply_vector + 1.0 / speed->multiply_word);
    const double fused = isa == BK_ISA_SCALAR ? 0.0 : 1.0;
    const struct {
        const char *name;
        double ns;
    } kinds[] = {
        {"multiply-adds", fused * (work->fma_f32 * speed->fma_f32 + work->fma_f64 * speed->fma_f64)},
        {"divisions", work->divide_f32 * speed->divide_f32 + work->divide_f64 * speed->divide_f64},
        {"loads", work->load * speed->load},
        {"integer products", work->multiply * multiply},
    };
    bk_bench_limit limit = {.ns = (double)NAN};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const double ns = kinds[i].ns / (double)threads;
        if (ns > 0.0 && !(ns <= limit.ns)) {
            limit = (bk_bench_limit){.ns = ns, .bound_by = kinds[i].name};
        }
    }
    return limit;
}
