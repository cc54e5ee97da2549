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

typedef enum bk_activation { BK_TANH, BK_RELU, BK_SIGMOID, BK_ACTIVATION_COUNT } bk_activation;
/* "tanh", "relu", "sigmoid". */
BK_API const char *bk_activation_name(bk_activation activation);
BK_API bk_status bk_activation_parse(bk_activation *activation, const char *name);

/* A multilayer perceptron with `layers` hidden layers and one score:
 *   h_0 = x,  h_(k+1)[j] = act(bias[k][j] + sum_i weight[k][j, i] h_k[i]) for k < layers,
 *   s(x) = bias[layers] + sum_j weight[layers][j] h_layers[j].
 * Its parameters in order are weight[0], bias[0], weight[1], ... with the names w1, b1, w2, ... */
typedef struct bk_network {
    size_t inputs;
    size_t layers;  /* hidden ones, at least 1 */
    size_t *hidden; /* [layers]: the units of each */
    bk_activation activation;
    bk_dtype dtype; /* BK_F32 or BK_F64 */
    void **weight;  /* [layers + 1]: weight[k] [unit, input of the layer]; the last [unit] */
    void **bias;    /* [layers + 1]: bias[k] [unit]; the last is one number */
} bk_network;
/* All weights zero; hidden [layers] is copied. Owned by the caller (bk_network_destroy). */
BK_API bk_network *bk_network_create(size_t inputs, size_t layers, const size_t *hidden,
                                     bk_activation activation, bk_dtype dtype);
/* A network of the same shape, activation and dtype, all weights zero. */
BK_API bk_network *bk_network_create_like(const bk_network *network);
BK_API void bk_network_destroy(bk_network *network);
/* The number of parameters, 2 (layers + 1), and of hidden units in all layers. */
BK_API size_t bk_network_parameters(const bk_network *network);
BK_API size_t bk_network_units(const bk_network *network);
/* Writes "w1", "b1", "w2", ... for parameter 0, 1, 2, ... and returns name. */
#define BK_PARAMETER_NAME 24
BK_API const char *bk_network_parameter_name(char name[BK_PARAMETER_NAME], size_t parameter);
/* Uniform in [-1, 1): 2 u - 1 with uniform-f64-v1 from the stream (seed, initial-weights, units of all hidden
 * layers), rounded to dtype; in the order of the parameters, matrices row by row. */
BK_API void bk_network_initialise(bk_network *network, uint64_t seed);
/* Copies all weights to a network of the same shape, activation and dtype; BK_SHAPE, BK_DTYPE for another. */
BK_API bk_status bk_network_copy(bk_network *to, const bk_network *from);
/* BK_NOT_A_NUMBER (names the parameter) where a weight is not finite. */
BK_API bk_status bk_network_check(const bk_network *network);

/* Scores [count] of points x [input][count], both of the network's dtype. Serial, vectorised; a point's score
 * has the same bits wherever it stands in the array: every sum begins with the bias and adds one fused
 * multiply-add a term, in index order. Cost: count times the weights. With one hidden layer it allocates
 * nothing; with more, two buffers for 64 points (BK_MEMORY where they cannot be had).
 * A point that is not finite has the score NaN, which bk_network_errors names. Weights are trusted to be
 * finite: initialisation, training and bk_network_check see to that. */
BK_API bk_status bk_network_score(void *score, const bk_network *network, const void *x, size_t count);
/* error [count]: 1 where the label (+1 where score > 0, else -1) differs from y, else 0; errors: their
 * number (either may be NULL). BK_NOT_A_NUMBER names the point with a NaN score, BK_INVALID one whose
 * label is neither -1 nor +1. */
BK_API bk_status bk_network_errors(uint8_t *error, uint64_t *errors, bk_dtype dtype, const void *score,
                                   const int8_t *y, size_t count);

/* ---- Training (model/training.c) ---------------------------------------------------------------------- */

/* Of scores s and labels y in {-1, +1}:
 *   logistic  -(1/n) sum log sigmoid(y s)
 *   squared    (1/n) sum (s - y)^2 */
typedef enum bk_loss_kind { BK_LOSS_LOGISTIC, BK_LOSS_SQUARED, BK_LOSS_COUNT } bk_loss_kind;
/* "logistic", "squared". */
BK_API const char *bk_loss_name(bk_loss_kind loss);
BK_API bk_status bk_loss_parse(bk_loss_kind *loss, const char *name);

