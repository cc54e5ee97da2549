/* SPDX-License-Identifier: GPL-3.0-or-later
 * Chunks that we pack ourselves are the bytes that HDF5's own pipeline makes, and packed in the quick way
 * they are read by it. */
#include "results/chunk.h"
#include "results/chunk_filters.h"
#include "results/hdf5.h"
#include "sample.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* ---- Values of different kinds ---------------------------------------------------------------------------
 */

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

enum { ZEROS, NOISE, SMALL, ROWS, SMOOTH, MIXED, N_KINDS };

static void fill(unsigned char *bytes, size_t size, int kind)
{
    uint64_t state = 7;
    for (size_t i = 0; i < size; i++) {
        const unsigned noise = (unsigned)next_random(&state) & 255;
        unsigned value = 0;
        switch (kind) {
        case NOISE:
            value = noise;
            break;
        case SMALL:
            value = i % 4 == 0 ? noise % 50 : 0;
            break;
        case ROWS:
            value = i < 1600 ? noise : bytes[i - 1600];
            break;
        case SMOOTH:
            value = (unsigned)(127 + 127 * sin(1e-4 * (double)i));
            break;
        case MIXED:
            value = i % 8 < 5 ? noise : (unsigned)(i / 1000) & 255;
            break;
        default:
            break;
        }
        bytes[i] = (unsigned char)value;
    }
}

/* ---- A dataset in an HDF5 file in memory -----------------------------------------------------------------
 */

typedef struct target {
    hid_t file, id;
} target;

