/* SPDX-License-Identifier: GPL-3.0-or-later
 * A run on several processes: who joins, who speaks, what a failure of one means. */
#include "cli/ranks.h"

#include <stdio.h>

bk_status bk_ranks_join(void)
{
    return bk_ranks_launched() && bk_ranks_possible() ? bk_ranks_start() : BK_OK;
}

bk_status bk_ranks_check(const bk_run_request *request)
{
    return !bk_ranks_launched() || bk_ranks_possible() || request->shards > 0
               ? BK_OK
               : bk_fail(
                     BK_UNSUPPORTED,
                     "a launcher (mpirun, srun) started several processes, which would all write the same "
                     "file, because this brisk was built without MPI: configure it with -DBRISK_MPI=ON, or "
                     "give each process a --shard of its own");
}

bool bk_ranks_first(void) { return bk_rank() == 0; }

void bk_ranks_give_up(const bk_program *program, const char *command, const char *advice)
{
    if (bk_ranks() > 1) {
        (void)fprintf(stderr, "%s %s: rank %d: %s\n%s%s", program->name, command, bk_rank(),
                      bk_error_message(), advice, advice[0] == '\0' ? "" : "\n");
        (void)fflush(stderr);
        bk_ranks_abort(bk_status_exit_code(bk_error_status()));
    }
}
