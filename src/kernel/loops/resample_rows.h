/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kernel/loops/resample_rows.h: sums of values times how often each was drawn, a row of eight at a time; byte
 * f of a count's word belongs to value f of the row.
 */
#ifndef BRISK_KERNEL_LOOPS_RESAMPLE_ROWS_H
#define BRISK_KERNEL_LOOPS_RESAMPLE_ROWS_H

#include "kernel/loops/resample_halve.h"

/* Adds count times value for `fields` values of each row, the first one on; width columns. */
static inline BK_FLAT void add_rows(reals *total, const words *made, size_t rows, const double *values,
                                    size_t width, unsigned first, unsigned fields)
{
    reals sum[2 * BK_LANES_F64];
#pragma GCC unroll 16
    for (size_t i = 0; i < fields * width; i++) {
        sum[i] = total[first * width + i];
    }
    for (size_t i = 0; i < rows; i++, values += 8 * width) {
#pragma GCC unroll 8
        for (unsigned f = first; f < first + fields; f++) {
            const reals times = byte_of(f < 4 ? made[i] : made[i] >> 32, f % 4);
#pragma GCC unroll 2
            for (size_t column = 0; column < width; column++) {
                sum[width * (f - first) + column] += times * values[width * f + column];
            }
        }
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < fields * width; i++) {
        total[first * width + i] = sum[i];
    }
}

#endif
