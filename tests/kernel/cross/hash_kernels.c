/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hash_kernels SET: runs every kernel of one instruction set (scalar, avx2, avx512, neon) over fixed
 * arguments of many lengths and prints a line "kernel hash" for each. The lines of all sets, compilers and
 * processors must be equal. The type of a kernel says what runs it, so that a new kernel of a known type is
 * run without a change here. A plain program, for machines without Criterion. Exit code 0; 1 where a kernel
 * has a type that is unknown here; 3 where this machine or build lacks the set.
 */
#include <math.h>

#include "hash.h"
#include "kernel/kernel.h"

/* Above the block lengths of all kernels, and a multiple of none. The first rounds are as long as that, the
 * others have every length up to past the longest block, for the ends of the loops. */
enum { capacity = 1531, long_rounds = 5, rounds = long_rounds + 140 };
static size_t count, rows, columns, inner, hidden, points;

static void set_lengths(size_t round)
{
    const bool is_long = round < long_rounds;
    const size_t length = is_long ? capacity - round : round - long_rounds;
    count = length;
    points = is_long ? 200 + round : length;
    rows = is_long ? 37 : 1 + length % 11;
    columns = is_long ? 41 : length;
    inner = is_long ? 29 : 1 + length % 7;
    hidden = is_long ? 13 : 1 + length % 5;
}

/* The rows of the tables. */
enum {
#define BK_KERNEL(result, name, parameters) row_##name,
#include "kernel/kernels.def"
#undef BK_KERNEL
    row_count
};
static const char *const names[] = {
#define BK_KERNEL(result, name, parameters) #name,
#include "kernel/kernels.def"
#undef BK_KERNEL
};
/* Of each row, gathered over the rounds. */
static uint64_t hashes[row_count];
static bool unknown[row_count];

/* Sign and payload of a NaN are free: all become one. */
static void add_f32(size_t row, float *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = isnan(y[i]) ? NAN : y[i];
    }
    hashes[row] = hash_bytes(hashes[row], y, n * sizeof y[0]);
}

static void add_f64(size_t row, double *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = isnan(y[i]) ? NAN : y[i];
    }
    hashes[row] = hash_bytes(hashes[row], y, n * sizeof y[0]);
}

static void add_i64(size_t row, const int64_t *y, size_t n)
{
    hashes[row] = hash_bytes(hashes[row], y, n * sizeof y[0]);
}

/* ---- Arguments ---- */

/* a, b, c: numbers of moderate size; wild: any bit pattern, and the special ones. */
static float a_f32[capacity], b_f32[capacity], c_f32[capacity], wild_f32[capacity], y_f32[capacity],
    y2_f32[capacity];
static double a_f64[capacity], b_f64[capacity], c_f64[capacity], wild_f64[capacity], y_f64[capacity],
    y2_f64[capacity];
static int64_t a_i64[capacity], b_i64[capacity], c_i64[capacity], wild_i64[capacity], y_i64[capacity];
static uint64_t draws[2 * capacity];

static double moderate(uint64_t *state)
{
    return (double)(int64_t)next_bits(state) * (next_bits(state) % 3 == 0 ? 0x1p-60 : 0x1p-63);
}

static void make_arguments(size_t round)
{
    static const double special[] = {0.0, -0.0,      INFINITY,  -INFINITY, NAN,   1.0,  -1.0,
                                     0.5, 0x1p-1074, 0x1p-1022, 0x1p-149,  88.72, 9.02, -745.13};
    static const int64_t extreme[] = {0, INT64_MIN, INT64_MAX};
    uint64_t state = 1 + round;
    for (size_t i = 0; i < capacity; i++) {
        a_f64[i] = moderate(&state);
        b_f64[i] = i % 7 == 0 ? a_f64[i] : moderate(&state);
        c_f64[i] = moderate(&state);
        a_f32[i] = (float)a_f64[i];
        b_f32[i] = (float)b_f64[i];
        c_f32[i] = (float)c_f64[i];
        a_i64[i] = (int64_t)next_bits(&state);
        b_i64[i] = i % 7 == 0 ? a_i64[i] : (int64_t)next_bits(&state);
        c_i64[i] = i % 3 == 0 ? 0 : a_i64[i];
        wild_i64[i] = i % 5 == 0 ? extreme[i % 3] : (int64_t)next_bits(&state);
        const uint64_t bits = next_bits(&state);
        const uint32_t half = (uint32_t)next_bits(&state);
        memcpy(&wild_f64[i], &bits, sizeof bits);
        memcpy(&wild_f32[i], &half, sizeof half);
    }
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        wild_f64[10 * i] = special[i];
        wild_f32[10 * i] = (float)special[i];
    }
    for (size_t i = 0; i < 2 * capacity; i++) {
        draws[i] = next_bits(&state);
    }
    draws[3] = 0;
    draws[4] = UINT64_MAX;
}

