/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * results/chunk_filters.h: the filters of HDF5 that our chunks pass, done by ourselves.
 */
#ifndef BRISK_RESULTS_CHUNK_FILTERS_H
#define BRISK_RESULTS_CHUNK_FILTERS_H

#include "brisk/base.h"

/* The level that the file declares, and that zlib is used at for BK_PACK_PLAIN. */
#define BK_DEFLATE_LEVEL 4

/* Scratch memory of one thread, for chunks of at most chunk_bytes in planes of at most plane_bytes (bytes of
 * a chunk over bytes of an element). Owned by the caller; NULL on failure. */
typedef struct bk_packer bk_packer;
bk_packer *bk_packer_create(size_t chunk_bytes, size_t plane_bytes);
void bk_packer_destroy(bk_packer *packer);

/* How bytes are compressed: as HDF5 does it, or in the way that suits each plane of bytes. Readers cannot
 * tell one from the other. */
typedef enum bk_pack_way { BK_PACK_PLAIN, BK_PACK_QUICK } bk_pack_way;

/* The bytes of the file for one chunk of `bytes` bytes, of which values has the first `present`; the others
 * are 0. Both are multiples of element. shuffle, deflate, fletcher32. The result stays in the packer until
 * its next use. It is the same whatever was packed before. */
bk_status bk_pack_chunk(const unsigned char **packed, size_t *size, bk_packer *packer, const void *values,
                        size_t present, size_t bytes, size_t element, bk_pack_way way);

/* Gives the size bytes of the last result to the caller, who frees them with bk_pages_free(bytes, size, 1).
 * NULL on failure. */
unsigned char *bk_packer_take(bk_packer *packer, size_t size);

/* Byte `number` of each of count elements (in the file's order, little-endian). */
void bk_shuffle_plane(unsigned char *plane, const void *values, size_t count, size_t element, size_t number);
/* HDF5's checksum of bytes. */
uint32_t bk_fletcher32(const unsigned char *bytes, size_t size);

/* What becomes of a plane of bytes. */
typedef enum bk_plane_kind {
    BK_PLANE_NOISE,  /* gains nothing: stored as it is */
    BK_PLANE_RUNS,   /* few kinds of bytes, or runs of them: codes of unequal length, without a search */
    BK_PLANE_REPEATS /* longer pieces come again: zlib's search for them */
} bk_plane_kind;
bk_plane_kind bk_plane_look(const unsigned char *plane, size_t size);

#endif
