/* SPDX-License-Identifier: GPL-3.0-or-later
 * Each distribution of brisk rng as one call of the library. */
#include "cli/rng_distributions.h"

#include <float.h>
#include <math.h>

const char *const bk_rng_parameter_names[BK_RNG_PARAMETERS] = {
    "low", "high", "mean", "sd", "rate", "bound", "p", "n", "shape", "alpha", "beta", "df"};

static double value_or(const bk_rng_request *request, bk_rng_parameter which, double otherwise)
{
    return request->given[which] ? request->value[which] : otherwise;
}

/* The parameter as a float; what a float cannot hold is refused, because rounding would change its meaning.
 */
static bk_status narrow(float *out, const bk_rng_request *request, bk_rng_parameter which, double otherwise)
{
    const double value = value_or(request, which, otherwise);
    if (fabs(value) > (double)FLT_MAX || (value != 0.0 && (float)value == 0.0F)) {
        return bk_fail(BK_INVALID, "--%s: a float cannot hold %.17g; leave out --dtype f32",
                       bk_rng_parameter_names[which], value);
    }
    *out = (float)value;
    return BK_OK;
}

static bk_status fill_uniform(const bk_rng_request *r, bk_stream *stream, bk_rng_values *out, size_t count)
{
    return bk_fill_uniform_range_f64(stream, out->f64, count, value_or(r, BK_RNG_LOW, 0.0),
                                     value_or(r, BK_RNG_HIGH, 1.0));
}

static bk_status fill_uniform_half(const bk_rng_request *r, bk_stream *stream, bk_rng_values *out,
                                   size_t count)
{
    float low = 0.0F;
    float high = 0.0F;
    BK_TRY(narrow(&low, r, BK_RNG_LOW, 0.0));
    BK_TRY(narrow(&high, r, BK_RNG_HIGH, 1.0));
    return bk_fill_uniform_range_f32(stream, out->f32, count, low, high);
}

static bk_status fill_normal(const bk_rng_request *r, bk_stream *stream, bk_rng_values *out, size_t count)
{
    return bk_fill_normal_scaled_f64(stream, out->f64, count, value_or(r, BK_RNG_MEAN, 0.0),
                                     value_or(r, BK_RNG_SD, 1.0));
}

static bk_status fill_normal_half(const bk_rng_request *r, bk_stream *stream, bk_rng_values *out,
                                  size_t count)
{
    float mean = 0.0F;
    float sd = 0.0F;
    BK_TRY(narrow(&mean, r, BK_RNG_MEAN, 0.0));
    BK_TRY(narrow(&sd, r, BK_RNG_SD, 1.0));
    return bk_fill_normal_scaled_f32(stream, out->f32, count, mean, sd);
}

static bk_status fill_exponential(const bk_rng_request *r, bk_stream *stream, bk_rng_values *out,
                                  size_t count)
{
    return bk_fill_exponential_f64(stream, out->f64, count, value_or(r, BK_RNG_RATE, 1.0));
}

static bk_status fill_exponential_half(const bk_rng_request *r, bk_stream *stream, bk_rng_values *out,
                                       size_t count)
{
    return bk_fill_exponential_f32(stream, out->f32, count, value_or(r, BK_RNG_RATE, 1.0));
}

static bk_status fill_integer(const bk_rng_request *r, bk_stream *stream, bk_rng_values *out, size_t count)
{
    return bk_fill_integer_u64(stream, out->u64, count, r->bound);
}

static bk_status fill_integer_half(const bk_rng_request *r, bk_stream *stream, bk_rng_values *out,
                                   size_t count)
{
    return bk_fill_integer_u32(stream, out->u32, count, r->bound);
}

static bk_status fill_integer_exact(const bk_rng_request *r, bk_stream *stream, bk_rng_values *out,
                                    size_t count)
{
    return bk_fill_integer_exact_u64(stream, out->u64, count, r->bound);
}

static bk_status fill_bernoulli(const bk_rng_request *r, bk_stream *stream, bk_rng_values *out, size_t count)
{
    return bk_fill_bernoulli(stream, out->u8, count, r->value[BK_RNG_P]);
}

