/* SPDX-License-Identifier: GPL-3.0-or-later
 * brisk/brisk.h: all public headers. */
#ifndef BRISK_BRISK_H
#define BRISK_BRISK_H

#include "brisk/base.h"
#include "brisk/cli.h"
#include "brisk/data.h"
#include "brisk/kernel.h"
#include "brisk/model.h"
#include "brisk/results.h"
#include "brisk/rng.h"
#include "brisk/sim.h"
#include "brisk/stats.h"
#include "brisk/tensor.h"

#endif
