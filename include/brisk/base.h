/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * brisk/base.h: what every room stands on: status and error message, checked memory, the machine,
 * the one parallel loop, text and option tables.
 *
 * Conventions of all headers
 *   - A function that can fail returns bk_status, or a pointer that is NULL on failure. The message
 *     of the last failure in this thread is bk_error_message().
 *   - Outputs come first, then inputs, lengths, options. An output is untouched when the call fails,
 *     unless its comment says otherwise.
 *   - "owned by the caller" means: free it with the _destroy function named beside it (bk_free where
 *     none is named). Strings that are handed in are copied unless the comment says "kept".
 *   - Shapes are written as [point, input], slowest axis first.
 */
#ifndef BRISK_BASE_H
#define BRISK_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define BK_API                               __attribute__((visibility("default")))
#define BK_PRINTF(format_index, first_index) __attribute__((format(printf, format_index, first_index)))
#define BK_MUST_CHECK                        __attribute__((warn_unused_result))
#else
#define BK_API
#define BK_PRINTF(format_index, first_index)
#define BK_MUST_CHECK
#endif

#define BK_VERSION "0.1.0"

/* ---- Status and error message (base/status.c) ------------------------------------------------ */

typedef enum bk_status {
#define BK_STATUS(name, exit_code, text) BK_##name,
#include "brisk/status.def"
#undef BK_STATUS
    BK_STATUS_COUNT
} bk_status;

/* "INVALID", "FILE", ...; a string that lives for ever. */
BK_API const char *bk_status_name(bk_status status);
/* What the status means, in a few words; lives for ever. */
BK_API const char *bk_status_text(bk_status status);
/* The exit code of the command that ends with this status (0 to 5). */
BK_API int bk_status_exit_code(bk_status status);

/* Records a failure in this thread and returns status, so that `return bk_fail(BK_INVALID, ...)`
 * ends a function. The message says what is wrong, where, and what to do; it is cut at 2000 bytes.
 * Costs no allocation. */
BK_API bk_status bk_fail(bk_status status, const char *format, ...) BK_PRINTF(2, 3);
/* Puts "WHERE: " before the recorded message and returns the recorded status. */
BK_API bk_status bk_fail_within(const char *format, ...) BK_PRINTF(1, 2);
/* The message of the last failure in this thread, "" if there was none. Valid until the next failure. */
BK_API const char *bk_error_message(void);
/* The status of the last failure in this thread, BK_OK if there was none. */
BK_API bk_status bk_error_status(void);
/* Forgets the last failure. */
BK_API void bk_error_clear(void);

/* Passes a failure on. */
#define BK_TRY(call)                             \
    do {                                         \
        const bk_status bk_try_status_ = (call); \
        if (bk_try_status_ != BK_OK) {           \
            return bk_try_status_;               \
        }                                        \
    } while (0)

/* ---- Memory (base/memory.c, base/arena.c) ------------------------------------------------------ */

/* product = a * b; false (and product untouched) where it does not fit in a size_t. */
BK_API bool bk_multiply_sizes(size_t *product, size_t a, size_t b);
/* sum = a + b; false (and sum untouched) where it does not fit. */
BK_API bool bk_add_sizes(size_t *sum, size_t a, size_t b);

/* Zeroed memory for count elements of size bytes, aligned to 64 bytes; owned by the caller (bk_free).
 * NULL with BK_OVERFLOW or BK_MEMORY and a message that names the bytes asked for. A zero count gives
 * a pointer that may be freed and not read. */
BK_API void *bk_allocate(size_t count, size_t size);
/* Grows (or shrinks) memory of bk_allocate to count elements, keeping the first min(old, count); the
 * new ones are zero. NULL on failure, memory then is as before. */
BK_API void *bk_reallocate(void *memory, size_t old_count, size_t count, size_t size);
/* A copy of text; owned by the caller (bk_free). */
BK_API char *bk_copy_text(const char *text);
/* Frees memory of bk_allocate; NULL is fine. */
BK_API void bk_free(void *memory);
/* For a command at its start, never for a library: freed memory stays with the process, and the heap uses
 * huge pages, so that runs of short-lived arrays do not fetch the same pages from the system again and again
 * (a page costs up to some microseconds, most in virtual machines). What is larger than 32 MiB still goes
 * back at once. Does nothing where the C library is not glibc. */
