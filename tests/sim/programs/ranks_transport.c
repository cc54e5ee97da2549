/* SPDX-License-Identifier: GPL-3.0-or-later
 * The transport between ranks, from the outside: tests/acceptance/mpi.sh starts this program under mpirun.
 *
 *   ranks_transport all RANKS     every collective call, and failures that the ranks agree on; exit code 0
 *   ranks_transport agreed        rank 1 fails and all end with its status; rank 0 is slow and still finishes
 *   ranks_transport alone CODE    rank 1 ends all for a failure that the others do not know of
 *   ranks_transport broken        a call of MPI fails on rank 1: that ends all with code 1
 *   ranks_transport large         one message above 2 GiB a rank (memory for nearly 7 GiB on two ranks) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "sim/ranks.h"

static int checks;

/* A failed check ends all: the others would wait for a rank that has left. */
#define CHECK(condition)                                                                                    \
    do {                                                                                                    \
        checks++;                                                                                           \
        if (!(condition)) {                                                                                 \
            (void)fprintf(stderr, "FAILED on rank %d, line %d: %s (%s)\n", bk_rank(), __LINE__, #condition, \
                          bk_error_message());                                                              \
            (void)fflush(stderr);                                                                           \
            bk_ranks_abort(99);                                                                             \
            exit(99);                                                                                       \
        }                                                                                                   \
    } while (0)

static void set_piece(size_t bytes) { bk_transport_mpi()->piece_bytes = bytes; }

/* What rank r has to tell in a round: any two differ in nearly every byte. */
static unsigned char byte_of(int rank, uint64_t round, size_t place)
{
    uint64_t x = (uint64_t)rank * 0x9e3779b97f4a7c15u + round * 0xd1b54a32d192ed03u + place;
    x ^= x >> 29;
    x *= 0xbf58476d1ce4e5b9u;
    return (unsigned char)(x >> 56);
}

static void check_one_rank(void)
{
    uint64_t value = 7;
    void *bytes = NULL;
    size_t sizes[1] = {0};
    CHECK(bk_rank() == 0 && bk_ranks() == 1 && !bk_ranks_broken());
    CHECK(bk_ranks_agree(&value, 1) == BK_OK && value == 7);
    CHECK(bk_ranks_gather(&bytes, sizes, "abc", 3) == BK_OK && sizes[0] == 3 && memcmp(bytes, "abc", 3) == 0);
    bk_free(bytes);
    CHECK(bk_ranks_share_failure(BK_OK, 0) == BK_OK);
    CHECK(bk_ranks_share_failure(bk_fail(BK_FILE, "mine"), 0) == BK_FILE);
    CHECK(strcmp(bk_error_message(), "mine") == 0);
    CHECK(bk_ranks_must_match("abc", 3, "text") == BK_OK);
    bk_ranks_abort(1);
    bk_ranks_end();
}

static void check_start(int ranks)
{
    CHECK(bk_ranks_possible());
    CHECK(bk_ranks_launched() == (ranks > 1));
    CHECK(bk_ranks_start() == BK_OK);
    CHECK(bk_ranks() == ranks && bk_rank() >= 0 && bk_rank() < ranks);
    CHECK(bk_ranks_start() == BK_INVALID);
    const char *rank = getenv("OMPI_COMM_WORLD_RANK");
    CHECK(rank == NULL || atoi(rank) == bk_rank());
}

static void check_agree(void)
{
    static uint64_t values[1000];
    for (size_t n = 0; n <= 1000; n = n < 3 ? n + 1 : n * 7) {
        for (size_t i = 0; i < 1000; i++) {
            values[i] = (uint64_t)bk_rank() << 60 | i;
        }
        CHECK(bk_ranks_agree(values, n) == BK_OK);
        for (size_t i = 0; i < 1000; i++) {
            CHECK(values[i] == (i < n ? i : ((uint64_t)bk_rank() << 60 | i)));
        }
    }
}

/* Every rank tells size_of(rank) bytes and gets those of all. */
static void check_gather(uint64_t round, size_t (*size_of)(int rank, uint64_t round))
{
    const size_t my_size = size_of(bk_rank(), round);
    unsigned char *mine = bk_allocate(my_size, 1);
    size_t *sizes = bk_allocate((size_t)bk_ranks(), sizeof *sizes);
    void *bytes = NULL;
    CHECK(mine != NULL && sizes != NULL);
    for (size_t i = 0; i < my_size; i++) {
        mine[i] = byte_of(bk_rank(), round, i);
    }
    CHECK(bk_ranks_gather(&bytes, sizes, mine, my_size) == BK_OK);
    const unsigned char *place = bytes;
    for (int r = 0; r < bk_ranks(); r++) {
        CHECK(sizes[r] == size_of(r, round));
        size_t wrong = 0;
        for (size_t i = 0; i < sizes[r]; i++) {
            wrong += place[i] != byte_of(r, round, i);
        }
        CHECK(wrong == 0);
        place += sizes[r];
    }
    bk_free(bytes);
    bk_free(sizes);
    bk_free(mine);
}

