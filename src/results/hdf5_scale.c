/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Dimension scales. Every axis of every dataset has one, so that netCDF and xarray give it a name instead
 * of a phony one.
 */
#include "results/hdf5_scale.h"

#include <inttypes.h>
#include <stdio.h>

bk_status bk_scale_make_index(hid_t id, const bk_dimension *dimension)
{
    char mark[sizeof BK_INDEX_MARK + 24];
    snprintf(mark, sizeof mark, "%s%10" PRIu64, BK_INDEX_MARK, (uint64_t)dimension->length);
    if (H5DSset_scale(id, mark) < 0) {
        return bk_hdf5_fail(BK_FAILED, "cannot make %s a dimension scale", dimension->path);
    }
    return BK_OK;
}

bk_status bk_scale_attach(hid_t file, hid_t id, const bk_dataset *dataset, size_t axis)
{
    const bk_dimension *dimension = dataset->dimensions[axis];
    const hid_t scale = H5Dopen2(file, dimension->path, H5P_DEFAULT);
    bk_status status = BK_OK;
    if (scale < 0 || H5DSattach_scale(id, scale, (unsigned)axis) < 0 ||
        H5DSset_label(id, (unsigned)axis, dimension->name) < 0) {
        status = bk_hdf5_fail(BK_FAILED, "cannot attach the dimension scale %s to %s", dimension->path,
                              dataset->path);
    }
    return bk_hdf5_close(status, scale);
}
