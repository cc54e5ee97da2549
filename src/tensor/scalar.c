/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rules of differentiation for scalars: those of arithmetic.c and unary.c, in the same order of operations.
 */
#include "tensor/scalar.h"

const bool bk_scalar_rules[BK_OPERATION_COUNT] = {
    [BK_OPERATION_add] = true,   [BK_OPERATION_sub] = true,          [BK_OPERATION_mul] = true,
    [BK_OPERATION_div] = true,   [BK_OPERATION_neg] = true,          [BK_OPERATION_square] = true,
    [BK_OPERATION_scale] = true, [BK_OPERATION_add_constant] = true, [BK_OPERATION_exp] = true,
    [BK_OPERATION_log] = true,   [BK_OPERATION_relu] = true,         [BK_OPERATION_sigmoid] = true,
};

/* What slot holds; *stale where it was changed since. */
static inline const void *saved_value(const bk_node *node, unsigned slot, bool *stale)
{
    static const double none = 0.0;
    const bk_saved *saved = node->saved[slot];
    if (saved == NULL) { /* not needed */
        return &none;
    }
    *stale = *stale || saved->array.storage->version != saved->version;
    return saved->array.data;
}

#define RULES(type)                                                                             \
    do {                                                                                        \
        const type g = (type)gradient;                                                          \
        const type a = *(const type *)saved_value(node, BK_SLOT_FIRST, &stale);                 \
        switch (id) {                                                                           \
        case BK_OPERATION_mul: {                                                                \
            const type b = *(const type *)saved_value(node, BK_SLOT_SECOND, &stale);            \
            result[0] = (double)(g * b);                                                        \
            result[1] = (double)(g * a);                                                        \
            break;                                                                              \
        }                                                                                       \
        case BK_OPERATION_div: {                                                                \
            const type b = *(const type *)saved_value(node, BK_SLOT_SECOND, &stale);            \
            result[0] = (double)(g / b);                                                        \
            result[1] = (double)-(g * (a / b / b));                                             \
            break;                                                                              \
        }                                                                                       \
        case BK_OPERATION_sub:                                                                  \
            result[0] = (double)g;                                                              \
            result[1] = (double)-g;                                                             \
            break;                                                                              \
        case BK_OPERATION_neg:                                                                  \
            result[0] = (double)-g;                                                             \
            break;                                                                              \
        case BK_OPERATION_square:                                                               \
            result[0] = (double)((a + a) * g);                                                  \
            break;                                                                              \
        case BK_OPERATION_scale:                                                                \
            result[0] = (double)(g * (type)node->parameters->constant);                         \
            break;                                                                              \
        case BK_OPERATION_log:                                                                  \
            result[0] = (double)(g / a);                                                        \
            break;                                                                              \
        case BK_OPERATION_exp:                                                                  \
            result[0] = (double)(g * *(const type *)saved_value(node, BK_SLOT_OUTPUT, &stale)); \
            break;                                                                              \
        case BK_OPERATION_relu: {                                                               \
            const type y = *(const type *)saved_value(node, BK_SLOT_OUTPUT, &stale);            \
            result[0] = y <= 0 ? 0.0 : (double)g;                                               \
            break;                                                                              \
        }                                                                                       \
        case BK_OPERATION_sigmoid: {                                                            \
            const type y = *(const type *)saved_value(node, BK_SLOT_OUTPUT, &stale);            \
            result[0] = (double)(g * (y * ((type)1 - y)));                                      \
            break;                                                                              \
        }                                                                                       \
        default: /* add, add_constant */                                                        \
            result[0] = result[1] = (double)g;                                                  \
        }                                                                                       \
    } while (0)

bool bk_scalar_rule(double result[2], const bk_node *node, double gradient)
{
    const bk_operation_id id = (bk_operation_id)(node->operation - bk_operations);
    bool stale = false;
    if (id == BK_OPERATION_add || id == BK_OPERATION_add_constant) {
        result[0] = result[1] = gradient;
    } else if (node->dtype == BK_F32) {
        RULES(float);
    } else {
        RULES(double);
    }
    return !stale;
}
