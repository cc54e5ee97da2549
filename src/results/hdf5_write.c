/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writes a tree as an HDF5 file in memory. HDF5 never does output of its own: on a full disk version
 * 1.10.8 reports success and leaves zeros. Its core driver without backing store makes the image, and
 * file_write.c brings that to the disk.
 *
 * Same tree, same bytes: no object carries a time stamp, everything is made in the order of the tree, and
 * the library's format is held to what HDF5 1.8 can read.
 */
#include "results/chunk_filters.h"
#include "results/chunk_store.h"
#include "results/hdf5.h"
#include "results/hdf5_image.h"
#include "results/hdf5_scale.h"
#include "results/seal.h"

#include <string.h>

/* Up to this many links stay in the header of their group, where the simplest readers find them. The same
 * number for attributes, of which 8 are HDF5's default, would be said in the header: jsfive then opens
 * nothing, while of more than 8 attributes in a heap it only does not see them. */
#define COMPACT_COUNT 64

/* Text is converted in pieces of this size. HDF5's default of a MiB is cleared, twice, for every dataset of
 * text however short: more than half of the time that the file of the lab took. */
#define TRANSFER_BYTES ((size_t)64 << 10)

/* What HDF5 takes for a dataset with its attributes, about, and where guessing the size of the file ends. */
#define OBJECT_BYTES   ((size_t)2 << 10)
#define EXPECTED_BYTES ((size_t)4 << 20)

typedef struct writer {
    hid_t file;
    hid_t group_list;     /* creation properties of groups, ... */
    hid_t link_list;      /* ... links: names are UTF-8 */
    hid_t attribute_list; /* ... attributes: names are UTF-8 */
    hid_t piece_list;     /* ... datasets in one piece */
    hid_t index_list;     /* ... index dimensions, of which no value is ever written */
    hid_t transfer_list;  /* properties of writing values */
    hid_t scalar;         /* the space of one value */
    bk_hdf5_types types;
    bk_scales scales;
    bk_chunk_store store;
    hid_t *chunked; /* datasets of the store, held open until their chunks are written */
    size_t n_chunked;
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
    to->piece_list = H5Pcreate(H5P_DATASET_CREATE);
    to->index_list = H5Pcreate(H5P_DATASET_CREATE);
    to->transfer_list = H5Pcreate(H5P_DATASET_XFER);
    to->scalar = H5Screate(H5S_SCALAR);
    if (to->group_list < 0 || to->link_list < 0 || to->attribute_list < 0 || to->piece_list < 0 ||
        to->index_list < 0 || to->transfer_list < 0 || to->scalar < 0 ||
        H5Pset_layout(to->piece_list, H5D_CONTIGUOUS) < 0 ||
        H5Pset_buffer(to->transfer_list, TRANSFER_BYTES, NULL, NULL) < 0 ||
        H5Pset_char_encoding(to->link_list, H5T_CSET_UTF8) < 0 ||
        H5Pset_char_encoding(to->attribute_list, H5T_CSET_UTF8) < 0) {
        return bk_hdf5_fail(BK_FAILED, "cannot make the properties of the results file");
    }
    BK_TRY(set_object_order(to->piece_list));
    BK_TRY(set_object_order(to->index_list));
    return set_group_order(to->group_list);
}

/* The filters that bk_pack_chunk applies, declared. */
static bk_status make_chunk_list(hid_t *list, const bk_chunks *chunks)
{
    hsize_t shape[BK_MAX_AXES];
    const size_t rank = chunks->dataset->rank;
    for (size_t axis = 0; axis < rank; axis++) {
        shape[axis] = chunks->shape[axis];
    }
    *list = H5Pcreate(H5P_DATASET_CREATE);
    if (*list < 0 || H5Pset_chunk(*list, (int)rank, shape) < 0 || H5Pset_shuffle(*list) < 0 ||
        H5Pset_deflate(*list, BK_DEFLATE_LEVEL) < 0 || H5Pset_fletcher32(*list) < 0) {
        return bk_hdf5_fail(BK_FAILED, "cannot set chunks and filters (does this HDF5 have deflate?)");
    }
    return set_object_order(*list);
}

