/* SPDX-License-Identifier: GPL-3.0-or-later
 * The stopping rule: when it looks, what it sees, and what the file says of its looks. Looks come at fixed
 * numbers of blocks, so that where a simulation ends depends on its values alone. */
#include <math.h>
#include <string.h>

#include "sim/run.h"

/* The first look. Fewer blocks make the estimated standard error too uncertain to stop on; the asymptotic
 * sequence, which rests on a normal limit, misses the mean of skewed values too often at 16 blocks. */
#define FIRST_LOOK            16
#define FIRST_LOOK_ASYMPTOTIC 64

static bk_status list_outputs(const char *name, const bk_simulation *simulation, const char *asked)
{
    bk_text text = {0};
    for (size_t i = 0; i < simulation->n_outputs; i++) {
        bk_text_append(&text, "%s%s", i == 0 ? "" : ", ", simulation->outputs[i].name);
    }
    const bk_status status =
        asked == NULL
            ? bk_fail(BK_INVALID, "the stopping rule must name an output of '%s' (NAME=X), one of %s", name,
                      bk_text_string(&text))
            : bk_fail(BK_INVALID,
                      "the stopping rule names the output '%s', which '%s' does not have; its outputs are %s",
                      asked, name, bk_text_string(&text));
    bk_text_clear(&text);
    return status;
}

bk_status bk_stop_watches(size_t *output, bk_run *run, const char *name, const bk_simulation *simulation)
{
    const bk_stop_rule *rule = &run->control->stop;
    *output = BK_NO_OUTPUT;
    if (rule->kind == BK_STOP_NEVER || run->mode == BK_RUN_SHARD) {
        return BK_OK;
    }
    if (rule->output == NULL && simulation->n_outputs == 1) {
        *output = 0;
    }
    for (size_t i = 0; rule->output != NULL && i < simulation->n_outputs; i++) {
        if (strcmp(simulation->outputs[i].name, rule->output) == 0) {
            *output = i;
        }
    }
    /* A run of several simulations may watch one of them; one that is watched by none is told at once. */
    if (*output == BK_NO_OUTPUT && !run->rule_used) {
        return list_outputs(name, simulation, rule->output);
    }
    run->rule_used = true;
    return BK_OK;
}

uint64_t bk_stop_first_look(const bk_stop_rule *rule, const bk_output *output)
{
    return rule->kind == BK_STOP_WIDTH && !(output->low < output->high) ? FIRST_LOOK_ASYMPTOTIC : FIRST_LOOK;
}

uint64_t bk_stop_next_look(const bk_part *part, uint64_t blocks)
{
    const uint64_t next = blocks == 0 ? part->first_look : blocks + blocks / 4;
    return next < part->blocks ? next : part->blocks;
}

static bk_status sequence_at(bk_look *look, const bk_part *part, const bk_stop_rule *rule)
{
    const bk_output *output = &part->outputs[part->watched];
    const size_t n = (size_t)look->blocks;
    bk_interval interval;
    if (output->low < output->high) {
        BK_TRY(bk_sequence_betting(&interval, part->block_mean, n, output->low, output->high, rule->level));
    } else {
        BK_TRY(bk_sequence_asymptotic(&interval, part->block_mean, n, rule->level, FIRST_LOOK_ASYMPTOTIC));
    }
    look->low = interval.low;
    look->high = interval.high;
    look->width = interval.high - interval.low;
    /* A degenerate interval (all block means equal) is no precision. */
    look->reached = interval.status == BK_INTERVAL_OK && look->width <= rule->target;
    return BK_OK;
}

bk_status bk_stop_look(bk_look *look, const bk_part *part, const bk_stop_rule *rule, uint64_t blocks)
{
    const bk_summary summary = bk_fold_set_result(&part->folds[part->watched]);
    *look = (bk_look){.blocks = blocks,
                      .trials = summary.count,
                      .mean = summary.mean,
                      .mcse = bk_summary_mcse(&summary),
                      .low = (double)NAN,
                      .high = (double)NAN,
                      .width = (double)NAN};
    if (rule->kind == BK_STOP_WIDTH) {
        return sequence_at(look, part, rule);
    }
    look->reached = summary.sum_squares > 0.0 && look->mcse <= rule->target;
    return BK_OK;
}

