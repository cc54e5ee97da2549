/* SPDX-License-Identifier: GPL-3.0-or-later
 * The graph as Graphviz DOT, in data flow order: leaves above, the output below. */
#include "tensor/graph.h"

#define INK         "#1f2933"
#define FAINT       "#5f6b76"
#define NODE_FILL   "#e3eefb"
#define NODE_LINE   "#3b6ea8"
#define LEARNT_FILL "#dff0d8"
#define LEARNT_LINE "#2f7d32"
#define FIXED_FILL  "#f2f2f2"
#define FIXED_LINE  "#8a8f94"

/* text with the characters that HTML-like labels reserve written out. */
static void append_escaped(bk_text *dot, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            bk_text_append(dot, "&amp;");
            break;
        case '<':
            bk_text_append(dot, "&lt;");
            break;
        case '>':
            bk_text_append(dot, "&gt;");
            break;
        case '"':
            bk_text_append(dot, "&quot;");
            break;
        default:
            bk_text_append(dot, "%c", *text);
        }
    }
}

static void append_small(bk_text *dot, const char *text)
{
    bk_text_append(dot, "<br/><font point-size=\"10\" color=\"" FAINT "\">%s</font>", text);
}

static void append_type(bk_text *dot, bk_dtype dtype, size_t rank, const size_t *shape)
{
    char text[BK_SHAPE_TEXT];
    bk_text_append(dot, "<br/><font point-size=\"11\">%s %s</font>", bk_dtype_name(dtype),
                   bk_shape_text(text, rank, shape));
}

static void append_saved(bk_text *dot, const bk_node *node)
{
    static const char *const what[BK_SLOTS] = {"first input", "second input", "third input", "output"};
    bool any = false;
    if (node->freed) {
        append_small(dot, "saved values freed");
        return;
    }
    for (unsigned slot = 0; slot < BK_SLOTS; slot++) {
        if (node->saved[slot] != NULL) {
            bk_text_append(dot, any ? ", %s" : "<br/><font point-size=\"10\" color=\"" FAINT "\">saved: %s",
                           what[slot]);
            any = true;
        }
    }
    bk_text_append(dot, any ? "</font>" : "");
    if (!any) {
        append_small(dot, "saves nothing");
    }
}

static double element(const bk_array *x, size_t i)
{
    return x->dtype == BK_F32   ? (double)((const float *)x->data)[i]
           : x->dtype == BK_F64 ? ((const double *)x->data)[i]
                                : (double)((const int64_t *)x->data)[i];
}

/* The elements in row-major order, of many the first ones. */
static void append_values(bk_text *dot, const bk_array *x)
{
    enum { SHOWN = 4 };
    size_t position[BK_MAX_RANK] = {0}, offset = 0;
    for (size_t i = 0; i < x->size && i < SHOWN; i++) {
        bk_text_append(dot, i == 0 ? " = %.6g" : ", %.6g", element(x, offset));
        for (size_t d = x->rank; d-- > 0;) {
            offset += x->stride[d];
            if (++position[d] < x->shape[d]) {
                break;
            }
            offset -= x->stride[d] * x->shape[d];
            position[d] = 0;
        }
    }
    bk_text_append(dot, x->size > SHOWN ? ", ..." : "");
}

static void append_details(bk_text *dot, const bk_node *node, unsigned details)
{
    static const char *const what[BK_SLOTS] = {"first input", "second input", "third input", "output"};
    for (unsigned slot = 0; slot < BK_SLOTS && details != 0 && !node->freed; slot++) {
        const bk_saved *saved = node->saved[slot];
        if (saved == NULL) {
            continue;
        }
        const uint64_t now = saved->array.storage->version;
        bk_text_append(dot, "<br/><font point-size=\"10\" color=\"" FAINT "\">%s", what[slot]);
        if ((details & BK_DRAW_VERSIONS) != 0) {
            bk_text_append(dot, " version %llu", (unsigned long long)saved->version);
            if (now != saved->version) {
                bk_text_append(dot, " (now %llu: stale)", (unsigned long long)now);
            }
        }
        if ((details & BK_DRAW_VALUES) != 0) {
            append_values(dot, &saved->array);
        }
        bk_text_append(dot, "</font>");
    }
}

