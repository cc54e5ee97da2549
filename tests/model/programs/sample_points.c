/* SPDX-License-Identifier: GPL-3.0-or-later
 * Points of the ground truth for tests in other languages. Each line of standard input,
 *
 *     SEED PURPOSE INDEX balanced|iid f32|f64 COUNT
 *
 * puts COUNT rows "x0 x1 y" of doubles, little-endian as the machine has them, on standard output. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "brisk/model.h"

enum { MOST = 1000000 };

static int fail(const char *what)
{
    fprintf(stderr, "sample_points: %s\n", what);
    return 1;
}

static bk_status put_points(uint64_t seed, uint32_t purpose, uint64_t index, bk_sampling sampling,
                            bk_dtype dtype, size_t count)
{
    void *x = bk_allocate(2 * count, sizeof(double));
    int8_t *y = bk_allocate(count, 1);
    void *scratch = bk_allocate(bk_mixture_scratch_bytes(&bk_mixture_lab, count, dtype), 1);
    bk_status status = x == NULL || y == NULL || scratch == NULL ? bk_error_status() : BK_OK;
    if (status == BK_OK) {
        bk_stream stream = bk_stream_open(seed, purpose, index);
        status = bk_mixture_sample(x, y, &bk_mixture_lab, sampling, dtype, count, &stream, scratch);
    }
    for (size_t i = 0; status == BK_OK && i < count; i++) {
        double row[3] = {0.0, 0.0, (double)y[i]};
        for (size_t j = 0; j < 2; j++) {
            row[j] = dtype == BK_F32 ? (double)((float *)x)[j * count + i] : ((double *)x)[j * count + i];
        }
        (void)fwrite(row, sizeof *row, 3, stdout);
    }
    bk_free(x);
    bk_free(y);
    bk_free(scratch);
    return status;
}

int main(void)
{
    uint64_t seed, index;
    uint32_t purpose;
    size_t count;
    char sampling[16], dtype[16];
    int read;
    while ((read = scanf("%" SCNu64 " %" SCNu32 " %" SCNu64 " %15s %15s %zu", &seed, &purpose, &index,
                         sampling, dtype, &count)) == 6) {
        if (count > MOST) {
            return fail("more than 1000000 points");
        }
        const bk_status status = put_points(
            seed, purpose, index, strcmp(sampling, "iid") == 0 ? BK_SAMPLING_IID : BK_SAMPLING_BALANCED,
            strcmp(dtype, "f64") == 0 ? BK_F64 : BK_F32, count);
        if (status != BK_OK) {
            return fail(bk_error_message());
        }
    }
    if (read != EOF) {
        return fail("a line is not SEED PURPOSE INDEX SAMPLING DTYPE COUNT");
    }
    return fflush(stdout) == 0 && ferror(stdout) == 0 ? 0 : fail("cannot write");
}
