/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brisk/model.h: the ground truth (a Gaussian mixture), the multilayer perceptron that is trained on
 * it, and the check of its gradients.
 *
 * Points lie in lanes: x is [input][point], one row for each input, so that kernels read whole
 * vectors of points. dtype is BK_F32 or BK_F64 and tells the element type behind each void pointer.
 */
#ifndef BRISK_MODEL_H
#define BRISK_MODEL_H

#include "brisk/base.h"
#include "brisk/rng.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Ground truth (model/mixture.c) ------------------------------------------------------------------- */

/* Two classes of equal prior, each a mixture of equally likely Gaussian components with covariance
 * variance * I. */
typedef struct bk_mixture {
    size_t inputs;
    size_t components;   /* a class */
    const double *means; /* [class][component][input], class -1 first; kept; finite */
    double variance;     /* above 0 */
} bk_mixture;
/* The assignment's: 2 inputs, 3 components a class, variance 1/20. Bayes error about 0.01677. */
BK_API extern const bk_mixture bk_mixture_lab;

typedef enum bk_sampling {
    BK_SAMPLING_BALANCED, /* exactly half of the points of each class, class -1 first; an even number */
    BK_SAMPLING_IID       /* the class of each point is drawn too */
} bk_sampling;

/* Draws count points: x [input][count] of dtype, y [count] in {-1, +1}. With D inputs and C components:
 *   f32: normal i D + j (of input j of point i) is value i D + j of normal-box-muller-f32-v1, from the
 *        start of the stream; for D = 2 the normals of point i come from draw i;
 *   f64: the same with normal-box-muller-f64-v1;
 *   then, from the next whole draw on, one 32-bit half h a point (low half first):
 *   balanced: component (C h) >> 32; iid: k = (2 C h) >> 32, class -1 where k < C, component k mod C;
 *   x = mean + sqrt(variance) * normal, one fused multiply-add in dtype of the mean and the square root
 *       rounded to dtype.
 * BK_INVALID for an odd count when balanced, count 0, or a mixture that is none. Allocates nothing: scratch
 * is bk_mixture_scratch_bytes(mixture, count, dtype) bytes (SIZE_MAX where that does not fit, which
 * bk_allocate refuses), 64-byte aligned. */
BK_API size_t bk_mixture_scratch_bytes(const bk_mixture *mixture, size_t count, bk_dtype dtype);
BK_API bk_status bk_mixture_sample(void *x, int8_t *y, const bk_mixture *mixture, bk_sampling sampling,
                                   bk_dtype dtype, size_t count, bk_stream *stream, void *scratch);

/* Log-odds ln p(x | +1) - ln p(x | -1) in f64, stable by log-sum-exp: score [count] of points
 * x [input][count] (f64). The Bayes classifier is its sign. exp and log are the kernels', so the bits are
 * the same everywhere. A point that is not finite, or so far out that its squared distance overflows, has
 * the score NaN. */
BK_API bk_status bk_mixture_log_odds(double *score, const bk_mixture *mixture, const double *x, size_t count);

/* ---- Network (model/network.c) ------------------------------------------------------------------------ */

typedef enum bk_activation { BK_TANH, BK_RELU, BK_ACTIVATION_COUNT } bk_activation;
/* "tanh", "relu". */
BK_API const char *bk_activation_name(bk_activation activation);
BK_API bk_status bk_activation_parse(bk_activation *activation, const char *name);

/* One hidden layer: s(x) = b2 + sum_j w2[j] act(b1[j] + sum_i w1[j, i] x[i]). */
typedef struct bk_network {
    size_t inputs, hidden;
    bk_activation activation;
    bk_dtype dtype; /* BK_F32 or BK_F64 */
    void *w1;       /* [hidden, input] */
    void *b1;       /* [hidden] */
    void *w2;       /* [hidden] */
    void *b2;       /* one */
} bk_network;
/* All weights zero. Owned by the caller (bk_network_destroy). */
BK_API bk_network *bk_network_create(size_t inputs, size_t hidden, bk_activation activation, bk_dtype dtype);
BK_API void bk_network_destroy(bk_network *network);
/* Uniform in [-1, 1): 2 u - 1 with uniform-f64-v1 from the stream (seed, initial-weights, hidden), rounded
 * to dtype; in the order w1 (row by row), b1, w2, b2. */
