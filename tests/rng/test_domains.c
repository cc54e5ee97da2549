/* SPDX-License-Identifier: GPL-3.0-or-later
 * A parameter outside its domain is named, and neither the stream nor the output moves. At the ends of the
 * domains every value is finite and in range. */
#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include "brisk/rng.h"

enum { n = 2000 };

static bk_stream stream, before;
static double wide[n];
static float single[n];
static uint64_t whole[n];
static uint8_t flags[n];

static void setup(void)
{
    stream = before = bk_stream_open(11, 1032, 0);
    memset(wide, 0x55, sizeof wide);
    memset(single, 0x55, sizeof single);
    memset(whole, 0x55, sizeof whole);
    memset(flags, 0x55, sizeof flags);
}

/* The call failed with a message that names the argument, and changed nothing. */
static void refused(bk_status status, const char *argument, int line)
{
    cr_assert(status == BK_INVALID, "line %d", line);
    cr_assert(strstr(bk_error_message(), argument) != NULL, "line %d: %s", line, bk_error_message());
    cr_assert(memcmp(&stream, &before, sizeof stream) == 0, "line %d", line);
    for (size_t i = 0; i < sizeof wide; i++) {
        cr_assert(((unsigned char *)wide)[i] == 0x55, "line %d", line);
    }
    for (size_t i = 0; i < n; i++) {
        cr_assert(whole[i] == UINT64_C(0x5555555555555555) && flags[i] == 0x55, "line %d", line);
    }
    for (size_t i = 0; i < sizeof single; i++) {
        cr_assert(((unsigned char *)single)[i] == 0x55, "line %d", line);
    }
}

#define REFUSED(argument, call) refused(call, argument, __LINE__)

Test(domains, wrong_ranges_and_scales, .init = setup)
{
    REFUSED("low is nan", bk_fill_uniform_range_f64(&stream, wide, n, NAN, 1.0));
    REFUSED("high is inf", bk_fill_uniform_range_f64(&stream, wide, n, 0.0, INFINITY));
    REFUSED("low is 1 and high 1", bk_fill_uniform_range_f64(&stream, wide, n, 1.0, 1.0));
    REFUSED("low is 2 and high 1", bk_fill_uniform_range_f64(&stream, wide, n, 2.0, 1.0));
    REFUSED("high - low", bk_fill_uniform_range_f64(&stream, wide, n, -1e308, 1e308));
    REFUSED("low is -inf", bk_fill_uniform_range_f32(&stream, single, n, -INFINITY, 1.0F));
    REFUSED("high - low", bk_fill_uniform_range_f32(&stream, single, n, -3e38F, 3e38F));
    REFUSED("mean is nan", bk_fill_normal_scaled_f64(&stream, wide, n, NAN, 1.0));
    REFUSED("sd is -1", bk_fill_normal_scaled_f64(&stream, wide, n, 0.0, -1.0));
    REFUSED("sd is nan", bk_fill_normal_scaled_f64(&stream, wide, n, 0.0, NAN));
    REFUSED("sd = 1e+308", bk_fill_normal_scaled_f64(&stream, wide, n, 0.0, 1e308));
    REFUSED("mean is inf", bk_fill_normal_scaled_f32(&stream, single, n, INFINITY, 1.0F));
    REFUSED("sd is inf", bk_fill_normal_scaled_f32(&stream, single, n, 0.0F, INFINITY));
    REFUSED("sd = 1e+38", bk_fill_normal_scaled_f32(&stream, single, n, 0.0F, 1e38F));
    REFUSED("rate is 0", bk_fill_exponential_f64(&stream, wide, n, 0.0));
    REFUSED("rate is -2", bk_fill_exponential_f64(&stream, wide, n, -2.0));
    REFUSED("rate is nan", bk_fill_exponential_f64(&stream, wide, n, NAN));
    REFUSED("rate is inf", bk_fill_exponential_f32(&stream, single, n, INFINITY));
    REFUSED("rate is inf", bk_fill_exponential_f64(&stream, wide, n, INFINITY));
    REFUSED("rate is 0", bk_fill_exponential_f32(&stream, single, n, 0.0));
    REFUSED("rate is -1", bk_fill_exponential_f32(&stream, single, n, -1.0));
    REFUSED("rate is nan", bk_fill_exponential_f32(&stream, single, n, NAN));
    REFUSED("high is nan", bk_fill_uniform_range_f64(&stream, wide, n, 0.0, NAN));
    REFUSED("low is -inf", bk_fill_uniform_range_f64(&stream, wide, n, -INFINITY, 0.0));
    REFUSED("low is nan", bk_fill_uniform_range_f32(&stream, single, n, NAN, 1.0F));
    REFUSED("high is nan", bk_fill_uniform_range_f32(&stream, single, n, 0.0F, NAN));
    REFUSED("high is inf", bk_fill_uniform_range_f32(&stream, single, n, 0.0F, INFINITY));
    REFUSED("low is 1 and high 1", bk_fill_uniform_range_f32(&stream, single, n, 1.0F, 1.0F));
    REFUSED("mean is inf", bk_fill_normal_scaled_f64(&stream, wide, n, INFINITY, 1.0));
    REFUSED("sd is inf", bk_fill_normal_scaled_f64(&stream, wide, n, 0.0, INFINITY));
    REFUSED("mean is nan", bk_fill_normal_scaled_f32(&stream, single, n, NAN, 1.0F));
    REFUSED("sd is nan", bk_fill_normal_scaled_f32(&stream, single, n, 0.0F, NAN));
    REFUSED("sd is -1", bk_fill_normal_scaled_f32(&stream, single, n, 0.0F, -1.0F));
}