BK_API void bk_keep_freed_memory(void);

/* Memory for one long array of unknown length (base/pages.c): whole pages from the system that grow
 * without a second copy, and that cost nothing before they are written. From NULL and old_count 0, or from
 * what this function returned for old_count, to count >= 1 elements of size bytes; the new ones are zero
 * unless it was shrunk before. Freed with bk_pages_free (the same count and size), never with bk_free. NULL
 * on failure, memory then is as before. */
BK_API void *bk_pages_resize(void *memory, size_t old_count, size_t count, size_t size);
BK_API void bk_pages_free(void *memory, size_t count, size_t size);

/* An arena: many small pieces, freed together. Not for use by two threads at once. */
typedef struct bk_arena bk_arena;
BK_API bk_arena *bk_arena_create(void);
BK_API void bk_arena_destroy(bk_arena *arena);
/* Zeroed, 64-byte aligned, lives until reset or destroy. NULL on failure. */
BK_API void *bk_arena_allocate(bk_arena *arena, size_t count, size_t size);
BK_API char *bk_arena_copy_text(bk_arena *arena, const char *text);
/* Takes all pieces back and keeps the memory for the next round. */
BK_API void bk_arena_reset(bk_arena *arena);
/* Bytes the arena holds from the system. */
BK_API size_t bk_arena_bytes(const bk_arena *arena);

/* ---- The machine (base/cpu.c, base/build_facts.c) ---------------------------------------------- */

typedef enum bk_isa { BK_ISA_SCALAR, BK_ISA_AVX2, BK_ISA_AVX512, BK_ISA_NEON, BK_ISA_COUNT } bk_isa;

/* "scalar", "avx2", "avx512", "neon". */
BK_API const char *bk_isa_name(bk_isa isa);
/* Whether this CPU and its operating system can run code of that instruction set. */
BK_API bool bk_cpu_supports(bk_isa isa);

/* CPUs this process may use: the smallest of the affinity mask, the cgroup's quota (v1 and v2,
 * rounded up) and OMP_NUM_THREADS where that is a positive number; at least 1. */
BK_API int bk_usable_cpus(void);

/* Facts of the build, for provenance. Strings live for ever. */
typedef struct bk_build_facts {
    const char *version;    /* "0.1.0" */
    const char *git_commit; /* 40 hex digits, "" outside a checkout */
    bool git_dirty;         /* the working tree differed from the commit */
    const char *compiler;   /* "gcc 12.2.0" */
    const char *flags;      /* of the release objects */
    const char *build_type; /* "Release" */
} bk_build_facts;
BK_API const bk_build_facts *bk_build(void);

/* ---- The one parallel loop (base/parallel.c) ---------------------------------------------------- */

/* Threads that bk_parallel_for uses; count 0 means bk_usable_cpus(). BK_INVALID below 0 or above
 * BK_MAX_THREADS. Process-wide: call it before the work starts. bk_threads is never above OMP_THREAD_LIMIT.
 */
#define BK_MAX_THREADS 4096
BK_API bk_status bk_set_threads(int count);
BK_API int bk_threads(void);

/* One item of a parallel loop. thread is in [0, bk_threads()): use it to pick scratch memory, never
 * to decide a result. */
typedef bk_status (*bk_parallel_body)(void *context, size_t item, int thread);

/* Runs body for item = 0 .. count - 1 on bk_threads() threads, in no order (schedule(runtime),
 * dynamic by default). A body that fails stops new items from starting; the status and message
 * returned are those of the lowest item that failed. A call from inside a body runs serially.
 * BK_MEMORY where the system cannot start so many threads. The only place where brisk starts threads.
 * About 1 us a call. */
BK_API bk_status bk_parallel_for(size_t count, bk_parallel_body body, void *context);

/* A lock for what the bodies of one loop share (base/mutex.c); owned by the caller, NULL on failure. _try
 * does not wait: false where another thread holds it. Not to be taken twice by one thread. */
