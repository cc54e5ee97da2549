# SPDX-License-Identifier: GPL-3.0-or-later
# brisk_flags: what every object of the project is compiled with.
add_library(brisk_flags INTERFACE)

# No contraction: a product and a sum are fused only where the source says fma,
# so that gcc, clang and every optimisation level give the same bits.
target_compile_options(brisk_flags INTERFACE -ffp-contract=off)
target_compile_options(brisk_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                       -Wstrict-prototypes -Wmissing-prototypes)
target_compile_definitions(brisk_flags INTERFACE _POSIX_C_SOURCE=200809L)
target_include_directories(brisk_flags INTERFACE
                           $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                           $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)

# Paths of the build machine stay out of the binaries: the same source gives the same bytes.
target_compile_options(brisk_flags INTERFACE -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)

if(BRISK_WERROR)
  target_compile_options(brisk_flags INTERFACE -Werror)
endif()
if(BRISK_SANITIZE)
  target_compile_options(brisk_flags INTERFACE -fsanitize=${BRISK_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all)
  target_link_options(brisk_flags INTERFACE -fsanitize=${BRISK_SANITIZE})
endif()
if(BRISK_COVERAGE)
  target_compile_options(brisk_flags INTERFACE --coverage)
  target_link_options(brisk_flags INTERFACE --coverage)
endif()
