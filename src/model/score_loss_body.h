/* SPDX-License-Identifier: GPL-3.0-or-later
 * The chains of kernels of score_loss.c for one floating type: BK_TYPE, and BK_TYPED(name) for the names that
 * end in it. */
static void BK_TYPED(fold)(const bk_score_loss *loss, const BK_TYPE *part, size_t parts, BK_TYPE b2)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    BK_TYPE *score = loss->score;
    memcpy(score, part, loss->count * sizeof *score);
    for (size_t b = 1; b < parts; b++) {
        kernels->BK_TYPED(add)(score, score, 1, part + b * loss->count, 1, loss->count);
    }
    kernels->BK_TYPED(add)(score, score, 1, &b2, 0, loss->count);
}

/* -mean(log_sigmoid(y s)); the slope is g sigmoid(-y s) y with g = -1 / n. */
static double BK_TYPED(logistic)(const bk_score_loss *loss)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    const size_t n = loss->count;
    BK_TYPE *margin = loss->margin, *term = loss->term, *slope = loss->slope;
    const BK_TYPE g = (BK_TYPE)-1 / (BK_TYPE)n;
    kernels->BK_TYPED(mul)(margin, loss->y, 1, loss->score, 1, n);
    kernels->BK_TYPED(log_sigmoid)(term, margin, n);
    const double mean = kernels->BK_TYPED(sum)(term, n) / (double)n;
    kernels->BK_TYPED(neg)(slope, margin, n);
    kernels->BK_TYPED(sigmoid)(slope, slope, n);
    kernels->BK_TYPED(mul)(slope, slope, 1, &g, 0, n);
    kernels->BK_TYPED(mul)(slope, slope, 1, loss->y, 1, n);
    return -(double)(BK_TYPE)mean;
}

/* mean((s - y)^2); the slope is 2 (s - y) g with g = 1 / n. */
static double BK_TYPED(squared)(const bk_score_loss *loss)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    const size_t n = loss->count;
    BK_TYPE *difference = loss->margin, *term = loss->term, *slope = loss->slope;
    const BK_TYPE g = (BK_TYPE)1 / (BK_TYPE)n;
    kernels->BK_TYPED(sub)(difference, loss->score, 1, loss->y, 1, n);
    kernels->BK_TYPED(square)(term, difference, n);
    const double mean = kernels->BK_TYPED(sum)(term, n) / (double)n;
    kernels->BK_TYPED(add)(slope, difference, 1, difference, 1, n);
    kernels->BK_TYPED(mul)(slope, slope, 1, &g, 0, n);
    return (double)(BK_TYPE)mean;
}