/* ---- The file ---- */

static bk_status put_column(bk_group *group, const char *name, const char *unit, const char *long_name,
                            const bk_look *looks, size_t n, size_t offset)
{
    const bk_field field = {
        .name = name, .dtype = BK_F64, .rank = 1, .axes = {"look"}, .unit = unit, .long_name = long_name};
    double *column = bk_allocate(n, sizeof *column);
    if (column == NULL) {
        return bk_error_status();
    }
    for (size_t i = 0; i < n; i++) {
        memcpy(&column[i], (const char *)&looks[i] + offset, sizeof column[i]);
    }
    const bk_status status = bk_group_add(group, &field, &n, column) == NULL ? bk_error_status() : BK_OK;
    bk_free(column);
    return status;
}

static bk_status put_trials(bk_group *group, const bk_look *looks, size_t n)
{
    static const bk_field field = {.name = "trials",
                                   .dtype = BK_U64,
                                   .rank = 1,
                                   .axes = {"look"},
                                   .unit = "1",
                                   .long_name = "trials at each look of the stopping rule"};
    uint64_t *column = bk_allocate(n, sizeof *column);
    if (column == NULL) {
        return bk_error_status();
    }
    for (size_t i = 0; i < n; i++) {
        column[i] = looks[i].trials;
    }
    const bk_status status = bk_group_add(group, &field, &n, column) == NULL ? bk_error_status() : BK_OK;
    bk_free(column);
    return status;
}

/* What the rule promises, in words. */
static const char *promise_of(const bk_part *part, const bk_stop_rule *rule)
{
    const bk_output *output = &part->outputs[part->watched];
    if (rule->kind == BK_STOP_MCSE) {
        return "a rule of precision: it claims no coverage";
    }
    return output->low < output->high
               ? "finite-sample: the intervals of all looks hold together with probability at least level"
               : "asymptotic: the range of the output is unknown";
}

bk_status bk_stop_put(bk_group *group, const bk_part *part, const bk_stop_rule *rule)
{
    const bk_look *looks = part->looks;
    const size_t n = part->n_looks;
    const bk_output *output = &part->outputs[part->watched];
    const char *unit = output->unit == NULL ? "1" : output->unit;
    bk_group *stop = bk_group_at(group, "stop");
    BK_TRY(bk_group_set_text(stop, "rule", rule->kind == BK_STOP_MCSE ? "mcse" : "width"));
    BK_TRY(bk_group_set_text(stop, "output", output->name));
    BK_TRY(bk_group_set_real(stop, "target", rule->target));
    BK_TRY(bk_group_set_flag(stop, "reached", looks[n - 1].reached));
    BK_TRY(bk_group_set_text(stop, "promise", promise_of(part, rule)));
    BK_TRY(put_trials(stop, looks, n));
    BK_TRY(put_column(stop, "mean", unit, "mean at each look", looks, n, offsetof(bk_look, mean)));
    BK_TRY(put_column(stop, "mcse", unit, "Monte Carlo standard error at each look", looks, n,
                      offsetof(bk_look, mcse)));
    if (rule->kind == BK_STOP_MCSE) {
        return BK_OK;
    }
    const bool betting = output->low < output->high;
    BK_TRY(bk_group_set_real(stop, "level", rule->level));
    BK_TRY(bk_group_set_text(stop, "method", betting ? "betting-sequence" : "asymptotic-sequence"));
    BK_TRY(
        bk_group_set_text(stop, "guarantee",
                          bk_guarantee_name(betting ? BK_GUARANTEE_FINITE_SAMPLE : BK_GUARANTEE_ASYMPTOTIC)));
    BK_TRY(put_column(stop, "low", unit, "lower end of the confidence sequence", looks, n,
                      offsetof(bk_look, low)));
    return put_column(stop, "high", unit, "upper end of the confidence sequence", looks, n,
                      offsetof(bk_look, high));
}
