/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Columns that grow: numbers, and categories told apart by a hash table of texts.
 */
#include <stdio.h>
#include <string.h>

#include "results/data.h"

#define FIRST_CAPACITY ((size_t)1 << 16)

static size_t element_size(const bk_column *column)
{
    return column->kind == BK_DATA_NUMBER ? sizeof *column->numbers : sizeof *column->codes;
}

static void *pages_of(const bk_column *column)
{
    return column->kind == BK_DATA_NUMBER ? (void *)column->numbers : (void *)column->codes;
}

static bk_status resize(bk_column *column, size_t capacity)
{
    void *pages = bk_pages_resize(pages_of(column), column->capacity, capacity, element_size(column));
    if (pages == NULL) {
        return bk_error_status();
    }
    column->capacity = capacity;
    if (column->kind == BK_DATA_NUMBER) {
        column->numbers = pages;
    } else {
        column->codes = pages;
    }
    return BK_OK;
}

/* Pages that were not written cost nothing, so that doubling is free. */
static bk_status make_room(bk_column *column)
{
    if (column->count < column->capacity) {
        return BK_OK;
    }
    return resize(column, column->capacity == 0 ? FIRST_CAPACITY : 2 * column->capacity);
}

bk_status bk_column_add_number(bk_column *column, double value)
{
    if (column->kind == BK_DATA_CATEGORY) {
        char text[32];
        const int length = snprintf(text, sizeof text, "%.17g", value);
        return bk_column_add_text(column, text, (size_t)length);
    }
    BK_TRY(make_room(column));
    column->numbers[column->count++] = value;
    return BK_OK;
}

/* ---- Categories ------------------------------------------------------------------------------------------
 */

/* FNV-1a. */
static uint32_t hash(const char *text, size_t length)
{
    uint32_t value = 2166136261U;
    for (size_t i = 0; i < length; i++) {
        value = (value ^ (unsigned char)text[i]) * 16777619U;
    }
    return value;
}

/* The slot of a text, or the empty one where it belongs. */
static uint32_t *find_slot(const bk_categories *all, const char *text, size_t length)
{
    uint32_t i = hash(text, length) & (all->slot_count - 1);
    while (all->slots[i] != 0) {
        const char *known = all->texts[all->slots[i] - 1];
        if (strlen(known) == length && memcmp(known, text, length) == 0) {
            break;
        }
        i = (i + 1) & (all->slot_count - 1);
    }
    return &all->slots[i];
}

/* Room for one more category: at most half of the slots are in use. */
static bk_status grow(bk_categories *all)
{
    if (all->count == all->capacity) {
        const uint32_t capacity = all->capacity == 0 ? 16 : 2 * all->capacity;
        char **texts = bk_reallocate((void *)all->texts, all->capacity, capacity, sizeof *texts);
        if (texts == NULL) {
            return bk_error_status();
        }
        all->texts = texts;
        all->capacity = capacity;
    }
    if (2 * all->count < all->slot_count) {
        return BK_OK;
    }
    const uint32_t slot_count = all->slot_count == 0 ? 32 : 2 * all->slot_count;
    uint32_t *slots = bk_allocate(slot_count, sizeof *slots);
    if (slots == NULL) {
        return bk_error_status();
    }
    bk_free(all->slots);
    all->slots = slots;
    all->slot_count = slot_count;
    for (uint32_t code = 0; code < all->count; code++) {
        *find_slot(all, all->texts[code], strlen(all->texts[code])) = code + 1;
    }
    return BK_OK;
}

static void clear_categories(bk_categories *all)
{
    for (uint32_t i = 0; i < all->count; i++) {
        bk_free(all->texts[i]);
    }
    bk_free((void *)all->texts);
    bk_free(all->slots);
    *all = (bk_categories){0};
}

static bk_status code_of(uint32_t *code, bk_categories *all, const char *text, size_t length)
{
    if (all->count > 0) {
        const char *last = all->texts[all->last];
        if (strncmp(last, text, length) == 0 && last[length] == '\0') {
            *code = all->last;
            return BK_OK;
        }
    }
    if (all->count >= UINT32_C(1) << 30) {
        return bk_fail(BK_OVERFLOW, "more than 2^30 different values in a column of labels");
    }
    BK_TRY(grow(all));
    uint32_t *slot = find_slot(all, text, length);
    if (*slot == 0) {
        char *copy = bk_copy_text(text);
        if (copy == NULL) {
            return bk_error_status();
        }
        all->texts[all->count++] = copy;
        *slot = all->count;
    }
    *code = *slot - 1;
    all->last = *code;
    return BK_OK;
}

bk_status bk_column_add_text(bk_column *column, const char *text, size_t length)
{
    uint32_t code = 0;
    BK_TRY(code_of(&code, &column->categories, text, length));
    BK_TRY(make_room(column));
    column->codes[column->count++] = code;
    return BK_OK;
}

/* The first category that is the same number, for each; itself where a category is no number. origin is
 * scratch of the same length. O(number of categories), by a table of the numbers' own texts. */
static bk_status number_codes(uint32_t *first, uint32_t *origin, const bk_categories *all)
{
    bk_categories numbers = {0};
    bk_status status = BK_OK;
    for (uint32_t code = 0; status == BK_OK && code < all->count; code++) {
        double value = 0.0;
        uint32_t number = 0;
        char text[32];
        first[code] = code;
        if (bk_number_parse(&value, all->texts[code], strlen(all->texts[code])) != BK_NUMBER_FINITE) {
            continue;
        }
        /* Adding 0 turns -0 into 0. */
        const int length = snprintf(text, sizeof text, "%.17g", value + 0.0);
        const uint32_t before = numbers.count;
        status = code_of(&number, &numbers, text, (size_t)length);
        if (status == BK_OK && numbers.count > before) {
            origin[number] = code;
        } else if (status == BK_OK) {
            first[code] = origin[number];
        }
    }
    clear_categories(&numbers);
    return status;
}

/* Gives equal numbers ("1", "1.0") one code and closes the gaps. */
static bk_status join_numbers(bk_column *column)
{
    bk_categories *all = &column->categories;
    uint32_t *code = bk_allocate(2 * (size_t)all->count, sizeof *code);
    if (code == NULL) {
        return bk_error_status();
    }
    const bk_status status = number_codes(code, code + all->count, all);
    uint32_t kept = 0;
    for (uint32_t i = 0; status == BK_OK && i < all->count; i++) {
        if (code[i] == i) {
            code[i] = kept;
            all->texts[kept++] = all->texts[i];
        } else {
            /* The first one of its kind stands before it and has its new code already. */
            bk_free(all->texts[i]);
            code[i] = code[code[i]];
        }
    }
    if (status == BK_OK && kept < all->count) {
        for (size_t row = 0; row < column->count; row++) {
            column->codes[row] = code[column->codes[row]];
        }
        all->count = kept;
    }
    bk_free(code);
    return status;
}

bk_status bk_column_finish(bk_column *column)
{
    if (column->kind == BK_DATA_CATEGORY) {
        BK_TRY(join_numbers(column));
        bk_free(column->categories.slots);
        column->categories.slots = NULL;
        column->categories.slot_count = 0;
    }
    return column->count == 0 || column->count == column->capacity ? BK_OK : resize(column, column->count);
}

void bk_column_clear(bk_column *column)
{
    bk_pages_free(pages_of(column), column->capacity, element_size(column));
    clear_categories(&column->categories);
    bk_free(column->name);
    *column = (bk_column){0};
}
