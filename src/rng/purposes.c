/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of purposes, for listings. */
#include "brisk/rng.h"

static const bk_purpose_facts purposes[] = {
#define BK_PURPOSE(name, name_text, number, text) {name_text, number, text},
#include "brisk/purposes.def"
#undef BK_PURPOSE
};

size_t bk_purpose_count(void) { return sizeof purposes / sizeof purposes[0]; }

const bk_purpose_facts *bk_purpose_row(size_t row)
{
    return row < bk_purpose_count() ? &purposes[row] : NULL;
}
