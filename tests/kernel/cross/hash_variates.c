/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hash_variates SET: runs every transform of the table of random numbers, with parameters from all over its
 * domain, on the kernels of one instruction set, and prints a line "transform hash" for each and one for raw
 * draws. The lines of all sets, compilers and processors must be equal. Exit code 0; 1 where a transform of
 * the table is not run here or fails; 3 where this machine or build lacks the set.
 */
#include "hash.h"

#include "brisk/rng.h"

/* Short fills for the ends of the loops, and around the blocks in which fills draw. */
enum { capacity = 1531 };
static const size_t lengths[] = {0,  1,  2,  3,  4,  5,  6,  7,   8,   9,   11,  13,  15,  16,   17,
                                 19, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 257, 511, 1024, capacity};

static bk_stream stream;
static uint64_t hash;
static bool failed;

static double f64[4 * capacity];
static float f32[capacity];
static uint64_t u64[capacity];
static uint32_t u32[capacity];
static uint8_t u8[capacity];

/* What was drawn, and where in the stream that ended. */
static void add(const void *values, size_t size)
{
    hash = hash_bytes(hash, values, size);
    hash = hash_bytes(hash, &stream, sizeof stream);
}

/* A call that fills values with count numbers, for every count. */
#define FILL(values, call)                                                \
    do {                                                                  \
        for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) { \
            const size_t count = lengths[l];                              \
            call;                                                         \
            add(values, count * sizeof values[0]);                        \
        }                                                                 \
    } while (0)
/* One that returns a status, for every parameter p. */
#define FILL_EACH(values, call, ...)                                            \
    do {                                                                        \
        const double parameters[] = {__VA_ARGS__};                              \
        for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) { \
            const double p = parameters[i];                                     \
            FILL(values, failed = (call) != BK_OK || failed);                   \
        }                                                                       \
    } while (0)

static void run_raw(void)
{
    const uint64_t distances[] = {0, 1, 1000, UINT64_C(1) << 63, UINT64_MAX};
    FILL(u64, bk_stream_fill(&stream, u64, count));
    for (size_t i = 0; i < sizeof distances / sizeof distances[0]; i++) {
        bk_stream_advance(&stream, distances[i]);
        u64[0] = bk_stream_next(&stream);
        bk_stream_retreat(&stream, distances[i] / 3);
        u64[1] = bk_stream_next(&stream);
        add(u64, 2 * sizeof u64[0]);
    }
}

/* ---- Uniform, normal, exponential ---- */

static void run_uniform_f64(void)
{
    FILL(f64, bk_fill_uniform_f64(&stream, f64, count));
    FILL(f64, f64[0] = bk_next_uniform_f64(&stream));
}

static void run_uniform_f32(void)
{
    FILL(f32, bk_fill_uniform_f32(&stream, f32, count));
    FILL(f32, f32[0] = bk_next_uniform_f32(&stream));
}

static void run_uniform_range_f64(void)
{
    FILL_EACH(f64, bk_fill_uniform_range_f64(&stream, f64, count, -p, 3.0 * p), 1e-310, 0.1, 7.0, 1e300);
}

static void run_uniform_range_f32(void)
{
    FILL_EACH(f32, bk_fill_uniform_range_f32(&stream, f32, count, -(float)p, 3.0F * (float)p), 1e-40, 0.1,
              7.0, 1e37);
}

static void run_normal_f32(void)
{
    FILL(f32, bk_fill_normal_f32(&stream, f32, count));
    FILL(f32, f32[0] = bk_next_normal_f32(&stream));
}

static void run_normal_f64(void)
{
    FILL(f64, bk_fill_normal_f64(&stream, f64, count));
    FILL(f64, f64[0] = bk_next_normal_f64(&stream));
}

static void run_normal_scaled_f32(void)
{
    FILL_EACH(f32, bk_fill_normal_scaled_f32(&stream, f32, count, -0.3F, (float)p), 0.0, 1e-40, 0.7, 1e37);
}

static void run_normal_scaled_f64(void)
{
    FILL_EACH(f64, bk_fill_normal_scaled_f64(&stream, f64, count, -0.3, p), 0.0, 1e-310, 0.7, 1e300);
}

