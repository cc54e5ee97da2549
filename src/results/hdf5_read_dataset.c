/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads datasets of a file that anybody may have made: type, shape, layout, filters and stored size are
 * checked against what we write before memory is taken and before HDF5 touches a value.
 */
#include "results/hdf5_read.h"

#include <stdio.h>
#include <string.h>

/* Larger chunks than ours are accepted, but not ones that fill the memory. */
#define MAX_CHUNK_BYTES ((size_t)64 << 20)

/* What a text takes in its dataset: length, address in the heap, index there. */
#define TEXT_BYTES ((size_t)16)

typedef struct shape {
    size_t rank;
    hsize_t lengths[BK_MAX_AXES];
    size_t sizes[BK_MAX_AXES];
    size_t count; /* product */
} shape;

static bk_status read_shape(shape *out, hid_t space, const char *path)
{
    hsize_t maximum[BK_MAX_AXES] = {0};
    const H5S_class_t class = H5Sget_simple_extent_type(space);
    const int rank = H5Sget_simple_extent_ndims(space);
    if ((class != H5S_SCALAR && class != H5S_SIMPLE) || rank < 0 || rank > BK_MAX_AXES) {
        return bk_fail(BK_FORMAT, "%s has a shape that brisk never writes (at most %d axes)", path,
                       BK_MAX_AXES);
    }
    if (rank > 0 && H5Sget_simple_extent_dims(space, out->lengths, maximum) != rank) {
        return bk_hdf5_fail(BK_FORMAT, "the shape of %s cannot be read", path);
    }
    out->rank = (size_t)rank;
    out->count = 1;
    for (size_t axis = 0; axis < out->rank; axis++) {
        if (maximum[axis] != out->lengths[axis]) {
            return bk_fail(BK_FORMAT, "%s is extendible, which brisk never writes", path);
        }
        out->sizes[axis] = (size_t)out->lengths[axis];
        if (out->lengths[axis] > SIZE_MAX || !bk_multiply_sizes(&out->count, out->count, out->sizes[axis])) {
            return bk_fail(BK_FORMAT, "the shape of %s is too large", path);
        }
    }
    return BK_OK;
}

/* Filters: deflate, shuffle and fletcher32 alone, each of them built into HDF5. */
static bk_status check_filters(hid_t list, const char *path)
{
    const int count = H5Pget_nfilters(list);
    if (count < 0) {
        return bk_hdf5_fail(BK_FORMAT, "the filters of %s cannot be read", path);
    }
    for (int i = 0; i < count; i++) {
        unsigned flags = 0;
        unsigned configuration = 0;
        size_t values = 0;
        const H5Z_filter_t filter =
            H5Pget_filter2(list, (unsigned)i, &flags, &values, NULL, 0, NULL, &configuration);
        if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32) {
            return bk_fail(BK_FORMAT, "%s has filter %d, which brisk never uses", path, (int)filter);
        }
    }
    return BK_OK;
}

static bk_status check_chunk(hid_t list, const shape *is, size_t element, const char *path)
{
    hsize_t chunk[BK_MAX_AXES] = {0};
    size_t bytes = element;
    if (H5Pget_chunk(list, (int)is->rank, chunk) != (int)is->rank) {
        return bk_hdf5_fail(BK_FORMAT, "the chunks of %s cannot be read", path);
    }
    for (size_t axis = 0; axis < is->rank; axis++) {
        if (chunk[axis] > MAX_CHUNK_BYTES || !bk_multiply_sizes(&bytes, bytes, (size_t)chunk[axis]) ||
            bytes > MAX_CHUNK_BYTES) {
            return bk_fail(BK_FORMAT, "%s has chunks larger than brisk writes", path);
        }
    }
    return check_filters(list, path);
}

/* Where the values lie, and that there are as many stored as the shape says. */
static bk_status check_storage(bk_reader *reader, hid_t id, hid_t list, const shape *is, bk_dtype dtype,
                               const char *path)
{
    const size_t element = dtype == BK_TEXT ? TEXT_BYTES : bk_dtype_size(dtype);
    const H5D_layout_t layout = H5Pget_layout(list);
    size_t bytes = 0;
    if (H5Pget_external_count(list) != 0) {
        return bk_fail(BK_FORMAT, "%s has its values in another file, which brisk never does", path);
    }
    if (layout != H5D_CONTIGUOUS && (layout != H5D_CHUNKED || is->rank == 0 || dtype == BK_TEXT)) {
        return bk_fail(BK_FORMAT, "%s has a layout that brisk never uses", path);
    }
    if (layout == H5D_CHUNKED) {
        BK_TRY(check_chunk(list, is, element, path));
    }
    if (!bk_multiply_sizes(&bytes, is->count, element)) {
        return bk_fail(BK_FORMAT, "the shape of %s is too large", path);
    }
    const hsize_t stored = H5Dget_storage_size(id);
    const bool whole = layout == H5D_CONTIGUOUS ? stored == bytes : stored >= bytes / BK_MAX_EXPANSION;
    if (!whole || (bytes > 0 && stored == 0)) {
        return bk_fail(BK_FORMAT, "%s claims %zu bytes of values, but %llu are stored", path, bytes,
                       (unsigned long long)stored);
    }
    if (bytes > reader->budget) {
        return bk_fail(BK_FORMAT, "%s claims more values than a file of this size can hold", path);
    }
    reader->budget -= bytes;
    return BK_OK;
}

/* ---- Values ----------------------------------------------------------------------------------------------
 */