static size_t no_size(int rank, uint64_t round) { return 0 * ((size_t)rank + (size_t)round); }
static size_t same_size(int rank, uint64_t round) { return 1000 + 0 * ((size_t)rank + (size_t)round); }
static size_t some_size(int rank, uint64_t round) { return byte_of(rank, round, 12345) % 200; }
static size_t one_rank_alone(int rank, uint64_t round)
{
    return rank == (int)(round % (uint64_t)bk_ranks()) ? 77 : 0;
}
static size_t megabytes(int rank, uint64_t round) { return 1000000 + 12345 * (size_t)rank + (size_t)round; }

static void check_gathers(void)
{
    check_gather(1, no_size);
    check_gather(2, same_size);
    for (uint64_t round = 3; round < 10; round++) {
        check_gather(round, some_size);
        check_gather(round, one_rank_alone);
    }
}

/* The failure of one or two ranks, told on all. order_a of rank a, order_b of rank b; winner is who is told.
 */
static void check_failure(int a, uint64_t order_a, int b, uint64_t order_b, int winner)
{
    char expected[100];
    bk_status mine = BK_OK;
    if (bk_rank() == a || bk_rank() == b) {
        mine =
            bk_fail(bk_rank() == a ? BK_NOT_A_NUMBER : BK_FILE, "100%% of rank %d's trials, %%s", bk_rank());
    } else {
        (void)bk_fail(BK_MEMORY, "an old failure that was dealt with");
    }
    const bk_status told = bk_ranks_share_failure(mine, bk_rank() == a ? order_a : order_b);
    (void)snprintf(expected, sizeof expected, "100%% of rank %d's trials, %%s", winner);
    CHECK(told == (winner == a ? BK_NOT_A_NUMBER : BK_FILE) && bk_error_status() == told);
    CHECK(strcmp(bk_error_message(), expected) == 0);
}

static void check_failures(void)
{
    const int last = bk_ranks() - 1;
    (void)bk_fail(BK_MEMORY, "an old failure that was dealt with");
    CHECK(bk_ranks_share_failure(BK_OK, 5) == BK_OK);
    check_failure(0, 10, 0, 10, 0);
    check_failure(last, 10, last, 10, last);
    check_failure(last, UINT64_MAX, last, UINT64_MAX, last);
    check_failure(0, 11, last, 10, last);
    check_failure(0, 10, last, 11, 0);
    check_failure(0, 10, last, 10, 0);
    check_failure(0, (uint64_t)1 << 63, last, 1, last);
    check_failure(0, UINT64_MAX, last, UINT64_MAX - 1, 0); /* both are "after every trial" */

    char expected[2100];
    char text[2100];
    memset(text, 'x', sizeof text);
    text[2099] = '\0';
    const bk_status mine = bk_rank() == last ? bk_fail(BK_FORMAT, "%s", text) : BK_OK;
    CHECK(bk_ranks_share_failure(mine, 1) == BK_FORMAT);
    memset(expected, 'x', sizeof expected);
    expected[1999] = '\0';
    CHECK(strcmp(bk_error_message(), expected) == 0);
    CHECK(bk_ranks_share_failure(BK_OK, 5) == BK_OK);
}

/* One rank alone has no room for what all have to tell: all fail, with its number, and go on together. */
static void check_memory(void)
{
    const int last = bk_ranks() - 1;
    size_t sizes[64];
    void *bytes = "untouched";
    char expected[100];
    CHECK(bk_ranks_gather(&bytes, sizes, NULL, SIZE_MAX / 2 + 1) == BK_OVERFLOW);
    CHECK(strcmp(bytes, "untouched") == 0);
#ifndef __SANITIZE_ADDRESS__
    char *mine = bk_allocate(100000000, 1);
    struct rlimit old;
    CHECK(mine != NULL && getrlimit(RLIMIT_DATA, &old) == 0);
    const struct rlimit tight = {.rlim_cur = 150000000, .rlim_max = old.rlim_max};
    CHECK(bk_rank() != last || setrlimit(RLIMIT_DATA, &tight) == 0);
    CHECK(bk_ranks_gather(&bytes, sizes, mine, 100000000) == BK_MEMORY);
    CHECK(setrlimit(RLIMIT_DATA, &old) == 0);
    (void)snprintf(expected, sizeof expected, "rank %d of %d, ", last, bk_ranks());
    CHECK(strncmp(bk_error_message(), expected, strlen(expected)) == 0);
    CHECK(strcmp(bytes, "untouched") == 0 && !bk_ranks_broken());
    bk_free(mine);
#else
    (void)expected, (void)last;
#endif
}

