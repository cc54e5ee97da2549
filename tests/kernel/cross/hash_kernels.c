/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hash_kernels SET: runs every kernel of one instruction set (scalar, avx2, avx512, neon) over fixed
 * arguments and prints a line "kernel hash" for each. The lines of all sets, compilers and processors
 * must be equal. A plain program, for machines without Criterion. Exit code 0; 1 where a kernel of the
 * tables is not run here; 3 where this machine or build lacks the set.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kernel/kernel.h"

/* Above the block lengths of all kernels, and a multiple of none. */
enum { count = 1531, rows = 37, columns = 41, inner = 29, hidden = 13 };

static size_t printed;

/* FNV-1a. */
static uint64_t hash_bytes(const void *data, size_t size)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ ((const unsigned char *)data)[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

static void print_hash(const char *kernel, const void *data, size_t size)
{
    printf("%-22s %016llx\n", kernel, (unsigned long long)hash_bytes(data, size));
    printed++;
}

/* Sign and payload of a NaN are free: all become one. */
static void print_f32(const char *kernel, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = isnan(y[i]) ? NAN : y[i];
    }
    print_hash(kernel, y, n * sizeof y[0]);
}

static void print_f64(const char *kernel, double *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = isnan(y[i]) ? NAN : y[i];
    }
    print_hash(kernel, y, n * sizeof y[0]);
}

static void print_i64(const char *kernel, const int64_t *y, size_t n)
{
    print_hash(kernel, y, n * sizeof y[0]);
}

/* ---- Arguments: a reproducible sequence, nothing of the library's own ---- */

static uint64_t next_bits(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *state;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* a, b, c: numbers of moderate size; wild: any bit pattern, and the special ones. */
static float a_f32[count], b_f32[count], c_f32[count], wild_f32[count], y_f32[count], y2_f32[count];
static double a_f64[count], b_f64[count], c_f64[count], wild_f64[count], y_f64[count], y2_f64[count];
static int64_t a_i64[count], b_i64[count], y_i64[count];
static uint64_t draws[2 * count];

static double moderate(uint64_t *state)
{
    return (double)(int64_t)next_bits(state) * (next_bits(state) % 3 == 0 ? 0x1p-60 : 0x1p-63);
}

static void make_arguments(void)
{
    static const double special[] = {0.0, -0.0,      INFINITY,  -INFINITY, NAN,   1.0,  -1.0,
                                     0.5, 0x1p-1074, 0x1p-1022, 0x1p-149,  88.72, 9.02, -745.13};
    uint64_t state = 1;
    for (size_t i = 0; i < count; i++) {
        a_f64[i] = moderate(&state);
        b_f64[i] = i % 7 == 0 ? a_f64[i] : moderate(&state);
        c_f64[i] = moderate(&state);
        a_f32[i] = (float)a_f64[i];
        b_f32[i] = (float)b_f64[i];
        c_f32[i] = (float)c_f64[i];
        a_i64[i] = (int64_t)next_bits(&state);
        b_i64[i] = i % 7 == 0 ? a_i64[i] : (int64_t)next_bits(&state);
        const uint64_t bits = next_bits(&state);
        const uint32_t half = (uint32_t)next_bits(&state);
        memcpy(&wild_f64[i], &bits, sizeof bits);
        memcpy(&wild_f32[i], &half, sizeof half);
    }
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        wild_f64[10 * i] = special[i];
        wild_f32[10 * i] = (float)special[i];
    }
    for (size_t i = 0; i < 2 * count; i++) {
        draws[i] = next_bits(&state);
    }
    draws[3] = 0;
    draws[4] = UINT64_MAX;
}

/* ---- By topic. Each macro names its kernel once, so that the printed name is the one that ran. ---- */

#define MAP(name, type)                                        \
    do {                                                       \
        kernels->name##_##type(y_##type, a_##type, count);     \
        kernels->name##_##type(y2_##type, wild_##type, count); \
        for (size_t i = 0; i < count; i += 2) {                \
            y_##type[i] = y2_##type[i];                        \
        }                                                      \
        print_##type(#name "_" #type, y_##type, count);        \
    } while (0)

static void run_math(const bk_kernels *kernels)
{
    MAP(exp, f32);
    MAP(exp, f64);
    MAP(log, f32);
    MAP(log, f64);
    MAP(tanh, f32);
    MAP(tanh, f64);
    MAP(sigmoid, f32);
    MAP(sigmoid, f64);
    MAP(log_sigmoid, f32);
    MAP(log_sigmoid, f64);
    static float both_f32[2 * count];
    kernels->sincos_turns_f32(both_f32, both_f32 + count, a_f32, count);
    print_f32("sincos_turns_f32", both_f32, 2 * count);
    static double both_f64[2 * count];
    kernels->sincos_turns_f64(both_f64, both_f64 + count, a_f64, count);
    print_f64("sincos_turns_f64", both_f64, 2 * count);
}

