/* SPDX-License-Identifier: GPL-3.0-or-later
 * A seed, given or drawn. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "cli/program.h"

bk_status bk_take_seed(uint64_t *seed, bool *random, const char *text, const char *where)
{
    *random = strcmp(text, "random") == 0;
    if (!*random) {
        return bk_parse_seed(seed, text, where);
    }
    if (getrandom(seed, sizeof *seed, 0) != (ssize_t)sizeof *seed) {
        return bk_fail(BK_FAILED, "%s: the system gave no random seed: %s", where, strerror(errno));
    }
    return BK_OK;
}
