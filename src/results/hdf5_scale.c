/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Dimension scales. Every axis of every dataset has one, so that netCDF and xarray give it a name instead
 * of a phony one.
 *
 * The attributes are those of HDF5's specification of scales, with the types that its H5DS functions give
 * them (a test compares). H5DSattach_scale itself reads, deletes and writes anew the list of all users of
 * the scale for each of them; here the list is written once, at the end.
 */
#include "results/hdf5_scale.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The scales of a tree --------------------------------------------------------------------------------
 */

static void count_group(size_t *scales, size_t *users, const bk_group *group)
{
    *scales += group->dimensions.count;
    for (size_t i = 0; i < group->datasets.count; i++) {
        *users += ((const bk_dataset *)group->datasets.items[i])->rank;
    }
    for (size_t i = 0; i < group->groups.count; i++) {
        count_group(scales, users, group->groups.items[i]);
    }
}

static void collect_scales(bk_scales *scales, const bk_group *group)
{
    for (size_t i = 0; i < group->dimensions.count; i++) {
        bk_scale *scale = &scales->scales[scales->count++];
        scale->dimension = group->dimensions.items[i];
        scale->id = -1;
    }
    for (size_t i = 0; i < group->groups.count; i++) {
        collect_scales(scales, group->groups.items[i]);
    }
}

static int by_dimension(const void *a, const void *b)
{
    const uintptr_t x = (uintptr_t)((const bk_scale *)a)->dimension;
    const uintptr_t y = (uintptr_t)((const bk_scale *)b)->dimension;
    return (x > y) - (x < y);
}

static bk_scale *find_scale(const bk_scales *scales, const bk_dimension *dimension)
{
    const bk_scale wanted = {.dimension = dimension};
    return bsearch(&wanted, scales->scales, scales->count, sizeof wanted, by_dimension);
}

/* How many users each scale has; coordinates are their own. */
static void count_users(const bk_scales *scales, const bk_group *group)
{
    for (size_t i = 0; i < group->datasets.count; i++) {
        const bk_dataset *dataset = group->datasets.items[i];
        for (size_t axis = 0; axis < dataset->rank && !dataset->coordinate; axis++) {
            find_scale(scales, dataset->dimensions[axis])->capacity++;
        }
    }
    for (size_t i = 0; i < group->groups.count; i++) {
        count_users(scales, group->groups.items[i]);
    }
}

static bk_status make_types(bk_scales *scales)
{
    scales->scalar = H5Screate(H5S_SCALAR);
    scales->list_type = H5Tvlen_create(H5T_STD_REF_OBJ);
    scales->label_type = H5Tcopy(H5T_C_S1);
    scales->user_type = H5Tcreate(H5T_COMPOUND, sizeof(bk_scale_user));
    if (scales->scalar < 0 || scales->list_type < 0 || scales->label_type < 0 || scales->user_type < 0 ||
        H5Tset_size(scales->label_type, H5T_VARIABLE) < 0 ||
        H5Tinsert(scales->user_type, "dataset", offsetof(bk_scale_user, dataset), H5T_STD_REF_OBJ) < 0 ||
        H5Tinsert(scales->user_type, "dimension", offsetof(bk_scale_user, axis), H5T_NATIVE_INT) < 0) {
        return bk_hdf5_fail(BK_FAILED, "cannot make the types of dimension scales");
    }
    return BK_OK;
}

bk_status bk_scales_start(bk_scales *scales, const bk_results *results)
{
    size_t n_scales = 0;
    size_t n_users = 0;
    *scales = (bk_scales){.list_type = -1, .label_type = -1, .user_type = -1, .scalar = -1};
    BK_TRY(make_types(scales));
    count_group(&n_scales, &n_users, results->root);
    scales->scales = bk_allocate(n_scales, sizeof *scales->scales);
    scales->made = bk_allocate(n_scales, sizeof *scales->made);
    scales->users = bk_allocate(n_users, sizeof *scales->users);
    if (scales->scales == NULL || scales->made == NULL || scales->users == NULL) {
        return bk_error_status();
    }
    collect_scales(scales, results->root);
    qsort(scales->scales, scales->count, sizeof *scales->scales, by_dimension);
    count_users(scales, results->root);
    bk_scale_user *users = scales->users;
    for (size_t i = 0; i < scales->count; i++) {
        scales->scales[i].users = users;
        users += scales->scales[i].capacity;
    }
    return BK_OK;
}