typedef struct bk_mutex bk_mutex;
BK_API bk_mutex *bk_mutex_create(void);
BK_API void bk_mutex_destroy(bk_mutex *lock);
BK_API void bk_mutex_take(bk_mutex *lock);
BK_API bool bk_mutex_try(bk_mutex *lock);
BK_API void bk_mutex_release(bk_mutex *lock);

/* A team: a few threads that work in step for a long time, for loops too short to start threads anew.
 * member is in [0, members); what a member does must not decide a result. */
typedef bk_status (*bk_team_body)(void *context, int member, int members);
/* Runs body once for each member, member 0 on the calling thread, with at most wanted members and at most
 * bk_threads(); one member inside another parallel loop. Every member calls bk_team_barrier equally often,
 * whatever happens to it, so a failure is agreed on over a barrier. The status and message are those of the
 * lowest member that failed. BK_MEMORY where the system cannot start so many threads. */
BK_API bk_status bk_parallel_team(int wanted, bk_team_body body, void *context);
/* Waits until all members are here; what they wrote before is seen after. About 0.3 us for two threads on
 * two cores. A member that waits long sleeps (the OpenMP runtime's rule: OMP_WAIT_POLICY), so that a machine
 * with more threads than cores gets on. members as the body was told; nothing happens in a team of one. */
BK_API void bk_team_barrier(int members);

/* Finds out, while it runs, whether a team is quicker than one thread: on a machine whose cores are busy
 * with something else every barrier waits for the scheduler, and one thread alone gets further. Work that is
 * the same for any number of members is cut into segments; the clock decides who takes the next one.
 *     bk_pace pace;
 *     for (bk_pace_start(&pace, most); steps_left; bk_pace_end(&pace, steps_taken)) {
 *         members = bk_pace_begin(&pace, &steps); ... up to that many steps with that many members ...
 *     } */
typedef struct bk_pace {
    int most;
    enum {
        BK_PACE_ALONE,
        BK_PACE_WARM,
        BK_PACE_TOGETHER,
        BK_PACE_REGULAR
    } phase;               /* what the segment is for */
    bool better;           /* together was quicker when both were measured last */
    unsigned wait, gap;    /* segments until the other way is tried again, and how many that is at present */
    double start_s;        /* of the segment */
    double step_s[2];      /* seconds a step took alone, together */
    double (*clock)(void); /* seconds; the system's monotonic clock unless replaced after the start */
} bk_pace;
BK_API void bk_pace_start(bk_pace *pace, int most);
/* The members of the next segment, 1 or most, and the steps it should have (SIZE_MAX where most is 1). */
BK_API int bk_pace_begin(bk_pace *pace, size_t *steps);
BK_API void bk_pace_end(bk_pace *pace, size_t steps_taken);

/* ---- Data types -------------------------------------------------------------------------------- */

typedef enum bk_dtype {
    BK_F32,
    BK_F64,
    BK_I32,
    BK_I64,
    BK_U8,
    BK_U32,
    BK_U64,
    BK_TEXT, /* UTF-8 strings; results only */
    BK_DTYPE_COUNT
} bk_dtype;

/* "f32", "f64", "i32", "i64", "u8", "u32", "u64", "text". */
BK_API const char *bk_dtype_name(bk_dtype dtype);
/* Bytes of one element (BK_TEXT: of one pointer). */
BK_API size_t bk_dtype_size(bk_dtype dtype);

/* ---- Text that grows (base/text.c) ------------------------------------------------------------- */

/* A string under construction. Start with {0}; a failed append is remembered and reported by
 * bk_text_status, so that a page is written without a check on every line. */
typedef struct bk_text {
    char *data; /* NUL-terminated; NULL while empty */
    size_t length;
    size_t capacity;
    bk_status status;
} bk_text;
BK_API void bk_text_append(bk_text *text, const char *format, ...) BK_PRINTF(2, 3);
/* Appends a paragraph as lines of at most width bytes (a longer word stands alone) behind an indent. */
BK_API void bk_text_append_paragraph(bk_text *text, const char *indent, size_t width, const char *paragraph);
/* The text so far, "" while empty. Valid until the next append. */
BK_API const char *bk_text_string(const bk_text *text);
BK_API bk_status bk_text_status(const bk_text *text);
BK_API void bk_text_clear(bk_text *text);

