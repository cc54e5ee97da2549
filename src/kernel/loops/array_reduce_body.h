/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sums for one type; array_reduce.c includes it for each. BK_TYPE is the element type, BK_TYPED(name) the
 * name with the type's suffix, BK_LANES the number of logical lanes. */

/* Lane l with lane l + half, half = BK_LANES / 2, ..., 1. */
static inline BK_TYPE BK_TYPED(fold_lanes)(BK_TYPE lane[BK_LANES])
{
    for (size_t half = BK_LANES / 2; half > 0; half /= 2) {
        for (size_t l = 0; l < half; l++) {
            lane[l] += lane[l + half];
        }
    }
    return lane[0];
}

/* count <= BLOCK_STEPS * BK_LANES: element i goes to lane i modulo BK_LANES. */
static inline BK_TYPE BK_TYPED(sum_block)(const BK_TYPE *x, size_t count)
{
    BK_TYPE lane[BK_LANES] = {0};
    const size_t whole = count - count % BK_LANES;
    for (size_t i = 0; i < whole; i += BK_LANES) {
#pragma omp simd
        for (size_t l = 0; l < BK_LANES; l++) {
            lane[l] += x[i + l];
        }
    }
    for (size_t i = whole; i < count; i++) {
        lane[i - whole] += x[i];
    }
    return BK_TYPED(fold_lanes)(lane);
}

double BK_KERNEL_NAME(BK_TYPED(sum))(const BK_TYPE *x, size_t count)
{
    const size_t block = BLOCK_STEPS * BK_LANES;
    double total = 0;
    for (size_t start = 0; start < count; start += block) {
        const size_t left = count - start;
        total += (double)BK_TYPED(sum_block)(x + start, left < block ? left : block);
    }
    return total;
}

/* partial[j] = the sum over rows of x[row, j], row by row from 0; four rows a pass over partial. */
static inline void BK_TYPED(sum_some_rows)(BK_TYPE *restrict partial, const BK_TYPE *restrict x, size_t x_row,
                                           size_t rows, size_t columns)
{
    memset(partial, 0, columns * sizeof *partial);
    size_t i = 0;
    for (; i + 4 <= rows; i += 4) {
        const BK_TYPE *restrict row = x + i * x_row;
#pragma omp simd
        for (size_t j = 0; j < columns; j++) {
            partial[j] = (((partial[j] + row[j]) + row[j + x_row]) + row[j + 2 * x_row]) + row[j + 3 * x_row];
        }
    }
    for (; i < rows; i++) {
        const BK_TYPE *restrict row = x + i * x_row;
#pragma omp simd
        for (size_t j = 0; j < columns; j++) {
            partial[j] += row[j];
        }
    }
}

void BK_KERNEL_NAME(BK_TYPED(sum_columns))(BK_TYPE *y, const BK_TYPE *x, size_t x_row, size_t rows,
                                           size_t columns)
{
    BK_TYPE partial[TILE_COLUMNS];
    double total[TILE_COLUMNS];
    for (size_t tile = 0; tile < columns; tile += TILE_COLUMNS) {
        const size_t width = columns - tile < TILE_COLUMNS ? columns - tile : TILE_COLUMNS;
        memset(total, 0, width * sizeof *total);
        for (size_t i = 0; i < rows; i += BLOCK_STEPS) {
            const size_t height = rows - i < BLOCK_STEPS ? rows - i : BLOCK_STEPS;
            BK_TYPED(sum_some_rows)(partial, x + i * x_row + tile, x_row, height, width);
            for (size_t j = 0; j < width; j++) {
                total[j] += (double)partial[j];
            }
        }
        for (size_t j = 0; j < width; j++) {
            y[tile + j] = (BK_TYPE)total[j];
        }
    }
}
