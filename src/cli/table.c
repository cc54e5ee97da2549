/* SPDX-License-Identifier: GPL-3.0-or-later
 * Intervals as a table to read, as JSON and as CSV. */
#include "cli/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- JSON ------------------------------------------------------------------------------------------------
 */

json_t *bk_json_number(double value) { return isfinite(value) ? json_real(value) : json_null(); }

json_t *bk_json_interval(const bk_interval *interval)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:s, s:s, s:s, s:b, s:o, s:o}", "method",
                     interval->method, "low", bk_json_number(interval->low), "high",
                     bk_json_number(interval->high), "half_width", bk_json_number(interval->half_width),
                     "estimate", bk_json_number(interval->estimate), "level", bk_json_number(interval->level),
                     "sides", bk_sides_name(interval->sides), "status",
                     bk_interval_status_name(interval->status), "reason", interval->reason, "guarantee",
                     bk_guarantee_name(interval->guarantee), "assumption", interval->assumption, "clipped",
                     interval->clipped ? 1 : 0, "mc_error_low", bk_json_number(interval->mc_error_low),
                     "mc_error_high", bk_json_number(interval->mc_error_high));
}

bk_status bk_json_print(json_t *root, bool failed)
{
    failed = failed || root == NULL;
    if (!failed) {
        /* 17 digits bring every double back; a write that fails is found by bk_finish_output. */
        (void)json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
        printf("\n");
    }
    json_decref(root);
    return failed ? bk_fail(BK_MEMORY, "no memory for the JSON object") : BK_OK;
}

/* ---- CSV -------------------------------------------------------------------------------------------------
 */

void bk_csv_text(const char *text, bool last)
{
    if (text[strcspn(text, ",\"\r\n")] == '\0') {
        printf("%s", text);
    } else {
        (void)putchar('"');
        for (const char *c = text; *c != '\0'; c++) {
            printf(*c == '"' ? "\"\"" : "%c", *c);
        }
        (void)putchar('"');
    }
    (void)putchar(last ? '\n' : ',');
}

/* The shortest decimal that reads back as value. */
static void shortest(char *out, size_t size, double value)
{
    for (int digits = 1; digits <= 17; digits++) {
        (void)snprintf(out, size, "%.*g", digits, value);
        if (strtod(out, NULL) == value) {
            return;
        }
    }
}

void bk_csv_number(double value, bool last)
{
    char text[40] = "";
    if (isfinite(value)) {
        shortest(text, sizeof text, value);
    }
    printf("%s%c", text, last ? '\n' : ',');
}

const char bk_csv_interval_header[] =
    "method,low,high,half_width,estimate,level,sides,status,reason,guarantee,assumption,"
    "clipped,mc_error_low,mc_error_high";

void bk_csv_interval(const bk_interval *interval)
{
    bk_csv_text(interval->method, false);
    bk_csv_number(interval->low, false);
    bk_csv_number(interval->high, false);
    bk_csv_number(interval->half_width, false);
    bk_csv_number(interval->estimate, false);
    bk_csv_number(interval->level, false);
    bk_csv_text(bk_sides_name(interval->sides), false);
    bk_csv_text(bk_interval_status_name(interval->status), false);
    bk_csv_text(interval->reason, false);
    bk_csv_text(bk_guarantee_name(interval->guarantee), false);
    bk_csv_text(interval->assumption, false);
    bk_csv_number(interval->clipped ? 1.0 : 0.0, false);
    bk_csv_number(interval->mc_error_low, false);
    bk_csv_number(interval->mc_error_high, true);
}

/* ---- To read ---------------------------------------------------------------------------------------------
 */

const char *bk_table_percent(char *out, size_t size, double level)
{
    char number[64] = "";
    for (int decimals = 0; decimals <= 15; decimals++) {
        (void)snprintf(number, sizeof number, "%.*f", decimals, 100.0 * level);
        /* 100 * 0.999 is not quite 99.9. */
        if (fabs(strtod(number, NULL) - 100.0 * level) <= 1e-12) {
            break;
        }
    }
    /* A level is never all or nothing. */
    if (!(strtod(number, NULL) > 0.0 && strtod(number, NULL) < 100.0)) {
        (void)snprintf(number, sizeof number, "%.*g", level < 0.5 ? 15 : 16, 100.0 * level);
    }
    (void)snprintf(out, size, "%s %%", number);
    return out;
}

