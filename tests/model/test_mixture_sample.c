/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sampling from the mixture: the formula draw by draw, the distribution, the errors. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "support.h"

#define TWO_PI 6.283185307179586

/* A point by the formula of the header, from single draws, in double arithmetic. */
typedef struct replayed {
    double x[2];
    int label;
    unsigned component;
} replayed;

static uint64_t draw_at(const bk_stream *start, uint64_t position)
{
    bk_stream stream = *start;
    bk_stream_advance(&stream, position);
    return bk_stream_next(&stream);
}

static replayed replay(const bk_stream *start, size_t i, size_t count, bk_sampling sampling, bk_dtype dtype)
{
    double u;
    double turns;
    if (dtype == BK_F32) {
        const uint64_t draw = draw_at(start, i);
        u = ((double)(uint32_t)draw + 0.5) * 0x1p-32;
        turns = (double)(draw >> 32) * 0x1p-32;
    } else {
        u = ((double)(draw_at(start, 2 * i) >> 11) + 0.5) * 0x1p-53;
        turns = (double)(draw_at(start, 2 * i + 1) >> 11) * 0x1p-53;
    }
    const double radius = sqrt(-2.0 * log(u));
    const double normal[2] = {radius * cos(TWO_PI * turns), radius * sin(TWO_PI * turns)};
    const uint64_t normal_draws = dtype == BK_F32 ? count : 2 * count;
    const uint64_t draw = draw_at(start, normal_draws + i / 2);
    const uint64_t half = i % 2 == 0 ? (uint32_t)draw : draw >> 32;
    replayed point;
    if (sampling == BK_SAMPLING_BALANCED) {
        point.label = i < count / 2 ? -1 : 1;
        point.component = (unsigned)(3 * half >> 32);
    } else {
        const unsigned k = (unsigned)(6 * half >> 32);
        point.label = k < 3 ? -1 : 1;
        point.component = k % 3;
    }
    const size_t mean = ((point.label == 1 ? 3U : 0U) + point.component) * 2U;
    for (size_t j = 0; j < 2; j++) {
        point.x[j] = bk_mixture_lab.means[mean + j] + sqrt(0.05) * normal[j];
    }
    return point;
}

static void expect_formula(bk_sampling sampling, bk_dtype dtype, size_t count, double tolerance)
{
    const bk_stream start = bk_stream_open(7, BK_PURPOSE_TRIAL, 3);
    bk_stream stream = start;
    points sample = points_draw_from(&bk_mixture_lab, sampling, dtype, count, &stream);
    for (size_t i = 0; i < count; i++) {
        const replayed point = replay(&start, i, count, sampling, dtype);
        cr_assert_eq(sample.y[i], point.label, "label of point %zu", i);
        for (size_t j = 0; j < 2; j++) {
            const size_t at = j * count + i;
            const double x = dtype == BK_F32 ? (double)((float *)sample.x)[at] : ((double *)sample.x)[at];
            cr_assert_float_eq(x, point.x[j], tolerance, "input %zu of point %zu: %.9g, %.9g", j, i, x,
                               point.x[j]);
        }
    }
    bk_stream after = start;
    bk_stream_advance(&after, (dtype == BK_F32 ? count : 2 * count) + (count + 1) / 2);
    cr_expect_eq(memcmp(&stream, &after, sizeof after), 0, "the stream stands behind the last draw used");
    points_free(&sample);
}

Test(mixture_sample, points_follow_the_documented_formula)
{
    expect_formula(BK_SAMPLING_BALANCED, BK_F32, 1000, 1e-6);
    expect_formula(BK_SAMPLING_BALANCED, BK_F64, 1000, 1e-14);
    expect_formula(BK_SAMPLING_IID, BK_F32, 777, 1e-6);
    expect_formula(BK_SAMPLING_IID, BK_F64, 777, 1e-14);
    expect_formula(BK_SAMPLING_IID, BK_F32, 1, 1e-6);
}