bk_status bk_scales_clear(bk_status before, bk_scales *scales)
{
    bk_status status = before;
    for (size_t i = 0; i < scales->n_made; i++) {
        status = bk_hdf5_close(status, scales->made[i]->id);
    }
    const hid_t ids[] = {scales->list_type, scales->label_type, scales->user_type, scales->scalar};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        status = bk_hdf5_close(status, ids[i]);
    }
    bk_free(scales->scales);
    bk_free(scales->made);
    bk_free(scales->users);
    return status;
}

/* ---- Their attributes ------------------------------------------------------------------------------------
 */

static bk_status write_scale_attribute(hid_t object, const char *name, hid_t type, hid_t space,
                                       const void *values, const char *path)
{
    const hid_t id = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    bk_status status = BK_OK;
    if (id < 0 || H5Awrite(id, type, values) < 0) {
        status = bk_hdf5_fail(BK_FAILED, "cannot write the attribute %s of %s", name, path);
    }
    return bk_hdf5_close(status, id);
}

/* Text of fixed length, with its zero byte. */
static bk_status write_mark(const bk_scales *scales, hid_t object, const char *name, const char *text,
                            const char *path)
{
    const hid_t type = H5Tcopy(H5T_C_S1);
    bk_status status = type < 0 || H5Tset_size(type, strlen(text) + 1) < 0
                           ? bk_hdf5_fail(BK_FAILED, "cannot make the type of the mark of %s", path)
                           : write_scale_attribute(object, name, type, scales->scalar, text, path);
    return bk_hdf5_close(status, type);
}

bk_status bk_scale_make(bk_scales *scales, hid_t id, const bk_dimension *dimension)
{
    bk_scale *scale = find_scale(scales, dimension);
    char index[sizeof BK_INDEX_MARK + 24];
    const char *mark = dimension->name;
    if (dimension->coordinate == NULL) {
        snprintf(index, sizeof index, "%s%10" PRIu64, BK_INDEX_MARK, (uint64_t)dimension->length);
        mark = index;
    }
    BK_TRY(write_mark(scales, id, "CLASS", "DIMENSION_SCALE", dimension->path));
    BK_TRY(write_mark(scales, id, "NAME", mark, dimension->path));
    if (H5Rcreate(&scale->address, id, ".", H5R_OBJECT, -1) < 0 || H5Iinc_ref(id) < 0) {
        return bk_hdf5_fail(BK_FAILED, "cannot refer to the dimension %s", dimension->path);
    }
    scale->id = id;
    scales->made[scales->n_made++] = scale;
    return BK_OK;
}

bk_status bk_scales_attach(bk_scales *scales, hid_t id, const bk_dataset *dataset)
{
    const hsize_t rank = dataset->rank;
    hvl_t lists[BK_MAX_AXES];
    const char *labels[BK_MAX_AXES];
    hobj_ref_t address;
    if (rank == 0) {
        return BK_OK;
    }
    if (H5Rcreate(&address, id, ".", H5R_OBJECT, -1) < 0) {
        return bk_hdf5_fail(BK_FAILED, "cannot refer to the dataset %s", dataset->path);
    }
    for (size_t axis = 0; axis < dataset->rank; axis++) {
        bk_scale *scale = find_scale(scales, dataset->dimensions[axis]);
        bk_scale_user *user = &scale->users[scale->count++];
        user->dataset = address;
        user->axis = (int32_t)axis;
        lists[axis].len = 1;
        lists[axis].p = &scale->address;
        labels[axis] = scale->dimension->name;
    }
    const hid_t space = H5Screate_simple(1, &rank, NULL);
    bk_status status = space < 0 ? bk_hdf5_fail(BK_FAILED, "cannot describe the axes of %s", dataset->path)
                                 : write_scale_attribute(id, "DIMENSION_LIST", scales->list_type, space,
                                                         lists, dataset->path);
    if (status == BK_OK) {
        status =
            write_scale_attribute(id, "DIMENSION_LABELS", scales->label_type, space, labels, dataset->path);
    }
    return bk_hdf5_close(status, space);
}

bk_status bk_scales_finish(bk_scales *scales)
{
    for (size_t i = 0; i < scales->n_made; i++) {
        const bk_scale *scale = scales->made[i];
        const hsize_t count = scale->count;
        if (count == 0) {
            continue;
        }
        const hid_t space = H5Screate_simple(1, &count, NULL);
        const bk_status status =
            space < 0 ? bk_hdf5_fail(BK_FAILED, "cannot describe the users of %s", scale->dimension->path)
                      : write_scale_attribute(scale->id, "REFERENCE_LIST", scales->user_type, space,
                                              scale->users, scale->dimension->path);
        BK_TRY(bk_hdf5_close(status, space));
    }
    return BK_OK;
}