static void run_random(const bk_kernels *kernels)
{
    static uint64_t raw[count + 2], integers[count];
    static uint32_t small[count];
    const uint64_t increment[2] = {draws[0], draws[1] | 1U};
    uint64_t state[2] = {draws[2], draws[5]};
    kernels->pcg64_fill(raw, state, increment, count);
    memcpy(raw + count, state, sizeof state);
    print_hash("pcg64_fill", raw, sizeof raw);
    kernels->uniform_f64(y_f64, draws, count);
    print_f64("uniform_f64", y_f64, count);
    kernels->uniform_f32(y_f32, draws, count);
    print_f32("uniform_f32", y_f32, count);
    kernels->normal_f32(y_f32, draws, count);
    print_f32("normal_f32", y_f32, count);
    kernels->normal_f64(y_f64, draws, count);
    print_f64("normal_f64", y_f64, count);
    kernels->integer_u32(small, draws, count, 1000003);
    print_hash("integer_u32", small, sizeof small);
    kernels->integer_u64(integers, draws, count, UINT64_C(12345678901234567));
    print_hash("integer_u64", integers, sizeof integers);
}

/* Sums over 3001 things, which leave quarters out and, when split, have blocks and leaves of every size. */
static void run_resample(const bk_kernels *kernels)
{
    enum { THINGS = 3001, TOGETHER = 9 };
    static double values[2 * (THINGS + 1)], lanes[TOGETHER * 16];
    static uint32_t index[THINGS];
    uint64_t state[2 * TOGETHER], increment[2 * TOGETHER];
    for (size_t i = 0; i < 2 * THINGS; i++) {
        values[i] = 1.0 / (double)(3 + i);
    }
    values[THINGS] = 0; /* behind the things there is nothing, in single file and in pairs */
    (void)kernels->resample_sum_16(lanes, values, THINGS, draws, count);
    print_f64("resample_sum_16", lanes, 8);
    (void)kernels->resample_pairs_16(lanes, values, THINGS, draws, count);
    print_f64("resample_pairs_16", lanes, 16);
    memset(index, 0, sizeof index);
    (void)kernels->resample_index_16(index, THINGS, draws, count);
    print_hash("resample_index_16", index, sizeof index);
#define SPLIT(call)                             \
    for (size_t i = 0; i < 2 * TOGETHER; i++) { \
        state[i] = draws[i];                    \
        increment[i] = draws[i + 1] | 1U;       \
    }                                           \
    memset(lanes, 0, sizeof lanes);             \
    kernels->call
    SPLIT(resample_sum_split(lanes, values, THINGS, state, increment, TOGETHER));
    print_f64("resample_sum_split", lanes, 8 * TOGETHER);
    SPLIT(resample_pairs_split(lanes, values, THINGS, state, increment, TOGETHER));
    print_f64("resample_pairs_split", lanes, 16 * TOGETHER);
    SPLIT(resample_index_split(index, THINGS, state, increment));
    print_hash("resample_index_split", index, sizeof index);
}

/* Two inputs and three have code of their own. */
#define NETWORK(name, type, number)                                                                  \
    do {                                                                                             \
        const size_t points = 200;                                                                   \
        kernels->name##_##type(y_##type, a_##type, points, points, 2, hidden, b_##type, c_##type,    \
                               c_##type + hidden, (number)0.25);                                     \
        kernels->name##_##type(y_##type + points, a_##type, points, points - 3, 3, hidden, b_##type, \
                               c_##type, c_##type + hidden, (number)-0.5);                           \
        print_##type(#name "_" #type, y_##type, 2 * points - 3);                                     \
    } while (0)

static void run_network(const bk_kernels *kernels)
{
    NETWORK(mlp_tanh, f32, float);
    NETWORK(mlp_tanh, f64, double);
    NETWORK(mlp_relu, f32, float);
    NETWORK(mlp_relu, f64, double);
}

/* Steps 1 and 1, 0 and 1, and 2 and 3. */
#define BINARY(name, type)                                                           \
    do {                                                                             \
        const size_t part = count / 3;                                               \
        kernels->name##_##type(y_##type, a_##type, 1, b_##type, 1, part);            \
        kernels->name##_##type(y_##type + part, a_##type, 0, b_##type, 1, part);     \
        kernels->name##_##type(y_##type + 2 * part, a_##type, 2, b_##type, 3, part); \
        print_##type(#name "_" #type, y_##type, 3 * part);                           \
    } while (0)
#define UNARY(name, type)                                  \
    do {                                                   \
        kernels->name##_##type(y_##type, a_##type, count); \
        print_##type(#name "_" #type, y_##type, count);    \
    } while (0)
