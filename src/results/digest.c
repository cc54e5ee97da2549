/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The digest of a file's content, made so that a few lines of Python recompute it from the file alone.
 *
 * Encoding. number(n) is n as 8 bytes, little-endian. text(s) is number(bytes of s), then the bytes of s
 * (UTF-8, no terminator). values(v) is, for numbers, their little-endian bytes in row-major order; for
 * text, text(s) of each in turn. Types are named f32 f64 i32 i64 u8 u32 u64 text. Paths are absolute
 * ("/", "/network/tanh_5/w1").
 *
 *   attributes  = number(count), then for each in byte order of names:
 *                 text(name) text(type) number(length, 0 of a scalar) values
 *   record of a group    = text("group") text(path) attributes
 *   record of a dataset  = text("dataset") text(path) text(type) number(rank) number(length of each axis)
 *                          values attributes
 *   digest of an object  = SHA-256(record)
 *   digest of the content = SHA-256(the 32-byte digests of all objects, in byte order of their paths)
 *
 * Left out: /run and all below it; index dimensions (datasets whose attribute NAME starts with "This is a
 * netCDF dimension but not a netCDF variable."); the attribute digest of datasets; the attributes format,
 * format_version, digest and complete of the root (the writer's own); the attributes of HDF5's dimension
 * scales and netCDF: CLASS, NAME, REFERENCE_LIST, DIMENSION_LIST, DIMENSION_LABELS, _Netcdf4Dimid,
 * _Netcdf4Coordinates.
 */
#include "results/tree.h"

#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

static void add_number(struct sha256_ctx *sha, uint64_t number)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(number >> (8 * i));
    }
    sha256_update(sha, sizeof bytes, bytes);
}

static void add_text(struct sha256_ctx *sha, const char *text)
{
    const size_t length = strlen(text);
    add_number(sha, length);
    sha256_update(sha, length, (const uint8_t *)text);
}

static void add_little_endian(struct sha256_ctx *sha, size_t size, size_t count, const uint8_t *bytes)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    sha256_update(sha, size * count, bytes);
#else
    for (size_t i = 0; i < count; i++) {
        for (size_t byte = size; byte-- > 0;) {
            sha256_update(sha, 1, &bytes[i * size + byte]);
        }
    }
#endif
}

static void add_values(struct sha256_ctx *sha, bk_dtype dtype, size_t count, const void *values)
{
    if (dtype != BK_TEXT) {
        add_little_endian(sha, bk_dtype_size(dtype), count, values);
        return;
    }
    const char *const *texts = values;
    for (size_t i = 0; i < count; i++) {
        add_text(sha, texts[i]);
    }
}

static bool left_out(const char *path, bool dataset, const char *name)
{
    static const char *const of_root[] = {"format", "format_version", "digest", "complete"};
    if (dataset) {
        return strcmp(name, "digest") == 0;
    }
    for (size_t i = 0; strcmp(path, "/") == 0 && i < sizeof of_root / sizeof of_root[0]; i++) {
        if (strcmp(name, of_root[i]) == 0) {
            return true;
        }
    }
    return false;
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const bk_attribute *const *)a)->name, (*(const bk_attribute *const *)b)->name);
}

static bk_status add_attributes(struct sha256_ctx *sha, const char *path, bool dataset,
                                const bk_list *attributes)
{
    const bk_attribute **sorted = bk_allocate(attributes->count, sizeof(bk_attribute *));
    if (sorted == NULL) {
        return bk_error_status();
    }
    size_t count = 0;
    for (size_t i = 0; i < attributes->count; i++) {
        const bk_attribute *attribute = attributes->items[i];
        if (!left_out(path, dataset, attribute->name)) {
            sorted[count++] = attribute;
        }
    }
    qsort(sorted, count, sizeof *sorted, by_name);
    add_number(sha, count);
    for (size_t i = 0; i < count; i++) {
        const bk_attribute *attribute = sorted[i];
        add_text(sha, attribute->name);
        add_text(sha, bk_dtype_name(attribute->dtype));
        add_number(sha, attribute->length);
        add_values(sha, attribute->dtype, attribute->length == 0 ? 1 : attribute->length, attribute->values);
    }
    bk_free(sorted);
    return BK_OK;
}

