/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * results/hdf5.h: what the HDF5 reader and writer share. Nobody else includes HDF5.
 */
#ifndef BRISK_RESULTS_HDF5_H
#define BRISK_RESULTS_HDF5_H

#include "results/tree.h"

/* The functions as HDF5 1.10 has them, under later versions too. */
#define H5_USE_110_API
#include <hdf5.h>
#include <hdf5_hl.h>

/* The name HDF5 is told for an image in memory; no file can have it, so that none is ever touched. */
#define BK_IMAGE_NAME "/dev/null/brisk-results"

/* How netCDF marks a dimension that has no variable; the length follows, %10d. */
#define BK_INDEX_MARK "This is a netCDF dimension but not a netCDF variable."

/* Around each use of HDF5: its printing of errors and its loading of plugins are off inside. */
typedef struct bk_hdf5_scope {
    H5E_auto2_t print;
    void *print_data;
    unsigned plugins;
} bk_hdf5_scope;
void bk_hdf5_begin(bk_hdf5_scope *scope);
void bk_hdf5_end(const bk_hdf5_scope *scope);

/* bk_fail with what HDF5's error stack says. To be called before any other HDF5 call clears it. */
bk_status bk_hdf5_fail(bk_status status, const char *format, ...) BK_PRINTF(2, 3);

/* Closes any kind of identifier (a negative one is none). Returns before where that is a failure
 * already, else whether closing went well. */
bk_status bk_hdf5_close(bk_status before, hid_t id);

/* The types of our files, and those of memory; text is one type for both. Made once for each use. */
typedef struct bk_hdf5_types {
    hid_t file[BK_DTYPE_COUNT];
    hid_t memory[BK_DTYPE_COUNT];
} bk_hdf5_types;
bk_status bk_hdf5_types_make(bk_hdf5_types *types);
bk_status bk_hdf5_types_close(bk_status before, const bk_hdf5_types *types);

/* The HDF5 file of a tree with its seal, as bytes in memory; owned by the caller (bk_free). */
bk_status bk_hdf5_image(void **image, size_t *size, const bk_results *results);

/* The tree of an HDF5 file in memory. image is freed (bk_free) as soon as HDF5 has its own copy. */
bk_status bk_hdf5_parse(bk_results *results, void *image, size_t size, bk_file_kind kind);

#endif
