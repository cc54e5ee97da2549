/* SPDX-License-Identifier: GPL-3.0-or-later
 * The transport over MPI: every call of MPI is here, and every return code is looked at. Empty where brisk is
 * built without MPI. */
#include "sim/ranks.h"

#ifndef BRISK_MPI

bk_transport *bk_transport_mpi(void) { return NULL; }

#else

#include <mpi.h>
#include <string.h>

/* Ours alone, so that a program that uses MPI itself does not meet our messages. */
static MPI_Comm world = MPI_COMM_NULL;
static int own_rank;
static int all_ranks;
static bool finalize; /* whether MPI was started here */
static int *counts;   /* [2 * all_ranks], of MPI_Allgatherv */

static bk_transport transport;

/* What went wrong, in MPI's words. */
static bk_status checked(int code, const char *call)
{
    if (code == MPI_SUCCESS) {
        return BK_OK;
    }
    char text[MPI_MAX_ERROR_STRING + 1] = "unknown error";
    int length = 0;
    if (MPI_Error_string(code, text, &length) != MPI_SUCCESS) {
        return bk_fail(BK_FAILED, "%s failed with code %d", call, code);
    }
    return bk_fail(BK_FAILED, "%s: %s", call, text);
}

/* MPI itself: FUNNELED, because the thread that runs the experiment makes all calls. */
static bk_status start_mpi(void)
{
    int done = 0;
    int provided = MPI_THREAD_SINGLE;
    BK_TRY(checked(MPI_Finalized(&done), "MPI_Finalized"));
    if (done) {
        return bk_fail(BK_UNSUPPORTED, "MPI cannot be started again in a process that has ended it");
    }
    BK_TRY(checked(MPI_Initialized(&done), "MPI_Initialized"));
    finalize = !done;
    if (finalize) {
        BK_TRY(checked(MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread"));
    } else {
        BK_TRY(checked(MPI_Query_thread(&provided), "MPI_Query_thread"));
    }
    if (provided < MPI_THREAD_FUNNELED) {
        return bk_fail(BK_UNSUPPORTED, "this MPI does not allow threads (MPI_THREAD_FUNNELED)");
    }
    return BK_OK;
}

static bk_status join(void)
{
    if (finalize) {
        BK_TRY(
            checked(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler"));
    }
    BK_TRY(checked(MPI_Comm_dup(MPI_COMM_WORLD, &world), "MPI_Comm_dup"));
    BK_TRY(checked(MPI_Comm_set_errhandler(world, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler"));
    BK_TRY(checked(MPI_Comm_rank(world, &own_rank), "MPI_Comm_rank"));
    BK_TRY(checked(MPI_Comm_size(world, &all_ranks), "MPI_Comm_size"));
    counts = bk_allocate((size_t)all_ranks, 2 * sizeof *counts);
    return counts != NULL ? BK_OK : bk_fail_within("rank %d of %d", own_rank, all_ranks);
}

static bk_status start(int *rank, int *ranks)
{
    BK_TRY(start_mpi());
    BK_TRY(join());
    *rank = own_rank;
    *ranks = all_ranks;
    return BK_OK;
}

/* A launcher may kill the others when one has ended with an exit code other than 0, and rank 0 may still be
 * writing: nobody leaves before all are here. Nothing can be done about a failure any more. */
static void end(void)
{
    (void)MPI_Barrier(world);
    (void)MPI_Comm_free(&world);
    bk_free(counts);
    counts = NULL;
    if (finalize) {
        (void)MPI_Finalize();
    }
}

static void end_all(int exit_code)
{
    int started = 0;
    int ended = 0;
    if (MPI_Initialized(&started) == MPI_SUCCESS && started && MPI_Finalized(&ended) == MPI_SUCCESS &&
        !ended) {
        (void)MPI_Abort(MPI_COMM_WORLD, exit_code);
    }
}

static bk_status broadcast(void *bytes, size_t size, int root)
{
    for (size_t done = 0; done < size; done += transport.piece_bytes) {
        const size_t rest = size - done;
        const size_t piece = rest < transport.piece_bytes ? rest : transport.piece_bytes;
        BK_TRY(checked(MPI_Bcast((char *)bytes + done, (int)piece, MPI_BYTE, root, world), "MPI_Bcast"));
    }
    return BK_OK;
}

/* All at once where the places fit in an int, which is nearly always. */
static bk_status gather_at_once(void *all, const size_t *sizes, const void *mine)
{
    int *places = counts + all_ranks;
    int place = 0;
    for (int r = 0; r < all_ranks; r++) {
        counts[r] = (int)sizes[r];
        places[r] = place;
        place += counts[r];
    }
    return checked(MPI_Allgatherv(mine, counts[own_rank], MPI_BYTE, all, counts, places, MPI_BYTE, world),
                   "MPI_Allgatherv");
}

static bk_status gather(void *all, const size_t *sizes, const void *mine)
{
    size_t total = 0;
    for (int r = 0; r < all_ranks; r++) {
        total += sizes[r];
    }
    if (total <= transport.piece_bytes) {
        return gather_at_once(all, sizes, mine);
    }
    char *place = all;
    for (int r = 0; r < all_ranks; r++) {
        if (r == own_rank && sizes[r] > 0) {
            memcpy(place, mine, sizes[r]);
        }
        BK_TRY(broadcast(place, sizes[r], r));
        place += sizes[r];
    }
    return BK_OK;
}

static bk_status gather_sizes(size_t *sizes)
{
    return checked(
        MPI_Allgather(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, sizes, (int)sizeof *sizes, MPI_BYTE, world),
        "MPI_Allgather");
}

static bk_status least(uint64_t *values, size_t n)
{
    return checked(MPI_Allreduce(MPI_IN_PLACE, values, (int)n, MPI_UINT64_T, MPI_MIN, world),
                   "MPI_Allreduce");
}

static bk_transport transport = {.piece_bytes = (size_t)1 << 30,
                                 .start = start,
                                 .end = end,
                                 .end_all = end_all,
                                 .broadcast = broadcast,
                                 .gather = gather,
                                 .gather_sizes = gather_sizes,
                                 .least = least};

bk_transport *bk_transport_mpi(void) { return &transport; }

#endif
