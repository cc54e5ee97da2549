/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HDF5's own pipeline compresses one chunk after the other on one thread, every byte in the same way. Here a
 * chunk is a plain function of its values, so that chunks are packed on all threads at once, and each plane
 * of shuffled bytes is treated as it deserves. Any inflate reads the result.
 */
#include "results/chunk_filters.h"
#include "results/chunk.h"

#include <string.h>
#define ZLIB_CONST /* zlib does not change its input */
#include <zlib.h>

struct bk_packer {
    z_stream stream;
    bool ready;
    unsigned char *plane; /* [plane_bytes] */
    unsigned char
        *packed; /* [packed_bytes], of which only what is used costs memory; NULL when it was taken */
    size_t packed_bytes;
};

/* ---- Memory ----------------------------------------------------------------------------------------------
 */

static voidpf take(voidpf nothing, uInt items, uInt size)
{
    (void)nothing;
    return bk_allocate(items, size);
}

static void give_back(voidpf nothing, voidpf memory)
{
    (void)nothing;
    bk_free(memory);
}

bk_packer *bk_packer_create(size_t chunk_bytes, size_t plane_bytes)
{
    bk_packer *packer = bk_allocate(1, sizeof *packer);
    if (packer == NULL) {
        return NULL;
    }
    packer->stream.zalloc = take;
    packer->stream.zfree = give_back;
    const int started = deflateInit(&packer->stream, BK_DEFLATE_LEVEL);
    packer->ready = started == Z_OK;
    if (!packer->ready) {
        if (started != Z_MEM_ERROR) {
            bk_fail(BK_FAILED, "zlib cannot start: error %d", started);
        }
        bk_packer_destroy(packer);
        return NULL;
    }
    /* Room for what cannot be compressed, each plane with its own blocks, and for the checksum. */
    packer->packed_bytes = deflateBound(&packer->stream, chunk_bytes) + chunk_bytes / 256 + 1024;
    packer->plane = bk_allocate(plane_bytes, 1);
    if (packer->plane == NULL) {
        bk_packer_destroy(packer);
        return NULL;
    }
    return packer;
}

void bk_packer_destroy(bk_packer *packer)
{
    if (packer != NULL) {
        if (packer->ready) {
            (void)deflateEnd(&packer->stream);
        }
        bk_free(packer->plane);
        if (packer->packed != NULL) {
            bk_pages_free(packer->packed, packer->packed_bytes, 1);
        }
        bk_free(packer);
    }
}

unsigned char *bk_packer_take(bk_packer *packer, size_t size)
{
    unsigned char *bytes = bk_pages_resize(packer->packed, packer->packed_bytes, size, 1);
    if (bytes != NULL) {
        packer->packed = NULL;
    }
    return bytes;
}

/* ---- Shuffle and checksum --------------------------------------------------------------------------------
 */

void bk_shuffle_plane(unsigned char *plane, const void *values, size_t count, size_t element, size_t number)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    const unsigned char *from = (const unsigned char *)values + number;
#else
    const unsigned char *from = (const unsigned char *)values + (element - 1 - number);
#endif
    for (size_t i = 0; i < count; i++) {
        plane[i] = from[i * element];
    }
}

/* A sum that was folded as HDF5 does it: 0 of zeros alone, else in [1, 65535]. */
static uint32_t fold(uint64_t sum) { return sum == 0 ? 0 : (uint32_t)((sum - 1) % 65535 + 1); }

uint32_t bk_fletcher32(const unsigned char *bytes, size_t size)
{
    /* Words are big-endian, a last single byte is the high one. Sums of 65536 words stay below 2^49. */
    uint64_t low = 0;
    uint64_t high = 0;
    while (size > 0) {
        const size_t now = size < 131072 ? size : 131072;
        for (size_t i = 0; i + 1 < now; i += 2) {
            low += (uint64_t)bytes[i] << 8 | bytes[i + 1];
            high += low;
        }
        if (now % 2 != 0) {
            low += (uint64_t)bytes[now - 1] << 8;
            high += low;
        }
        low = fold(low);
        high = fold(high);
        bytes += now;
        size -= now;
    }
    return (uint32_t)high << 16 | (uint32_t)low;
}

