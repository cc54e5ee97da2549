/* SPDX-License-Identifier: GPL-3.0-or-later
 * The values of a results file as brisk itself reads them; the form is told in list_h5py.py.
 *     list_values FILE.h5      the digests of the content must fit too */
#include "brisk/results.h"

#include <inttypes.h>
#include <stdio.h>

static void print_text(const char *text)
{
    for (const unsigned char *byte = (const unsigned char *)text; *byte != '\0'; byte++) {
        printf("%02x", *byte);
    }
}

static void print_value(bk_dtype dtype, const void *values, size_t i)
{
    putchar('\t');
    switch (dtype) {
    case BK_F32:
        printf("%.9g", (double)((const float *)values)[i]);
        break;
    case BK_F64:
        printf("%.17g", ((const double *)values)[i]);
        break;
    case BK_I32:
        printf("%" PRId32, ((const int32_t *)values)[i]);
        break;
    case BK_I64:
        printf("%" PRId64, ((const int64_t *)values)[i]);
        break;
    case BK_U8:
        printf("%u", ((const uint8_t *)values)[i]);
        break;
    case BK_U32:
        printf("%" PRIu32, ((const uint32_t *)values)[i]);
        break;
    case BK_U64:
        printf("%" PRIu64, ((const uint64_t *)values)[i]);
        break;
    default:
        print_text(((const char *const *)values)[i]);
        break;
    }
}

static void print_attribute(const char *path, bk_attribute attribute)
{
    printf("attribute\t%s\t%s\t", path, attribute.name);
    if (attribute.length == 0) {
        putchar('-');
    } else {
        printf("%zu", attribute.length);
    }
    for (size_t i = 0; i < (attribute.length == 0 ? 1 : attribute.length); i++) {
        print_value(attribute.dtype, attribute.values, i);
    }
    putchar('\n');
}

static void print_dataset(const bk_dataset *dataset)
{
    const size_t *shape = bk_dataset_shape(dataset);
    printf("dataset\t%s\t%s", bk_dataset_path(dataset), bk_dataset_rank(dataset) == 0 ? "-" : "");
    for (size_t axis = 0; axis < bk_dataset_rank(dataset); axis++) {
        printf("%s%zu", axis == 0 ? "" : "x", shape[axis]);
    }
    for (size_t i = 0; i < bk_dataset_size(dataset); i++) {
        print_value(bk_dataset_dtype(dataset), bk_dataset_values(dataset), i);
    }
    putchar('\n');
    for (size_t i = 0; i < bk_dataset_attribute_count(dataset); i++) {
        print_attribute(bk_dataset_path(dataset), bk_dataset_attribute(dataset, i));
    }
}

static void print_group(const bk_group *group)
{
    for (size_t i = 0; i < bk_group_attribute_count(group); i++) {
        print_attribute(bk_group_path(group), bk_group_attribute(group, i));
    }
    for (size_t i = 0; i < bk_group_dataset_count(group); i++) {
        print_dataset(bk_group_dataset(group, i));
    }
    for (size_t i = 0; i < bk_group_group_count(group); i++) {
        print_group(bk_group_child(group, i));
    }
}

int main(int argc, char **argv)
{
    bk_results *results = argc == 2 ? bk_results_read(argv[1]) : NULL;
    if (results == NULL || bk_results_check_digest(results) != BK_OK) {
        fprintf(stderr, "%s\n", argc == 2 ? bk_error_message() : "usage: list_values FILE.h5");
        bk_results_destroy(results);
        return 1;
    }
    print_group(bk_results_root(results));
    bk_results_destroy(results);
    return ferror(stdout) != 0 || fflush(stdout) != 0;
}
