/* SPDX-License-Identifier: GPL-3.0-or-later
 * Option tables: one table gives command-line options, INI keys, help, checks and the stored
 * configuration. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "brisk/base.h"

/* A value must fit on a line of INI text, name included (libinih cuts longer lines). */
#define LONGEST_VALUE 150

/* One value, parsed. A scalar option is a list of one item. */
typedef struct option_value {
    char *text;         /* as given; NULL: not given and without default */
    char *items_text;   /* text with its commas replaced by NULs */
    const char **items; /* [count], into items_text */
    double *numbers;    /* [count], of numeric options */
    size_t count;
} option_value;

struct bk_options {
    const bk_option *table;
    size_t count;
    option_value *values;
};

static void clear_value(option_value *value)
{
    bk_free(value->text);
    bk_free(value->items_text);
    bk_free((void *)value->items);
    bk_free(value->numbers);
    *value = (option_value){0};
}

static bool is_list(bk_option_type type)
{
    return type == BK_OPTION_INTEGER_LIST || type == BK_OPTION_CHOICE_LIST;
}

static bool is_integer(bk_option_type type)
{
    return type == BK_OPTION_INTEGER || type == BK_OPTION_INTEGER_LIST;
}

static bool is_choice(bk_option_type type)
{
    return type == BK_OPTION_CHOICE || type == BK_OPTION_CHOICE_LIST;
}

/* Whether number lies in an interval written as "[1,1000]", "(0,1)", "(0,inf)". */
static bool in_range(const char *range, double number)
{
    char *end = NULL;
    const double low = strtod(range + 1, &end);
    const double high = strtod(end + 1, &end);
    const bool above = range[0] == '[' ? number >= low : number > low;
    const bool below = *end == ']' ? number <= high : number < high;
    return above && below;
}

/* Whether item is one of the comma-separated choices. */
static bool is_one_of(const char *choices, const char *item)
{
    const size_t length = strlen(item);
    for (const char *start = choices; *start != '\0';) {
        const size_t choice_length = strcspn(start, ",");
        if (choice_length == length && strncmp(start, item, length) == 0) {
            return true;
        }
        start += choice_length + (start[choice_length] == ',' ? 1U : 0U);
    }
    return false;
}

static bk_status check_number(const bk_option *option, double *number, const char *item, const char *where)
{
    if (is_integer(option->type)) {
        int64_t integer = 0;
        BK_TRY(bk_parse_integer(&integer, item, where));
        if (integer > (INT64_C(1) << 53) || integer < -(INT64_C(1) << 53)) {
            return bk_fail(BK_INVALID, "%s: %s is too large a number", where, item);
        }
        *number = (double)integer;
    } else {
        BK_TRY(bk_parse_real(number, item, where));
    }
    if (option->range != NULL && !in_range(option->range, *number)) {
        return bk_fail(BK_INVALID, "%s: %s is outside the allowed range %s", where, item, option->range);
    }
    return BK_OK;
}

static bk_status check_text(const char *text, const char *where)
{
    const size_t length = strlen(text);
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)text[i] < 0x20) {
            return bk_fail(BK_INVALID, "%s: the value has a control character at position %zu", where, i + 1);
        }
    }
    /* What would not come back from the stored configuration is refused here. */
    if (strstr(text, " ;") != NULL || text[0] == ';' ||
        (length > 0 && (text[0] == ' ' || text[length - 1] == ' '))) {
        return bk_fail(BK_INVALID,
                       "%s: '%s' begins or ends with a blank or holds a ';' that would start a comment",
                       where, text);
    }
    return BK_OK;
}

/* Checks one item and, for numbers, stores it. */
static bk_status check_item(const bk_option *option, option_value *value, size_t i, const char *where)
{
    const char *item = value->items[i];
    if (is_choice(option->type)) {
        if (!is_one_of(option->choices, item)) {
            return bk_fail(BK_INVALID, "%s: '%s' is not one of %s", where, item, option->choices);
        }
    } else if (option->type == BK_OPTION_TEXT) {
        BK_TRY(check_text(item, where));
    } else {
        BK_TRY(check_number(option, &value->numbers[i], item, where));
    }
    for (size_t j = 0; j < i; j++) {
        const bool same = is_choice(option->type)
                              ? strcmp(value->items[j], item) == 0
                              : value->numbers != NULL && value->numbers[j] == value->numbers[i];
        if (same) {
            return bk_fail(BK_INVALID, "%s: '%s' stands twice in the list", where, item);
        }
    }
    return BK_OK;
}

/* Splits text into items; a scalar is one item. */
static bk_status split_items(const bk_option *option, option_value *value, const char *text)
{
    value->text = bk_copy_text(text);
    value->items_text = bk_copy_text(text);
    value->count = 1;
    for (const char *c = text; is_list(option->type) && *c != '\0'; c++) {
        value->count += *c == ',' ? 1U : 0U;
    }
    value->items = bk_allocate(value->count, sizeof *value->items);
    value->numbers = bk_allocate(value->count, sizeof *value->numbers);
    if (value->text == NULL || value->items_text == NULL || value->items == NULL || value->numbers == NULL) {
        return bk_error_status();
    }
    char *start = value->items_text;
    for (size_t i = 0; i < value->count; i++) {
        value->items[i] = start;
        if (i + 1 < value->count) {
            char *comma = strchr(start, ',');
            *comma = '\0';
            start = comma + 1;
        }
    }
    return BK_OK;
}

