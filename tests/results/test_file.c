/* SPDX-License-Identifier: GPL-3.0-or-later
 * The way to the disk: whole or not at all, whatever goes wrong. */
#define _DEFAULT_SOURCE 1
#include "results/file.h"
#include "sample.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(file, .fini = sample_folder_remove);

/* Expects BK_FILE and a message that holds words. */
static void expect_trouble(bk_status status, const char *words)
{
    cr_assert_eq(status, BK_FILE, "%s", bk_status_name(status));
    cr_assert(strstr(bk_error_message(), words) != NULL, "\"%s\" lacks \"%s\"", bk_error_message(), words);
}

static void expect_content(const char *path, const char *content)
{
    size_t size = 0;
    char *bytes = sample_read(path, &size);
    cr_assert_not_null(bytes);
    cr_assert(size == strlen(content) && memcmp(bytes, content, size) == 0);
    bk_free(bytes);
}

Test(file, a_good_target_passes_and_leaves_nothing)
{
    cr_assert_eq(bk_results_check_target(sample_path("a.h5"), false), BK_OK, "%s", bk_error_message());
    cr_assert_eq(sample_folder_count(), 0);
    cr_assert_eq(chdir(sample_folder()), 0);
    cr_assert_eq(bk_results_check_target("a.h5", false), BK_OK, "%s", bk_error_message());
    cr_assert_eq(bk_file_write("a.h5", "new", 3, false), BK_OK, "%s", bk_error_message());
    expect_content(sample_path("a.h5"), "new");
    cr_assert_eq(chdir("/"), 0);
}

Test(file, bad_targets_are_named)
{
    char path[700];
    expect_trouble(bk_results_check_target("", false), "empty");
    expect_trouble(bk_results_check_target(NULL, false), "empty");
    expect_trouble(bk_results_check_target(sample_folder(), true), "is a folder");
    snprintf(path, sizeof path, "%s/", sample_folder());
    expect_trouble(bk_results_check_target(path, true), "is a folder");
    snprintf(path, sizeof path, "%s/none/a.h5", sample_folder());
    expect_trouble(bk_results_check_target(path, false), "none does not exist");
    sample_write(sample_path("a.h5"), "old", 3);
    snprintf(path, sizeof path, "%s/a.h5/b.h5", sample_folder());
    expect_trouble(bk_results_check_target(path, false), "is not a folder");
    expect_trouble(bk_results_check_target(sample_path("a.h5"), false), "--force");
    cr_assert_eq(bk_results_check_target(sample_path("a.h5"), true), BK_OK, "%s", bk_error_message());
    expect_trouble(bk_results_check_target("/dev/null", true), "device");
    memset(path, 'n', 300);
    path[300] = '\0';
    expect_trouble(bk_results_check_target(sample_path(path), false), "too long");
    cr_assert_eq(symlink("nowhere", sample_path("link.h5")), 0);
    expect_trouble(bk_results_check_target(sample_path("link.h5"), false), "symbolic link");
    expect_content(sample_path("a.h5"), "old");
}

Test(file, an_unwritable_folder_is_found_out_before_the_run)
{
    cr_assert_eq(chmod(sample_folder(), geteuid() == 0 ? 0755 : 0555), 0);
    /* Root may write anywhere: become nobody. */
    cr_assert(geteuid() != 0 || seteuid(65534) == 0);
    expect_trouble(bk_results_check_target(sample_path("a.h5"), false), "Permission denied");
    expect_trouble(bk_file_write(sample_path("a.h5"), "new", 3, false), "Permission denied");
    cr_assert(getuid() != 0 || seteuid(0) == 0);
    cr_assert_eq(chmod(sample_folder(), 0755), 0);
}

Test(file, an_existing_file_is_replaced_only_with_force)
{
    const char *path = sample_path("a.h5");
    sample_write(path, "old", 3);
    expect_trouble(bk_file_write(path, "new!", 4, false), "--force");
    expect_content(path, "old");
    cr_assert_eq(sample_folder_count(), 1);
    cr_assert_eq(bk_file_write(path, "new!", 4, true), BK_OK, "%s", bk_error_message());
    expect_content(path, "new!");
    cr_assert_eq(sample_folder_count(), 1);
}

