/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * results/hdf5_read.h: what the parts of the reader share.
 */
#ifndef BRISK_RESULTS_HDF5_READ_H
#define BRISK_RESULTS_HDF5_READ_H

#include "results/hdf5.h"

/* Objects of one file; we write fewer than 2000. */
#define BK_MAX_OBJECTS 16384

/* No file expands more than this: deflate gains a factor of 1032 at most, so that only a bomb does. */
#define BK_MAX_EXPANSION 1100

/* An object that was met, by its address in the file; dimension is NULL for what is no scale. */
typedef struct bk_met {
    haddr_t address;
    bk_dimension *dimension;
} bk_met;

typedef struct bk_reader {
    bk_results *results;
    bk_file_kind kind; /* that is wanted */
    hid_t file;
    unsigned long file_number;
    size_t budget; /* bytes of values that may still be read */
    bk_met *met;   /* [BK_MAX_OBJECTS] */
    size_t met_count;
    bk_hdf5_types types;
} bk_reader;

/* ---- hdf5_read_attribute.c */
/* The data type of ours that a type of the file is; BK_FORMAT for any other. */
bk_status bk_read_type(bk_dtype *dtype, const bk_reader *reader, hid_t type, const char *path);
/* All attributes of an object, but those of scales. */
bk_status bk_read_attributes(const bk_reader *reader, hid_t object, bk_list *attributes, const char *path);
/* A fixed-length text of a scale (CLASS, NAME) into text [size]; "" where there is none. */
bk_status bk_read_scale_text(char *text, size_t size, hid_t object, const char *name, const char *path);
/* The dimensions that DIMENSION_LIST refers to, one for each axis; they must have been met before. */
bk_status bk_read_dimensions(bk_dimension **dimensions, const bk_reader *reader, hid_t object, size_t rank,
                             const hsize_t *shape, const char *path);

/* ---- hdf5_read_dataset.c */
/* Adds a dataset or an index dimension to the group; *dimension is the scale it is, or NULL. */
bk_status bk_read_dataset(bk_dimension **dimension, bk_reader *reader, bk_group *group, const char *name,
                          hid_t id);

#endif
