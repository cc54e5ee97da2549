/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brisk/results.h: the tree of results in memory, and the HDF5 file it becomes.
 *
 * A tree has groups, datasets and attributes. Everything is copied in; the tree owns its memory. Each
 * axis of a dataset has a name; the nearest group upwards that has a coordinate dataset or an index of
 * that name decides what it stands for; where there is none, an index is made in the dataset's group.
 *
 * Not for use by two threads at once, on whatever tree: the HDF5 library below is not thread-safe.
 */
#ifndef BRISK_RESULTS_H
#define BRISK_RESULTS_H

#include "brisk/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct bk_results bk_results;
typedef struct bk_group bk_group;
typedef struct bk_dataset bk_dataset;

/* An empty tree; owned by the caller (bk_results_destroy). */
BK_API bk_results *bk_results_create(void);
BK_API void bk_results_destroy(bk_results *results);
BK_API bk_group *bk_results_root(bk_results *results);

/* ---- Writing ----------------------------------------------------------------------------------------- */

/* The group at path below parent ("network/tanh_500"), made with its parents where it does not exist.
 * A name has 1 to 255 bytes of UTF-8, no "/" and no control characters; a group holds a name once.
 * NULL on failure; functions below take a NULL group or dataset and pass the first error on. */
BK_API bk_group *bk_group_at(bk_group *parent, const char *path);

#define BK_MAX_AXES 4

/* One dataset of the file's documentation: described once, written and documented from here. */
typedef struct bk_field {
    const char *name;
    bk_dtype dtype;
    size_t rank;
    const char *axes[BK_MAX_AXES]; /* axis names, slowest first; an axis that bears the dataset's own name
                                      makes it a coordinate (dimension scale) */
    const char *unit;              /* "1" for rates, fractions and counts; "" for text */
    const char *long_name;         /* what it is, as an axis label would say it */
} bk_field;

/* Adds a dataset: values [product of shape] of field->dtype (BK_TEXT: const char *const *), copied.
 * Rank 0 is a scalar, shape then NULL; an axis may have length 0. BK_INVALID for a name that exists or
 * two axes of one name, BK_SHAPE where the length of an axis differs from the coordinate or dimension
 * of that name. Coordinates (rank 1) come before their users. NaN is stored in one pattern; bytes of a
 * text that are not UTF-8 become U+FFFD. unit and long_name become the attributes "units" (none for
 * unit "") and "long_name". */
BK_API bk_dataset *bk_group_add(bk_group *group, const bk_field *field, const size_t *shape,
                                const void *values);

/* Attributes; setting one again replaces it. bk_group_* and bk_dataset_* twins. Text has at most 1024
 * bytes: longer text is a dataset. The names of HDF5's dimension scales (CLASS, NAME, DIMENSION_LIST,
 * ...) are refused. */
BK_API bk_status bk_group_set_text(bk_group *group, const char *name, const char *value);
BK_API bk_status bk_group_set_real(bk_group *group, const char *name, double value);
BK_API bk_status bk_group_set_integer(bk_group *group, const char *name, int64_t value);
BK_API bk_status bk_group_set_unsigned(bk_group *group, const char *name, uint64_t value);
BK_API bk_status bk_group_set_flag(bk_group *group, const char *name, bool value);
BK_API bk_status bk_dataset_set_text(bk_dataset *dataset, const char *name, const char *value);
BK_API bk_status bk_dataset_set_real(bk_dataset *dataset, const char *name, double value);
BK_API bk_status bk_dataset_set_integer(bk_dataset *dataset, const char *name, int64_t value);
/* Says what the codes 0 .. count - 1 of a u8 dataset mean (attributes flag_values and flag_meanings);
 * each meaning is one word. */
#define BK_MAX_CODES 64
BK_API bk_status bk_dataset_set_codes(bk_dataset *dataset, const char *const *meanings, size_t count);

/* Copies what from holds, attributes, datasets and groups, into the empty group to, of this tree or another.
 * BK_INVALID where to is not empty. An axis that stands for something in a group above from stands for what
 * to finds under that name, or becomes an index. */
BK_API bk_status bk_group_copy(bk_group *to, const bk_group *from);

/* ---- Reading ------------------------------------------------------------------------------------------ */

/* NULL (no error recorded) where there is none. Paths as above. */
BK_API const bk_group *bk_group_find(const bk_group *parent, const char *path);
BK_API const bk_dataset *bk_dataset_find(const bk_group *parent, const char *path);
/* Children in the order they were made. */
BK_API size_t bk_group_group_count(const bk_group *group);
BK_API const bk_group *bk_group_child(const bk_group *group, size_t i);
BK_API size_t bk_group_dataset_count(const bk_group *group);
BK_API const bk_dataset *bk_group_dataset(const bk_group *group, size_t i);
/* "/" of the root. */
BK_API const char *bk_group_name(const bk_group *group);
/* "/network/tanh_500". */
BK_API const char *bk_group_path(const bk_group *group);

