/* SPDX-License-Identifier: GPL-3.0-or-later
 * From a source to losses: the columns asked for, and what is known of their range. */
#include "cli/input.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/input_labels.h"

#define MAX_COLUMNS 6

/* Which columns to ask for; at gets where each one will be, or MAX_COLUMNS. */
typedef struct wanted_columns {
    bk_data_column column[MAX_COLUMNS];
    size_t count;
} wanted_columns;

static size_t want(wanted_columns *all, const char *name, bk_data_kind kind, const char *option)
{
    all->column[all->count] = (bk_data_column){name, kind, option};
    return all->count++;
}

static bk_status check_request(const bk_input_request *request)
{
    const bool answer = request->prediction != NULL || request->score != NULL;
    if (request->prediction != NULL && request->score != NULL) {
        return bk_fail(BK_INVALID, "--prediction and --score: give one of the two");
    }
    if (request->label != NULL && !answer) {
        return bk_fail(BK_INVALID, "--label: labels alone have no loss; add --prediction or --score");
    }
    if (answer && request->label == NULL) {
        return bk_fail(BK_INVALID, "--%s: with which true labels? add --label",
                       request->score != NULL ? "score" : "prediction");
    }
    if (request->label != NULL && request->column != NULL) {
        return bk_fail(BK_INVALID,
                       "--column and --label: the losses are read, or computed from labels, not both");
    }
    if (request->loss_given && request->label == NULL) {
        return bk_fail(BK_INVALID,
                       "--loss: losses that are read are taken as they are; it goes with --label");
    }
    if (request->loss != BK_LOSS_ZERO_ONE && request->score == NULL) {
        return bk_fail(BK_INVALID, "--loss %s: it needs probabilities, so add --score",
                       request->loss == BK_LOSS_BRIER ? "brier" : "log");
    }
    if (request->threshold_given && request->score == NULL) {
        return bk_fail(BK_INVALID, "--threshold: it belongs to --score");
    }
    if (request->positive != NULL && request->label == NULL) {
        return bk_fail(BK_INVALID, "--positive: it belongs to --label");
    }
    return BK_OK;
}

/* Whether the losses are 0 and 1, and whether they keep to the range. */
static bk_status look_at_losses(bk_input *input, const bk_input_request *request)
{
    const double *losses = input->losses;
    const double low = request->range_given ? request->range_low : -INFINITY;
    const double high = request->range_given ? request->range_high : INFINITY;
    uint64_t ones = 0;
    /* A log loss or Brier score, or a loss of another range, may be 0 and 1 by chance and is no count. */
    bool zero_one = request->loss == BK_LOSS_ZERO_ONE &&
                    (!request->range_given || (low >= 0.0 && low <= 0.0 && high >= 1.0 && high <= 1.0));
    for (size_t i = 0; i < input->n; i++) {
        const double loss = losses[i];
        ones += loss == 1.0 ? 1 : 0;
        zero_one = zero_one && (loss == 0.0 || loss == 1.0);
        if (loss < low || loss > high) {
            char where[400];
            bk_data_where(where, sizeof where, input->data, i);
            return bk_fail(BK_INVALID, "%s: the loss %.17g lies outside --range %.17g:%.17g", where, loss,
                           low, high);
        }
    }
    input->zero_one = zero_one;
    input->errors = zero_one ? ones : 0;
    if (request->range_given) {
        input->range_low = low;
        input->range_high = high;
        input->range_reason = "given by --range";
    } else if (zero_one || request->loss == BK_LOSS_BRIER) {
        input->range_low = 0.0;
        input->range_high = 1.0;
        input->range_reason = zero_one ? "the losses are 0 and 1" : "a Brier score of probabilities";
    }
    input->range_known = input->range_reason != NULL;
    return BK_OK;
}

static bk_status check_weights(const bk_input *input)
{
    double sum = 0.0;
    for (size_t i = 0; input->weights != NULL && i < input->n; i++) {
        if (input->weights[i] < 0.0) {
            char where[400];
            bk_data_where(where, sizeof where, input->data, i);
            return bk_fail(BK_INVALID, "%s: the weight %.17g is negative", where, input->weights[i]);
        }
        sum += input->weights[i];
    }
    if (input->weights != NULL && !(sum > 0.0 && isfinite(sum))) {
        return bk_fail(BK_INVALID, "--weights: their sum is %g", sum);
    }
    return BK_OK;
}

bk_status bk_input_read(bk_input *input, const char *source, const bk_input_request *request)
{
    *input = (bk_input){0};
    BK_TRY(check_request(request));
    wanted_columns all = {.count = 0};
    const bool labels = request->label != NULL;
    const size_t first = labels ? want(&all, request->label, BK_DATA_CATEGORY, "--label")
                                : want(&all, request->column, BK_DATA_NUMBER, "--column");
    size_t answer = 0;
    if (labels) {
        const bool score = request->score != NULL;
        answer = want(&all, score ? request->score : request->prediction,
                      score ? BK_DATA_NUMBER : BK_DATA_CATEGORY, score ? "--score" : "--prediction");
    }
    const size_t group = request->group == NULL ? 0 : want(&all, request->group, BK_DATA_CATEGORY, "--group");
    const size_t strata =
        request->strata == NULL ? 0 : want(&all, request->strata, BK_DATA_CATEGORY, "--strata");
    const size_t weights =
        request->weights == NULL ? 0 : want(&all, request->weights, BK_DATA_NUMBER, "--weights");
    const size_t denominator =
        request->denominator == NULL ? 0 : want(&all, request->denominator, BK_DATA_NUMBER, "--denominator");
    input->data = bk_data_read(source, all.column, all.count, &request->layout);
    if (input->data == NULL) {
        return bk_error_status();
    }
    input->n = bk_data_rows(input->data);
    input->label_known = labels;
    if (labels) {
        BK_TRY(bk_input_of_labels(input, request, first, answer));
    } else {
        const char *name = bk_data_column_name(input->data, first);
        char plain[64] = "";
        (void)snprintf(plain, sizeof plain, "%.60s", name);
        input->losses = bk_data_numbers(input->data, first);
        (void)snprintf(input->about, sizeof input->about, "losses%s%s (%s)",
                       plain[0] == '\0'                 ? ""
                       : bk_data_has_names(input->data) ? " of column "
                                                        : " of ",
                       plain, bk_data_description(input->data));
    }
    if (group != 0) {
        input->group = bk_data_codes(input->data, group);
        input->group_count = bk_data_category_count(input->data, group);
    }
    if (strata != 0) {
        input->stratum = bk_data_codes(input->data, strata);
        input->stratum_count = bk_data_category_count(input->data, strata);
        input->strata_column = strata;
    }
    input->weights = weights == 0 ? NULL : bk_data_numbers(input->data, weights);
    input->denominators = denominator == 0 ? NULL : bk_data_numbers(input->data, denominator);
    BK_TRY(check_weights(input));
    return look_at_losses(input, request);
}

void bk_input_clear(bk_input *input)
{
    bk_data_destroy(input->data);
    bk_free(input->computed);
    bk_free(input->positive);
    bk_free(input->predicted);
    *input = (bk_input){0};
}