Test(file, a_left_part_file_is_used_again)
{
    sample_write(sample_path("a.h5.part"), "left by a run that died", 23);
    cr_assert_eq(bk_file_write(sample_path("a.h5"), "new", 3, false), BK_OK, "%s", bk_error_message());
    expect_content(sample_path("a.h5"), "new");
    cr_assert_eq(sample_folder_count(), 1);
}

Test(file, a_crash_between_link_and_unlink_spoils_nothing)
{
    sample_write(sample_path("a.h5"), "finished", 8);
    cr_assert_eq(link(sample_path("a.h5"), sample_path("a.h5.part")), 0);
    expect_trouble(bk_file_write(sample_path("a.h5"), "new", 3, false), "--force");
    sample_write(sample_path("b.h5"), "finished", 8);
    cr_assert_eq(unlink(sample_path("a.h5.part")), 0);
    cr_assert_eq(link(sample_path("b.h5"), sample_path("a.h5.part")), 0);
    cr_assert_eq(bk_file_write(sample_path("a.h5"), "new", 3, true), BK_OK, "%s", bk_error_message());
    expect_content(sample_path("a.h5"), "new");
    expect_content(sample_path("b.h5"), "finished");
}

Test(file, a_symbolic_link_at_the_part_name_is_not_followed)
{
    sample_write(sample_path("victim"), "precious", 8);
    cr_assert_eq(symlink(sample_path("victim"), sample_path("a.h5.part")), 0);
    expect_trouble(bk_file_write(sample_path("a.h5"), "new", 3, false), "symbolic link");
    expect_trouble(bk_results_check_target(sample_path("a.h5"), false), "symbolic link");
    expect_content(sample_path("victim"), "precious");
    cr_assert_eq(unlink(sample_path("a.h5.part")), 0);
    cr_assert_eq(mkfifo(sample_path("a.h5.part"), 0600), 0);
    cr_assert_eq(bk_file_write(sample_path("a.h5"), "new", 3, false), BK_FILE);
}

Test(file, another_run_that_holds_the_part_file_is_respected)
{
    int ready[2];
    int done[2];
    cr_assert(pipe(ready) == 0 && pipe(done) == 0);
    const char *part = sample_path("a.h5.part");
    const pid_t child = fork();
    if (child == 0) {
        char byte = 0;
        close(done[1]); /* so that this process ends with its parent, come what may */
        const int file = open(part, O_WRONLY | O_CREAT, 0666);
        const bool held = file >= 0 && write(file, "half", 4) == 4 && flock(file, LOCK_EX) == 0;
        const bool told = write(ready[1], held ? "y" : "n", 1) == 1;
        _exit(told && read(done[0], &byte, 1) >= 0 ? 0 : 1);
    }
    char byte = 0;
    cr_assert(read(ready[0], &byte, 1) == 1 && byte == 'y');
    expect_trouble(bk_file_write(sample_path("a.h5"), "new", 3, false), "another run is writing");
    expect_trouble(bk_results_check_target(sample_path("a.h5"), false), "another run is writing");
    expect_content(part, "half");
    cr_assert_eq(write(done[1], "x", 1), 1);
    int end = 0;
    waitpid(child, &end, 0);
    cr_assert_eq(bk_file_write(sample_path("a.h5"), "new", 3, false), BK_OK, "%s", bk_error_message());
}

