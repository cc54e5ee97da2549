/* SPDX-License-Identifier: GPL-3.0-or-later
 * A buffered way to a file that checks every write, and shortest numbers. */
#include "cli/sink.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Bytes ---- */

void bk_sink_open(bk_sink *sink, int file, const char *name)
{
    sink->file = file;
    sink->name = name;
    sink->status = BK_OK;
    sink->used = 0;
}

static void drain(bk_sink *sink)
{
    size_t done = 0;
    while (sink->status == BK_OK && done < sink->used) {
        const ssize_t written = write(sink->file, sink->buffer + done, sink->used - done);
        if (written > 0) {
            done += (size_t)written;
        } else if (written == 0 || errno != EINTR) {
            sink->status =
                bk_fail(BK_FILE, "cannot write to %s: %s", sink->name, strerror(written == 0 ? EIO : errno));
        }
    }
    sink->used = 0;
}

void bk_sink_bytes(bk_sink *sink, const char *bytes, size_t count)
{
    while (sink->status == BK_OK && count > 0) {
        if (sink->used == BK_SINK_BYTES) {
            drain(sink);
        }
        const size_t room = BK_SINK_BYTES - sink->used;
        const size_t step = count < room ? count : room;
        memcpy(sink->buffer + sink->used, bytes, step);
        sink->used += step;
        bytes += step;
        count -= step;
    }
}

void bk_sink_text(bk_sink *sink, const char *text) { bk_sink_bytes(sink, text, strlen(text)); }

void bk_sink_print(bk_sink *sink, const char *format, ...)
{
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof line) {
        if (sink->status == BK_OK) {
            sink->status = bk_fail(BK_INVALID, "a line of %s is too long to be printed", sink->name);
        }
        return;
    }
    bk_sink_bytes(sink, line, (size_t)length);
}

bk_status bk_sink_finish(bk_sink *sink)
{
    drain(sink);
    return sink->status;
}

/* ---- Numbers ---- */

size_t bk_decimal_unsigned(char *out, uint64_t value)
{
    char reversed[24];
    size_t count = 0;
    do {
        reversed[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    for (size_t i = 0; i < count; i++) {
        out[i] = reversed[count - 1 - i];
    }
    out[count] = '\0';
    return count;
}

size_t bk_decimal_integer(char *out, int64_t value)
{
    if (value >= 0) {
        return bk_decimal_unsigned(out, (uint64_t)value);
    }
    out[0] = '-';
    return 1 + bk_decimal_unsigned(out + 1, -(uint64_t)value);
}

/* size as digits / 10^decimals. Both are exact as doubles and IEEE division rounds as strtod does, so where
 * the quotient is size the decimal reads back as size; of at most 15 digits, it is the only one so short. */
static size_t few_digits(char *out, double size)
{
    static const double power[] = {1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    for (size_t decimals = 0; decimals < sizeof power / sizeof power[0]; decimals++) {
        const double scaled = size * power[decimals];
        if (!(scaled < 1e15)) {
            return 0;
        }
        const uint64_t digits = (uint64_t)(scaled + 0.5);
        if ((double)digits / power[decimals] != size) {
            continue;
        }
        const uint64_t unit = (uint64_t)power[decimals];
        size_t length = bk_decimal_unsigned(out, digits / unit);
        if (decimals > 0) {
            out[length++] = '.';
            uint64_t rest = digits % unit;
            for (size_t i = decimals; i > 0; i--) {
                out[length + i - 1] = (char)('0' + rest % 10);
                rest /= 10;
            }
            length += decimals;
            out[length] = '\0';
        }
        return length;
    }
    return 0;
}

static size_t not_finite(char *out, double value)
{
    const char *name = isnan(value) ? "nan" : value > 0.0 ? "inf" : "-inf";
    memcpy(out, name, strlen(name) + 1);
    return strlen(name);
}

size_t bk_shortest_real(char *out, double value)
{
    if (!isfinite(value)) {
        return not_finite(out, value);
    }
    const size_t sign = signbit(value) ? 1 : 0;
    out[0] = '-';
    size_t length = few_digits(out + sign, fabs(value));
    if (length > 0) {
        return sign + length;
    }
    /* Of at most 15 digits every decimal comes back (but for the smallest numbers), and %g drops the zeros at
     * its end. */
    for (int digits = fabs(value) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
        length = (size_t)snprintf(out, BK_NUMBER_BYTES, "%.*g", digits, value);
        if (strtod(out, NULL) == value) {
            break;
        }
    }
    return length;
}

size_t bk_shortest_real_f32(char *out, float value)
{
    if (!isfinite(value)) {
        return not_finite(out, (double)value);
    }
    size_t length = 0;
    /* Of at most 6 digits every decimal comes back, but for the smallest numbers. */
    for (int digits = fabsf(value) < FLT_MIN ? 1 : 6; digits <= 9; digits++) {
        length = (size_t)snprintf(out, BK_NUMBER_BYTES, "%.*g", digits, (double)value);
        if (strtof(out, NULL) == value) {
            break;
        }
    }
    return length;
}