/* One input and three inputs: normals of a point then do not fill whole draws. */
Test(mixture_sample, other_numbers_of_inputs_start_components_at_a_whole_draw)
{
    static const double means[2 * 2 * 3] = {1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6};
    for (size_t inputs = 1; inputs <= 3; inputs += 2) {
        const bk_mixture mixture = {.inputs = inputs, .components = 2, .means = means, .variance = 0.25};
        const size_t count = 5;
        const bk_stream start = bk_stream_open(1, BK_PURPOSE_USER, 0);
        bk_stream stream = start;
        points sample = points_draw_from(&mixture, BK_SAMPLING_IID, BK_F32, count, &stream);
        float normals[15];
        bk_stream normal_stream = start;
        bk_fill_normal_f32(&normal_stream, normals, count * inputs);
        for (size_t i = 0; i < count; i++) {
            const uint64_t draw = draw_at(&start, (count * inputs + 1) / 2 + i / 2);
            const uint64_t k = 4 * (i % 2 == 0 ? (uint32_t)draw : draw >> 32) >> 32;
            cr_expect_eq(sample.y[i], k < 2 ? -1 : 1);
            for (size_t j = 0; j < inputs; j++) {
                const float expected = fmaf(0.5F, normals[i * inputs + j], (float)means[k * inputs + j]);
                cr_expect_eq(((float *)sample.x)[j * count + i], expected, "point %zu, input %zu", i, j);
            }
        }
        points_free(&sample);
    }
}

Test(mixture_sample, a_point_is_one_fused_multiply_add)
{
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F32, 5000, BK_PURPOSE_TRIAL, 0);
    const bk_stream start = bk_stream_open(1, BK_PURPOSE_TRIAL, 0);
    float normals[10000];
    bk_stream stream = start;
    bk_fill_normal_f32(&stream, normals, 10000);
    size_t unfused = 0;
    for (size_t i = 0; i < 5000; i++) {
        const replayed point = replay(&start, i, 5000, BK_SAMPLING_BALANCED, BK_F32);
        const size_t mean = ((point.label == 1 ? 3U : 0U) + point.component) * 2U;
        for (size_t j = 0; j < 2; j++) {
            const float m = (float)bk_mixture_lab.means[mean + j];
            const float deviation = (float)sqrt(0.05);
            const float x = ((float *)sample.x)[j * 5000 + i];
            cr_assert_eq(x, fmaf(deviation, normals[2 * i + j], m));
            const float product = deviation * normals[2 * i + j];
            unfused += x != product + m;
        }
    }
    cr_expect_gt(unfused, 0, "the planted fault, two roundings, would be seen");
    points_free(&sample);
}

/* ---- Distribution: largest |z| of means, variances and correlations of the components -------------------
 */

#define MANY 200000

/* 6 components with 2 means, 2 variances and 1 correlation each: 30 statistics, close to normal at
 * 33000 points a component, so that P(any |z| > 5) < 30 * 5.8e-7 = 2e-5 if all is right. */
static double largest_z(const bk_mixture *drawn, const bk_mixture *claimed)
{
    const bk_stream start = bk_stream_open(1, BK_PURPOSE_USER, 1);
    bk_stream stream = start;
    points sample = points_draw_from(drawn, BK_SAMPLING_IID, BK_F32, MANY, &stream);
    bk_stream components = start;
    bk_stream_advance(&components, MANY);
    uint32_t *component = bk_allocate(MANY, sizeof *component);
    cr_assert_eq(bk_fill_integer_u32(&components, component, MANY, 6), BK_OK);
    double n[6] = {0};
    double sum[6][2] = {{0}};
    double squares[6][2] = {{0}};
    double products[6] = {0};
    const double deviation = sqrt(claimed->variance);
    for (size_t i = 0; i < MANY; i++) {
        const uint32_t k = component[i];
        double z[2];
        for (size_t j = 0; j < 2; j++) {
            z[j] = ((double)((float *)sample.x)[j * MANY + i] - claimed->means[2 * k + j]) / deviation;
            sum[k][j] += z[j];
            squares[k][j] += z[j] * z[j];
        }
        products[k] += z[0] * z[1];
        n[k] += 1.0;
    }
    double largest = 0.0;
    for (size_t k = 0; k < 6; k++) {
        for (size_t j = 0; j < 2; j++) {
            largest = fmax(largest, fabs(sum[k][j]) / sqrt(n[k]));
            largest = fmax(largest, fabs(squares[k][j] - n[k]) / sqrt(2.0 * n[k]));
        }
        largest = fmax(largest, fabs(products[k]) / sqrt(n[k]));
    }
    bk_free(component);
    points_free(&sample);
    return largest;
}

Test(mixture_sample, components_have_their_means_and_variance)
{
    cr_expect_lt(largest_z(&bk_mixture_lab, &bk_mixture_lab), 5.0);
}

