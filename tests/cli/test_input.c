/* SPDX-License-Identifier: GPL-3.0-or-later
 * From files to losses: 0/1 data, ranges, labels and scores. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/input.h"

static void write_text(const char *text)
{
    static char folder[] = "/tmp/brisk-input-XXXXXX";
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
    FILE *file = fopen("x.csv", "w");
    cr_assert_not_null(file);
    fputs(text, file);
    cr_assert_eq(fclose(file), 0);
}

static void assert_refused(const bk_input_request *request, const char *message)
{
    bk_input input;
    bk_error_clear();
    cr_assert_neq(bk_input_read(&input, "x.csv", request), BK_OK, "'%s' was expected", message);
    cr_assert(strstr(bk_error_message(), message) != NULL, "'%s' was expected, not: %s", message,
              bk_error_message());
    bk_input_clear(&input);
}

Test(input, zero_one_data_is_recognised_and_only_that)
{
    write_text("a,b,c\n0,0,0\n1,1,0.5\n1,-1,1\n");
    bk_input input;
    bk_input_request request = {.column = "a"};
    cr_assert_eq(bk_input_read(&input, "x.csv", &request), BK_OK, "%s", bk_error_message());
    cr_assert(input.zero_one && input.range_known);
    cr_assert_eq(input.errors, 2);
    cr_assert_eq(input.range_high, 1.0);
    bk_input_clear(&input);
    for (int i = 0; i < 2; i++) {
        request.column = i == 0 ? "b" : "c";
        cr_assert_eq(bk_input_read(&input, "x.csv", &request), BK_OK);
        cr_assert_not(input.zero_one);
        cr_assert_not(input.range_known);
        bk_input_clear(&input);
    }
    request.range_given = true;
    request.range_high = 1.0;
    cr_assert_eq(bk_input_read(&input, "x.csv", &request), BK_OK);
    cr_assert(input.range_known);
    bk_input_clear(&input);
    request.column = "b";
    assert_refused(&request, "x.csv:4: the loss -1 lies outside --range 0:1");
}

static const char points[] = "y,said,p,word\n1,1,0.9,cat\n0,1,0.8,dog\n1,0,0.25,cat\n0,0,0.5,dog\n";

Test(input, predictions_become_errors)
{
    write_text(points);
    static const double wanted[4] = {0, 1, 1, 0};
    static const uint8_t positive[4] = {1, 0, 1, 0}, predicted[4] = {1, 1, 0, 0};
    const bk_input_request request = {.label = "y", .prediction = "said"};
    bk_input input;
    cr_assert_eq(bk_input_read(&input, "x.csv", &request), BK_OK, "%s", bk_error_message());
    cr_assert_eq(memcmp(input.losses, wanted, sizeof wanted), 0);
    cr_assert_eq(memcmp(input.positive, positive, sizeof positive), 0);
    cr_assert_eq(memcmp(input.predicted, predicted, sizeof predicted), 0);
    cr_assert_eq(input.errors, 2);
    bk_input_clear(&input);
}

Test(input, scores_become_every_loss)
{
    write_text(points);
    static const double zero_one[4] = {0, 1, 1, 0}, p_true[4] = {0.9, 0.2, 0.25, 0.5};
    bk_input_request request = {.label = "word", .score = "p", .positive = "cat"};
    bk_input input;
    for (int loss = 0; loss < 3; loss++) {
        request.loss = (bk_loss_kind)loss;
        request.loss_given = true;
        cr_assert_eq(bk_input_read(&input, "x.csv", &request), BK_OK, "%s", bk_error_message());
        for (size_t i = 0; i < 4; i++) {
            const double wanted = loss == 0   ? zero_one[i]
                                  : loss == 1 ? (1 - p_true[i]) * (1 - p_true[i])
                                              : -log(p_true[i]);
            cr_assert_float_eq(input.losses[i], wanted, 1e-15, "loss %d of point %zu: %.17g", loss, i,
                               input.losses[i]);
        }
        cr_assert_eq(input.range_known, loss < 2);
        bk_input_clear(&input);
    }
    request.loss = BK_LOSS_ZERO_ONE;
    request.threshold_given = true;
    request.threshold = 0.2;
    cr_assert_eq(bk_input_read(&input, "x.csv", &request), BK_OK);
    cr_assert_eq(input.errors, 2);
    cr_assert_eq(input.predicted[2], 1);
    bk_input_clear(&input);
}

Test(input, what_makes_no_sense_is_refused)
{
    write_text(
        "y,z,p,word,w,one\n1,1,0.9,cat,-1,cat\n0,2,0.8,dog,2,cat\n1,3,0,cat,3,cat\n0,1,0.5,dog,4,cat\n");
    const struct {
        bk_input_request request;
        const char *message;
    } cases[] = {
        {{.column = "y", .label = "y", .score = "p"}, "not both"},
        {{.label = "y"}, "labels alone have no loss"},
        {{.score = "p"}, "--score: with which true labels?"},
        {{.prediction = "y"}, "--prediction: with which true labels?"},
        {{.label = "y", .score = "p", .prediction = "y"}, "give one of the two"},
        {{.column = "y", .loss_given = true}, "--loss: losses that are read"},
        {{.label = "y", .prediction = "y", .loss = BK_LOSS_BRIER, .loss_given = true}, "add --score"},
        {{.column = "y", .threshold_given = true}, "--threshold: it belongs to --score"},
        {{.column = "y", .positive = "1"}, "--positive: it belongs to --label"},
        {{.label = "y", .score = "p", .loss = BK_LOSS_LOG, .loss_given = true},
         "x.csv:4: the score 0 makes the log loss infinite"},
        {{.label = "y", .score = "z", .loss = BK_LOSS_BRIER, .loss_given = true},
         "x.csv:3: the score 2 is no probability"},
        {{.label = "z", .score = "p"}, "scores go with two classes, and there are 3"},
        {{.label = "word", .score = "p"}, "the labels are 'cat' and 'dog'"},
        {{.label = "word", .score = "p", .positive = "cow"}, "no label is 'cow'"},
        {{.label = "one", .score = "p"}, "every label is 'cat'"},
        {{.label = "y", .prediction = "p"}, "looks like a score"},
        {{.label = "y", .prediction = "word"}, "is none of the labels"},
        {{.column = "y", .weights = "w"}, "x.csv:2: the weight -1 is negative"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_refused(&cases[i].request, cases[i].message);
    }
}

Test(input, options_are_checked)
{
    static const struct {
        const char *name, *value, *message;
    } bad[] = {{"range", "1:0", "is empty"},
               {"range", "1:1", "is empty"},
               {"range", "0", "form A:B"},
               {"range", "a:1", "not a number"},
               {"range", "0:nan", "not a number"},
               {"loss", "hinge", "zero-one, brier or log"},
               {"header", "maybe", "auto, yes or no"},
               {"delimiter", "", "comma, tab"},
               {"delimiter", "5", "cannot separate"},
               {"threshold", "x", "not a number"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        bk_input_request request = {0};
        bool taken = false;
        cr_assert_eq(bk_input_take(&request, &taken, bad[i].name, bad[i].value), BK_INVALID, "%s %s",
                     bad[i].name, bad[i].value);
        cr_assert(strstr(bk_error_message(), bad[i].message) != NULL, "%s: %s", bad[i].value,
                  bk_error_message());
    }
    bk_input_request request = {0};
    bool taken = true;
    cr_assert_eq(bk_input_take(&request, &taken, "level", "0.9"), BK_OK);
    cr_assert_not(taken);
    cr_assert_eq(bk_input_take(&request, &taken, "range", "-1:2.5"), BK_OK);
    cr_assert(taken && request.range_given);
    cr_assert_eq(request.range_low, -1.0);
    cr_assert_eq(request.range_high, 2.5);
    cr_assert_eq(bk_input_take(&request, &taken, "delimiter", "tab"), BK_OK);
    cr_assert_eq(request.layout.delimiter, '\t');
}
