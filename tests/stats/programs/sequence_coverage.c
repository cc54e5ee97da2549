/* SPDX-License-Identifier: GPL-3.0-or-later
 * sequence_coverage TRIALS: in which share of sequences the betting sequence misses the mean at any of the
 * looks that a stopping rule takes (after 16, 20, 25, 31, ... values, each a quarter more, up to 4000). The
 * promise is at most 1 - level: a share that is above it by an exact binomial test at 1e-6 breaks it. The
 * planted fault, the betting interval of a fixed n looked at again and again, must be found where it errs
 * clearly (at high levels it is so wide that its looks together miss hardly more often than one may). The
 * asymptotic sequence promises nothing at these numbers of values: its share is told and not judged. So are
 * widths beside the fixed n's. */
#include <stdio.h>
#include <stdlib.h>

#include "brisk/stats.h"

#define POINTS   4000
#define LOOKS    40
#define SEQUENCE 0
#define FIXED    1
#define NORMAL   2
#define WAYS     3

static const char *const ways[WAYS] = {"betting sequence", "betting, fixed n (the fault)",
                                       "asymptotic sequence"};

typedef struct study {
    const char *name;
    double mean, level;
    bool fault_shows;
    bk_status (*draw)(bk_stream *stream, double *values);
} study;

static bk_status draw_errors(bk_stream *stream, double *values)
{
    for (size_t i = 0; i < POINTS; i++) {
        values[i] = bk_next_uniform_f64(stream) < .1;
    }
    return BK_OK;
}

static bk_status draw_beta(bk_stream *stream, double *values)
{
    return bk_fill_beta(stream, values, POINTS, 2, 3);
}

static bk_status draw_skewed(bk_stream *stream, double *values)
{
    return bk_fill_beta(stream, values, POINTS, .05, .95);
}

/* What a simulation hands to its stopping rule: means of blocks of 64 trials. */
static bk_status draw_block_means(bk_stream *stream, double *values)
{
    uint64_t errors[POINTS];
    const bk_status status = bk_fill_binomial(stream, errors, POINTS, 64, .1);
    for (size_t i = 0; status == BK_OK && i < POINTS; i++) {
        values[i] = (double)errors[i] / 64;
    }
    return status;
}

static const study studies[] = {
    {"errors, p = .1", .1, .5, true, draw_errors},
    {"beta(2, 3)", .4, .7, true, draw_beta},
    {"errors, p = .1", .1, .9, false, draw_errors},
    {"beta(2, 3)", .4, .9, false, draw_beta},
    {"beta(.05, .95)", .05, .9, false, draw_skewed},
    {"means of 64 errors, p = .1", .1, .9, false, draw_block_means},
    {"beta(.05, .95)", .05, .5, false, draw_skewed},
};

static void give_up(void)
{
    fprintf(stderr, "%s\n", bk_error_message());
    exit(1);
}

static size_t schedule(size_t looks[LOOKS])
{
    size_t count = 0;
    for (size_t n = 16; n <= POINTS; n += n / 4) {
        looks[count++] = n;
    }
    return count;
}

/* The interval at one look at the first n values. */
static bk_interval look(int way, const double *values, size_t n, double level)
{
    bk_interval interval = {.n = n};
    bk_losses losses;
    bk_interval_request request = bk_interval_request_of(level);
    request.order = BK_ORDER_FILE;
    bk_status status = BK_OK;
    if (way == SEQUENCE) {
        status = bk_sequence_betting(&interval, values, n, 0, 1, level);
    } else if (way == NORMAL) {
        status = bk_sequence_asymptotic(&interval, values, n, level, 16);
    } else {
        status = bk_losses_from_values(&losses, values, n, 0, 1);
        if (status == BK_OK) {
            status = bk_interval_of_losses(&interval, BK_METHOD_BETTING, &losses, &request);
        }
    }
    if (status != BK_OK) {
        give_up();
    }
    return interval;
}

typedef struct tallies {
    uint64_t missed[WAYS]; /* sequences with any look that missed */
    double width[WAYS][LOOKS];
} tallies;

static void run_trial(tallies *t, const double *values, const study *of, const size_t *looks, size_t count)
{
    for (int way = 0; way < WAYS; way++) {
        bool missed = false;
        for (size_t i = 0; i < count; i++) {
            const bk_interval interval = look(way, values, looks[i], of->level);
            const bool held =
                interval.low <= of->mean && of->mean <= interval.high; /* no ends hold nothing */
            missed = missed || !held;
            t->width[way][i] += interval.high - interval.low;
        }
        t->missed[way] += missed;
    }
}

/* The lower bound of the probability to miss, which is above it with a probability of at most 1e-6. */
static bool more_than_promised(uint64_t missed, uint64_t trials, double level)
{
    const bk_losses losses = bk_losses_from_count(missed, trials);
    bk_interval_request request = bk_interval_request_of(1 - 1e-6);
    request.sides = BK_LOWER;
    bk_interval bound;
    if (bk_interval_of_losses(&bound, BK_METHOD_CLOPPER_PEARSON, &losses, &request) != BK_OK) {
        give_up();
    }
    return bound.low > 1 - level;
}

static int judge(const tallies *t, const study *of, uint64_t trials, const size_t *looks, size_t count)
{
    int wrong = 0;
    for (int way = 0; way < WAYS; way++) {
        const bool more = more_than_promised(t->missed[way], trials, of->level);
        printf("  %-29s misses at any look %.4f of %llu: %s\n", ways[way],
               (double)t->missed[way] / (double)trials, (unsigned long long)trials,
               more ? "more than promised" : "not more");
        wrong += (way == SEQUENCE && more) || (way == FIXED && of->fault_shows && !more);
    }
    printf("  mean width, and beside that of the fixed n:");
    for (size_t i = 0; i < count; i += 6) {
        printf("  n %zu: %.4f (%.2f)", looks[i], t->width[SEQUENCE][i] / (double)trials,
               t->width[SEQUENCE][i] / t->width[FIXED][i]);
    }
    printf("\n");
    return wrong;
}

int main(int argc, char **argv)
{
    const uint64_t trials = argc > 1 ? strtoull(argv[1], NULL, 10) : 2000;
    static double values[POINTS];
    size_t looks[LOOKS];
    const size_t count = schedule(looks);
    int wrong = 0;
    for (size_t s = 0; s < sizeof studies / sizeof studies[0]; s++) {
        tallies t = {{0}, {{0}}};
        for (uint64_t trial = 0; trial < trials; trial++) {
            bk_stream stream = bk_stream_open(1, BK_PURPOSE_USER + 50 + (uint32_t)s, trial);
            if (studies[s].draw(&stream, values) != BK_OK) {
                give_up();
            }
            run_trial(&t, values, &studies[s], looks, count);
        }
        printf("%s, level %g, %zu looks\n", studies[s].name, studies[s].level, count);
        wrong += judge(&t, &studies[s], trials, looks, count);
    }
    return wrong > 0;
}