/* PyTorch's, with g the gradient (plus weight_decay times the weight), t the step from 1 on:
 *   descent   w -= rate g
 *   momentum  v = g at t = 1, else v = momentum v + g; w -= rate v, or rate (g + momentum v) where nesterov
 *   adam      m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
 *             w -= rate / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
 * (torch.optim.SGD without dampening; Kingma & Ba 2015, algorithm 1.) All state is of the network's dtype,
 * the powers of beta are running products in f64. */
typedef enum bk_optimiser {
    BK_OPTIMISER_DESCENT,
    BK_OPTIMISER_MOMENTUM,
    BK_OPTIMISER_ADAM,
    BK_OPTIMISER_COUNT
} bk_optimiser;
/* "descent", "momentum", "adam". */
BK_API const char *bk_optimiser_name(bk_optimiser optimiser);
BK_API bk_status bk_optimiser_parse(bk_optimiser *optimiser, const char *name);

/* Zero means: gradient descent on the logistic loss. */
typedef struct bk_training {
    double learning_rate; /* finite, above 0 */
    size_t epochs;        /* at least 1 */
    bk_loss_kind loss;
    bk_optimiser optimiser;
    double momentum; /* [0, 1); momentum only */
    bool nesterov;
    double beta1, beta2, epsilon; /* [0, 1), [0, 1), above 0; adam only; epsilon 0: 0.9, 0.999 and 1e-8 */
    double weight_decay;          /* finite, at least 0 */
    /* Called on the calling thread after the step of each epoch where not NULL, with the loss before that
     * step. *stop = true ends the training here without a failure; anything but BK_OK ends it with that
     * status. */
    bk_status (*after_epoch)(void *context, size_t epoch, double loss, bool *stop);
    void *context;
    /* Takes every epoch through the tape (below). The same bits, slower. */
    bool plain;
} bk_training;

typedef struct bk_training_result {
    size_t epochs;     /* steps that were taken */
    bool stopped;      /* by after_epoch, before the last epoch */
    double final_loss; /* after the last step */
    size_t bytes;      /* of memory the epochs worked in, the same in each */
} bk_training_result;

/* Full-batch training of all parameters at once: x [input][count] of the network's dtype, y [count] in
 * {-1, +1}. loss [epochs] (may be NULL) gets the loss before each step that was taken; result may be NULL.
 *
 * The loss and its gradient are those of the tape (tensor.h), where the first hidden layer is computed in
 * blocks of 64 units if it is the only one. Networks with one hidden layer take a fused way to the same bits:
 * a few kernels a block, without a graph, blocks shared among up to bk_threads() threads where that pays
 * (units times points of about 32768 on). Bits depend on neither the way nor the threads.
 *
 * Memory: (count + 3 (inputs + 2)) numbers a hidden unit and 4 a point and block in the fused way; through
 * the tape about 4 count numbers a unit. Nothing is allocated after the first epoch.
 *
 * On failure the network's weights are as before and result is untouched; loss holds the epochs that were
 * computed. BK_NOT_A_NUMBER names the epoch in which the loss or a weight stopped being finite (the number of
 * epochs is the loss after the last step). BK_INVALID for options outside their ranges. */
BK_API bk_status bk_train(bk_network *network, double *loss, bk_training_result *result, const void *x,
                          const int8_t *y, size_t count, const bk_training *training);

/* A loss and its gradient at the present weights, through the tape. gradient is a network of the same shape
 * and dtype: its weight[0] receives d loss / d w1, and so on. Either output may be NULL. */
BK_API bk_status bk_network_loss_gradient(double *loss, bk_network *gradient, const bk_network *network,
                                          bk_loss_kind kind, const void *x, const int8_t *y, size_t count);

/* ---- True risk (model/true_risk.c) -------------------------------------------------------------------- */