static bk_status digest_object(bk_object *object)
{
    struct sha256_ctx sha;
    const bk_dataset *dataset = object->dataset;
    sha256_init(&sha);
    add_text(&sha, dataset != NULL ? "dataset" : "group");
    add_text(&sha, object->path);
    if (dataset != NULL) {
        add_text(&sha, bk_dtype_name(dataset->dtype));
        add_number(&sha, dataset->rank);
        for (size_t axis = 0; axis < dataset->rank; axis++) {
            add_number(&sha, dataset->shape[axis]);
        }
        add_values(&sha, dataset->dtype, dataset->size, dataset->values);
    }
    BK_TRY(add_attributes(&sha, object->path, dataset != NULL,
                          dataset != NULL ? &dataset->attributes : &object->group->attributes));
    sha256_digest(&sha, sizeof object->digest, object->digest);
    return BK_OK;
}

static bk_status digest_item(void *context, size_t item, int thread)
{
    (void)thread;
    return digest_object((bk_object *)context + item);
}

static size_t count_objects(const bk_group *group)
{
    size_t count = 1 + group->datasets.count;
    for (size_t i = 0; i < group->groups.count; i++) {
        count += count_objects(group->groups.items[i]);
    }
    return count;
}

/* Appends the group and all below it at objects and returns how many these were. */
static size_t collect(bk_object *objects, bk_group *group)
{
    if (bk_path_is_volatile(group->path)) {
        return 0;
    }
    size_t count = 0;
    objects[count].path = group->path;
    objects[count++].group = group;
    for (size_t i = 0; i < group->datasets.count; i++) {
        bk_dataset *dataset = group->datasets.items[i];
        if (!bk_path_is_volatile(dataset->path)) {
            objects[count].path = dataset->path;
            objects[count++].dataset = dataset;
        }
    }
    for (size_t i = 0; i < group->groups.count; i++) {
        count += collect(objects + count, group->groups.items[i]);
    }
    return count;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const bk_object *)a)->path, ((const bk_object *)b)->path);
}

void bk_digest_to_hex(char *hex, const unsigned char *digest)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < BK_DIGEST_BYTES; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[BK_DIGEST_HEX - 1] = '\0';
}

bk_status bk_digest_objects(bk_object **objects, size_t *count, char *content_hex, const bk_results *results)
{
    bk_object *all = bk_allocate(count_objects(results->root), sizeof *all);
    if (all == NULL) {
        return bk_error_status();
    }
    const size_t found = collect(all, results->root);
    qsort(all, found, sizeof *all, by_path);
    const bk_status status = bk_parallel_for(found, digest_item, all);
    if (status != BK_OK) {
        bk_free(all);
        return status;
    }
    struct sha256_ctx sha;
    sha256_init(&sha);
    for (size_t i = 0; i < found; i++) {
        sha256_update(&sha, sizeof all[i].digest, all[i].digest);
    }
    unsigned char digest[BK_DIGEST_BYTES];
    sha256_digest(&sha, sizeof digest, digest);
    bk_digest_to_hex(content_hex, digest);
    *objects = all;
    *count = found;
    return BK_OK;
}

bk_status bk_results_digest(const bk_results *results, char *hex)
{
    if (results == NULL || hex == NULL) {
        return bk_missing_parent("tree of results or the place for its digest");
    }
    bk_object *objects = NULL;
    size_t count = 0;
    BK_TRY(bk_digest_objects(&objects, &count, hex, results));
    bk_free(objects);
    return BK_OK;
}

bk_status bk_results_check_digest(const bk_results *results)
{
    if (results == NULL) {
        return bk_missing_parent("tree of results");
    }
    const char *stored = bk_group_text(results->root, "digest");
    if (stored == NULL) {
        return bk_fail(BK_INVALID, "the results have no digest: it is set when they are written to a file");
    }
    char content[BK_DIGEST_HEX];
    bk_object *objects = NULL;
    size_t count = 0;
    BK_TRY(bk_digest_objects(&objects, &count, content, results));
    bk_status status = BK_OK;
    for (size_t i = 0; status == BK_OK && i < count; i++) {
        char hex[BK_DIGEST_HEX];
        bk_digest_to_hex(hex, objects[i].digest);
        const bk_attribute *own =
            objects[i].dataset != NULL ? bk_attribute_find(&objects[i].dataset->attributes, "digest") : NULL;
        const bool differs =
            objects[i].dataset != NULL &&
            (own == NULL || own->dtype != BK_TEXT || strcmp(*(const char *const *)own->values, hex) != 0);
        if (differs) {
            status = bk_fail(BK_MISMATCH,
                             "dataset %s does not match its digest: it was changed or damaged after "
                             "the file was written",
                             objects[i].path);
        }
    }
    if (status == BK_OK && strcmp(stored, content) != 0) {
        status =
            bk_fail(BK_MISMATCH, "the content does not match the digest of the file: a group's attributes, "
                                 "or which datasets there are, changed after it was written");
    }
    bk_free(objects);
    return status;
}
