/* SPDX-License-Identifier: GPL-3.0-or-later
 * The emulated machine up to C. The image stands where a PC has its BIOS, at the end of the first 4 GiB. The
 * processor starts in 16-bit mode 16 bytes before that end; from there to 64-bit mode with AVX-512 on,
 * everything at its physical address, in ring 0, interrupts off; then machine.c.
 */

/* Selectors of the descriptors below. `syscall` wants data right behind 64-bit code. */
    .set code32, 0x08
    .set data, 0x10
    .set code64, 0x18
    .set segment_offset, 0xf000 /* of .boot in the last 64 KiB (machine.ld) */

    .section .reset, "ax"
    .code16
    .globl reset
reset:
    jmp boot

    .section .boot, "ax"
boot:
    cli
    lgdtl %cs:(table_pointer - boot + segment_offset)
    movl %cr0, %eax
    orl $1, %eax
    movl %eax, %cr0
    ljmpl $code32, $(0xfffff000 + protected_mode - boot)

    .code32
protected_mode:
    movw $data, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    /* The image into memory, to where it is linked. */
    cld
    movl $image_rom, %esi
    movl $image_start, %edi
    movl $image_words, %ecx
    rep movsl
    /* Page tables: the first 4 GiB in pages of 1 GiB, each at its own address. */
    movl $page_tables, %edi
    xorl %eax, %eax
    movl $2048, %ecx
    rep stosl
    movl $(page_tables + 0x1000 + 3), page_tables
    movl $0x00000083, page_tables + 0x1000
    movl $0x40000083, page_tables + 0x1008
    movl $0x80000083, page_tables + 0x1010
    movl $0xc0000083, page_tables + 0x1018
    movl $page_tables, %eax
    movl %eax, %cr3
    /* PAE, SSE and its exceptions, XSAVE. */
    movl $((1 << 5) | (1 << 9) | (1 << 10) | (1 << 18)), %eax
    movl %eax, %cr4
    /* EFER: `syscall`, 64-bit mode. */
    movl $0xc0000080, %ecx
    rdmsr
    orl $((1 << 0) | (1 << 8)), %eax
    wrmsr
    /* Protected mode, coprocessor there, its exceptions native, paging. */
    movl $((1 << 31) | (1 << 5) | (1 << 4) | (1 << 1) | 1), %eax
    movl %eax, %cr0
    ljmpl $code64, $long_mode

    .balign 8
table:
    .quad 0
    .quad 0x00cf9b000000ffff
    .quad 0x00cf93000000ffff
    .quad 0x00af9b000000ffff
    .quad 0x00cf93000000ffff
table_pointer:
    .word table_pointer - table - 1
    .long 0xfffff000 + table - boot

    .text
    .code64
long_mode:
    /* The states that this processor has of x87, SSE, AVX and the three of AVX-512. */
    movl $0xd, %eax
    xorl %ecx, %ecx
    cpuid
    andl $0xe7, %eax
    xorl %edx, %edx
    xorl %ecx, %ecx
    xsetbv
    fninit
    movabsq $stack_top, %rsp
    xorl %ebp, %ebp
    call machine_start
1:  hlt
    jmp 1b

/* The system calls of the program, by Linux's rules: all registers but rax, rcx and r11 are kept. */
    .globl syscall_entry
syscall_entry:
    movq %rsp, program_stack(%rip)
    leaq stack_top(%rip), %rsp
    pushq %rcx
    pushq %rdi
    pushq %rsi
    pushq %rdx
    pushq %r8
    pushq %r9
    pushq %r10
    subq $8, %rsp
    movq %r8, %r9
    movq %r10, %r8
    movq %rdx, %rcx
    movq %rsi, %rdx
    movq %rdi, %rsi
    movq %rax, %rdi
    call machine_syscall
    addq $8, %rsp
    popq %r10
    popq %r9
    popq %r8
    popq %rdx
    popq %rsi
    popq %rdi
    popq %rcx
    movq program_stack(%rip), %rsp
    jmpq *%rcx

/* run_program(entry, stack) */
    .globl run_program
run_program:
    movq %rsi, %rsp
    xorl %edx, %edx
    jmpq *%rdi

/* Thirty-two entries of 16 bytes for the processor's exceptions: the number, then the common end. */
    .globl exception_entries
    .balign 16
exception_entries:
    .set number, 0
    .rept 32
    .balign 16
    movl $number, %edi
    jmp exception
    .set number, number + 1
    .endr
exception:
    movq %rsp, %rsi
    andq $-16, %rsp
    call machine_exception

/* The exception for an instruction that the emulator refuses: all registers as in machine.h, which
 * machine_refused may change, and on. */
    .globl invalid_instruction
    .set mask_offset, 32 * 64
    .set general_offset, mask_offset + 8 * 8
invalid_instruction:
    .irp name, r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rsp, rbx, rdx, rcx, rax
    pushq %\name
    .endr
    subq $general_offset, %rsp
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7
    kmovq %k\number, (mask_offset + 8 * \number)(%rsp)
    .endr
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    vmovups %zmm\number, (64 * \number)(%rsp)
    .endr
    movq %rsp, %rdi
    subq $8, %rsp
    cld
    call machine_refused
    addq $8, %rsp
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7
    kmovq (mask_offset + 8 * \number)(%rsp), %k\number
    .endr
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    vmovups (64 * \number)(%rsp), %zmm\number
    .endr
    addq $general_offset, %rsp
    /* Not rsp, which iretq brings back. */
    .irp name, rax, rcx, rdx, rbx, r15, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
    popq %\name
    .endr
    iretq

    .section .rodata
    .globl program_file, program_arguments
    .balign 16
program_file:
    .incbin PROGRAM
program_arguments:
    .incbin ARGUMENTS
    .byte 0

    .bss
    .balign 4096
page_tables:
    .skip 8192
stack:
    .skip 65536
stack_top:
program_stack:
    .skip 8

    .section .note.GNU-stack, "", @progbits