/* ---- What runs the kernels of one type ---- */

typedef float number_f32;
typedef double number_f64;
typedef int64_t number_i64;

static void run_unknown(size_t row, ...) { unknown[row] = true; }

/* Elementwise, one argument: moderate numbers, then wild ones. */
#define UNARY(type)                                                                    \
    typedef void (*kind_unary_##type)(number_##type *, const number_##type *, size_t); \
    static void unary_##type(size_t row, kind_unary_##type f)                          \
    {                                                                                  \
        f(y_##type, a_##type, count);                                                  \
        add_##type(row, y_##type, count);                                              \
        f(y_##type, wild_##type, count);                                               \
        add_##type(row, y_##type, count);                                              \
    }
UNARY(f32)
UNARY(f64)
UNARY(i64)

/* Elementwise with steps: 1 and 1, 0 and 1, 2 and 3; and matrix times vector, whose type is the same. */
#define BINARY(name, type, to)                                                         \
    typedef void (*kind_##name##_##type)(number_##to *, const number_##type *, size_t, \
                                         const number_##type *, size_t, size_t);       \
    static void name##_##type(size_t row, kind_##name##_##type f)                      \
    {                                                                                  \
        const size_t part = count / 3;                                                 \
        if (strncmp(names[row], "matvec", 6) == 0) {                                   \
            f(y_##to, a_##type, columns, b_##type, rows, columns);                     \
            add_##to(row, y_##to, rows);                                               \
            return;                                                                    \
        }                                                                              \
        f(y_##to, a_##type, 1, b_##type, 1, part);                                     \
        f(y_##to + part, a_##type, 0, b_##type, 1, part);                              \
        f(y_##to + 2 * part, a_##type, 2, b_##type, 3, part);                          \
        add_##to(row, y_##to, 3 * part);                                               \
        f(y_##to, wild_##type, 1, b_##type, 1, count);                                 \
        add_##to(row, y_##to, count);                                                  \
        f(y_##to, wild_##type, 1, wild_##type + capacity - count, 1, count);           \
        add_##to(row, y_##to, count);                                                  \
    }
BINARY(binary, f32, f32)
BINARY(binary, f64, f64)
BINARY(binary, i64, i64)
BINARY(compare, f32, i64)
BINARY(compare, f64, i64)

/* Conversions, and draws to values. */
#define CONVERT(from, to, input, source)                                         \
    typedef void (*kind_##from##_to_##to)(number_##to *, const input *, size_t); \
    static void from##_to_##to(size_t row, kind_##from##_to_##to f)              \
    {                                                                            \
        f(y_##to, source, count);                                                \
        add_##to(row, y_##to, count);                                            \
    }
CONVERT(f32, f64, float, wild_f32)
CONVERT(f64, f32, double, wild_f64)
CONVERT(i64, f32, int64_t, a_i64)
CONVERT(i64, f64, int64_t, a_i64)
CONVERT(draws, f32, uint64_t, draws)
CONVERT(draws, f64, uint64_t, draws)

/* Elementwise, two arguments and three; a condition and two; between two limits; a factor. */
#define SEVERAL(type)                                                                                        \
    typedef void (*kind_two_##type)(number_##type *, const number_##type *, const number_##type *, size_t);  \
    static void two_##type(size_t row, kind_two_##type f)                                                    \
    {                                                                                                        \
        f(y_##type, a_##type, b_##type, count);                                                              \
        add_##type(row, y_##type, count);                                                                    \
        f(y_##type, b_##type, wild_##type, count);                                                           \
        add_##type(row, y_##type, count);                                                                    \
    }                                                                                                        \
    typedef void (*kind_three_##type)(number_##type *, const number_##type *, const number_##type *,         \
                                      const number_##type *, size_t);                                        \
    static void three_##type(size_t row, kind_three_##type f)                                                \
    {                                                                                                        \
        f(y_##type, c_##type, a_##type, b_##type, count);                                                    \
        add_##type(row, y_##type, count);                                                                    \
    }                                                                                                        \
    typedef void (*kind_limits_##type)(number_##type *, const number_##type *, number_##type, number_##type, \
                                       size_t);                                                              \
    static void limits_##type(size_t row, kind_limits_##type f)                                              \
    {                                                                                                        \
        f(y_##type, a_##type, b_##type[2] < 0 ? b_##type[2] : -b_##type[2], 1, count);                       \
        add_##type(row, y_##type, count);                                                                    \
        f(y_##type, wild_##type, -1, 1, count);                                                              \
        add_##type(row, y_##type, count);                                                                    \
    }
SEVERAL(f32)
SEVERAL(f64)
SEVERAL(i64)

#define NUMBERS(type)                                                                                     \
    typedef void (*kind_where_##type)(number_##type *, const int64_t *, const number_##type *,            \
                                      const number_##type *, size_t);                                     \
    static void where_##type(size_t row, kind_where_##type f)                                             \
    {                                                                                                     \
        f(y_##type, c_i64, a_##type, wild_##type, count);                                                 \
        add_##type(row, y_##type, count);                                                                 \
    }                                                                                                     \
    typedef void (*kind_two_limits_##type)(number_##type *, const number_##type *, const number_##type *, \
                                           number_##type, number_##type, size_t);                         \
    static void two_limits_##type(size_t row, kind_two_limits_##type f)                                   \
    {                                                                                                     \
        f(y_##type, a_##type, b_##type, (number_##type) - 0.3, (number_##type)0.7, count);                \
        add_##type(row, y_##type, count);                                                                 \
    }                                                                                                     \
    typedef void (*kind_scaled_##type)(number_##type *, number_##type, const number_##type *, size_t);    \
    static void scaled_##type(size_t row, kind_scaled_##type f)                                           \
    {                                                                                                     \
        memcpy(y_##type, b_##type, sizeof y_##type);                                                      \
        f(y_##type, (number_##type)0.7, a_##type, count);                                                 \
        add_##type(row, y_##type, count);                                                                 \
    }                                                                                                     \
    /* Sine and cosine of turns, of moderate size. */                                                     \
    typedef void (*kind_pair_##type)(number_##type *, number_##type *, const number_##type *, size_t);    \
    static void pair_##type(size_t row, kind_pair_##type f)                                               \
    {                                                                                                     \
        f(y_##type, y2_##type, a_##type, count);                                                          \
        add_##type(row, y_##type, count);                                                                 \
        add_##type(row, y2_##type, count);                                                                \
    }
NUMBERS(f32)
NUMBERS(f64)

/* Of a whole array to one number of type OUT. */
#define REDUCE(name, type, out)                                                  \
    typedef number_##out (*kind_##name##_##type)(const number_##type *, size_t); \
    static void name##_##type(size_t row, kind_##name##_##type f)                \
    {                                                                            \
        for (size_t part = 1; part <= 3 && count >= 3; part += 2) {              \
            number_##out value = f(a_##type, count / part);                      \
            add_##out(row, &value, 1);                                           \
            value = f(wild_##type, count / part);                                \
            add_##out(row, &value, 1);                                           \
        }                                                                        \
    }
REDUCE(reduce, f32, f32)
REDUCE(reduce_wide, f32, f64)
REDUCE(reduce, f64, f64)
REDUCE(reduce, i64, i64)

/* Sums of columns, matrix products, the network. Two inputs and three have code of their own. */
#define MATRICES(type)                                                                                       \
    typedef void (*kind_columns_##type)(number_##type *, const number_##type *, size_t, size_t, size_t);     \
    static void columns_##type(size_t row, kind_columns_##type f)                                            \
    {                                                                                                        \
        f(y_##type, a_##type, columns, rows, columns);                                                       \
        add_##type(row, y_##type, columns);                                                                  \
    }                                                                                                        \
    typedef void (*kind_product_##type)(number_##type *, const number_##type *, size_t, size_t,              \
                                        const number_##type *, size_t, size_t, size_t, size_t);              \
    static void product_##type(size_t row, kind_product_##type f)                                            \
    {                                                                                                        \
        f(y_##type, a_##type, inner, 1, b_##type, columns, rows, inner, columns);                            \
        add_##type(row, y_##type, rows *columns);                                                            \
    }                                                                                                        \
    typedef void (*kind_network_##type)(number_##type *, const number_##type *, size_t, size_t, size_t,      \
                                        size_t, const number_##type *, const number_##type *,                \
                                        const number_##type *, number_##type);                               \
    static void network_##type(size_t row, kind_network_##type f)                                            \
    {                                                                                                        \
        f(y_##type, a_##type, points, points, 2, hidden, b_##type, c_##type, c_##type + hidden,              \
          (number_##type)0.25);                                                                              \
        add_##type(row, y_##type, points);                                                                   \
        f(y_##type, a_##type, points, points - points / 3, 3, hidden, b_##type, c_##type, c_##type + hidden, \
          (number_##type) - 0.5);                                                                            \
        add_##type(row, y_##type, points - points / 3);                                                      \
    }                                                                                                        \
    typedef void (*kind_layer_##type)(number_##type *, size_t, const number_##type *, size_t, size_t,        \
                                      size_t, size_t, const number_##type *, const number_##type *);         \
    static void layer_##type(size_t row, kind_layer_##type f)                                                \
    {                                                                                                        \
        const size_t units = 5;                                                                              \
        for (size_t inputs = 1; inputs <= 3; inputs++) {                                                     \
            const size_t part = points / inputs;                                                             \
            f(y_##type, part, a_##type, points, part, inputs, units, b_##type, c_##type);                    \
            add_##type(row, y_##type, units *part);                                                          \
        }                                                                                                    \
    }
MATRICES(f32)
MATRICES(f64)

/* Training: a block of 32 units, and the steps of the optimisers. */
#define TRAINING(type)                                                                                      \
    typedef void (*kind_forward_##type)(number_##type *, number_##type *, const number_##type *, size_t,    \
                                        size_t, size_t, size_t, const number_##type *);                     \
    static void forward_##type(size_t row, kind_forward_##type f)                                           \
    {                                                                                                       \
        const size_t batch = points < 40 ? points : 40, width = 32;                                         \
        for (size_t inputs = 1; inputs <= 3; inputs++) {                                                    \
            f(y_##type, y2_##type, a_##type, points, batch, inputs, width, b_##type);                       \
            add_##type(row, y_##type, batch *width);                                                        \
            add_##type(row, y2_##type, batch);                                                              \
        }                                                                                                   \
    }                                                                                                       \
    typedef void (*kind_backward_##type)(number_##type *, const number_##type *, const number_##type *,     \
                                         const number_##type *, size_t, size_t, size_t, size_t,             \
                                         const number_##type *);                                            \
    static void backward_##type(size_t row, kind_backward_##type f)                                         \
    {                                                                                                       \
        const size_t batch = points < 40 ? points : 40, width = 32;                                         \
        for (size_t inputs = 1; inputs <= 3; inputs++) {                                                    \
            f(y_##type, c_##type, c_##type + 7, a_##type, points, batch, inputs, width, b_##type);          \
            add_##type(row, y_##type, (inputs + 2) * width);                                                \
        }                                                                                                   \
    }                                                                                                       \
    typedef void (*kind_descent_##type)(number_##type *, const number_##type *, size_t, number_##type,      \
                                        number_##type);                                                     \
    static void descent_##type(size_t row, kind_descent_##type f)                                           \
    {                                                                                                       \
        memcpy(y_##type, b_##type, sizeof y_##type);                                                        \
        f(y_##type, a_##type, count, (number_##type)0.1, 0);                                                \
        f(y_##type, c_##type, count, (number_##type)0.1, (number_##type)0.03);                              \
        add_##type(row, y_##type, count);                                                                   \
    }                                                                                                       \
    typedef void (*kind_momentum_##type)(number_##type *, const number_##type *, number_##type *, size_t,   \
                                         number_##type, number_##type, number_##type, int, int);            \
    static void momentum_##type(size_t row, kind_momentum_##type f)                                         \
    {                                                                                                       \
        memcpy(y_##type, b_##type, sizeof y_##type);                                                        \
        for (int step = 0; step < 4; step++) {                                                              \
            f(y_##type, a_##type, y2_##type, count, (number_##type)0.1, (number_##type)(0.03 * (step % 2)), \
              (number_##type)0.9, step / 2, step == 0);                                                     \
        }                                                                                                   \
        add_##type(row, y_##type, count);                                                                   \
        add_##type(row, y2_##type, count);                                                                  \
    }                                                                                                       \
    typedef void (*kind_adam_##type)(                                                                       \
        number_##type *, const number_##type *, number_##type *, number_##type *, size_t, number_##type,    \
        number_##type, const number_##type *, const number_##type *, number_##type, number_##type);         \
    static void adam_##type(size_t row, kind_adam_##type f)                                                 \
    {                                                                                                       \
        static number_##type second[capacity];                                                              \
        const number_##type beta[] = {(number_##type)0.9, (number_##type)0.999};                            \
        const number_##type rest[] = {(number_##type)0.1, (number_##type)0.001};                            \
        memcpy(y_##type, b_##type, sizeof y_##type);                                                        \
        memset(y2_##type, 0, sizeof y2_##type);                                                             \
        memset(second, 0, sizeof second);                                                                   \
        for (int step = 0; step < 3; step++) {                                                              \
            f(y_##type, a_##type, y2_##type, second, count, (number_##type)0.01,                            \
              (number_##type)(0.03 * (step % 2)), beta, rest, (number_##type)0.7, (number_##type)1e-8);     \
        }                                                                                                   \
        add_##type(row, y_##type, count);                                                                   \
        add_##type(row, y2_##type, count);                                                                  \
        add_##type(row, second, count);                                                                     \
    }
TRAINING(f32)
TRAINING(f64)

/* Raw draws and whole numbers. */
typedef void (*kind_fill)(uint64_t *, uint64_t *, const uint64_t *, size_t);
static void fill(size_t row, kind_fill f)
{
    static uint64_t raw[capacity];
    const uint64_t increment[2] = {draws[0], draws[1] | 1U};
    uint64_t state[2] = {draws[2], draws[5]};
    f(raw, state, increment, count);
    hashes[row] = hash_bytes(hashes[row], raw, count * sizeof raw[0]);
    hashes[row] = hash_bytes(hashes[row], state, sizeof state);
}

typedef void (*kind_integers_u32)(uint32_t *, const uint64_t *, size_t, uint64_t);
static void integers_u32(size_t row, kind_integers_u32 f)
{
    static uint32_t integers[capacity];
    f(integers, draws, count, 1000003);
    hashes[row] = hash_bytes(hashes[row], integers, count * sizeof integers[0]);
}

typedef void (*kind_integers_u64)(uint64_t *, const uint64_t *, size_t, uint64_t);
static void integers_u64(size_t row, kind_integers_u64 f)
{
    static uint64_t integers[capacity];
    f(integers, draws, count, UINT64_C(12345678901234567));
    hashes[row] = hash_bytes(hashes[row], integers, count * sizeof integers[0]);
}

/* Resampling: sums over count things and pairs of them, in quarters of draws or split. */
typedef size_t (*kind_resample_16)(double *, const double *, size_t, const uint64_t *, size_t);
static void resample_16(size_t row, kind_resample_16 f)
{
    static double things[2 * (capacity + 1)];
    double lanes[16] = {0};
    const size_t n = count / 2 + 1;
    memcpy(things, a_f64, count * sizeof things[0]);
    memset(things + n, 0, (n + 2) * sizeof things[0]);         /* behind the things there is nothing, ... */
    memcpy(things + n + 1, b_f64, (n - 1) * sizeof things[0]); /* ... in single file and in pairs */
    const uint64_t none = f(lanes, things, n, draws, 2 * count);
    hashes[row] = hash_bytes(hashes[row], &none, sizeof none);
    add_f64(row, lanes, 16);
}

typedef size_t (*kind_resample_index_16)(uint32_t *, size_t, const uint64_t *, size_t);
static void resample_index_16(size_t row, kind_resample_index_16 f)
{
    static uint32_t index[2 * capacity];
    const size_t found = 2 * count - f(index, count + 1, draws, 2 * count);
    hashes[row] = hash_bytes(hashes[row], index, found * sizeof index[0]);
}

enum { resamples = 5 };
static uint64_t resample_state[2 * resamples], resample_increment[2 * resamples];
static void start_resamples(void)
{
    for (size_t i = 0; i < 2 * resamples; i++) {
        resample_state[i] = draws[i];
        resample_increment[i] = draws[i + 1] | 1U;
    }
}

typedef void (*kind_resample_split)(double *, const double *, size_t, uint64_t *, const uint64_t *, size_t);
static void resample_split(size_t row, kind_resample_split f)
{
    double lanes[16 * resamples] = {0};
    start_resamples();
    f(lanes, a_f64, count < 2 ? 1 : count / 2, resample_state, resample_increment, resamples);
    add_f64(row, lanes, 16 * resamples);
}

typedef void (*kind_resample_index_split)(uint32_t *, size_t, uint64_t *, const uint64_t *);
static void resample_index_split(size_t row, kind_resample_index_split f)
{
    static uint32_t index[capacity + 1];
    start_resamples();
    f(index, count + 1, resample_state, resample_increment);
    hashes[row] = hash_bytes(hashes[row], index, (count + 1) * sizeof index[0]);
}

/* What runs a kernel of this type. */
#define BOTH(name)  kind_##name##_f32 : name##_f32, kind_##name##_f64 : name##_f64
#define THREE(name) BOTH(name), kind_##name##_i64 : name##_i64
#define RUNNER(kernel)                                                                                      \
    _Generic((kernel), THREE(unary), THREE(binary), BOTH(compare), THREE(two), THREE(three), THREE(limits), \
             THREE(reduce), BOTH(where), BOTH(two_limits), BOTH(scaled), BOTH(pair), BOTH(columns),         \
             BOTH(product), BOTH(network), BOTH(layer), BOTH(forward), BOTH(backward), BOTH(descent),       \
             BOTH(momentum), BOTH(adam), kind_reduce_wide_f32                                               \
             : reduce_wide_f32, kind_f32_to_f64                                                             \
             : f32_to_f64, kind_f64_to_f32                                                                  \
             : f64_to_f32, kind_i64_to_f32                                                                  \
             : i64_to_f32, kind_i64_to_f64                                                                  \
             : i64_to_f64, kind_draws_to_f32                                                                \
             : draws_to_f32, kind_draws_to_f64                                                              \
             : draws_to_f64, kind_fill                                                                      \
             : fill, kind_integers_u32                                                                      \
             : integers_u32, kind_integers_u64                                                              \
             : integers_u64, kind_resample_16                                                               \
             : resample_16, kind_resample_index_16                                                          \
             : resample_index_16, kind_resample_split                                                       \
             : resample_split, kind_resample_index_split                                                    \
             : resample_index_split, default                                                                \
             : run_unknown)

static void run_round(const bk_kernels *kernels, size_t round)
{
    set_lengths(round);
    if (round <= long_rounds) {
        make_arguments(round);
    }
#define BK_KERNEL(result, name, parameters) RUNNER(kernels->name)(row_##name, kernels->name);
#include "kernel/kernels.def"
#undef BK_KERNEL
}

int main(int argc, char **argv)
{
    const bk_isa isa = wanted_set(argc, argv);
    if (isa == BK_ISA_COUNT) {
        return 3;
    }
    for (size_t row = 0; row < row_count; row++) {
        hashes[row] = hash_start;
    }
    for (size_t round = 0; round < rounds; round++) {
        run_round(bk_kernels_of(isa), round);
    }
    int code = 0;
    for (size_t row = 0; row < row_count; row++) {
        if (unknown[row]) {
            (void)fprintf(stderr, "hash_kernels.c runs no kernels of the type of %s\n", names[row]);
            code = 1;
        }
        printf("%-22s %016llx\n", names[row], (unsigned long long)hashes[row]);
    }
    return code;
}
