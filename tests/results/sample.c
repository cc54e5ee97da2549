/* SPDX-License-Identifier: GPL-3.0-or-later
 * The shared parts of the results tests. */
#define _DEFAULT_SOURCE 1
#include "sample.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[256];

const char *sample_folder(void)
{
    if (folder[0] == '\0') {
        const char *parent = getenv("TMPDIR");
        snprintf(folder, sizeof folder, "%s/brisk-results-XXXXXX", parent != NULL ? parent : P_tmpdir);
        if (mkdtemp(folder) == NULL) {
            folder[0] = '\0';
        }
    }
    return folder;
}

void sample_folder_remove(void)
{
    char command[400];
    if (folder[0] != '\0') {
        snprintf(command, sizeof command, "rm -rf '%s'", folder);
        if (system(command) == 0) {
            folder[0] = '\0';
        }
    }
}

const char *sample_path(const char *name)
{
    static char paths[8][600];
    static size_t next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", sample_folder(), name);
    return path;
}

size_t sample_folder_count(void)
{
    size_t count = 0;
    DIR *directory = opendir(sample_folder());
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    closedir(directory);
    return count;
}

static void add_types(bk_group *group)
{
    static const char *const names[] = {"f32", "f64", "i32", "i64", "u8", "u32", "u64"};
    static const float f32[6] = {0.0f, -1.5f, 1e-42f, INFINITY, NAN, 3.0f};
    static const double f64[6] = {0.0, -1.5, 5e-324, -INFINITY, NAN, 1.0 / 3.0};
    static const int32_t i32[6] = {0, -1, INT32_MIN, INT32_MAX, 7, 8};
    static const int64_t i64[6] = {0, -1, INT64_MIN, INT64_MAX, 7, 8};
    static const uint8_t u8[6] = {0, 1, 2, 255, 1, 0};
    static const uint32_t u32[6] = {0, 1, UINT32_MAX, 3, 4, 5};
    static const uint64_t u64[6] = {0, 1, UINT64_MAX, 3, 4, 5};
    static const char *const text[6] = {
        "", "a", "two words", "gr\xc3\xbc\xc3\x9f", "line\nline", "\xf0\x9f\x8e\xb2"};
    const void *const values[] = {f32, f64, i32, i64, u8, u32, u64};
    const size_t shape[3] = {1, 2, 3};
    for (int i = 0; i < 7; i++) {
        const bk_field field = {names[i], (bk_dtype)i, 2, {"row", "column"}, "1", "one data type"};
        bk_group_add(group, &field, shape + 1, values[i]);
        const bk_field scalar = {
            (const char *[]){"f32_0", "f64_0", "i32_0", "i64_0", "u8_0", "u32_0", "u64_0"}[i],
            (bk_dtype)i,
            0,
            {NULL},
            "m",
            "one value"};
        bk_group_add(group, &scalar, NULL, values[i]);
    }
    const bk_field texts = {"text", BK_TEXT, 2, {"row", "column"}, "", "texts"};
    bk_group_add(group, &texts, shape + 1, text);
    const bk_field cube = {"cube", BK_F64, 3, {"plane", "row", "column"}, "1", "three axes"};
    bk_group_add(group, &cube, shape, f64);
    const bk_field none = {"none", BK_F64, 1, {"nothing"}, "1", "an empty axis"};
    bk_group_add(group, &none, &(size_t){0}, NULL);
}

