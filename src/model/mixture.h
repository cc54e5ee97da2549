/* SPDX-License-Identifier: GPL-3.0-or-later
 * model/mixture.h: what the files of the mixture share. */
#ifndef BRISK_MODEL_MIXTURE_H
#define BRISK_MODEL_MIXTURE_H

#include "brisk/model.h"

/* BK_INVALID names what is wrong with a mixture that a caller has put together. */
bk_status bk_mixture_check(const bk_mixture *mixture);

#endif
