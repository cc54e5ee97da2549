/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every operation against central differences of four points in f64: error O(h^4). Chosen cases by quotients
 * of this file's own, random shapes by the library's full Jacobian. */
#include "dual_graph.h"
#include "tensor_tools.h"

typedef bk_tensor *(*operation_1)(bk_tensor *);
typedef bk_tensor *(*operation_2)(bk_tensor *, bk_tensor *);

static bk_tensor *over_first_axis(bk_tensor *a) { return bk_sum_axis(a, 0, false); }
static bk_tensor *over_last_axis(bk_tensor *a) { return bk_sum_axis(a, -1, true); }
static bk_tensor *mean_first(bk_tensor *a) { return bk_mean_axis(a, 0, true); }
static bk_tensor *mean_last(bk_tensor *a) { return bk_mean_axis(a, -1, false); }
static bk_tensor *scaled(bk_tensor *a) { return bk_scale(a, -1.75); }
static bk_tensor *shifted(bk_tensor *a) { return bk_add_constant(a, 0.3); }
static bk_tensor *flat(bk_tensor *a)
{
    const size_t size = bk_tensor_size(a);
    return bk_reshape(a, 1, &size);
}
static bk_tensor *transposed_twice(bk_tensor *a) { return bk_mul(bk_transpose(a), bk_exp(bk_transpose(a))); }
static bk_tensor *through_copy(bk_tensor *a) { return flat(bk_transpose(a)); }
static bk_tensor *log_of_positive(bk_tensor *a) { return bk_log(bk_add_constant(bk_square(a), 0.5)); }
static bk_tensor *divided(bk_tensor *a, bk_tensor *b)
{
    return bk_div(a, bk_add_constant(bk_square(b), 0.5));
}
static bk_tensor *in_place(bk_tensor *a, bk_tensor *b)
{
    bk_tensor *y = bk_neg(bk_add(a, bk_scale(b, 0))); /* saves nothing */
    if (bk_mul_in_place(y, b) != BK_OK || bk_sub_in_place(y, b) != BK_OK ||
        bk_div_in_place(y, bk_add_constant(bk_square(b), 0.5)) != BK_OK ||
        bk_add_scaled_in_place(y, b, 0.25) != BK_OK || bk_add_in_place(y, b) != BK_OK) {
        return NULL;
    }
    return bk_tanh(y);
}

/* The sum of the result with fixed weights, so that every element has its own share. */
static bk_tensor *weighted(bk_tape *tape, bk_tensor *y)
{
    cr_assert_not_null(y, "%s", bk_error_message());
    double weight[128];
    uint64_t state = 99;
    cr_assert_leq(bk_tensor_size(y), 128);
    for (size_t i = 0; i < bk_tensor_size(y); i++) {
        weight[i] = pseudo(&state);
    }
    return bk_sum(bk_mul(y, bk_tensor_from(tape, BK_F64, bk_tensor_rank(y), bk_tensor_shape(y), weight)));
}

static double evaluate(bk_tape *tape, operation_1 one, operation_2 two, bk_tensor *a, bk_tensor *b)
{
    bk_scope scope = bk_scope_open(tape);
    bk_grad_mode_set(false);
    const double value = item(weighted(tape, one != NULL ? one(a) : two(a, b)));
    bk_scope_close(scope);
    return value;
}

static void check_input(bk_tape *tape, const char *name, operation_1 one, operation_2 two, bk_tensor *a,
                        bk_tensor *b, bk_tensor *input)
{
    double values[128], gradient[128];
    read_doubles(input, values);
    bk_tensor *result;
    must(bk_grad(weighted(tape, one != NULL ? one(a) : two(a, b)), 1, &input, &result, false, false));
    read_doubles(result, gradient);
    cr_assert_eq(bk_tensor_rank(result), bk_tensor_rank(input));
    for (size_t i = 0; i < bk_tensor_size(input); i++) {
        const double h = 1e-3, at = values[i], step[4] = {-2, -1, 1, 2}, weight[4] = {1, -8, 8, -1};
        double slope = 0;
        for (int k = 0; k < 4; k++) {
            bk_grad_mode_set(false);
            values[i] = at + step[k] * h;
            must(bk_tensor_write(input, values));
            slope += weight[k] * evaluate(tape, one, two, a, b);
        }
        slope /= 12 * h;
        values[i] = at;
        must(bk_tensor_write(input, values));
        bk_grad_mode_set(true);
        cr_assert_float_eq(gradient[i], slope, 1e-9 * (1 + fabs(slope)), "%s, element %zu: %.15g, not %.15g",
                           name, i, gradient[i], slope);
    }
}

