/* SPDX-License-Identifier: GPL-3.0-or-later
 * Several processes that run one experiment together: what they agree on, how failures spread, and what the
 * launcher's environment tells. How bytes travel is mpi.c's. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ranks.h"

#define MESSAGE_BYTES 2000 /* as in base/status.c */

/* NULL transport: one rank, this one. */
static struct {
    bk_transport *transport;
    int rank, ranks;
    bool broken;
} world = {.ranks = 1};

/* ---- The launcher ---------------------------------------------------------------------------- */

/* The whole number in a variable of the environment; 0 where there is none. */
static uint64_t number_in(const char *variable)
{
    const char *text = getenv(variable);
    if (text == NULL || text[0] < '0' || text[0] > '9') {
        return 0;
    }
    char *end;
    errno = 0;
    const unsigned long long value = strtoull(text, &end, 10);
    return errno == 0 && *end == '\0' ? value : 0;
}

/* How many processes srun started together with this one; 0 outside srun. A batch script and an interactive
 * shell are steps too, with numbers from 2^32 - 16 on, or have no step; they inherit SLURM_NTASKS and
 * SLURM_PROCID from the job, so these tell nothing. */
static uint64_t tasks_of_srun(void)
{
    const char *variables[] = {"SLURM_STEP_ID", "SLURM_STEPID"};
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        if (getenv(variables[i]) != NULL) {
            return number_in(variables[i]) < UINT32_MAX - 15 ? number_in("SLURM_STEP_NUM_TASKS") : 0;
        }
    }
    return 0;
}

/* How many processes the launcher says it started; 0 where it does not say. The launcher nearest to us
 * comes first: mpirun inside a Slurm job starts its daemons with srun. */
static uint64_t launched_processes(void)
{
    static const char *const variables[] = {
        "OMPI_COMM_WORLD_SIZE", /* Open MPI's mpirun */
        "PMI_SIZE",             /* MPICH, Intel MPI, Cray, srun --mpi=pmi2 */
        "MV2_COMM_WORLD_SIZE",  /* MVAPICH2 */
    };
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const uint64_t size = number_in(variables[i]);
        if (size > 0) {
            return size;
        }
    }
    return tasks_of_srun();
}

bool bk_ranks_possible(void) { return bk_transport_mpi() != NULL; }

bool bk_ranks_launched(void)
{
    const uint64_t processes = launched_processes();
    /* A PMIx launcher other than mpirun and srun says who we are, and how many only to MPI. */
    return processes > 1 || (processes == 0 && getenv("PMIX_RANK") != NULL);
}

/* ---- Start and end --------------------------------------------------------------------------- */

bk_status bk_ranks_start(void)
{
    bk_transport *transport = bk_transport_mpi();
    if (transport == NULL) {
        return bk_fail(BK_UNSUPPORTED, "this brisk was built without MPI: configure with -DBRISK_MPI=ON");
    }
    if (world.transport != NULL) {
        return bk_fail(BK_INVALID, "the ranks have been started before");
    }
    int rank = 0;
    int ranks = 1;
    const bk_status status = transport->start(&rank, &ranks);
    if (status != BK_OK) {
        world.transport = transport;
        world.broken = true;
        return status;
    }
    const uint64_t launched = launched_processes();
    if (ranks == 1 && launched > 1) {
        /* Each would take itself for the only one, and all would write the same file. */
        transport->end();
        return bk_fail(BK_FAILED,
                       "the launcher started %llu processes, but MPI knows this one alone: it is not the "
                       "launcher of the MPI that brisk was built with; use that one's mpirun, or under "
                       "Slurm srun --mpi=pmix (srun --mpi=list names what there is)",
                       (unsigned long long)launched);
    }
    world.transport = transport;
    world.rank = rank;
    world.ranks = ranks;
    return BK_OK;
}

void bk_ranks_end(void)
{
    if (world.transport == NULL) {
        return;
    }
    if (world.broken) {
        /* The others may wait for us in a call that we shall not make. */
        world.transport->end_all(bk_status_exit_code(BK_FAILED));
    } else {
        world.transport->end();
    }
    world.transport = NULL;
    world.rank = 0;
    world.ranks = 1;
    world.broken = false;
}

void bk_ranks_abort(int exit_code)
{
    if (world.ranks > 1) {
        world.transport->end_all(exit_code);
    }
}

int bk_rank(void) { return world.rank; }

int bk_ranks(void) { return world.ranks; }

bool bk_ranks_broken(void) { return world.broken; }

/* ---- Collective calls ------------------------------------------------------------------------ */

static bk_status check_whole(void)
{
    return world.broken ? bk_fail(BK_FAILED, "the ranks of this run have lost each other") : BK_OK;
}

/* A failure inside MPI is nothing that the ranks could still agree on. */
static bk_status noted(bk_status status)
{
    if (status != BK_OK) {
        world.broken = true;
        return bk_fail_within("rank %d of %d", world.rank, world.ranks);
    }
    return BK_OK;
}

