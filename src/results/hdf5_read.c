/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads a file of ours back into a tree. The file may come from anybody: it is parsed in memory, only
 * hard links to groups and datasets are followed, each object once, and anything that we never write is
 * refused with its name. Damage by accident is found before HDF5 sees the file (seal.c); a file forged to
 * attack HDF5 itself is as dangerous here as in any other reader.
 */
#include "results/hdf5_read.h"
#include "results/seal.h"

#include <string.h>

static const unsigned char signature[8] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

/* ---- What every file says of itself ----------------------------------------------------------------------
 */

/* The kind of file that the attribute names; BK_FILE_KIND_COUNT: none of ours. */
static bk_file_kind kind_of(const bk_attribute *format)
{
    unsigned kind = 0;
    if (format == NULL || format->dtype != BK_TEXT) {
        return BK_FILE_KIND_COUNT;
    }
    while (kind < BK_FILE_KIND_COUNT &&
           strcmp(*(const char *const *)format->values, bk_file_kind_name((bk_file_kind)kind)) != 0) {
        kind++;
    }
    return (bk_file_kind)kind;
}

static bk_status check_kind(bk_file_kind found, bk_file_kind wanted)
{
    static const char *const texts[] = {"a results file", "the checkpoint of a run that is not finished",
                                        "one shard of a run"};
    static const char *const advice[] = {"", ": finish it with run --resume",
                                         ": put all shards together with merge"};
    if (found == BK_FILE_KIND_COUNT) {
        return bk_fail(BK_FORMAT, "it is an HDF5 file, but not of brisk (no attribute format = %s)",
                       bk_file_kind_name(wanted));
    }
    if (found != wanted) {
        return bk_fail(BK_FORMAT, "it is %s, not %s%s", texts[found], texts[wanted],
                       wanted == BK_FILE_RESULTS ? advice[found] : "");
    }
    return BK_OK;
}

static bk_status check_format(const bk_reader *reader, hid_t root)
{
    const htri_t there = H5Aexists(root, "format");
    if (there < 0) {
        return bk_hdf5_fail(BK_FORMAT, "the attributes of the file are damaged");
    }
    bk_list attributes = {0};
    const bk_status status = there > 0 ? bk_read_attributes(reader, root, &attributes, "/") : BK_OK;
    /* Another program's file may have attributes that we refuse: that it is another's is the better word. */
    const bk_attribute *format = bk_attribute_find(&attributes, "format");
    BK_TRY(check_kind(kind_of(format), reader->kind));
    BK_TRY(status);
    const bk_attribute *version = bk_attribute_find(&attributes, "format_version");
    if (version == NULL || version->dtype != BK_I32 || version->length != 2) {
        return bk_fail(BK_FORMAT, "it does not say its version (attribute format_version, two int32)");
    }
    const int32_t *numbers = version->values;
    if (numbers[0] != BK_FORMAT_MAJOR) {
        return bk_fail(BK_FORMAT, "its version %ld.%ld is %s than this brisk reads (%d.x)%s",
                       (long)numbers[0], (long)numbers[1], numbers[0] > BK_FORMAT_MAJOR ? "newer" : "older",
                       BK_FORMAT_MAJOR, numbers[0] > BK_FORMAT_MAJOR ? ": use a newer brisk" : "");
    }
    const bk_attribute *complete = bk_attribute_find(&attributes, "complete");
    if (complete == NULL || complete->dtype != BK_U8 || *(const uint8_t *)complete->values != 1) {
        return bk_fail(BK_FORMAT, "it is incomplete: the run that wrote it did not end");
    }
    reader->results->root->attributes = attributes;
    return BK_OK;
}

/* ---- Objects ---------------------------------------------------------------------------------------------
 */

