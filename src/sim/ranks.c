/* SPDX-License-Identifier: GPL-3.0-or-later
 * One process: what the several-process functions do where MPI was not built in. */
#include "brisk/sim.h"

bool bk_ranks_possible(void) { return false; }
bool bk_ranks_launched(void) { return false; }
bk_status bk_ranks_start(void)
{
    return bk_fail(BK_UNSUPPORTED, "this brisk was built without MPI: configure with -DBRISK_MPI=ON");
}
void bk_ranks_end(void) {}
void bk_ranks_abort(int exit_code) { (void)exit_code; }
int bk_rank(void) { return 0; }
int bk_ranks(void) { return 1; }
