/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parts of the power study: how often tests on one test set find that two networks differ.
 *
 * A and B are the two networks; only_a counts the points that A alone gets wrong, only_b those that B alone
 * does; difference is risk(A) - risk(B), so that a positive one means that B is better.
 */
#ifndef BRISK_EXPERIMENTS_POWER_STUDY_H
#define BRISK_EXPERIMENTS_POWER_STUDY_H

#include "study_parts.h"

/* ---- The tests (power_study_tests.c) ---- */

enum { POWER_EXACT, POWER_MID, POWER_SCORE, POWER_BERNSTEIN, POWER_TESTS };
extern const char *const power_test_names[POWER_TESTS];

/* What the tests at one level and one size of test set compare with. */
typedef struct power_rules {
    double size;
    double delta;           /* p-values up to here reject */
    double score;           /* the score test rejects where (a - b)^2 > score (a + b) */
    double constant, slope; /* empirical Bernstein: where |a - b| / n > constant + sqrt(slope v) */
} power_rules;
bk_status power_rules_of(power_rules *rules, double level, uint64_t size);

/* Masses of Bin(n, p) at first .. last; the rest is below 1e-300 of the largest. mass [n + 1]. */
typedef struct power_binomial {
    uint64_t first, last;
    double *mass;
} power_binomial;

/* McNemar's p-values and the verdict of every test on discordant counts a and b. half is scratch [a + b + 1].
 */
typedef struct power_verdict {
    double exact, mid;
    bool rejects[POWER_TESTS];
} power_verdict;
power_verdict power_judge(const power_rules *rules, uint64_t a, uint64_t b, double *half);

/* The probability of each verdict on iid points, summed over all discordant counts: for share_a and share_b
 * of the points on which A, or B, alone errs. equal: of a rejection where a fair coin decides each
 * discordant pair, which is the size of the test given this share of discordant points. */
typedef struct power_probabilities {
    double a_better[POWER_TESTS], b_better[POWER_TESTS], equal[POWER_TESTS];
} power_probabilities;
bk_status power_enumerate(power_probabilities *probabilities, const power_rules *rules, uint64_t size,
                          double share_a, double share_b);

/* ---- What the study finds (power_study_table.c) ---- */

/* The true risks, as well as they are known. */
typedef struct power_truth {
    uint64_t points;
    double risk_a, risk_b;
    double share_a, share_b; /* of the points that A, or B, alone gets wrong */
    double difference, difference_se;
} power_truth;

/* The outputs of a trial. The verdicts of the tests stand one after the other. */
enum {
    POWER_ONLY_A,
    POWER_ONLY_B,
    POWER_P_VALUE,
    POWER_A_BETTER,
    POWER_B_BETTER = POWER_A_BETTER + POWER_TESTS,
    POWER_COIN_ONLY_A = POWER_B_BETTER + POWER_TESTS,
    POWER_COIN_P_VALUE,
    POWER_COIN_REJECTS,
    POWER_OUTPUTS = POWER_COIN_REJECTS + POWER_TESTS
};

/* The columns of the table, each [sizes][POWER_TESTS] but for the first and the last. */
typedef struct power_table {
    size_t sizes;
    double *points;                       /* [sizes] of a test set */
    double *power, *power_se;             /* found, in the right direction */
    double *wrong;                        /* found, in the wrong one */
    double *exact_power, *exact_power_se; /* from the true shares; the error is that of the shares */
    double *coin, *coin_se;               /* found where a coin decides: the size of the test */
    double *exact_coin;
    double *discordant; /* [sizes]: mean number of discordant points */
} power_table;
bk_status power_table_create(power_table *table, size_t sizes);
void power_table_clear(power_table *table);
/* Fills row `row` from the trials of its simulation and from the truth. */
bk_status power_table_fill(power_table *table, size_t row, const bk_trials *trials, const power_rules *rules,
                           uint64_t size, const power_truth *truth);
bk_status power_table_put(bk_group *group, const power_table *table);

/* ---- Both networks on the same points, and the truth (power_study_truth.c) ---- */

typedef struct power_study {
    uint64_t seed;
    bk_dtype dtype;
    bk_sampling sampling;
    const bk_network *network[2]; /* A, B */
    double level;
    power_truth truth; /* set by power_find_truth */
    power_table *table;
    /* Of the simulation at hand. */
    uint64_t size;
    size_t row;
    power_rules rules;
} power_study;

/* Where the parts of a thread's scratch begin, each at a multiple of 64 bytes. */
typedef struct power_scratch {
    size_t y, score, error_a, error_b, sampling, half, coin, bytes;
} power_scratch;

power_scratch power_scratch_of(const power_study *study, size_t points);

/* Errors of the two networks on points of a stream. */
typedef struct power_errors {
    uint64_t a, b, only_a, only_b;
} power_errors;

/* Draws points from the stream and counts; scratch is laid out for so many points. */
bk_status power_score(power_errors *errors, const power_study *study, size_t points, bk_stream stream,
                      unsigned char *scratch);

/* Sets study->truth (in a partial run it stays as it is) and writes it into /power_study/truth. Everything
 * that needs the truth gets it from here. */
bk_status power_find_truth(bk_run *run, power_study *study);
/* How many points the plan asks for, and what the summation says of that number. */
bk_status power_put_plan(bk_group *group, const power_study *study, double wanted);

/* The page, from the file alone (power_study_report.c). */
bk_status power_study_report(const bk_group *root, bk_text *page);

#endif