static void run_exponential_f64(void)
{
    FILL_EACH(f64, bk_fill_exponential_f64(&stream, f64, count, p), 1e-300, 0.3, 1.0, 7.0, 1e300);
    FILL(f64, f64[0] = bk_next_exponential_f64(&stream));
}

static void run_exponential_f32(void)
{
    FILL_EACH(f32, bk_fill_exponential_f32(&stream, f32, count, p), 1e-36, 0.3, 1.0, 7.0, 1e36);
    FILL(f32, f32[0] = bk_next_exponential_f32(&stream));
}

/* ---- Whole numbers ---- */

static void run_integer_u32(void)
{
    FILL_EACH(u32, bk_fill_integer_u32(&stream, u32, count, (uint64_t)p), 1, 2, 1000003, 0x1p31, 0x1p32);
}

static void run_integer_u64(void)
{
    FILL_EACH(u64, bk_fill_integer_u64(&stream, u64, count, (uint64_t)p), 1, 2, 1000003, 0x1p32, 0x1p63,
              1.2e19);
}

static void run_integer_exact_u64(void)
{
    FILL_EACH(u64, bk_fill_integer_exact_u64(&stream, u64, count, (uint64_t)p), 1, 2, 1000003, 0x1p63,
              1.2e19);
}

static void run_categorical(void)
{
    static const double weights[] = {0.1, 0.0, 3.0, 1e-9, 0.7, 0.7, 12.0, 0.3, 0.01, 1e-300, 5.5};
    for (size_t categories = 1; categories <= sizeof weights / sizeof weights[0]; categories++) {
        bk_categorical *categorical = bk_categorical_create(weights, categories);
        failed = failed || categorical == NULL;
        if (categorical != NULL) {
            FILL(u32, bk_fill_categorical(&stream, categorical, u32, count));
        }
        bk_categorical_destroy(categorical);
    }
}

static void run_bernoulli(void)
{
    FILL_EACH(u8, bk_fill_bernoulli(&stream, u8, count, p), 0.0, 1e-300, 0.1, 0.5, 0.9999, 1.0);
}

static void run_binomial_inversion(void)
{
    FILL_EACH(u64, bk_fill_binomial(&stream, u64, count, 100, p), 0.0, 1e-300, 0.03, 0.099, 0.97, 1.0);
    FILL_EACH(u64, bk_fill_binomial(&stream, u64, count, UINT64_C(1) << 53, p), 1e-300, 1e-16, 1e-15);
}

static void run_binomial_btrs(void)
{
    FILL_EACH(u64, bk_fill_binomial(&stream, u64, count, 100, p), 0.1, 0.3, 0.5, 0.7, 0.9);
    FILL_EACH(u64, bk_fill_binomial(&stream, u64, count, UINT64_C(1) << 53, p), 1e-14, 1e-9, 0.01, 0.5,
              0.999);
}

static void run_poisson_inversion(void)
{
    FILL_EACH(u64, bk_fill_poisson(&stream, u64, count, p), 0.0, 1e-300, 0.1, 1.0, 3.7, 9.999);
}

static void run_poisson_ptrs(void)
{
    FILL_EACH(u64, bk_fill_poisson(&stream, u64, count, p), 10.0, 11.3, 100.0, 1e6, 0x1p50);
}

/* ---- Gamma and what is made of it ---- */

static void run_gamma(void)
{
    FILL_EACH(f64, bk_fill_gamma(&stream, f64, count, p, 0.3), 1e-300, 0.001, 0.3, 0.999, 1.0, 2.5, 1e3,
              1e15);
    FILL_EACH(f64, bk_fill_gamma(&stream, f64, count, 0.8, p), 1e-280, 1.0, 1e280);
}

static void run_beta(void)
{
    FILL_EACH(f64, bk_fill_beta(&stream, f64, count, p, 0.4), 1e-300, 0.001, 0.3, 1.0, 2.5, 1e3, 1e15);
    FILL_EACH(f64, bk_fill_beta(&stream, f64, count, 2.0, p), 1e-300, 0.001, 0.3, 1.0, 2.5, 1e3, 1e15);
}

static void run_student_t(void)
{
    FILL_EACH(f64, bk_fill_student_t(&stream, f64, count, p), 0.25, 1.0, 2.0, 3.3, 100.0, 1e15);
}

