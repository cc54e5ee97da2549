/* SPDX-License-Identifier: GPL-3.0-or-later
 * betting_coverage TRIALS: how often the betting interval at .9 misses the mean, for losses of several kinds,
 * 1000 a test set. The promise is at most a tenth; more than a tenth + 5.2 standard errors has a probability
 * below 1e-7 where the promise holds. The planted fault, a file sorted by class taken in its order, must be
 * found. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "brisk/stats.h"

#define POINTS 1000

typedef void (*draw_losses)(bk_stream *stream, double *losses);

static void draw_errors(bk_stream *stream, double *losses, size_t count, double p)
{
    for (size_t i = 0; i < count; i++) {
        losses[i] = bk_next_uniform_f64(stream) < p;
    }
}

static void rare_errors(bk_stream *stream, double *losses) { draw_errors(stream, losses, POINTS, .003); }
static void errors(bk_stream *stream, double *losses) { draw_errors(stream, losses, POINTS, .09); }
static void coin(bk_stream *stream, double *losses) { draw_errors(stream, losses, POINTS, .5); }

static void skewed(bk_stream *stream, double *losses) { bk_fill_beta(stream, losses, POINTS, .1, .9); }

/* Exactly half of each class, sorted, one with 2 % and one with 16 % errors. */
static void sorted_by_class(bk_stream *stream, double *losses)
{
    draw_errors(stream, losses, POINTS / 2, .16);
    draw_errors(stream, losses + POINTS / 2, POINTS / 2, .02);
}

static void errors_first(bk_stream *stream, double *losses)
{
    errors(stream, losses);
    size_t count = 0;
    for (size_t i = 0; i < POINTS; i++) {
        count += losses[i] > 0;
    }
    for (size_t i = 0; i < POINTS; i++) {
        losses[i] = i < count;
    }
}

static const struct study {
    const char *name;
    draw_losses draw;
    double mean;
    bk_data_order order;
    bool keeps_promise;
} studies[] = {
    {"errors, p = .003", rare_errors, .003, BK_ORDER_FILE, true},
    {"errors, p = .09", errors, .09, BK_ORDER_FILE, true},
    {"errors, p = .5", coin, .5, BK_ORDER_FILE, true},
    {"beta(.1, .9)", skewed, .1, BK_ORDER_FILE, true},
    {"sorted by class, shuffled", sorted_by_class, .09, BK_ORDER_SHUFFLED, true},
    {"errors first, shuffled", errors_first, .09, BK_ORDER_SHUFFLED, true},
    {"errors first, file order", errors_first, .09, BK_ORDER_FILE, false},
};

static bool misses(const struct study *study, uint64_t trial)
{
    double values[POINTS];
    bk_losses losses;
    bk_interval interval;
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER + 40, trial);
    study->draw(&stream, values);
    bk_interval_request request = bk_interval_request_of(.9);
    request.order = study->order;
    request.seed = trial;
    if (bk_losses_from_values(&losses, values, POINTS, 0, 1) != BK_OK ||
        bk_interval_of_losses(&interval, BK_METHOD_BETTING, &losses, &request) != BK_OK) {
        fprintf(stderr, "%s\n", bk_error_message());
        exit(1);
    }
    return !(interval.low <= study->mean && study->mean <= interval.high);
}

int main(int argc, char **argv)
{
    const uint64_t trials = argc > 1 ? strtoull(argv[1], NULL, 10) : 2000;
    const double allowed = .1 * (double)trials + 5.2 * sqrt(.09 * (double)trials);
    int wrong = 0;
    for (size_t i = 0; i < sizeof studies / sizeof studies[0]; i++) {
        uint64_t count = 0;
        for (uint64_t trial = 0; trial < trials; trial++) {
            count += misses(&studies[i], trial);
        }
        const bool kept = (double)count <= allowed;
        printf("%-28s misses %.4f of %llu: %s\n", studies[i].name, (double)count / (double)trials,
               (unsigned long long)trials, kept ? "within the promise" : "more than promised");
        wrong += kept != studies[i].keeps_promise;
    }
    return wrong > 0;
}
