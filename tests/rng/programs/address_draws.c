/* SPDX-License-Identifier: GPL-3.0-or-later
 * Raw draws at many addresses for tests in other languages. Each line of standard input,
 *
 *     SEED PURPOSE INDEX SUB|- SKIP COUNT
 *
 * puts a line of COUNT draws, 16 hex digits each, on standard output: those behind the first SKIP draws of
 * the stream, which is nested where SUB is a number. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "brisk/rng.h"

enum { MOST = 4096 };

static int fail(const char *what)
{
    fprintf(stderr, "address_draws: %s\n", what);
    return 1;
}

int main(void)
{
    static uint64_t draws[MOST];
    uint64_t seed, index, skip;
    uint32_t purpose;
    size_t count;
    char sub[32];
    int read;
    while ((read = scanf("%" SCNu64 " %" SCNu32 " %" SCNu64 " %31s %" SCNu64 " %zu", &seed, &purpose, &index,
                         sub, &skip, &count)) == 6) {
        if (count == 0 || count > MOST) {
            return fail("COUNT is 1 to 4096");
        }
        bk_stream stream = bk_stream_open(seed, purpose, index);
        if (strcmp(sub, "-") != 0 &&
            bk_stream_open_nested(&stream, seed, purpose, index, strtoull(sub, NULL, 10)) != BK_OK) {
            return fail(bk_error_message());
        }
        bk_stream_advance(&stream, skip);
        bk_stream_fill(&stream, draws, count);
        for (size_t i = 0; i < count; i++) {
            printf("%016" PRIx64 "%c", draws[i], i + 1 < count ? ' ' : '\n');
        }
    }
    if (read != EOF) {
        return fail("a line is not SEED PURPOSE INDEX SUB SKIP COUNT");
    }
    return fflush(stdout) == 0 && ferror(stdout) == 0 ? 0 : fail("cannot write");
}
