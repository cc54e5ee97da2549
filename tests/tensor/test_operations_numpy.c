/* SPDX-License-Identifier: GPL-3.0-or-later
 * Values of operations against NumPy and SciPy (data/make_tensor_operations.py): in f64 to a few units of the
 * last place of the largest term, in f32 to as many of its own; where an operation only chooses or compares,
 * exactly. */
#include <stdio.h>
#include <stdlib.h>

#include "tensor_tools.h"

enum { most = 512, inputs_most = 3 };

typedef struct numbers {
    size_t rank, shape[BK_MAX_RANK], size;
    double value[most];
} numbers;

typedef struct known {
    char name[64];
    size_t inputs;
    numbers input[inputs_most], output;
} known;

/* ---- Reading ---- */

static void read_numbers(FILE *file, numbers *n)
{
    cr_assert_eq(fscanf(file, "%zu", &n->rank), 1);
    n->size = 1;
    for (size_t d = 0; d < n->rank; d++) {
        cr_assert_eq(fscanf(file, "%zu", &n->shape[d]), 1);
        n->size *= n->shape[d];
    }
    cr_assert_leq(n->size, (size_t)most);
    for (size_t i = 0; i < n->size; i++) {
        cr_assert_eq(fscanf(file, "%la", &n->value[i]), 1);
    }
}

/* The next case; false at the end. The word "case" has been read, or is next. */
static bool read_case(FILE *file, known *k)
{
    char word[16];
    if (fscanf(file, "%15s %63s", word, k->name) != 2) {
        return false;
    }
    cr_assert_str_eq(word, "case");
    k->inputs = 0;
    while (fscanf(file, "%15s", word) == 1) {
        if (strcmp(word, "output") == 0) {
            read_numbers(file, &k->output);
            return true;
        }
        cr_assert(k->inputs < inputs_most);
        read_numbers(file, &k->input[k->inputs++]);
    }
    cr_assert_fail("%s has no output", k->name);
    return false;
}

/* ---- Names to calls ---- */

static bool begins(const char *name, const char *start, const char **rest)
{
    const size_t length = strlen(start);
    *rest = name + length;
    return strncmp(name, start, length) == 0;
}

/* "023k": axes 0, 2 and 3, keepdim. */
static size_t axes_of(const char *text, int axes[4], bool *keepdim)
{
    size_t count = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        axes[count] = *text - '0';
        axes[count] -= count % 2 == 1 ? 4 : 0; /* every other one from the end */
        count++;
    }
    *keepdim = *text == 'k';
    return count;
}

static bk_tensor *reduced(const char *name, bk_tensor *a)
{
    typedef bk_tensor *(*reduction)(bk_tensor *, size_t, const int *, bool);
    static const struct {
        const char *start;
        reduction function;
    } rows[] = {{"sum_axes_", bk_sum_axes},
                {"mean_axes_", bk_mean_axes},
                {"max_axes_", bk_max_axes},
                {"min_axes_", bk_min_axes},
                {"logsumexp_", bk_logsumexp_axes}};
    const char *rest;
    int axes[4];
    bool keepdim;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (begins(name, rows[i].start, &rest)) {
            const size_t count = axes_of(rest, axes, &keepdim);
            return rows[i].function(a, count, axes, keepdim);
        }
    }
    if (begins(name, "softmax_", &rest)) {
        return bk_softmax_axes(a, axes_of(rest, axes, &keepdim), axes);
    }
    if (begins(name, "log_softmax_", &rest)) {
        return bk_log_softmax_axes(a, axes_of(rest, axes, &keepdim), axes);
    }
    if (begins(name, "max_axis_", &rest)) {
        return bk_max_axis(a, *rest - '0', false, NULL);
    }
    bk_tensor *index = NULL;
    if (begins(name, "argmax_", &rest)) {
        cr_assert_not_null(bk_max_axis(a, *rest - '0', false, &index));
    } else if (begins(name, "argmin_", &rest)) {
        cr_assert_not_null(bk_min_axis(a, *rest - '0', true, &index));
    }
    return index;
}

static bk_tensor *window(const char *name, bk_tensor *a)
{
    const char *rest;
    int axis, place, start, step;
    char stop[8];
    if (begins(name, "slice_", &rest)) {
        cr_assert_eq(sscanf(rest, "%d_%d_%7[^_]_%d", &axis, &start, stop, &step), 4);
        return bk_slice(a, axis, start, strcmp(stop, "end") == 0 ? BK_TO_END : atoi(stop), step);
    }
    if (begins(name, "select_", &rest)) {
        cr_assert_eq(sscanf(rest, "%d_%d", &axis, &place), 2);
        return bk_select(a, axis, place);
    }
    if (begins(name, "permute_", &rest)) {
        const int order[3] = {rest[0] - '0', rest[1] - '0', rest[2] - '0' - 3};
        return bk_permute(a, 3, order);
    }
    if (strcmp(name, "transpose_axes_02") == 0) {
        return bk_transpose_axes(a, 0, -1);
    }
    return strcmp(name, "expand") == 0 ? bk_expand(a, 4, (const size_t[4]){2, 4, 5, 3}) : NULL;
}

static bk_tensor *as_index(bk_tensor *a) { return bk_cast(a, BK_I64); }

