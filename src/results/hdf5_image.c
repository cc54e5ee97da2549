/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HDF5's core driver asks us for the memory of its image, and leaves it with us when the file is closed: the
 * image is never copied. Copying costs little, fresh memory for the copy much.
 */
#include "results/hdf5_image.h"

#include <string.h>

/* HDF5 asks for whole steps of this size. */
#define STEP_BYTES ((size_t)256 << 10)

/* Room for size bytes and what goes behind them. */
static bk_status reserve(bk_image *image, size_t size)
{
    size_t wanted = size < image->expected ? image->expected : size;
    if (!bk_add_sizes(&wanted, wanted, image->spare)) {
        return bk_fail(BK_OVERFLOW, "the results file exceeds the address space");
    }
    if (wanted > image->capacity) {
        /* By a quarter at least, so that growing costs a fixed number of copies. */
        const size_t more = image->capacity + image->capacity / 4;
        wanted = wanted < more ? more : wanted;
        unsigned char *grown = bk_reallocate(image->bytes, image->capacity, wanted, 1);
        if (grown == NULL) {
            return bk_error_status();
        }
        image->bytes = grown;
        image->capacity = wanted;
    }
    image->size = size;
    return BK_OK;
}

static void *image_allocate(size_t size, H5FD_file_image_op_t operation, void *context)
{
    (void)operation;
    bk_image *image = context;
    const bk_status status = reserve(image, size);
    if (status != BK_OK) {
        image->status = status;
    }
    return status == BK_OK ? image->bytes : NULL;
}

static void *image_reallocate(void *bytes, size_t size, H5FD_file_image_op_t operation, void *context)
{
    (void)bytes;
    return image_allocate(size, operation, context);
}

static void *image_copy(void *to, const void *from, size_t size, H5FD_file_image_op_t operation,
                        void *context)
{
    (void)operation;
    (void)context;
    return memcpy(to, from, size);
}

/* The file is closed, and its image ours. */
static herr_t image_keep(void *bytes, H5FD_file_image_op_t operation, void *context)
{
    (void)bytes;
    (void)operation;
    (void)context;
    return 0;
}

static void *same_context(void *context) { return context; }

static herr_t keep_context(void *context)
{
    (void)context;
    return 0;
}

bk_status bk_image_offer(hid_t access, bk_image *image, size_t spare)
{
    H5FD_file_image_callbacks_t callbacks = {.image_malloc = image_allocate,
                                             .image_memcpy = image_copy,
                                             .image_realloc = image_reallocate,
                                             .image_free = image_keep,
                                             .udata_copy = same_context,
                                             .udata_free = keep_context,
                                             .udata = image};
    image->spare = spare;
    if (H5Pset_fapl_core(access, STEP_BYTES, 0) < 0 || H5Pset_file_image_callbacks(access, &callbacks) < 0) {
        return bk_hdf5_fail(BK_FAILED, "cannot give HDF5 memory for the results file");
    }
    return BK_OK;
}

void bk_image_expect(bk_image *image, size_t size)
{
    size_t whole = 0;
    /* HDF5 asks for whole steps. Where the sum is too large, the request itself will say so. */
    if (bk_add_sizes(&whole, size, STEP_BYTES - 1)) {
        image->expected = whole - whole % STEP_BYTES;
    }
}

bk_status bk_image_reserve(bk_image *image) { return reserve(image, 0); }

/* The end of the file as its superblock says it. Only when HDF5 closes the file it is final: free space at
 * the end is given back then. */
static uint64_t stored_end(const unsigned char *bytes, size_t size)
{
    static const unsigned char signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    if (size < 96 || memcmp(bytes, signature, sizeof signature) != 0) {
        return 0;
    }
    /* Version 0 (which HDF5 1.8 and later write unless something needs more), or 2 and 3. */
    const size_t place = bytes[8] == 0 ? 40 : 28;
    const unsigned char offset_bytes = bytes[bytes[8] == 0 ? 13 : 9];
    uint64_t end = 0;
    for (size_t i = 8; i-- > 0;) {
        end = end << 8 | bytes[place + i];
    }
    return bytes[8] != 1 && bytes[8] <= 3 && offset_bytes == 8 ? end : 0;
}

bk_status bk_image_finish(size_t *size, const bk_image *image, bk_status before)
{
    if (image->status != BK_OK) {
        return bk_fail(image->status, "no memory for a results file of more than %zu bytes", image->size);
    }
    if (before != BK_OK) {
        return before;
    }
    const uint64_t end = stored_end(image->bytes, image->size);
    if (end == 0 || end > image->size) {
        return bk_fail(BK_FAILED, "HDF5 made a results file without an end");
    }
    *size = (size_t)end;
    return BK_OK;
}
