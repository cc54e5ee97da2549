/* SPDX-License-Identifier: GPL-3.0-or-later
 * Values and gradients of every operation against PyTorch's (tests/data/make_tensor_pytorch.py). */
#include <stdlib.h>

#include "dual_graph.h"
#include "tensor_tools.h"

enum { MOST = 128, LINE = 8192, INPUTS = 3 };

typedef struct array {
    bk_dtype dtype;
    size_t rank, shape[4], size;
    double values[MOST];
    bool requires_grad;
} array;

/* One case of the file. */
typedef struct vector_case {
    char name[32];
    graph_node node;
    double tolerance, output_scale, gradient_scale;
    size_t inputs, gradients;
    array input[INPUTS], gradient[INPUTS], output, seed;
    bool has_seed;
} vector_case;

static vector_case c;
static size_t line_number, misses;

/* ---- Reading ---- */

/* "DTYPE [SIZE ...] : values" */
static void read_array(array *to, char *text)
{
    char *word = strtok(text, " \n");
    to->dtype = strcmp(word, "f32") == 0 ? BK_F32 : strcmp(word, "f64") == 0 ? BK_F64 : BK_I64;
    to->rank = 0;
    to->size = 1;
    while ((word = strtok(NULL, " \n")) != NULL && word[0] != ':') {
        cr_assert_lt(to->rank, 4);
        to->shape[to->rank] = strtoull(word, NULL, 10);
        to->size *= to->shape[to->rank++];
    }
    cr_assert_leq(to->size, MOST);
    size_t count = 0;
    while ((word = strtok(NULL, " \n")) != NULL) {
        cr_assert_lt(count, MOST);
        to->values[count++] = strtod(word, NULL);
    }
    cr_assert_eq(count, to->size, "line %zu: %zu values", line_number, count);
}

/* "1,2,3", or "-" for none. */
static size_t read_list(int64_t *list, const char *text)
{
    size_t count = 0;
    while (*text != '\0' && *text != ' ' && strcmp(text, "-") != 0) {
        char *end;
        const int64_t number = strtoll(text, &end, 10);
        if (end == text || count == GRAPH_ELEMENTS || (*end != ',' && *end != '\0')) {
            break; /* a fraction, or not a number: not a list */
        }
        list[count++] = number;
        text = *end == ',' ? end + 1 : end;
    }
    return count;
}

static void read_parameter(const char *key, const char *value)
{
    graph_parameters *p = &c.node.parameters;
    const double number = strtod(value, NULL);
    int64_t list[GRAPH_ELEMENTS];
    const size_t count = read_list(list, value);
    if (strcmp(key, "tolerance") == 0) {
        c.tolerance = number;
    } else if (strcmp(key, "oscale") == 0) {
        c.output_scale = number;
    } else if (strcmp(key, "gscale") == 0) {
        c.gradient_scale = number;
    } else if (strcmp(key, "constant") == 0) {
        p->constant = number;
    } else if (strcmp(key, "low") == 0) {
        p->low = number;
        p->has_low = true;
    } else if (strcmp(key, "high") == 0) {
        p->high = number;
        p->has_high = true;
    } else if (strcmp(key, "keepdim") == 0) {
        p->keepdim = number != 0;
    } else if (strcmp(key, "in_place") == 0) {
        c.node.in_place = true;
    } else if (strcmp(key, "dtype") == 0) {
        c.node.dtype = number == 32 ? BK_F32 : BK_F64;
    } else if (strcmp(key, "axis") == 0) {
        p->axis = (int)number;
    } else if (strcmp(key, "axis2") == 0) {
        p->second_axis = (int)number;
    } else if (strcmp(key, "start") == 0) {
        p->start = (int64_t)number;
    } else if (strcmp(key, "stop") == 0) {
        p->stop = (int64_t)number;
    } else if (strcmp(key, "step") == 0) {
        p->step = (int64_t)number;
    } else if (strcmp(key, "shape") == 0) {
        p->rank = count;
        for (size_t d = 0; d < count; d++) {
            p->shape[d] = (size_t)list[d];
        }
    } else if (strcmp(key, "index") == 0) {
        p->indices = count;
        memcpy(p->index, list, count * sizeof *list);
    } else {
        cr_assert(strcmp(key, "axes") == 0 || strcmp(key, "order") == 0, "unknown key %s", key);
        p->axes = count;
        for (size_t d = 0; d < count; d++) {
            p->order[d] = (int)list[d];
        }
    }
}

