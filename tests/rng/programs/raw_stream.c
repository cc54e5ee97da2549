/* SPDX-License-Identifier: GPL-3.0-or-later
 * Raw draws on standard output, without end, for batteries of tests that read a pipe:
 *
 *     raw_stream [STREAMS [SEED [PURPOSE [FIRST_INDEX]]]]
 *
 * STREAMS streams of neighbouring indices are interleaved draw by draw: word i * STREAMS + s is draw i
 * of stream s. Words are 64 bits, little-endian, so a reader of 32 bits sees the low half first. */
#define _GNU_SOURCE /* F_SETPIPE_SZ */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "brisk/rng.h"

/* Draws of each stream in one round: enough for the vector loop, and a single stream fills 512 KiB. */
#define BLOCK_MANY 64
#define BLOCK_ONE  65536
#define MOST       1000000U
#define PIPE_BYTES (1 << 20)

/* argv[position] as a whole number up to most, or the fallback where it is not given. */
static uint64_t number(int argc, char **argv, int position, uint64_t fallback, uint64_t most)
{
    if (position >= argc) {
        return fallback;
    }
    char *end;
    errno = 0;
    const unsigned long long value = strtoull(argv[position], &end, 0);
    if (errno != 0 || *end != '\0' || argv[position][0] < '0' || argv[position][0] > '9' || value > most) {
        fprintf(stderr, "raw_stream: '%s' is not a whole number from 0 to %llu\n", argv[position],
                (unsigned long long)most);
        exit(2);
    }
    return value;
}

static void write_all(const uint64_t *words, size_t count)
{
    const char *at = (const char *)words;
    for (size_t left = count * sizeof *words; left > 0;) {
        const ssize_t written = write(STDOUT_FILENO, at, left);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            fprintf(stderr, "raw_stream: cannot write: %s\n", strerror(errno));
            exit(1);
        }
        at += written;
        left -= (size_t)written;
    }
}

int main(int argc, char **argv)
{
    const size_t streams = number(argc, argv, 1, 1, MOST);
    const uint64_t seed = number(argc, argv, 2, 1, UINT64_MAX);
    const uint32_t purpose = (uint32_t)number(argc, argv, 3, BK_PURPOSE_TRIAL, UINT32_MAX);
    const uint64_t first = number(argc, argv, 4, 0, UINT64_MAX - MOST);
    if (streams == 0) {
        fprintf(stderr, "raw_stream: 0 streams; give at least one\n");
        return 2;
    }
    const size_t block = streams == 1 ? BLOCK_ONE : BLOCK_MANY;
    bk_stream *stream = malloc(streams * sizeof *stream);
    uint64_t *words = malloc(streams * block * sizeof *words);
    if (stream == NULL || words == NULL) {
        fprintf(stderr, "raw_stream: no memory for %zu streams\n", streams);
        return 1;
    }
    for (size_t s = 0; s < streams; s++) {
        stream[s] = bk_stream_open(seed, purpose, first + s);
    }
    /* Fails where standard output is no pipe; a larger one only saves switches between processes. */
    (void)fcntl(STDOUT_FILENO, F_SETPIPE_SZ, PIPE_BYTES);
    for (;;) {
        if (streams == 1) {
            bk_stream_fill(stream, words, block);
        } else {
            for (size_t s = 0; s < streams; s++) {
                uint64_t draws[BLOCK_MANY];
                bk_stream_fill(&stream[s], draws, BLOCK_MANY);
                for (size_t i = 0; i < BLOCK_MANY; i++) {
                    words[i * streams + s] = draws[i];
                }
            }
        }
        write_all(words, streams * block);
    }
}
