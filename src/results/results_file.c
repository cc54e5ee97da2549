/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a tree to a file: what every file says of itself, then the image, then the disk.
 */
#include "results/file.h"
#include "results/hdf5.h"

#include <string.h>

static bk_status set_text(bk_results *results, bk_list *attributes, const char *path, const char *name,
                          const char *text)
{
    return bk_attribute_set(results->arena, attributes, path, name, BK_TEXT, 0, &text);
}

static bk_status set_digests(bk_results *results)
{
    char content[BK_DIGEST_HEX];
    bk_object *objects = NULL;
    size_t count = 0;
    BK_TRY(bk_digest_objects(&objects, &count, content, results));
    bk_status status = set_text(results, &results->root->attributes, "/", "digest", content);
    for (size_t i = 0; status == BK_OK && i < count; i++) {
        bk_dataset *dataset = objects[i].dataset;
        if (dataset != NULL) {
            char hex[BK_DIGEST_HEX];
            bk_digest_to_hex(hex, objects[i].digest);
            status = set_text(results, &dataset->attributes, dataset->path, "digest", hex);
        }
    }
    bk_free(objects);
    return status;
}

const char *bk_file_kind_name(bk_file_kind kind)
{
    static const char *const names[] = {"brisk-results", "brisk-checkpoint", "brisk-shard"};
    return (unsigned)kind < BK_FILE_KIND_COUNT ? names[kind] : "unknown";
}

/* Who wrote this stands first, whether it is whole stands last, whatever the caller set in between. */
static bk_status set_marks(bk_results *results, bk_file_kind kind)
{
    static const int32_t version[2] = {BK_FORMAT_MAJOR, BK_FORMAT_MINOR};
    bk_list *attributes = &results->root->attributes;
    BK_TRY(set_text(results, attributes, "/", "format", bk_file_kind_name(kind)));
    BK_TRY(bk_attribute_set(results->arena, attributes, "/", "format_version", BK_I32, 2, version));
    BK_TRY(set_digests(results));
    BK_TRY(bk_group_set_flag(results->root, "complete", true));
    bk_attribute_move(attributes, "format_version", false);
    bk_attribute_move(attributes, "format", false);
    bk_attribute_move(attributes, "digest", true);
    bk_attribute_move(attributes, "complete", true);
    return BK_OK;
}

bk_status bk_results_write(bk_results *results, const char *path, bool force)
{
    return bk_results_write_as(results, path, force, BK_FILE_RESULTS);
}

bk_status bk_results_write_as(bk_results *results, const char *path, bool force, bk_file_kind kind)
{
    if (results == NULL) {
        return bk_missing_parent("tree of results");
    }
    void *image = NULL;
    size_t size = 0;
    BK_TRY(set_marks(results, kind));
    BK_TRY(bk_hdf5_image(&image, &size, results));
    const bk_status status = bk_file_write(path, image, size, force);
    bk_free(image);
    return status;
}

bk_results *bk_results_read(const char *path) { return bk_results_read_as(path, BK_FILE_RESULTS); }

bk_results *bk_results_read_as(const char *path, bk_file_kind kind)
{
    void *image = NULL;
    size_t size = 0;
    if (bk_file_read(&image, &size, path) != BK_OK) {
        return NULL;
    }
    bk_results *results = bk_results_create();
    if (results == NULL) {
        bk_free(image);
        return NULL;
    }
    if (bk_hdf5_parse(results, image, size, kind) != BK_OK) {
        bk_fail_within("cannot read %s", path);
        bk_results_destroy(results);
        return NULL;
    }
    return results;
}