/* Values on a grid of step 1/20, offset (0 to 1) of a step away from 0: two leaves of different offsets keep
 * apart by more than the differences step, so that no kink (relu, maximum) lies between. */
static bk_tensor *random_leaf(bk_tape *tape, size_t rank, const size_t *shape, double offset, uint64_t *state)
{
    double values[128];
    size_t size = 1;
    for (size_t d = 0; d < rank; d++) {
        size *= shape[d];
    }
    for (size_t i = 0; i < size; i++) {
        values[i] = (floor(20 * pseudo(state)) + offset) / 20;
    }
    bk_tensor *leaf = bk_tensor_from(tape, BK_F64, rank, shape, values);
    must(bk_tensor_require_grad(leaf, true));
    return leaf;
}

#define ROW(f) \
    {          \
#f, f  \
    }

Test(gradients, of_operations_with_one_input)
{
    static const struct {
        const char *name;
        operation_1 function;
    } rows[] = {ROW(bk_neg),     ROW(bk_square),      ROW(bk_exp),       ROW(bk_tanh),        ROW(bk_relu),
                ROW(bk_sigmoid), ROW(bk_log_sigmoid), ROW(bk_sum),       ROW(bk_mean),        ROW(scaled),
                ROW(shifted),    ROW(flat),           ROW(bk_transpose), ROW(log_of_positive)};
    static const struct {
        const char *name;
        operation_1 function;
    } with_axes[] = {ROW(over_first_axis), ROW(over_last_axis),   ROW(mean_first),
                     ROW(mean_last),       ROW(transposed_twice), ROW(through_copy)};
    static const struct {
        size_t rank, shape[4];
    } shapes[] = {{0, {0}}, {1, {7}}, {2, {3, 4}}, {3, {2, 1, 3}}, {2, {0, 3}}, {4, {2, 2, 1, 2}}, {1, {37}}};
    uint64_t state = 1;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        bk_tape *tape = bk_tape_create();
        bk_tensor *a = random_leaf(tape, shapes[s].rank, shapes[s].shape, 0.25, &state);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            check_input(tape, rows[i].name, rows[i].function, NULL, a, NULL, a);
        }
        for (size_t i = 0; i < sizeof with_axes / sizeof *with_axes && shapes[s].rank > 0; i++) {
            check_input(tape, with_axes[i].name, with_axes[i].function, NULL, a, NULL, a);
        }
        bk_tape_destroy(tape);
    }
}

Test(gradients, of_operations_with_two_inputs)
{
    static const struct {
        const char *name;
        operation_2 function;
    } rows[] = {ROW(bk_add), ROW(bk_sub), ROW(bk_mul), ROW(divided), ROW(bk_maximum), ROW(in_place)};
    static const struct {
        size_t rank_a, a[3], rank_b, b[3];
    } shapes[] = {{0, {0}, 0, {0}},       {1, {5}, 1, {5}},       {2, {3, 4}, 1, {4}},
                  {2, {3, 4}, 2, {3, 1}}, {2, {3, 4}, 0, {0}},    {3, {2, 3, 2}, 2, {1, 2}},
                  {2, {0, 4}, 1, {4}},    {2, {4, 1}, 2, {1, 3}}, {3, {2, 1, 2}, 2, {3, 1}},
                  {1, {1}, 2, {2, 2}}};
    uint64_t state = 2;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        bk_tape *tape = bk_tape_create();
        bk_tensor *a = random_leaf(tape, shapes[s].rank_a, shapes[s].a, 0.25, &state);
        bk_tensor *b = random_leaf(tape, shapes[s].rank_b, shapes[s].b, 0.6, &state);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            check_input(tape, rows[i].name, NULL, rows[i].function, a, b, a);
            check_input(tape, rows[i].name, NULL, rows[i].function, a, b, b);
        }
        bk_tape_destroy(tape);
    }
}

static bk_tensor *left_transposed(bk_tensor *a, bk_tensor *b) { return bk_matmul(bk_transpose(a), b); }
static bk_tensor *right_transposed(bk_tensor *a, bk_tensor *b) { return bk_matmul(a, bk_transpose(b)); }
static bk_tensor *mean_of_product(bk_tensor *a, bk_tensor *b) { return bk_mean(bk_matmul(a, b)); }

