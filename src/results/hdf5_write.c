/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writes a tree as an HDF5 file in memory. HDF5 never does output of its own: on a full disk version
 * 1.10.8 reports success and leaves zeros. Its core driver without backing store makes the image, and
 * file_write.c brings that to the disk.
 *
 * Same tree, same bytes: no object carries a time stamp, everything is made in the order of the tree, and
 * the library's format is held to what HDF5 1.8 can read.
 */
#include "results/hdf5.h"
#include "results/hdf5_scale.h"
#include "results/seal.h"

#include <string.h>

/* Up to this size a dataset lies in one piece; above it, in compressed chunks of at most a MiB (the size
 * of every reader's default chunk cache). */
#define CONTIGUOUS_BYTES ((size_t)64 << 10)
#define CHUNK_BYTES      ((size_t)1 << 20)
#define DEFLATE_LEVEL    4

/* Up to this many links stay in the header of their group, where the simplest readers find them. The same
 * number for attributes, of which 8 are HDF5's default, would be said in the header: jsfive then opens
 * nothing, while of more than 8 attributes in a heap it only does not see them. */
#define COMPACT_COUNT 64

/* Text is converted in pieces of this size. HDF5's default of a MiB is cleared, twice, for every dataset of
 * text however short: more than half of the time that the file of the lab took. */
#define TRANSFER_BYTES ((size_t)64 << 10)

typedef struct writer {
    hid_t file;
    hid_t group_list;     /* creation properties of groups, ... */
    hid_t link_list;      /* ... links: names are UTF-8 */
    hid_t attribute_list; /* ... attributes: names are UTF-8 */
    hid_t transfer_list;  /* properties of writing values */
    bk_hdf5_types types;
} writer;

/* ---- Property lists --------------------------------------------------------------------------------------
 */

static bk_status set_object_order(hid_t list)
{
    const unsigned order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
    if (H5Pset_obj_track_times(list, 0) < 0 || H5Pset_attr_creation_order(list, order) < 0) {
        return bk_hdf5_fail(BK_FAILED, "cannot set the properties of an object");
    }
    return BK_OK;
}

static bk_status set_group_order(hid_t list)
{
    const unsigned order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
    BK_TRY(set_object_order(list));
    if (H5Pset_link_creation_order(list, order) < 0 ||
        H5Pset_link_phase_change(list, COMPACT_COUNT, COMPACT_COUNT - 8) < 0) {
        return bk_hdf5_fail(BK_FAILED, "cannot set the properties of a group");
    }
    return BK_OK;
}

static bk_status make_lists(writer *to)
{
    to->group_list = H5Pcreate(H5P_GROUP_CREATE);
    to->link_list = H5Pcreate(H5P_LINK_CREATE);
    to->attribute_list = H5Pcreate(H5P_ATTRIBUTE_CREATE);
    to->transfer_list = H5Pcreate(H5P_DATASET_XFER);
    if (to->group_list < 0 || to->link_list < 0 || to->attribute_list < 0 || to->transfer_list < 0 ||
        H5Pset_buffer(to->transfer_list, TRANSFER_BYTES, NULL, NULL) < 0 ||
        H5Pset_char_encoding(to->link_list, H5T_CSET_UTF8) < 0 ||
        H5Pset_char_encoding(to->attribute_list, H5T_CSET_UTF8) < 0) {
        return bk_hdf5_fail(BK_FAILED, "cannot make the properties of the results file");
    }
    return set_group_order(to->group_list);
}

/* Chunks of whole slices of the slowest axis, as many as fit; where one slice is too large, chunks of
 * slices of the next axis, and so on. */
static void choose_chunk(hsize_t *chunk, const bk_dataset *dataset)
{
    size_t slice = bk_dtype_size(dataset->dtype);
    for (size_t axis = dataset->rank; axis-- > 0;) {
        const size_t fit = CHUNK_BYTES / slice;
        const size_t length = dataset->shape[axis] < fit ? dataset->shape[axis] : fit;
        chunk[axis] = length == 0 ? 1 : length;
        slice *= (size_t)chunk[axis];
    }
}

static bk_status set_layout(hid_t list, const bk_dataset *dataset)
{
    /* Text lies in HDF5's heap; only its addresses would be chunked and compressed. */
    if (dataset->dtype == BK_TEXT || dataset->size * bk_dtype_size(dataset->dtype) <= CONTIGUOUS_BYTES) {
        return H5Pset_layout(list, H5D_CONTIGUOUS) < 0 ? bk_hdf5_fail(BK_FAILED, "cannot set a layout")
                                                       : BK_OK;
    }
    hsize_t chunk[BK_MAX_AXES];
    choose_chunk(chunk, dataset);
    if (H5Pset_chunk(list, (int)dataset->rank, chunk) < 0 || H5Pset_shuffle(list) < 0 ||
        H5Pset_deflate(list, DEFLATE_LEVEL) < 0 || H5Pset_fletcher32(list) < 0) {
        return bk_hdf5_fail(BK_FAILED, "cannot set chunks and filters (does this HDF5 have deflate?)");
    }
    return BK_OK;
}

