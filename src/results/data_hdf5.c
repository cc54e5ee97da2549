/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A dataset of numbers out of anybody's HDF5 file. Unlike the reader of our own files this one opens the
 * file itself, for it may be far larger than the memory; nothing of it is followed into another file.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "results/file.h"
#include "results/hdf5.h"

#include "results/data.h"

#define BLOCK_VALUES ((hsize_t)1 << 17)

typedef struct hdf5_dataset {
    const char *name; /* "FILE:/path" for messages */
    hid_t file, id, space;
    hsize_t rows, columns;
    int rank;
} hdf5_dataset;

/* ---- Which datasets there are -----------------------------------------------------------------------------
 */

typedef struct hdf5_listing {
    bk_text text;
    size_t count;
} hdf5_listing;

static herr_t note_dataset(hid_t object, const char *name, const H5O_info_t *facts, void *context)
{
    hdf5_listing *listing = context;
    char plain[128];
    (void)object;
    if (facts->type != H5O_TYPE_DATASET || ++listing->count > 12) {
        return listing->count > 12 ? 1 : 0;
    }
    bk_text_append(&listing->text, "%s/%s", listing->count == 1 ? "" : ", ",
                   bk_data_plain(plain, sizeof plain, name));
    return 0;
}

/* The failure that names what the file holds instead. */
static bk_status refuse_path(const hdf5_dataset *set, const char *what)
{
    hdf5_listing listing = {{0}, 0};
    (void)H5Ovisit2(set->file, H5_INDEX_NAME, H5_ITER_INC, note_dataset, &listing, H5O_INFO_BASIC);
    const bk_status status = bk_fail(BK_INVALID, "%s: %s; the file has %s%s", set->name, what,
                                     listing.count == 0 ? "no dataset" : bk_text_string(&listing.text),
                                     listing.count > 12 ? ", ..." : "");
    bk_text_clear(&listing.text);
    return status;
}

/* ---- The dataset ------------------------------------------------------------------------------------------
 */

static bk_status open_file(hdf5_dataset *set, const char *file)
{
    struct stat facts;
    if (stat(file, &facts) != 0) {
        return bk_file_trouble("open", file);
    }
    if (!S_ISREG(facts.st_mode)) {
        return bk_fail(BK_FILE, "cannot read %s: it is %s", file,
                       S_ISDIR(facts.st_mode) ? "a folder" : "no regular file");
    }
    if (H5Fis_hdf5(file) <= 0) {
        return bk_fail(BK_FORMAT, "%s is not an HDF5 file, so there is no dataset to read from it", file);
    }
    set->file = H5Fopen(file, H5F_ACC_RDONLY, H5P_DEFAULT);
    return set->file < 0 ? bk_hdf5_fail(BK_FILE, "cannot open %s", file) : BK_OK;
}

/* Whether all of a path's links exist and none leads into another file; H5Lexists looks at the last only. */
static bool path_exists(hid_t file, const char *path)
{
    char part[1024];
    if (strlen(path) >= sizeof part) {
        return false;
    }
    for (size_t i = 1; path[i - 1] != '\0'; i++) {
        if ((path[i] != '/' && path[i] != '\0') || path[i - 1] == '/') {
            continue;
        }
        H5L_info_t link;
        memcpy(part, path, i);
        part[i] = '\0';
        if (H5Lexists(file, part, H5P_DEFAULT) <= 0 || H5Lget_info(file, part, &link, H5P_DEFAULT) < 0 ||
            link.type == H5L_TYPE_EXTERNAL) {
            return false;
        }
        if (path[i] == '\0') {
            break;
        }
    }
    return H5Oexists_by_name(file, path, H5P_DEFAULT) > 0;
}

static bk_status open_dataset(hdf5_dataset *set, const char *path)
{
    H5O_info_t facts, root;
    if (!path_exists(set->file, path)) {
        return refuse_path(set, "there is nothing of that name");
    }
    if (H5Oget_info_by_name(set->file, path, &facts, H5P_DEFAULT) < 0 || H5Oget_info(set->file, &root) < 0) {
        return bk_hdf5_fail(BK_FORMAT, "%s is damaged", set->name);
    }
    if (facts.type != H5O_TYPE_DATASET) {
        return refuse_path(set, "that is no dataset");
    }
    if (facts.fileno != root.fileno) {
        return bk_fail(BK_UNSUPPORTED, "%s lies in another file: name that file", set->name);
    }
    set->id = H5Dopen2(set->file, path, H5P_DEFAULT);
    return set->id < 0 ? bk_hdf5_fail(BK_FORMAT, "%s cannot be opened", set->name) : BK_OK;
}

/* Values in this file, not in others. */
static bk_status check_layout(const hdf5_dataset *set)
{
    const hid_t list = H5Dget_create_plist(set->id);
    bk_status status = BK_OK;
    if (list < 0) {
        return bk_hdf5_fail(BK_FORMAT, "%s is damaged", set->name);
    }
    if (H5Pget_layout(list) == H5D_VIRTUAL || H5Pget_external_count(list) != 0) {
        status = bk_fail(BK_UNSUPPORTED, "%s has its values in another file: name that file", set->name);
    }
    return bk_hdf5_close(status, list);
}