Test(domains, wrong_counts_and_shapes, .init = setup)
{
    REFUSED("bound is 0", bk_fill_integer_exact_u64(&stream, whole, n, 0));
    REFUSED("p is -0.1", bk_fill_bernoulli(&stream, flags, n, -0.1));
    REFUSED("p is nan", bk_fill_bernoulli(&stream, flags, n, NAN));
    REFUSED("p is 1.5", bk_fill_binomial(&stream, whole, n, 10, 1.5));
    REFUSED("p is nan", bk_fill_binomial(&stream, whole, n, 10, NAN));
    REFUSED("trials is 9007199254740993", bk_fill_binomial(&stream, whole, n, (UINT64_C(1) << 53) + 1, 0.5));
    REFUSED("mean is -1", bk_fill_poisson(&stream, whole, n, -1.0));
    REFUSED("mean is inf", bk_fill_poisson(&stream, whole, n, INFINITY));
    REFUSED("mean is nan", bk_fill_poisson(&stream, whole, n, NAN));
    REFUSED("shape is 0", bk_fill_gamma(&stream, wide, n, 0.0, 1.0));
    REFUSED("shape is nan", bk_fill_gamma(&stream, wide, n, NAN, 1.0));
    REFUSED("rate is -1", bk_fill_gamma(&stream, wide, n, 1.0, -1.0));
    REFUSED("alpha is -1", bk_fill_beta(&stream, wide, n, -1.0, 1.0));
    REFUSED("beta is inf", bk_fill_beta(&stream, wide, n, 1.0, INFINITY));
    REFUSED("df is 0", bk_fill_student_t(&stream, wide, n, 0.0));
    REFUSED("df is nan", bk_fill_student_t(&stream, wide, n, NAN));
    REFUSED("size is 0", bk_shuffle(&stream, whole, n, 0));
    REFUSED("population is 0", bk_sample_with_replacement(&stream, whole, n, 0));
    REFUSED("population, 1999", bk_sample_without_replacement(&stream, whole, n, n - 1));
    uint32_t *words = (uint32_t *)whole;
    REFUSED("bound is 0", bk_fill_integer_u32(&stream, words, n, 0));
    REFUSED("bound is 4294967297", bk_fill_integer_u32(&stream, words, n, (UINT64_C(1) << 32) + 1));
    REFUSED("bound is 0", bk_fill_integer_u64(&stream, whole, n, 0));
    REFUSED("p is inf", bk_fill_bernoulli(&stream, flags, n, INFINITY));
    REFUSED("p is 1.5", bk_fill_bernoulli(&stream, flags, n, 1.5));
    REFUSED("p is -0.5", bk_fill_binomial(&stream, whole, n, 10, -0.5));
    REFUSED("p is inf", bk_fill_binomial(&stream, whole, n, 10, INFINITY));
    REFUSED("shape is -1", bk_fill_gamma(&stream, wide, n, -1.0, 1.0));
    REFUSED("shape is inf", bk_fill_gamma(&stream, wide, n, INFINITY, 1.0));
    REFUSED("rate is 0", bk_fill_gamma(&stream, wide, n, 1.0, 0.0));
    REFUSED("rate is nan", bk_fill_gamma(&stream, wide, n, 1.0, NAN));
    REFUSED("rate is inf", bk_fill_gamma(&stream, wide, n, 1.0, INFINITY));
    REFUSED("alpha is 0", bk_fill_beta(&stream, wide, n, 0.0, 1.0));
    REFUSED("alpha is nan", bk_fill_beta(&stream, wide, n, NAN, 1.0));
    REFUSED("alpha is inf", bk_fill_beta(&stream, wide, n, INFINITY, 1.0));
    REFUSED("beta is 0", bk_fill_beta(&stream, wide, n, 1.0, 0.0));
    REFUSED("beta is -1", bk_fill_beta(&stream, wide, n, 1.0, -1.0));
    REFUSED("beta is nan", bk_fill_beta(&stream, wide, n, 1.0, NAN));
    REFUSED("df is -1", bk_fill_student_t(&stream, wide, n, -1.0));
    REFUSED("df is inf", bk_fill_student_t(&stream, wide, n, INFINITY));
}

