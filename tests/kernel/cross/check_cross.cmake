# SPDX-License-Identifier: GPL-3.0-or-later
# Builds hash_kernels and hash_variates for 64-bit Arm with each cross compiler that is here, runs them under
# qemu-aarch64 for every instruction set, and compares the hashes with those of the programs of this build.
# cmake -Dhash_kernels= -Dhash_variates= -DWORK= -DGENERATOR= -P check_cross.cmake
cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/compare.cmake)
find_program(QEMU NAMES qemu-aarch64 qemu-aarch64-static)
find_program(CROSS_GCC aarch64-linux-gnu-gcc)
find_program(CLANG clang)
if(NOT QEMU OR NOT CROSS_GCC)
  message("SKIPPED: needs aarch64-linux-gnu-gcc and qemu-aarch64 (Debian: gcc-aarch64-linux-gnu, "
          "libc6-dev-arm64-cross, qemu-user)")
  return()
endif()

compare_native()
foreach(compiler gcc clang)
  set(options -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64)
  if(compiler STREQUAL "gcc")
    list(APPEND options -DCMAKE_C_COMPILER=${CROSS_GCC} -DBRISK_WERROR=ON)
  elseif(CLANG)
    # Headers and libraries of the cross compiler's.
    list(APPEND options -DCMAKE_C_COMPILER=${CLANG} -DCMAKE_C_COMPILER_TARGET=aarch64-linux-gnu)
  else()
    message("no clang here: gcc alone")
    continue()
  endif()
  build(${CMAKE_CURRENT_LIST_DIR} ${WORK}/${compiler} ${options})
  foreach(program ${programs})
    foreach(set scalar neon)
      hashes(found TRUE ${QEMU} ${WORK}/${compiler}/${program} ${set})
      compare("${program} on aarch64 by ${compiler}, ${set}" "${found}" "${expected_${program}}")
    endforeach()
  endforeach()
endforeach()
