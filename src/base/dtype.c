/* SPDX-License-Identifier: GPL-3.0-or-later
 * Names and sizes of the data types. */
#include "brisk/base.h"

typedef struct dtype_facts {
    const char *name;
    size_t size;
} dtype_facts;

static const dtype_facts facts[BK_DTYPE_COUNT] = {
    [BK_F32] = {"f32", 4}, [BK_F64] = {"f64", 8}, [BK_I32] = {"i32", 4}, [BK_I64] = {"i64", 8},
    [BK_U8] = {"u8", 1},   [BK_U32] = {"u32", 4}, [BK_U64] = {"u64", 8}, [BK_TEXT] = {"text", sizeof(char *)},
};

const char *bk_dtype_name(bk_dtype dtype)
{
    return dtype >= 0 && dtype < BK_DTYPE_COUNT ? facts[dtype].name : "unknown";
}

size_t bk_dtype_size(bk_dtype dtype) { return dtype >= 0 && dtype < BK_DTYPE_COUNT ? facts[dtype].size : 0; }
