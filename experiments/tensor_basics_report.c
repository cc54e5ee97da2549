/* SPDX-License-Identifier: GPL-3.0-or-later
 * The page about Part 1 of the lab. */
#include "lab_parts.h"

#include <string.h>

static const char *text_at(const bk_group *group, const char *path, size_t i)
{
    const bk_dataset *dataset = bk_dataset_find(group, path);
    const char *text = dataset == NULL || i >= bk_dataset_size(dataset) ? NULL : bk_dataset_text(dataset, i);
    return text == NULL ? "?" : text;
}

static double real_at(const bk_group *group, const char *path, size_t i)
{
    const bk_dataset *dataset = bk_dataset_find(group, path);
    return dataset == NULL || i >= bk_dataset_size(dataset) ? 0.0 : bk_dataset_real(dataset, i);
}

static size_t length_of(const bk_group *group, const char *path)
{
    const bk_dataset *dataset = bk_dataset_find(group, path);
    return dataset == NULL ? 0 : bk_dataset_size(dataset);
}

static const char *attribute(const bk_group *group, const char *name)
{
    const char *text = bk_group_text(group, name);
    return text == NULL ? "?" : text;
}

static void report_scalars(const bk_group *group, bk_text *page)
{
    bk_text_append(page, "1.1  The scalars\n       %-6s %6s  %-12s %s\n", "name", "value", "as given",
                   "all f32");
    for (size_t i = 0; i < length_of(group, "scalar/name"); i++) {
        bk_text_append(page, "       %-6s %6g  %-12s %s\n", text_at(group, "scalar/name", i),
                       real_at(group, "scalar/value", i), text_at(group, "scalar/dtype_given", i),
                       text_at(group, "scalar/dtype_f32", i));
    }
    bk_text_append(page, "     An integer asked to require a gradient says:\n");
    bk_text_append_paragraph(page, "       ", 93, attribute(group, "integer_requires_grad_error"));
}

static void report_graph(const bk_group *group, bk_text *page)
{
    bk_text_append(page, "1.2  a = x + b = %g, y = max(a w, 0) = %g, l = (y - t)^2 + w^2 = %g\n",
                   bk_group_real(group, "value_a"), bk_group_real(group, "value_y"),
                   bk_group_real(group, "value_l"));
    bk_text_append(page, "       %-8s %-24s %s\n", "", "grad_fn, only w requires", "all leaves require");
    for (size_t i = 0; i < length_of(group, "grad_fn/tensor"); i++) {
        bk_text_append(page, "       %-8s %-24s %s\n", text_at(group, "grad_fn/tensor", i),
                       text_at(group, "grad_fn/operation", i),
                       text_at(group, "grad_fn/operation_all_leaves", i));
    }
    bk_text_append(page, "     The graph as Graphviz DOT stands in /tensor_basics/graph/dot.\n");
}

static void report_gradients(const bk_group *group, bk_text *page)
{
    bk_text_append(page, "1.3  dl/dy = %g\n1.4  Gradients of l\n       %-6s %12s %18s %12s\n",
                   bk_group_real(group, "dl_dy"), "leaf", "backward", "twice, accumulated", "after reset");
    for (size_t i = 0; i < length_of(group, "gradient/leaf"); i++) {
        bk_text_append(page, "       %-6s %12g %18g %12g\n", text_at(group, "gradient/leaf", i),
                       real_at(group, "gradient/once", i), real_at(group, "gradient/twice", i),
                       real_at(group, "gradient/after_reset", i));
    }
    bk_text_append(page, "     A second backward without retain_graph says:\n");
    bk_text_append_paragraph(page, "       ", 93, attribute(group, "second_backward_error"));
    bk_text_append(page, "1.5  After the step of 0.1 with grad mode off: w = %g\n     In grad mode:\n",
                   bk_group_real(group, "w_after_step"));
    bk_text_append_paragraph(page, "       ", 93, attribute(group, "step_in_grad_mode"));
}

static void report_saved_values(const bk_group *group, bk_text *page)
{
    bk_text_append(page, "1.6  Gradient of (exp(w) - 5)^2 at w = 1\n");
    for (size_t i = 0; i < length_of(group, "released_handles/dtype"); i++) {
        bk_text_append(page, "       %s: %.17g with handles kept, %.17g with handles released\n",
                       text_at(group, "released_handles/dtype", i),
                       real_at(group, "released_handles/gradient_kept", i),
                       real_at(group, "released_handles/gradient_released", i));
    }
    bk_text_append(page, "     With y /= 2 before backward:\n");
    bk_text_append_paragraph(page, "       ", 93, attribute(group, "in_place_error"));
}

bk_status lab_report_tensor_basics(const bk_group *root, bk_text *page)
{
    const bk_group *group = bk_group_find(root, "tensor_basics");
    if (group == NULL) {
        return BK_OK;
    }
    bk_text_append(page, "PART 1. TENSOR BASICS\n\n");
    report_scalars(group, page);
    report_graph(group, page);
    report_gradients(group, page);
    report_saved_values(group, page);
    bk_text_append(page, "\nQuestions\n");
    for (size_t i = 0; i < length_of(group, "question/item"); i++) {
        bk_text_append(page, "%s  %s\n", text_at(group, "question/item", i),
                       text_at(group, "question/question", i));
        bk_text_append_paragraph(page, "     ", 95, text_at(group, "question/answer", i));
    }
    bk_text_append(page, "\n");
    return bk_text_status(page);
}
