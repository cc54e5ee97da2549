/* SPDX-License-Identifier: GPL-3.0-or-later
 * Strict numbers: the whole string is a number, or it is an error that names the place. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "brisk/base.h"

/* Decimal digits with one leading sign where allowed: no blanks, no hexadecimal, no "inf". */
static bool only_characters(const char *text, const char *allowed)
{
    return text[0] != '\0' && text[strspn(text, allowed)] == '\0';
}

bk_status bk_parse_integer(int64_t *value, const char *text, const char *where)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    /* One number, one spelling: what is stored is what was meant, and 010 is not eight. */
    if (!only_characters(digits, "0123456789") || (digits[0] == '0' && digits[1] != '\0')) {
        return bk_fail(BK_INVALID, "%s: '%s' is not a whole number", where, text);
    }
    errno = 0;
    const long long parsed = strtoll(text, NULL, 10);
    if (errno == ERANGE) {
        return bk_fail(BK_INVALID, "%s: %s is too large a number", where, text);
    }
    *value = parsed;
    return BK_OK;
}

bk_status bk_parse_seed(uint64_t *value, const char *text, const char *where)
{
    if (!only_characters(text, "0123456789")) {
        return bk_fail(BK_INVALID, "%s: the seed '%s' is not a whole number from 0 to 18446744073709551615",
                       where, text);
    }
    errno = 0;
    const unsigned long long parsed = strtoull(text, NULL, 10);
    if (errno == ERANGE) {
        return bk_fail(BK_INVALID, "%s: the seed %s is above 18446744073709551615", where, text);
    }
    *value = parsed;
    return BK_OK;
}

bk_status bk_parse_real(double *value, const char *text, const char *where)
{
    if (!only_characters(text, "0123456789+-.eE")) {
        return bk_fail(BK_INVALID, "%s: '%s' is not a number", where, text);
    }
    char *end = NULL;
    const double parsed = strtod(text, &end);
    if (end == text || *end != '\0') {
        return bk_fail(BK_INVALID, "%s: '%s' is not a number", where, text);
    }
    if (!isfinite(parsed)) {
        return bk_fail(BK_INVALID, "%s: %s is too large a number", where, text);
    }
    *value = parsed;
    return BK_OK;
}