Test(mixture_sample, planted_wrong_variance_or_mean_is_seen)
{
    bk_mixture wide = bk_mixture_lab;
    wide.variance = 0.053;
    cr_expect_gt(largest_z(&wide, &bk_mixture_lab), 5.0);
    double means[12];
    memcpy(means, bk_mixture_lab.means, sizeof means);
    means[7] += 0.01;
    const bk_mixture moved = {.inputs = 2, .components = 3, .means = means, .variance = 0.05};
    cr_expect_gt(largest_z(&moved, &bk_mixture_lab), 5.0);
}

/* Chi-square of counts against equal frequencies. */
static double chi_square(const size_t *counts, size_t cells, size_t total)
{
    double sum = 0.0;
    const double expected = (double)total / (double)cells;
    for (size_t k = 0; k < cells; k++) {
        sum += ((double)counts[k] - expected) * ((double)counts[k] - expected) / expected;
    }
    return sum;
}

/* Which mean of the point's class is nearest; classes' components lie 4.5 deviations apart. */
static size_t nearest_component(double x0, double x1, int label)
{
    size_t best = 0;
    double best_distance = INFINITY;
    for (size_t k = 0; k < 3; k++) {
        const double *mean = bk_mixture_lab.means + ((label == 1 ? 3U : 0U) + k) * 2U;
        const double distance = (x0 - mean[0]) * (x0 - mean[0]) + (x1 - mean[1]) * (x1 - mean[1]);
        if (distance < best_distance) {
            best_distance = distance;
            best = k;
        }
    }
    return best;
}

/* Means 10 apart make nearest-mean recovery exact (44 deviations), so the counts are the components'. */
static double frequency_statistic(const bk_mixture *mixture, size_t cells)
{
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER, 2);
    points sample = points_draw_from(mixture, BK_SAMPLING_IID, BK_F32, MANY, &stream);
    size_t counts[6] = {0};
    for (size_t i = 0; i < MANY; i++) {
        const long cell = lround((double)((float *)sample.x)[i] / 10.0);
        cr_assert(cell >= 0 && cell < 6);
        counts[cell]++;
        cr_assert_eq(sample.y[i], cell < 3 ? -1 : 1);
    }
    points_free(&sample);
    return chi_square(counts, cells, MANY);
}

/* P(chi-square with 5 degrees of freedom > 36) < 1e-6. */
Test(mixture_sample, components_are_equally_likely)
{
    static const double means[6] = {0, 10, 20, 30, 40, 50};
    const bk_mixture mixture = {.inputs = 1, .components = 3, .means = means, .variance = 0.05};
    cr_expect_lt(frequency_statistic(&mixture, 6), 36.0);
}

Test(mixture_sample, planted_unequal_frequencies_are_seen)
{
    /* 50 components share each place; two of the first place's move to the second, 4 % of its points. */
    static double means[300];
    for (size_t k = 0; k < 300; k++) {
        means[k] = k < 150 ? 10.0 * (double)(k / 50) : 30.0 + 10.0 * (double)((k - 150) / 50);
    }
    const bk_mixture fair = {.inputs = 1, .components = 150, .means = means, .variance = 0.05};
    cr_expect_lt(frequency_statistic(&fair, 6), 36.0);
    means[0] = 10.0;
    means[1] = 10.0;
    cr_expect_gt(frequency_statistic(&fair, 6), 36.0);
}

/* |z| > 5 has probability 6e-7. */
Test(mixture_sample, iid_labels_are_fair)
{
    points sample = points_draw(BK_SAMPLING_IID, BK_F64, MANY, BK_PURPOSE_USER, 3);
    double sum = 0.0;
    for (size_t i = 0; i < MANY; i++) {
        sum += sample.y[i];
    }
    cr_expect_lt(fabs(sum) / sqrt(MANY), 5.0);
    points_free(&sample);
}

Test(mixture_sample, balanced_is_half_and_half_with_the_negative_class_first)
{
    points sample = points_draw(BK_SAMPLING_BALANCED, BK_F32, 1000, BK_PURPOSE_TEST_SET, 0);
    size_t own = 0;
    for (size_t i = 0; i < 1000; i++) {
        cr_assert_eq(sample.y[i], i < 500 ? -1 : 1);
        const double x0 = ((float *)sample.x)[i];
        const double x1 = ((float *)sample.x)[1000 + i];
        double score;
        cr_assert_eq(bk_mixture_log_odds(&score, &bk_mixture_lab, (double[]){x0, x1}, 1), BK_OK);
        own += (score > 0.0) == (sample.y[i] > 0);
        cr_assert_lt(nearest_component(x0, x1, sample.y[i]), 3);
    }
    /* Bayes error 0.0168: more than 40 errors in 1000 has probability below 1e-6. */
    cr_expect_gt(own, 960, "labels belong to their points: %zu of 1000 agree with the Bayes classifier", own);
    points_free(&sample);
}