static bk_status read_shape(hdf5_dataset *set)
{
    hsize_t lengths[H5S_MAX_RANK] = {0, 1};
    set->space = H5Dget_space(set->id);
    set->rank = set->space < 0 ? -1 : H5Sget_simple_extent_ndims(set->space);
    if (set->rank < 0 || H5Sget_simple_extent_dims(set->space, lengths, NULL) < 0) {
        return bk_hdf5_fail(BK_FORMAT, "%s has a damaged shape", set->name);
    }
    if (set->rank < 1 || set->rank > 2) {
        return bk_fail(BK_UNSUPPORTED,
                       "%s has %d axes: values are read from one axis, or from the columns of two", set->name,
                       set->rank);
    }
    if (lengths[0] == 0 || (set->rank == 2 && lengths[1] == 0)) {
        return bk_fail(BK_INVALID, "%s holds no values", set->name);
    }
    set->rows = lengths[0];
    set->columns = set->rank == 2 ? lengths[1] : 1;
    return BK_OK;
}

/* Numbers are converted to doubles; an enumeration (h5py's booleans) is read as the integers it is made of.
 */
static bk_status read_type(hdf5_dataset *set, bool *enumeration)
{
    const hid_t type = H5Dget_type(set->id);
    const H5T_class_t class = type < 0 ? H5T_NO_CLASS : H5Tget_class(type);
    bk_status status = BK_OK;
    *enumeration = class == H5T_ENUM;
    if (class != H5T_INTEGER && class != H5T_FLOAT && class != H5T_ENUM) {
        status = bk_fail(BK_UNSUPPORTED, "%s holds %s, not numbers", set->name,
                         class == H5T_STRING     ? "text"
                         : class == H5T_COMPOUND ? "compound values"
                                                 : "values of another kind");
    } else if (*enumeration && H5Tget_size(type) != 1) {
        status =
            bk_fail(BK_UNSUPPORTED, "%s holds an enumeration of more than one byte, not numbers", set->name);
    }
    return bk_hdf5_close(status, type);
}

/* ---- Values
 * ------------------------------------------------------------------------------------------------ */

static bk_status read_block(double *values, signed char *codes, const hdf5_dataset *set, hsize_t column,
                            hsize_t first, hsize_t count)
{
    const hsize_t start[2] = {first, column}, block[2] = {count, 1};
    const hid_t memory = H5Screate_simple(1, &count, NULL);
    bk_status status = BK_OK;
    /* HDF5 turns an enumeration into no other class; its memory type is the enumeration itself, of one byte.
     */
    const hid_t type = codes != NULL ? H5Dget_type(set->id) : H5Tcopy(H5T_NATIVE_DOUBLE);
    void *out = codes != NULL ? (void *)codes : (void *)values;
    if (memory < 0 || type < 0 ||
        H5Sselect_hyperslab(set->space, H5S_SELECT_SET, start, NULL, block, NULL) < 0 ||
        H5Dread(set->id, type, memory, set->space, H5P_DEFAULT, out) < 0) {
        status = bk_hdf5_fail(BK_FORMAT, "rows %llu to %llu of %s cannot be read",
                              (unsigned long long)first + 1, (unsigned long long)(first + count), set->name);
    }
    for (hsize_t i = 0; status == BK_OK && codes != NULL && i < count; i++) {
        values[i] = (double)codes[i];
    }
    return bk_hdf5_close(bk_hdf5_close(status, type), memory);
}

static bk_status read_column(bk_data *data, size_t column, const hdf5_dataset *set, hsize_t position,
                             bool enumeration)
{
    double *values = bk_allocate(BLOCK_VALUES, sizeof *values);
    signed char *codes = enumeration ? bk_allocate(BLOCK_VALUES, 1) : NULL;
    bk_status status = values == NULL || (enumeration && codes == NULL) ? bk_error_status() : BK_OK;
    for (hsize_t first = 0; status == BK_OK && first < set->rows; first += BLOCK_VALUES) {
        const hsize_t left = set->rows - first;
        const hsize_t count = left < BLOCK_VALUES ? left : BLOCK_VALUES;
        status = read_block(values, codes, set, position, first, count);
        for (hsize_t i = 0; status == BK_OK && i < count; i++) {
            status = bk_data_take_number(data, &data->columns[column], values[i]);
        }
    }
    bk_free(codes);
    bk_free(values);
    return status;
}

static bk_status read_dataset(bk_data *data, const bk_data_column *asked, hdf5_dataset *set)
{
    bool enumeration = false;
    BK_TRY(check_layout(set));
    BK_TRY(read_shape(set));
    BK_TRY(read_type(set, &enumeration));
    size_t *position = bk_allocate(data->count, sizeof *position);
    bk_status status = position == NULL ? bk_error_status()
                                        : bk_data_find_columns(position, data, asked, (size_t)set->columns);
    for (size_t i = 0; status == BK_OK && !data->looking && i < data->count; i++) {
        status = read_column(data, i, set, position[i], enumeration);
    }
    (void)snprintf(data->description, sizeof data->description, "HDF5 dataset, %llu column%s",
                   (unsigned long long)set->columns, set->columns == 1 ? "" : "s");
    bk_free(position);
    return status;
}

bk_status bk_data_read_hdf5(bk_data *data, const bk_data_column *asked, const char *file, const char *path)
{
    hdf5_dataset set = {.name = data->source, .file = -1, .id = -1, .space = -1};
    bk_hdf5_scope scope;
    bk_hdf5_begin(&scope);
    bk_status status = open_file(&set, file);
    if (status == BK_OK) {
        status = open_dataset(&set, path);
    }
    if (status == BK_OK) {
        status = read_dataset(data, asked, &set);
    }
    status = bk_hdf5_close(status, set.space);
    status = bk_hdf5_close(status, set.id);
    status = bk_hdf5_close(status, set.file);
    bk_hdf5_end(&scope);
    return status;
}
