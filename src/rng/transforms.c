/* SPDX-License-Identifier: GPL-3.0-or-later
 * The names of the transforms. A transform that changes gets a new version; an old name never gets a
 * new meaning. */
#include "brisk/rng.h"

const char *bk_transform_names(void)
{
    return "uniform-f64-v1 uniform-f32-v1 normal-box-muller-f32-v1 normal-box-muller-f64-v1 "
           "integer-multiply-high-32-v1 integer-multiply-high-64-v1 categorical-alias-v1";
}
