/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Training of one hidden layer without a graph. The units stand in blocks of 64 (BK_UNIT_BLOCK), each with
 * its weights, its outputs at all points and its part of the scores. An epoch of a block is its backward pass
 * and its step, then the next epoch's forward pass, all while its outputs are in the cache of one core;
 * blocks meet only where their parts of the scores are added up, in order. So the members of a team share the
 * blocks, and every member adds up all parts and computes the loss and its slope for itself: one barrier an
 * epoch, and bits that do not know who had which block. They are the tape's because the kernels
 * (kernel/training.def) sum in the order in which the tape's do, over the same blocks (loss.c).
 */
#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "kernel/kernel.h"
#include "model/loss.h"
#include "model/network.h"
#include "model/optimiser.h"
#include "model/score_loss.h"
#include "model/training.h"

/* Units times points that a member has to have, or a barrier costs more than it brings. */
#define MEMBER_WORK 16384
/* Elements of the widest vector: rows are padded to it. */
#define ROW 16
/* weights, gradient and the optimiser's state */
#define COPIES 4

/* What a member has for itself. */
typedef struct member_data {
    bk_score_loss loss;
    double b2[COPIES]; /* weight, gradient, state, of dtype */
    bk_step step;
} member_data;

typedef struct plan {
    const bk_training_task *task;
    bk_dtype dtype;
    size_t size; /* of one number */
    size_t inputs, units, count;
    size_t blocks, width; /* width: of all rows together, padded */
    size_t copies;        /* 2 and the optimiser's states */
    int members;
    char *weights; /* [copies][block][inputs + 2][width of the block] */
    char *h;       /* [block][point][width of the block] */
    char *part;    /* [2][block][point]: of even and of odd epochs */
    void *y;       /* [count] */
    char *scratch; /* [member][4][count] */
    member_data *member;
    size_t bytes;
    bk_training_result *result;
    /* A segment takes the epochs from `epoch` on, up to `stop_epoch`; finished: no further one is needed. */
    size_t epoch, stop_epoch;
    bool finished;
    /* The first epoch after which a weight is not finite, after which the callback ended the training.
     * Members read them after the barrier of the epoch that follows, when another may be one epoch ahead; a
     * number tells which epoch is meant, so all decide alike. */
    atomic_size_t bad_after, end_after;
    bk_status end_status; /* of the callback; read by member 0, who calls it */
} plan;

/* ---- Memory -------------------------------------------------------------------------------------------- */

static size_t block_units(const plan *p, size_t block) { return bk_block_units(p->units, block); }

static size_t block_width(const plan *p, size_t block)
{
    return (block_units(p, block) + ROW - 1) / ROW * ROW;
}

/* The block's weights (copy 0), gradient (1) or state (2, 3): rows w1[input], b1, w2. */
static void *block_weights(const plan *p, size_t copy, size_t block)
{
    return p->weights + (p->inputs + 2) * (copy * p->width + block * BK_UNIT_BLOCK) * p->size;
}

static void *block_outputs(const plan *p, size_t block)
{
    return p->h + block * BK_UNIT_BLOCK * p->count * p->size;
}

static void *block_part(const plan *p, size_t epoch, size_t block)
{
    return p->part + (epoch % 2 * p->blocks + block) * p->count * p->size;
}

/* Copies the rows of weights to the network's parameters (out) or from them. */
static void move_weights(const plan *p, bool out)
{
    const bk_network *network = p->task->trained;
    for (size_t j = 0; j < p->units; j++) {
        const size_t block = j / BK_UNIT_BLOCK < p->blocks ? j / BK_UNIT_BLOCK : p->blocks - 1;
        const size_t width = block_width(p, block), column = j - block * BK_UNIT_BLOCK;
        char *rows = block_weights(p, 0, block);
        for (size_t r = 0; r < p->inputs + 2; r++) {
            char *inside = rows + (r * width + column) * p->size;
            char *outside = r < p->inputs    ? (char *)network->weight[0] + (j * p->inputs + r) * p->size
                            : r == p->inputs ? (char *)network->bias[0] + j * p->size
                                             : (char *)network->weight[1] + j * p->size;
            memcpy(out ? outside : inside, out ? inside : outside, p->size);
        }
    }
    if (out) {
        memcpy(network->bias[1], p->member[0].b2, p->size);
    }
    for (int m = 0; m < p->members && !out; m++) {
        memcpy(p->member[m].b2, network->bias[1], p->size);
    }
}

/* Zeroed memory for rows times columns numbers; NULL on failure. */
static void *numbers(plan *p, size_t rows, size_t columns)
{
    size_t count;
    if (!bk_multiply_sizes(&count, rows, columns)) {
        (void)bk_fail(BK_OVERFLOW, "training: %zu times %zu numbers exceed the address space", rows, columns);
        return NULL;
    }
    p->bytes += count * p->size;
    return bk_allocate(count, p->size);
}