static bk_status fill_binomial(const bk_rng_request *r, bk_stream *stream, bk_rng_values *out, size_t count)
{
    return bk_fill_binomial(stream, out->u64, count, r->trials, r->value[BK_RNG_P]);
}

static bk_status fill_poisson(const bk_rng_request *r, bk_stream *stream, bk_rng_values *out, size_t count)
{
    return bk_fill_poisson(stream, out->u64, count, r->value[BK_RNG_MEAN]);
}

static bk_status fill_gamma(const bk_rng_request *r, bk_stream *stream, bk_rng_values *out, size_t count)
{
    return bk_fill_gamma(stream, out->f64, count, r->value[BK_RNG_SHAPE], value_or(r, BK_RNG_RATE, 1.0));
}

static bk_status fill_beta(const bk_rng_request *r, bk_stream *stream, bk_rng_values *out, size_t count)
{
    return bk_fill_beta(stream, out->f64, count, r->value[BK_RNG_ALPHA], r->value[BK_RNG_BETA]);
}

static bk_status fill_student_t(const bk_rng_request *r, bk_stream *stream, bk_rng_values *out, size_t count)
{
    return bk_fill_student_t(stream, out->f64, count, r->value[BK_RNG_DF]);
}

static bk_status fill_raw(const bk_rng_request *r, bk_stream *stream, bk_rng_values *out, size_t count)
{
    (void)r;
    bk_stream_fill(stream, out->u64, count);
    return BK_OK;
}

#define BIT(name) BK_RNG_BIT(BK_RNG_##name)

/* With the default parameters the first two are uniform-f64-v1 and normal-box-muller-f64-v1, and their f32
 * versions likewise. */
const bk_rng_distribution bk_rng_distributions[BK_RNG_DISTRIBUTIONS] = {
    {"uniform", "uniform-range-f64-v1", BK_RNG_FORM_F64, BIT(LOW) | BIT(HIGH), 0, fill_uniform,
     fill_uniform_half, "uniform-range-f32-v1"},
    {"normal", "normal-scaled-f64-v1", BK_RNG_FORM_F64, BIT(MEAN) | BIT(SD), 0, fill_normal, fill_normal_half,
     "normal-scaled-f32-v1"},
    {"exponential", "exponential-inversion-f64-v1", BK_RNG_FORM_F64, BIT(RATE), 0, fill_exponential,
     fill_exponential_half, "exponential-inversion-f32-v1"},
    {"integer", "integer-multiply-high-64-v1", BK_RNG_FORM_U64, BIT(BOUND), BIT(BOUND), fill_integer,
     fill_integer_half, "integer-multiply-high-32-v1"},
    {"integer-exact", "integer-lemire-64-v1", BK_RNG_FORM_U64, BIT(BOUND), BIT(BOUND), fill_integer_exact,
     NULL, NULL},
    {"bernoulli", "bernoulli-v1", BK_RNG_FORM_U8, BIT(P), BIT(P), fill_bernoulli, NULL, NULL},
    {"binomial", "binomial-inversion-v1, binomial-btrs-v1", BK_RNG_FORM_U64, BIT(N) | BIT(P), BIT(N) | BIT(P),
     fill_binomial, NULL, NULL},
    {"poisson", "poisson-inversion-v1, poisson-ptrs-v1", BK_RNG_FORM_U64, BIT(MEAN), BIT(MEAN), fill_poisson,
     NULL, NULL},
    {"gamma", "gamma-marsaglia-tsang-f64-v1", BK_RNG_FORM_F64, BIT(SHAPE) | BIT(RATE), BIT(SHAPE), fill_gamma,
     NULL, NULL},
    {"beta", "beta-gamma-f64-v1", BK_RNG_FORM_F64, BIT(ALPHA) | BIT(BETA), BIT(ALPHA) | BIT(BETA), fill_beta,
     NULL, NULL},
    {"student-t", "student-t-f64-v1", BK_RNG_FORM_F64, BIT(DF), BIT(DF), fill_student_t, NULL, NULL},
};

const bk_rng_distribution bk_rng_raw = {"raw", NULL, BK_RNG_FORM_RAW, 0, 0, fill_raw, NULL, NULL};