static void add_network(bk_group *root)
{
    bk_group *network = bk_group_at(root, "network/tanh_5");
    bk_group_set_real(network, "test_error", 0.125);
    bk_group_set_integer(network, "hoeffding_test_size", 26492);
    const bk_field x0 = {"x0", BK_F64, 1, {"x0"}, "1", "first input"};
    const bk_field x1 = {"x1", BK_F64, 1, {"x1"}, "1", "second input"};
    const bk_field score = {"score", BK_F32, 2, {"x1", "x0"}, "1", "score on the grid"};
    bk_group *decision = bk_group_at(network, "decision");
    const double at[4] = {-1.0, -0.5, 0.5, 1.0};
    const float scores[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    bk_group_add(decision, &x0, &(size_t){4}, at);
    bk_group_add(decision, &x1, &(size_t){3}, at);
    bk_group_add(decision, &score, (const size_t[]){3, 4}, scores);
    const size_t trials = 100000;
    uint32_t *counts = bk_allocate(trials, sizeof *counts);
    for (size_t i = 0; i < trials; i++) {
        counts[i] = (uint32_t)((i * 2654435761u) >> 7) % 200;
    }
    const bk_field count = {"error_count", BK_U32, 1, {"trial"}, "1", "errors in a fresh test set"};
    bk_group_add(bk_group_at(network, "trials"), &count, &trials, counts);
    bk_free(counts);
    const uint8_t codes[3] = {0, 2, 1};
    const bk_field method = {"method", BK_TEXT, 1, {"method"}, "", "method"};
    const bk_field status = {"status", BK_U8, 1, {"method"}, "1", "status of the interval"};
    bk_group *interval = bk_group_at(network, "interval");
    bk_group_add(interval, &method, &(size_t){3},
                 (const char *const[]){"hoeffding", "chebyshev", "bernstein"});
    bk_dataset *coded = bk_group_add(interval, &status, &(size_t){3}, codes);
    bk_dataset_set_codes(coded, (const char *const[]){"ok", "degenerate", "undefined"}, 3);
}

bk_results *sample_tree(void)
{
    bk_results *results = bk_results_create();
    bk_group *root = bk_results_root(results);
    bk_group_set_text(root, "brisk_version", "0.1.0");
    bk_group_set_unsigned(root, "seed", UINT64_C(18446744073709551615));
    bk_group_set_flag(root, "git_dirty", false);
    bk_group_set_text(root, "experiment", "lab");
    bk_group_set_text(root, "empty", "");
    char config[5000];
    for (size_t i = 0; i < sizeof config; i++) {
        config[i] = i % 50 == 49 ? '\n' : 'x';
    }
    config[sizeof config - 1] = '\0';
    const bk_field text = {"text", BK_TEXT, 0, {NULL}, "", "configuration"};
    bk_group_add(bk_group_at(root, "config"), &text, NULL, (const char *const[]){config});
    const bk_field input = {"x", BK_F32, 2, {"point", "input"}, "1", "inputs"};
    const bk_field label = {"y", BK_F32, 1, {"point"}, "1", "labels"};
    const float numbers[6] = {1, -1, 1, -1, 1, -1};
    bk_group *training = bk_group_at(root, "training_set");
    bk_group_add(training, &input, (const size_t[]){3, 2}, numbers);
    bk_dataset *y = bk_group_add(training, &label, &(size_t){3}, numbers);
    bk_dataset_set_real(y, "valid_min", -1.0);
    bk_dataset_set_integer(y, "classes", 2);
    add_types(bk_group_at(root, "types"));
    add_network(root);
    bk_group *run = bk_group_at(root, "run");
    bk_group_set_text(run, "host", "somewhere");
    const bk_field wall = {"wall", BK_F64, 0, {NULL}, "s", "wall time"};
    bk_group_add(run, &wall, NULL, &(double){1.5});
    return results;
}

void *sample_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    void *bytes = bk_allocate(*size, 1);
    if (fread(bytes, 1, *size, file) != *size) {
        bk_free(bytes);
        bytes = NULL;
    }
    fclose(file);
    return bytes;
}

void sample_write(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    fwrite(bytes, 1, size, file);
    fclose(file);
}

bool sample_equal_files(const char *a, const char *b)
{
    size_t size_a = 0;
    size_t size_b = 0;
    void *bytes_a = sample_read(a, &size_a);
    void *bytes_b = sample_read(b, &size_b);
    const bool equal =
        bytes_a != NULL && bytes_b != NULL && size_a == size_b && memcmp(bytes_a, bytes_b, size_a) == 0;
    bk_free(bytes_a);
    bk_free(bytes_b);
    return equal;
}

bool sample_exists(const char *path)
{
    struct stat facts;
    return lstat(path, &facts) == 0;
}

int sample_python(const char *script, const char *first, const char *second)
{
    char command[2000];
    /* Sanitizers of this process are none of Python's business. */
    snprintf(command, sizeof command, "env -u LD_PRELOAD /usr/bin/python3 '%s/../results/%s' '%s' '%s' 1>&2",
             BRISK_TEST_DATA, script, first, second != NULL ? second : "");
    const int end = system(command);
    const int code = WIFEXITED(end) ? WEXITSTATUS(end) : 99;
    return code == 77 || code == 127 ? -1 : code;
}