/* A count of 0 draws nothing, and a wrong parameter is found there too. */
Test(domains, no_values, .init = setup)
{
    cr_assert(bk_fill_gamma(&stream, NULL, 0, 0.5, 1.0) == BK_OK);
    cr_assert(bk_fill_beta(&stream, NULL, 0, 0.5, 1.0) == BK_OK);
    cr_assert(bk_fill_poisson(&stream, NULL, 0, 100.0) == BK_OK);
    cr_assert(bk_fill_integer_u32(&stream, NULL, 0, 3) == BK_OK);
    cr_assert(bk_fill_integer_exact_u64(&stream, NULL, 0, 3) == BK_OK);
    cr_assert(bk_sample_without_replacement(&stream, NULL, 0, 0) == BK_OK);
    bk_fill_normal_f64(&stream, NULL, 0);
    cr_assert(memcmp(&stream, &before, sizeof stream) == 0);
    REFUSED("shape is -1", bk_fill_gamma(&stream, wide, 0, -1.0, 1.0));
    REFUSED("bound is 0", bk_fill_integer_u64(&stream, whole, 0, 0));
    REFUSED("sd is nan", bk_fill_normal_scaled_f32(&stream, single, 0, 0.0F, NAN));
}

static void all_finite(bk_status status)
{
    cr_assert(status == BK_OK, "%s", bk_error_message());
    for (int i = 0; i < n; i++) {
        cr_assert(isfinite(wide[i]) && isfinite(single[i]), "value %d is %g or %g", i, wide[i],
                  (double)single[i]);
    }
}

Test(domains, extreme_parameters_give_finite_values, .init = setup)
{
    const double shapes[] = {1e-300, 1e-10, 0.5, 1.0, 1e15}, rates[] = {1e-280, 1.0, 1e280};
    for (int i = 0; i < 5; i++) {
        for (int k = 0; k < 3; k++) {
            all_finite(bk_fill_gamma(&stream, wide, n, shapes[i], rates[k]));
        }
        for (int k = 0; k < 5; k++) {
            all_finite(bk_fill_beta(&stream, wide, n, shapes[i], shapes[k]));
            for (int v = 0; v < n; v++) {
                cr_assert(wide[v] >= 0.0 && wide[v] <= 1.0);
            }
        }
    }
    all_finite(bk_fill_student_t(&stream, wide, n, 0.25));
    all_finite(bk_fill_student_t(&stream, wide, n, 1e15));
    all_finite(bk_fill_exponential_f64(&stream, wide, n, 1e-300));
    all_finite(bk_fill_exponential_f64(&stream, wide, n, 1e300));
    all_finite(bk_fill_exponential_f32(&stream, single, n, 1e-36));
    all_finite(bk_fill_exponential_f32(&stream, single, n, 1e36));
    all_finite(bk_fill_normal_scaled_f64(&stream, wide, n, 1e307, 1e307));
    all_finite(bk_fill_normal_scaled_f32(&stream, single, n, -1e38F, 3e37F));
}