/* The probability of a wrong label under a mixture with equal priors: risk = (negative + positive) / 2. */
typedef struct bk_risk {
    double risk, error;
    double negative, negative_error; /* P(label +1 | class -1) */
    double positive, positive_error; /* P(label -1 | class +1) */
} bk_risk;
/* By integration in f64, for networks of 2 inputs under a mixture of 2 (BK_UNSUPPORTED for others): along
 * lines the places where the label changes are found and the normal distribution functions between them
 * summed; over the lines Gauss and Kronrod's rule with 7 and 15 points halves its panels until both agree to
 * 1e-10. error is four times their sum and how much the risk moved when twice as many points of each line
 * were looked at: an honest estimate, usually far too large, but no bound (a boundary finer than 1/100 of a
 * unit can be missed). The label of a f32 network is that of its exact scores; what rounding to f32 does to
 * labels beside the boundary is not in error (of the lab's networks 2 labels in 1.8e8 were measured to
 * differ). Bits do not depend on the number of threads. BK_NOT_A_NUMBER for weights that are not finite or
 * too large; BK_MEMORY. Cost of some million scores: 0.1 s for 100 units. */
BK_API bk_status bk_network_risk(bk_risk *risk, const bk_network *network, const bk_mixture *mixture);

/* ---- Certified risk (model/risk_enclosure.c) ---------------------------------------------------------- */

/* Proved bounds: low <= value <= high. */
typedef struct bk_bounds {
    double low, high;
} bk_bounds;
/* Of the probability of a wrong label under a mixture with equal priors. */
typedef struct bk_risk_enclosure {
    bk_bounds risk;
    bk_bounds negative; /* P(label +1 | class -1) */
    bk_bounds positive; /* P(label -1 | class +1) */
    /* At least the mass of the points at which |s(x)| is not above a bound of what rounding in the network's
     * dtype does to its score: only there bk_network_score can give another label than s. */
    double rounding_mass;
    /* The best estimate, inside the bounds, usually right to a hundred-thousandth of their width. Its errors
     * are estimates that are usually too large, and never more than what the bounds prove. */
    bk_risk estimate;
    /* Classes whose estimate came out outside its bounds, so that the middle stands in its place: more than 0
     * would be a defect of this function. The bounds hold all the same. */
    size_t estimates_outside;
    size_t cells; /* rectangles that were looked at */
} bk_risk_enclosure;
#define BK_RISK_LEAST_WIDTH 1e-8
/* For networks of 2 inputs and one hidden layer under a mixture of 2 inputs (BK_UNSUPPORTED for others). The
 * label is the sign of s(x) in real arithmetic with the weights as they are stored; points are those of the
 * continuous mixture (drawn points are rounded to dtype, which this leaves out).
 * The plane is cut into rectangles until the mass in which the label is not certain is below width, from
 * BK_RISK_LEAST_WIDTH to 1: risk is then no wider than that, a class no wider than twice that. Enclosures
 * that come out wider, because 2^17 rectangles do not suffice (s is 0 over an area, or a ReLU unit's kink
 * lies along the boundary, or units are as steep as steps), are no failure and as true as others. Every
 * rounding error of the computation is bounded and inside (src/model/risk_enclosure_mass.c, certify.h).
 *
 * The estimate: in the rectangles that are left, on lines across the boundary, the place where the label
 * changes is found by scores in f64, and the differences of normal distribution functions are integrated
 * along it by Lobatto's rule with 4 nodes. Parts in which a rule of lower order gives another answer, as at
 * the kinks of ReLU units, are halved. Its error is the sum of these differences and of the mass of
 * rectangles in which a line may meet the boundary twice. At width 1e-6 it was at most 1.1e-9 (of a class,
 * twice that) and more than what the estimate was off, for the lab's networks (against SciPy) and 120 random
 * ones (against width 1e-7).
 *
 * The rectangles are the same everywhere, the ends and estimates to 1e-12 relative; bits do not depend on the
 * threads. Cost: 0.08 s of processor time for 500 units and width 1e-6, a third of it for the estimate,
 * shared by all threads. BK_NOT_A_NUMBER for weights that are not finite, BK_INVALID for the width,
 * BK_MEMORY. */
BK_API bk_status bk_network_risk_enclosure(bk_risk_enclosure *enclosure, const bk_network *network,
                                           const bk_mixture *mixture, double width);
/* The same for the Bayes classifier, the sign of the log odds; rounding_mass is that of no network. */
BK_API bk_status bk_bayes_risk_enclosure(bk_risk_enclosure *enclosure, const bk_mixture *mixture,
                                         double width);

/* ---- Decision map (model/decision_map.c) -------------------------------------------------------------- */