Test(file, two_runs_at_once_never_mix)
{
    /* Many processes write the same name with force: the file is always one of theirs, whole. */
    enum { WRITERS = 4, ROUNDS = 40, SIZE = 100000 };
    static char bytes[SIZE];
    const char *path = sample_path("a.h5");
    for (int w = 0; w < WRITERS; w++) {
        if (fork() == 0) {
            memset(bytes, 'a' + w, SIZE);
            for (int i = 0; i < ROUNDS; i++) {
                (void)bk_file_write(path, bytes, SIZE, true);
            }
            _exit(0);
        }
    }
    int left = WRITERS;
    while (left > 0) {
        left -= waitpid(-1, NULL, WNOHANG) > 0;
        size_t size = 0;
        char *content = sample_read(path, &size);
        if (content != NULL) {
            cr_assert_eq(size, SIZE);
            cr_assert_eq(memcmp(content, content + 1, SIZE - 1), 0, "a mixture of two runs");
        }
        bk_free(content);
    }
    cr_assert_eq(sample_folder_count(), 1);
}

Test(file, a_size_limit_leaves_the_old_file)
{
    const char *path = sample_path("a.h5");
    bk_results *results = sample_tree();
    sample_write(path, "old", 3);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit before;
    getrlimit(RLIMIT_FSIZE, &before);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &(struct rlimit){20000, before.rlim_max}), 0);
    expect_trouble(bk_results_write(results, path, true), "File too large");
    cr_assert(strstr(bk_error_message(), "a.h5.part") != NULL);
    setrlimit(RLIMIT_FSIZE, &before);
    expect_content(path, "old");
    cr_assert_eq(sample_folder_count(), 1);
    cr_assert_eq(bk_results_write(results, path, true), BK_OK, "%s", bk_error_message());
    bk_results_destroy(results);
}

Test(file, a_full_disk_is_an_error_and_never_a_hole)
{
    const char *disk = sample_path("disk");
    bk_results *results = sample_tree();
    cr_assert_eq(mkdir(disk, 0755), 0);
    if (mount("tmpfs", disk, "tmpfs", 0, "size=32k") != 0) {
        bk_results_destroy(results);
        cr_skip_test("a small file system cannot be mounted here");
    }
    char path[800];
    char part[900];
    snprintf(path, sizeof path, "%s/a.h5", disk);
    snprintf(part, sizeof part, "%s.part", path);
    sample_write(path, "old", 3);
    const bk_status status = bk_results_write(results, path, true);
    char message[600];
    snprintf(message, sizeof message, "%s", bk_error_message());
    size_t size = 0;
    char *content = sample_read(path, &size);
    const bool untouched = content != NULL && size == 3 && memcmp(content, "old", 3) == 0;
    const bool part_left = sample_exists(part);
    bk_free(content);
    bk_results_destroy(results);
    cr_assert_eq(umount(disk), 0);
    cr_assert_eq(status, BK_FILE);
    cr_assert(strstr(message, "No space left") != NULL, "%s", message);
    cr_assert(untouched);
    cr_assert_not(part_left);
}

Test(file, reading_what_is_no_file_of_ours)
{
    const struct {
        const char *content;
        const char *words;
    } cases[] = {
        {"", "it is empty"}, {"n,p\n1,2\n", "not an HDF5 file"}, {"\x89HDF\r\n\x1a\n", "cut or damaged"}};
    for (size_t i = 0; i < 3; i++) {
        sample_write(sample_path("a.h5"), cases[i].content, strlen(cases[i].content));
        cr_assert_null(bk_results_read(sample_path("a.h5")));
        cr_assert_eq(bk_error_status(), BK_FORMAT);
        cr_assert(strstr(bk_error_message(), cases[i].words) != NULL, "%s", bk_error_message());
        cr_assert(strstr(bk_error_message(), "a.h5") != NULL, "%s", bk_error_message());
    }
    cr_assert_null(bk_results_read(sample_path("none.h5")));
    expect_trouble(bk_error_status(), "No such file");
    cr_assert_null(bk_results_read(sample_folder()));
    expect_trouble(bk_error_status(), "a folder");
    cr_assert_null(bk_results_read(""));
    expect_trouble(bk_error_status(), "empty");
    cr_assert_eq(mkfifo(sample_path("pipe"), 0600), 0);
    cr_assert_null(bk_results_read(sample_path("pipe")));
    expect_trouble(bk_error_status(), "no regular file");
}