BK_API void bk_network_initialise(bk_network *network, uint64_t seed);
/* Copies all weights to a network of the same shape, activation and dtype; BK_SHAPE, BK_DTYPE for another. */
BK_API bk_status bk_network_copy(bk_network *to, const bk_network *from);
/* BK_NOT_A_NUMBER (names the parameter) where a weight is not finite. */
BK_API bk_status bk_network_check(const bk_network *network);

/* Scores [count] of points x [input][count], both of the network's dtype. Serial, vectorised; a
 * point's score has the same bits wherever it stands in the array. Cost: count * hidden units.
 * A point that is not finite has the score NaN, which bk_network_errors names. Weights are trusted to be
 * finite: initialisation, training and bk_network_check see to that. */
BK_API bk_status bk_network_score(void *score, const bk_network *network, const void *x, size_t count);
/* error [count]: 1 where the label (+1 where score > 0, else -1) differs from y, else 0; errors: their
 * number (either may be NULL). BK_NOT_A_NUMBER names the point with a NaN score, BK_INVALID one whose
 * label is neither -1 nor +1. */
BK_API bk_status bk_network_errors(uint8_t *error, uint64_t *errors, bk_dtype dtype, const void *score,
                                   const int8_t *y, size_t count);

/* ---- Training (model/training.c) ---------------------------------------------------------------------- */

typedef struct bk_training {
    double learning_rate;
    size_t epochs;
    /* Called after each epoch where not NULL, with the loss before the epoch's step; anything but BK_OK
     * ends the training with that status, and the weights are as before the training. */
    bk_status (*after_epoch)(void *context, size_t epoch, double loss);
    void *context;
} bk_training;

/* Full-batch gradient descent on the logistic loss -(1/n) sum log sigmoid(y s(x)) through the tape:
 * x [input][count] of the network's dtype, y [count] in {-1, +1}. Each epoch takes w - rate * gradient in
 * all four parameters at once, one fused multiply-add in dtype.
 * loss [epochs] (may be NULL) is the loss before each step, final_loss (may be NULL) that after the last.
 * The network's weights are changed; on failure they are as before, and loss holds the epochs that were
 * computed. BK_NOT_A_NUMBER names the epoch in which the loss stopped being finite (epoch number `epochs`
 * is the loss after the last step), or the weight that did. */
BK_API bk_status bk_train(bk_network *network, double *loss, double *final_loss, const void *x,
                          const int8_t *y, size_t count, const bk_training *training);

/* The same loss and its gradient at the present weights. gradient is a network of the same shape and dtype:
 * its w1 receives d loss / d w1, and so on. Either output may be NULL. */
BK_API bk_status bk_network_loss_gradient(double *loss, bk_network *gradient, const bk_network *network,
                                          const void *x, const int8_t *y, size_t count);

/* ---- Gradient check (model/gradient_check.c) ---------------------------------------------------------- */

#define BK_NETWORK_PARAMETERS 4
/* "w1", "b1", "w2", "b2". */
BK_API const char *bk_network_parameter_name(size_t parameter);

typedef struct bk_gradient_check {
    /* |(L(w + eps u) - L(w - eps u)) / (2 eps) - <grad, u>|, [parameter][epsilon] */
    double *error;
    double directional[BK_NETWORK_PARAMETERS]; /* <grad, u> */
    /* ReLU: pairs of unit and point whose pre-activation is above 0 at one of w +- eps u and not at the
     * other, [parameter][epsilon]; 0 for tanh, w2 and b2 */
    uint64_t *kinks;
    bool weights_restored; /* all weights bit for bit as before */
    size_t epsilons;
} bk_gradient_check;
/* The assignment's test, in the network's dtype: for each parameter a direction u, uniform on [-1, 1)^n
 * (2 u - 1 with uniform-f64-v1) and normalised, from the stream (seed, gradient-direction, parameter).
 * Norm and inner product are summed in f64 in index order, u is rounded to dtype, w +- eps u and the two
 * losses are computed in dtype, the quotient in f64. The weights are perturbed in place and put back, on
 * failure too. BK_INVALID for no epsilon or one that is not a finite number above 0; BK_NOT_A_NUMBER for
 * a loss that is not finite. Release with bk_gradient_check_clear. */
BK_API bk_status bk_gradient_check_run(bk_gradient_check *check, bk_network *network, const void *x,
                                       const int8_t *y, size_t count, const double *epsilons,
                                       size_t n_epsilons, uint64_t seed);
BK_API void bk_gradient_check_clear(bk_gradient_check *check);

#ifdef __cplusplus
}
#endif
#endif
