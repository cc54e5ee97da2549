/* SPDX-License-Identifier: GPL-3.0-or-later
 * To be preloaded: the C library's functions of another machine, whose last bits are sometimes others. One
 * result in four is the next number upwards, which ones depends on the argument alone. A results file of a
 * run with it stands for one of another machine. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

static double elsewhere(double value, double argument)
{
    uint64_t bits;
    memcpy(&bits, &argument, sizeof bits);
    bits *= UINT64_C(0x9e3779b97f4a7c15);
    return bits >> 62 == 0 && isfinite(value) && value != 0.0 ? nextafter(value, (double)INFINITY) : value;
}

#define ONE(name)                                  \
    double name(double x)                          \
    {                                              \
        static double (*real)(double);             \
        if (real == NULL) {                        \
            void *found = dlsym(RTLD_NEXT, #name); \
            memcpy(&real, &found, sizeof real);    \
        }                                          \
        return elsewhere(real(x), x);              \
    }

ONE(exp)
ONE(exp2)
ONE(expm1)
ONE(log)
ONE(log2)
ONE(log10)
ONE(log1p)
ONE(sin)
ONE(cos)
ONE(tan)
ONE(asin)
ONE(acos)
ONE(atan)
ONE(sinh)
ONE(cosh)
ONE(tanh)
ONE(erf)
ONE(erfc)
ONE(lgamma)
ONE(tgamma)
ONE(cbrt)

double pow(double x, double y)
{
    static double (*real)(double, double);
    if (real == NULL) {
        void *found = dlsym(RTLD_NEXT, "pow");
        memcpy(&real, &found, sizeof real);
    }
    return elsewhere(real(x, y), x + y);
}