static target make_target(hid_t type, size_t rank, const size_t *shape, const size_t *chunk)
{
    hsize_t lengths[4];
    hsize_t pieces[4];
    for (size_t i = 0; i < rank; i++) {
        lengths[i] = shape[i];
        pieces[i] = chunk[i];
    }
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    const hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    cr_assert(H5Pset_fapl_core(access, 1 << 20, 0) >= 0);
    cr_assert(H5Pset_chunk(list, (int)rank, pieces) >= 0 && H5Pset_shuffle(list) >= 0 &&
              H5Pset_deflate(list, BK_DEFLATE_LEVEL) >= 0 && H5Pset_fletcher32(list) >= 0);
    const hid_t space = H5Screate_simple((int)rank, lengths, NULL);
    target made = {.file = H5Fcreate(BK_IMAGE_NAME, H5F_ACC_EXCL, H5P_DEFAULT, access)};
    made.id = H5Dcreate2(made.file, "d", type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    cr_assert(made.file >= 0 && made.id >= 0);
    H5Sclose(space);
    H5Pclose(list);
    H5Pclose(access);
    return made;
}

static void close_target(target made)
{
    H5Dclose(made.id);
    H5Fclose(made.file);
}

static void expect_stored(target made, const hsize_t *start, const unsigned char *packed, size_t size)
{
    hsize_t stored = 0;
    uint32_t mask = 99;
    cr_assert(H5Dget_chunk_storage_size(made.id, start, &stored) >= 0);
    cr_assert_eq(stored, size, "HDF5 stores %zu bytes, we %zu", (size_t)stored, size);
    unsigned char *bytes = bk_allocate(size, 1);
    cr_assert(H5Dread_chunk(made.id, H5P_DEFAULT, start, &mask, bytes) >= 0);
    cr_assert_eq(mask, 0);
    cr_assert(memcmp(bytes, packed, size) == 0);
    bk_free(bytes);
}

/* ---- The same bytes --------------------------------------------------------------------------------------
 */

static const hid_t *type_of(bk_dtype dtype, bk_hdf5_types *types)
{
    cr_assert_eq(bk_hdf5_types_make(types), BK_OK);
    return &types->memory[dtype];
}

/* All chunks of a dataset as the writer cuts it. */
static void expect_same_chunks(bk_dtype dtype, size_t rank, const size_t *shape, int kind)
{
    bk_dataset dataset = {.dtype = dtype, .rank = rank, .size = 1};
    for (size_t i = 0; i < rank; i++) {
        dataset.shape[i] = shape[i];
        dataset.size *= shape[i];
    }
    const size_t element = bk_dtype_size(dtype);
    dataset.values = bk_allocate(dataset.size, element);
    fill(dataset.values, dataset.size * element, kind);
    cr_assert(bk_dataset_has_chunks(&dataset));
    bk_chunks chunks;
    bk_chunks_cut(&chunks, &dataset);
    bk_hdf5_types types;
    const hid_t type = *type_of(dtype, &types);
    const target made = make_target(type, rank, shape, chunks.shape);
    cr_assert(H5Dwrite(made.id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, dataset.values) >= 0);
    cr_assert(H5Fflush(made.file, H5F_SCOPE_GLOBAL) >= 0);
    bk_packer *packer = bk_packer_create(chunks.bytes, chunks.bytes / element);
    cr_assert_not_null(packer);
    size_t present = 0;
    for (size_t i = 0; i < chunks.count; i++) {
        bk_chunk chunk;
        hsize_t start[4];
        const unsigned char *packed;
        size_t size;
        bk_chunks_get(&chunk, &chunks, i);
        for (size_t axis = 0; axis < rank; axis++) {
            start[axis] = chunk.start[axis];
        }
        present += chunk.present;
        cr_assert_eq(bk_pack_chunk(&packed, &size, packer, chunk.values, chunk.present, chunks.bytes, element,
                                   BK_PACK_PLAIN),
                     BK_OK, "%s", bk_error_message());
        expect_stored(made, start, packed, size);
    }
    cr_assert_eq(present, dataset.size * element);
    bk_packer_destroy(packer);
    close_target(made);
    cr_assert_eq(bk_hdf5_types_close(BK_OK, &types), BK_OK);
    bk_free(dataset.values);
}

Test(chunk_filters, plain_chunks_are_hdf5_s_own)
{
    /* Whole chunks and edges, one chunk and many, an axis of one, rows longer than a chunk. */
    static const struct {
        size_t rank;
        size_t shape[4];
    } shapes[] = {{1, {65537}},     {1, {300001}},         {1, {1048577}},     {2, {300, 1000}},
                  {2, {3, 150001}}, {2, {2, 1100003}},     {3, {5, 70, 301}},  {3, {3, 2, 150000}},
                  {2, {100001, 1}}, {4, {3, 2, 200, 401}}, {3, {7, 1, 131072}}};
    static const bk_dtype dtypes[] = {BK_U8, BK_U32, BK_F64};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        for (size_t k = 0; k < 3; k++) {
            expect_same_chunks(dtypes[k], shapes[i].rank, shapes[i].shape, (int)((i + k) % N_KINDS));
        }
    }
    for (int kind = 0; kind < N_KINDS; kind++) {
        expect_same_chunks(BK_F64, 1, (const size_t[]){20001}, kind);
        expect_same_chunks(BK_I32, 1, (const size_t[]){40003}, kind);
    }
}

