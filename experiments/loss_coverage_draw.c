/* SPDX-License-Identifier: GPL-3.0-or-later
 * The distributions of a loss: how each is drawn, with the same bits everywhere, and its true mean. The first
 * losses of a long sample are those of a short one. */
#include "loss_coverage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const names[LOSS_DISTRIBUTION_COUNT] = {
    [LOSS_BETA] = "beta",           [LOSS_LOGNORMAL] = "lognormal",     [LOSS_RARE] = "rare",
    [LOSS_BERNOULLI] = "bernoulli", [LOSS_EXPONENTIAL] = "exponential",
};

loss_distribution loss_distribution_of(const char *name)
{
    size_t i = 0;
    while (i < LOSS_DISTRIBUTION_COUNT && strcmp(names[i], name) != 0) {
        i++;
    }
    return (loss_distribution)i;
}

loss_facts loss_facts_of(loss_distribution distribution, const loss_parameters *parameters)
{
    const loss_parameters *p = parameters;
    loss_facts facts = {.range_low = 0.0, .range_high = 1.0};
    switch (distribution) {
    case LOSS_BETA:
        facts.mean = p->shape_a / (p->shape_a + p->shape_b);
        (void)snprintf(facts.formula, sizeof facts.formula, "Beta(%g, %g)", p->shape_a, p->shape_b);
        break;
    case LOSS_LOGNORMAL:
        facts.mean = exp(p->sigma * p->sigma / 2.0);
        facts.range_high = 0.0;
        (void)snprintf(facts.formula, sizeof facts.formula, "exp(%g z), z standard normal", p->sigma);
        break;
    case LOSS_RARE:
        facts.mean = p->rare_probability * (p->rare_uniform ? 0.5 : 1.0);
        (void)snprintf(facts.formula, sizeof facts.formula, "0 with probability %g, else %s",
                       1.0 - p->rare_probability, p->rare_uniform ? "uniform in [0, 1)" : "1");
        break;
    case LOSS_BERNOULLI:
        facts.mean = p->error_rate;
        (void)snprintf(facts.formula, sizeof facts.formula, "1 with probability %g, else 0", p->error_rate);
        break;
    case LOSS_EXPONENTIAL:
    case LOSS_DISTRIBUTION_COUNT:
        facts.mean = 1.0;
        facts.range_high = 0.0;
        (void)snprintf(facts.formula, sizeof facts.formula, "-log u, u uniform in (0, 1)");
        break;
    }
    return facts;
}

/* exp(sigma z). libm's exp differs between machines in its last bit, the tensor operation does not; its
 * tape lives for this one call, because a tape belongs to one thread. */
static bk_status draw_lognormal(double *losses, size_t count, double sigma, bk_stream *stream)
{
    bk_fill_normal_f64(stream, losses, count);
    bk_tape *tape = bk_tape_create();
    if (tape == NULL) {
        return bk_error_status();
    }
    bk_tensor *z = bk_tensor_from(tape, BK_F64, 1, &count, losses);
    const bk_status status = bk_tensor_read(bk_exp(bk_scale(z, sigma)), losses);
    bk_tape_destroy(tape);
    return status;
}

/* Two draws a loss, whether the second one is used or not, so that a loss has its fixed place in the
 * stream: is it a large one, and how large. */
static void draw_rare(double *losses, size_t count, const loss_parameters *parameters, bk_stream *stream)
{
    bk_fill_uniform_f64(stream, losses, 2 * count);
    for (size_t i = 0; i < count; i++) {
        const double size = parameters->rare_uniform ? losses[2 * i + 1] : 1.0;
        losses[i] = losses[2 * i] < parameters->rare_probability ? size : 0.0;
    }
}

bk_status loss_draw(double *losses, size_t count, loss_distribution distribution,
                    const loss_parameters *parameters, bk_stream *stream)
{
    switch (distribution) {
    case LOSS_BETA:
        return bk_fill_beta(stream, losses, count, parameters->shape_a, parameters->shape_b);
    case LOSS_LOGNORMAL:
        return draw_lognormal(losses, count, parameters->sigma, stream);
    case LOSS_RARE:
        draw_rare(losses, count, parameters, stream);
        return BK_OK;
    case LOSS_BERNOULLI:
        bk_fill_uniform_f64(stream, losses, count);
        for (size_t i = 0; i < count; i++) {
            losses[i] = losses[i] < parameters->error_rate ? 1.0 : 0.0;
        }
        return BK_OK;
    case LOSS_EXPONENTIAL:
    case LOSS_DISTRIBUTION_COUNT:
        break;
    }
    return bk_fill_exponential_f64(stream, losses, count, 1.0);
}
