/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * results/hdf5_scale.h: dimension scales of the file, as the writer makes them.
 */
#ifndef BRISK_RESULTS_HDF5_SCALE_H
#define BRISK_RESULTS_HDF5_SCALE_H

#include "results/hdf5.h"

/* One axis of a dataset that uses a scale; laid out as in the file. */
typedef struct bk_scale_user {
    hobj_ref_t dataset;
    int32_t axis;
} bk_scale_user;

/* The scale of one dimension while the file is made. */
typedef struct bk_scale {
    const bk_dimension *dimension;
    hid_t id; /* of its dataset, held open until its users are known */
    hobj_ref_t address;
    bk_scale_user *users; /* [capacity] */
    size_t count;
    size_t capacity;
} bk_scale;

/* All scales of a file, and the types of their attributes. */
typedef struct bk_scales {
    bk_scale *scales; /* by their dimensions' addresses in memory, to find them */
    bk_scale **made;  /* in the order in which they were made */
    bk_scale_user *users;
    size_t count;
    size_t n_made;
    hid_t list_type, label_type, user_type, scalar;
} bk_scales;

/* For the tree of results. On failure too, bk_scales_clear is due. */
bk_status bk_scales_start(bk_scales *scales, const bk_results *results);
bk_status bk_scales_clear(bk_status before, bk_scales *scales);

/* Makes the dataset id the scale of dimension, and holds it open. An index is marked as netCDF does it, a
 * coordinate has its name. */
bk_status bk_scale_make(bk_scales *scales, hid_t id, const bk_dimension *dimension);

/* Attaches the scales of all its axes to the dataset, and labels the axes with their names. */
bk_status bk_scales_attach(bk_scales *scales, hid_t id, const bk_dataset *dataset);

/* Tells every scale its users, when all of them are attached. */
bk_status bk_scales_finish(bk_scales *scales);

#endif
