# SPDX-License-Identifier: GPL-3.0-or-later
# Installs the build at BUILD below WORK, moves the installation, and lets a project from outside
# find it, build with it and run: through CMake (shared and static) and through pkg-config.
# cmake -DBUILD= -DWORK= -DSOURCE= -DCOMPILER= -DFLAGS= -DNM= -DGENERATOR= [-DPKG_CONFIG=]
#       -P check_install.cmake
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "exit ${result}: ${command}\n${output}")
  endif()
endfunction()

function(run_study program)
  get_filename_component(name ${program} NAME)
  run(${program} run own-study -o ${WORK}/${name}.h5 --trials 200 --reproducible)
  run(${program} show ${WORK}/${name}.h5)
endfunction()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/first)
file(RENAME ${WORK}/first ${WORK}/prefix)
run(${WORK}/prefix/bin/brisk --version)

# The shared library shows its own names, and those that compilers add, and nothing else.
file(GLOB_RECURSE shared ${WORK}/prefix/libbrisk.so)
execute_process(COMMAND ${NM} -D --defined-only --format=posix ${shared} OUTPUT_VARIABLE names
                COMMAND_ERROR_IS_FATAL ANY)
string(REGEX REPLACE "(^|\n)(bk_|\\.gomp_|__)[^\n]*" "" foreign "${names}")
string(STRIP "${foreign}" foreign)
if(NOT names MATCHES "bk_main" OR NOT foreign STREQUAL "")
  message(FATAL_ERROR "libbrisk.so exports names that are not bk_...:\n${foreign}")
endif()

run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -G ${GENERATOR} -DCMAKE_PREFIX_PATH=${WORK}/prefix
    -DCMAKE_C_COMPILER=${COMPILER} "-DCMAKE_C_FLAGS=${FLAGS} -Wall -Wextra -Werror")
run(${CMAKE_COMMAND} --build ${WORK}/build)
run_study(${WORK}/build/own_study)
run_study(${WORK}/build/own_study_static)
run(${CMAKE_COMMAND} -E compare_files ${WORK}/own_study.h5 ${WORK}/own_study_static.h5)

if(PKG_CONFIG)
  file(GLOB_RECURSE pc ${WORK}/prefix/brisk.pc)
  get_filename_component(pc_folder ${pc} DIRECTORY)
  set(ENV{PKG_CONFIG_PATH} ${pc_folder})
  execute_process(COMMAND ${PKG_CONFIG} --cflags --libs brisk OUTPUT_VARIABLE flags
                  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(flags UNIX_COMMAND "${flags} ${FLAGS}")
  get_filename_component(libraries ${pc_folder} DIRECTORY)
  run(${COMPILER} ${SOURCE}/own_study.c -o ${WORK}/own_study_pc ${flags} -Wl,-rpath,${libraries})
  run_study(${WORK}/own_study_pc)
endif()