static bk_status parse_value(const bk_option *option, option_value *value, const char *text,
                             const char *where)
{
    if (text[0] == '\0' && option->type != BK_OPTION_TEXT) {
        return bk_fail(BK_INVALID, "%s: the value is empty", where);
    }
    if (strlen(text) > LONGEST_VALUE) {
        return bk_fail(BK_INVALID, "%s: the value has %zu bytes; at most %d are allowed", where, strlen(text),
                       LONGEST_VALUE);
    }
    BK_TRY(split_items(option, value, text));
    for (size_t i = 0; i < value->count; i++) {
        BK_TRY(check_item(option, value, i, where));
    }
    return BK_OK;
}

static size_t find_row(const bk_options *options, const char *name)
{
    for (size_t row = 0; row < options->count; row++) {
        if (strcmp(options->table[row].name, name) == 0) {
            return row;
        }
    }
    return SIZE_MAX;
}

static bk_status unknown_option(const bk_options *options, const char *name, const char *where)
{
    const char **names = bk_allocate(options->count, sizeof *names);
    if (names == NULL) {
        return bk_error_status();
    }
    for (size_t row = 0; row < options->count; row++) {
        names[row] = options->table[row].name;
    }
    const char *nearest = bk_nearest_name(name, names, options->count);
    bk_free((void *)names);
    if (nearest == NULL) {
        return bk_fail(BK_INVALID, "%s: there is no option '%s'", where, name);
    }
    return bk_fail(BK_INVALID, "%s: there is no option '%s'; did you mean '%s'?", where, name, nearest);
}

bk_options *bk_options_create(const bk_option *table, size_t count)
{
    bk_options *options = bk_allocate(1, sizeof *options);
    if (options == NULL) {
        return NULL;
    }
    options->table = table;
    options->count = count;
    options->values = bk_allocate(count, sizeof *options->values);
    if (options->values == NULL) {
        bk_options_destroy(options);
        return NULL;
    }
    for (size_t row = 0; row < count; row++) {
        if (table[row].initial != NULL &&
            bk_options_set(options, table[row].name, table[row].initial, table[row].name) != BK_OK) {
            (void)bk_fail_within("the default of an option table");
            bk_options_destroy(options);
            return NULL;
        }
    }
    return options;
}

void bk_options_destroy(bk_options *options)
{
    if (options == NULL) {
        return;
    }
    for (size_t row = 0; options->values != NULL && row < options->count; row++) {
        clear_value(&options->values[row]);
    }
    bk_free(options->values);
    bk_free(options);
}

bk_status bk_options_set(bk_options *options, const char *name, const char *value, const char *where)
{
    const size_t row = find_row(options, name);
    if (row == SIZE_MAX) {
        return unknown_option(options, name, where);
    }
    option_value parsed = {0};
    const bk_status status = parse_value(&options->table[row], &parsed, value, where);
    if (status != BK_OK) {
        clear_value(&parsed);
        return status;
    }
    clear_value(&options->values[row]);
    options->values[row] = parsed;
    return BK_OK;
}

bk_status bk_options_check(const bk_options *options)
{
    for (size_t row = 0; row < options->count; row++) {
        if (options->values[row].text == NULL) {
            return bk_fail(BK_INVALID, "the option --%s must be given: %s", options->table[row].name,
                           options->table[row].help);
        }
    }
    return BK_OK;
}

/* The value of an option by name, NULL with BK_INVALID where there is none or it has another kind. */
static const option_value *value_of(const bk_options *options, const char *name, bool numeric, size_t item)
{
    const size_t row = find_row(options, name);
    if (row == SIZE_MAX) {
        (void)bk_fail(BK_INVALID, "the option table has no option '%s'", name);
        return NULL;
    }
    const bk_option_type type = options->table[row].type;
    const bool is_numeric = is_integer(type) || type == BK_OPTION_REAL;
    if (is_numeric != numeric || item >= options->values[row].count) {
        (void)bk_fail(BK_INVALID, "the option '%s' has no %s at position %zu", name,
                      numeric ? "number" : "text", item);
        return NULL;
    }
    return &options->values[row];
}

int64_t bk_option_list_integer(const bk_options *options, const char *name, size_t item)
{
    const option_value *value = value_of(options, name, true, item);
    return value == NULL ? 0 : (int64_t)value->numbers[item];
}

int64_t bk_option_integer(const bk_options *options, const char *name)
{
    return bk_option_list_integer(options, name, 0);
}

double bk_option_real(const bk_options *options, const char *name)
{
    const option_value *value = value_of(options, name, true, 0);
    return value == NULL ? 0.0 : value->numbers[0];
}

const char *bk_option_list_text(const bk_options *options, const char *name, size_t item)
{
    const option_value *value = value_of(options, name, false, item);
    return value == NULL ? "" : value->items[item];
}

const char *bk_option_text(const bk_options *options, const char *name)
{
    return bk_option_list_text(options, name, 0);
}

size_t bk_option_list_length(const bk_options *options, const char *name)
{
    const size_t row = find_row(options, name);
    return row == SIZE_MAX ? 0 : options->values[row].count;
}

const char *bk_option_value(const bk_options *options, const char *name)
{
    const size_t row = find_row(options, name);
    return row == SIZE_MAX || options->values[row].text == NULL ? "" : options->values[row].text;
}

size_t bk_options_count(const bk_options *options) { return options->count; }

const bk_option *bk_options_row(const bk_options *options, size_t row) { return &options->table[row]; }
