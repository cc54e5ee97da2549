/* SPDX-License-Identifier: GPL-3.0-or-later
 * bk_main: finds the command and runs it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "brisk/kernel.h"
#include "cli/program.h"

static const bk_command commands[] = {
    {"run", "EXPERIMENT [--OPTION VALUE ...]", "run an experiment and write its results file",
     bk_command_run},
    {"merge", "OUT.h5 SHARD.h5 ...", "put the shards of a run together into its results file",
     bk_command_merge},
    {"list", "[EXPERIMENT]", "list the experiments, the options of one, or the random streams' purposes",
     bk_command_list},
    {"show", "FILE.h5 [--json]", "print what a results file holds, as a page to read", bk_command_show},
    {"verify", "FILE.h5 [--sample K]", "run a results file's experiment again and compare every bit",
     bk_command_verify},
    {"replay", "FILE.h5 [--name NAME] --trial T", "one trial again: its points, errors and intervals",
     bk_command_replay},
    {"export", "FILE.h5 -o DIR|-", "write a results file as CSV tables or JSON", bk_command_export},
    {"interval", "FILE|- [--level L ...]",
     "confidence intervals of a file of losses, each with what it promises", bk_command_interval},
    {"compare", "FILE_A FILE_B [FILE_C ...]", "compare models by their losses on the same test points",
     bk_command_compare},
    {"plan", "--epsilon E --delta D ...", "how many test points or resamples an evaluation needs",
     bk_command_plan},
    {"coverage", "[--m M] [--p P,...] ...", "how often each interval covers the true risk, exactly",
     bk_command_coverage},
    {"bench", "[--stage NAME] [--json]", "measure how fast this machine runs the hot stages",
     bk_command_bench},
    {"rng", "--purpose P --index I --count N", "print the values of a random stream", bk_command_rng},
};
#define N_COMMANDS (sizeof commands / sizeof commands[0])

static void print_help(const bk_program *program)
{
    printf("Usage: %s COMMAND [ARGUMENT ...]\n\n"
           "How far can you trust a measured test error? Monte Carlo studies on all cores,\n"
           "every distribution and confidence interval in one HDF5 file.\n\nCommands:\n",
           program->name);
    for (size_t i = 0; i < N_COMMANDS; i++) {
        printf("  %-8s %-33s %s\n", commands[i].name, commands[i].arguments, commands[i].summary);
    }
    printf("\nExperiments:\n");
    for (size_t i = 0; i < program->count; i++) {
        printf("  %-16s %s\n", program->experiments[i]->name, program->experiments[i]->summary);
    }
    printf("\n'%s COMMAND --help' tells the options of a command, '%s run EXPERIMENT --help' those of an "
           "experiment.\nExit codes: 0 ok, 1 failed, 2 bad usage or input, 3 file trouble, 4 verification "
           "mismatch,\n5 stopped early with a checkpoint.\n",
           program->name, program->name);
}

static void print_version(const bk_program *program)
{
    const bk_build_facts *build = bk_build();
    printf("%s (brisk %s)\ncommit %s%s, %s, %s, %s, kernels %s\n", program->name, build->version,
           build->git_commit[0] == '\0' ? "unknown" : build->git_commit,
           build->git_dirty ? " with changes" : "", build->compiler, build->build_type,
           bk_ranks_possible() ? "MPI" : "without MPI", bk_isa_name(bk_kernel_isa()));
}

const bk_experiment *bk_program_experiment(const bk_program *program, const char *name)
{
    const char *names[64];
    size_t known = 0;
    for (size_t i = 0; i < program->count; i++) {
        if (strcmp(program->experiments[i]->name, name) == 0) {
            return program->experiments[i];
        }
        if (known < sizeof names / sizeof names[0]) {
            names[known++] = program->experiments[i]->name;
        }
    }
    const char *nearest = bk_nearest_name(name, names, known);
    if (nearest == NULL) {
        (void)bk_fail(BK_INVALID, "there is no experiment '%s'; '%s list' names all", name, program->name);
    } else {
        (void)bk_fail(BK_INVALID, "there is no experiment '%s'; did you mean '%s'?", name, nearest);
    }
    return NULL;
}

int bk_complain(const bk_program *program, const char *command)
{
    const bk_status status = bk_error_status();
    (void)fflush(stdout);
    (void)fprintf(stderr, "%s%s%s: ", program->name, command[0] == '\0' ? "" : " ", command);
    (void)bk_print_tame(stderr, bk_error_message());
    (void)fputs("\n", stderr);
    return bk_status_exit_code(status == BK_OK ? BK_FAILED : status);
}

int bk_finish_output(const bk_program *program, const char *command)
{
    /* /dev/full accepts everything until the flush; of an earlier write the reason is lost. */
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout)) {
        (void)bk_fail(BK_FILE, "cannot write to standard output: %s",
                      errno == 0 ? "a write has failed" : strerror(errno));
        return bk_complain(program, command);
    }
    return 0;
}

/* Where a program was started with one of them closed, the next file that it opens would take its place, and
 * messages would go into results. What stands in for it can neither be read from nor written to. */
static void occupy_standard_streams(void)
{
    for (int descriptor = 0; descriptor <= 2; descriptor++) {
        if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF) {
            /* Takes the lowest free number, which is this one. */
            (void)open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY);
        }
    }
}

static int run_command(const bk_program *program, int argc, char **argv)
{
    const char *names[N_COMMANDS];
    for (size_t i = 0; i < N_COMMANDS; i++) {
        names[i] = commands[i].name;
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(program, argc - 2, argv + 2);
        }
    }
    const char *nearest = bk_nearest_name(argv[1], names, N_COMMANDS);
    const bool option = argv[1][0] == '-';
    if (nearest == NULL || option) {
        (void)bk_fail(BK_INVALID, "unknown %s '%s'; '%s --help' names all", option ? "option" : "command",
                      argv[1], program->name);
    } else {
        (void)bk_fail(BK_INVALID, "unknown command '%s'; did you mean '%s'?", argv[1], nearest);
    }
    return bk_complain(program, "");
}

int bk_main(int argc, char **argv, const bk_experiment *const *experiments, size_t count)
{
    const char *invoked = argc > 0 && argv[0] != NULL ? argv[0] : "brisk";
    const bk_program program = {
        .name = basename(invoked), .invoked = invoked, .experiments = experiments, .count = count};
    occupy_standard_streams();
    bk_keep_freed_memory();
    /* A file-size limit shall be an error of the write that meets it, not the end of the process. */
    (void)signal(SIGXFSZ, SIG_IGN);
    /* Numbers have a decimal point in options, files and JSON, whatever locale a program has set. */
    const locale_t numbers = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    if (numbers != (locale_t)0) {
        (void)uselocale(numbers);
    }
    if (argc < 2) {
        (void)bk_fail(BK_INVALID, "no command given; '%s --help' names all", program.name);
        return bk_complain(&program, "");
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(&program);
        return bk_finish_output(&program, "");
    }
    if (bk_kernel_use_environment() != BK_OK) {
        return bk_complain(&program, "");
    }
    if (strcmp(argv[1], "--version") == 0) {
        print_version(&program);
        return bk_finish_output(&program, "");
    }
    return run_command(&program, argc, argv);
}
