# SPDX-License-Identifier: GPL-3.0-or-later
# Installs the build at BUILD below WORK, moves the installation, and lets a project from outside find it,
# build with it and run: a copy of TEMPLATE (experiments/template), with the shared library, the static one, and
# through pkg-config. The study that comes out must be a full command.
# cmake -DBUILD= -DWORK= -DSOURCE= -DTEMPLATE= -DCOMPILER= -DFLAGS= -DNM= -DGENERATOR= [-DPKG_CONFIG=]
#       -P check_install.cmake

# run(COMMAND...): must succeed; what it printed is in `printed`.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "exit ${result}: ${command}\n${output}")
  endif()
  set(printed "${output}" PARENT_SCOPE)
endfunction()

# fails_with(CODE PATTERN COMMAND...)
function(fails_with code pattern)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  list(JOIN ARGN " " command)
  if(NOT result EQUAL code OR NOT output MATCHES "${pattern}")
    message(FATAL_ERROR "exit ${result}, not ${code} with /${pattern}/: ${command}\n${output}")
  endif()
endfunction()

function(must_say pattern)
  if(NOT printed MATCHES "${pattern}")
    message(FATAL_ERROR "no /${pattern}/ in:\n${printed}")
  endif()
endfunction()

# The files of all builds of the study are compared at the end: NAME.h5.
function(run_study program name)
  run(${program} run worst-loss -o ${WORK}/${name}.h5 --trials 2000 --losses 20 -j 2 --reproducible)
  must_say("true_mean = 0.95238095")
endfunction()

# The study as a command: lists, help, errors, the file, its stored configuration, any number of threads.
function(check_command program)
  run(${program} list)
  must_say("worst-loss +How bad the worst of some losses is")
  run(${program} list worst-loss)
  must_say("--losses +10 .*losses a trial \\(losses\\)")
  run(${program} run worst-loss --help)
  must_say("--losses")
  fails_with(2 "losses.*\\[1,1000000\\]" ${program} run worst-loss --losses 0)
  fails_with(2 "--losses" ${program} run worst-loss --loses 3)
  fails_with(2 "worst-loss" ${program} run worst-los)
  run_study(${program} command)
  run(${program} show ${WORK}/command.h5)
  must_say("mean = 0.95")
  # 2000 trials: the mean stands within 6 of its standard errors of n / (n + 1), whatever the seed.
  if(NOT printed MATCHES "errors_off = (-?[0-9.e-]+)" OR CMAKE_MATCH_1 LESS -6 OR CMAKE_MATCH_1 GREATER 6)
    message(FATAL_ERROR "the mean is not that of the worst of 20 uniform losses:\n${printed}")
  endif()
  fails_with(3 "command.h5" ${program} run worst-loss -o ${WORK}/command.h5)
  file(WRITE ${WORK}/study.ini "losses = 20\ntrials = 2000\n")
  run(${program} run worst-loss --config ${WORK}/study.ini -o ${WORK}/ini.h5 -j 1 --reproducible)
  run(${CMAKE_COMMAND} -E compare_files ${WORK}/command.h5 ${WORK}/ini.h5)
endfunction()

# Everything that brisk run has is there: rehearsal, stop and resume, shards and merge, a stopping rule. All ways
# to the whole give its bytes.
function(check_driver program)
  set(study ${program} run worst-loss --trials 200000 --losses 1000 --keep summary --reproducible -j 2)
  run(${study} -o ${WORK}/whole.h5)
  run(${study} --dry-run)
  must_say("purpose 1024, index 0 to 199999")
  # 2e8 draws take longer than this on any two cores.
  fails_with(5 "--resume" ${study} -o ${WORK}/stopped.h5 --time-limit 0.01)
  fails_with(3 "checkpoint" ${study} -o ${WORK}/stopped.h5)
  run(${study} -o ${WORK}/stopped.h5 --resume)
  run(${CMAKE_COMMAND} -E compare_files ${WORK}/whole.h5 ${WORK}/stopped.h5)
  foreach(shard 1 2)
    run(${program} run worst-loss --trials 2000 --losses 20 -o ${WORK}/shard${shard}.h5 --shard ${shard}/2)
  endforeach()
  run(${program} merge ${WORK}/merged.h5 ${WORK}/shard1.h5 ${WORK}/shard2.h5 --reproducible)
  run(${CMAKE_COMMAND} -E compare_files ${WORK}/command.h5 ${WORK}/merged.h5)
  run(${program} run worst-loss --trials 1000000 --stop-mcse 0.001 -o ${WORK}/precise.h5)
  if(NOT printed MATCHES "precise enough after ([0-9]+) of" OR CMAKE_MATCH_1 GREATER 100000)
    message(FATAL_ERROR "--stop-mcse 0.001 must end after some ten thousand trials:\n${printed}")
  endif()
endfunction()

function(check_library)
  # The shared library shows its own names, and those that compilers add, and nothing else.
  file(GLOB_RECURSE shared ${WORK}/prefix/libbrisk.so)
  execute_process(COMMAND ${NM} -D --defined-only --format=posix ${shared} OUTPUT_VARIABLE names
                  COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX REPLACE "(^|\n)(bk_|\\.gomp_|__)[^\n]*" "" foreign "${names}")
  string(STRIP "${foreign}" foreign)
  if(NOT names MATCHES "bk_main" OR NOT foreign STREQUAL "")
    message(FATAL_ERROR "libbrisk.so exports names that are not bk_...:\n${foreign}")
  endif()
endfunction()

# build(FOLDER SOURCE [ARGUMENT...]): configures and builds a project outside the checkout.
function(build folder source)
  run(${CMAKE_COMMAND} -S ${source} -B ${folder} -G ${GENERATOR} -DCMAKE_PREFIX_PATH=${WORK}/prefix
      -DCMAKE_C_COMPILER=${COMPILER} "-DCMAKE_C_FLAGS=${FLAGS} -Wall -Wextra -Werror" ${ARGN})
  run(${CMAKE_COMMAND} --build ${folder})
endfunction()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/first)
file(RENAME ${WORK}/first ${WORK}/prefix)
run(${WORK}/prefix/bin/brisk --version)
check_library()

file(COPY ${TEMPLATE}/ DESTINATION ${WORK}/my-study)
build(${WORK}/my-study/build ${WORK}/my-study)
check_command(${WORK}/my-study/build/my-study)
check_driver(${WORK}/my-study/build/my-study)
build(${WORK}/static ${SOURCE} -DSTUDY=${WORK}/my-study/my_study.c)
run_study(${WORK}/static/my-study-static static)
run(${CMAKE_COMMAND} -E compare_files ${WORK}/command.h5 ${WORK}/static.h5)

if(PKG_CONFIG)
  file(GLOB_RECURSE pc ${WORK}/prefix/brisk.pc)
  get_filename_component(pc_folder ${pc} DIRECTORY)
  set(ENV{PKG_CONFIG_PATH} ${pc_folder})
  execute_process(COMMAND ${PKG_CONFIG} --cflags --libs brisk OUTPUT_VARIABLE flags
                  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(flags UNIX_COMMAND "${flags} ${FLAGS}")
  get_filename_component(libraries ${pc_folder} DIRECTORY)
  run(${COMPILER} ${WORK}/my-study/my_study.c -o ${WORK}/my-study-pc ${flags} -Wl,-rpath,${libraries})
  run_study(${WORK}/my-study-pc pc)
  run(${CMAKE_COMMAND} -E compare_files ${WORK}/command.h5 ${WORK}/pc.h5)
endif()