/* HDF5 takes the memory of texts here: out of the tree's arena, within the budget, whatever lengths the
 * file claims. */
static void *allocate_text(size_t size, void *data)
{
    bk_reader *reader = data;
    if (size > reader->budget) {
        bk_fail(BK_FORMAT, "texts are longer than a file of this size can hold");
        return NULL;
    }
    reader->budget -= size;
    return bk_arena_allocate(reader->results->arena, size == 0 ? 1 : size, 1);
}

static void free_text(void *memory, void *data)
{
    (void)memory; /* the arena keeps it */
    (void)data;
}

static bk_status read_texts(const char **texts, bk_reader *reader, hid_t id, size_t count, const char *path)
{
    const hid_t list = H5Pcreate(H5P_DATASET_XFER);
    bk_status status = BK_OK;
    if (list < 0 || H5Pset_vlen_mem_manager(list, allocate_text, reader, free_text, reader) < 0) {
        status = bk_hdf5_fail(BK_FAILED, "cannot prepare to read %s", path);
    } else if (count > 0 && H5Dread(id, reader->types.memory[BK_TEXT], H5S_ALL, H5S_ALL, list, texts) < 0) {
        status = bk_hdf5_fail(BK_FORMAT, "the texts of %s cannot be read", path);
    }
    for (size_t i = 0; status == BK_OK && i < count; i++) {
        if (texts[i] == NULL) {
            texts[i] = "";
        } else if (!bk_utf8_valid(texts[i])) {
            status = bk_fail(BK_FORMAT, "text %zu of %s is not UTF-8", i, path);
        }
    }
    return bk_hdf5_close(status, list);
}

static bk_status read_values(void **values, bk_reader *reader, hid_t id, const shape *is, bk_dtype dtype,
                             const char *path)
{
    void *memory =
        bk_arena_allocate(reader->results->arena, is->count == 0 ? 1 : is->count, bk_dtype_size(dtype));
    if (memory == NULL) {
        return bk_error_status();
    }
    if (dtype == BK_TEXT) {
        BK_TRY(read_texts(memory, reader, id, is->count, path));
    } else if (is->count > 0) {
        if (H5Dread(id, reader->types.memory[dtype], H5S_ALL, H5S_ALL, H5P_DEFAULT, memory) < 0) {
            return bk_hdf5_fail(BK_FORMAT, "the values of %s cannot be read", path);
        }
        bk_unify_nan(dtype, memory, is->count);
    }
    *values = memory;
    return BK_OK;
}

/* ---- Datasets --------------------------------------------------------------------------------------------
 */

static bk_status read_index(bk_dimension **dimension, bk_group *group, const char *name, const shape *is,
                            const char *path)
{
    if (is->rank != 1) {
        return bk_fail(BK_FORMAT, "the index dimension %s has %zu axes", path, is->rank);
    }
    *dimension = bk_dimension_make(group, name, is->sizes[0], NULL);
    return *dimension == NULL ? bk_error_status() : BK_OK;
}

static bk_status read_checked(bk_dimension **dimension, bk_reader *reader, bk_group *group, const char *name,
                              hid_t id, const shape *is, hid_t type, hid_t list, const char *path)
{
    char class[32];
    char mark[sizeof BK_INDEX_MARK];
    bk_dimension *dimensions[BK_MAX_AXES] = {NULL};
    bk_dtype dtype = BK_U8;
    void *values = NULL;
    BK_TRY(bk_read_scale_text(class, sizeof class, id, "CLASS", path));
    BK_TRY(bk_read_scale_text(mark, sizeof mark, id, "NAME", path));
    const bool scale = strcmp(class, "DIMENSION_SCALE") == 0;
    if (scale && strcmp(mark, BK_INDEX_MARK) == 0) {
        return read_index(dimension, group, name, is, path);
    }
    if (scale && is->rank != 1) {
        return bk_fail(BK_FORMAT, "the coordinate %s has %zu axes", path, is->rank);
    }
    BK_TRY(bk_read_type(&dtype, reader, type, path));
    BK_TRY(check_storage(reader, id, list, is, dtype, path));
    if (!scale && is->rank > 0) {
        BK_TRY(bk_read_dimensions(dimensions, reader, id, is->rank, is->lengths, path));
    }
    BK_TRY(read_values(&values, reader, id, is, dtype, path));
    bk_dataset *dataset =
        bk_dataset_adopt(group, name, dtype, is->rank, is->sizes, scale ? NULL : dimensions, values);
    if (dataset == NULL) {
        return bk_error_status();
    }
    *dimension = scale ? dataset->dimensions[0] : NULL;
    return bk_read_attributes(reader, id, &dataset->attributes, path);
}

bk_status bk_read_dataset(bk_dimension **dimension, bk_reader *reader, bk_group *group, const char *name,
                          hid_t id)
{
    char path[512];
    shape is = {0};
    snprintf(path, sizeof path, "%s%s%s", group->path, group->depth == 0 ? "" : "/", name);
    const hid_t space = H5Dget_space(id);
    const hid_t type = H5Dget_type(id);
    const hid_t list = H5Dget_create_plist(id);
    bk_status status = space < 0 || type < 0 || list < 0
                           ? bk_hdf5_fail(BK_FORMAT, "the dataset %s is damaged", path)
                           : read_shape(&is, space, path);
    if (status == BK_OK) {
        status = read_checked(dimension, reader, group, name, id, &is, type, list, path);
    }
    return bk_hdf5_close(bk_hdf5_close(bk_hdf5_close(status, list), type), space);
}