/* Looks at an object before anything of it is used: it is in this file, has one link, and was not met. */
static bk_status meet(bk_met **met, bk_reader *reader, hid_t id, const char *where, const char *name)
{
    H5O_info_t facts;
    if (H5Oget_info(id, &facts) < 0) {
        return bk_hdf5_fail(BK_FORMAT, "%s in %s is damaged", name, where);
    }
    if (facts.fileno != reader->file_number) {
        return bk_fail(BK_FORMAT, "%s in %s lies in another file", name, where);
    }
    /* The count of links may lie; addresses do not. */
    bool twice = facts.rc != 1;
    for (size_t i = 0; i < reader->met_count; i++) {
        twice = twice || reader->met[i].address == facts.addr;
    }
    if (twice) {
        return bk_fail(BK_FORMAT, "%s in %s is linked twice, which brisk never does", name, where);
    }
    if (reader->met_count == BK_MAX_OBJECTS) {
        return bk_fail(BK_FORMAT, "it has more than %d objects", BK_MAX_OBJECTS);
    }
    *met = &reader->met[reader->met_count++];
    (*met)->address = facts.addr;
    (*met)->dimension = NULL;
    return BK_OK;
}

/* The name of link i in creation order, into name [BK_MAX_NAME + 1]; only hard links pass. */
static bk_status read_link(char *name, hid_t id, const bk_group *group, hsize_t i)
{
    H5L_info_t link;
    const ssize_t length =
        H5Lget_name_by_idx(id, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, i, name, BK_MAX_NAME + 1, H5P_DEFAULT);
    if (length < 0 ||
        H5Lget_info_by_idx(id, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, i, &link, H5P_DEFAULT) < 0) {
        return bk_hdf5_fail(BK_FORMAT, "link %llu of %s cannot be read", (unsigned long long)i, group->path);
    }
    if (length > BK_MAX_NAME || bk_name_check(name, "link", group->path) != BK_OK) {
        return bk_fail(BK_FORMAT, "link %llu of %s has a name that brisk never writes", (unsigned long long)i,
                       group->path);
    }
    if (link.type != H5L_TYPE_HARD) {
        return bk_fail(BK_FORMAT, "%s in %s is a%s link, which brisk never writes", name, group->path,
                       link.type == H5L_TYPE_SOFT       ? " soft"
                       : link.type == H5L_TYPE_EXTERNAL ? "n external"
                                                        : " foreign");
    }
    return BK_OK;
}

static bk_status read_group(bk_reader *reader, bk_group *group, hid_t id);

/* Reads one object in one of the two passes: datasets first, then groups, as they were written. */
static bk_status read_object(bk_reader *reader, bk_group *group, hid_t id, const char *name, bool groups)
{
    const H5I_type_t type = H5Iget_type(id);
    bk_met *met = NULL;
    if (type != H5I_GROUP && type != H5I_DATASET) {
        return bk_fail(BK_FORMAT, "%s in %s is neither a group nor a dataset", name, group->path);
    }
    if ((type == H5I_GROUP) != groups) {
        return BK_OK;
    }
    BK_TRY(meet(&met, reader, id, group->path, name));
    if (bk_group_holds(group, name) != NULL) {
        return bk_fail(BK_FORMAT, "%s is twice in %s", name, group->path);
    }
    if (!groups) {
        return bk_read_dataset(&met->dimension, reader, group, name, id);
    }
    bk_group *child = bk_group_make(group, name);
    if (child == NULL) {
        /* What the tree refuses is, in a file, what we never write. */
        return bk_error_status() == BK_INVALID ? bk_fail(BK_FORMAT,
                                                         "%s in %s cannot be a group of brisk's: groups "
                                                         "nest at most %d deep",
                                                         name, group->path, BK_MAX_DEPTH)
                                               : bk_error_status();
    }
    return read_group(reader, child, id);
}

