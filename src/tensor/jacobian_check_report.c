/* SPDX-License-Identifier: GPL-3.0-or-later
 * The gradient check in words. */
#include <math.h>

#include "tensor/jacobian_check.h"

static void append_index(bk_text *text, const bk_element *element)
{
    bk_text_append(text, "[");
    for (size_t d = 0; d < element->rank; d++) {
        bk_text_append(text, "%s%zu", d == 0 ? "" : ", ", element->index[d]);
    }
    bk_text_append(text, "]");
}

/* "output [1] by input 0 [2, 3]", or "along direction 0 of input 1". */
static void append_place(bk_text *text, const bk_jacobian_check *check, const bk_jacobian_step *step)
{
    if (check->directional) {
        bk_text_append(text, "along direction %zu of input %zu", step->element.number, step->input);
        return;
    }
    bk_text_append(text, "output ");
    append_index(text, &step->output);
    bk_text_append(text, " by input %zu ", step->input);
    append_index(text, &step->element);
}

static void append_step(bk_text *text, const bk_jacobian_check *check, const bk_jacobian_step *step)
{
    bk_text_append(text, "  step %.3g: ", step->step);
    if (check->inputs == 0 || check->outputs == 0) {
        bk_text_append(text, "nothing to compare\n");
        return;
    }
    if (step->wrong > 0) {
        bk_text_append(text, "%zu beyond the tolerance, the worst ", step->wrong);
    } else {
        bk_text_append(text, "all within the tolerance, the worst ");
    }
    append_place(text, check, step);
    bk_text_append(text, ": backward says %.17g, measured %.17g (%.3g of what is tolerated)", step->backward,
                   step->measured, step->excess);
    if (step->wrong > 0 && isfinite(step->left) && isfinite(step->right)) {
        bk_text_append(text, "; from the left %.9g, from the right %.9g", step->left, step->right);
    }
    bk_text_append(text, "\n");
}

void bk_jacobian_check_report(const bk_jacobian_check *check, bk_text *text)
{
    static const char *const differences[BK_DIFFERENCE_COUNT] = {"two points", "four points",
                                                                 "complex steps"};
    bk_text_append(text, "gradient check, %s, %s: %zu outputs by %zu inputs, %s\n",
                   check->directional ? "directional" : "full Jacobian", differences[check->difference],
                   check->outputs, check->inputs, check->passed ? "passed" : "FAILED");
    if (!check->repeatable) {
        bk_text_append(text, "  two backward passes gave different bits\n");
    }
    if (!check->linear) {
        bk_text_append(text, "  backward is not linear in its seed\n");
    }
    for (size_t s = 0; s < check->n_steps; s++) {
        append_step(text, check, &check->steps[s]);
    }
}
