/* SPDX-License-Identifier: GPL-3.0-or-later
 * Losses from true labels and predictions or scores. */
#include "cli/input_labels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NO_CLASS   UINT32_MAX
#define MANY       1000
#define SHOWN_NAME 40

/* A category's name for messages: cut, and without what a terminal would obey. */
static const char *shown(char *out, const bk_data *data, size_t column, size_t code)
{
    const char *text = bk_data_category(data, column, code);
    size_t i = 0;
    for (; text[i] != '\0' && i + 1 < SHOWN_NAME; i++) {
        const unsigned char byte = (unsigned char)text[i];
        out[i] = byte < 0x20 || byte == 0x7f ? '?' : text[i];
    }
    out[i] = '\0';
    return out;
}

static bool same_category(const bk_data *data, size_t a, size_t code_a, size_t b, size_t code_b)
{
    double x = 0.0, y = 0.0;
    const char *text_a = bk_data_category(data, a, code_a), *text_b = bk_data_category(data, b, code_b);
    if (strcmp(text_a, text_b) == 0) {
        return true;
    }
    return bk_parse_real(&x, text_a, "") == BK_OK && bk_parse_real(&y, text_b, "") == BK_OK && x == y;
}

/* The code among the labels of a text that the user or the predictions wrote; NO_CLASS where there is none.
 */
static uint32_t label_of_value(const bk_data *data, size_t label, const char *value)
{
    double x = 0.0, y = 0.0;
    for (size_t code = 0; code < bk_data_category_count(data, label); code++) {
        const char *text = bk_data_category(data, label, code);
        if (strcmp(text, value) == 0 ||
            (bk_parse_real(&x, text, "") == BK_OK && bk_parse_real(&y, value, "") == BK_OK && x == y)) {
            return (uint32_t)code;
        }
    }
    return NO_CLASS;
}

/* ---- The positive class ----------------------------------------------------------------------------------
 */

/* Its code, or NO_CLASS where there is no way to know and needed is false. */
static bk_status find_positive(uint32_t *positive, const bk_input *input, const bk_input_request *request,
                               size_t label, bool needed)
{
    const bk_data *data = input->data;
    const size_t count = bk_data_category_count(data, label);
    char a[SHOWN_NAME], b[SHOWN_NAME];
    double first = 0.0, second = 0.0;
    *positive = NO_CLASS;
    if (request->positive != NULL) {
        *positive = label_of_value(data, label, request->positive);
        return *positive != NO_CLASS || !needed || count == 1
                   ? BK_OK
                   : bk_fail(BK_INVALID, "--positive: no label is '%s'; there are '%s' and %zu more",
                             request->positive, shown(a, data, label, 0), count - 1);
    }
    if (count > 2) {
        return needed ? bk_fail(BK_INVALID,
                                "--label: scores go with two classes, and there are %zu ('%s', '%s', ...)",
                                count, shown(a, data, label, 0), shown(b, data, label, 1))
                      : BK_OK;
    }
    const bool numbers = bk_data_category_number(&first, data, label, 0) &&
                         (count == 1 || bk_data_category_number(&second, data, label, 1));
    if (numbers && count == 2) {
        *positive = second > first ? 1 : 0;
        return BK_OK;
    }
    if (numbers && (first == 1.0 || first == 0.0 || first == -1.0)) {
        *positive = first == 1.0 ? 0 : NO_CLASS;
        return BK_OK;
    }
    if (!needed) {
        return BK_OK;
    }
    return count == 1
               ? bk_fail(BK_INVALID,
                         "--label: every label is '%s'; say by --positive VALUE which one is positive",
                         shown(a, data, label, 0))
               : bk_fail(BK_INVALID,
                         "--label: the labels are '%s' and '%s'; which one does a high score stand for? add "
                         "--positive VALUE",
                         shown(a, data, label, 0), shown(b, data, label, 1));
}

static bk_status mark_positive(bk_input *input, size_t label, uint32_t positive)
{
    const uint32_t *codes = bk_data_codes(input->data, label);
    input->positive = bk_allocate(input->n, 1);
    input->predicted = bk_allocate(input->n, 1);
    if (input->positive == NULL || input->predicted == NULL) {
        return bk_error_status();
    }
    for (size_t i = 0; i < input->n; i++) {
        input->positive[i] = codes[i] == positive;
    }
    return BK_OK;
}

/* ---- Predictions -----------------------------------------------------------------------------------------
 */

/* For each predicted category the label it is, or NO_CLASS. */
static bk_status match_categories(uint32_t *match, const bk_data *data, size_t label, size_t prediction)
{
    const size_t labels = bk_data_category_count(data, label),
                 count = bk_data_category_count(data, prediction);
    size_t unknown = 0, example = 0;
    for (size_t code = 0; code < count; code++) {
        match[code] = NO_CLASS;
        for (size_t other = 0; other < labels && match[code] == NO_CLASS; other++) {
            match[code] = same_category(data, prediction, code, label, other) ? (uint32_t)other : NO_CLASS;
        }
        if (match[code] == NO_CLASS) {
            unknown++;
            example = code;
        }
    }
    char a[SHOWN_NAME], b[SHOWN_NAME];
    double value = 0.0;
    if (unknown > 0 && bk_data_category_number(&value, data, prediction, example) && value != floor(value)) {
        return bk_fail(BK_INVALID, "--prediction: '%s' is no label but looks like a score: use --score",
                       shown(a, data, prediction, example));
    }
    if (unknown == count || (unknown > 0 && labels == 2 && count <= 2)) {
        return bk_fail(
            BK_INVALID,
            "--prediction: '%s' is none of the labels ('%s', ...): write labels and predictions alike",
            shown(a, data, prediction, example), shown(b, data, label, 0));
    }
    return BK_OK;
}