/* ---- Attributes ------------------------------------------------------------------------------------------
 */

static bk_status write_attribute(const writer *to, hid_t object, const char *path,
                                 const bk_attribute *attribute)
{
    const hsize_t length = attribute->length;
    const hid_t space = length == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &length, NULL);
    const hid_t id = H5Acreate2(object, attribute->name, to->types.file[attribute->dtype], space,
                                to->attribute_list, H5P_DEFAULT);
    bk_status status = BK_OK;
    if (id < 0 || H5Awrite(id, to->types.memory[attribute->dtype], attribute->values) < 0) {
        status = bk_hdf5_fail(BK_FAILED, "cannot write the attribute %s of %s", attribute->name, path);
    }
    return bk_hdf5_close(bk_hdf5_close(status, id), space);
}

static bk_status write_attributes(const writer *to, hid_t object, const char *path, const bk_list *attributes)
{
    for (size_t i = 0; i < attributes->count; i++) {
        BK_TRY(write_attribute(to, object, path, attributes->items[i]));
    }
    return BK_OK;
}

/* ---- Datasets --------------------------------------------------------------------------------------------
 */

static bk_status write_values(const writer *to, hid_t id, const bk_dataset *dataset)
{
    if (H5Dwrite(id, to->types.memory[dataset->dtype], H5S_ALL, H5S_ALL, to->transfer_list, dataset->values) <
        0) {
        return bk_hdf5_fail(BK_FAILED, "cannot write the values of %s", dataset->path);
    }
    if (dataset->coordinate && H5DSset_scale(id, dataset->name) < 0) {
        return bk_hdf5_fail(BK_FAILED, "cannot make %s a dimension scale", dataset->path);
    }
    for (size_t axis = 0; axis < dataset->rank && !dataset->coordinate; axis++) {
        BK_TRY(bk_scale_attach(to->file, id, dataset, axis));
    }
    return write_attributes(to, id, dataset->path, &dataset->attributes);
}

static bk_status write_dataset(const writer *to, hid_t parent, const bk_dataset *dataset)
{
    hsize_t shape[BK_MAX_AXES] = {0};
    for (size_t axis = 0; axis < dataset->rank; axis++) {
        shape[axis] = dataset->shape[axis];
    }
    const hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t space =
        dataset->rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple((int)dataset->rank, shape, NULL);
    bk_status status =
        list < 0 || space < 0 ? bk_hdf5_fail(BK_FAILED, "cannot describe %s", dataset->path) : BK_OK;
    if (status == BK_OK) {
        status = set_object_order(list);
    }
    if (status == BK_OK) {
        status = set_layout(list, dataset);
    }
    hid_t id = -1;
    if (status == BK_OK) {
        id = H5Dcreate2(parent, dataset->name, to->types.file[dataset->dtype], space, to->link_list, list,
                        H5P_DEFAULT);
        status = id < 0 ? bk_hdf5_fail(BK_FAILED, "cannot make the dataset %s", dataset->path)
                        : write_values(to, id, dataset);
    }
    status = bk_hdf5_close(status, id);
    return bk_hdf5_close(bk_hdf5_close(status, space), list);
}

/* An index axis: a scale of the right length without values, as netCDF marks a dimension that has no
 * variable. It takes no room for values however long it is. */
static bk_status write_index(const writer *to, hid_t parent, const bk_dimension *dimension)
{
    const hsize_t length = dimension->length;
    const hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t space = H5Screate_simple(1, &length, NULL);
    bk_status status =
        list < 0 || space < 0 ? bk_hdf5_fail(BK_FAILED, "cannot describe %s", dimension->path) : BK_OK;
    if (status == BK_OK) {
        status = set_object_order(list);
    }
    hid_t id = -1;
    if (status == BK_OK) {
        id = H5Dcreate2(parent, dimension->name, H5T_IEEE_F32LE, space, to->link_list, list, H5P_DEFAULT);
        if (id < 0) {
            status = bk_hdf5_fail(BK_FAILED, "cannot make the index dimension %s", dimension->path);
        } else {
            status = bk_scale_make_index(id, dimension);
        }
    }
    status = bk_hdf5_close(status, id);
    return bk_hdf5_close(bk_hdf5_close(status, space), list);
}

