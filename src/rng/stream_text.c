/* SPDX-License-Identifier: GPL-3.0-or-later
 * A stream's position as one line of text, and back. */
#include <string.h>

#include "brisk/rng.h"

static const char prefix[] = "pcg64dxsm ";
#define PREFIX_LENGTH (sizeof prefix - 1)
#define DIGITS        16
/* Where the words stand: state high and low, a blank, increment high and low. */
static const size_t place[4] = {PREFIX_LENGTH, PREFIX_LENGTH + DIGITS, PREFIX_LENGTH + 2 * DIGITS + 1,
                                PREFIX_LENGTH + 3 * DIGITS + 1};
#define LENGTH (PREFIX_LENGTH + 4 * DIGITS + 1)

_Static_assert(LENGTH + 1 == BK_STREAM_TEXT_SIZE, "the size in brisk/rng.h is that of the text");

static const char hexadecimal[] = "0123456789abcdef";

void bk_stream_save(const bk_stream *stream, char text[BK_STREAM_TEXT_SIZE])
{
    const uint64_t words[4] = {stream->state_high, stream->state_low, stream->increment_high,
                               stream->increment_low};
    memset(text, ' ', LENGTH);
    memcpy(text, prefix, PREFIX_LENGTH);
    for (size_t w = 0; w < 4; w++) {
        for (size_t d = 0; d < DIGITS; d++) {
            text[place[w] + d] = hexadecimal[words[w] >> (60 - 4 * d) & 15U];
        }
    }
    text[LENGTH] = '\0';
}

static bk_status wrong_form(const char *text, const char *what)
{
    return bk_fail(BK_INVALID,
                   "saved stream '%.100s': %s; it must be 'pcg64dxsm', the state and the increment, each "
                   "as 32 digits of 0-9 and a-f, one blank between them and nothing behind",
                   text, what);
}

bk_status bk_stream_restore(bk_stream *stream, const char *text)
{
    uint64_t words[4] = {0};
    if (strncmp(text, prefix, PREFIX_LENGTH) != 0) {
        return wrong_form(text, "it does not begin with 'pcg64dxsm '");
    }
    if (strlen(text) != LENGTH) {
        return wrong_form(text, strlen(text) < LENGTH ? "it is too short" : "it is too long");
    }
    if (text[place[2] - 1] != ' ') {
        return wrong_form(text, "the blank between state and increment is not at its place");
    }
    for (size_t w = 0; w < 4; w++) {
        for (size_t d = 0; d < DIGITS; d++) {
            const char *digit = strchr(hexadecimal, text[place[w] + d]);
            if (digit == NULL) {
                return wrong_form(text, "a character is not a digit of 0-9 and a-f");
            }
            words[w] = words[w] << 4 | (uint64_t)(digit - hexadecimal);
        }
    }
    if ((words[3] & 1U) == 0) {
        return wrong_form(text, "the increment is even, so it is not a stream of PCG64");
    }
    *stream = (bk_stream){words[0], words[1], words[2], words[3]};
    return BK_OK;
}
