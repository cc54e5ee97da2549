/* SPDX-License-Identifier: GPL-3.0-or-later
 * Broadcasting over all small shapes, matrix products against three plain loops, long sums. */
#include "tensor_tools.h"

/* Rules 32 and 33: shapes of rank 0 to 3 with sizes 1 to 3. */
static size_t small_shape(int number, size_t shape[3])
{
    size_t rank = 0;
    for (int limit = 1; number >= limit; limit *= 3) { /* 1 + 3 + 9 + 27 shapes */
        number -= limit;
        rank++;
    }
    for (size_t d = 0; d < rank; d++) {
        shape[d] = (size_t)(number % 3) + 1;
        number /= 3;
    }
    return rank;
}

/* Index into x of rank and shape, of the element that position of the broadcast shape reads. */
static size_t broadcast_index(size_t rank, const size_t *shape, size_t wide_rank, const size_t position[3])
{
    size_t index = 0;
    for (size_t d = 0; d < rank; d++) {
        index = index * shape[d] + (shape[d] == 1 ? 0 : position[wide_rank - rank + d]);
    }
    return index;
}

static void check_pair(size_t rank_a, const size_t *a, size_t rank_b, const size_t *b, int *fitting)
{
    bk_tape *tape = bk_tape_create();
    double values_a[27], values_b[27], out[27], sum_a[27] = {0}, sum_b[27] = {0};
    uint64_t state = 5;
    for (int i = 0; i < 27; i++) {
        values_a[i] = (double)(int)(pseudo(&state) * 64); /* whole numbers: sums are exact in any order */
        values_b[i] = (double)(int)(pseudo(&state) * 64);
    }
    bk_tensor *ta = bk_tensor_from(tape, BK_F64, rank_a, a, values_a);
    bk_tensor *tb = bk_tensor_from(tape, BK_F64, rank_b, b, values_b);
    bk_tensor_require_grad(ta, true);
    bk_tensor_require_grad(tb, true);
    size_t rank = rank_a > rank_b ? rank_a : rank_b, shape[3], size = 1;
    bool fits = true;
    for (size_t back = 1; back <= rank; back++) {
        const size_t from_a = back <= rank_a ? a[rank_a - back] : 1,
                     from_b = back <= rank_b ? b[rank_b - back] : 1;
        fits = fits && (from_a == from_b || from_a == 1 || from_b == 1);
        shape[rank - back] = from_a > from_b ? from_a : from_b;
        size *= shape[rank - back];
    }
    bk_tensor *y = bk_mul(ta, tb);
    if (!fits) {
        cr_assert_null(y);
        cr_assert_eq(bk_error_status(), BK_SHAPE);
        says("do not broadcast");
        bk_tape_destroy(tape);
        return;
    }
    (*fitting)++;
    cr_assert_eq(bk_tensor_rank(y), rank);
    cr_assert_eq(memcmp(bk_tensor_shape(y), shape, rank * sizeof *shape), 0);
    read_doubles(y, out);
    for (size_t i = 0; i < size; i++) {
        size_t position[3], rest = i;
        for (size_t d = rank; d-- > 0;) {
            position[d] = rest % shape[d];
            rest /= shape[d];
        }
        const size_t ia = broadcast_index(rank_a, a, rank, position),
                     ib = broadcast_index(rank_b, b, rank, position);
        cr_assert_eq(out[i], values_a[ia] * values_b[ib]);
        sum_a[ia] += values_b[ib];
        sum_b[ib] += values_a[ia];
    }
    must(bk_backward(bk_sum(y), NULL, false));
    const bk_tensor *ga = bk_tensor_grad(ta), *gb = bk_tensor_grad(tb);
    cr_assert_eq(bk_tensor_rank(ga), rank_a);
    cr_assert_eq(memcmp(bk_tensor_shape(ga), a, rank_a * sizeof *a), 0);
    cr_assert_eq(memcmp(bk_tensor_shape(gb), b, rank_b * sizeof *b), 0);
    read_doubles(ga, out);
    cr_assert_eq(memcmp(out, sum_a, bk_tensor_size(ga) * sizeof *out), 0);
    read_doubles(gb, out);
    cr_assert_eq(memcmp(out, sum_b, bk_tensor_size(gb) * sizeof *out), 0);
    bk_tape_destroy(tape);
}

Test(arrays, rules_32_and_33_all_pairs_of_small_shapes)
{
    int fitting = 0;
    for (int i = 0; i < 40; i++) {
        for (int j = 0; j < 40; j++) {
            size_t a[3], b[3];
            const size_t rank_a = small_shape(i, a), rank_b = small_shape(j, b);
            check_pair(rank_a, a, rank_b, b, &fitting);
        }
    }
    /* Pairs with all of n trailing dimensions compatible: 7 of 9 in each dimension that both have. */
    cr_assert_eq(fitting, 1 * 1 + 2 * (3 + 9 + 27) + 7 + 2 * (7 * 3 + 7 * 9) + 49 + 2 * 49 * 3 + 343);
}

