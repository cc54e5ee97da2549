/* SPDX-License-Identifier: GPL-3.0-or-later
 * Two trees of results beside each other: that of a file, and that of the run which should have written it.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/check.h"

/* What is being compared, for messages. */
typedef struct comparing {
    bk_comparison *made;
    const bk_check *check;
    bool complete;
} comparing;

/* ---- Values ---- */

void bk_append_value(bk_text *text, bk_dtype dtype, const void *values, size_t i)
{
    switch (dtype) {
    case BK_F32:
        bk_text_append(text, "%.9g", (double)((const float *)values)[i]);
        break;
    case BK_F64:
        bk_text_append(text, "%.17g", ((const double *)values)[i]);
        break;
    case BK_I32:
        bk_text_append(text, "%" PRId32, ((const int32_t *)values)[i]);
        break;
    case BK_I64:
        bk_text_append(text, "%" PRId64, ((const int64_t *)values)[i]);
        break;
    case BK_U8:
        bk_text_append(text, "%u", (unsigned)((const uint8_t *)values)[i]);
        break;
    case BK_U32:
        bk_text_append(text, "%" PRIu32, ((const uint32_t *)values)[i]);
        break;
    case BK_U64:
        bk_text_append(text, "%" PRIu64, ((const uint64_t *)values)[i]);
        break;
    default:
        bk_text_append(text, "'%.200s'", ((const char *const *)values)[i]);
        break;
    }
}

static bool same_bits(bk_dtype dtype, const void *a, const void *b, size_t i)
{
    if (dtype == BK_TEXT) {
        return strcmp(((const char *const *)a)[i], ((const char *const *)b)[i]) == 0;
    }
    const size_t size = bk_dtype_size(dtype);
    return memcmp((const char *)a + i * size, (const char *)b + i * size, size) == 0;
}

static bool is_near(double *distance, bk_dtype dtype, const void *a, const void *b, size_t i, double absolute)
{
    return dtype == BK_F64 &&
           bk_nearly_equal(distance, ((const double *)a)[i], ((const double *)b)[i], absolute);
}

/* " [trial 7, input 0]" of a value of a dataset. */
static void append_place(bk_text *text, const bk_dataset *dataset, size_t i)
{
    size_t index[BK_MAX_AXES];
    const size_t rank = bk_dataset_rank(dataset);
    for (size_t axis = rank; axis-- > 0;) {
        const size_t length = bk_dataset_shape(dataset)[axis];
        index[axis] = i % length;
        i /= length;
    }
    for (size_t axis = 0; axis < rank; axis++) {
        bk_text_append(text, "%s%s %zu%s", axis == 0 ? " [" : ", ", bk_dataset_axis(dataset, axis),
                       index[axis], axis + 1 == rank ? "]" : "");
    }
}

/* Of two texts the first lines that differ: a whole configuration would hide the place. */
static void append_lines(bk_text *text, const char *theirs, const char *ours)
{
    size_t line = 0, number = 1;
    for (size_t i = 0; theirs[i] != '\0' && theirs[i] == ours[i]; i++) {
        line = theirs[i] == '\n' ? i + 1 : line;
        number += theirs[i] == '\n';
    }
    const int their_length = (int)strcspn(theirs + line, "\n"), our_length = (int)strcspn(ours + line, "\n");
    bk_text_append(text, " is '%.*s' in the file, but '%.*s' when computed again",
                   their_length < 200 ? their_length : 200, theirs + line,
                   our_length < 200 ? our_length : 200, ours + line);
    if (number > 1 || strchr(ours, '\n') != NULL) {
        const bool same =
            their_length == our_length && strncmp(theirs + line, ours + line, (size_t)our_length) == 0;
        bk_text_append(text, ", in its line %zu%s", number, same ? ", where one of the two ends" : "");
    }
}