/* The known name that word abbreviates or is nearest to by edit distance; NULL where none is near enough
 * to be meant. */
BK_API const char *bk_nearest_name(const char *word, const char *const *names, size_t count);

/* ---- Options (base/options.c, base/configuration.c) --------------------------------------------- */

typedef enum bk_option_type {
    BK_OPTION_INTEGER,      /* whole number, |value| <= 2^53 */
    BK_OPTION_REAL,         /* finite number */
    BK_OPTION_CHOICE,       /* one of choices */
    BK_OPTION_TEXT,         /* anything, one line */
    BK_OPTION_INTEGER_LIST, /* 5,10,100 */
    BK_OPTION_CHOICE_LIST   /* tanh,relu */
} bk_option_type;

/* One row of an option table. All strings are kept, not copied. */
typedef struct bk_option {
    const char *name; /* "train-size": --train-size on the command line, train-size = in an INI file */
    bk_option_type type;
    const char *initial; /* the default, as the user would write it; NULL: the option must be given */
    const char *range;   /* INTEGER and REAL (lists: of each item): "[1,1000]", "(0,1)", "(0,inf)" */
    const char *choices; /* CHOICE and CHOICE_LIST: "balanced,iid" */
    const char *unit;    /* "points", "1"; NULL: none */
    const char *help;    /* one sentence without a full stop */
} bk_option;

/* The values of one option table. */
typedef struct bk_options bk_options;

/* Values at their defaults. table is kept. Owned by the caller (bk_options_destroy). */
BK_API bk_options *bk_options_create(const bk_option *table, size_t count);
BK_API void bk_options_destroy(bk_options *options);
/* Sets one option from text. where says where the text came from ("--hidden", "study.ini:7") and
 * stands in the message. BK_INVALID for an unknown name (the nearest is named), a value of the wrong
 * form, outside its range, an empty list or one that names an item twice. */
BK_API bk_status bk_options_set(bk_options *options, const char *name, const char *value, const char *where);
/* BK_INVALID where an option without default was not given. */
BK_API bk_status bk_options_check(const bk_options *options);

/* Typed reading. A name or type that the table does not have is a mistake of the caller's: the
 * functions then record BK_INVALID and return 0, NULL or "". */
BK_API int64_t bk_option_integer(const bk_options *options, const char *name);
BK_API double bk_option_real(const bk_options *options, const char *name);
/* The text of a CHOICE or TEXT option. */
BK_API const char *bk_option_text(const bk_options *options, const char *name);
BK_API size_t bk_option_list_length(const bk_options *options, const char *name);
BK_API int64_t bk_option_list_integer(const bk_options *options, const char *name, size_t item);
BK_API const char *bk_option_list_text(const bk_options *options, const char *name, size_t item);
/* The value as the user would write it, valid until the option is set again. */
BK_API const char *bk_option_value(const bk_options *options, const char *name);

BK_API size_t bk_options_count(const bk_options *options);
BK_API const bk_option *bk_options_row(const bk_options *options, size_t row);

/* Calls entry for each "key = value" of INI text (libinih reads it), with the line number; keys before the
 * first section belong to the section "options". name says
 * what the text is in messages. BK_INVALID with name and line for lines of more than 190 bytes, a key
 * given twice in a section, continuation lines, lines without "=". */
typedef bk_status (*bk_configuration_entry)(void *context, const char *section, const char *key,
                                            const char *value, int line);
BK_API bk_status bk_configuration_read(const char *text, const char *name, bk_configuration_entry entry,
                                       void *context);
/* Appends "name = value" lines for every option of the table. */
BK_API void bk_configuration_write(bk_text *text, const bk_options *options);

/* Strict parsing of a whole string, for use outside option tables too. BK_INVALID (message names
 * where) on empty text, trailing bytes, hexadecimal, NaN, infinity, overflow. */
BK_API bk_status bk_parse_integer(int64_t *value, const char *text, const char *where);
BK_API bk_status bk_parse_seed(uint64_t *value, const char *text, const char *where);
BK_API bk_status bk_parse_real(double *value, const char *text, const char *where);

#ifdef __cplusplus
}
#endif
#endif