static void read_head(char *text)
{
    char *word = strtok(text, " \n");
    c = (vector_case){.node = {.operation = GRAPH_LEAF}};
    snprintf(c.name, sizeof c.name, "%s", word);
    for (int id = 0; id < GRAPH_OPERATIONS; id++) {
        c.node.operation = strcmp(word, graph_names[id]) == 0 ? (graph_operation)id : c.node.operation;
    }
    while ((word = strtok(NULL, " \n")) != NULL) {
        char *value = strchr(word, '=');
        cr_assert_not_null(value);
        *value = '\0';
        read_parameter(word, value + 1);
    }
}

/* The next case; false at the end of the file. */
static bool read_case(FILE *file)
{
    static char line[LINE];
    bool begun = false;
    while (fgets(line, sizeof line, file) != NULL) {
        line_number++;
        if (strncmp(line, "case ", 5) == 0) {
            read_head(line + 5);
            begun = true;
        } else if (strncmp(line, "in ", 3) == 0 || strncmp(line, "const ", 6) == 0) {
            cr_assert_lt(c.inputs, INPUTS);
            c.input[c.inputs].requires_grad = line[0] == 'i';
            read_array(&c.input[c.inputs++], strchr(line, ' ') + 1);
        } else if (strncmp(line, "out ", 4) == 0) {
            read_array(&c.output, line + 4);
        } else if (strncmp(line, "seed ", 5) == 0) {
            read_array(&c.seed, line + 5);
            c.has_seed = true;
        } else if (strncmp(line, "grad ", 5) == 0) {
            cr_assert_lt(c.gradients, INPUTS);
            read_array(&c.gradient[c.gradients++], line + 5);
        } else if (strncmp(line, "end", 3) == 0) {
            return begun;
        }
    }
    return false;
}

/* ---- Running ---- */

/* |x - wanted| <= tolerance eps (|wanted| + scale), or two subnormal steps. */
static void compare(const bk_tensor *tensor, const array *wanted, double scale, const char *what)
{
    cr_assert_not_null(tensor, "%s, line %zu: %s", c.name, line_number, bk_error_message());
    bool same = bk_tensor_dtype(tensor) == wanted->dtype && bk_tensor_rank(tensor) == wanted->rank;
    for (size_t d = 0; d < wanted->rank && same; d++) {
        same = bk_tensor_shape(tensor)[d] == wanted->shape[d];
    }
    cr_assert(same, "%s, line %zu: another shape or dtype of %s", c.name, line_number, what);
    double values[MOST];
    if (wanted->dtype == BK_I64) {
        int64_t whole[MOST];
        must(bk_tensor_read(tensor, whole));
        for (size_t i = 0; i < wanted->size; i++) {
            values[i] = (double)whole[i];
        }
    } else {
        read_doubles(tensor, values);
    }
    const double epsilon = wanted->dtype == BK_F32 ? 0x1p-23 : 0x1p-52;
    const double smallest = wanted->dtype == BK_F32 ? 0x1p-148 : 0x1p-1073;
    for (size_t i = 0; i < wanted->size; i++) {
        const double x = values[i], y = wanted->values[i];
        const double allowed = c.tolerance * epsilon * (fabs(y) + scale) + smallest;
        const bool fits = isnan(y) ? isnan(x) : isinf(y) ? x == y : fabs(x - y) <= allowed;
        if (!fits) {
            misses++;
            fprintf(stderr, "%s, case that ends in line %zu: %s [%zu] is %.17g, PyTorch has %.17g\n", c.name,
                    line_number, what, i, x, y);
        }
    }
}

