# SPDX-License-Identifier: GPL-3.0-or-later
# Builds hash_kernels for 64-bit Arm with each cross compiler that is here, runs it under qemu-aarch64
# for every instruction set, and compares the hashes with those of NATIVE, the program of this build.
# cmake -DNATIVE= -DSOURCE= -DWORK= -DGENERATOR= -P check_cross.cmake
find_program(QEMU NAMES qemu-aarch64 qemu-aarch64-static)
find_program(CROSS_GCC aarch64-linux-gnu-gcc)
find_program(CLANG clang)
if(NOT QEMU OR NOT CROSS_GCC)
  message("SKIPPED: needs aarch64-linux-gnu-gcc and qemu-aarch64 (Debian: gcc-aarch64-linux-gnu, "
          "libc6-dev-arm64-cross, qemu-user)")
  return()
endif()

# hashes(VARIABLE REQUIRED command...): the lines of one run; empty where the set is not there.
function(hashes variable required)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE errors)
  if(result EQUAL 3 AND NOT required)
    set(output "")
  elseif(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "exit ${result}: ${command}\n${errors}")
  endif()
  set(${variable} "${output}" PARENT_SCOPE)
endfunction()

hashes(expected TRUE ${NATIVE} scalar)
string(REGEX MATCHALL "\n" lines "${expected}")
list(LENGTH lines kernels)

function(compare what)
  if("${ARGV1}" STREQUAL "")
    message("${what}: not on this machine")
  elseif("${ARGV1}" STREQUAL "${expected}")
    message("${what}: ${kernels} kernels, equal hashes")
  else()
    message(FATAL_ERROR "${what} differs from this machine's scalar set:\n${ARGV1}\nexpected:\n${expected}")
  endif()
endfunction()

foreach(set avx2 avx512 neon)
  hashes(found FALSE ${NATIVE} ${set})
  compare("this machine, ${set}" "${found}")
endforeach()

foreach(compiler gcc clang)
  set(options -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_BUILD_TYPE=Release)
  if(compiler STREQUAL "gcc")
    list(APPEND options -DCMAKE_C_COMPILER=${CROSS_GCC} -DBRISK_WERROR=ON)
  elseif(CLANG)
    # Headers and libraries of the cross compiler's.
    list(APPEND options -DCMAKE_C_COMPILER=${CLANG} -DCMAKE_C_COMPILER_TARGET=aarch64-linux-gnu)
  else()
    message("no clang here: gcc alone")
    continue()
  endif()
  set(build ${WORK}/${compiler})
  foreach(step "-S;${SOURCE};-B;${build};-G;${GENERATOR};${options}" "--build;${build}")
    execute_process(COMMAND ${CMAKE_COMMAND} ${step} RESULT_VARIABLE result OUTPUT_VARIABLE output
                    ERROR_VARIABLE output)
    if(NOT result EQUAL 0)
      message(FATAL_ERROR "the cross build with ${compiler} failed:\n${output}")
    endif()
  endforeach()
  foreach(set scalar neon)
    hashes(found TRUE ${QEMU} ${build}/hash_kernels ${set})
    compare("aarch64 by ${compiler}, ${set}" "${found}")
  endforeach()
endforeach()