static bk_status read_links(bk_reader *reader, bk_group *group, hid_t id, bool groups)
{
    H5G_info_t facts;
    if (H5Gget_info(id, &facts) < 0) {
        return bk_hdf5_fail(BK_FORMAT, "the group %s is damaged", group->path);
    }
    if (facts.nlinks > BK_MAX_OBJECTS) {
        return bk_fail(BK_FORMAT, "the group %s has more than %d links", group->path, BK_MAX_OBJECTS);
    }
    for (hsize_t i = 0; i < facts.nlinks; i++) {
        char name[BK_MAX_NAME + 1] = {0};
        BK_TRY(read_link(name, id, group, i));
        const hid_t object = H5Oopen_by_idx(id, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, i, H5P_DEFAULT);
        const bk_status status = object < 0
                                     ? bk_hdf5_fail(BK_FORMAT, "%s in %s cannot be opened", name, group->path)
                                     : read_object(reader, group, object, name, groups);
        BK_TRY(bk_hdf5_close(status, object));
    }
    return BK_OK;
}

static bk_status read_group(bk_reader *reader, bk_group *group, hid_t id)
{
    if (group->parent != NULL) {
        BK_TRY(bk_read_attributes(reader, id, &group->attributes, group->path));
    }
    BK_TRY(read_links(reader, group, id, false));
    return read_links(reader, group, id, true);
}

/* ---- The file --------------------------------------------------------------------------------------------
 */

static bk_status open_image(bk_reader *reader, void *image, size_t size)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    bk_status status = BK_OK;
    if (access < 0 || H5Pset_fapl_core(access, (size_t)1 << 20, 0) < 0 ||
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0 || H5Pset_file_image(access, image, size) < 0) {
        status = bk_hdf5_fail(BK_FAILED, "cannot set the properties of the results file");
    } else {
        reader->file = H5Fopen(BK_IMAGE_NAME, H5F_ACC_RDONLY, access);
        if (reader->file < 0) {
            status = bk_hdf5_fail(BK_FORMAT, "it is an HDF5 file, but cut or damaged");
        }
    }
    return bk_hdf5_close(status, access);
}

static bk_status read_root(bk_reader *reader)
{
    H5O_info_t facts;
    bk_met *met = NULL;
    const hid_t root = H5Gopen2(reader->file, "/", H5P_DEFAULT);
    bk_status status = BK_OK;
    if (root < 0 || H5Oget_info(root, &facts) < 0) {
        status = bk_hdf5_fail(BK_FORMAT, "the root of the file is damaged");
    } else {
        reader->file_number = facts.fileno;
        status = meet(&met, reader, root, "/", "the root");
    }
    if (status == BK_OK) {
        status = check_format(reader, root);
    }
    if (status == BK_OK) {
        status = read_group(reader, reader->results->root, root);
    }
    return bk_hdf5_close(status, root);
}

bk_status bk_hdf5_parse(bk_results *results, void *image, size_t size, bk_file_kind kind)
{
    if (size < sizeof signature || memcmp(image, signature, sizeof signature) != 0) {
        bk_free(image);
        return size == 0 ? bk_fail(BK_FORMAT, "it is empty") : bk_fail(BK_FORMAT, "it is not an HDF5 file");
    }
    const bk_status sealed = bk_seal_check(image, size, kind != BK_FILE_RESULTS);
    if (sealed != BK_OK) {
        bk_free(image);
        return sealed;
    }
    bk_hdf5_scope scope;
    bk_reader reader = {.results = results, .kind = kind, .file = -1};
    reader.types.file[BK_TEXT] = -1;
    reader.met = bk_allocate(BK_MAX_OBJECTS, sizeof *reader.met);
    if (reader.met == NULL) {
        bk_free(image);
        return bk_error_status();
    }
    if (!bk_multiply_sizes(&reader.budget, size, BK_MAX_EXPANSION)) {
        reader.budget = SIZE_MAX;
    }
    bk_hdf5_begin(&scope);
    bk_status status = bk_hdf5_types_make(&reader.types);
    if (status == BK_OK) {
        status = open_image(&reader, image, size);
    }
    bk_free(image);
    if (status == BK_OK) {
        status = read_root(&reader);
    }
    status = bk_hdf5_close(status, reader.file);
    status = bk_hdf5_types_close(status, &reader.types);
    bk_hdf5_end(&scope);
    bk_free(reader.met);
    return status;
}
