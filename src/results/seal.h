/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * results/seal.h: the checksum behind the end of the HDF5 file.
 */
#ifndef BRISK_RESULTS_SEAL_H
#define BRISK_RESULTS_SEAL_H

#include "brisk/base.h"

#define BK_SEAL_BYTES ((size_t)40)

/* Writes the seal behind the size bytes of image, which has room for it. */
void bk_seal_set(void *image, size_t size);

/* BK_FORMAT where the image has a seal that does not fit its bytes, or, where one is required, none. */
bk_status bk_seal_check(const void *image, size_t size, bool required);

#endif