#define GRADIENT(name, type)                                                  \
    do {                                                                      \
        kernels->name##_gradient_##type(y_##type, a_##type, b_##type, count); \
        print_##type(#name "_gradient_" #type, y_##type, count);              \
    } while (0)

static void run_elementwise(const bk_kernels *kernels)
{
    BINARY(add, f32);
    BINARY(sub, f32);
    BINARY(mul, f32);
    BINARY(div, f32);
    BINARY(max, f32);
    BINARY(add, f64);
    BINARY(sub, f64);
    BINARY(mul, f64);
    BINARY(div, f64);
    BINARY(max, f64);
    BINARY(add, i64);
    BINARY(sub, i64);
    BINARY(mul, i64);
    BINARY(max, i64);
    MAP(neg, f32);
    MAP(neg, f64);
    UNARY(neg, i64);
    MAP(square, f32);
    MAP(square, f64);
    UNARY(square, i64);
    MAP(relu, f32);
    MAP(relu, f64);
    UNARY(relu, i64);
    memcpy(y_f32, b_f32, sizeof y_f32);
    kernels->add_scaled_f32(y_f32, 0.7F, a_f32, count);
    print_f32("add_scaled_f32", y_f32, count);
    memcpy(y_f64, b_f64, sizeof y_f64);
    kernels->add_scaled_f64(y_f64, 0.7, a_f64, count);
    print_f64("add_scaled_f64", y_f64, count);
    kernels->cast_f32_f64(y_f64, wild_f32, count);
    print_f64("cast_f32_f64", y_f64, count);
    kernels->cast_f64_f32(y_f32, a_f64, count);
    print_f32("cast_f64_f32", y_f32, count);
    kernels->cast_i64_f32(y_f32, a_i64, count);
    print_f32("cast_i64_f32", y_f32, count);
    kernels->cast_i64_f64(y_f64, a_i64, count);
    print_f64("cast_i64_f64", y_f64, count);
}

static void run_gradients(const bk_kernels *kernels)
{
    GRADIENT(tanh, f32);
    GRADIENT(tanh, f64);
    GRADIENT(sigmoid, f32);
    GRADIENT(sigmoid, f64);
    GRADIENT(relu, f32);
    GRADIENT(relu, f64);
    GRADIENT(square, f32);
    GRADIENT(square, f64);
    kernels->max_gradient_f32(y_f32, c_f32, a_f32, b_f32, count);
    print_f32("max_gradient_f32", y_f32, count);
    kernels->max_gradient_f64(y_f64, c_f64, a_f64, b_f64, count);
    print_f64("max_gradient_f64", y_f64, count);
}

#define PRODUCTS(type)                                                                                 \
    do {                                                                                               \
        kernels->matmul_##type(y_##type, a_##type, inner, 1, b_##type, columns, rows, inner, columns); \
        print_##type("matmul_" #type, y_##type, rows *columns);                                        \
        kernels->matvec_##type(y_##type, a_##type, columns, b_##type, rows, columns);                  \
        print_##type("matvec_" #type, y_##type, rows);                                                 \
        kernels->sum_columns_##type(y_##type, a_##type, columns, rows, columns);                       \
        print_##type("sum_columns_" #type, y_##type, columns);                                         \
        y_f64[0] = kernels->sum_##type(a_##type, count);                                               \
        y_f64[1] = kernels->sum_##type(a_##type, 17);                                                  \
        print_f64("sum_" #type, y_f64, 2);                                                             \
    } while (0)

static void run_products(const bk_kernels *kernels)
{
    PRODUCTS(f32);
    PRODUCTS(f64);
}

int main(int argc, char **argv)
{
    static const size_t kernel_count = 0
#define BK_KERNEL(result, name, parameters) +1
#include "kernel/kernels.def"
#undef BK_KERNEL
        ;
    const bk_kernels *kernels = NULL;
    for (int isa = 0; argc == 2 && isa < BK_ISA_COUNT; isa++) {
        if (strcmp(argv[1], bk_isa_name((bk_isa)isa)) == 0) {
            kernels = bk_kernels_of((bk_isa)isa);
        }
    }
    if (kernels == NULL) {
        (void)fprintf(stderr, "usage: hash_kernels SET, one that this machine has\n");
        return 3;
    }
    make_arguments();
    run_math(kernels);
    run_random(kernels);
    run_resample(kernels);
    run_network(kernels);
    run_elementwise(kernels);
    run_gradients(kernels);
    run_products(kernels);
    if (printed != kernel_count) {
        (void)fprintf(stderr, "%zu kernels ran, the tables have %zu\n", printed, kernel_count);
        return 1;
    }
    return 0;
}