/* The labels of a network with one hidden layer of 1 to 3 inputs, looked up instead of computed: the same
 * labels, point for point, as those of bk_network_score. A grid over a box knows of most cells that all their
 * points have one label, and of the cells at the boundary a polynomial of second order with a bound on how
 * far the computed score can be from it. Both are proved (src/model/certify.c), the rounding of the network's
 * dtype included. Points that neither settles, those outside the box and those that are not finite go through
 * the network. Rounding aside, this is Taylor's theorem with a remainder for each unit. */
typedef struct bk_decision_map bk_decision_map;

/* Zero means: the defaults. */
typedef struct bk_decision_map_options {
    size_t side;        /* cells a side, a power of two up to 4096 (3 inputs: 256); 4096, 256, 64 for 1, 2, 3
                         * inputs; two bytes a cell */
    size_t evaluations; /* cells to evaluate at most after the first few; 8192, 16384, 49152 */
} bk_decision_map_options;

/* Whether there are maps for networks of this shape. */
BK_API bool bk_decision_map_applies(const bk_network *network);
/* Whether a map is likely to be the quicker way for that many points, its making included. A rule of thumb
 * from measurements: given millions of points, from some five tanh or twenty ReLU units on. False where there
 * are no maps. */
BK_API bool bk_decision_map_pays(const bk_network *network, double points);
/* The map of a network over the box low [input] to high [input]; choose a box that holds nearly all points.
 * network is kept and must not change. Owned by the caller (bk_decision_map_destroy). NULL on failure:
 * BK_UNSUPPORTED for other networks, BK_NOT_A_NUMBER for weights that are not finite, BK_INVALID for a box or
 * options. Uses all threads; cost of some thousand scores in f64, a few milliseconds for 500 units; the map
 * does not depend on the threads or the instruction set. */
BK_API bk_decision_map *bk_decision_map_create(const bk_network *network, const double *low,
                                               const double *high, const bk_decision_map_options *options);
BK_API void bk_decision_map_destroy(bk_decision_map *map);

typedef struct bk_decision_map_facts {
    size_t side;      /* cells a side */
    size_t evaluated; /* cells, of all sizes */
    size_t pieces;    /* polynomials */
    double undecided; /* share of the box that lies in cells without a label */
    size_t bytes;
} bk_decision_map_facts;
BK_API bk_decision_map_facts bk_decision_map_describe(const bk_decision_map *map);

/* Errors at points x [input][count] of the network's dtype: what bk_network_score and bk_network_errors give,
 * failures included. error [count], errors: as there (either may be NULL); scored: how many points went
 * through the network (may be NULL). Serial, allocates nothing, uses 60 kB of stack; about 1 ns a point. */
BK_API bk_status bk_decision_map_errors(uint8_t *error, uint64_t *errors, uint64_t *scored,
                                        const bk_decision_map *map, const void *x, const int8_t *y,
                                        size_t count);

/* ---- Gradient check (model/gradient_check.c) ---------------------------------------------------------- */

typedef struct bk_gradient_check {
    size_t parameters, epsilons;
    /* |(L(w + eps u) - L(w - eps u)) / (2 eps) - <grad, u>|, [parameter][epsilon] */
    double *error;
    double *directional; /* <grad, u>, [parameter] */
    /* ReLU: pairs of unit and point whose pre-activation is above 0 at one of w +- eps u and not at the
     * other, [parameter][epsilon]; 0 for other activations and for the last two parameters */
    uint64_t *kinks;
    bool weights_restored; /* all weights bit for bit as before */
} bk_gradient_check;
/* The assignment's test of the logistic loss, in the network's dtype: for each parameter a direction u,
 * uniform on [-1, 1)^n (2 u - 1 with uniform-f64-v1) and normalised, from the stream (seed,
 * gradient-direction, parameter). Norm and inner product are summed in f64 in index order, u is rounded to
 * dtype, w +- eps u and the two losses are computed in dtype, the quotient in f64. The weights are perturbed
 * in place and put back, on failure too. BK_INVALID for no epsilon or one that is not a finite number above
 * 0; BK_NOT_A_NUMBER for a loss that is not finite. Release with bk_gradient_check_clear. */
BK_API bk_status bk_gradient_check_run(bk_gradient_check *check, bk_network *network, const void *x,
                                       const int8_t *y, size_t count, const double *epsilons,
                                       size_t n_epsilons, uint64_t seed);
BK_API void bk_gradient_check_clear(bk_gradient_check *check);

#ifdef __cplusplus
}
#endif
#endif
