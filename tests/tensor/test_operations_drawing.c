/* SPDX-License-Identifier: GPL-3.0-or-later
 * Drawings with the versions and the values that were saved. */
#include "tensor_tools.h"

Test(operations_drawing, versions_and_values_on_demand)
{
    bk_tape *tape = bk_tape_create();
    const double values[6] = {1, 2, 3, 4, 5, 6};
    bk_tensor *w = vector_of(tape, BK_F64, 6, values);
    must(bk_tensor_require_grad(bk_tensor_name(w, "w"), true));
    bk_tensor *x = bk_scale(w, 0.5);
    bk_tensor *y = bk_sum(bk_mul(bk_tanh(x), bk_slice(bk_exp(w), 0, 0, BK_TO_END, 1)));
    bk_text plain = {0}, versions = {0}, values_too = {0};
    must(bk_graph_write_dot(y, &plain));
    cr_assert_null(strstr(bk_text_string(&plain), "version"));
    must(bk_graph_write_dot_detailed(y, &versions, BK_DRAW_VERSIONS));
    cr_assert_not_null(strstr(bk_text_string(&versions), "output version 0</font>"));
    cr_assert_null(strstr(bk_text_string(&versions), "stale"));
    bk_grad_mode_set(false);
    bk_tensor *seen = bk_add_constant(w, 0);
    must(bk_copy_in_place(w, seen));
    bk_grad_mode_set(true);
    bk_tensor *z = bk_square(w);
    must(bk_graph_write_dot_detailed(z, &values_too, BK_DRAW_VERSIONS | BK_DRAW_VALUES));
    cr_assert_not_null(strstr(bk_text_string(&values_too), "first input version 1 = 1, 2, 3, 4, ...</font>"),
                       "%s", bk_text_string(&values_too));
    bk_grad_mode_set(false);
    must(bk_copy_in_place(w, seen));
    bk_grad_mode_set(true);
    bk_text_clear(&values_too);
    must(bk_graph_write_dot_detailed(z, &values_too, BK_DRAW_VERSIONS));
    cr_assert_not_null(strstr(bk_text_string(&values_too), "version 1 (now 2: stale)"));
    bk_text_clear(&plain);
    bk_text_clear(&versions);
    bk_text_clear(&values_too);
    bk_tape_destroy(tape);
}
