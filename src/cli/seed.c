/* SPDX-License-Identifier: GPL-3.0-or-later
 * --seed S|random of the commands that are no runs. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "cli/interval_request.h"

bk_status bk_take_seed(uint64_t *seed, bool *random, const char *text)
{
    *random = strcmp(text, "random") == 0;
    if (!*random) {
        return bk_parse_seed(seed, text, "--seed");
    }
    if (getrandom(seed, sizeof *seed, 0) != (ssize_t)sizeof *seed) {
        return bk_fail(BK_FAILED, "--seed: the system gave no random seed: %s", strerror(errno));
    }
    return BK_OK;
}
