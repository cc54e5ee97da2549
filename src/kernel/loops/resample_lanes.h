/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kernel/loops/resample_lanes.h: resamples side by side. A word of 64 bits belongs to one resample; a vector
 * holds the words of as many resamples as fit, and no operation lets one see another: what a resample draws
 * does not depend on how many are drawn together, nor on the instruction set. Shifts by lane, saturating
 * differences, shuffles of bytes and their sums are single instructions that no compiler makes of a loop; the
 * plain twin of each, for eight bytes in one word, is the reference of the tests, and what other processors
 * run. The baseline of x86-64 has no shuffle of bytes: there masks come by doublings.
 */
#ifndef BRISK_KERNEL_LOOPS_RESAMPLE_LANES_H
#define BRISK_KERNEL_LOOPS_RESAMPLE_LANES_H

#include "kernel/loops/loop.h"

#include <stdbool.h>

/* Resamples in a vector, or one in a plain word. A test sets the number itself. */
#ifndef BK_WORDS
#if defined(__AVX512BW__)
#define BK_WORDS 8
#elif defined(__AVX2__)
#define BK_WORDS 4
#elif defined(__SSE2__) || (defined(__aarch64__) && !defined(__AARCH64EB__))
#define BK_WORDS 2
#else
#define BK_WORDS 1
#endif
#endif

#define BK_EACH_BYTE UINT64_C(0x0101010101010101)

#if BK_WORDS > 1
#include "kernel/loops/multiply_halves.h"
typedef bk_words words;
typedef int64_t signed_words __attribute__((vector_size(8 * BK_WORDS)));
typedef double reals __attribute__((vector_size(8 * BK_WORDS)));
#if BK_WORDS == 8
typedef __m512i raw;
#define BK_OF_WIDTH(name) _mm512_##name
#elif BK_WORDS == 4
typedef __m256i raw;
#define BK_OF_WIDTH(name) _mm256_##name
#elif defined(__SSE2__)
#include <immintrin.h>
typedef __m128i raw;
#define BK_OF_WIDTH(name) _mm_##name
#elif defined(__aarch64__)
#include <arm_neon.h>
#define BK_NEON 1
#endif

static inline words all_of(uint64_t word) { return (words){0} + word; }
static inline reals reals_of(words bits) { return (reals)bits; }
/* All ones where a < b, both below 2^63. */
static inline words below(words a, words b) { return (words)((signed_words)a < (signed_words)b); }

static inline bool any(words a)
{
#if BK_WORDS == 8
    return _mm512_test_epi64_mask((raw)a, (raw)a) != 0;
#elif BK_WORDS == 4
    return !_mm256_testz_si256((raw)a, (raw)a);
#else
    return (a[0] | a[1]) != 0;
#endif
}
#else
typedef uint64_t words;
typedef double reals;

static inline words all_of(uint64_t word) { return word; }
static inline words below(words a, words b) { return a < b ? ~UINT64_C(0) : 0; }
static inline bool any(words a) { return a != 0; }
static inline reals reals_of(words bits)
{
    reals made;
    memcpy(&made, &bits, sizeof made);
    return made;
}
#endif

#if BK_WORDS == 4
/* The upper half of each word, as its lower half. */
static inline words upper_halves(words x) { return (words)_mm256_shuffle_epi32((raw)x, 0xf5); }
#endif

static inline words select_words(words mask, words yes, words no) { return (mask & yes) | (~mask & no); }

/* Of numbers below 2^63. */
static inline words smaller(words a, words b) { return select_words(below(a, b), a, b); }

/* ---- Bits of a word --------------------------------------------------------------------------------------
 */