static void append_operation(bk_text *dot, const bk_node *node, bool is_output, unsigned details)
{
    const char *name = node->output != NULL ? node->output->name : node->name;
    bk_text_append(dot,
                   "    n%llu [shape=box, style=\"rounded,filled\", fillcolor=\"" NODE_FILL
                   "\", color=\"" NODE_LINE "\"%s, label=<",
                   (unsigned long long)node->sequence, is_output ? ", peripheries=2" : "");
    if (name != NULL) {
        bk_text_append(dot, "<i>");
        append_escaped(dot, name);
        bk_text_append(dot, "</i> = ");
    }
    bk_text_append(dot, "<b>%s</b>", node->operation->label);
    if (node->operation == &bk_operations[BK_OPERATION_scale] ||
        node->operation == &bk_operations[BK_OPERATION_add_constant] ||
        node->operation == &bk_operations[BK_OPERATION_add_scaled] ||
        node->operation == &bk_operations[BK_OPERATION_pow_constant]) {
        bk_text_append(dot, " %.6g", node->parameters->constant);
    }
    append_type(dot, node->dtype, node->rank, node->wide == NULL ? NULL : node->wide->shape);
    append_saved(dot, node);
    append_details(dot, node, details);
    bk_text_append(dot, ">];\n");
}

static void append_leaf(bk_text *dot, const bk_edge *leaf, bool requires_grad)
{
    const char *name = leaf->leaf != NULL ? leaf->leaf->name : leaf->name;
    bk_text_append(dot, "    t%llu [shape=ellipse, style=filled, fillcolor=\"%s\", color=\"%s\"%s, label=<",
                   (unsigned long long)leaf->serial, requires_grad ? LEARNT_FILL : FIXED_FILL,
                   requires_grad ? LEARNT_LINE : FIXED_LINE, requires_grad ? ", penwidth=2" : "");
    bk_text_append(dot, name != NULL ? "<b>" : "<i>");
    append_escaped(dot, name != NULL ? name : "constant");
    bk_text_append(dot, name != NULL ? "</b>" : "</i>");
    append_type(dot, leaf->dtype, leaf->rank, leaf->shape);
    append_small(dot, requires_grad ? "requires grad" : "no grad");
    bk_text_append(dot, ">];\n");
}

/* Whether an edge before this one leads from the same leaf. */
static bool drawn_before(const bk_node *first, const bk_node *node, unsigned input)
{
    const uint64_t serial = node->edge[input].serial;
    for (const bk_node *at = first;; at = at->next) {
        for (unsigned i = 0; i < at->inputs && !(at == node && i == input); i++) {
            if (at->edge[i].node == NULL && at->edge[i].serial == serial) {
                return true;
            }
        }
        if (at == node) {
            return false;
        }
    }
}

static void append_edges(bk_text *dot, const bk_node *node)
{
    for (unsigned i = 0; i < node->inputs; i++) {
        const bk_edge *edge = &node->edge[i];
        bk_text_append(dot, edge->node != NULL ? "    n%llu -> n%llu" : "    t%llu -> n%llu",
                       (unsigned long long)(edge->node != NULL ? edge->node->sequence : edge->serial),
                       (unsigned long long)node->sequence);
        /* No gradient flows along a dashed edge. */
        bk_text_append(dot, edge->node == NULL && edge->leaf == NULL ? " [style=dashed];\n" : ";\n");
    }
}

bk_status bk_graph_write_dot(bk_tensor *output, bk_text *dot)
{
    return bk_graph_write_dot_detailed(output, dot, 0);
}

bk_status bk_graph_write_dot_detailed(bk_tensor *output, bk_text *dot, unsigned details)
{
    if (!bk_input_usable("graph_write_dot", output)) {
        return bk_error_status();
    }
    bk_node *first = NULL;
    BK_TRY(bk_graph_order(&first, output->tape, output->node));
    bk_text_append(dot, "digraph computation {\n"
                        "    graph [rankdir=TB, fontname=\"Helvetica\", nodesep=0.35, ranksep=0.45, "
                        "bgcolor=\"white\"];\n"
                        "    node [fontname=\"Helvetica\", fontsize=14, fontcolor=\"" INK
                        "\", margin=\"0.16,0.08\"];\n"
                        "    edge [color=\"" FAINT "\", arrowsize=0.7];\n");
    if (first == NULL) {
        bk_edge leaf = {.serial = output->serial,
                        .name = output->name,
                        .dtype = output->array.dtype,
                        .rank = output->array.rank};
        for (unsigned d = 0; d < leaf.rank; d++) {
            leaf.shape[d] = output->array.shape[d];
        }
        append_leaf(dot, &leaf, output->requires_grad);
    }
    for (const bk_node *node = first; node != NULL; node = node->next) {
        append_operation(dot, node, node == first, details);
        for (unsigned i = 0; i < node->inputs; i++) {
            if (node->edge[i].node == NULL && !drawn_before(first, node, i)) {
                append_leaf(dot, &node->edge[i], node->edge[i].leaf != NULL);
            }
        }
    }
    for (const bk_node *node = first; node != NULL; node = node->next) {
        append_edges(dot, node);
    }
    bk_text_append(dot, "}\n");
    return bk_text_status(dot);
}
