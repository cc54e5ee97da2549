/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Decimal text to the nearest f64, faster than strtod where the number is plain.
 *
 * strtod takes 100 to 250 ns a number of 17 digits, which alone would be two seconds for 1e7 losses. Here a
 * number of at most 19 digits w and a power of ten of at most 27 is w 10^q exactly in integers:
 *   w < 2^53 and |q| <= 22: both factors are doubles, one operation rounds once (Clinger 1990);
 *   -27 <= q < 0: w / 5^-q by one division of 128 by 64 bits. The quotient has at least 63 bits, the
 *     remainder tells whether something is left, so that rounding the quotient with its lowest bit set
 *     where the remainder is not 0 rounds the true value, ties to even; the rest is a power of two.
 * Everything else goes to strtod, which is right for all.
 */
#include "results/data.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

__extension__ typedef unsigned __int128 bk_u128;

#define MAX_DIGITS 19
#define MAX_POWER  27

static const double power_of_ten[23] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                        1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                        1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static const uint64_t power_of_five[MAX_POWER + 1] = {UINT64_C(1),
                                                      UINT64_C(5),
                                                      UINT64_C(25),
                                                      UINT64_C(125),
                                                      UINT64_C(625),
                                                      UINT64_C(3125),
                                                      UINT64_C(15625),
                                                      UINT64_C(78125),
                                                      UINT64_C(390625),
                                                      UINT64_C(1953125),
                                                      UINT64_C(9765625),
                                                      UINT64_C(48828125),
                                                      UINT64_C(244140625),
                                                      UINT64_C(1220703125),
                                                      UINT64_C(6103515625),
                                                      UINT64_C(30517578125),
                                                      UINT64_C(152587890625),
                                                      UINT64_C(762939453125),
                                                      UINT64_C(3814697265625),
                                                      UINT64_C(19073486328125),
                                                      UINT64_C(95367431640625),
                                                      UINT64_C(476837158203125),
                                                      UINT64_C(2384185791015625),
                                                      UINT64_C(11920928955078125),
                                                      UINT64_C(59604644775390625),
                                                      UINT64_C(298023223876953125),
                                                      UINT64_C(1490116119384765625),
                                                      UINT64_C(7450580596923828125)};

/* 2^exponent, exponent in [-1022, 1023]. */
static double power_of_two(int exponent)
{
    const uint64_t bits = (uint64_t)(exponent + 1023) << 52;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* w / 10^k, w > 0, 1 <= k <= 27. */
static double divide_exactly(uint64_t w, int k)
{
    const uint64_t five = power_of_five[k];
    const int shift = 63 - (64 - __builtin_clzll(w)) + (64 - __builtin_clzll(five));
    /* five has at least 3 bits and w at most 64, so the shift is at least 2; the dividend has at most 126. */
    const bk_u128 dividend = (bk_u128)w << shift;
    uint64_t quotient = (uint64_t)(dividend / five);
    quotient |= (uint64_t)((bk_u128)quotient * five != dividend);
    return (double)quotient * power_of_two(-shift - k);
}

/* Parts of a plain number: digits w and the power of ten. */
typedef struct parts {
    uint64_t w;
    long power;
    int digits; /* significant ones */
    bool negative;
} parts;

static inline unsigned digit_of(char c) { return (unsigned)c - (unsigned)'0'; }

/* Eight digits at once (a known trick: add neighbours in ever wider lanes); false where one is no digit. */
static inline bool eight_digits(uint64_t *value, const char *text)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t word;
    memcpy(&word, text, sizeof word);
    const uint64_t high = UINT64_C(0xf0f0f0f0f0f0f0f0);
    if (((word & high) | (((word + UINT64_C(0x0606060606060606)) & high) >> 4)) !=
        UINT64_C(0x3333333333333333)) {
        return false;
    }
    word = ((word & UINT64_C(0x0f0f0f0f0f0f0f0f)) * 2561) >> 8;
    word = ((word & UINT64_C(0x00ff00ff00ff00ff)) * 6553601) >> 16;
    *value = ((word & UINT64_C(0x0000ffff0000ffff)) * UINT64_C(42949672960001)) >> 32;
    return true;
#else
    (void)value;
    (void)text;
    return false;
#endif
}

/* The digits from text on, none of them at end or behind it; returns what stands behind them. */
static const char *take_digits(parts *number, const char *text, const char *end, bool fraction)
{
    const char *start = text;
    uint64_t eight = 0;
    for (;;) {
        if (number->digits > 0 && end - text >= 8 && eight_digits(&eight, text)) {
            number->w = number->w * 100000000 + eight;
            number->digits += 8;
            text += 8;
        } else if (digit_of(*text) < 10) {
            number->w = number->w * 10 + digit_of(*text);
            number->digits += number->digits > 0 || number->w != 0 ? 1 : 0;
            text++;
        } else {
            break;
        }
    }
    number->power -= fraction ? (long)(text - start) : 0;
    return text;
}

/* The exponent behind "e"; NULL where there are no digits. */
static const char *take_exponent(parts *number, const char *text)
{
    const bool negative = *text == '-';
    long exponent = 0;
    text += negative || *text == '+' ? 1 : 0;
    if (digit_of(*text) >= 10) {
        return NULL;
    }
    while (digit_of(*text) < 10) {
        exponent = exponent < 100000 ? exponent * 10 + (long)digit_of(*text) : exponent;
        text++;
    }
    number->power += negative ? -exponent : exponent;
    return text;
}

/* "nan", "inf", "infinity" with a sign, in any case, as programs write them. */
static bk_number_kind special(const char *text, size_t length)
{
    const size_t sign = length > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    if (strcasecmp(text + sign, "nan") == 0) {
        return BK_NUMBER_NAN;
    }
    return strcasecmp(text + sign, "inf") == 0 || strcasecmp(text + sign, "infinity") == 0
               ? BK_NUMBER_INFINITE
               : BK_NUMBER_NONE;
}

bk_number_kind bk_number_parse(double *value, const char *text, size_t length)
{
    parts number = {.negative = text[0] == '-'};
    const char *start = text + (text[0] == '-' || text[0] == '+' ? 1 : 0);
    const char *end = take_digits(&number, start, text + length, false);
    ptrdiff_t written = end - start;
    if (*end == '.') {
        const char *fraction = end + 1;
        end = take_digits(&number, fraction, text + length, true);
        written += end - fraction;
    }
    if (written > 0 && (*end == 'e' || *end == 'E')) {
        end = take_exponent(&number, end + 1);
    }
    if (written == 0 || end == NULL || end != text + length) {
        return special(text, length);
    }
    double result = 0.0;
    if (number.digits <= MAX_DIGITS && number.w == 0) {
        result = 0.0;
    } else if (number.digits <= MAX_DIGITS && number.w <= UINT64_C(1) << 53 && labs(number.power) <= 22) {
        result = number.power < 0 ? (double)number.w / power_of_ten[-number.power]
                                  : (double)number.w * power_of_ten[number.power];
    } else if (number.digits <= MAX_DIGITS && number.power < 0 && number.power >= -MAX_POWER) {
        result = divide_exactly(number.w, (int)-number.power);
    } else {
        result = fabs(strtod(text, NULL));
    }
    if (isinf(result)) {
        return BK_NUMBER_INFINITE;
    }
    *value = number.negative ? -result : result;
    return BK_NUMBER_FINITE;
}
