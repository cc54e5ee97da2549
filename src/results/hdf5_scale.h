/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * results/hdf5_scale.h: dimension scales of the file, as the writer makes them.
 */
#ifndef BRISK_RESULTS_HDF5_SCALE_H
#define BRISK_RESULTS_HDF5_SCALE_H

#include "results/hdf5.h"

/* Makes a dataset without values the scale of an index dimension. */
bk_status bk_scale_make_index(hid_t id, const bk_dimension *dimension);

/* Attaches the scale of an axis to the dataset, and labels the axis with its name. */
bk_status bk_scale_attach(hid_t file, hid_t id, const bk_dataset *dataset, size_t axis);

#endif
