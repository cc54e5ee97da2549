/* SPDX-License-Identifier: GPL-3.0-or-later
 * Calibration: one operation, over and over, in so many independent chains that the unit which carries it out
 * never waits, and in so few that their values stay in registers. */
#include "kernel/limit.h"
#include "kernel/loops/loop.h"

/* Vectors as wide as the registers of the set; as many chains as keep a unit busy, latency times pipes, 4 x 2
 * on the cores of today, within 16 registers (32 with AVX-512). */
#if defined(__AVX512F__)
#define BK_BYTES 64
#elif defined(__AVX2__)
#define BK_BYTES 32
#else
#define BK_BYTES 16
#endif
#define BK_CHAINS 12

typedef float floats __attribute__((vector_size(BK_BYTES)));
typedef double doubles __attribute__((vector_size(BK_BYTES)));
typedef uint64_t words __attribute__((vector_size(BK_BYTES)));

/* There is no fused multiply-add of vectors in plain C, but compilers make one of this. */
#define BK_FMA(name, vector, type, fma)                        \
    static inline vector name(vector s)                        \
    {                                                          \
        enum { lanes = BK_BYTES / sizeof(type) };              \
        type value[lanes];                                     \
        memcpy(value, &s, sizeof s);                           \
        _Pragma("omp simd") for (size_t l = 0; l < lanes; l++) \
        {                                                      \
            value[l] = fma(value[l], (type)0.5, (type)1);      \
        }                                                      \
        memcpy(&s, value, sizeof s);                           \
        return s;                                              \
    }
BK_FMA(chain_fma_f32, floats, float, bk_fma_f32)
BK_FMA(chain_fma_f64, doubles, double, bk_fma_f64)

static inline floats chain_divide_f32(floats s) { return 3.0F / s; }
static inline doubles chain_divide_f64(doubles s) { return 3.0 / s; }
/* The exclusive or keeps two products from becoming one by the square of the factor. */
static inline words chain_multiply(words s) { return (s ^ 1U) * UINT64_C(0xda942042e4dd58b5); }

/* Chains by name, because compilers keep no array of vectors in registers. */
#define BK_CHAINED(kernel, vector, type, step)                                                        \
    static size_t kernel(type *work, size_t rounds)                                                   \
    {                                                                                                 \
        vector s[BK_CHAINS];                                                                          \
        memcpy(s, work, sizeof s);                                                                    \
        vector s0 = s[0], s1 = s[1], s2 = s[2], s3 = s[3], s4 = s[4], s5 = s[5];                      \
        vector s6 = s[6], s7 = s[7], s8 = s[8], s9 = s[9], s10 = s[10], s11 = s[11];                  \
        for (size_t round = 0; round < rounds; round++) {                                             \
            s0 = step(s0), s1 = step(s1), s2 = step(s2), s3 = step(s3), s4 = step(s4), s5 = step(s5); \
            s6 = step(s6), s7 = step(s7), s8 = step(s8), s9 = step(s9), s10 = step(s10);              \
            s11 = step(s11);                                                                          \
        }                                                                                             \
        s[0] = s0, s[1] = s1, s[2] = s2, s[3] = s3, s[4] = s4, s[5] = s5;                             \
        s[6] = s6, s[7] = s7, s[8] = s8, s[9] = s9, s[10] = s10, s[11] = s11;                         \
        memcpy(work, s, sizeof s);                                                                    \
        return rounds * (BK_CHAINS * sizeof(vector) / sizeof(type));                                  \
    }

BK_CHAINED(fma_f32, floats, float, chain_fma_f32)
BK_CHAINED(fma_f64, doubles, double, chain_fma_f64)
BK_CHAINED(divide_f32, floats, float, chain_divide_f32)
BK_CHAINED(divide_f64, doubles, double, chain_divide_f64)
BK_CHAINED(multiply_vector, words, uint64_t, chain_multiply)

/* Volatile, so that each is a load of its own and not an eighth of a vector. */
static size_t load_f64(double *work, size_t rounds)
{
    const volatile double *place = work;
    double s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
    for (size_t round = 0; round < rounds; round++) {
        for (size_t at = 0; at < BK_LIMIT_WORK; at += 8) {
            s0 += place[at], s1 += place[at + 1], s2 += place[at + 2], s3 += place[at + 3];
            s4 += place[at + 4], s5 += place[at + 5], s6 += place[at + 6], s7 += place[at + 7];
        }
    }
    const double sum = ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
    work[0] = sum < 1e300 ? 1.0 : sum;
    return rounds * BK_LIMIT_WORK;
}

/* Held in a register, so that neither two products become one by a square nor four a vector. */
#define BK_HELD(word) __asm__("" : "+r"(word))

static size_t multiply_word(uint64_t *work, size_t rounds)
{
    uint64_t s0 = work[0], s1 = work[1], s2 = work[2], s3 = work[3], s4 = work[4], s5 = work[5];
    const uint64_t factor = work[6] | 1U;
    for (size_t round = 0; round < rounds; round++) {
        s0 *= factor, s1 *= factor, s2 *= factor, s3 *= factor, s4 *= factor, s5 *= factor;
        BK_HELD(s0);
        BK_HELD(s1);
        BK_HELD(s2);
        BK_HELD(s3);
        BK_HELD(s4);
        BK_HELD(s5);
    }
    work[0] = s0, work[1] = s1, work[2] = s2, work[3] = s3, work[4] = s4, work[5] = s5;
    return 6 * rounds;
}

extern const bk_limit_kernels BK_KERNEL_NAME(limits);

const bk_limit_kernels BK_KERNEL_NAME(limits) = {
#define BK_LIMIT_KERNEL(name, parameters) .name = name,
#include "kernel/limit.def"
#undef BK_LIMIT_KERNEL
};