static bk_tensor *several(const known *k, bk_tensor *const *x)
{
    typedef bk_tensor *(*binary)(bk_tensor *, bk_tensor *);
    static const struct {
        const char *name;
        binary function;
    } rows[] = {
        {"maximum", bk_maximum},       {"minimum", bk_minimum},     {"pow", bk_pow},
        {"equal", bk_equal},           {"not_equal", bk_not_equal}, {"less", bk_less},
        {"less_equal", bk_less_equal}, {"greater", bk_greater},     {"greater_equal", bk_greater_equal},
        {"matmul", bk_matmul}};
    const char *rest;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(k->name, rows[i].name) == 0) {
            return rows[i].function(x[0], x[1]);
        }
    }
    if (strcmp(k->name, "where") == 0) {
        bk_tensor *condition = bk_greater(x[0], x[1]), *twice = bk_scale(x[1], 2);
        return bk_where(condition, x[0], twice);
    }
    if (begins(k->name, "index_select_", &rest)) {
        return bk_index_select(x[0], *rest - '0', as_index(x[1]));
    }
    if (begins(k->name, "gather_", &rest)) {
        return bk_gather(x[0], *rest - '0' - 3, as_index(x[1]));
    }
    if (begins(k->name, "concatenate_", &rest)) {
        return bk_concatenate(k->inputs, x, *rest - '0');
    }
    return begins(k->name, "stack_", &rest) ? bk_stack(k->inputs, x, *rest - '0' - 4) : NULL;
}

static bk_tensor *apply(const known *k, bk_tensor *const *x)
{
    typedef bk_tensor *(*unary)(bk_tensor *);
    static const struct {
        const char *name;
        unary function;
    } rows[] = {{"sqrt", bk_sqrt},         {"log1p", bk_log1p}, {"abs", bk_abs},      {"sign", bk_sign},
                {"sin", bk_sin},           {"cos", bk_cos},     {"max", bk_max},      {"min", bk_min},
                {"softplus", bk_softplus}, {"sum_all", bk_sum}, {"mean_all", bk_mean}};
    static const double low = -0.75, high = 1.5;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(k->name, rows[i].name) == 0) {
            return rows[i].function(x[0]);
        }
    }
    if (strcmp(k->name, "clamp") == 0) {
        return bk_clamp(x[0], &low, &high);
    }
    if (strcmp(k->name, "clamp_low") == 0) {
        return bk_clamp(x[0], &low, NULL);
    }
    if (strcmp(k->name, "pow_third") == 0) {
        return bk_pow_constant(x[0], 1.0 / 3);
    }
    if (strcmp(k->name, "pow_minus_two") == 0) {
        return bk_pow_constant(x[0], -2);
    }
    bk_tensor *result = k->inputs > 1 ? several(k, x) : reduced(k->name, x[0]);
    return result != NULL ? result : window(k->name, x[0]);
}

/* ---- Comparing ---- */

static void read_any(const bk_tensor *tensor, double *values)
{
    if (bk_tensor_dtype(tensor) != BK_I64) {
        read_doubles(tensor, values);
        return;
    }
    static int64_t whole[most];
    must(bk_tensor_read(tensor, whole));
    for (size_t i = 0; i < bk_tensor_size(tensor); i++) {
        values[i] = (double)whole[i];
    }
}

static void compare(const known *k, const bk_tensor *y, bk_dtype dtype)
{
    cr_assert_not_null(y, "%s: %s", k->name, bk_error_message());
    cr_assert_eq(bk_tensor_rank(y), k->output.rank, "%s", k->name);
    for (size_t d = 0; d < k->output.rank; d++) {
        cr_assert_eq(bk_tensor_shape(y)[d], k->output.shape[d], "%s, axis %zu", k->name, d);
    }
    static double values[most];
    read_any(y, values);
    /* Terms up to 32 of size 10 in the sums and products; powers up to 1000 of a base rounded to f32 (|y log
     * x| < 25). */
    const double unit = dtype == BK_F32 ? 0x1p-24 : 0x1p-53;
    for (size_t i = 0; i < k->output.size; i++) {
        const double wanted = k->output.value[i];
        const double tolerance = unit * 64 * (1 + fabs(wanted));
        cr_assert((isnan(wanted) && isnan(values[i])) || fabs(values[i] - wanted) <= tolerance,
                  "%s in %s, element %zu: %.17g, not %.17g", k->name, bk_dtype_name(dtype), i, values[i],
                  wanted);
    }
}

static void check_file(bk_dtype dtype)
{
    FILE *file = fopen(BRISK_TEST_DATA "/tensor_operations.txt", "r");
    cr_assert(file != NULL);
    static known k;
    int cases = 0;
    bk_tape *tape = bk_tape_create();
    while (read_case(file, &k)) {
        bk_scope scope = bk_scope_open(tape);
        bk_tensor *x[inputs_most];
        for (size_t i = 0; i < k.inputs; i++) {
            x[i] = tensor_of(tape, dtype, k.input[i].rank, k.input[i].shape, k.input[i].value);
        }
        compare(&k, apply(&k, x), dtype);
        /* The same from views that are not row-major: transposed twice through a copy. */
        for (size_t i = 0; i < k.inputs; i++) {
            bk_tensor *turned = bk_transpose(x[i]);
            bk_tensor *copy = bk_add_constant(turned, 0);
            x[i] = bk_transpose(copy);
        }
        compare(&k, apply(&k, x), dtype);
        bk_scope_close(scope);
        cr_assert_eq(bk_tape_live_tensors(tape), 0, "%s", k.name);
        cases++;
    }
    (void)fclose(file);
    cr_assert_eq(cases, 333);
    bk_tape_destroy(tape);
}

Test(operations_numpy, values_in_f64) { check_file(BK_F64); }
Test(operations_numpy, values_in_f32) { check_file(BK_F32); }
