/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * results/hdf5_image.h: the memory in which HDF5 makes a file, held by ourselves.
 */
#ifndef BRISK_RESULTS_HDF5_IMAGE_H
#define BRISK_RESULTS_HDF5_IMAGE_H

#include "results/hdf5.h"

/* The bytes of a file while HDF5 makes it, and after. Start with {0}. */
typedef struct bk_image {
    unsigned char *bytes; /* of bk_allocate */
    size_t capacity;
    size_t size;      /* what HDF5 asked for so far */
    size_t expected;  /* what it is going to ask for */
    size_t spare;     /* bytes that stay free behind the file */
    bk_status status; /* of the last request that failed */
} bk_image;

/* Lets the file that is made with this access list lie in image, with `spare` bytes to go behind it. image
 * must stay until the file is closed, and has its bytes then (bk_free). */
bk_status bk_image_offer(hid_t access, bk_image *image, size_t spare);

/* The next request makes room for a file of so many bytes, so that it is not copied each time it grows. */
void bk_image_expect(bk_image *image, size_t size);

/* Takes the memory of what is expected now, before HDF5 has a file: after a request that fails later HDF5
 * leaves some memory of its own behind. */
bk_status bk_image_reserve(bk_image *image);

/* Bytes of the file that was made and closed in image. before: how making it went; a failure for want of
 * memory is reported as such, whatever HDF5 made of it. */
bk_status bk_image_finish(size_t *size, const bk_image *image, bk_status before);

#endif
