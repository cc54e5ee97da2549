/* SPDX-License-Identifier: GPL-3.0-or-later
 * A saved stream comes back bit for bit, and nothing else is taken for one. */
#include <string.h>

#include <criterion/criterion.h>

#include "brisk/rng.h"

/* The state and increment of the seed 0 without key are NumPy's. */
static const char zero[] = "pcg64dxsm 1aa1b5345996452d09585eb7a69561e3 418ddadb3af71a82588133bc447873a9";

Test(stream_text, is_numpys_state)
{
    const bk_seed_sequence sequence = bk_seed_sequence_open(NULL, 0);
    const bk_stream stream = bk_stream_from_sequence(&sequence);
    char text[BK_STREAM_TEXT_SIZE];
    bk_stream_save(&stream, text);
    cr_assert(strcmp(text, zero) == 0, "%s", text);
    bk_stream restored;
    cr_assert(bk_stream_restore(&restored, zero) == BK_OK);
    cr_assert(memcmp(&restored, &stream, sizeof stream) == 0);
    cr_assert(bk_stream_next(&restored) == UINT64_C(0xd97e4a147f788a70));
}

Test(stream_text, positions_come_back)
{
    for (uint64_t i = 0; i < 200; i++) {
        bk_stream stream = bk_stream_open(i, 1024, i * i), restored;
        bk_stream_advance(&stream, i * UINT64_C(0x123456789abcdef));
        char text[BK_STREAM_TEXT_SIZE];
        bk_stream_save(&stream, text);
        cr_assert(bk_stream_restore(&restored, text) == BK_OK);
        cr_assert(memcmp(&restored, &stream, sizeof stream) == 0);
        /* Any other digit, blank or letter at any place is an error or another stream. */
        for (size_t place = 0; i == 7 && place < strlen(text); place++) {
            char other[BK_STREAM_TEXT_SIZE];
            memcpy(other, text, sizeof text);
            other[place] = other[place] == '0' ? '1' : '0';
            restored = stream;
            const bk_status status = bk_stream_restore(&restored, other);
            cr_assert((status == BK_OK) == (memcmp(&restored, &stream, sizeof stream) != 0), "%s", other);
        }
    }
}

static void refuse(const char *text, const char *message)
{
    bk_stream stream = bk_stream_open(1, 2, 3);
    const bk_stream before = stream;
    cr_assert(bk_stream_restore(&stream, text) == BK_INVALID, "%s", text);
    cr_assert(strstr(bk_error_message(), message) != NULL, "%s", bk_error_message());
    cr_assert(memcmp(&stream, &before, sizeof stream) == 0);
}

Test(stream_text, other_text_is_refused)
{
    char text[200];
    refuse("", "does not begin");
    refuse("pcg64 1aa1b5345996452d09585eb7a69561e3 418ddadb3af71a82588133bc447873a9", "does not begin");
    refuse("PCG64DXSM 1aa1b5345996452d09585eb7a69561e3 418ddadb3af71a82588133bc447873a9", "does not begin");
    refuse(" pcg64dxsm 1aa1b5345996452d09585eb7a69561e3 418ddadb3af71a82588133bc447873a9", "does not begin");
    refuse("pcg64dxsm ", "too short");
    refuse("pcg64dxsm 1aa1b5345996452d09585eb7a69561e3 418ddadb3af71a82588133bc447873a", "too short");
    refuse("pcg64dxsm 1aa1b5345996452d09585eb7a69561e3 418ddadb3af71a82588133bc447873a9 ", "too long");
    refuse("pcg64dxsm 1aa1b5345996452d09585eb7a69561e3 418ddadb3af71a82588133bc447873a9\n", "too long");
    refuse("pcg64dxsm 1aa1b5345996452d09585eb7a69561e34 18ddadb3af71a82588133bc447873a9", "blank");
    refuse("pcg64dxsm 1aa1b5345996452d09585eb7a69561eg 418ddadb3af71a82588133bc447873a9", "not a digit");
    refuse("pcg64dxsm 1AA1B5345996452d09585eb7a69561e3 418ddadb3af71a82588133bc447873a9", "not a digit");
    refuse("pcg64dxsm 0x1aa1b5345996452d09585eb7a69561 418ddadb3af71a82588133bc447873a9", "not a digit");
    refuse("pcg64dxsm 1aa1b5345996452d09585eb7a69561e3 418ddadb3af71a82588133bc447873a8", "even");
    memset(text, 'f', sizeof text);
    memcpy(text, zero, 50);
    text[sizeof text - 1] = '\0';
    refuse(text, "too long");
}