/* A mistake made elsewhere: reseeding, so that fresh points repeat the training points. */
Test(mixture_sample, other_purposes_and_indices_draw_other_points)
{
    points training = points_draw(BK_SAMPLING_BALANCED, BK_F64, 200, BK_PURPOSE_TRAINING_SET, 0);
    const uint32_t purposes[] = {BK_PURPOSE_TRIAL, BK_PURPOSE_TRIAL, BK_PURPOSE_TEST_SET,
                                 BK_PURPOSE_ERROR_ESTIMATE};
    for (size_t k = 0; k < 4; k++) {
        points other = points_draw(BK_SAMPLING_BALANCED, BK_F64, 200, purposes[k], k);
        for (size_t i = 0; i < 200; i++) {
            for (size_t l = 0; l < 200; l++) {
                cr_assert_neq(((double *)training.x)[i], ((double *)other.x)[l]);
            }
        }
        points_free(&other);
    }
    points_free(&training);
}

static void *sample_all(size_t *bytes)
{
    const size_t count = 614;
    *bytes = 2 * count * 12;
    char *all = bk_allocate(*bytes, 1);
    points single = points_draw(BK_SAMPLING_IID, BK_F32, count, BK_PURPOSE_TRIAL, 9);
    points wide = points_draw(BK_SAMPLING_BALANCED, BK_F64, count, BK_PURPOSE_TRIAL, 10);
    memcpy(all, single.x, 2 * count * 4);
    memcpy(all + 2 * count * 4, wide.x, 2 * count * 8);
    points_free(&single);
    points_free(&wide);
    return all;
}

Test(mixture_sample, every_instruction_set_gives_the_same_bits) { expect_equal_bits(sample_all); }

Test(mixture_sample, bad_input_is_refused_and_nothing_is_written)
{
    float x[8] = {42};
    int8_t y[4] = {42};
    _Alignas(64) char scratch[4096];
    cr_assert_leq(bk_mixture_scratch_bytes(&bk_mixture_lab, 4, BK_F64), sizeof scratch);
    const bk_stream start = bk_stream_open(1, BK_PURPOSE_TRIAL, 0);
    bk_stream stream = start;
    cr_expect_eq(bk_mixture_sample(x, y, &bk_mixture_lab, BK_SAMPLING_BALANCED, BK_F32, 3, &stream, scratch),
                 BK_INVALID);
    cr_expect_not_null(strstr(bk_error_message(), "3 is odd"), "%s", bk_error_message());
    cr_expect_eq(bk_mixture_sample(x, y, &bk_mixture_lab, BK_SAMPLING_IID, BK_F32, 0, &stream, scratch),
                 BK_INVALID);
    cr_expect_eq(bk_mixture_sample(x, y, &bk_mixture_lab, BK_SAMPLING_IID, BK_I64, 2, &stream, scratch),
                 BK_DTYPE);
    bk_mixture bad = bk_mixture_lab;
    bad.variance = 0.0;
    cr_expect_eq(bk_mixture_sample(x, y, &bad, BK_SAMPLING_IID, BK_F32, 2, &stream, scratch), BK_INVALID);
    bad.variance = NAN;
    cr_expect_eq(bk_mixture_sample(x, y, &bad, BK_SAMPLING_IID, BK_F32, 2, &stream, scratch), BK_INVALID);
    bad = bk_mixture_lab;
    bad.components = 0;
    cr_expect_eq(bk_mixture_sample(x, y, &bad, BK_SAMPLING_IID, BK_F32, 2, &stream, scratch), BK_INVALID);
    cr_expect_eq(bk_mixture_scratch_bytes(&bk_mixture_lab, SIZE_MAX / 8, BK_F32), SIZE_MAX);
    cr_expect(x[0] == 42.0F && y[0] == 42);
    cr_expect_eq(memcmp(&stream, &start, sizeof start), 0, "the stream has not moved");
}