Test(arrays, zero_size_dimensions_broadcast)
{
    bk_tape *tape = bk_tape_create();
    const size_t a[2] = {0, 3}, b[2] = {1, 3}, bad[2] = {2, 3};
    bk_tensor *x = bk_tensor_zeros(tape, BK_F32, 2, a), *row = bk_tensor_zeros(tape, BK_F32, 2, b);
    bk_tensor_require_grad(row, true);
    bk_tensor *y = bk_add(x, row);
    cr_assert_eq(bk_tensor_size(y), 0);
    must(bk_backward(bk_sum(y), NULL, false));
    float zeros[3];
    must(bk_tensor_read(bk_tensor_grad(row), zeros));
    cr_assert(zeros[0] == 0 && zeros[1] == 0 && zeros[2] == 0);
    cr_assert_null(bk_add(x, bk_tensor_zeros(tape, BK_F32, 2, bad)));
    bk_tape_destroy(tape);
}

/* ---- Matrix products ---- */

static void check_product(bk_dtype dtype, size_t m, size_t k, size_t n, bool left, bool right)
{
    bk_tape *tape = bk_tape_create();
    static double a[4096], b[4096], c[4096];
    uint64_t state = m * 10007 + k * 101 + n;
    for (size_t i = 0; i < m * k; i++) {
        a[i] = pseudo(&state);
    }
    for (size_t i = 0; i < k * n; i++) {
        b[i] = pseudo(&state);
    }
    const size_t sa[2] = {left ? k : m, left ? m : k}, sb[2] = {right ? n : k, right ? k : n};
    bk_tensor *ta = tensor_of(tape, dtype, 2, sa, a), *tb = tensor_of(tape, dtype, 2, sb, b);
    read_doubles(ta, a);
    read_doubles(tb, b);
    read_doubles(bk_matmul(left ? bk_transpose(ta) : ta, right ? bk_transpose(tb) : tb), c);
    const double tolerance = (dtype == BK_F32 ? 1e-7 : 2e-16) * (double)(k + 1);
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t l = 0; l < k; l++) {
                sum += a[left ? l * m + i : i * k + l] * b[right ? j * k + l : l * n + j];
            }
            cr_assert_float_eq(c[i * n + j], sum, tolerance, "[%zu, %zu] of [%zu, %zu, %zu]: %g, not %g", i,
                               j, m, k, n, c[i * n + j], sum);
        }
    }
    bk_tape_destroy(tape);
}

Test(arrays, matrix_products_against_plain_loops)
{
    const size_t sizes[] = {0, 1, 2, 3, 4, 7, 17, 33, 70};
    enum { COUNT = sizeof sizes / sizeof *sizes };
    for (int m = 0; m < COUNT; m++) {
        for (int k = 0; k < COUNT; k++) {
            for (int n = 0; n < COUNT; n++) {
                if (sizes[m] * sizes[k] > 4096 || sizes[k] * sizes[n] > 4096 || sizes[m] * sizes[n] > 4096) {
                    continue;
                }
                for (int way = 0; way < 4; way++) {
                    check_product(both_dtypes[(m + k + n) % 2], sizes[m], sizes[k], sizes[n], way & 1,
                                  way & 2);
                }
            }
        }
    }
}

/* f32: the error of a sum of n equal terms stays at some units in the last place, where adding one by
 * one would lose digits (2^24 + 1 = 2^24). */
Test(arrays, long_sums_keep_their_digits)
{
    bk_tape *tape = bk_tape_create();
    const size_t shape[2] = {50000, 4};
    bk_tensor *ones = bk_add_constant(bk_tensor_zeros(tape, BK_F32, 2, shape), (double)0.1F);
    cr_assert_float_eq(item(bk_sum(ones)), 2e5 * (double)0.1F, 2e4 * 1e-6);
    cr_assert_float_eq(item(bk_mean(ones)), (double)0.1F, 0.1 * 1e-6);
    double columns[4];
    read_doubles(bk_sum_axis(ones, 0, false), columns);
    cr_assert_float_eq(columns[3], 5e4 * (double)0.1F, 5e3 * 1e-6);
    bk_tape_destroy(tape);
}

Test(arrays, reading_and_writing_of_strided_tensors)
{
    bk_tape *tape = bk_tape_create();
    const size_t shape[3] = {2, 2, 3};
    double values[12], seen[12];
    for (int i = 0; i < 12; i++) {
        values[i] = i;
    }
    bk_tensor *view = bk_transpose(tensor_of(tape, BK_F64, 3, shape, values));
    read_doubles(view, seen);
    const double wanted[12] = {0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11};
    cr_assert_eq(memcmp(seen, wanted, sizeof seen), 0);
    must(bk_tensor_write(view, wanted));
    must(bk_add_scaled_in_place(view, view, 1));
    must(bk_relu_in_place(view));
    must(bk_add_in_place(view, bk_tensor_scalar(tape, BK_F64, 1)));
    read_doubles(view, seen);
    for (int i = 0; i < 12; i++) {
        cr_assert_eq(seen[i], 2 * wanted[i] + 1);
    }
    bk_tape_destroy(tape);
}