Test(gradients, of_matrix_products)
{
    static const struct {
        const char *name;
        operation_2 function;
        size_t rank_a, a[2], rank_b, b[2];
    } rows[] = {{"matrix matrix", bk_matmul, 2, {3, 4}, 2, {4, 5}},
                {"large enough for blocks", bk_matmul, 2, {6, 5}, 2, {5, 19}},
                {"matrix vector", bk_matmul, 2, {3, 11}, 1, {11}},
                {"vector matrix", bk_matmul, 1, {4}, 2, {4, 5}},
                {"vector vector", bk_matmul, 1, {9}, 1, {9}},
                {"one row", bk_matmul, 2, {1, 4}, 2, {4, 3}},
                {"one column", bk_matmul, 2, {3, 4}, 2, {4, 1}},
                {"outer", bk_matmul, 2, {5, 1}, 2, {1, 4}},
                {"nothing to sum", bk_matmul, 2, {3, 0}, 2, {0, 2}},
                {"no rows", bk_matmul, 2, {0, 3}, 2, {3, 2}},
                {"A^T B", left_transposed, 2, {4, 3}, 2, {4, 5}},
                {"A B^T", right_transposed, 2, {3, 4}, 2, {5, 4}},
                {"mean", mean_of_product, 2, {3, 4}, 2, {4, 5}},
                {"mean of a vector", mean_of_product, 2, {3, 4}, 1, {4}}};
    uint64_t state = 3;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bk_tape *tape = bk_tape_create();
        bk_tensor *a = random_leaf(tape, rows[i].rank_a, rows[i].a, 0.25, &state);
        bk_tensor *b = random_leaf(tape, rows[i].rank_b, rows[i].b, 0.6, &state);
        check_input(tape, rows[i].name, NULL, rows[i].function, a, b, a);
        check_input(tape, rows[i].name, NULL, rows[i].function, a, b, b);
        bk_tape_destroy(tape);
    }
}

/* ---- Full Jacobians over random shapes ---- */

static graph drawn;

/* The node that was drawn. An operation in place works on a copy: leaves may not be changed. */
static bk_tensor *apply_drawn(void *context, bk_tape *tape, bk_tensor *const *inputs)
{
    const graph_node *node = context;
    bk_tensor *made[GRAPH_NODES] = {NULL};
    for (size_t k = 0; k < drawn.leaves; k++) {
        made[k] = inputs[k];
    }
    if (node->operation == GRAPH_COPY || node->operation == GRAPH_ADD_SCALED || node->in_place) {
        made[node->input[0]] = bk_add_constant(inputs[node->input[0]], 0);
    }
    return graph_apply(tape, node, made);
}

static void check_drawn(bk_tape *tape, const graph_node *node)
{
    bk_tensor *inputs[GRAPH_NODES];
    double values[GRAPH_ELEMENTS];
    for (size_t k = 0; k < drawn.leaves; k++) {
        const graph_node *leaf = &drawn.node[k];
        for (size_t i = 0; i < leaf->size; i++) {
            values[i] = leaf->element[i].value;
        }
        inputs[k] = bk_tensor_from(tape, BK_F64, leaf->rank, leaf->shape, values);
        must(bk_tensor_require_grad(inputs[k], leaf->requires_grad));
    }
    static const double steps[2] = {7e-4,
                                    2e-4}; /* the second near poles, where a fifth derivative is large */
    const bk_jacobian_options options = {.difference = BK_DIFFERENCE_FOUR_POINT,
                                         .steps = steps,
                                         .n_steps = 2,
                                         .absolute_tolerance = 2e-9,
                                         .relative_tolerance = 2e-9};
    bk_jacobian_check check;
    graph_node copy = *node;
    must(bk_jacobian_check_run(&check, apply_drawn, &copy, drawn.leaves, inputs, &options));
    if (!check.passed) {
        bk_text text = {0};
        bk_jacobian_check_report(&check, &text);
        graph_print(&drawn, stderr);
        cr_assert_fail("%s: %s", graph_names[node->operation], bk_text_string(&text));
    }
    bk_jacobian_check_clear(&check);
}

Test(gradients, full_jacobians_of_every_operation_over_random_shapes)
{
    bk_tape *tape = bk_tape_create();
    for (int id = 0; id < GRAPH_OPERATIONS; id++) {
        if (id == GRAPH_DETACH) {
            continue; /* nothing to differentiate */
        }
        size_t broadcasts = 0, checked = 0;
        for (uint64_t seed = 1; seed <= 80; seed++) {
            if (!graph_make_single(&drawn, seed, (graph_operation)id, 4e-3)) {
                continue;
            }
            const graph_node *node = &drawn.node[drawn.leaves];
            const bk_scope scope = bk_scope_open(tape);
            check_drawn(tape, node);
            bk_scope_close(scope);
            cr_assert_eq(bk_tape_live_tensors(tape), 0);
            broadcasts +=
                node->inputs == 2 && drawn.node[node->input[0]].size != drawn.node[node->input[1]].size;
            checked++;
        }
        cr_assert_geq(checked, 40, "%s: %zu", graph_names[id], checked);
        if (graph_kinds[id] == GRAPH_BINARY && id != GRAPH_COPY && id != GRAPH_ADD_SCALED) {
            cr_assert_geq(broadcasts, 8, "%s: %zu", graph_names[id], broadcasts);
        }
    }
    bk_tape_destroy(tape);
}

