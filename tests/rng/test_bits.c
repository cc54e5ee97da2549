/* SPDX-License-Identifier: GPL-3.0-or-later
 * Each bit of the draws and of the uniforms is set half of the time, and independent of the bit before it in
 * the stream. The faults: a bit dropped, a rotate by a wrong amount (which leaves two copies of a bit). */
#include <math.h>

#include <criterion/criterion.h>

#include "brisk/rng.h"

enum { n = 400000 };

typedef enum fault { NONE, LOWEST_DROPPED, COPY, STUCK_TO_LAST } fault;

static uint64_t words[n];

/* bits low bits of each source: draws, n of uniform f64, n of uniform f32. */
static void sample(int source, fault planted)
{
    static double wide[n];
    static float single[n];
    bk_stream stream = bk_stream_open(20240616, 1040, (uint64_t)source);
    if (source == 0) {
        bk_stream_fill(&stream, words, n);
    } else if (source == 1) {
        bk_fill_uniform_f64(&stream, wide, n);
    } else {
        bk_fill_uniform_f32(&stream, single, n);
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t w = source == 0   ? words[i]
                     : source == 1 ? (uint64_t)(wide[i] * 0x1p+53)
                                   : (uint64_t)(single[i] * 0x1p+24F);
        w = planted == LOWEST_DROPPED ? w & ~UINT64_C(1) : w;
        w = planted == COPY ? (w & ~UINT64_C(2)) | (w & 1) << 1 : w;
        w = planted == STUCK_TO_LAST && i > 0 && i % 64 == 0 ? words[i - 1] : w;
        words[i] = w;
    }
}

/* The largest distance from n / 2 of: bit k set, bits k and k + 1 differ, bit k differs from that of the word
 * before; in standard deviations sqrt(n) / 2. At most 191 of them, 7 exceeded with probability 5e-10. */
static double distance(int bits)
{
    double worst = 0.0;
    for (int k = 0; k < bits; k++) {
        double set = 0.0, differs = 0.0, changes = 0.0;
        for (size_t i = 1; i < n; i++) {
            set += (double)(words[i] >> k & 1U);
            differs += (double)((words[i] ^ words[i] >> 1) >> k & 1U);
            changes += (double)((words[i] ^ words[i - 1]) >> k & 1U);
        }
        worst = fmax(worst, fabs(set - n / 2.0));
        worst = fmax(worst, k + 1 < bits ? fabs(differs - n / 2.0) : 0.0);
        worst = fmax(worst, fabs(changes - n / 2.0));
    }
    return worst / (sqrt((double)n) / 2.0);
}

Test(bits, each_is_a_coin)
{
    const int bits[3] = {64, 53, 24};
    for (int source = 0; source < 3; source++) {
        for (int f = NONE; f <= STUCK_TO_LAST; f++) {
            sample(source, (fault)f);
            const double d = distance(bits[source]);
            cr_assert((d < 7.0) == (f == NONE), "source %d, fault %d: %g", source, f, d);
        }
    }
}