static bool has_ends(const bk_interval *interval)
{
    return interval->status == BK_INTERVAL_OK || interval->status == BK_INTERVAL_DEGENERATE;
}

/* In words where there are no ends: what is missing. */
static const char *missing(bk_interval_status status)
{
    switch (status) {
    case BK_INTERVAL_RANGE_UNKNOWN:
        return "range unknown: give --range A:B";
    case BK_INTERVAL_NEEDS_01_DATA:
        return "needs 0/1 data";
    case BK_INTERVAL_NEEDS_INDEPENDENCE:
        return "needs independent points";
    case BK_INTERVAL_TOO_FEW_RESAMPLES:
        return "too few resamples";
    default:
        return "undefined";
    }
}

static void print_row(const bk_interval *interval)
{
    char low[32], high[32];
    if (!has_ends(interval)) {
        printf("  %-23s %-35s  %s\n", interval->method, missing(interval->status),
               bk_guarantee_name(interval->guarantee));
        return;
    }
    (void)snprintf(low, sizeof low, "%.6g", interval->low);
    (void)snprintf(high, sizeof high, "%.6g", interval->high);
    printf("  %-23s %11s %11s %11.6g  %s%s%s\n", interval->method, low, high, interval->half_width,
           bk_guarantee_name(interval->guarantee), interval->clipped ? ", clipped" : "",
           interval->status == BK_INTERVAL_DEGENERATE ? ", degenerate" : "");
    if (interval->mc_error_low > 0.0 || interval->mc_error_high > 0.0) {
        (void)snprintf(low, sizeof low, "%.2g", interval->mc_error_low);
        (void)snprintf(high, sizeof high, "%.2g", interval->mc_error_high);
        printf("  %-23s %11s %11s %11s  (Monte Carlo error of the ends)\n", "",
               isfinite(interval->mc_error_low) ? low : "", isfinite(interval->mc_error_high) ? high : "",
               "");
    }
}

static void print_paragraph(const char *text)
{
    bk_text lines = {0};
    bk_text_append_paragraph(&lines, "    ", 100, text);
    printf("%s", bk_text_string(&lines));
    bk_text_clear(&lines);
}

/* Methods of one promise (or reason) together: "hoeffding, kl-chernoff: finite-sample", and the words below.
 */
static void print_words(const bk_interval *intervals, size_t count, bool reasons)
{
    for (size_t i = 0; i < count; i++) {
        const char *words = reasons ? intervals[i].reason : intervals[i].promise;
        bool said = words == NULL || words[0] == '\0';
        for (size_t j = 0; j < i && !said; j++) {
            const char *other = reasons ? intervals[j].reason : intervals[j].promise;
            said = other != NULL && strcmp(other, words) == 0;
        }
        if (said) {
            continue;
        }
        bk_text names = {0};
        for (size_t j = i; j < count; j++) {
            const char *other = reasons ? intervals[j].reason : intervals[j].promise;
            bool again = other == NULL || strcmp(other, words) != 0;
            for (size_t k = i; k < j && !again; k++) {
                again = strcmp(intervals[k].method, intervals[j].method) == 0;
            }
            if (!again) {
                bk_text_append(&names, "%s%s", j == i ? "" : ", ", intervals[j].method);
            }
        }
        bk_text head = {0};
        bk_text_append_paragraph(&head, "  ", 100, bk_text_string(&names));
        printf("%s", bk_text_string(&head));
        print_paragraph(words);
        bk_text_clear(&head);
        bk_text_clear(&names);
    }
}

void bk_table_intervals(const bk_interval *intervals, size_t count)
{
    bool reasons = false;
    for (size_t i = 0; i < count; i++) {
        reasons = reasons || (intervals[i].reason != NULL && intervals[i].reason[0] != '\0');
        if (i == 0 || intervals[i].level != intervals[i - 1].level) {
            char percent[40];
            printf("\n%s %s\n  %-23s %11s %11s %11s  %s\n",
                   bk_table_percent(percent, sizeof percent, intervals[i].level),
                   intervals[i].sides == BK_TWO_SIDED ? "intervals"
                   : intervals[i].sides == BK_LOWER   ? "lower bounds"
                                                      : "upper bounds",
                   "method", "low", "high", "half-width", "guarantee");
        }
        print_row(&intervals[i]);
    }
    printf("\nWhat they promise\n");
    print_words(intervals, count, false);
    if (reasons) {
        printf("\nNotes\n");
        print_words(intervals, count, true);
    }
}
