/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Categorical draws from an alias table (Walker 1977, in the form of Vose 1991). Each of n columns
 * holds its own category below a threshold and one alias above it. The product n u of a 64-bit draw u
 * has the column in its high and the place within the column in its low 64 bits, so one draw is
 * enough and everything after the set-up is integer arithmetic.
 */
#include "rng/categorical.h"

#include <math.h>

/* Sum of the weights, or a message that names the one that is wrong. */
static bk_status check_weights(double *total, const double *weights, size_t count)
{
    if (count == 0 || count > UINT32_MAX) {
        return bk_fail(BK_INVALID,
                       "categorical distribution: count is %zu, the number of weights must be in [1, 2^32)",
                       count);
    }
    double sum = 0.0, lost = 0.0;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(weights[i]) || weights[i] < 0.0) {
            return bk_fail(BK_INVALID,
                           "categorical distribution: weight %zu is %g, it must be finite and not negative",
                           i, weights[i]);
        }
        const double next = sum + weights[i];
        lost += sum >= weights[i] ? (sum - next) + weights[i] : (weights[i] - next) + sum;
        sum = next;
    }
    if (sum == 0.0) {
        return bk_fail(BK_INVALID,
                       "categorical distribution: weights 0 to %zu are all 0, at least one must be above 0",
                       count - 1);
    }
    if (!isfinite(sum)) {
        return bk_fail(BK_INVALID,
                       "categorical distribution: the weights sum to more than a double holds, divide them "
                       "all by their largest");
    }
    *total = sum + lost;
    return BK_OK;
}

/* A share in [0, 1] of 2^64, never 2^64 itself. */
__extension__ typedef unsigned __int128 u128;
#define ONE ((u128)1 << 64)

/* Pairs columns that have too little with columns that have too much. stack [count] holds the small
 * ones from its start and the large ones from its end; rest [count] is what is left in each column, in
 * units of the mean weight. */
static void fill_table(bk_categorical *table, u128 *rest, uint32_t *stack)
{
    const size_t count = table->count;
    size_t small = 0, large = count;
    for (size_t i = 0; i < count; i++) {
        if (rest[i] < ONE) {
            stack[small++] = (uint32_t)i;
        } else {
            stack[--large] = (uint32_t)i;
        }
    }
    while (small > 0 && large < count) {
        const uint32_t poor = stack[--small];
        const uint32_t rich = stack[large];
        table->threshold[poor] = (uint64_t)rest[poor];
        table->alias[poor] = rich;
        rest[rich] -= ONE - rest[poor];
        if (rest[rich] < ONE) {
            large++;
            stack[small++] = rich;
        }
    }
    /* What is left has weight one up to rounding: its own alias, so that the comparison does not matter. */
    while (small > 0) {
        const uint32_t column = stack[--small];
        table->threshold[column] = UINT64_MAX;
        table->alias[column] = column;
    }
    for (; large < count; large++) {
        table->threshold[stack[large]] = UINT64_MAX;
        table->alias[stack[large]] = stack[large];
    }
}

bk_categorical *bk_categorical_create(const double *weights, size_t count)
{
    double total = 0.0;
    if (check_weights(&total, weights, count) != BK_OK) {
        return NULL;
    }
    bk_categorical *table = bk_allocate(1, sizeof *table);
    u128 *rest = bk_allocate(count, sizeof *rest);
    uint32_t *stack = bk_allocate(count, sizeof *stack);
    if (table != NULL) {
        table->count = count;
        table->threshold = bk_allocate(count, sizeof *table->threshold);
        table->alias = bk_allocate(count, sizeof *table->alias);
    }
    const bool complete =
        table != NULL && rest != NULL && stack != NULL && table->threshold != NULL && table->alias != NULL;
    if (complete) {
        for (size_t i = 0; i < count; i++) {
            rest[i] = (u128)(weights[i] / total * (double)count * 0x1p+64);
        }
        fill_table(table, rest, stack);
    } else {
        bk_categorical_destroy(table);
        table = NULL;
    }
    bk_free(rest);
    bk_free(stack);
    return table;
}

void bk_categorical_destroy(bk_categorical *categorical)
{
    if (categorical != NULL) {
        bk_free(categorical->threshold);
        bk_free(categorical->alias);
        bk_free(categorical);
    }
}

void bk_fill_categorical(bk_stream *stream, const bk_categorical *categorical, uint32_t *values, size_t count)
{
    enum { chunk = 1024 };
    uint64_t draws[chunk];
    for (size_t done = 0; done < count; done += chunk) {
        const size_t now = count - done < chunk ? count - done : chunk;
        bk_stream_fill(stream, draws, now);
        for (size_t i = 0; i < now; i++) {
            __extension__ const unsigned __int128 product = (unsigned __int128)draws[i] * categorical->count;
            const uint32_t column = (uint32_t)(product >> 64);
            const bool own = (uint64_t)product < categorical->threshold[column];
            values[done + i] = own ? column : categorical->alias[column];
        }
    }
}
