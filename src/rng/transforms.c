/* SPDX-License-Identifier: GPL-3.0-or-later
 * The names of the transforms, from their one table. */
#include "brisk/rng.h"

static const bk_transform_facts transforms[] = {
#define BK_TRANSFORM(name, draws, domain) {name, draws, domain},
#include "rng/transforms.def"
#undef BK_TRANSFORM
};

/* Each name behind a blank. */
static const char names[] =
#define BK_TRANSFORM(name, draws, domain) " " name
#include "rng/transforms.def"
#undef BK_TRANSFORM
    ;

size_t bk_transform_count(void) { return sizeof transforms / sizeof transforms[0]; }

const bk_transform_facts *bk_transform_row(size_t row)
{
    return row < bk_transform_count() ? &transforms[row] : NULL;
}

const char *bk_transform_names(void) { return names + 1; }
