# SPDX-License-Identifier: GPL-3.0-or-later
# Builds tsan_driver with clang and ThreadSanitizer in a folder of its own and runs it: no race may be found, and
# in the twin with planted ones those must be. clang with libomp and Archer, which tells ThreadSanitizer what
# OpenMP synchronises: gcc's libgomp cannot, and correct loops have "races" there.
# cmake -DSOURCE= -DWORK= -DGENERATOR= -P check_tsan.cmake
cmake_minimum_required(VERSION 3.22)
find_program(CLANG clang)
file(WRITE ${WORK}/probe.c "int main(void) { return 0; }\n")
set(result 1)
if(CLANG)
  execute_process(COMMAND ${CLANG} -fopenmp -fsanitize=thread ${WORK}/probe.c -o ${WORK}/probe
                  RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
endif()
if(NOT result EQUAL 0)
  message("SKIPPED: needs clang with OpenMP and ThreadSanitizer (Debian: clang, libomp-dev, libclang-rt-dev)")
  return()
endif()
# ThreadSanitizer's fixed places in memory and addresses drawn at random do not go together on every kernel.
find_program(SETARCH setarch)
set(fixed "")
if(SETARCH)
  execute_process(COMMAND ${SETARCH} -R true RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
  if(result EQUAL 0)
    set(fixed ${SETARCH} -R)
  endif()
endif()
# libomp finds Archer on its own where both lie in one folder that the loader knows; else it is told.
execute_process(COMMAND ${CLANG} -print-file-name=libarcher.so OUTPUT_VARIABLE archer
                OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
file(REAL_PATH ${CLANG} clang_file)
get_filename_component(clang_folder ${clang_file} DIRECTORY)
find_file(ARCHER libarcher.so HINTS ${clang_folder}/../lib)
if(NOT IS_ABSOLUTE "${archer}" AND ARCHER)
  set(archer ${ARCHER})
endif()
if(NOT IS_ABSOLUTE "${archer}" OR NOT EXISTS "${archer}")
  message("SKIPPED: needs Archer, libarcher.so, beside clang's libomp (Debian: libomp-dev)")
  return()
endif()

# step(COMMAND...): fails with what the command printed.
function(step)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "exit ${result}: ${command}\n${output}")
  endif()
endfunction()

# run(PROGRAM): sets result and output.
function(run program)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env TSAN_OPTIONS=ignore_noninstrumented_modules=1:exitcode=66
                          ARCHER_OPTIONS=verbose=1 OMP_TOOL_LIBRARIES=${archer} OMP_WAIT_POLICY=passive
                          --unset=OMP_NUM_THREADS --unset=OMP_THREAD_LIMIT --unset=OMP_DYNAMIC
                          --unset=OMP_MAX_ACTIVE_LEVELS ${fixed} ${WORK}/bin/${program}
                  WORKING_DIRECTORY ${WORK} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT output MATCHES "Archer detected OpenMP application with TSan")
    message(FATAL_ERROR "${program}: Archer is not on, so nothing was tested. exit ${result}:\n${output}")
  endif()
  set(result "${result}" PARENT_SCOPE)
  set(output "${output}" PARENT_SCOPE)
endfunction()

step(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK} -G ${GENERATOR} -DCMAKE_C_COMPILER=${CLANG}
     -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS=-g -DBRISK_TESTS=ON -DBRISK_SANITIZE=thread)
step(${CMAKE_COMMAND} --build ${WORK} --target tsan_driver tsan_driver_race)

run(tsan_driver)
if(NOT result EQUAL 0 OR output MATCHES "ThreadSanitizer: ")
  message(FATAL_ERROR "tsan_driver, exit ${result}:\n${output}")
endif()
foreach(part loop team training bootstrap simulation)
  if(NOT output MATCHES "(^|\n)${part}: done\n")
    message(FATAL_ERROR "tsan_driver did not run ${part}:\n${output}")
  endif()
endforeach()
message("tsan_driver: no race in loop, team, training, bootstrap, simulation")

run(tsan_driver_race)
foreach(function fill_item run_member)
  if(NOT result EQUAL 66 OR NOT output MATCHES "ThreadSanitizer: data race [^\n]*tsan_driver.c[^\n]* in ${function}\n")
    message(FATAL_ERROR "the planted race in ${function} was not found; exit ${result}:\n${output}")
  endif()
endforeach()
message("planted races: found in loop and team")
