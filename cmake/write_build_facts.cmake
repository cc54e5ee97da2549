# SPDX-License-Identifier: GPL-3.0-or-later
# Script of the target brisk_build_facts: -DSOURCE_DIR -DOUTPUT -DBUILD_TYPE -DCOMPILE_FLAGS.
set(commit "")
set(dirty false)
find_program(GIT git)
# Sources that merely lie inside somebody's repository are not that repository's commit.
set(below "?")
if(GIT)
  execute_process(COMMAND ${GIT} -C ${SOURCE_DIR} rev-parse --show-prefix RESULT_VARIABLE inside
                  OUTPUT_VARIABLE below OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(GIT AND inside EQUAL 0 AND below STREQUAL "")
  execute_process(COMMAND ${GIT} -C ${SOURCE_DIR} rev-parse --verify --quiet HEAD
                  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  execute_process(COMMAND ${GIT} -C ${SOURCE_DIR} status --porcelain --untracked-files=no
                  OUTPUT_VARIABLE changes OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT changes STREQUAL "")
    set(dirty true)
  endif()
endif()
string(STRIP "${COMPILE_FLAGS}" flags)
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [=[
/* Written by cmake/write_build_facts.cmake. */
#define BRISK_GIT_COMMIT "@commit@"
#define BRISK_GIT_DIRTY @dirty@
#define BRISK_COMPILE_FLAGS "@flags@"
#define BRISK_BUILD_TYPE "@BUILD_TYPE@"
]=])
