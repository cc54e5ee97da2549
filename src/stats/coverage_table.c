/* SPDX-License-Identifier: GPL-3.0-or-later
 * The intervals of all error counts of m points by one method, each computed once and only where it is
 * needed.
 */
#include <math.h>
#include <string.h>

#include "stats/coverage.h"

static bk_status check_m(uint64_t m)
{
    if (m >= 1 && m <= BK_COVERAGE_LARGEST_M) {
        return BK_OK;
    }
    return bk_fail(BK_INVALID, "coverage: m = %llu test points; give 1 to 2^32", (unsigned long long)m);
}

static bk_coverage_table *create(uint64_t m)
{
    bk_coverage_table *table = bk_allocate(1, sizeof *table);
    if (!table) {
        (void)bk_fail_within("coverage");
        return NULL;
    }
    table->m = m;
    table->blocks_count = (size_t)(m / BK_COVERAGE_BLOCK) + 1;
    table->blocks = bk_allocate(table->blocks_count, sizeof(bk_coverage_block *));
    if (!table->blocks) {
        (void)bk_fail_within("coverage of m = %llu points", (unsigned long long)m);
        bk_coverage_table_destroy(table);
        return NULL;
    }
    return table;
}

bk_coverage_table *bk_coverage_table_create(size_t method, uint64_t m, const bk_interval_request *request)
{
    if (!bk_interval_method_by_count(method)) {
        const bk_interval_method *row = bk_interval_method_row(method);
        (void)bk_fail(row ? BK_UNSUPPORTED : BK_INVALID,
                      "coverage: %s is no method whose interval depends on the error count alone; its "
                      "coverage can be simulated",
                      row ? row->name : "that number");
        return NULL;
    }
    /* One interval, so that what is wrong with the request is said here. */
    const bk_losses losses = bk_losses_from_count(0, m ? m : 1);
    bk_interval interval;
    if (check_m(m) != BK_OK || bk_interval_of_losses(&interval, method, &losses, request) != BK_OK) {
        return NULL;
    }
    bk_coverage_table *table = create(m);
    if (table) {
        table->name = interval.method;
        table->method = method;
        table->request = *request;
    }
    return table;
}

static bk_status copy_ends(bk_coverage_table *table, const double *low, const double *high)
{
    for (uint64_t k = 0; k <= table->m; k++) {
        if (isnan(low[k]) != isnan(high[k]) || low[k] > high[k]) {
            return bk_fail(BK_INVALID,
                           "coverage: the interval of k = %llu errors is [%g, %g]; give ends in order, or "
                           "two NaN for none",
                           (unsigned long long)k, low[k], high[k]);
        }
        bk_coverage_block **block = &table->blocks[k / BK_COVERAGE_BLOCK];
        if (!*block) {
            *block = bk_allocate(1, sizeof **block);
            if (!*block) {
                return bk_fail_within("coverage");
            }
            (*block)->filled = true;
        }
        (*block)->low[k % BK_COVERAGE_BLOCK] = low[k];
        (*block)->high[k % BK_COVERAGE_BLOCK] = high[k];
    }
    return BK_OK;
}

bk_coverage_table *bk_coverage_table_of_ends(const char *name, const double *low, const double *high,
                                             uint64_t m, double level)
{
    if (check_m(m) != BK_OK) {
        return NULL;
    }
    if (!(level > 0 && level < 1)) {
        (void)bk_fail(BK_INVALID,
                      "coverage: level = %g is outside (0, 1); it is the confidence level, 90 %% is 0.9",
                      level);
        return NULL;
    }
    bk_coverage_table *table = create(m);
    if (!table) {
        return NULL;
    }
    table->method = BK_METHOD_COUNT;
    table->request = bk_interval_request_of(level);
    table->own_name = bk_copy_text(name);
    table->name = table->own_name;
    if (!table->own_name || copy_ends(table, low, high) != BK_OK) {
        bk_coverage_table_destroy(table);
        return NULL;
    }
    return table;
}

void bk_coverage_table_destroy(bk_coverage_table *table)
{
    if (!table) {
        return;
    }
    for (size_t b = 0; table->blocks && b < table->blocks_count; b++) {
        bk_free(table->blocks[b]);
    }
    bk_free(table->blocks);
    bk_free(table->own_name);
    bk_free(table);
}

/* ---- Filling --------------------------------------------------------------------------------------------
 */

typedef struct missing {
    const bk_coverage_table *table;
    size_t block;
} missing;

static bk_status fill_block(void *context, size_t item, int thread)
{
    (void)thread;
    const missing *work = (const missing *)context + item;
    const bk_coverage_table *table = work->table;
    bk_coverage_block *block = table->blocks[work->block];
    const uint64_t first = (uint64_t)work->block * BK_COVERAGE_BLOCK;
    for (size_t i = 0; i < BK_COVERAGE_BLOCK && first + i <= table->m; i++) {
        const bk_losses losses = bk_losses_from_count(first + i, table->m);
        bk_interval interval;
        BK_TRY(bk_interval_of_losses(&interval, table->method, &losses, &table->request));
        block->low[i] = interval.low;
        block->high[i] = interval.high;
    }
    block->filled = true;
    return BK_OK;
}

/* The work list grows by doubling. */
typedef struct work_list {
    missing *items;
    size_t count, room;
} work_list;

/* Allocates the blocks of a range that are not filled, and notes them: a block that an earlier call left
 * unfilled by a failure is noted again. */
static bk_status note_missing(work_list *work, bk_coverage_table *table, uint64_t first, size_t count)
{
    const size_t end = (size_t)((first + count - 1) / BK_COVERAGE_BLOCK) + 1;
    for (size_t b = (size_t)(first / BK_COVERAGE_BLOCK); b < end; b++) {
        if (table->blocks[b]) {
            continue;
        }
        if (work->count == work->room) {
            const size_t room = work->room ? 2 * work->room : 64;
            missing *grown = bk_reallocate(work->items, work->room, room, sizeof *grown);
            if (!grown) {
                return bk_fail_within("coverage");
            }
            work->items = grown;
            work->room = room;
        }
        table->blocks[b] = bk_allocate(1, sizeof *table->blocks[b]);
        if (!table->blocks[b]) {
            return bk_fail_within("coverage of m = %llu points", (unsigned long long)table->m);
        }
        work->items[work->count++] = (missing){table, b};
    }
    return BK_OK;
}

bk_status bk_coverage_table_fill(bk_coverage_table *const *tables, size_t tables_count, const uint64_t *first,
                                 const size_t *count, size_t ranges)
{
    work_list work = {0};
    bk_status status = BK_OK;
    for (size_t t = 0; t < tables_count; t++) {
        for (size_t r = 0; status == BK_OK && r < ranges; r++) {
            status = note_missing(&work, tables[t], first[r], count[r]);
        }
    }
    if (status == BK_OK) {
        status = bk_parallel_for(work.count, fill_block, work.items);
    }
    /* A block that is not filled must not stay behind for the next call to read. */
    for (size_t i = 0; status != BK_OK && i < work.count; i++) {
        bk_coverage_block **block = &work.items[i].table->blocks[work.items[i].block];
        if (!(*block)->filled) {
            bk_free(*block);
            *block = NULL;
        }
    }
    bk_free(work.items);
    return status;
}