/* ---- Groups and the file ---------------------------------------------------------------------------------
 */

/* Items before groups: the dimensions of a group stand in the file before their users below it. */
static bk_status write_content(const writer *to, hid_t id, const bk_group *group)
{
    BK_TRY(write_attributes(to, id, group->path, &group->attributes));
    for (size_t i = 0; i < group->items.count; i++) {
        const bk_item *item = group->items.items[i];
        BK_TRY(item->dataset != NULL ? write_dataset(to, id, item->dataset)
                                     : write_index(to, id, item->dimension));
    }
    for (size_t i = 0; i < group->groups.count; i++) {
        const bk_group *child = group->groups.items[i];
        const hid_t child_id = H5Gcreate2(id, child->name, to->link_list, to->group_list, H5P_DEFAULT);
        const bk_status status = child_id < 0
                                     ? bk_hdf5_fail(BK_FAILED, "cannot make the group %s", child->path)
                                     : write_content(to, child_id, child);
        BK_TRY(bk_hdf5_close(status, child_id));
    }
    return BK_OK;
}

static bk_status create_file(writer *to)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    const hid_t create = H5Pcreate(H5P_FILE_CREATE);
    bk_status status = BK_OK;
    if (access < 0 || create < 0 || H5Pset_fapl_core(access, CHUNK_BYTES, 0) < 0 ||
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0 ||
        H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18) < 0) {
        status = bk_hdf5_fail(BK_FAILED, "cannot set the properties of the results file");
    }
    if (status == BK_OK) {
        status = set_group_order(create);
    }
    if (status == BK_OK) {
        to->file = H5Fcreate(BK_IMAGE_NAME, H5F_ACC_EXCL, create, access);
        if (to->file < 0) {
            status = bk_hdf5_fail(BK_FAILED, "cannot make the results file in memory");
        }
    }
    return bk_hdf5_close(bk_hdf5_close(status, access), create);
}

static bk_status copy_image(void **image, size_t *size, hid_t file)
{
    const ssize_t bytes = H5Fget_file_image(file, NULL, 0);
    if (bytes <= 0) {
        return bk_hdf5_fail(BK_FAILED, "cannot get the size of the results file in memory");
    }
    void *copy = bk_allocate((size_t)bytes + BK_SEAL_BYTES, 1);
    if (copy == NULL) {
        return bk_error_status();
    }
    if (H5Fget_file_image(file, copy, (size_t)bytes) != bytes) {
        bk_free(copy);
        return bk_hdf5_fail(BK_FAILED, "cannot get the bytes of the results file in memory");
    }
    bk_seal_set(copy, (size_t)bytes);
    *image = copy;
    *size = (size_t)bytes + BK_SEAL_BYTES;
    return BK_OK;
}

static bk_status write_file(void **image, size_t *size, writer *to, const bk_results *results)
{
    BK_TRY(bk_hdf5_types_make(&to->types));
    BK_TRY(make_lists(to));
    BK_TRY(create_file(to));
    const hid_t root = H5Gopen2(to->file, "/", H5P_DEFAULT);
    bk_status status = root < 0 ? bk_hdf5_fail(BK_FAILED, "cannot open the root of the results file")
                                : write_content(to, root, results->root);
    BK_TRY(bk_hdf5_close(status, root));
    if (H5Fflush(to->file, H5F_SCOPE_GLOBAL) < 0) {
        return bk_hdf5_fail(BK_FAILED, "cannot complete the results file in memory");
    }
    return copy_image(image, size, to->file);
}

bk_status bk_hdf5_image(void **image, size_t *size, const bk_results *results)
{
    bk_hdf5_scope scope;
    writer to = {.file = -1, .group_list = -1, .link_list = -1, .attribute_list = -1, .transfer_list = -1};
    to.types.file[BK_TEXT] = -1;
    void *bytes = NULL;
    size_t count = 0;
    bk_hdf5_begin(&scope);
    bk_status status = write_file(&bytes, &count, &to, results);
    status = bk_hdf5_close(status, to.file);
    status = bk_hdf5_close(status, to.transfer_list);
    status = bk_hdf5_close(status, to.attribute_list);
    status = bk_hdf5_close(status, to.link_list);
    status = bk_hdf5_close(status, to.group_list);
    status = bk_hdf5_types_close(status, &to.types);
    bk_hdf5_end(&scope);
    if (status != BK_OK) {
        bk_free(bytes);
        return status;
    }
    *image = bytes;
    *size = count;
    return BK_OK;
}