bk_status bk_ranks_agree(uint64_t *values, size_t n)
{
    if (world.ranks == 1) {
        return BK_OK;
    }
    BK_TRY(check_whole());
    size_t bytes;
    if (!bk_multiply_sizes(&bytes, n, sizeof *values)) {
        return bk_fail(BK_OVERFLOW, "%zu values to agree on exceed the address space", n);
    }
    return noted(world.transport->broadcast(values, bytes, 0));
}

bk_status bk_ranks_share_failure(bk_status mine, uint64_t order)
{
    if (world.ranks == 1) {
        return mine;
    }
    BK_TRY(check_whole());
    const uint64_t nobody = UINT64_MAX;
    const uint64_t key = mine == BK_OK ? nobody : order < nobody ? order : nobody - 1;
    uint64_t lowest = key;
    BK_TRY(noted(world.transport->least(&lowest, 1)));
    if (lowest == nobody) {
        return BK_OK;
    }
    uint64_t winner = key == lowest ? (uint64_t)world.rank : nobody;
    BK_TRY(noted(world.transport->least(&winner, 1)));
    struct {
        uint64_t status;
        char message[MESSAGE_BYTES];
    } failure = {.status = (uint64_t)mine};
    if (winner == (uint64_t)world.rank) {
        (void)snprintf(failure.message, sizeof failure.message, "%s", bk_error_message());
    }
    BK_TRY(noted(world.transport->broadcast(&failure, sizeof failure, (int)winner)));
    failure.message[MESSAGE_BYTES - 1] = '\0';
    return bk_fail((bk_status)failure.status, "%s", failure.message);
}

static bk_status total_of(size_t *total, const size_t *sizes)
{
    size_t sum = 0;
    for (int r = 0; r < world.ranks; r++) {
        if (!bk_add_sizes(&sum, sum, sizes[r])) {
            return bk_fail(BK_OVERFLOW, "what %d ranks have to tell exceeds the address space", world.ranks);
        }
    }
    *total = sum;
    return BK_OK;
}

/* Memory for what all ranks have to tell: each has it, or all fail. */
static bk_status make_room(void **all, const size_t *sizes)
{
    size_t total = 0;
    *all = NULL;
    bk_status mine = total_of(&total, sizes);
    if (mine == BK_OK) {
        *all = bk_allocate(total, 1);
        mine = *all != NULL ? BK_OK
                            : bk_fail_within("rank %d of %d, trials of all ranks", world.rank, world.ranks);
    }
    return bk_ranks_share_failure(mine, 0);
}

bk_status bk_ranks_gather(void **bytes, size_t *sizes, const void *mine, size_t my_size)
{
    BK_TRY(check_whole());
    sizes[world.rank] = my_size;
    if (world.ranks > 1) {
        BK_TRY(noted(world.transport->gather_sizes(sizes)));
    }
    void *all;
    bk_status status = make_room(&all, sizes);
    if (status == BK_OK && world.ranks > 1) {
        status = noted(world.transport->gather(all, sizes, mine));
    } else if (status == BK_OK && my_size > 0) {
        memcpy(all, mine, my_size);
    }
    if (status != BK_OK) {
        bk_free(all);
        return status;
    }
    *bytes = all;
    return BK_OK;
}

/* Rank 0's bytes, into memory of their own on every rank. */
static bk_status bytes_of_rank_0(void **copy, size_t *copy_size, const void *bytes, size_t size)
{
    uint64_t shared_size = size;
    BK_TRY(bk_ranks_agree(&shared_size, 1));
    bk_status status = BK_OK;
    *copy_size = (size_t)shared_size;
    *copy = bk_allocate(*copy_size, 1);
    if (*copy == NULL) {
        status = bk_fail_within("rank %d of %d", world.rank, world.ranks);
    } else if (world.rank == 0 && size > 0) {
        memcpy(*copy, bytes, size);
    }
    BK_TRY(bk_ranks_share_failure(status, 0));
    return noted(world.transport->broadcast(*copy, *copy_size, 0));
}

bk_status bk_ranks_must_match(const void *bytes, size_t size, const char *what)
{
    if (world.ranks == 1) {
        return BK_OK;
    }
    void *copy = NULL;
    size_t copy_size = 0;
    bk_status status = bytes_of_rank_0(&copy, &copy_size, bytes, size);
    if (status == BK_OK) {
        if (copy_size != size || (size > 0 && memcmp(copy, bytes, size) != 0)) {
            status =
                bk_fail(BK_INVALID,
                        "rank %d of %d has another %s than rank 0: start all ranks with one and the same "
                        "command",
                        world.rank, world.ranks, what);
        }
        status = bk_ranks_share_failure(status, (uint64_t)world.rank);
    }
    bk_free(copy);
    return status;
}
