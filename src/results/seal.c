/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The seal: 40 bytes behind the end of the HDF5 file, where HDF5 does not look: "brisksum", then the
 * SHA-256 of all bytes before it.
 *
 * HDF5 1.10.8 crashes on some damaged files (a flipped bit in its heap of texts is enough), so damage is
 * found before HDF5 sees a byte. A program that changes the file through HDF5 drops the seal; such a file
 * is read without it, and bk_results_check_digest says whether its content is still as brisk wrote it.
 * Checkpoints and shards must have it: nobody but brisk has anything to change there.
 */
#include "results/seal.h"

#include <nettle/sha2.h>
#include <string.h>

static const char mark[8] = {'b', 'r', 'i', 's', 'k', 's', 'u', 'm'};

static void sum(unsigned char *digest, const void *bytes, size_t size)
{
    struct sha256_ctx sha;
    sha256_init(&sha);
    sha256_update(&sha, size, bytes);
    sha256_digest(&sha, SHA256_DIGEST_SIZE, digest);
}

void bk_seal_set(void *image, size_t size)
{
    unsigned char *seal = (unsigned char *)image + size;
    memcpy(seal, mark, sizeof mark);
    sum(seal + sizeof mark, image, size);
}

static bk_status without_seal(bool required)
{
    return required ? bk_fail(BK_FORMAT, "it is cut or was changed: the checksum at its end is missing")
                    : BK_OK;
}

bk_status bk_seal_check(const void *image, size_t size, bool required)
{
    unsigned char digest[SHA256_DIGEST_SIZE];
    if (size < BK_SEAL_BYTES) {
        return without_seal(required);
    }
    const unsigned char *seal = (const unsigned char *)image + size - BK_SEAL_BYTES;
    if (memcmp(seal, mark, sizeof mark) != 0) {
        return without_seal(required);
    }
    sum(digest, image, size - BK_SEAL_BYTES);
    if (memcmp(seal + sizeof mark, digest, sizeof digest) != 0) {
        return bk_fail(BK_FORMAT, "it is damaged: its bytes do not match the checksum at its end");
    }
    return BK_OK;
}