#if BK_WORDS == 1
/* The lowest count bits, all from 64 on. */
static inline words low_bits(words count) { return count < 64 ? (UINT64_C(1) << count) - 1 : ~UINT64_C(0); }
/* count - 64, at least 0; count below 2^16. */
static inline words less_64(words count) { return count < 64 ? 0 : count - 64; }
/* The sum of the bytes. */
static inline words sum_of_bytes(words x)
{
    const uint64_t every_other = UINT64_C(0x00ff00ff00ff00ff);
    return (((x & every_other) + ((x >> 8) & every_other)) * UINT64_C(0x0001000100010001)) >> 48;
}
#elif defined(BK_NEON)
static inline words low_bits(words count)
{
    const uint16x8_t shift = vminq_u16((uint16x8_t)count, (uint16x8_t)all_of(64));
    return (words)vshlq_u64((uint64x2_t)all_of(1), (int64x2_t)shift) - 1;
}
static inline words less_64(words count)
{
    return (words)vqsubq_u16((uint16x8_t)count, (uint16x8_t)all_of(64));
}
static inline words sum_of_bytes(words x)
{
    return (words)vpaddlq_u32(vpaddlq_u16(vpaddlq_u8((uint8x16_t)x)));
}
#else
static inline words low_bits(words count)
{
#if BK_WORDS > 2
    return (words)BK_OF_WIDTH(sllv_epi64)((raw)all_of(1), (raw)count) - 1;
#else
    /* One shift for both lanes is all there is. */
    const raw one = (raw)all_of(1);
    const words low = (words)_mm_sll_epi64(one, (raw)count);
    const words high = (words)_mm_sll_epi64(one, _mm_unpackhi_epi64((raw)count, (raw)count));
    return (words){low[0], high[1]} - 1;
#endif
}
static inline words less_64(words count)
{
    return (words)BK_OF_WIDTH(subs_epu16)((raw)count, (raw)all_of(64));
}
static inline words sum_of_bytes(words x) { return (words)BK_OF_WIDTH(sad_epu8)((raw)x, (raw)all_of(0)); }
#endif

/* ---- Bytes of a word -------------------------------------------------------------------------------------
 */

/* From bytes of 0 and 1 to bytes of 0 and 255. */
static inline words full_bytes(words bit) { return (bit << 8) - bit; }

/* ---- The ones in each byte
 * --------------------------------------------------------------------------------- */

#if BK_WORDS > 2
/* For each byte i, at most 15, entry i of sixteen. */
static inline words look_up(uint64_t first_eight, uint64_t last_eight, words index)
{
    const __m128i table = _mm_set_epi64x((long long)last_eight, (long long)first_eight);
#if BK_WORDS == 8
    return (words)_mm512_shuffle_epi8(_mm512_broadcast_i64x2(table), (raw)index);
#else
    return (words)_mm256_shuffle_epi8(_mm256_broadcastsi128_si256(table), (raw)index);
#endif
}

static inline words count_nibbles(words x)
{
    return look_up(UINT64_C(0x0302020102010100), UINT64_C(0x0403030203020201), x);
}
static inline words count_bytes(words x)
{
    const words low = all_of(15 * BK_EACH_BYTE);
    return count_nibbles(x & low) + count_nibbles((x >> 4) & low);
}
#elif defined(BK_NEON)
static inline words look_up(uint64_t first_eight, uint64_t last_eight, words index)
{
    const words table = {first_eight, last_eight};
    return (words)vqtbl1q_u8((uint8x16_t)table, (uint8x16_t)index);
}
static inline words count_bytes(words x) { return (words)vcntq_u8((uint8x16_t)x); }
static inline words count_nibbles(words x) { return count_bytes(x); }
#else
/* In each nibble. */
static inline words count_each_nibble(words x)
{
    x -= (x >> 1) & all_of(0x55 * BK_EACH_BYTE);
    return (x & all_of(0x33 * BK_EACH_BYTE)) + ((x >> 2) & all_of(0x33 * BK_EACH_BYTE));
}
static inline words count_bytes(words x)
{
    const words half = count_each_nibble(x);
    return (half + (half >> 4)) & all_of(0x0f * BK_EACH_BYTE);
}
static inline words count_nibbles(words x) { return count_each_nibble(x); }
#endif

/* ---- Masks
 * ------------------------------------------------------------------------------------------------- */