/* ---- Deflate ---------------------------------------------------------------------------------------------
 */

typedef struct deflate_way {
    int level;
    int strategy;
} deflate_way;

static deflate_way way_of_plane(const unsigned char *plane, size_t size, bk_pack_way way)
{
    static const deflate_way plain = {BK_DEFLATE_LEVEL, Z_DEFAULT_STRATEGY};
    static const deflate_way of_kind[] = {[BK_PLANE_NOISE] = {Z_NO_COMPRESSION, Z_DEFAULT_STRATEGY},
                                          [BK_PLANE_RUNS] = {Z_BEST_SPEED, Z_RLE},
                                          [BK_PLANE_REPEATS] = {Z_BEST_SPEED, Z_DEFAULT_STRATEGY}};
    return way == BK_PACK_PLAIN ? plain : of_kind[bk_plane_look(plane, size)];
}

/* More bytes of the stream, in their own way. */
static bk_status deflate_piece(z_stream *stream, const unsigned char *bytes, size_t size, deflate_way way,
                               bool last)
{
    stream->next_in = bytes;
    stream->avail_in = 0;
    int result = deflateParams(stream, way.level, way.strategy);
    if (result == Z_OK) {
        stream->avail_in = (uInt)size;
        result = deflate(stream, last ? Z_FINISH : Z_NO_FLUSH);
    }
    if (result != (last ? Z_STREAM_END : Z_OK) || stream->avail_in != 0) {
        return bk_fail(BK_FAILED, "zlib cannot compress a chunk: error %d", result);
    }
    return BK_OK;
}

/* A plane of size bytes, of which the first `present` are values and the others 0. */
static bk_status deflate_plane(z_stream *stream, const unsigned char *plane, size_t size, size_t present,
                               bk_pack_way way, bool last)
{
    const deflate_way own = way_of_plane(plane, present, way);
    if (own.level != Z_NO_COMPRESSION || present == size) {
        return deflate_piece(stream, plane, size, own, last);
    }
    /* Noise is stored as it is, but not the zeros behind it. */
    static const deflate_way runs = {Z_BEST_SPEED, Z_RLE};
    BK_TRY(deflate_piece(stream, plane, present, own, false));
    return deflate_piece(stream, plane + present, size - present, runs, last);
}

bk_status bk_pack_chunk(const unsigned char **packed, size_t *size, bk_packer *packer, const void *values,
                        size_t present, size_t bytes, size_t element, bk_pack_way way)
{
    z_stream *stream = &packer->stream;
    const size_t plane_bytes = bytes / element;
    const size_t count = present / element;
    if (packer->packed == NULL) {
        packer->packed = bk_pages_resize(NULL, 0, packer->packed_bytes, 1);
        if (packer->packed == NULL) {
            return bk_error_status();
        }
    }
    if (deflateReset(stream) != Z_OK) {
        return bk_fail(BK_FAILED, "zlib cannot start a chunk");
    }
    stream->next_out = packer->packed;
    stream->avail_out = (uInt)(packer->packed_bytes - sizeof(uint32_t));
    for (size_t number = 0; number < element; number++) {
        bk_shuffle_plane(packer->plane, values, count, element, number);
        memset(packer->plane + count, 0, plane_bytes - count);
        BK_TRY(deflate_plane(stream, packer->plane, plane_bytes, count, way, number + 1 == element));
    }
    const size_t length = stream->total_out;
    const uint32_t sum = bk_fletcher32(packer->packed, length);
    for (size_t i = 0; i < sizeof sum; i++) {
        packer->packed[length + i] = (unsigned char)(sum >> (8 * i));
    }
    *packed = packer->packed;
    *size = length + sizeof sum;
    return BK_OK;
}