/* dataset NULL: of an attribute, or of its only value. */
static bk_status refuse_value(const char *path, const bk_dataset *dataset, bk_dtype dtype, const void *theirs,
                              const void *ours, size_t i, uint64_t differing, size_t count)
{
    bk_text text = {0};
    bk_text_append(&text, "%s", path);
    if (dataset != NULL) {
        append_place(&text, dataset, i);
    }
    if (dtype == BK_TEXT) {
        append_lines(&text, ((const char *const *)theirs)[i], ((const char *const *)ours)[i]);
    } else {
        bk_text_append(&text, " is ");
        bk_append_value(&text, dtype, theirs, i);
        bk_text_append(&text, " in the file, but ");
        bk_append_value(&text, dtype, ours, i);
        bk_text_append(&text, " when computed again");
    }
    if (differing > 1) {
        bk_text_append(&text, " (%llu of %zu values differ)", (unsigned long long)differing, count);
    }
    const bk_status status = bk_fail(BK_MISMATCH, "%s", bk_text_string(&text));
    bk_text_clear(&text);
    return status;
}

static bk_status compare_values(const comparing *state, const char *path, const bk_dataset *dataset,
                                bk_dtype dtype, const void *theirs, const void *ours, size_t count)
{
    bk_comparison *made = state->made;
    bool asked = false, tolerated = false;
    double absolute = 0.0;
    uint64_t differing = 0;
    size_t first = 0;
    for (size_t i = 0; i < count; i++) {
        if (same_bits(dtype, theirs, ours, i)) {
            continue;
        }
        double distance = 0.0;
        if (!asked) {
            asked = true;
            tolerated = bk_check_is_inexact(&absolute, state->check, path);
        }
        if (tolerated && is_near(&distance, dtype, theirs, ours, i, absolute)) {
            made->inexact++;
            made->largest = distance > made->largest ? distance : made->largest;
            continue;
        }
        first = differing++ == 0 ? i : first;
    }
    made->values += count;
    return differing == 0 ? BK_OK : refuse_value(path, dataset, dtype, theirs, ours, first, differing, count);
}

/* ---- Attributes ---- */

