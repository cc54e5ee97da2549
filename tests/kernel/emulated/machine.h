/* SPDX-License-Identifier: GPL-3.0-or-later
 * What machine.c, gather.c and start.S share. */
#ifndef BRISK_TESTS_MACHINE_H
#define BRISK_TESTS_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the program had in its registers when an instruction was refused, in the order in which start.S leaves
 * it; the last five as the processor does. Numbers of general registers are those of instructions: rax, rcx,
 * rdx, rbx, rsp, rbp, rsi, rdi, r8 to r15. */
typedef struct machine_registers {
    uint8_t vector[32][64];
    uint64_t mask[8];
    uint64_t general[16];
    uint64_t at, code_segment, flags, stack, stack_segment;
} machine_registers;

/* Carries out the instruction at registers->at where it is a gather or scatter of AVX-512, and steps over it;
 * false where it is something else. */
bool machine_gather(machine_registers *registers);

/* The compiler may call these. */
void *memcpy(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);

#endif
