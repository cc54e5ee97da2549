/* SPDX-License-Identifier: GPL-3.0-or-later
 * Status codes and the message of the last failure in this thread. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "brisk/base.h"

#define MESSAGE_BYTES 2000

typedef struct status_facts {
    const char *name;
    const char *text;
    int exit_code;
} status_facts;

static const status_facts facts[BK_STATUS_COUNT] = {
#define BK_STATUS(status_name, code, status_text) \
    [BK_##status_name] = {.name = #status_name, .text = status_text, .exit_code = code},
#include "brisk/status.def"
#undef BK_STATUS
};

static _Thread_local bk_status last_status = BK_OK;
static _Thread_local char last_message[MESSAGE_BYTES];

static const status_facts *facts_of(bk_status status)
{
    const bool known = status >= 0 && status < BK_STATUS_COUNT;
    return &facts[known ? status : BK_FAILED];
}

const char *bk_status_name(bk_status status) { return facts_of(status)->name; }

const char *bk_status_text(bk_status status) { return facts_of(status)->text; }

int bk_status_exit_code(bk_status status) { return facts_of(status)->exit_code; }

bk_status bk_fail(bk_status status, const char *format, ...)
{
    /* The new message may quote the old one, so it is built aside. */
    char message[MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    memcpy(last_message, message, sizeof message);
    last_status = status;
    return status;
}

bk_status bk_fail_within(const char *format, ...)
{
    char where[MESSAGE_BYTES / 2];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(where, sizeof where, format, arguments);
    va_end(arguments);
    return bk_fail(last_status, "%s: %s", where, last_message);
}

const char *bk_error_message(void) { return last_message; }

bk_status bk_error_status(void) { return last_status; }

void bk_error_clear(void)
{
    last_status = BK_OK;
    last_message[0] = '\0';
}
