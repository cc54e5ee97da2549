/* SPDX-License-Identifier: GPL-3.0-or-later
 * Elementary functions of double against mpmath (data/make_kernel_math_f64.py). */
#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include "support.h"

static const double bounds[maps] = {1.1, 0.9, 2.6, 2.5, 2.0};

/* Distance of y from high + low in units of the last place of high. */
static double distance_f64(double y, double high, double low)
{
    int exponent;
    (void)frexp(high, &exponent);
    return fabs((y - high) - low) / ldexp(1.0, (exponent < -1021 ? -1021 : exponent) - 53);
}

static double evaluate(const char *name, double x, double *bound)
{
    double y, sine, cosine;
    for (int which = 0; which < maps; which++) {
        if (strcmp(name, map_names[which]) == 0) {
            map_of_f64(bk_kernels_in_use(), which)(&y, &x, 1);
            *bound = bounds[which];
            return y;
        }
    }
    *bound = 1.0;
    bk_kernels_in_use()->sincos_turns_f64(&sine, &cosine, &x, 1);
    return strcmp(name, "sine") == 0 ? sine : cosine;
}

Test(math_f64, agrees_with_mpmath)
{
    FILE *file = fopen(BRISK_TEST_DATA "/kernel_math_f64.txt", "r");
    cr_assert(file != NULL);
    char name[32];
    double x, high, low, bound;
    int rows = 0;
    while (fscanf(file, "%31s %la %la %la", name, &x, &high, &low) == 4) {
        const double y = evaluate(name, x, &bound);
        const double distance = distance_f64(y, high, low);
        cr_assert(distance < bound, "%s(%a) = %a is %.2f units from %a", name, x, y, distance, high);
        rows++;
    }
    (void)fclose(file);
    cr_assert(rows == 3500);
}

/* The table of 17 digits for log sigmoid and its derivative, the sigmoid of -x. */
Test(math_f64, log_sigmoid_and_its_derivative)
{
    static const double table[][3] = {{-104.0, -104.0, 1.0},
                                      {-20.0, -20.000000002061154, .99999999793884638},
                                      {-5.0, -5.0067153484891181, .99330714907571514},
                                      {-1.0, -1.3132616875182228, .73105857863000488},
                                      {-0.5, -.97407698418010668, .62245933120185456},
                                      {0.0, -.69314718055994531, .5},
                                      {0.5, -.47407698418010668, .37754066879814544},
                                      {1.0, -.31326168751822283, .26894142136999512},
                                      {5.0, -.0067153484891180686, .0066928509242848556},
                                      {20.0, -2.0611536203143807e-9, 2.0611536181902036e-9},
                                      {50.0, -1.9287498479639178e-22, 1.9287498479639178e-22}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const double x = table[i][0], minus = -x;
        double value, slope;
        bk_kernels_in_use()->log_sigmoid_f64(&value, &x, 1);
        bk_kernels_in_use()->sigmoid_f64(&slope, &minus, 1);
        cr_assert(distance_f64(value, table[i][1], 0.0) <= 2.0, "log sigmoid of %g: %.17g", x, value);
        cr_assert(distance_f64(slope, table[i][2], 0.0) <= 2.0, "derivative at %g: %.17g", x, slope);
    }
}

Test(math_f64, special_values)
{
    const double x[] = {0.0, -0.0, INFINITY, -INFINITY, NAN, 0x1p-1074, -0x1p-1074, 0x1p-1022, 1e308, -1e308};
    enum { count = sizeof x / sizeof x[0] };
    const double ln2 = 0x1.62e42fefa39efp-1;
    const double expected[maps][count] = {
        {1.0, 1.0, INFINITY, 0.0, NAN, 1.0, 1.0, 1.0, INFINITY, 0.0},
        {-INFINITY, -INFINITY, INFINITY, NAN, NAN, -0x1.74385446d71c3p+9, NAN, -0x1.6232bdd7abcd2p+9,
         0x1.62991d5d62a5ep+9, NAN},
        {0.0, -0.0, 1.0, -1.0, NAN, 0x1p-1074, -0x1p-1074, 0x1p-1022, 1.0, -1.0},
        {0.5, 0.5, 1.0, 0.0, NAN, 0.5, 0.5, 0.5, 1.0, 0.0},
        {-ln2, -ln2, 0.0, -INFINITY, NAN, -ln2, -ln2, -ln2, 0.0, -1e308}};
    for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
        const bk_kernels *kernels = bk_kernels_of((bk_isa)isa);
        for (int which = 0; kernels != NULL && which < maps; which++) {
            double y[count];
            map_of_f64(kernels, which)(y, x, count);
            for (int i = 0; i < count; i++) {
                cr_assert(same_f64(y[i], expected[which][i]), "%s(%a) = %a on %s", map_names[which], x[i],
                          y[i], bk_isa_name((bk_isa)isa));
            }
        }
    }
}