static void check_match(void)
{
    const int last = bk_ranks() - 1;
    CHECK(bk_ranks_must_match("[options]\nhidden = 5\n", 21, "configuration") == BK_OK);
    CHECK(bk_ranks_must_match(NULL, 0, "configuration") == BK_OK);
    const char *mine = bk_rank() == last ? "hidden = 6" : "hidden = 5";
    CHECK(bk_ranks_must_match(mine, 10, "configuration") == BK_INVALID);
    char expected[100];
    (void)snprintf(expected, sizeof expected, "rank %d of %d has another configuration", last, bk_ranks());
    CHECK(strncmp(bk_error_message(), expected, strlen(expected)) == 0);
    CHECK(bk_ranks_must_match("hidden = 5", bk_rank() == 0 ? 10 : 9, "configuration") == BK_INVALID);
    CHECK(strncmp(bk_error_message(), "rank 1 of", 9) == 0);
    CHECK(bk_ranks_must_match("hidden = 5", bk_rank() == 0 ? 0 : 9, "configuration") == BK_INVALID);
    CHECK(bk_ranks_must_match("hidden = 5", 10, "configuration") == BK_OK);
}

static void check_all(int ranks)
{
    check_one_rank();
    check_start(ranks);
    static const size_t pieces[] = {64, 1000, 100000, (size_t)1 << 30};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        set_piece(pieces[i]);
        check_agree();
        check_gathers();
        /* On a busy machine a message can take as long as a turn of the scheduler: not too many of them. */
        if (pieces[i] >= 100000) {
            check_gather(50, megabytes);
        }
        if (ranks > 1) {
            check_failures();
            check_match();
        }
    }
    if (ranks > 1) {
        check_memory();
    }
    if (bk_rank() == 0) {
        printf("%d ranks, %d checks on rank 0\n", ranks, checks);
    }
    bk_ranks_end();
    CHECK(bk_rank() == 0 && bk_ranks() == 1 && bk_ranks_launched() == (ranks > 1));
    CHECK(bk_ranks_start() != BK_OK); /* MPI starts once in a process */
    bk_ranks_end();
}

static bk_status fail(void) { return bk_fail(BK_FILE, "rank %d had trouble with a file", bk_rank()); }

static int end_agreed(void)
{
    const bk_status status = bk_ranks_share_failure(bk_rank() == 1 ? fail() : BK_OK, 0);
    if (bk_rank() == 0) {
        const struct timespec second = {.tv_sec = 1};
        (void)nanosleep(&second, NULL);
        (void)fprintf(stderr, "rank 0 says: %s\n", bk_error_message());
        (void)fflush(stderr);
    }
    bk_ranks_end();
    return bk_status_exit_code(status);
}

static int end_alone(int exit_code)
{
    if (bk_rank() == 1) {
        bk_ranks_abort(exit_code);
    }
    CHECK(bk_ranks_share_failure(BK_OK, 0) != BK_OK && "rank 1 is gone");
    return 98;
}

static bk_status bad_broadcast(void *bytes, size_t size, int root)
{
    static bk_status (*right)(void *bytes, size_t size, int root);
    if (right == NULL) {
        right = bk_transport_mpi()->broadcast;
        return BK_OK;
    }
    return right(bytes, size, root + 1000);
}

/* There is no root 1000: MPI says so on rank 1, which leaves; rank 0 waits for it in the next call. */
static int end_broken(void)
{
    uint64_t value = 1;
    (void)bad_broadcast(&value, 0, 0);
    if (bk_rank() == 1) {
        bk_transport_mpi()->broadcast = bad_broadcast;
        CHECK(bk_ranks_agree(&value, 1) == BK_FAILED && bk_ranks_broken());
        (void)fprintf(stderr, "%s\n", bk_error_message());
        CHECK(strncmp(bk_error_message(), "rank 1 of", 9) == 0 &&
              strstr(bk_error_message(), "MPI_Bcast") != NULL);
        size_t sizes[64];
        void *bytes = NULL;
        CHECK(bk_ranks_gather(&bytes, sizes, NULL, 0) == BK_FAILED && bytes == NULL);
        CHECK(bk_ranks_share_failure(BK_OK, 0) == BK_FAILED && bk_ranks_agree(&value, 1) == BK_FAILED);
        (void)fprintf(stderr, "rank 1 leaves\n");
        (void)fflush(stderr);
        bk_ranks_end();
        return 97;
    }
    CHECK(bk_ranks_share_failure(BK_OK, 0) != BK_OK && "rank 1 is gone");
    return 98;
}

static size_t above_two_gibibytes(int rank, uint64_t round)
{
    return ((size_t)1 << 31) / 2 + 100 + (size_t)rank + 0 * round;
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "all";
    const int number = argc > 2 ? atoi(argv[2]) : 1;
    if (strcmp(mode, "all") == 0) {
        check_all(number);
        return 0;
    }
    if (bk_ranks_start() != BK_OK) {
        (void)fprintf(stderr, "%s\n", bk_error_message());
        bk_ranks_end();
        return bk_status_exit_code(bk_error_status());
    }
    if (strcmp(mode, "agreed") == 0) {
        return end_agreed();
    }
    if (strcmp(mode, "alone") == 0) {
        return end_alone(number);
    }
    if (strcmp(mode, "broken") == 0) {
        return end_broken();
    }
    check_gather(1, above_two_gibibytes);
    bk_ranks_end();
    return 0;
}
