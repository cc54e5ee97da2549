/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rule 28: gradients and trained weights have the same bits in every run and on every instruction set. */
#include "brisk/kernel.h"
#include "training_case.h"

enum { HIDDEN = 37, POINTS = 45, NUMBERS = 4 * HIDDEN + 2 };

static void train(bk_dtype dtype, double numbers[NUMBERS])
{
    training_case c = training_case_make(dtype, POINTS, HIDDEN);
    double loss = 0;
    for (int epoch = 0; epoch < 10; epoch++) {
        loss = training_case_epoch(&c, true);
    }
    size_t at = 0;
    for (int p = 0; p < 4; p++) {
        read_doubles(c.parameter[p], numbers + at);
        at += bk_tensor_size(c.parameter[p]);
    }
    numbers[at++] = loss;
    cr_assert_eq(at, NUMBERS);
    bk_tape_destroy(c.tape);
}

Test(bits, rule_28_equal_run_to_run_and_on_every_instruction_set)
{
    for (int d = 0; d < 2; d++) {
        double plain[NUMBERS], again[NUMBERS];
        must(bk_kernel_use(BK_ISA_SCALAR));
        train(both_dtypes[d], plain);
        for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
            if (!bk_kernel_available((bk_isa)isa)) {
                continue;
            }
            must(bk_kernel_use((bk_isa)isa));
            for (int run = 0; run < 2; run++) {
                train(both_dtypes[d], again);
                cr_assert_eq(memcmp(plain, again, sizeof plain), 0, "%s, %s", bk_isa_name((bk_isa)isa),
                             bk_dtype_name(both_dtypes[d]));
            }
        }
    }
}

/* Every other operation, its broadcasting paths and its gradient, over lengths around the vector widths. */
static size_t all_operations(bk_dtype dtype, size_t n, double *numbers)
{
    bk_tape *tape = bk_tape_create();
    double values[400];
    uint64_t state = n;
    for (int i = 0; i < 400; i++) {
        values[i] = pseudo(&state);
    }
    const size_t wide[2] = {3, n}, square[2] = {n, 3};
    bk_tensor *a = tensor_of(tape, dtype, 2, wide, values), *b = vector_of(tape, dtype, n, values + 150);
    bk_tensor *c = tensor_of(tape, dtype, 2, square, values + 201);
    bk_tensor *leaves[3] = {a, b, c};
    for (int i = 0; i < 3; i++) {
        bk_tensor_require_grad(leaves[i], true);
    }
    bk_tensor *r = bk_div(bk_maximum(a, b), bk_add_constant(bk_square(b), 0.5));
    r = bk_sub(bk_sigmoid(r), bk_relu(bk_scale(a, 1.7)));
    r = bk_add(r, bk_log(bk_exp(bk_transpose(c))));
    bk_tensor *product = bk_matmul(bk_matmul(r, c), bk_sum_axis(a, 1, false));
    bk_tensor *l = bk_add(bk_mean(bk_mul(product, product)), bk_sum(bk_mean_axis(r, 0, true)));
    must(bk_backward(l, NULL, false));
    size_t at = 0;
    numbers[at++] = item(l);
    for (int i = 0; i < 3; i++) {
        read_doubles(bk_tensor_grad(leaves[i]), numbers + at);
        at += bk_tensor_size(leaves[i]);
    }
    bk_tape_destroy(tape);
    return at;
}

/* The rest of the operations: elementary functions, choices, reductions over several axes, batches, windows,
 * indices. */
static size_t further_operations(bk_dtype dtype, size_t n, double *numbers)
{
    bk_tape *tape = bk_tape_create();
    double values[400];
    int64_t places[48];
    uint64_t state = n + 7;
    for (int i = 0; i < 400; i++) {
        values[i] = pseudo(&state);
    }
    for (size_t i = 0; i < n; i++) {
        places[i] = (int64_t)((i * 7) % n);
    }
    const size_t wide[2] = {3, n}, deep[3] = {2, 3, n}, square[3] = {2, n, 2};
    static const double low = -0.6;
    bk_tensor *leaves[3] = {tensor_of(tape, dtype, 2, wide, values),
                            tensor_of(tape, dtype, 3, deep, values + 20),
                            tensor_of(tape, dtype, 3, square, values + 60)};
    for (int i = 0; i < 3; i++) {
        bk_tensor_require_grad(leaves[i], true);
    }
    bk_tensor *a = leaves[0], *index = bk_tensor_from(tape, BK_I64, 1, &n, places);
    bk_tensor *r = bk_pow(bk_add_constant(bk_square(a), 0.3), bk_sin(leaves[1]));
    r = bk_minimum(bk_log1p(r), bk_clamp(bk_softplus(a), &low, NULL));
    r = bk_where(bk_greater(r, a), bk_sqrt(bk_abs(leaves[1])), bk_mul(bk_cos(r), bk_pow_constant(a, 3)));
    r = bk_add(bk_softmax(r, -1), bk_index_select(bk_log_softmax_axes(r, 2, (const int[2]){0, 2}), 2, index));
    bk_tensor *product = bk_matmul(bk_slice(r, 1, 0, BK_TO_END, 2), leaves[2]);
    bk_tensor *parts[2] = {bk_select(product, 0, 1), bk_logsumexp(r, 2, false)};
    bk_tensor *joined = bk_concatenate(2, (bk_tensor *const[2]){parts[0], bk_slice(parts[1], 1, 0, 2, 1)}, 0);
    bk_tensor *l = bk_add(bk_mean_axes(joined, 0, NULL, false), bk_max(product));
    l = bk_add(l, bk_sum(bk_min_axes(r, 2, (const int[2]){0, 2}, false)));
    l = bk_add(l, bk_sum(bk_max_axis(bk_permute(r, 3, (const int[3]){2, 0, 1}), 1, false, NULL)));
    must(bk_backward(l, NULL, false));
    size_t at = 0;
    numbers[at++] = item(l);
    for (int i = 0; i < 3; i++) {
        read_doubles(bk_tensor_grad(leaves[i]), numbers + at);
        at += bk_tensor_size(leaves[i]);
    }
    bk_tape_destroy(tape);
    return at;
}

typedef size_t (*computation)(bk_dtype, size_t, double *);

static void equal_on_every_instruction_set(computation compute)
{
    const size_t lengths[] = {1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 48};
    for (size_t i = 0; i < 2 * sizeof lengths / sizeof *lengths; i++) {
        const bk_dtype dtype = both_dtypes[i % 2];
        double plain[800], again[800];
        must(bk_kernel_use(BK_ISA_SCALAR));
        const size_t count = compute(dtype, lengths[i / 2], plain);
        for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
            if (bk_kernel_available((bk_isa)isa)) {
                must(bk_kernel_use((bk_isa)isa));
                compute(dtype, lengths[i / 2], again);
                cr_assert_eq(memcmp(plain, again, count * sizeof *plain), 0, "%s, length %zu",
                             bk_isa_name((bk_isa)isa), lengths[i / 2]);
            }
        }
    }
}

Test(bits, all_operations_equal_on_every_instruction_set)
{
    equal_on_every_instruction_set(all_operations);
    equal_on_every_instruction_set(further_operations);
}