static void release(plan *p)
{
    bk_free(p->weights);
    bk_free(p->h);
    bk_free(p->part);
    bk_free(p->y);
    bk_free(p->scratch);
    bk_free(p->member);
}

/* A team where every member has enough to do. */
static int choose_members(const plan *p)
{
    const size_t worth = p->units > SIZE_MAX / p->count ? SIZE_MAX : p->units * p->count / MEMBER_WORK;
    const size_t threads = (size_t)bk_threads();
    size_t members = p->blocks < threads ? p->blocks : threads;
    members = members < worth ? members : worth;
    return members < 1 ? 1 : (int)members;
}

/* Release it whether it succeeded or not. */
static bk_status prepare(plan *p)
{
    const bk_training *training = p->task->training;
    p->members = choose_members(p);
    p->weights = numbers(p, p->copies * (p->inputs + 2), p->width);
    p->h = numbers(p, p->count, p->width);
    p->part = numbers(p, 2 * p->blocks, p->count);
    p->scratch = numbers(p, 4 * (size_t)p->members, p->count);
    p->y = bk_label_values(p->dtype, p->task->y, p->count);
    p->member = bk_allocate((size_t)p->members, sizeof *p->member);
    if (p->weights == NULL || p->h == NULL || p->part == NULL || p->scratch == NULL || p->y == NULL ||
        p->member == NULL) {
        return bk_error_status();
    }
    for (int m = 0; m < p->members; m++) {
        char *own = p->scratch + 4 * (size_t)m * p->count * p->size;
        const size_t row = p->count * p->size;
        p->member[m].step = bk_step_start(training);
        p->member[m].loss = (bk_score_loss){.dtype = p->dtype,
                                            .kind = training->loss,
                                            .count = p->count,
                                            .y = p->y,
                                            .score = own,
                                            .slope = own + row,
                                            .margin = own + 2 * row,
                                            .term = own + 3 * row};
    }
    move_weights(p, false);
    return BK_OK;
}

/* ---- A block ------------------------------------------------------------------------------------------- */

static void forward(const plan *p, size_t epoch, size_t block)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    const bk_activation act = p->task->trained->activation;
    void *h = block_outputs(p, block), *part = block_part(p, epoch, block);
    const void *w = block_weights(p, 0, block), *x = p->task->x;
    const size_t width = block_width(p, block);
    if (p->dtype == BK_F32) {
        (act == BK_TANH ? kernels->hidden_forward_tanh_f32
         : act == BK_RELU
             ? kernels->hidden_forward_relu_f32
             : kernels->hidden_forward_sigmoid_f32)(h, part, x, p->count, p->count, p->inputs, width, w);
    } else {
        (act == BK_TANH ? kernels->hidden_forward_tanh_f64
         : act == BK_RELU
             ? kernels->hidden_forward_relu_f64
             : kernels->hidden_forward_sigmoid_f64)(h, part, x, p->count, p->count, p->inputs, width, w);
    }
}

static void backward(const plan *p, size_t block, const void *slope)
{
    const bk_kernels *kernels = bk_kernels_in_use();
    const bk_activation act = p->task->trained->activation;
    const void *h = block_outputs(p, block), *w = block_weights(p, 0, block), *x = p->task->x;
    void *gradient = block_weights(p, 1, block);
    const size_t width = block_width(p, block), units = block_units(p, block);
    if (p->dtype == BK_F32) {
        (act == BK_TANH   ? kernels->hidden_backward_tanh_f32
         : act == BK_RELU ? kernels->hidden_backward_relu_f32
                          : kernels->hidden_backward_sigmoid_f32)(gradient, h, slope, x, p->count, p->count,
                                                                  p->inputs, width, w);
    } else {
        (act == BK_TANH   ? kernels->hidden_backward_tanh_f64
         : act == BK_RELU ? kernels->hidden_backward_relu_f64
                          : kernels->hidden_backward_sigmoid_f64)(gradient, h, slope, x, p->count, p->count,
                                                                  p->inputs, width, w);
    }
    /* Units that pad the block have outputs where sigmoid(0) is not 0; their w2 is to stay 0. */
    memset((char *)gradient + ((p->inputs + 1) * width + units) * p->size, 0, (width - units) * p->size);
}

/* False where a weight is not finite afterwards. */
static bool step_block(const plan *p, const bk_step *step, size_t block)
{
    const size_t count = (p->inputs + 2) * block_width(p, block);
    void *w = block_weights(p, 0, block);
    void *state[2] = {NULL, NULL};
    for (size_t s = 0; s + 2 < p->copies; s++) {
        state[s] = block_weights(p, 2 + s, block);
    }
    bk_step_take(step, p->dtype, w, block_weights(p, 1, block), state, count);
    return bk_first_not_finite(p->dtype, w, count) == count;
}

/* ---- A member ------------------------------------------------------------------------------------------ */