/* Elements of any size, in small and odd chunks with an edge. */
Test(chunk_filters, odd_sizes_are_hdf5_s_own)
{
    const struct {
        size_t element;
        hid_t type;
    } types[] = {
        {1, H5T_NATIVE_UINT8}, {2, H5T_NATIVE_UINT16}, {4, H5T_NATIVE_UINT32}, {8, H5T_NATIVE_UINT64}};
    bk_packer *packer = bk_packer_create(4096, 4096);
    unsigned char values[8 * 1024];
    for (size_t t = 0; t < 4; t++) {
        for (size_t length = 1; length < 130; length += length < 20 ? 1 : 37) {
            const size_t count = length + length / 2 + 1;
            fill(values, count * types[t].element, length % 2 == 0 ? MIXED : SMALL);
            const target made = make_target(types[t].type, 1, &count, &length);
            cr_assert(H5Dwrite(made.id, types[t].type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
            cr_assert(H5Fflush(made.file, H5F_SCOPE_GLOBAL) >= 0);
            for (hsize_t start = 0; start < count; start += length) {
                const size_t left = count - (size_t)start;
                const unsigned char *packed;
                size_t size;
                cr_assert_eq(bk_pack_chunk(&packed, &size, packer, values + start * types[t].element,
                                           (left < length ? left : length) * types[t].element,
                                           length * types[t].element, types[t].element, BK_PACK_PLAIN),
                             BK_OK);
                expect_stored(made, &start, packed, size);
            }
            close_target(made);
        }
    }
    bk_packer_destroy(packer);
}

/* ---- The quick way ---------------------------------------------------------------------------------------
 */

Test(chunk_filters, quick_chunks_are_read_by_hdf5)
{
    const size_t chunk = 40000;
    const size_t count = chunk + chunk / 3;
    double *values = bk_allocate(count, sizeof *values);
    double *back = bk_allocate(count, sizeof *back);
    bk_packer *packer = bk_packer_create(chunk * 8, chunk);
    for (int kind = 0; kind < N_KINDS; kind++) {
        const target made = make_target(H5T_NATIVE_UINT64, 1, &count, &chunk);
        fill((unsigned char *)values, count * sizeof *values, kind);
        for (hsize_t start = 0; start < count; start += chunk) {
            const size_t left = count - (size_t)start;
            const unsigned char *packed;
            size_t size;
            cr_assert_eq(bk_pack_chunk(&packed, &size, packer, values + start,
                                       (left < chunk ? left : chunk) * 8, chunk * 8, 8, BK_PACK_QUICK),
                         BK_OK, "%s", bk_error_message());
            /* Never much more than the values that are there, however long the chunk. */
            cr_assert_leq(size, (left < chunk ? left : chunk) * 8 + 1500, "kind %d: %zu bytes", kind, size);
            cr_assert(H5Dwrite_chunk(made.id, H5P_DEFAULT, 0, &start, size, packed) >= 0);
        }
        cr_assert(H5Dread(made.id, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, back) >= 0);
        cr_assert(memcmp(values, back, count * 8) == 0, "kind %d", kind);
        close_target(made);
    }
    bk_packer_destroy(packer);
    bk_free(values);
    bk_free(back);
}

/* The bytes of a chunk do not depend on what the packer packed before. */
Test(chunk_filters, a_packer_has_no_memory)
{
    const size_t bytes = 320000;
    unsigned char *values = bk_allocate(bytes, 1);
    for (int kind = 0; kind < N_KINDS; kind++) {
        unsigned char *first = NULL;
        size_t first_size = 0;
        for (int before = -1; before < N_KINDS; before++) {
            bk_packer *packer = bk_packer_create(bytes, bytes / 4);
            const unsigned char *packed;
            size_t size;
            if (before >= 0) {
                fill(values, bytes, before);
                bk_pack_chunk(&packed, &size, packer, values, bytes, bytes, before % 2 == 0 ? 4 : 8,
                              BK_PACK_QUICK);
            }
            fill(values, bytes, kind);
            cr_assert_eq(bk_pack_chunk(&packed, &size, packer, values, bytes, bytes, 8, BK_PACK_QUICK),
                         BK_OK);
            if (first == NULL) {
                first = bk_allocate(size, 1);
                first_size = size;
                memcpy(first, packed, size);
            }
            cr_assert(size == first_size && memcmp(first, packed, size) == 0, "%d after %d", kind, before);
            bk_packer_destroy(packer);
        }
        bk_free(first);
    }
    bk_free(values);
}

Test(chunk_filters, a_damaged_chunk_is_found_by_its_checksum)
{
    const size_t count = 20000;
    const hsize_t start = 0;
    double *values = bk_allocate(count, sizeof *values);
    fill((unsigned char *)values, count * 8, MIXED);
    bk_packer *packer = bk_packer_create(count * 8, count);
    const unsigned char *packed;
    size_t size;
    cr_assert_eq(bk_pack_chunk(&packed, &size, packer, values, count * 8, count * 8, 8, BK_PACK_QUICK),
                 BK_OK);
    unsigned char *damaged = bk_allocate(size, 1);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    for (size_t place = 0; place < size; place += size / 50) {
        const target made = make_target(H5T_NATIVE_DOUBLE, 1, &count, &count);
        memcpy(damaged, packed, size);
        damaged[place] ^= 1;
        cr_assert(H5Dwrite_chunk(made.id, H5P_DEFAULT, 0, &start, size, damaged) >= 0);
        cr_assert(H5Dread(made.id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0, "byte %zu",
                  place);
        close_target(made);
    }
    bk_free(damaged);
    bk_free(values);
    bk_packer_destroy(packer);
}

Test(chunk_filters, planes_are_told_apart)
{
    const size_t size = 40000;
    unsigned char *plane = bk_allocate(size, 1);
    const struct {
        int fill;
        bk_plane_kind kind;
    } cases[] = {
        {ZEROS, BK_PLANE_RUNS}, {NOISE, BK_PLANE_NOISE}, {SMALL, BK_PLANE_RUNS}, {ROWS, BK_PLANE_REPEATS}};
    for (size_t i = 0; i < 4; i++) {
        fill(plane, size, cases[i].fill);
        cr_assert_eq(bk_plane_look(plane, size), cases[i].kind, "%d", cases[i].fill);
    }
    /* However short. */
    for (size_t length = 0; length < 40; length++) {
        fill(plane, size, NOISE);
        (void)bk_plane_look(plane, length);
    }
    bk_free(plane);
}

/* Fletcher's sums by their definition, one word at a time; the words of HDF5 are big-endian. */
Test(chunk_filters, fletcher32_is_the_plain_sum)
{
    unsigned char *bytes = bk_allocate(300001, 1);
    for (size_t size = 0; size < 300001; size = size * 3 + 1) {
        for (int kind = 0; kind < 3; kind++) {
            fill(bytes, size, kind);
            memset(bytes, kind == 2 ? 255 : bytes[0], kind == 2 ? size : 0);
            uint64_t low = 0;
            uint64_t high = 0;
            for (size_t i = 0; i < size; i += 2) {
                low = (low + (uint64_t)(bytes[i] << 8 | (i + 1 < size ? bytes[i + 1] : 0))) % 65535;
                high = (high + low) % 65535;
            }
            const uint32_t sum = bk_fletcher32(bytes, size);
            cr_assert_eq(sum % 65536 % 65535, low);
            cr_assert_eq((sum >> 16) % 65535, high);
        }
    }
    bk_free(bytes);
}

/* A sum that is 0 modulo 65535 without being 0 is stored as 65535: as HDF5 does it, with that filter alone.
 */
Test(chunk_filters, fletcher32_of_ones_is_hdf5_s_own)
{
    unsigned char values[64];
    unsigned char stored[64 + 4];
    for (hsize_t size = 1; size <= sizeof values; size++) {
        const hsize_t start = 0;
        uint32_t mask = 99;
        const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
        const hid_t list = H5Pcreate(H5P_DATASET_CREATE);
        const hid_t space = H5Screate_simple(1, &size, NULL);
        cr_assert(H5Pset_fapl_core(access, 1 << 20, 0) >= 0 && H5Pset_chunk(list, 1, &size) >= 0 &&
                  H5Pset_fletcher32(list) >= 0);
        const hid_t file = H5Fcreate(BK_IMAGE_NAME, H5F_ACC_EXCL, H5P_DEFAULT, access);
        const hid_t id = H5Dcreate2(file, "d", H5T_NATIVE_UINT8, space, H5P_DEFAULT, list, H5P_DEFAULT);
        memset(values, 255, sizeof values);
        cr_assert(H5Dwrite(id, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
        cr_assert(H5Fflush(file, H5F_SCOPE_GLOBAL) >= 0);
        cr_assert(H5Dread_chunk(id, H5P_DEFAULT, &start, &mask, stored) >= 0);
        uint32_t sum = 0;
        for (size_t i = 4; i-- > 0;) {
            sum = sum << 8 | stored[size + i];
        }
        cr_assert_eq(bk_fletcher32(values, size), sum, "%zu bytes", (size_t)size);
        const hid_t ids[] = {id, file, space, list, access};
        for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
            H5Idec_ref(ids[i]);
        }
    }
}
