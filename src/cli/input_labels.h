/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/input_labels.h: losses computed from true labels and what a model said. */
#ifndef BRISK_CLI_INPUT_LABELS_H
#define BRISK_CLI_INPUT_LABELS_H

#include "cli/input.h"

/* label and answer are the columns of input->data. */
bk_status bk_input_of_labels(bk_input *input, const bk_input_request *request, size_t label, size_t answer);

#endif