/* The step of epoch: the member's blocks, and b2, of which every member has its own. */
static void take_step(plan *p, size_t epoch, int member, int members)
{
    member_data *own = &p->member[member];
    bk_step_next(&own->step);
    bool finite = true;
    for (size_t block = (size_t)member; block < p->blocks; block += (size_t)members) {
        backward(p, block, own->loss.slope);
        finite = step_block(p, &own->step, block) && finite;
    }
    void *state[2] = {&own->b2[2], &own->b2[3]};
    bk_step_take(&own->step, p->dtype, &own->b2[0], &own->b2[1], state, 1);
    finite = bk_first_not_finite(p->dtype, &own->b2[0], 1) == 1 && finite;
    if (!finite) {
        size_t first = SIZE_MAX; /* nobody gets further than one epoch ahead, so this is the first */
        (void)atomic_compare_exchange_strong(&p->bad_after, &first, epoch);
    }
}

/* Member 0 after the step of epoch. */
static void call_back(plan *p, size_t epoch, double value)
{
    const bk_training *training = p->task->training;
    if (p->task->loss != NULL) {
        p->task->loss[epoch] = value;
    }
    if (training->after_epoch == NULL) {
        return;
    }
    bool stop = false;
    p->end_status = training->after_epoch(training->context, epoch, value, &stop);
    if (stop || p->end_status != BK_OK) {
        atomic_store(&p->end_after, epoch);
    }
}

/* Whether training ends before the step of epoch, as all members find alike. Member 0 notes how. */
static bool ends(plan *p, size_t epoch, int member, double value, bk_status *status)
{
    const size_t epochs = p->task->training->epochs;
    const bool bad = epoch > atomic_load(&p->bad_after);
    const bool ended = epoch > atomic_load(&p->end_after);
    if (!bad && !ended && epoch < epochs && isfinite(value)) {
        return false;
    }
    if (member > 0) {
        return true;
    }
    p->finished = true;
    if (ended && p->end_status != BK_OK) {
        *status = p->end_status; /* the message is this thread's last */
    } else if (bad) {
        move_weights(p, true);
        *status = bk_training_check_weights(p->task->trained, epoch - 1);
    } else if (!isfinite(value)) {
        *status = bk_training_diverged(value, epoch);
    } else {
        p->result->epochs = epoch;
        p->result->stopped = epoch < epochs;
        p->result->final_loss = value;
    }
    return true;
}

static bk_status run_segment(void *context, int member, int members)
{
    plan *p = context;
    member_data *own = &p->member[member];
    bk_status status = BK_OK;
    for (size_t epoch = p->epoch; epoch < p->stop_epoch; epoch++) {
        for (size_t block = (size_t)member; block < p->blocks; block += (size_t)members) {
            forward(p, epoch, block);
        }
        bk_team_barrier(members);
        bk_score_loss_fold(&own->loss, block_part(p, epoch, 0), p->blocks, &own->b2[0]);
        const double value = bk_score_loss_slope(&own->loss, &own->b2[1]);
        if (ends(p, epoch, member, value, &status)) {
            return status;
        }
        take_step(p, epoch, member, members);
        if (member == 0) {
            call_back(p, epoch, value);
        }
    }
    return BK_OK;
}

/* Segments until training ends. After one with fewer members the others know what member 0 knows. */
static bk_status run(plan *p)
{
    bk_pace pace;
    bk_pace_start(&pace, p->members);
    while (!p->finished) {
        size_t steps;
        const int members = bk_pace_begin(&pace, &steps);
        for (int m = 1; m < members; m++) {
            memcpy(p->member[m].b2, p->member[0].b2, sizeof p->member[m].b2);
            p->member[m].step = p->member[0].step;
        }
        p->stop_epoch = steps < SIZE_MAX - p->epoch ? p->epoch + steps : SIZE_MAX;
        BK_TRY(bk_parallel_team(members, run_segment, p));
        bk_pace_end(&pace, steps);
        p->epoch = p->stop_epoch;
    }
    return BK_OK;
}

bk_status bk_train_fused(bk_training_result *result, const bk_training_task *task)
{
    const bk_network *network = task->trained;
    plan p = {.task = task,
              .dtype = network->dtype,
              .size = bk_dtype_size(network->dtype),
              .inputs = network->inputs,
              .units = network->hidden[0],
              .count = task->count,
              .blocks = bk_unit_blocks(network->hidden[0]),
              .copies = 2 + bk_step_states(task->training),
              .result = result,
              .bad_after = SIZE_MAX,
              .end_after = SIZE_MAX};
    p.width = (p.blocks - 1) * BK_UNIT_BLOCK + block_width(&p, p.blocks - 1);
    bk_status status = prepare(&p);
    if (status == BK_OK) {
        status = run(&p);
    }
    if (status == BK_OK) {
        move_weights(&p, true);
        result->bytes = p.bytes;
    }
    release(&p);
    return status;
}