static bk_status of_predictions(bk_input *input, const bk_input_request *request, size_t label,
                                size_t prediction)
{
    const bk_data *data = input->data;
    const size_t count = bk_data_category_count(data, prediction),
                 labels = bk_data_category_count(data, label);
    char name[SHOWN_NAME];
    uint32_t positive = NO_CLASS;
    if (count > MANY || labels > MANY) {
        return bk_fail(BK_INVALID, "--%s: %zu different values are no labels (at most %d)%s",
                       count > MANY ? "prediction" : "label", count > MANY ? count : labels, MANY,
                       count > MANY ? ": are they scores? use --score" : "");
    }
    uint32_t *match = bk_allocate(count, sizeof *match);
    bk_status status = match == NULL ? bk_error_status() : match_categories(match, data, label, prediction);
    if (status == BK_OK) {
        status = find_positive(&positive, input, request, label, request->positive != NULL);
    }
    const bool two = status == BK_OK && labels <= 2 && (positive != NO_CLASS || labels == 1);
    if (two) {
        status = mark_positive(input, label, positive);
    }
    const uint32_t *truth = bk_data_codes(data, label), *said = bk_data_codes(data, prediction);
    for (size_t i = 0; status == BK_OK && i < input->n; i++) {
        input->computed[i] = match[said[i]] == truth[i] ? 0.0 : 1.0;
        if (two) {
            /* Where all labels are of one class the other prediction is the other class. */
            input->predicted[i] = input->positive[i] != (input->computed[i] == 1.0 ? 1 : 0);
        }
    }
    (void)snprintf(input->about, sizeof input->about, "0/1 loss of predictions, %zu class%s%s%s (%s)", labels,
                   labels == 1 ? "" : "es", positive == NO_CLASS ? "" : ", positive is ",
                   positive == NO_CLASS ? "" : shown(name, data, label, positive), bk_data_description(data));
    bk_free(match);
    return status;
}

/* ---- Scores ----------------------------------------------------------------------------------------------
 */

static double choose_threshold(const bk_input *input, const bk_input_request *request)
{
    if (request->threshold_given) {
        return request->threshold;
    }
    for (size_t i = 0; i < input->n; i++) {
        if (input->scores[i] < 0.0 || input->scores[i] > 1.0) {
            return 0.0;
        }
    }
    return 0.5;
}

static bk_status refuse_score(const bk_input *input, size_t i, const char *reason)
{
    char where[400];
    bk_data_where(where, sizeof where, input->data, i);
    return bk_fail(BK_INVALID, "%s: the score %.17g %s", where, input->scores[i], reason);
}

static bk_status probability_loss(double *loss, const bk_input *input, bk_loss_kind kind, size_t i)
{
    const double p = input->scores[i];
    const bool positive = input->positive[i] != 0;
    if (p < 0.0 || p > 1.0) {
        return refuse_score(input, i, "is no probability, which the Brier score and the log loss need");
    }
    if (kind == BK_LOSS_BRIER) {
        *loss = (positive ? 1.0 - p : p) * (positive ? 1.0 - p : p);
        return BK_OK;
    }
    if (p == (positive ? 0.0 : 1.0)) {
        return refuse_score(input, i, "makes the log loss infinite: keep probabilities inside (0,1)");
    }
    *loss = positive ? -log(p) : -log1p(-p);
    return BK_OK;
}

static bk_status of_scores(bk_input *input, const bk_input_request *request, size_t label, size_t score)
{
    static const char *const names[] = {"0/1 loss", "Brier score", "log loss"};
    const bk_data *data = input->data;
    char name[SHOWN_NAME], threshold_text[64] = "";
    uint32_t positive = NO_CLASS;
    input->scores = bk_data_numbers(data, score);
    BK_TRY(find_positive(&positive, input, request, label, true));
    BK_TRY(mark_positive(input, label, positive));
    const double threshold = choose_threshold(input, request);
    for (size_t i = 0; i < input->n; i++) {
        input->predicted[i] = input->scores[i] > threshold;
        if (request->loss == BK_LOSS_ZERO_ONE) {
            input->computed[i] = input->predicted[i] != input->positive[i] ? 1.0 : 0.0;
        } else {
            BK_TRY(probability_loss(&input->computed[i], input, request->loss, i));
        }
    }
    if (request->loss == BK_LOSS_ZERO_ONE) {
        (void)snprintf(threshold_text, sizeof threshold_text, ", a score above %.6g predicts it", threshold);
    }
    (void)snprintf(input->about, sizeof input->about, "%s of scores, positive is %s%s (%s)",
                   names[request->loss],
                   positive == NO_CLASS ? "not there" : shown(name, data, label, positive), threshold_text,
                   bk_data_description(data));
    return BK_OK;
}

bk_status bk_input_of_labels(bk_input *input, const bk_input_request *request, size_t label, size_t answer)
{
    input->computed = bk_allocate(input->n, sizeof *input->computed);
    if (input->computed == NULL) {
        return bk_error_status();
    }
    input->losses = input->computed;
    return request->score != NULL ? of_scores(input, request, label, answer)
                                  : of_predictions(input, request, label, answer);
}
