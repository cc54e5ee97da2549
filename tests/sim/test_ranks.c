/* SPDX-License-Identifier: GPL-3.0-or-later
 * Several processes as one process sees them: what counts as a launcher's start, and the collective calls of
 * a single rank. What needs MPI is tested by programs/ranks_transport.c. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "sim/ranks.h"

static const char *const variables[] = {"OMPI_COMM_WORLD_SIZE",
                                        "PMI_SIZE",
                                        "PMI_RANK",
                                        "MV2_COMM_WORLD_SIZE",
                                        "PMIX_RANK",
                                        "SLURM_STEP_ID",
                                        "SLURM_STEPID",
                                        "SLURM_STEP_NUM_TASKS",
                                        "SLURM_PROCID",
                                        "SLURM_NTASKS",
                                        "SLURM_JOB_ID"};

/* environment: "NAME=VALUE NAME=VALUE" and nothing else of the launchers'. */
static bool launched_in(const char *environment)
{
    char text[300];
    char *rest = NULL;
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        cr_assert_eq(unsetenv(variables[i]), 0);
    }
    (void)strncpy(text, environment, sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (char *entry = strtok_r(text, " ", &rest); entry != NULL; entry = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(entry, '=');
        *value = '\0';
        cr_assert_eq(setenv(entry, value + 1, 1), 0);
    }
    return bk_ranks_launched();
}

Test(ranks, launched_by_a_launcher_as_one_of_several)
{
    cr_assert(launched_in("OMPI_COMM_WORLD_SIZE=2 PMIX_RANK=1"));
    cr_assert(launched_in("PMI_SIZE=16 PMI_RANK=0"));
    cr_assert(launched_in("MV2_COMM_WORLD_SIZE=3"));
    cr_assert(launched_in("PMIX_RANK=0"), "how many there are MPI alone knows");
    /* srun, with and without a plugin for MPI */
    cr_assert(
        launched_in("SLURM_JOB_ID=77 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=8 SLURM_PROCID=3 PMIX_RANK=3"));
    cr_assert(
        launched_in("SLURM_JOB_ID=77 SLURM_STEPID=4 SLURM_STEP_NUM_TASKS=8 SLURM_PROCID=3 SLURM_NTASKS=8"));
    /* mpirun in a Slurm job: srun started its daemon on this machine, mpirun us */
    cr_assert(launched_in("SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=1 OMPI_COMM_WORLD_SIZE=4"));
}

Test(ranks, a_process_of_its_own_is_not_launched)
{
    cr_assert_not(launched_in(""));
    /* a batch script of Slurm: without a step, or as the batch step, or the interactive one */
    cr_assert_not(launched_in("SLURM_JOB_ID=77 SLURM_NTASKS=8 SLURM_PROCID=0"));
    cr_assert_not(launched_in(
        "SLURM_JOB_ID=77 SLURM_NTASKS=8 SLURM_PROCID=0 SLURM_STEP_ID=4294967291 SLURM_STEP_NUM_TASKS=8"));
    cr_assert_not(
        launched_in("SLURM_JOB_ID=77 SLURM_STEP_ID=4294967290 SLURM_STEP_NUM_TASKS=2 SLURM_PROCID=0"));
    /* one task alone, such as a shell by srun --pty, or mpirun -n 1 */
    cr_assert_not(
        launched_in("SLURM_JOB_ID=77 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=1 SLURM_PROCID=0 PMIX_RANK=0"));
    cr_assert_not(launched_in("OMPI_COMM_WORLD_SIZE=1 PMIX_RANK=0"));
    cr_assert_not(launched_in("OMPI_COMM_WORLD_SIZE=1 SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=2"));
    /* what is no number */
    cr_assert_not(launched_in("OMPI_COMM_WORLD_SIZE=two PMI_SIZE=-2 MV2_COMM_WORLD_SIZE=2x"));
    cr_assert_not(launched_in("PMI_SIZE=99999999999999999999999"));
}

Test(ranks, one_rank_keeps_what_it_has)
{
    uint64_t values[2] = {3, UINT64_MAX};
    cr_assert(bk_rank() == 0 && bk_ranks() == 1 && !bk_ranks_broken());
    cr_assert_eq(bk_ranks_agree(values, 2), BK_OK);
    cr_assert(values[0] == 3 && values[1] == UINT64_MAX);

    void *bytes = NULL;
    size_t sizes[1] = {99};
    cr_assert_eq(bk_ranks_gather(&bytes, sizes, "trials", 7), BK_OK);
    cr_assert_eq(sizes[0], 7);
    cr_assert_str_eq(bytes, "trials");
    bk_free(bytes);
    cr_assert_eq(bk_ranks_gather(&bytes, sizes, NULL, 0), BK_OK);
    cr_assert_eq(sizes[0], 0);
    bk_free(bytes);
    bytes = NULL;
    const bk_status status = bk_ranks_gather(&bytes, sizes, "", SIZE_MAX);
    cr_assert(status == BK_MEMORY || status == BK_OVERFLOW);
    cr_assert_null(bytes);

    cr_assert_eq(bk_ranks_share_failure(BK_OK, 0), BK_OK);
    cr_assert_eq(bk_ranks_share_failure(bk_fail(BK_FILE, "trial 7: no room"), 7), BK_FILE);
    cr_assert_str_eq(bk_error_message(), "trial 7: no room");
    cr_assert_eq(bk_ranks_must_match("a", 1, "configuration"), BK_OK);
}

Test(ranks, ending_what_has_not_started_is_nothing)
{
    bk_ranks_abort(1);
    bk_ranks_end();
    bk_ranks_end();
    cr_assert_eq(bk_ranks(), 1);
}

Test(ranks, without_mpi_the_start_says_what_to_do)
{
    if (bk_ranks_possible()) {
        cr_skip("this build has MPI");
    }
    cr_assert_eq(bk_ranks_start(), BK_UNSUPPORTED);
    cr_assert_not_null(strstr(bk_error_message(), "BRISK_MPI"));
    cr_assert_eq(bk_ranks(), 1);
}
