/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * results/tree.h: how the tree of results is held in memory; for the results room alone.
 *
 * All pieces of a tree come from one arena. A group keeps its datasets and index dimensions in one list,
 * `items`, in the order in which they were made: written in that order, a dimension always stands in the
 * file before its users, and a file that is read and written again has the same bytes.
 */
#ifndef BRISK_RESULTS_TREE_H
#define BRISK_RESULTS_TREE_H

#include "brisk/results.h"

/* A list of pointers in the arena; < 2000 objects in a file, so that looking through it is fast enough. */
typedef struct bk_list {
    void **items;
    size_t count;
    size_t capacity;
} bk_list;

/* One axis: the length of a coordinate dataset, or of an index (coordinate NULL). */
typedef struct bk_dimension {
    const char *name;
    const char *path;
    size_t length;
    bk_dataset *coordinate;
} bk_dimension;

/* What a group's file holds: a dataset, or (dataset NULL) an index dimension. */
typedef struct bk_item {
    bk_dataset *dataset;
    bk_dimension *dimension;
} bk_item;

struct bk_dataset {
    bk_group *group;
    const char *name;
    const char *path;
    bk_dtype dtype;
    size_t rank;
    size_t shape[BK_MAX_AXES];
    bk_dimension *dimensions[BK_MAX_AXES];
    size_t size;        /* product of shape */
    void *values;       /* [size]; BK_TEXT: const char * */
    bool coordinate;    /* its only axis bears its name */
    bk_list attributes; /* bk_attribute */
};

struct bk_group {
    bk_results *results;
    bk_group *parent; /* NULL: the root */
    const char *name; /* "/" of the root */
    const char *path; /* "/network/tanh_500" */
    size_t depth;
    bk_list groups;
    bk_list datasets;
    bk_list dimensions; /* coordinates and indices of this group */
    bk_list items;
    bk_list attributes; /* bk_attribute */
};

struct bk_results {
    bk_arena *arena;
    bk_group *root;
};

/* Deeper trees than this are refused, so that walking a tree by recursion is safe. */
#define BK_MAX_DEPTH 32
/* Longest name of an object, dimension or attribute, in bytes. */
#define BK_MAX_NAME 255
/* Longest text attribute, in bytes; longer text is a dataset (an HDF5 attribute ends at 64 kB). */
#define BK_MAX_ATTRIBUTE_TEXT 1024
/* Longest list of numbers in one attribute. */
#define BK_MAX_ATTRIBUTE_LENGTH 1024

/* ---- tree.c */
bk_status bk_list_append(bk_arena *arena, bk_list *list, void *item);
/* The status for a NULL group or dataset: the failure that made it NULL. */
bk_status bk_missing_parent(const char *what);
/* "/a" + "b" -> "/a/b", in the arena. */
const char *bk_join_path(bk_arena *arena, const char *parent, const char *name);
/* What already bears name in group: "group", "dataset", "index dimension", or NULL. */
const char *bk_group_holds(const bk_group *group, const char *name);
/* One new group; name is checked here. */
bk_group *bk_group_make(bk_group *parent, const char *name);
/* Whether this is /run or stands below it: such objects take no part in digests. */
bool bk_path_is_volatile(const char *path);

/* ---- text.c */
/* Whether text is well-formed UTF-8. */
bool bk_utf8_valid(const char *text);
/* BK_INVALID where name cannot name an object: empty, with '/', ".", "..", control characters, ... */
bk_status bk_name_check(const char *name, const char *what, const char *where);
/* A copy in the arena; bytes that are not UTF-8 become U+FFFD. */
const char *bk_copy_utf8(bk_arena *arena, const char *text);
/* Copies count texts into the arena, all of them in one piece. */
const char **bk_copy_texts(bk_arena *arena, const char *const *texts, size_t count);

/* ---- dimension.c */
/* The nearest dimension of that name, in group or above; NULL where there is none. */
bk_dimension *bk_dimension_find(const bk_group *group, const char *name);
/* A new dimension of group; coordinate NULL: an index, which then is an item of the group too. */
bk_dimension *bk_dimension_make(bk_group *group, const char *name, size_t length, bk_dataset *coordinate);

/* ---- dataset.c */
/* Adds a dataset whose values and dimensions are already in the tree (a coordinate: dimensions NULL).
 * Nothing is copied but the name. For the reader. */
bk_dataset *bk_dataset_adopt(bk_group *group, const char *name, bk_dtype dtype, size_t rank,
                             const size_t *shape, bk_dimension *const *dimensions, void *values);
/* NaN in one pattern. */
void bk_unify_nan(bk_dtype dtype, void *values, size_t count);

/* ---- attribute.c */
/* Sets an attribute of the object at path; values are copied. length 0: a scalar. */
bk_status bk_attribute_set(bk_arena *arena, bk_list *attributes, const char *path, const char *name,
                           bk_dtype dtype, size_t length, const void *values);
const bk_attribute *bk_attribute_find(const bk_list *attributes, const char *name);
/* Moves an attribute to the front or to the end of the list. */
void bk_attribute_move(bk_list *attributes, const char *name, bool to_end);
/* Whether HDF5's dimension scales or netCDF use this name on a dataset. */
bool bk_attribute_reserved(const char *name);

/* ---- digest.c */
#define BK_DIGEST_BYTES 32
#define BK_DIGEST_HEX   (2 * BK_DIGEST_BYTES + 1)

/* A group or a dataset (the other pointer NULL), with the digest of its record. */
typedef struct bk_object {
    const char *path;
    bk_group *group;
    bk_dataset *dataset;
    unsigned char digest[BK_DIGEST_BYTES];
} bk_object;

/* All objects that take part in the digest, in byte order of their paths, and the digest of the
 * content. objects is owned by the caller (bk_free). */
bk_status bk_digest_objects(bk_object **objects, size_t *count, char *content_hex, const bk_results *results);
void bk_digest_to_hex(char *hex, const unsigned char *digest);

#endif
