/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the studies share.
 */
#ifndef BRISK_EXPERIMENTS_STUDY_PARTS_H
#define BRISK_EXPERIMENTS_STUDY_PARTS_H

#include "lab_parts.h"

#define STUDY_OPTION_LEVEL                                                                \
    {                                                                                     \
        .name = "level", .type = BK_OPTION_REAL, .initial = "0.9", .range = "(0,1)",      \
        .help = "confidence level; a test rejects where its p-value is at most 1 - level" \
    }

#endif
