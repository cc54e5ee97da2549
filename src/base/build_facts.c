/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the build knows of itself; the header is written by cmake/build_facts.cmake. */
#include "brisk/base.h"
#include "brisk_build_facts.h"

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER "unknown"
#endif

static const bk_build_facts facts = {
    .version = BK_VERSION,
    .git_commit = BRISK_GIT_COMMIT,
    .git_dirty = BRISK_GIT_DIRTY,
    .compiler = COMPILER,
    .flags = BRISK_COMPILE_FLAGS,
    .build_type = BRISK_BUILD_TYPE,
};

const bk_build_facts *bk_build(void) { return &facts; }
