/* SPDX-License-Identifier: GPL-3.0-or-later
 * Progress in words, and as an object of JSON. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/progress_line.h"
#include "cli/table.h"

/* What a checkpoint brought took no time here, so it counts in no rate. NaN where there is none yet. */
static double rate_per_s(const bk_progress *progress)
{
    if (progress->done <= progress->found || !(progress->elapsed_s > 0.0)) {
        return NAN;
    }
    return (double)(progress->done - progress->found) / progress->elapsed_s;
}

static double seconds_left(const bk_progress *progress)
{
    return progress->done >= progress->total
               ? 0.0
               : (double)(progress->total - progress->done) / rate_per_s(progress);
}

static void format_seconds(char *text, size_t size, double seconds)
{
    if (!isfinite(seconds)) {
        (void)snprintf(text, size, "?");
    } else if (seconds < 100.0) {
        (void)snprintf(text, size, "%.1f s", seconds);
    } else if (seconds < 6000.0) {
        (void)snprintf(text, size, "%.0f min", seconds / 60.0);
    } else {
        (void)snprintf(text, size, "%.1f h", seconds / 3600.0);
    }
}

/* "error_count 83.2 +- 0.3 (MCSE)": the estimate to the first digit of its error. */
static void format_estimate(char *text, size_t size, const bk_progress *progress)
{
    const double mcse = progress->mcse, estimate = progress->estimate;
    if (!isfinite(estimate)) {
        text[0] = '\0';
    } else if (!isfinite(mcse)) {
        (void)snprintf(text, size, ", %.100s %.6g", progress->output, estimate);
    } else if (mcse < 1e-9 || mcse > 1e9 || fabs(estimate) > 1e15) {
        (void)snprintf(text, size, ", %.100s %.6g +- %.2g (MCSE)", progress->output, estimate, mcse);
    } else {
        const int decimals = mcse >= 1.0 ? 0 : (int)-floor(log10(mcse));
        (void)snprintf(text, size, ", %.100s %.*f +- %.*f (MCSE)", progress->output, decimals, estimate,
                       decimals, mcse);
    }
}

bool bk_progress_text(char *text, size_t size, const bk_progress *progress)
{
    const double rate = rate_per_s(progress);
    char speed[40] = "", elapsed[32], left[32], estimate[200] = "";
    if (isfinite(rate)) {
        (void)snprintf(speed, sizeof speed, rate < 1000.0 ? "%.3g a second, " : "%.0f a second, ", rate);
    }
    format_seconds(elapsed, sizeof elapsed, progress->elapsed_s);
    format_seconds(left, sizeof left, seconds_left(progress));
    if (progress->output != NULL) {
        format_estimate(estimate, sizeof estimate, progress);
    }
    const double percent =
        progress->total == 0 ? 0.0 : 100.0 * (double)progress->done / (double)progress->total;
    const int length = snprintf(text, size, "%s: %llu of %llu (%.0f %%), %s%s, %s left%s", progress->stage,
                                (unsigned long long)progress->done, (unsigned long long)progress->total,
                                percent, speed, elapsed, left, estimate);
    return length >= 0 && (size_t)length < size;
}

/* ---- JSON -----------------------------------------------------------------------------------------------
 */

/* A string that JSON can hold: bytes that are not UTF-8 become question marks. */
static json_t *string_of(const char *text)
{
    json_t *string = json_string(text);
    if (string != NULL || text == NULL) {
        return string;
    }
    char plain[2048];
    size_t length = 0;
    for (; text[length] != '\0' && length + 1 < sizeof plain; length++) {
        plain[length] = (unsigned char)text[length] < 0x80 ? text[length] : '?';
    }
    plain[length] = '\0';
    return json_string(plain);
}

static bool dump(char *text, size_t size, json_t *object)
{
    const size_t length =
        object == NULL ? size : json_dumpb(object, text, size - 1, JSON_COMPACT | JSON_REAL_PRECISION(12));
    json_decref(object);
    const bool fits = length > 0 && length < size;
    text[fits ? length : 0] = '\0';
    return fits;
}

bool bk_progress_json(char *text, size_t size, const bk_progress *progress)
{
    const bool known = progress->output != NULL;
    return dump(text, size,
                json_pack("{s:s, s:o, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "event", "progress",
                          "stage", string_of(progress->stage), "done", (json_int_t)progress->done, "total",
                          (json_int_t)progress->total, "found", (json_int_t)progress->found, "rate_per_s",
                          bk_json_number(rate_per_s(progress)), "elapsed_s",
                          bk_json_number(progress->elapsed_s), "left_s",
                          bk_json_number(seconds_left(progress)), "output",
                          known ? string_of(progress->output) : json_null(), "estimate",
                          bk_json_number(known ? progress->estimate : NAN), "mcse",
                          bk_json_number(known ? progress->mcse : NAN)));
}

bool bk_progress_json_message(char *text, size_t size, const char *message)
{
    return dump(text, size, json_pack("{s:s, s:o}", "event", "message", "text", string_of(message)));
}

bool bk_progress_json_error(char *text, size_t size, const char *message, int exit_code)
{
    return dump(
        text, size,
        json_pack("{s:s, s:o, s:i}", "event", "error", "text", string_of(message), "exit_code", exit_code));
}