/* ---- Nothing at all ---- */

static bk_tensor *apply_to_nothing(void *context, bk_tape *tape, bk_tensor *const *inputs)
{
    const graph_node *node = context;
    bk_tensor *made[2] = {inputs[0], inputs[1]};
    if (node->operation == GRAPH_COPY || node->operation == GRAPH_ADD_SCALED) {
        made[0] = bk_add_constant(inputs[0], 0);
    }
    return graph_apply(tape, node, made);
}

/* Parameters that fit any shape: along axis 0 where that can be empty, along the other where it may not. */
static graph_node node_for_nothing(graph_operation operation, size_t rank, const size_t *shape, int axis)
{
    const graph_kind kind = graph_kinds[operation];
    graph_node node = {.operation = operation,
                       .inputs = kind == GRAPH_BINARY || kind == GRAPH_MATRIX || kind == GRAPH_JOIN ? 2 : 1,
                       .input = {0, 1},
                       .in_place = operation == GRAPH_COPY || operation == GRAPH_ADD_SCALED,
                       .dtype = BK_F64,
                       .rank = rank};
    graph_parameters *p = &node.parameters;
    *p = (graph_parameters){.constant = 2, .low = -1, .has_low = true, .axis = axis, .step = 1};
    p->second_axis = (int)rank - 1;
    p->rank = rank;
    for (size_t d = 0; d < rank; d++) {
        p->shape[d] = node.shape[d] = shape[d];
        p->order[d] = (int)d;
    }
    p->axes = kind == GRAPH_REDUCE_AXES ? 1 : 0;
    p->order[0] = kind == GRAPH_REDUCE_AXES ? axis : p->order[0];
    p->stop = shape[axis] == 0 ? 0 : 1;
    p->indices = shape[axis] == 0 ? 0 : 1;
    return node;
}

/* The extremes of nothing are none, and nothing has no element to select. */
static bool may_refuse(const graph_node *node, const size_t *shape)
{
    switch (node->operation) {
    case GRAPH_MAX:
    case GRAPH_MIN:
        return true;
    case GRAPH_MAX_AXIS:
    case GRAPH_MIN_AXIS:
    case GRAPH_MAX_AXES:
    case GRAPH_MIN_AXES:
    case GRAPH_SELECT:
        return shape[node->parameters.axis] == 0;
    case GRAPH_MATMUL:
        return node->rank == 2;
    default:
        return false;
    }
}

Test(gradients, of_every_operation_on_zero_size_shapes)
{
    static const struct {
        size_t rank, shape[2];
        int axis;
    } cases[] = {{2, {0, 3}, 0}, {2, {0, 3}, 1}, {2, {2, 0}, 0}, {2, {2, 0}, 1}, {1, {0}, 0}};
    bk_tape *tape = bk_tape_create();
    for (int id = 0; id < GRAPH_OPERATIONS; id++) {
        for (size_t c = 0; c < sizeof cases / sizeof *cases && id != GRAPH_DETACH; c++) {
            const bk_scope scope = bk_scope_open(tape);
            graph_node node =
                node_for_nothing((graph_operation)id, cases[c].rank, cases[c].shape, cases[c].axis);
            bk_tensor *inputs[2];
            for (int i = 0; i < 2; i++) {
                inputs[i] = bk_tensor_zeros(tape, BK_F64, cases[c].rank, cases[c].shape);
                must(bk_tensor_require_grad(inputs[i], true));
            }
            bk_jacobian_check check;
            const bk_status status = bk_jacobian_check_run(&check, apply_to_nothing, &node, 2, inputs, NULL);
            if (may_refuse(&node, cases[c].shape)) {
                cr_assert_eq(status, BK_SHAPE, "%s, case %zu: %s", graph_names[id], c, bk_error_message());
            } else {
                cr_assert_eq(status, BK_OK, "%s, case %zu: %s", graph_names[id], c, bk_error_message());
                cr_assert(check.passed, "%s, case %zu", graph_names[id], c);
                bk_jacobian_check_clear(&check);
            }
            bk_scope_close(scope);
            cr_assert_eq(bk_tape_live_tensors(tape), 0, "%s leaves something", graph_names[id]);
        }
    }
    bk_tape_destroy(tape);
}