/* Comparisons are no operations of the graph. */
static bk_tensor *apply_comparison(bk_tensor *const *inputs)
{
    static const struct {
        const char *name;
        bk_tensor *(*function)(bk_tensor *, bk_tensor *);
    } rows[] = {{"equal", bk_equal},     {"not_equal", bk_not_equal},
                {"less", bk_less},       {"less_equal", bk_less_equal},
                {"greater", bk_greater}, {"greater_equal", bk_greater_equal}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].name, c.name) == 0) {
            return rows[i].function(inputs[0], inputs[1]);
        }
    }
    cr_assert_fail("no operation %s", c.name);
    return NULL;
}

static bk_tensor *apply_case(bk_tape *tape, bk_tensor *const *inputs)
{
    graph_node *node = &c.node;
    bk_tensor *made[INPUTS];
    if (node->operation == GRAPH_LEAF) {
        return apply_comparison(inputs);
    }
    node->inputs = c.inputs;
    node->rank = node->operation == GRAPH_PERMUTE ? c.input[0].rank : c.output.rank;
    memcpy(node->shape, c.output.shape, sizeof node->shape);
    node->in_place = node->in_place || node->operation == GRAPH_COPY || node->operation == GRAPH_ADD_SCALED;
    for (size_t k = 0; k < c.inputs; k++) {
        node->input[k] = k;
        made[k] = k == 0 && node->in_place ? bk_scale(inputs[0], 1) : inputs[k];
    }
    return graph_apply(tape, node, made);
}

static void check_case(bk_tape *tape)
{
    bk_tensor *inputs[INPUTS];
    for (size_t k = 0; k < c.inputs; k++) {
        const array *a = &c.input[k];
        inputs[k] = tensor_of(tape, a->dtype, a->rank, a->shape, a->values);
        must(bk_tensor_require_grad(inputs[k], a->requires_grad));
    }
    bk_tensor *output = apply_case(tape, inputs);
    compare(output, &c.output, c.output_scale, "output");
    if (!c.has_seed || !bk_tensor_requires_grad(output)) {
        return;
    }
    must(bk_backward(output, tensor_of(tape, c.seed.dtype, c.seed.rank, c.seed.shape, c.seed.values), false));
    for (size_t k = 0, g = 0; k < c.inputs; k++) {
        if (c.input[k].requires_grad) {
            const bk_tensor *gradient = bk_tensor_grad(inputs[k]);
            const array *a = &c.input[k];
            compare(gradient != NULL ? gradient : bk_tensor_zeros(tape, a->dtype, a->rank, a->shape),
                    &c.gradient[g++], c.gradient_scale, "gradient");
        }
    }
}

Test(pytorch_vectors, values_and_gradients_of_every_operation)
{
    FILE *file = fopen(BRISK_TEST_DATA "/tensor_pytorch.txt", "r");
    cr_assert_not_null(file);
    bk_tape *tape = bk_tape_create();
    size_t cases = 0, used[GRAPH_OPERATIONS + 1] = {0};
    while (read_case(file)) {
        const bk_scope scope = bk_scope_open(tape);
        check_case(tape);
        bk_scope_close(scope);
        cr_assert_eq(bk_tape_live_tensors(tape), 0);
        used[c.node.operation]++;
        cases++;
    }
    fclose(file);
    bk_tape_destroy(tape);
    cr_assert_eq(misses, 0);
    cr_assert_gt(cases, 1400);
    for (int id = 0; id < GRAPH_OPERATIONS; id++) {
        cr_assert_geq(used[id], 2, "%s is not in the file", graph_names[id]);
    }
}
