/* SPDX-License-Identifier: GPL-3.0-or-later
 * A run on several processes: who joins, and who speaks. */
#include "cli/ranks.h"

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