/* What names the program that wrote the file, and its own marks. */
static bool is_left_out(const char *path, bool of_dataset, const char *name)
{
    static const char *const of_root[] = {"format",        "format_version", "digest",   "complete",
                                          "brisk_version", "git_commit",     "git_dirty"};
    if (of_dataset) {
        return strcmp(name, "digest") == 0;
    }
    for (size_t i = 0; strcmp(path, "/") == 0 && i < sizeof of_root / sizeof of_root[0]; i++) {
        if (strcmp(name, of_root[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* One object's attributes, of a group or of a dataset. */
typedef struct holder {
    const bk_group *group;
    const bk_dataset *dataset;
} holder;

static size_t attribute_count(holder of)
{
    return of.dataset != NULL ? bk_dataset_attribute_count(of.dataset) : bk_group_attribute_count(of.group);
}

static bk_attribute attribute_at(holder of, size_t i)
{
    return of.dataset != NULL ? bk_dataset_attribute(of.dataset, i) : bk_group_attribute(of.group, i);
}

static bool find_attribute(bk_attribute *found, holder of, const char *name)
{
    for (size_t i = 0; i < attribute_count(of); i++) {
        *found = attribute_at(of, i);
        if (strcmp(found->name, name) == 0) {
            return true;
        }
    }
    return false;
}

static bk_status missing(const char *what, const char *path, const char *at, const char *name, bool in_file)
{
    return bk_fail(BK_MISMATCH, "the %s %s%s%s is %s", what,
                   strcmp(path, "/") == 0 && at[0] == '/' ? "" : path, at, name,
                   in_file ? "in the file, but the run does not make it" : "missing in the file");
}

static bk_status compare_attribute(const comparing *state, const char *path, const bk_attribute *theirs,
                                   const bk_attribute *ours)
{
    bk_text name = {0};
    bk_text_append(&name, "%s@%s", path, ours->name);
    bk_status status = bk_text_status(&name);
    if (status == BK_OK && (theirs->dtype != ours->dtype || theirs->length != ours->length)) {
        status = bk_fail(BK_MISMATCH, "%s is %s [%zu] in the file, but %s [%zu] when computed again",
                         bk_text_string(&name), bk_dtype_name(theirs->dtype), theirs->length,
                         bk_dtype_name(ours->dtype), ours->length);
    } else if (status == BK_OK) {
        const size_t count = ours->length == 0 ? 1 : ours->length;
        status = compare_values(state, bk_text_string(&name), NULL, ours->dtype, theirs->values, ours->values,
                                count);
        state->made->attributes++;
    }
    bk_text_clear(&name);
    return status;
}

static bk_status compare_attributes(const comparing *state, const char *path, holder theirs, holder ours)
{
    bk_attribute other;
    for (size_t i = 0; i < attribute_count(ours); i++) {
        const bk_attribute mine = attribute_at(ours, i);
        if (is_left_out(path, ours.dataset != NULL, mine.name)) {
            continue;
        }
        if (!find_attribute(&other, theirs, mine.name)) {
            return missing("attribute", path, "@", mine.name, false);
        }
        BK_TRY(compare_attribute(state, path, &other, &mine));
    }
    for (size_t i = 0; state->complete && i < attribute_count(theirs); i++) {
        const bk_attribute their = attribute_at(theirs, i);
        if (!is_left_out(path, theirs.dataset != NULL, their.name) &&
            !find_attribute(&other, ours, their.name)) {
            return missing("attribute", path, "@", their.name, true);
        }
    }
    return BK_OK;
}

/* ---- Datasets ---- */

static void append_shape(bk_text *text, const bk_dataset *dataset)
{
    bk_text_append(text, "%s [", bk_dtype_name(bk_dataset_dtype(dataset)));
    for (size_t axis = 0; axis < bk_dataset_rank(dataset); axis++) {
        const bk_dataset *along = bk_dataset_coordinate(dataset, axis);
        bk_text_append(text, "%s%s %zu", axis == 0 ? "" : ", ", bk_dataset_axis(dataset, axis),
                       bk_dataset_shape(dataset)[axis]);
        if (along != NULL && along != dataset) {
            bk_text_append(text, " of %s", bk_dataset_path(along));
        }
    }
    bk_text_append(text, "]");
}

/* Whether an axis stands for the same coordinate, or only counts, on both sides. */
static bool same_coordinate(const bk_dataset *a, const bk_dataset *b, size_t axis)
{
    const bk_dataset *along_a = bk_dataset_coordinate(a, axis), *along_b = bk_dataset_coordinate(b, axis);
    return along_a == NULL || along_b == NULL
               ? along_a == along_b
               : strcmp(bk_dataset_path(along_a), bk_dataset_path(along_b)) == 0;
}

static bool same_shape(const bk_dataset *a, const bk_dataset *b)
{
    bool same = bk_dataset_dtype(a) == bk_dataset_dtype(b) && bk_dataset_rank(a) == bk_dataset_rank(b);
    for (size_t axis = 0; same && axis < bk_dataset_rank(a); axis++) {
        same = bk_dataset_shape(a)[axis] == bk_dataset_shape(b)[axis] &&
               strcmp(bk_dataset_axis(a, axis), bk_dataset_axis(b, axis)) == 0 && same_coordinate(a, b, axis);
    }
    return same;
}

static bk_status refuse_shape(const bk_dataset *theirs, const bk_dataset *ours)
{
    bk_text text = {0};
    bk_text_append(&text, "%s is ", bk_dataset_path(ours));
    append_shape(&text, theirs);
    bk_text_append(&text, " in the file, but ");
    append_shape(&text, ours);
    const bk_status status = bk_fail(BK_MISMATCH, "%s when computed again", bk_text_string(&text));
    bk_text_clear(&text);
    return status;
}

/* The digests of blocks were compared with the trials; where those are inexact, they may differ. */
static bool is_block_digest(const char *path)
{
    const size_t length = strlen(path), ending = strlen("/block_digest");
    return strncmp(path, "/simulation/", strlen("/simulation/")) == 0 && length > ending &&
           strcmp(path + length - ending, "/block_digest") == 0;
}

static bk_status compare_dataset(const comparing *state, const bk_dataset *theirs, const bk_dataset *ours)
{
    const char *path = bk_dataset_path(ours);
    if (!same_shape(theirs, ours)) {
        return refuse_shape(theirs, ours);
    }
    state->made->datasets++;
    if (!is_block_digest(path)) {
        BK_TRY(compare_values(state, path, ours, bk_dataset_dtype(ours), bk_dataset_values(theirs),
                              bk_dataset_values(ours), bk_dataset_size(ours)));
    }
    return compare_attributes(state, path, (holder){.dataset = theirs}, (holder){.dataset = ours});
}

/* ---- Groups ---- */

static const bk_dataset *own_dataset(const bk_group *group, const char *name)
{
    for (size_t i = 0; i < bk_group_dataset_count(group); i++) {
        if (strcmp(bk_dataset_name(bk_group_dataset(group, i)), name) == 0) {
            return bk_group_dataset(group, i);
        }
    }
    return NULL;
}

static const bk_group *own_group(const bk_group *group, const char *name)
{
    for (size_t i = 0; i < bk_group_group_count(group); i++) {
        if (strcmp(bk_group_name(bk_group_child(group, i)), name) == 0) {
            return bk_group_child(group, i);
        }
    }
    return NULL;
}

/* Nothing of theirs that ours lacks; /run is that of another run. */
static bk_status refuse_more(const bk_group *theirs, const bk_group *ours)
{
    for (size_t i = 0; i < bk_group_dataset_count(theirs); i++) {
        const char *name = bk_dataset_name(bk_group_dataset(theirs, i));
        if (own_dataset(ours, name) == NULL) {
            return missing("dataset", bk_group_path(theirs), "/", name, true);
        }
    }
    for (size_t i = 0; i < bk_group_group_count(theirs); i++) {
        const bk_group *child = bk_group_child(theirs, i);
        if (strcmp(bk_group_path(child), "/run") != 0 && own_group(ours, bk_group_name(child)) == NULL) {
            return missing("group", bk_group_path(theirs), "/", bk_group_name(child), true);
        }
    }
    return BK_OK;
}

static bk_status compare_groups(const comparing *state, const bk_group *theirs, const bk_group *ours)
{
    const char *path = bk_group_path(ours);
    BK_TRY(compare_attributes(state, path, (holder){.group = theirs}, (holder){.group = ours}));
    for (size_t i = 0; i < bk_group_dataset_count(ours); i++) {
        const bk_dataset *mine = bk_group_dataset(ours, i);
        const bk_dataset *other = own_dataset(theirs, bk_dataset_name(mine));
        if (other == NULL) {
            return missing("dataset", path, "/", bk_dataset_name(mine), false);
        }
        BK_TRY(compare_dataset(state, other, mine));
    }
    for (size_t i = 0; i < bk_group_group_count(ours); i++) {
        const bk_group *mine = bk_group_child(ours, i);
        if (strcmp(bk_group_path(mine), "/run") == 0) {
            continue;
        }
        const bk_group *other = own_group(theirs, bk_group_name(mine));
        if (other == NULL) {
            return missing("group", path, "/", bk_group_name(mine), false);
        }
        BK_TRY(compare_groups(state, other, mine));
    }
    return state->complete ? refuse_more(theirs, ours) : BK_OK;
}

bk_status bk_compare_trees(bk_comparison *made, const bk_check *check, const bk_group *theirs,
                           const bk_group *ours, bool complete)
{
    const comparing state = {.made = made, .check = check, .complete = complete};
    *made = (bk_comparison){0};
    return compare_groups(&state, theirs, ours);
}
