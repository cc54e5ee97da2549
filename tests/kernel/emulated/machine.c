/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The smallest machine that runs a statically linked Linux program: loads the ELF file in the image, answers
 * the few system calls of a program that only computes and prints, and sends what it prints out of the first
 * serial port. The last line is "exit CODE", or says what went wrong; one before it counts the gathers and
 * scatters that the emulator refused and gather.c carried out, where there were any.
 */
#include "machine.h"

/* Linux's error numbers, negative as the system calls return them. */
enum { no_file = -2, no_memory = -12, bad_argument = -22, no_terminal = -25, no_call = -38 };
/* Model-specific registers of `syscall` and of the segment FS. */
static const uint32_t msr_star = 0xc0000081, msr_lstar = 0xc0000082, msr_mask = 0xc0000084,
                      msr_fs_base = 0xc0000100;

/* The program's memory ends where the image begins: its data where it is linked to, then the heap, the stack.
 */
static const uint64_t memory_start = 0x400000, memory_end = 0x8000000, stack_size = 0x800000;
static uint64_t heap_start, heap_end;

extern const unsigned char program_file[], exception_entries[], invalid_instruction[];
extern char program_arguments[];
void syscall_entry(void);
_Noreturn void run_program(uint64_t entry, uint64_t *stack);
_Noreturn void machine_start(void);
_Noreturn void machine_exception(uint32_t number, const uint64_t *frame);
void machine_refused(machine_registers *registers);
int64_t machine_syscall(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e);

void *memcpy(void *to, const void *from, size_t size)
{
    void *end = to;
    __asm__ volatile("rep movsb" : "+D"(end), "+S"(from), "+c"(size) : : "memory");
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    void *end = to;
    __asm__ volatile("rep stosb" : "+D"(end), "+c"(size) : "a"(byte) : "memory");
    return to;
}

/* ---- The outside ---- */

static void write_port(uint16_t port, uint8_t byte)
{
    __asm__ volatile("outb %0, %1" : : "a"(byte), "Nd"(port));
}

static uint8_t read_port(uint16_t port)
{
    uint8_t byte;
    __asm__ volatile("inb %1, %0" : "=a"(byte) : "Nd"(port));
    return byte;
}

