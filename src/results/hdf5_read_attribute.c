/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads attributes of a file that anybody may have made. HDF5's own functions for scales trust the sizes
 * they find, so the few attributes of scales are read here, each after a look at its type and size.
 */
#include "results/hdf5_read.h"

#include <string.h>

#define CODE_BYTES 512

bk_status bk_read_type(bk_dtype *dtype, const bk_reader *reader, hid_t type, const char *path)
{
    for (int i = 0; i < BK_DTYPE_COUNT; i++) {
        /* Of text any variable-length string passes; whether it is UTF-8 is looked at in its values. */
        const htri_t equal = i == BK_TEXT ? H5Tis_variable_str(type) : H5Tequal(type, reader->types.file[i]);
        if (equal < 0) {
            return bk_hdf5_fail(BK_FORMAT, "the type of %s cannot be read", path);
        }
        if (equal > 0) {
            *dtype = (bk_dtype)i;
            return BK_OK;
        }
    }
    return bk_fail(BK_FORMAT, "%s has a data type that brisk never writes", path);
}

static bk_status read_text_value(const char **value, const bk_reader *reader, hid_t id, const char *path)
{
    char *text = NULL;
    if (H5Aread(id, reader->types.memory[BK_TEXT], &text) < 0) {
        return bk_hdf5_fail(BK_FORMAT, "an attribute of %s cannot be read", path);
    }
    bk_status status = BK_OK;
    if (text != NULL && !bk_utf8_valid(text)) {
        status = bk_fail(BK_FORMAT, "an attribute of %s is not UTF-8", path);
    } else {
        *value = bk_arena_copy_text(reader->results->arena, text != NULL ? text : "");
        status = *value == NULL ? bk_error_status() : BK_OK;
    }
    if (text != NULL) {
        (void)H5free_memory(text);
    }
    return status;
}

/* The length of an attribute: 0 for a scalar. */
static bk_status read_length(size_t *length, hid_t space, const char *path)
{
    hsize_t size = 0;
    const H5S_class_t class = H5Sget_simple_extent_type(space);
    if (class == H5S_SCALAR) {
        *length = 0;
        return BK_OK;
    }
    if (class != H5S_SIMPLE || H5Sget_simple_extent_ndims(space) != 1 ||
        H5Sget_simple_extent_dims(space, &size, NULL) != 1 || size < 1 || size > BK_MAX_ATTRIBUTE_LENGTH) {
        return bk_fail(BK_FORMAT, "an attribute of %s has a shape that brisk never writes", path);
    }
    *length = (size_t)size;
    return BK_OK;
}

static bk_status read_attribute(const bk_reader *reader, hid_t id, bk_list *attributes, const char *path,
                                const char *name)
{
    const hid_t type = H5Aget_type(id);
    const hid_t space = H5Aget_space(id);
    bk_dtype dtype = BK_U8;
    size_t length = 0;
    const char *text = NULL;
    uint64_t numbers[BK_MAX_ATTRIBUTE_LENGTH];
    const void *values = &text;
    bk_status status = type < 0 || space < 0 ? bk_hdf5_fail(BK_FORMAT, "an attribute of %s is damaged", path)
                                             : bk_read_type(&dtype, reader, type, path);
    if (status == BK_FORMAT) {
        status = bk_fail_within("attribute %s", name);
    }
    if (status == BK_OK) {
        status = read_length(&length, space, path);
    }
    if (status == BK_OK && dtype == BK_TEXT && length > 0) {
        status = bk_fail(BK_FORMAT, "the attribute %s of %s is a list of texts, which brisk never writes",
                         name, path);
    } else if (status == BK_OK && dtype == BK_TEXT) {
        status = read_text_value(&text, reader, id, path);
    } else if (status == BK_OK) {
        values = numbers;
        if (H5Aread(id, reader->types.memory[dtype], numbers) < 0) {
            status = bk_hdf5_fail(BK_FORMAT, "the attribute %s of %s cannot be read", name, path);
        }
    }
    if (status == BK_OK) {
        status = bk_attribute_set(reader->results->arena, attributes, path, name, dtype, length, values);
        /* What the setter refuses is, in a file, what we never write. */
        status = status == BK_INVALID
                     ? bk_fail(BK_FORMAT, "attribute %s of %s is none that brisk writes", name, path)
                     : status;
    }
    return bk_hdf5_close(bk_hdf5_close(status, space), type);
}

bk_status bk_read_attributes(const bk_reader *reader, hid_t object, bk_list *attributes, const char *path)
{
    H5O_info_t facts;
    if (H5Oget_info(object, &facts) < 0) {
        return bk_hdf5_fail(BK_FORMAT, "%s is damaged", path);
    }
    if (facts.num_attrs > BK_MAX_ATTRIBUTE_LENGTH) {
        return bk_fail(BK_FORMAT, "%s has %llu attributes, more than brisk writes", path,
                       (unsigned long long)facts.num_attrs);
    }
    for (hsize_t i = 0; i < facts.num_attrs; i++) {
        char name[BK_MAX_NAME + 1] = {0};
        const hid_t id =
            H5Aopen_by_idx(object, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, i, H5P_DEFAULT, H5P_DEFAULT);
        const ssize_t length = id < 0 ? -1 : H5Aget_name(id, sizeof name, name);
        bk_status status = BK_OK;
        if (length < 0) {
            status = bk_hdf5_fail(BK_FORMAT, "an attribute of %s cannot be opened", path);
        } else if (length > BK_MAX_NAME || !bk_utf8_valid(name)) {
            status = bk_fail(BK_FORMAT, "an attribute of %s has a name that brisk never writes", path);
        } else if (!bk_attribute_reserved(name)) {
            status = read_attribute(reader, id, attributes, path, name);
        }
        BK_TRY(bk_hdf5_close(status, id));
    }
    return BK_OK;
}

