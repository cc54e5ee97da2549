/* SPDX-License-Identifier: GPL-3.0-or-later
 * The saddle-point form of Poisson and binomial probabilities (Loader 2000): log f = -(Stirling errors) -
 * (deviances) - half a logarithm. Unlike differences of log(k!), which reach 1e17 and lose every digit,
 * each of its terms is as small as the answer. All in fixed order, with the project's own logarithm. */
#include "rng/saddle.h"

#include "rng/draw.h"

/* Exact to the last bit or two; from tests/data/make_rng_saddle.py. */
static const double small_error[16] = {
    0.0,
    0x1.4c071bcda0a5bp-4,
    0x1.52a9b923ea649p-5,
    0x1.c579a268d80b3p-6,
    0x1.54a2662fd78a9p-6,
    0x1.10b4e513fcbedp-6,
    0x1.c6b167bebdf36p-7,
    0x1.85d4d612e4a86p-7,
    0x1.552805e7b3076p-7,
    0x1.2f4871b12ab64p-7,
    0x1.10f9d4c0743a7p-7,
    0x1.f0593088014f8p-8,
    0x1.c7018733aa9c6p-8,
    0x1.a40514700f36cp-8,
    0x1.86076c002d4a7p-8,
    0x1.6c08f6f194a10p-8,
};

double bk_stirling_error(double k)
{
    if (k < 16.0) {
        return small_error[(int)k];
    }
    const double z = 1.0 / (k * k);
    double q = -691.0 / 360360.0;
    q = q * z + 1.0 / 1188.0;
    q = q * z - 1.0 / 1680.0;
    q = q * z + 1.0 / 1260.0;
    q = q * z - 1.0 / 360.0;
    q = q * z + 1.0 / 12.0;
    return q / k;
}

double bk_deviance(double x, double m)
{
    const double difference = x - m;
    const double sum = x + m;
    const double size = difference < 0.0 ? -difference : difference;
    if (size >= 0.1 * sum) {
        return x == 0.0 ? m : x * bk_log_of(x / m) - difference;
    }
    /* log(x / m) = 2 artanh v: the first terms of the series cancel with m - x. |v| < 0.1, so 9 terms. */
    const double v = difference / sum;
    const double z = v * v;
    double q = 1.0 / 19.0;
    q = q * z + 1.0 / 17.0;
    q = q * z + 1.0 / 15.0;
    q = q * z + 1.0 / 13.0;
    q = q * z + 1.0 / 11.0;
    q = q * z + 1.0 / 9.0;
    q = q * z + 1.0 / 7.0;
    q = q * z + 1.0 / 5.0;
    q = q * z + 1.0 / 3.0;
    return difference * v + 2.0 * x * v * z * q;
}
