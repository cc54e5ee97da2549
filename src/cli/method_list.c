/* SPDX-License-Identifier: GPL-3.0-or-later
 * The interval methods that --method names. */
#include "cli/method_list.h"

bk_status bk_method_list_add(bk_method_list *list, size_t method, bool of_set)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->methods[i] == method) {
            if (!of_set && !list->of_set[i]) {
                return bk_fail(BK_INVALID, "--method: %s stands there twice",
                               bk_interval_method_row(method)->name);
            }
            list->of_set[i] = list->of_set[i] && of_set;
            return BK_OK;
        }
    }
    list->of_set[list->count] = of_set;
    list->methods[list->count++] = method;
    return BK_OK;
}

bk_status bk_method_list_add_name(bk_method_list *list, const char *name)
{
    size_t method = 0;
    if (bk_interval_method_number(&method, name) != BK_OK) {
        return bk_fail_within("--method");
    }
    return bk_method_list_add(list, method, false);
}