/* ---- Scales ----------------------------------------------------------------------------------------------
 */

static bk_status read_fixed_text(char *text, size_t size, hid_t id, hid_t type, hid_t space, const char *path)
{
    char content[CODE_BYTES] = {0};
    const bool fits = H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 &&
                      H5Tget_size(type) < sizeof content && H5Sget_simple_extent_npoints(space) == 1;
    if (!fits) {
        return bk_fail(BK_FORMAT, "%s is a dimension scale as brisk never writes it", path);
    }
    if (H5Aread(id, type, content) < 0) {
        return bk_hdf5_fail(BK_FORMAT, "a scale attribute of %s cannot be read", path);
    }
    const size_t length = strlen(content);
    const size_t kept = length < size ? length : size - 1;
    memcpy(text, content, kept);
    text[kept] = '\0';
    return BK_OK;
}

bk_status bk_read_scale_text(char *text, size_t size, hid_t object, const char *name, const char *path)
{
    const htri_t there = H5Aexists(object, name);
    text[0] = '\0';
    if (there <= 0) {
        return there == 0 ? BK_OK : bk_hdf5_fail(BK_FORMAT, "the attributes of %s are damaged", path);
    }
    const hid_t id = H5Aopen(object, name, H5P_DEFAULT);
    const hid_t type = id < 0 ? -1 : H5Aget_type(id);
    const hid_t space = id < 0 ? -1 : H5Aget_space(id);
    const bk_status status = type < 0 || space < 0
                                 ? bk_hdf5_fail(BK_FORMAT, "a scale attribute of %s is damaged", path)
                                 : read_fixed_text(text, size, id, type, space, path);
    return bk_hdf5_close(bk_hdf5_close(bk_hdf5_close(status, space), type), id);
}

static bk_dimension *dimension_at(const bk_reader *reader, haddr_t address)
{
    for (size_t i = 0; i < reader->met_count; i++) {
        if (reader->met[i].address == address) {
            return reader->met[i].dimension;
        }
    }
    return NULL;
}

/* Each entry must be one reference, to a scale that was met: the reference is only compared, never
 * followed, since it may point anywhere. */
static bk_status resolve(bk_dimension **dimensions, const bk_reader *reader, const hvl_t *lists, size_t rank,
                         const hsize_t *shape, const char *path)
{
    for (size_t axis = 0; axis < rank; axis++) {
        bk_dimension *dimension = NULL;
        if (lists[axis].len == 1 && lists[axis].p != NULL) {
            hobj_ref_t reference;
            memcpy(&reference, lists[axis].p, sizeof reference);
            dimension = dimension_at(reader, reference);
        }
        if (dimension == NULL) {
            return bk_fail(BK_FORMAT, "axis %zu of %s has no dimension scale in its group or above", axis,
                           path);
        }
        if (dimension->length != shape[axis]) {
            return bk_fail(BK_FORMAT, "axis %zu of %s and its dimension scale %s differ in length", axis,
                           path, dimension->path);
        }
        dimensions[axis] = dimension;
    }
    return BK_OK;
}

static bk_status read_references(bk_dimension **dimensions, const bk_reader *reader, hid_t id, size_t rank,
                                 const hsize_t *shape, const char *path)
{
    hvl_t lists[BK_MAX_AXES] = {{0, NULL}};
    const hid_t type = H5Aget_type(id);
    const hid_t space = H5Aget_space(id);
    const hid_t wanted = H5Tvlen_create(H5T_STD_REF_OBJ);
    bk_status status = BK_OK;
    if (type < 0 || space < 0 || wanted < 0) {
        status = bk_hdf5_fail(BK_FORMAT, "the dimensions of %s are damaged", path);
    } else if (H5Tequal(type, wanted) <= 0 || H5Sget_simple_extent_npoints(space) != (hssize_t)rank) {
        status = bk_fail(BK_FORMAT, "the dimensions of %s are stored as brisk never does", path);
    } else if (H5Aread(id, wanted, lists) < 0) {
        status = bk_hdf5_fail(BK_FORMAT, "the dimensions of %s cannot be read", path);
    } else {
        status = resolve(dimensions, reader, lists, rank, shape, path);
        if (H5Dvlen_reclaim(wanted, space, H5P_DEFAULT, lists) < 0 && status == BK_OK) {
            status = bk_hdf5_fail(BK_FAILED, "cannot release the dimensions of %s", path);
        }
    }
    return bk_hdf5_close(bk_hdf5_close(bk_hdf5_close(status, wanted), space), type);
}

bk_status bk_read_dimensions(bk_dimension **dimensions, const bk_reader *reader, hid_t object, size_t rank,
                             const hsize_t *shape, const char *path)
{
    const htri_t there = H5Aexists(object, "DIMENSION_LIST");
    if (there <= 0) {
        return bk_fail(BK_FORMAT, "%s has axes without dimension scales, which brisk never writes", path);
    }
    const hid_t id = H5Aopen(object, "DIMENSION_LIST", H5P_DEFAULT);
    const bk_status status = id < 0 ? bk_hdf5_fail(BK_FORMAT, "the dimensions of %s are damaged", path)
                                    : read_references(dimensions, reader, id, rank, shape, path);
    return bk_hdf5_close(status, id);
}
