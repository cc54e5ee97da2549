/* SPDX-License-Identifier: GPL-3.0-or-later
 * Groups, strata with their priors, and weights. */
#include "cli/interval_sampling.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct named_stratum {
    const char *name;
    double number;
    bool numeric;
    size_t code;
} named_stratum;

/* Numbers by their value, names by their bytes. */
static int compare_strata(const void *a, const void *b)
{
    const named_stratum *x = a, *y = b;
    if (x->numeric && y->numeric && x->number != y->number) {
        return x->number < y->number ? -1 : 1;
    }
    return strcmp(x->name, y->name);
}

/* One item of --prior: "P", or "NAME=P". */
static bk_status take_prior(double *prior, bool *given, const named_stratum *strata, size_t count,
                            size_t item, const char *text)
{
    const char *equals = strrchr(text, '=');
    size_t which = item;
    if (equals != NULL) {
        const size_t length = (size_t)(equals - text);
        for (which = 0; which < count; which++) {
            if (strlen(strata[which].name) == length && strncmp(strata[which].name, text, length) == 0) {
                break;
            }
        }
    }
    if (which >= count) {
        return equals != NULL
                   ? bk_fail(BK_INVALID, "--prior: there is no stratum '%.*s'", (int)(equals - text), text)
                   : bk_fail(BK_INVALID, "--prior: more shares than the %zu strata", count);
    }
    const size_t code = strata[which].code;
    if (given[code]) {
        return bk_fail(BK_INVALID, "--prior: the share of stratum '%s' stands there twice",
                       strata[which].name);
    }
    BK_TRY(bk_parse_real(&prior[code], equals == NULL ? text : equals + 1, "--prior"));
    if (!(prior[code] >= 0.0 && prior[code] <= 1.0)) {
        return bk_fail(BK_INVALID, "--prior: %g is no share, which lies in [0,1]", prior[code]);
    }
    given[code] = true;
    return BK_OK;
}

static bk_status parse_priors(double *prior, bool *given, const named_stratum *strata, size_t count,
                              const char *list)
{
    char item[256];
    double sum = 0.0;
    size_t number = 0;
    for (const char *at = list;; number++) {
        const size_t length = strcspn(at, ",");
        if (length == 0 || length >= sizeof item) {
            return bk_fail(BK_INVALID, "--prior: '%s' is no list of the form P,P or NAME=P,NAME=P", list);
        }
        memcpy(item, at, length);
        item[length] = '\0';
        BK_TRY(take_prior(prior, given, strata, count, number, item));
        if (at[length] == '\0') {
            break;
        }
        at += length + 1;
    }
    for (size_t i = 0; i < count; i++) {
        if (!given[i]) {
            return bk_fail(BK_INVALID, "--prior: %zu shares for %zu strata", number + 1, count);
        }
        sum += prior[i];
    }
    if (fabs(sum - 1.0) > 1e-9) {
        return bk_fail(BK_INVALID, "--prior: the shares sum to %.12g, not to 1", sum);
    }
    for (size_t i = 0; i < count; i++) {
        prior[i] /= sum;
    }
    return BK_OK;
}

static bk_status find_priors(double *prior, const bk_input *input, const char *list)
{
    const size_t count = input->stratum_count;
    named_stratum *strata = bk_allocate(count, sizeof *strata);
    bool *given = bk_allocate(count, sizeof *given);
    bk_status status = strata == NULL || given == NULL ? bk_error_status() : BK_OK;
    for (size_t code = 0; status == BK_OK && code < count; code++) {
        strata[code].name = bk_data_category(input->data, input->strata_column, code);
        strata[code].numeric =
            bk_data_category_number(&strata[code].number, input->data, input->strata_column, code);
        strata[code].code = code;
    }
    if (status == BK_OK) {
        qsort(strata, count, sizeof *strata, compare_strata);
        status = parse_priors(prior, given, strata, count, list);
    }
    bk_free(strata);
    bk_free(given);
    return status;
}

/* The mean of each stratum, weighed by its prior. */
static bk_status stratify(bk_losses *losses, const double *prior, const bk_input *input)
{
    double *sum = bk_allocate(input->stratum_count, sizeof *sum);
    uint64_t *size = bk_allocate(input->stratum_count, sizeof *size);
    if (sum == NULL || size == NULL) {
        bk_free(sum);
        bk_free(size);
        return bk_error_status();
    }
    for (size_t i = 0; i < input->n; i++) {
        sum[input->stratum[i]] += input->losses[i];
        size[input->stratum[i]]++;
    }
    losses->sampling = BK_SAMPLING_STRATIFIED;
    losses->mean = 0.0;
    losses->square_weights = 0.0;
    for (size_t s = 0; s < input->stratum_count; s++) {
        losses->mean += prior[s] * (sum[s] / (double)size[s]);
        losses->square_weights += prior[s] * prior[s] / (double)size[s];
    }
    bk_free(sum);
    bk_free(size);
    return BK_OK;
}

static void weigh(bk_losses *losses, const bk_input *input)
{
    double sum = 0.0, weighed = 0.0, squares = 0.0;
    for (size_t i = 0; i < input->n; i++) {
        sum += input->weights[i];
    }
    for (size_t i = 0; i < input->n; i++) {
        const double weight = input->weights[i] / sum;
        weighed += weight * input->losses[i];
        squares += weight * weight;
    }
    losses->sampling = BK_SAMPLING_WEIGHTED;
    losses->mean = weighed;
    losses->square_weights = squares;
}

static bk_status set_groups(bk_losses *losses, const bk_input *input)
{
    uint64_t *group = bk_allocate(input->n, sizeof *group);
    if (group == NULL) {
        return bk_error_status();
    }
    for (size_t i = 0; i < input->n; i++) {
        group[i] = input->group[i];
    }
    const bk_status status = bk_losses_set_groups(losses, group, input->n);
    bk_free(group);
    return status;
}

bk_status bk_interval_losses(bk_losses *losses, double **prior, const bk_interval_command *command,
                             const bk_input *input)
{
    const bool ranged = input->range_known;
    BK_TRY(bk_losses_from_values(losses, input->losses, input->n, ranged ? input->range_low : 0.0,
                                 ranged ? input->range_high : 0.0));
    if (!input->zero_one) {
        losses->zero_one = false;
        losses->errors = 0;
        losses->range_known = ranged;
    }
    if (input->group != NULL) {
        return set_groups(losses, input);
    }
    if (input->weights != NULL) {
        weigh(losses, input);
    }
    if (input->stratum == NULL || command->prior == NULL) {
        return BK_OK;
    }
    *prior = bk_allocate(input->stratum_count, sizeof **prior);
    if (*prior == NULL) {
        return bk_error_status();
    }
    BK_TRY(find_priors(*prior, input, command->prior));
    return stratify(losses, *prior, input);
}