/* ---- Attributes ------------------------------------------------------------------------------------------
 */

static bk_status write_attribute(const writer *to, hid_t object, const char *path,
                                 const bk_attribute *attribute)
{
    const hsize_t length = attribute->length;
    const hid_t space = length == 0 ? to->scalar : H5Screate_simple(1, &length, NULL);
    const hid_t id = H5Acreate2(object, attribute->name, to->types.file[attribute->dtype], space,
                                to->attribute_list, H5P_DEFAULT);
    bk_status status = BK_OK;
    if (id < 0 || H5Awrite(id, to->types.memory[attribute->dtype], attribute->values) < 0) {
        status = bk_hdf5_fail(BK_FAILED, "cannot write the attribute %s of %s", attribute->name, path);
    }
    return bk_hdf5_close(bk_hdf5_close(status, id), length == 0 ? -1 : space);
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

/* The values, or, where they lie in chunks, a note that these follow when all else is described. */
static bk_status write_values(writer *to, hid_t id, const bk_dataset *dataset)
{
    if (bk_dataset_has_chunks(dataset)) {
        if (H5Iinc_ref(id) < 0) {
            return bk_hdf5_fail(BK_FAILED, "cannot hold the dataset %s", dataset->path);
        }
        to->chunked[to->n_chunked++] = id;
    } else if (H5Dwrite(id, to->types.memory[dataset->dtype], H5S_ALL, H5S_ALL, to->transfer_list,
                        dataset->values) < 0) {
        return bk_hdf5_fail(BK_FAILED, "cannot write the values of %s", dataset->path);
    }
    return BK_OK;
}

static bk_status write_dataset(writer *to, hid_t parent, const bk_dataset *dataset)
{
    hsize_t shape[BK_MAX_AXES] = {0};
    for (size_t axis = 0; axis < dataset->rank; axis++) {
        shape[axis] = dataset->shape[axis];
    }
    const bool chunked = bk_dataset_has_chunks(dataset);
    const hid_t space = dataset->rank == 0 ? to->scalar : H5Screate_simple((int)dataset->rank, shape, NULL);
    hid_t list = chunked ? -1 : to->piece_list;
    bk_status status = space < 0 ? bk_hdf5_fail(BK_FAILED, "cannot describe %s", dataset->path) : BK_OK;
    if (status == BK_OK && chunked) {
        status = make_chunk_list(&list, &to->store.datasets[to->n_chunked]);
    }
    hid_t id = -1;
    if (status == BK_OK) {
        id = H5Dcreate2(parent, dataset->name, to->types.file[dataset->dtype], space, to->link_list, list,
                        H5P_DEFAULT);
        status = id < 0 ? bk_hdf5_fail(BK_FAILED, "cannot make the dataset %s", dataset->path)
                        : write_values(to, id, dataset);
    }
    if (status == BK_OK) {
        status = dataset->coordinate ? bk_scale_make(&to->scales, id, dataset->dimensions[0])
                                     : bk_scales_attach(&to->scales, id, dataset);
    }
    if (status == BK_OK) {
        status = write_attributes(to, id, dataset->path, &dataset->attributes);
    }
    status = bk_hdf5_close(status, id);
    status = bk_hdf5_close(status, dataset->rank == 0 ? -1 : space);
    return bk_hdf5_close(status, chunked ? list : -1);
}

/* An index axis: a scale of the right length without values, as netCDF marks a dimension that has no
 * variable. It takes no room for values however long it is. */
static bk_status write_index(writer *to, hid_t parent, const bk_dimension *dimension)
{
    const hsize_t length = dimension->length;
    const hid_t space = H5Screate_simple(1, &length, NULL);
    hid_t id = -1;
    bk_status status = space < 0 ? bk_hdf5_fail(BK_FAILED, "cannot describe %s", dimension->path) : BK_OK;
    if (status == BK_OK) {
        id = H5Dcreate2(parent, dimension->name, H5T_IEEE_F32LE, space, to->link_list, to->index_list,
                        H5P_DEFAULT);
        status = id < 0 ? bk_hdf5_fail(BK_FAILED, "cannot make the index dimension %s", dimension->path)
                        : bk_scale_make(&to->scales, id, dimension);
    }
    return bk_hdf5_close(bk_hdf5_close(status, id), space);
}

/* ---- Chunks ----------------------------------------------------------------------------------------------
 */

/* Hands the packed chunks of the batch to HDF5, which puts them into the file as they are. */
static bk_status write_batch(const writer *to, bk_image *image)
{
    size_t bytes = 0;
    for (size_t i = 0; i < to->store.count; i++) {
        bytes += bk_chunk_store_packed(&to->store, i)->size;
    }
    const ssize_t before = H5Fget_file_image(to->file, NULL, 0);
    if (before < 0) {
        return bk_hdf5_fail(BK_FAILED, "cannot get the size of the results file in memory");
    }
    bk_image_expect(image, (size_t)before + bytes);
    for (size_t i = 0; i < to->store.count; i++) {
        const bk_packed_chunk *item = &to->store.batch[i];
        const bk_packed_chunk *packed = bk_chunk_store_packed(&to->store, i);
        const bk_dataset *dataset = to->store.datasets[item->dataset].dataset;
        hsize_t start[BK_MAX_AXES];
        for (size_t axis = 0; axis < dataset->rank; axis++) {
            start[axis] = item->chunk.start[axis];
        }
        if (H5Dwrite_chunk(to->chunked[item->dataset], H5P_DEFAULT, 0, start, packed->size, packed->bytes) <
            0) {
            return bk_hdf5_fail(BK_FAILED, "cannot write the values of %s", dataset->path);
        }
    }
    return BK_OK;
}

static bk_status close_chunked(bk_status before, writer *to)
{
    bk_status status = before;
    for (size_t i = 0; i < to->n_chunked; i++) {
        status = bk_hdf5_close(status, to->chunked[i]);
    }
    to->n_chunked = 0;
    return status;
}

/* ---- Groups and the file ---------------------------------------------------------------------------------
 */

/* Items before groups: the dimensions of a group stand in the file before their users below it. */
static bk_status write_content(writer *to, hid_t id, const bk_group *group)
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

/* About as many bytes as the file will have: values in one piece as they are, of the others half, and what
 * HDF5 takes for an object. Chunks beyond the first few MiB are accounted for when they are packed. */
static size_t expected_bytes(const bk_group *group)
{
    size_t bytes = OBJECT_BYTES;
    for (size_t i = 0; i < group->datasets.count; i++) {
        const bk_dataset *dataset = group->datasets.items[i];
        const size_t values = dataset->size * bk_dtype_size(dataset->dtype);
        bytes += OBJECT_BYTES + (bk_dataset_has_chunks(dataset) ? values / 2 : values);
    }
    for (size_t i = 0; i < group->groups.count; i++) {
        bytes += expected_bytes(group->groups.items[i]);
    }
    return bytes < EXPECTED_BYTES ? bytes : EXPECTED_BYTES;
}

static bk_status create_file(writer *to, bk_image *image, const bk_results *results)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    const hid_t create = H5Pcreate(H5P_FILE_CREATE);
    bk_status status = BK_OK;
    if (access < 0 || create < 0 || H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0 ||
        H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18) < 0) {
        status = bk_hdf5_fail(BK_FAILED, "cannot set the properties of the results file");
    }
    if (status == BK_OK) {
        status = bk_image_offer(access, image, BK_SEAL_BYTES);
        bk_image_expect(image, expected_bytes(results->root));
    }
    if (status == BK_OK) {
        status = bk_image_reserve(image);
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

/* All but the values in chunks. */
static bk_status describe(writer *to, const bk_results *results)
{
    const hid_t root = H5Gopen2(to->file, "/", H5P_DEFAULT);
    bk_status status = root < 0 ? bk_hdf5_fail(BK_FAILED, "cannot open the root of the results file")
                                : write_content(to, root, results->root);
    BK_TRY(bk_hdf5_close(status, root));
    return bk_scales_finish(&to->scales);
}

/* What the members of a team do in step: the first one, which is the caller's thread, describes the file
 * (HDF5 is called from one thread alone), the others pack chunks at the same time. */
typedef struct job {
    writer *to;
    const bk_results *results; /* NULL once described */
} job;

static bk_status do_job(void *context, int member, int members)
{
    (void)members;
    const job *shared = context;
    if (member == 0 && shared->results != NULL) {
        BK_TRY(describe(shared->to, shared->results));
    }
    return bk_chunk_store_pack(&shared->to->store, member);
}

static bk_status write_objects(writer *to, bk_image *image, const bk_results *results)
{
    if (to->store.n_datasets == 0) {
        return describe(to, results);
    }
    job shared = {.to = to, .results = results};
    for (bk_chunk_store_next(&to->store); to->store.count > 0; bk_chunk_store_next(&to->store)) {
        BK_TRY(bk_parallel_team(to->store.n_packers, do_job, &shared));
        bk_chunk_store_settle(&to->store);
        BK_TRY(write_batch(to, image));
        shared.results = NULL;
    }
    return BK_OK;
}

static bk_status write_file(bk_image *image, writer *to, const bk_results *results)
{
    BK_TRY(bk_hdf5_types_make(&to->types));
    BK_TRY(make_lists(to));
    BK_TRY(bk_scales_start(&to->scales, results));
    BK_TRY(bk_chunk_store_start(&to->store, results));
    to->chunked = bk_allocate(to->store.n_datasets, sizeof *to->chunked);
    if (to->chunked == NULL) {
        return bk_error_status();
    }
    BK_TRY(create_file(to, image, results));
    return write_objects(to, image, results);
}

static bk_status close_writer(bk_status before, writer *to)
{
    bk_status status = close_chunked(before, to);
    status = bk_scales_clear(status, &to->scales);
    status = bk_hdf5_close(status, to->file);
    const hid_t ids[] = {to->scalar,         to->transfer_list, to->index_list, to->piece_list,
                         to->attribute_list, to->link_list,     to->group_list};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        status = bk_hdf5_close(status, ids[i]);
    }
    bk_chunk_store_clear(&to->store);
    bk_free(to->chunked);
    return bk_hdf5_types_close(status, &to->types);
}

bk_status bk_hdf5_image(void **image, size_t *size, const bk_results *results)
{
    bk_hdf5_scope scope;
    bk_image made = {0};
    size_t count = 0;
    writer to = {.file = -1,
                 .group_list = -1,
                 .link_list = -1,
                 .attribute_list = -1,
                 .piece_list = -1,
                 .index_list = -1,
                 .transfer_list = -1,
                 .scalar = -1};
    to.types.file[BK_TEXT] = -1;
    to.scales = (bk_scales){.list_type = -1, .label_type = -1, .user_type = -1, .scalar = -1};
    bk_hdf5_begin(&scope);
    bk_status status = write_file(&made, &to, results);
    status = close_writer(status, &to);
    bk_hdf5_end(&scope);
    status = bk_image_finish(&count, &made, status);
    if (status != BK_OK) {
        bk_free(made.bytes);
        return status;
    }
    bk_seal_set(made.bytes, count);
    *image = made.bytes;
    *size = count + BK_SEAL_BYTES;
    return BK_OK;
}