#if BK_WORDS > 1
static inline words smaller_bytes(words x, uint8_t most)
{
#if defined(BK_NEON)
    return (words)vminq_u8((uint8x16_t)x, (uint8x16_t)all_of(most * BK_EACH_BYTE));
#else
    return (words)BK_OF_WIDTH(min_epu8)((raw)x, (raw)all_of(most * BK_EACH_BYTE));
#endif
}
static inline words less_bytes(words x, uint8_t less)
{
#if defined(BK_NEON)
    return (words)vqsubq_u8((uint8x16_t)x, (uint8x16_t)all_of(less * BK_EACH_BYTE));
#else
    return (words)BK_OF_WIDTH(subs_epu8)((raw)x, (raw)all_of(less * BK_EACH_BYTE));
#endif
}
#if BK_WORDS > 2 || defined(BK_NEON)
/* The lowest x bits of each byte, all eight from 8 on; x at most 15. */
static inline words ones_of(words x) { return look_up(UINT64_C(0x7f3f1f0f07030100), ~UINT64_C(0), x); }
/* The lowest x - 8 bits, none up to 8; x at most 12. */
static inline words ones_over(words x) { return look_up(0, UINT64_C(0x0f0f0f0f07030100), x); }
#else
/* All ones in the bytes whose bit `place` is one: moved to the top, it is the sign. */
static inline words where_bit(words x, int place)
{
    return (words)_mm_cmpgt_epi8(_mm_setzero_si128(), _mm_slli_epi64((raw)x, 7 - place));
}
/* The lowest x mod 8 bits: by the bits of x from low to high, each moving what there is and filling up. */
static inline words ones_of_octal(words x)
{
    const words by_1 = x & all_of(BK_EACH_BYTE);
    const words by_2 = by_1 | (((by_1 << 2) | all_of(3 * BK_EACH_BYTE)) & where_bit(x, 1));
    return by_2 | (((by_2 << 4) | all_of(15 * BK_EACH_BYTE)) & where_bit(x, 2));
}
static inline words ones_of(words x) { return ones_of_octal(x) | where_bit(x, 3); }
static inline words ones_over(words x) { return ones_of_octal(less_bytes(x, 8)); }
#endif
/* The lowest x - less bits, from none to all eight; x at most 127. */
static inline words ones_from(words x, uint8_t less)
{
    return ones_of(smaller_bytes(less_bytes(x, less), 8));
}
#else
static inline words smaller_bytes(words x, uint8_t most)
{
    /* The top bit of each byte: above most, at most 127. */
    const words above = ((x & 0x7f * BK_EACH_BYTE) + (uint64_t)(0x7f - most) * BK_EACH_BYTE) | x;
    return select_words(full_bytes((above >> 7) & BK_EACH_BYTE), most * BK_EACH_BYTE, x);
}
/* The lowest x mod 8 bits: by the bits of x from low to high, each moving what there is and filling up. */
static inline words ones_of_octal(words x)
{
    const words by_1 = x & BK_EACH_BYTE;
    const words two = full_bytes((x >> 1) & BK_EACH_BYTE), four = full_bytes((x >> 2) & BK_EACH_BYTE);
    const words by_2 = by_1 + ((3 * by_1 + 3 * BK_EACH_BYTE) & two);
    return by_2 + ((15 * by_2 + 15 * BK_EACH_BYTE) & four);
}
static inline words ones_of(words x) { return ones_of_octal(x) | full_bytes((x >> 3) & BK_EACH_BYTE); }
static inline words ones_over(words x) { return ones_of_octal(x) & full_bytes((x >> 3) & BK_EACH_BYTE); }
static inline words ones_from(words x, uint8_t less)
{
    /* x + 128 - less has its top bit where x is not below less. */
    const words moved = (x | 0x80 * BK_EACH_BYTE) - less * BK_EACH_BYTE;
    const words left = moved & full_bytes((moved >> 7) & BK_EACH_BYTE) & 0x7f * BK_EACH_BYTE;
    return ones_of(smaller_bytes(left, 8));
}
#endif

/* ---- Bytes as doubles
 * ---------------------------------------------------------------------------------------- */

#if defined(BK_NEON)
/* Byte `place` of the low four as a double: a whole number over a power of two, in one instruction. */
static inline reals byte_of(words count, unsigned place)
{
    const uint64x2_t byte = (uint64x2_t)(count & all_of(UINT64_C(0xff) << (8 * place)));
    return (reals)(place == 0   ? vcvtq_f64_u64(byte)
                   : place == 1 ? vcvtq_n_f64_u64(byte, 8)
                   : place == 2 ? vcvtq_n_f64_u64(byte, 16)
                                : vcvtq_n_f64_u64(byte, 24));
}
#else
/* The same as the last bits of a power of two, which is then taken off. */
static inline reals byte_of(words count, unsigned place)
{
    const uint64_t power = (uint64_t)(1023 + 52 - 8 * place) << 52;
    const reals both = reals_of((count & all_of(UINT64_C(0xff) << (8 * place))) | all_of(power));
    return both - reals_of(all_of(power));
}
#endif

#endif
