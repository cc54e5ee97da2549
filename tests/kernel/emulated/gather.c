/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Gathers and scatters, one element after another. Bochs 2.7 refuses those whose indices stand in zmm16 to
 * zmm31 (it takes EVEX.V' = 0 for a fault), which are valid AVX-512F and which compilers emit as they like.
 * So that the kernels of users run here and not others compiled for the sake of the emulator, the machine
 * carries them out. Intel's manual, volume 2: section 2.7 (EVEX), VGATHERDPS/VGATHERDPD,
 * VGATHERQPS/VGATHERQPD, VSCATTERDPS and the same with VP. */
#include "machine.h"

typedef struct gather {
    bool scatters;
    unsigned data, index, mask;          /* registers */
    size_t index_size, data_size, count; /* bytes of an index and of an element; elements */
    uint64_t address;                    /* of index 0 */
    uint64_t scale;
    uint64_t length; /* of the instruction, in bytes */
} gather;

static bool is_set(unsigned byte, unsigned number) { return (byte >> number & 1) != 0; }

/* Base and displacement; a displacement of one byte counts elements. The fields: mod, SIB's base. */
static void read_address(gather *g, const machine_registers *registers, const uint8_t *code, bool high_base)
{
    const unsigned mod = code[5] >> 6, base = code[6] & 7;
    const bool has_base = mod != 0 || base != 5;
    int32_t displacement = 0;
    g->length = 7;
    g->address = has_base ? registers->general[base + (high_base ? 8 : 0)] : 0;
    if (mod == 1) {
        displacement = (int8_t)code[7] * (int32_t)g->data_size;
        g->length += 1;
    } else if (mod == 2 || !has_base) {
        memcpy(&displacement, code + 7, sizeof displacement);
        g->length += 4;
    }
    g->address += (uint64_t)(int64_t)displacement;
    g->scale = UINT64_C(1) << (code[6] >> 6);
}

/* The bits of the prefix that extend register numbers are stored inverted. */
static bool decode(gather *g, const machine_registers *registers)
{
    const uint8_t *code = (const uint8_t *)(uintptr_t)registers->at;
    const unsigned first = code[1], second = code[2], third = code[3], length = third >> 5 & 3;
    const bool is_prefix =
        code[0] == 0x62 && (first & 0xf) == 2 && (second & 7) == 5 && (second & 0x78) == 0x78;
    const bool is_masked = (third & 0x90) == 0 && (third & 7) != 0 && length < 3;
    const bool has_indices = (code[5] & 7) == 4 && code[5] >> 6 != 3;
    if (!is_prefix || !is_masked || !has_indices || ((code[4] & 0xfc) != 0x90 && (code[4] & 0xfc) != 0xa0)) {
        return false;
    }
    g->scatters = (code[4] & 0xf0) == 0xa0;
    g->mask = third & 7;
    g->data = (code[5] >> 3 & 7U) + (is_set(first, 7) ? 0 : 8) + (is_set(first, 4) ? 0 : 16);
    g->index = (code[6] >> 3 & 7U) + (is_set(first, 6) ? 0 : 8) + (is_set(third, 3) ? 0 : 16);
    g->index_size = is_set(code[4], 0) ? 8 : 4;
    g->data_size = is_set(second, 7) ? 8 : 4;
    g->count = ((size_t)16 << length) / (g->index_size > g->data_size ? g->index_size : g->data_size);
    read_address(g, registers, code, !is_set(first, 5));
    return g->scatters || g->data != g->index;
}

static int64_t index_at(const gather *g, const uint8_t *indices, size_t i)
{
    int32_t narrow;
    int64_t index;
    if (g->index_size == sizeof narrow) {
        memcpy(&narrow, indices + i * sizeof narrow, sizeof narrow);
        return narrow;
    }
    memcpy(&index, indices + i * sizeof index, sizeof index);
    return index;
}

bool machine_gather(machine_registers *registers)
{
    gather g;
    registers->general[4] = registers->stack;
    if (!decode(&g, registers)) {
        return false;
    }
    uint8_t *data = registers->vector[g.data];
    for (size_t i = 0; i < g.count; i++) {
        if ((registers->mask[g.mask] >> i & 1) == 0) {
            continue;
        }
        const uint64_t address = g.address + g.scale * (uint64_t)index_at(&g, registers->vector[g.index], i);
        if (g.scatters) {
            memcpy((void *)(uintptr_t)address, data + i * g.data_size, g.data_size);
        } else {
            memcpy(data + i * g.data_size, (const void *)(uintptr_t)address, g.data_size);
        }
    }
    const size_t end = g.count * g.data_size;
    if (!g.scatters) {
        memset(data + end, 0, sizeof registers->vector[0] - end);
    }
    registers->mask[g.mask] = 0;
    registers->at += g.length;
    return true;
}