Test(domains, extreme_counts, .init = setup)
{
    const uint64_t most = UINT64_C(1) << 53;
    const double p[] = {0.0, 1e-300, 1e-17, 1e-15, 1e-9, 0.5, 1.0 - 0x1p-53, 1.0};
    for (int i = 0; i < 8; i++) {
        cr_assert(bk_fill_binomial(&stream, whole, n, most, p[i]) == BK_OK);
        for (int v = 0; v < n; v++) {
            const double mean = 0x1p+53 * p[i], sd = sqrt(mean * (1.0 - p[i]));
            cr_assert(whole[v] <= most && fabs((double)whole[v] - mean) <= 9.0 * sd + 40.0);
        }
    }
    cr_assert(bk_fill_binomial(&stream, whole, n, 0, 0.5) == BK_OK && whole[n - 1] == 0);
    cr_assert(bk_fill_bernoulli(&stream, flags, n, 0.0) == BK_OK && memchr(flags, 1, n) == NULL);
    cr_assert(bk_fill_bernoulli(&stream, flags, n, 1.0) == BK_OK && memchr(flags, 0, n) == NULL);
    const double means[] = {0.0, 1e-300, 9.999999, 10.0, 0x1p+50};
    for (int i = 0; i < 5; i++) {
        cr_assert(bk_fill_poisson(&stream, whole, n, means[i]) == BK_OK);
        for (int v = 0; v < n; v++) {
            cr_assert(fabs((double)whole[v] - means[i]) <= 9.0 * sqrt(means[i]) + 40.0);
        }
    }
}

/* Ranges so narrow that rounding would bring values to the open end. */
Test(domains, a_range_never_gives_its_end, .init = setup)
{
    const double ends[][2] = {{1.0, 1.0 + 0x1p-52}, {1.0, 1.0 + 0x1p-50}, {-1.0 - 0x1p-52, -1.0},
                              {1e15, 1e15 + 1.0},   {-0x1p-1074, 0.0},    {0.0, 0x1p-1074},
                              {-1e-300, 0.0},       {-8e307, 8e307},      {0.0, 1.0}};
    for (int e = 0; e < 9; e++) {
        cr_assert(bk_fill_uniform_range_f64(&stream, wide, n, ends[e][0], ends[e][1]) == BK_OK);
        int at_end = 0;
        for (int i = 0; i < n; i++) {
            cr_assert(wide[i] >= ends[e][0] && wide[i] < ends[e][1], "range %d", e);
            at_end += ends[e][0] + (ends[e][1] - ends[e][0]) * 0.999 >= ends[e][1] ? 1 : 0;
        }
        cr_assert(e != 0 || at_end > 0); /* the plain formula would reach the end */
    }
    const float single_ends[][2] = {{1.0F, 1.0F + 0x1p-23F},    {-1.0F - 0x1p-23F, -1.0F},
                                    {16777215.0F, 16777216.0F}, {-0x1p-149F, 0.0F},
                                    {0.0F, 0x1p-149F},          {100.0F, 100.1F}};
    for (int e = 0; e < 6; e++) {
        cr_assert(bk_fill_uniform_range_f32(&stream, single, n, single_ends[e][0], single_ends[e][1]) ==
                  BK_OK);
        for (int i = 0; i < n; i++) {
            cr_assert(single[i] >= single_ends[e][0] && single[i] < single_ends[e][1], "range %d", e);
        }
    }
}
