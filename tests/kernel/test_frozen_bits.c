/* SPDX-License-Identifier: GPL-3.0-or-later
 * The bits of every kernel on fixed arguments, as one number each: equal for gcc and clang, for every
 * instruction set, today and later. A number here changes only together with the version of a
 * transform or a note in the change log, because stored results change with it. */
#include <criterion/criterion.h>

#include "support.h"

enum { count = 3000 };

/* FNV-1a over the bytes. Arguments never give NaN, whose sign is free. */
static uint64_t digest(const void *data, size_t size)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ ((const unsigned char *)data)[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

static void check(const char *name, const bk_kernels *kernels, const void *data, size_t size,
                  uint64_t expected)
{
    const uint64_t found = digest(data, size);
    cr_expect(found == expected, "%s%s: 0x%016llx", name,
              kernels == bk_kernels_of(BK_ISA_SCALAR) ? ", scalar" : "", (unsigned long long)found);
}

Test(frozen_bits, elementary_functions)
{
    static const uint64_t expected[maps][2] = {{0x952c31b12276f6c2, 0xca98537c251fce0e},
                                               {0xabecc46afb8352c7, 0x637e409eb074f220},
                                               {0xbe6fb2ba391784f9, 0x95646781228bac41},
                                               {0x2cf8e9f8d76fd5d8, 0x3caf08ebdcf11d1f},
                                               {0x80724a2002de0905, 0x37d529ae3884610f}};
    static float x[count], y[count];
    static double xd[count], yd[count];
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *kernels = bk_kernels_of((bk_isa)isa);
        for (int which = 0; kernels != NULL && which < maps; which++) {
            uint64_t state = 21;
            for (size_t i = 0; i < count; i++) {
                xd[i] = (double)(int64_t)test_bits(&state) * 0x1p-59 * (i % 2 == 0 ? 1.0 : 0x1p-7);
                xd[i] = which == 1 ? fabs(xd[i]) : xd[i];
                x[i] = (float)xd[i];
            }
            map_of_f32(kernels, which)(y, x, count);
            map_of_f64(kernels, which)(yd, xd, count);
            check(map_names[which], kernels, y, sizeof y, expected[which][0]);
            check(map_names[which], kernels, yd, sizeof yd, expected[which][1]);
        }
    }
}

Test(frozen_bits, variates_and_network)
{
    static uint64_t draws[count];
    static float y[count], sine[count], score[count / 2];
    static double yd[count], sined[count], cosine[count];
    const float w1[] = {0.5F, -1.25F, 2.0F, 0.3F}, b1[] = {0.1F, -0.2F}, w2[] = {1.5F, -0.7F};
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *kernels = bk_kernels_of((bk_isa)isa);
        if (kernels == NULL) {
            continue;
        }
        uint64_t position[2] = {3, 4};
        const uint64_t increment[2] = {5, 7};
        kernels->pcg64_fill(draws, position, increment, count);
        check("draws", kernels, draws, sizeof draws, 0x9c1b892e191d2f63);
        kernels->normal_f64(yd, draws, count);
        check("normal f64", kernels, yd, sizeof yd, 0xbbc133d66137711c);
        kernels->normal_f32(y, draws, count);
        check("normal f32", kernels, y, sizeof y, 0xe765112e6192ca38);
        kernels->mlp_tanh_f32(score, y, count / 2, count / 2, 2, 2, w1, b1, w2, 0.25F);
        check("network", kernels, score, sizeof score, 0xb333f78f4e406cce);
        kernels->sincos_turns_f64(sined, cosine, yd, count);
        check("cosine", kernels, cosine, sizeof cosine, 0xf075d01dcc27746b);
        kernels->uniform_f32(sine, draws, count);
        check("uniform f32", kernels, sine, sizeof sine, 0x33bdf0f1c286d52a);
    }
}
