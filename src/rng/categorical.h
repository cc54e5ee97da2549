/* SPDX-License-Identifier: GPL-3.0-or-later
 * rng/categorical.h: what an alias table is made of; for this room and the test of its exact shares. */
#ifndef BRISK_RNG_CATEGORICAL_H
#define BRISK_RNG_CATEGORICAL_H

#include "brisk/rng.h"

struct bk_categorical {
    size_t count;
    uint64_t *threshold; /* of 2^64 */
    uint32_t *alias;
};

#endif
