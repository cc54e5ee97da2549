/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rule 28 on random graphs of all operations: the same bits again, for 1, 2 and 7 threads, and on every
 * instruction set. */
#include <criterion/criterion.h>
#include <string.h>

#include "brisk/kernel.h"
#include "dual_graph.h"

#define must(call) cr_assert_eq(call, BK_OK, "%s", bk_error_message())

enum { GRAPHS = 300 };

static graph g;

static void expect_same(const double *wanted, size_t count, const char *where)
{
    double again[DUAL_VARIABLES + 1];
    cr_assert_eq(graph_gradients(&g, again), count);
    if (memcmp(again, wanted, count * sizeof *again) != 0) {
        graph_print(&g, stderr);
        cr_assert_fail("graph %llu has other bits %s", (unsigned long long)g.seed, where);
    }
}

static void check(bk_dtype dtype)
{
    static const int threads[3] = {1, 2, 7};
    for (uint64_t seed = 1; seed <= GRAPHS; seed++) {
        double plain[DUAL_VARIABLES + 1];
        graph_make(&g, seed, dtype, GRAPH_OPERATIONS, 0);
        must(bk_kernel_use(BK_ISA_SCALAR));
        const size_t count = graph_gradients(&g, plain);
        cr_assert_gt(count, 0);
        expect_same(plain, count, "in a second run");
        for (int isa = 0; isa < BK_ISA_COUNT; isa++) {
            if (bk_kernel_available((bk_isa)isa)) {
                must(bk_kernel_use((bk_isa)isa));
                expect_same(plain, count, bk_isa_name((bk_isa)isa));
            }
        }
        for (int t = 0; t < 3; t++) {
            must(bk_set_threads(threads[t]));
            expect_same(plain, count, "with other threads");
        }
    }
}

Test(dual_numbers_bits, rule_28_f32) { check(BK_F32); }

Test(dual_numbers_bits, rule_28_f64) { check(BK_F64); }