/* ---- Vectors, orders and samples ---- */

static void run_multivariate_normal(void)
{
    static const double mean[] = {1.0, -2.0, 0.25};
    static const double covariance[] = {2.0, 0.3, -0.4, 0.3, 1.0, 0.1, -0.4, 0.1, 0.7};
    bk_multivariate_normal *distribution = bk_multivariate_normal_create(mean, covariance, 3);
    failed = failed || distribution == NULL;
    if (distribution != NULL) {
        FILL(f64, bk_fill_multivariate_normal(&stream, distribution, f64, count));
        bk_fill_multivariate_normal(&stream, distribution, f64, capacity);
        add(f64, 3 * capacity * sizeof f64[0]);
    }
    bk_multivariate_normal_destroy(distribution);
}

static void run_shuffle(void)
{
    for (uint32_t i = 0; i < capacity; i++) {
        u32[i] = i;
    }
    FILL(u32, failed = bk_shuffle(&stream, u32, count, sizeof u32[0]) != BK_OK || failed);
}

static void run_sample(void)
{
    FILL_EACH(u64, bk_sample_without_replacement(&stream, u64, count, (uint64_t)p), capacity, 1e6, 0x1p63);
    FILL_EACH(u64, bk_sample_with_replacement(&stream, u64, count, (uint64_t)p), 1, capacity, 0x1p63);
}

static const struct {
    const char *name;
    void (*run)(void);
} runs[] = {
    {"raw", run_raw},
    {"uniform-f64-v1", run_uniform_f64},
    {"uniform-f32-v1", run_uniform_f32},
    {"uniform-range-f64-v1", run_uniform_range_f64},
    {"uniform-range-f32-v1", run_uniform_range_f32},
    {"normal-box-muller-f32-v1", run_normal_f32},
    {"normal-box-muller-f64-v1", run_normal_f64},
    {"normal-scaled-f32-v1", run_normal_scaled_f32},
    {"normal-scaled-f64-v1", run_normal_scaled_f64},
    {"exponential-inversion-f64-v1", run_exponential_f64},
    {"exponential-inversion-f32-v1", run_exponential_f32},
    {"integer-multiply-high-32-v1", run_integer_u32},
    {"integer-multiply-high-64-v1", run_integer_u64},
    {"integer-lemire-64-v1", run_integer_exact_u64},
    {"categorical-alias-v1", run_categorical},
    {"bernoulli-v1", run_bernoulli},
    {"binomial-inversion-v1", run_binomial_inversion},
    {"binomial-btrs-v1", run_binomial_btrs},
    {"poisson-inversion-v1", run_poisson_inversion},
    {"poisson-ptrs-v1", run_poisson_ptrs},
    {"gamma-marsaglia-tsang-f64-v1", run_gamma},
    {"beta-gamma-f64-v1", run_beta},
    {"student-t-f64-v1", run_student_t},
    {"multivariate-normal-cholesky-f64-v1", run_multivariate_normal},
    {"shuffle-fisher-yates-v1", run_shuffle},
    {"sample-floyd-v1", run_sample},
};

/* Runs what stands under this name; false where nothing does or a call failed. */
static bool run(const char *name)
{
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        if (strcmp(runs[i].name, name) == 0) {
            stream = bk_stream_open(1, BK_PURPOSE_USER, i);
            hash = hash_start;
            failed = false;
            runs[i].run();
            printf("%-35s %016llx\n", name, (unsigned long long)hash);
            if (failed) {
                (void)fprintf(stderr, "%s: %s\n", name, bk_error_message());
            }
            return !failed;
        }
    }
    (void)fprintf(stderr, "%s is in the table of transforms and not in hash_variates.c\n", name);
    return false;
}

int main(int argc, char **argv)
{
    const bk_isa isa = wanted_set(argc, argv);
    if (isa == BK_ISA_COUNT || bk_kernel_use(isa) != BK_OK) {
        return 3;
    }
    bool all = run("raw");
    for (size_t row = 0; row < bk_transform_count(); row++) {
        /* Resampling is whole kernels, which hash_kernels runs. */
        const char *name = bk_transform_row(row)->name;
        all = (strncmp(name, "resample-", 9) == 0 || run(name)) && all;
    }
    return all ? 0 : 1;
}
