/* SPDX-License-Identifier: GPL-3.0-or-later
 * fresh_point_risk MILLIONS: errors of the lab's eight networks among fresh points against their true risks
 * as estimated and certified. Each of the 16 counts (a class of a network) has to lie within 4 standard
 * errors of the estimate, which right ones miss with a probability below 1.1e-3 for all together; the seed is
 * fixed. The planted fault, a risk that is off by a thirtieth, must be found from ten million points on.
 * ctest runs it with ten million; of a thousand million the output is kept in
 * tests/data/model_fresh_point_risk.txt.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "brisk/model.h"

#define POINTS   ((size_t)20000)
#define NETWORKS 8
/* Of the tests' own (users' purposes begin at 1024). */
#define PURPOSE 2001

typedef struct work {
    const bk_network *network[NETWORKS];
    uint64_t (*wrong)[NETWORKS][2]; /* [item]: of each class */
} work;

static bk_status count_item(void *context, size_t item, int thread)
{
    const work *all = context;
    float *x = bk_allocate(3 * POINTS, sizeof *x), *score = x + 2 * POINTS;
    int8_t *y = bk_allocate(POINTS, 1);
    void *scratch = bk_allocate(bk_mixture_scratch_bytes(&bk_mixture_lab, POINTS, BK_F32), 1);
    uint8_t *error = bk_allocate(POINTS, 1);
    bk_stream stream = bk_stream_open(1, PURPOSE, item);
    (void)thread;
    if (x == NULL || y == NULL || scratch == NULL || error == NULL) {
        return bk_error_status();
    }
    BK_TRY(bk_mixture_sample(x, y, &bk_mixture_lab, BK_SAMPLING_BALANCED, BK_F32, POINTS, &stream, scratch));
    for (size_t n = 0; n < NETWORKS; n++) {
        BK_TRY(bk_network_score(score, all->network[n], x, POINTS));
        BK_TRY(bk_network_errors(error, NULL, BK_F32, score, y, POINTS));
        for (size_t i = 0; i < POINTS; i++) {
            all->wrong[item][n][i >= POINTS / 2] += error[i];
        }
    }
    bk_free(x);
    bk_free(y);
    bk_free(scratch);
    bk_free(error);
    return BK_OK;
}

static bk_network *train(bk_activation activation, size_t hidden)
{
    enum { SIZE = 200 };
    float x[2 * SIZE];
    int8_t y[SIZE];
    void *scratch = bk_allocate(bk_mixture_scratch_bytes(&bk_mixture_lab, SIZE, BK_F32), 1);
    bk_stream stream = bk_stream_open(1, BK_PURPOSE_TRAINING_SET, 0);
    bk_network *network = bk_network_create(2, 1, &hidden, activation, BK_F32);
    const bk_training training = {.learning_rate = 0.1, .epochs = 1000};
    if (scratch == NULL || network == NULL ||
        bk_mixture_sample(x, y, &bk_mixture_lab, BK_SAMPLING_BALANCED, BK_F32, SIZE, &stream, scratch) !=
            BK_OK) {
        return NULL;
    }
    bk_free(scratch);
    bk_network_initialise(network, 1);
    return bk_train(network, NULL, NULL, x, y, SIZE, &training) == BK_OK ? network : NULL;
}

/* Distance of an observed rate from a risk in standard errors. */
static double distance(double rate, double p, double n) { return fabs(rate - p) / sqrt(p * (1.0 - p) / n); }

static bool check_class(const char *name, double rate, double p, bk_bounds bounds, double n, bool large)
{
    const double z = distance(rate, p, n), planted = distance(rate, p * 31.0 / 30.0, n);
    const bool good = z <= 4.0 && p >= bounds.low && p <= bounds.high && (planted > 4.0 || !large);
    printf("%-19s %.8f  true risk %.10f in [%.8f, %.8f]: %.2f standard errors, with the fault %.1f%s\n", name,
           rate, p, bounds.low, bounds.high, z, planted, good ? "" : "  WRONG");
    return good;
}

int main(int argc, char **argv)
{
    const size_t hidden[] = {5, 10, 100, 500};
    const double millions = argc > 1 ? strtod(argv[1], NULL) : 10.0;
    const size_t items = (size_t)(millions * 1e6 / POINTS);
    work all = {.wrong = bk_allocate(items, sizeof *all.wrong)};
    for (size_t n = 0; n < NETWORKS; n++) {
        all.network[n] = train(n < 4 ? BK_TANH : BK_RELU, hidden[n % 4]);
        if (all.network[n] == NULL) {
            fprintf(stderr, "%s\n", bk_error_message());
            return 1;
        }
    }
    if (all.wrong == NULL || items == 0 || bk_parallel_for(items, count_item, &all) != BK_OK) {
        fprintf(stderr, "%s\n", bk_error_message());
        return 1;
    }
    bool good = true;
    printf("%.0f fresh points, half of each class\n", (double)(items * POINTS));
    for (size_t n = 0; n < NETWORKS; n++) {
        const double points = (double)(items * POINTS) / 2.0;
        uint64_t wrong[2] = {0, 0};
        bk_risk_enclosure risk;
        for (size_t i = 0; i < items; i++) {
            wrong[0] += all.wrong[i][n][0];
            wrong[1] += all.wrong[i][n][1];
        }
        if (bk_network_risk_enclosure(&risk, all.network[n], &bk_mixture_lab, 1e-6) != BK_OK) {
            fprintf(stderr, "%s\n", bk_error_message());
            return 1;
        }
        for (size_t c = 0; c < 2; c++) {
            char name[64];
            snprintf(name, sizeof name, "%s_%zu, class %s", n < 4 ? "tanh" : "relu", hidden[n % 4],
                     c == 0 ? "-1" : "+1");
            good = check_class(name, (double)wrong[c] / points,
                               c == 0 ? risk.estimate.negative : risk.estimate.positive,
                               c == 0 ? risk.negative : risk.positive, points, millions >= 10.0) &&
                   good;
        }
    }
    return good ? 0 : 1;
}