static void write_register(uint32_t number, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "c"(number), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

enum { serial = 0x3f8 };

/* The highest speed, 8 bits a character. */
static void open_serial(void)
{
    write_port(serial + 3, 0x80);
    write_port(serial, 1);
    write_port(serial + 1, 0);
    write_port(serial + 3, 3);
}

static void print_character(char character)
{
    while ((read_port(serial + 5) & 0x20) == 0) {
    }
    write_port(serial, (uint8_t)character);
}

static void print(const char *text)
{
    for (; *text != '\0'; text++) {
        print_character(*text);
    }
}

static void print_number(uint64_t number, unsigned base)
{
    char digits[24];
    size_t at = sizeof digits - 1;
    digits[at] = '\0';
    do {
        digits[--at] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number != 0);
    print(digits + at);
}

/* Bochs ends when it reads this word at this port; the last character must have left the serial port. */
static _Noreturn void stop(void)
{
    while ((read_port(serial + 5) & 0x40) == 0) {
    }
    for (const char *word = "Shutdown"; *word != '\0'; word++) {
        write_port(0x8900, (uint8_t)*word);
    }
    for (;;) {
        __asm__ volatile("hlt");
    }
}

static _Noreturn void give_up(const char *what, uint64_t number)
{
    print("\nmachine: ");
    print(what);
    print(" 0x");
    print_number(number, 16);
    print("\n");
    stop();
}

/* ---- Exceptions ---- */

_Noreturn void machine_exception(uint32_t number, const uint64_t *frame)
{
    /* Some exceptions push an error code first. */
    const uint32_t with_code = 1U << 8 | 1U << 10 | 1U << 11 | 1U << 12 | 1U << 13 | 1U << 14 | 1U << 17;
    const uint64_t at = frame[(with_code >> (number & 31) & 1) != 0 ? 1 : 0];
    print("\nmachine: exception ");
    print_number(number, 10);
    if (at >= memory_start && at < memory_end - 8) {
        print(" code");
        for (size_t i = 0; i < 8; i++) {
            const uint8_t byte = ((const uint8_t *)(uintptr_t)at)[i];
            print(byte < 16 ? " 0" : " ");
            print_number(byte, 16);
        }
    }
    give_up("at", at);
}

static uint64_t gathers;

/* The program goes on where it stood, unless the instruction is invalid indeed. */
void machine_refused(machine_registers *registers)
{
    if (!machine_gather(registers)) {
        machine_exception(6, &registers->at);
    }
    gathers++;
}

/* A table of the processor's, as the instructions that load its address want it. */
typedef struct {
    uint16_t limit;
    uint16_t base[4];
} table_pointer;

static table_pointer pointer_to(const void *table, size_t size)
{
    table_pointer pointer = {(uint16_t)(size - 1), {0}};
    const uint64_t base = (uint64_t)(uintptr_t)table;
    memcpy(pointer.base, &base, sizeof base);
    return pointer;
}

/* Exceptions get a stack of their own: below its stack pointer a program keeps values too (the red zone). The
 * descriptors are those of start.S and one for the segment that says where this stack is. */
static void set_exception_stack(void)
{
    static unsigned char stack[16384];
    static uint32_t state[26];
    static uint64_t segments[7] = {0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00af9b000000ffff,
                                   0x00cf93000000ffff};
    const uint64_t top = (uint64_t)(uintptr_t)(stack + sizeof stack) & ~UINT64_C(63);
    const uint64_t base = (uint64_t)(uintptr_t)state;
    state[9] = (uint32_t)top;
    state[10] = (uint32_t)(top >> 32);
    state[25] = (uint32_t)sizeof state << 16;
    segments[5] =
        (sizeof state - 1) | (base & 0xffffff) << 16 | UINT64_C(0x89) << 40 | (base >> 24 & 0xff) << 56;
    segments[6] = base >> 32;
    const table_pointer pointer = pointer_to(segments, sizeof segments);
    __asm__ volatile("lgdt %0" : : "m"(pointer));
    __asm__ volatile("ltr %w0" : : "r"(5 * 8));
}

static void set_exceptions(void)
{
    static uint64_t table[64];
    for (size_t i = 0; i < 32; i++) {
        const uint64_t entry =
            (uint64_t)(uintptr_t)(i == 6 ? invalid_instruction : exception_entries + 16 * i);
        table[2 * i] =
            (entry & 0xffff) | UINT64_C(0x18) << 16 | UINT64_C(0x8e01) << 32 | (entry >> 16 & 0xffff) << 48;
        table[2 * i + 1] = entry >> 32;
    }
    const table_pointer pointer = pointer_to(table, sizeof table);
    __asm__ volatile("lidt %0" : : "m"(pointer));
}

/* ---- System calls ---- */

static int64_t write_bytes(uint64_t file, uint64_t bytes, uint64_t size)
{
    if (file != 1 && file != 2) {
        return bad_argument;
    }
    for (uint64_t i = 0; i < size; i++) {
        print_character(((const char *)(uintptr_t)bytes)[i]);
    }
    return (int64_t)size;
}

/* writev: pairs of address and size. */
static int64_t write_pieces(uint64_t file, uint64_t pieces, uint64_t count)
{
    const uint64_t *piece = (const uint64_t *)(uintptr_t)pieces;
    int64_t written = 0;
    for (uint64_t i = 0; i < count; i++) {
        const int64_t size = write_bytes(file, piece[2 * i], piece[2 * i + 1]);
        if (size < 0) {
            return size;
        }
        written += size;
    }
    return written;
}

static int64_t move_heap_end(uint64_t wanted)
{
    if (wanted >= heap_start && wanted <= memory_end - stack_size) {
        heap_end = wanted;
    }
    return (int64_t)heap_end;
}

/* Anonymous memory alone, cut from the heap and never given back. */
static int64_t map_memory(uint64_t size, uint64_t flags)
{
    const uint64_t anonymous = 0x20;
    const uint64_t start = (heap_end + 4095) & ~UINT64_C(4095);
    if ((flags & anonymous) == 0) {
        return bad_argument;
    }
    if (size > memory_end - stack_size - start) {
        return no_memory;
    }
    heap_end = start + ((size + 4095) & ~UINT64_C(4095));
    memset((void *)(uintptr_t)start, 0, heap_end - start);
    return (int64_t)start;
}

static _Noreturn void end_program(uint64_t code)
{
    if (gathers > 0) {
        print("machine: gathers ");
        print_number(gathers, 10);
        print("\n");
    }
    print("exit ");
    print_number(code, 10);
    print("\n");
    stop();
}

int64_t machine_syscall(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
    const uint64_t set_fs = 0x1002;
    (void)e;
    switch (number) {
    case 1: /* write */
        return write_bytes(a, b, c);
    case 9: /* mmap */
        return map_memory(b, d);
    case 10:  /* mprotect */
    case 11:  /* munmap */
    case 13:  /* rt_sigaction */
    case 14:  /* rt_sigprocmask */
    case 273: /* set_robust_list */
        return 0;
    case 12: /* brk */
        return move_heap_end(a);
    case 16: /* ioctl: is it a terminal? */
        return no_terminal;
    case 20: /* writev */
        return write_pieces(a, b, c);
    case 60:  /* exit */
    case 231: /* exit_group */
        end_program(a);
    case 158: /* arch_prctl */
        if (a != set_fs) {
            return bad_argument;
        }
        write_register(msr_fs_base, b);
        return 0;
    case 39:  /* getpid */
    case 186: /* gettid */
    case 218: /* set_tid_address */
        return 1;
    case 89:  /* readlink */
    case 257: /* openat */
    case 267: /* readlinkat */
        return no_file;
    case 318: /* getrandom: the same in every run */
        memset((void *)(uintptr_t)a, 0x5a, b);
        return (int64_t)b;
    case 5:   /* fstat */
    case 204: /* sched_getaffinity */
    case 262: /* newfstatat */
    case 302: /* prlimit64 */
    case 334: /* rseq */
        return no_call;
    default:
        give_up("system call", number);
    }
}

/* ---- The program ---- */

typedef struct {
    unsigned char identity[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, segments, sections;
    uint32_t flags;
    uint16_t size, segment_size, segment_count;
} elf_header;

typedef struct {
    uint32_t type, flags;
    uint64_t offset, address, physical, file_size, memory_size, alignment;
} elf_segment;

/* Returns the address of the file's first segment in memory. */
static uint64_t load_program(const elf_header *header)
{
    const uint64_t executable = 2, load = 1;
    if (*(const uint32_t *)(const void *)program_file != 0x464c457f || header->type != executable) {
        give_up("the program is no ELF file linked to a fixed address; its type is", header->type);
    }
    uint64_t first = memory_end;
    for (size_t i = 0; i < header->segment_count; i++) {
        const elf_segment *segment =
            (const elf_segment *)(const void *)(program_file + header->segments + i * header->segment_size);
        if (segment->type != load) {
            continue;
        }
        const uint64_t end = segment->address + segment->memory_size;
        if (segment->address < memory_start || end > memory_end - stack_size) {
            give_up("the program does not fit in memory at", segment->address);
        }
        memset((void *)(uintptr_t)segment->address, 0, segment->memory_size);
        memcpy((void *)(uintptr_t)segment->address, program_file + segment->offset, segment->file_size);
        first = segment->address < first ? segment->address : first;
        heap_start = end > heap_start ? end : heap_start;
    }
    heap_start = (heap_start + 4095) & ~UINT64_C(4095);
    heap_end = heap_start;
    return first;
}

/* The arguments (one a line), the empty environment and the auxiliary vector, as Linux leaves them. */
static uint64_t *make_stack(const elf_header *header, uint64_t first)
{
    static uint64_t random_bytes[2] = {0x0123456789abcdef, 0xfedcba9876543210};
    uint64_t *const stack = (uint64_t *)(uintptr_t)(memory_end - 4096);
    size_t arguments = 0;
    for (char *at = program_arguments; *at != '\0'; arguments++) {
        stack[1 + arguments] = (uint64_t)(uintptr_t)at;
        while (*at != '\n' && *at != '\0') {
            at++;
        }
        if (*at == '\n') {
            *at++ = '\0';
        }
    }
    stack[0] = arguments;
    uint64_t *at = stack + 1 + arguments;
    *at++ = 0;
    *at++ = 0;
    /* AT_PHDR, AT_PHENT, AT_PHNUM, AT_PAGESZ, AT_ENTRY, AT_RANDOM, AT_NULL */
    const uint64_t vector[] = {3,  first + header->segments,
                               4,  header->segment_size,
                               5,  header->segment_count,
                               6,  4096,
                               9,  header->entry,
                               25, (uint64_t)(uintptr_t)random_bytes,
                               0,  0};
    memcpy(at, vector, sizeof vector);
    return stack;
}

_Noreturn void machine_start(void)
{
    open_serial();
    set_exception_stack();
    set_exceptions();
    write_register(msr_star, UINT64_C(0x18) << 32);
    write_register(msr_lstar, (uint64_t)(uintptr_t)syscall_entry);
    write_register(msr_mask, 0);
    const elf_header *header = (const elf_header *)(const void *)program_file;
    const uint64_t first = load_program(header);
    run_program(header->entry, make_stack(header, first));
}