BK_API const char *bk_dataset_name(const bk_dataset *dataset);
BK_API const char *bk_dataset_path(const bk_dataset *dataset);
/* "" where there is none. */
BK_API const char *bk_dataset_unit(const bk_dataset *dataset);
BK_API const char *bk_dataset_long_name(const bk_dataset *dataset);
BK_API bk_dtype bk_dataset_dtype(const bk_dataset *dataset);
BK_API size_t bk_dataset_rank(const bk_dataset *dataset);
BK_API const size_t *bk_dataset_shape(const bk_dataset *dataset);
BK_API size_t bk_dataset_size(const bk_dataset *dataset);
/* The name of an axis, NULL beyond the last one. */
BK_API const char *bk_dataset_axis(const bk_dataset *dataset, size_t axis);
/* The coordinate dataset along an axis (of a coordinate: itself), NULL where the axis is an index. */
BK_API const bk_dataset *bk_dataset_coordinate(const bk_dataset *dataset, size_t axis);
/* Values of the dataset's dtype, row-major; live as long as the tree. */
BK_API const void *bk_dataset_values(const bk_dataset *dataset);
/* One value as a number (NaN for text), or as text (NULL for numbers). */
BK_API double bk_dataset_real(const bk_dataset *dataset, size_t i);
BK_API const char *bk_dataset_text(const bk_dataset *dataset, size_t i);

typedef struct bk_attribute {
    const char *name;
    bk_dtype dtype;     /* BK_TEXT, BK_F64, BK_I64, BK_U64, BK_U8 (flags), BK_I32 */
    size_t length;      /* 0: a scalar */
    const void *values; /* of dtype; BK_TEXT: const char *const * */
} bk_attribute;
BK_API size_t bk_group_attribute_count(const bk_group *group);
BK_API bk_attribute bk_group_attribute(const bk_group *group, size_t i);
BK_API size_t bk_dataset_attribute_count(const bk_dataset *dataset);
BK_API bk_attribute bk_dataset_attribute(const bk_dataset *dataset, size_t i);
/* An attribute by name: a number (NaN where missing or text), a text (NULL where missing or number). */
BK_API double bk_group_real(const bk_group *group, const char *name);
BK_API const char *bk_group_text(const bk_group *group, const char *name);
/* An unsigned attribute without loss (a seed); false, value untouched, where there is none of that type. */
BK_API bool bk_group_unsigned(uint64_t *value, const bk_group *group, const char *name);

/* ---- Files ----------------------------------------------------------------------------------------------
 */

#define BK_FORMAT_MAJOR 1
#define BK_FORMAT_MINOR 0

/* Whether path can be written at the end of a run, asked before it starts: the folder exists and is
 * writable (a file is made there and removed), the file does not exist (or force), path is no folder
 * and no other program holds PATH.part. BK_FILE with a message otherwise. */
BK_API bk_status bk_results_check_target(const char *path, bool force);

/* The same, and keeps PATH.part locked until it is released, so that of two runs that would write one file the
 * second is refused when it starts. Released it must be before bk_results_write of that path, which locks it
 * itself. Owned by the caller; *claim is NULL on failure. */
typedef struct bk_claim bk_claim;
BK_API bk_status bk_results_claim(bk_claim **claim, const char *path, bool force);
/* Removes PATH.part and gives the lock back; NULL is fine. */
BK_API void bk_results_release(bk_claim *claim);

/* What a file of ours is for; the root attribute "format" tells it. */
typedef enum bk_file_kind {
    BK_FILE_RESULTS,    /* "brisk-results" */
    BK_FILE_CHECKPOINT, /* "brisk-checkpoint": a run that is not finished */
    BK_FILE_SHARD,      /* "brisk-shard": the finished part of a run that others have the rest of */
    BK_FILE_KIND_COUNT
} bk_file_kind;
/* "brisk-results", "brisk-checkpoint", "brisk-shard". */
BK_API const char *bk_file_kind_name(bk_file_kind kind);

/* Sets format, format_version, digest (and one for each dataset) and complete on the root, builds the
 * HDF5 image in memory and writes it whole or not at all: PATH.part under a lock, fsync, rename, fsync
 * of the folder. The group /run takes no part in digests. Same tree, same bytes. BK_FILE names the
 * step, the path and the system's reason; an existing file at path is then as it was (only where the
 * very last step fails, the fsync of the folder, the new file stands there already). A caller that
 * runs under a file size limit ignores SIGXFSZ. Memory: the tree and twice the file. */
BK_API bk_status bk_results_write(bk_results *results, const char *path, bool force);
/* The same for a file of another kind. */
BK_API bk_status bk_results_write_as(bk_results *results, const char *path, bool force, bk_file_kind kind);

/* Reads a file of ours. BK_FILE where it cannot be read; BK_FORMAT for a file that is not HDF5, not
 * brisk's, of another major version, incomplete, damaged (by the checksum behind its end), or that holds
 * what we never write. A file that another program changed through HDF5 has lost that checksum and is
 * read; bk_results_check_digest says what was changed. Owned by the caller (bk_results_destroy), NULL on
 * failure. */
BK_API bk_results *bk_results_read(const char *path);
/* The same for a file of another kind; one that is not of this kind is BK_FORMAT, and the message tells what
 * it is. */
BK_API bk_results *bk_results_read_as(const char *path, bk_file_kind kind);

/* SHA-256 of the content (groups, datasets and attributes, without /run) as 64 hex digits; hex [65]. The
 * same before and after a tree is written. src/results/digest.c states what it runs over, byte by byte. */
BK_API bk_status bk_results_digest(const bk_results *results, char *hex);

/* Compares results that were read with the digests stored in them: BK_MISMATCH names the first dataset
 * that was changed or damaged; BK_INVALID where there is no digest. */
BK_API bk_status bk_results_check_digest(const bk_results *results);

#ifdef __cplusplus
}
#endif
#endif
