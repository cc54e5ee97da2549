# SPDX-License-Identifier: GPL-3.0-or-later
# Runs hash_kernels and hash_variates, as gcc and as clang compile them, in the PC emulator Bochs, whose
# processor has AVX-512 whatever the one beneath has: AVX-512 must give the hashes of AVX2 there, which are
# compared with this machine's. Last, AVX-512 kernels with a planted fault must give other hashes.
# cmake -Dhash_kernels= -Dhash_variates= -DWORK= -DGENERATOR= -DPROCESSOR= -P check_emulated.cmake
cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/../cross/compare.cmake)
set(model corei7_skylake_x)
set(seconds 300)

find_program(BOCHS bochs)
find_program(SCRIPT script)
find_program(TIMEOUT timeout)
if(NOT PROCESSOR MATCHES "x86_64|amd64|AMD64")
  message("SKIPPED: builds programs for x86-64, and this machine is ${PROCESSOR}")
  return()
endif()
if(NOT BOCHS OR NOT SCRIPT OR NOT TIMEOUT)
  message("SKIPPED: needs the PC emulator Bochs with its terminal display, script and timeout "
          "(Debian: bochs, bochs-term, bsdutils, coreutils)")
  return()
endif()
execute_process(COMMAND ${BOCHS} --help cpu OUTPUT_VARIABLE models ERROR_VARIABLE models)
if(NOT models MATCHES "${model}")
  message("SKIPPED: this Bochs was built without AVX-512: it has no processor ${model}")
  return()
endif()
# Its menu, which ends at the end of its input.
execute_process(COMMAND ${BOCHS} -n "display_library: term" INPUT_FILE /dev/null TIMEOUT 60
                OUTPUT_VARIABLE menu ERROR_VARIABLE menu)
if(menu MATCHES "not available")
  message("SKIPPED: this Bochs has no terminal display (Debian: bochs-term)")
  return()
endif()

# Bochs wants a terminal to draw on (script makes one) and opens a sound card unless told not to. ips is how
# many instructions make a second of the machine's clock: few, so that few pass while the serial port, com1,
# sends a character.
set(configuration [=[
display_library: term
cpu: model=@model@, count=1, ips=1000000, reset_on_triple_fault=0
megs: 256
romimage: file=@image@.rom
com1: enabled=1, mode=file, dev=@image@.output
log: @image@.log
panic: action=fatal
error: action=report
info: action=report
debug: action=ignore
speaker: enabled=0
sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
]=])
execute_process(COMMAND ${BOCHS} --help OUTPUT_VARIABLE usage ERROR_VARIABLE usage)
set(debugger "")
if(usage MATCHES "-rc ")
  # Debian's is built with a debugger, which waits for this command.
  set(debugger "-rc continue")
endif()

# emulated_hashes(VARIABLE FOLDER IMAGE): the lines of one run. Bochs 2.7 refuses some valid gathers and
# scatters, which the machine then carries out (gather.c): VARIABLE_gathers says how many, or is empty.
function(emulated_hashes variable folder image)
  file(CONFIGURE OUTPUT ${folder}/${image}.bochs CONTENT "${configuration}" @ONLY)
  file(WRITE ${folder}/continue "continue\n")
  file(REMOVE ${folder}/${image}.output ${folder}/${image}.log)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env TERM=vt100 ${SCRIPT} -qec
                          "${TIMEOUT} -k 5 ${seconds} ${BOCHS} -q -f ${image}.bochs ${debugger}" /dev/null
                  INPUT_FILE /dev/null WORKING_DIRECTORY ${folder} OUTPUT_QUIET ERROR_QUIET)
  set(output "")
  if(EXISTS ${folder}/${image}.output)
    file(READ ${folder}/${image}.output output)
  endif()
  # Bochs's own exit code says nothing; the last line that the machine prints does.
  if(NOT output MATCHES "\nexit 0\n$")
    message(FATAL_ERROR "Bochs did not run ${folder}/${image}.rom to a good end within ${seconds} s "
                        "(its log: ${folder}/${image}.log). It printed:\n${output}")
  endif()
  string(REGEX REPLACE "exit 0\n$" "" output "${output}")
  set(gathers "")
  if(output MATCHES "\nmachine: gathers ([0-9]+)\n$")
    set(gathers ", ${CMAKE_MATCH_1} gathers and scatters that Bochs refuses done by the machine")
    string(REGEX REPLACE "machine: gathers [0-9]+\n$" "" output "${output}")
  endif()
  if(output STREQUAL "")
    message(FATAL_ERROR "${folder}/${image}.rom printed no hashes")
  endif()
  set(${variable} "${output}" PARENT_SCOPE)
  set(${variable}_gathers "${gathers}" PARENT_SCOPE)
endfunction()

compare_native()
foreach(compiler gcc clang)
  find_program(COMPILER_${compiler} ${compiler})
  if(NOT COMPILER_${compiler})
    message("no ${compiler} here")
    continue()
  endif()
  set(folder ${WORK}/${compiler})
  build(${CMAKE_CURRENT_LIST_DIR} ${folder} -DCMAKE_C_COMPILER=${COMPILER_${compiler}} -DBRISK_WERROR=ON)
  foreach(program ${programs})
    # The same AVX2 code in both worlds: what differs is an error of the emulator, and AVX-512 must agree with
    # what it makes of AVX2. (Seen with Bochs 2.7: the last bit of one pow in some 100000, in f64.)
    emulated_hashes(control ${folder} ${program}-avx2)
    different_lines(text "${control}" "${expected_${program}}")
    if(text STREQUAL "")
      message("${program} in Bochs by ${compiler}, avx2: all hashes as on this machine")
    else()
      message("${program} in Bochs by ${compiler}, avx2: Bochs errs, the same code gives the expected here:\n"
              "${text}")
    endif()
    set(control_${program} "${control}")
    emulated_hashes(found ${folder} ${program}-avx512)
    compare("${program} in Bochs by ${compiler}, avx512 against avx2${found_gathers}" "${found}" "${control}")
  endforeach()
  emulated_hashes(found ${folder} faulty-avx512)
  different_lines(text "${found}" "${control_hash_kernels}")
  string(REGEX MATCHALL "  found  " different "${text}")
  list(LENGTH different count)
  if(count EQUAL 0)
    message(FATAL_ERROR "AVX-512 kernels by ${compiler} without fma have the hashes of right ones")
  endif()
  message("planted fault in Bochs by ${compiler}, avx512: ${count} hashes differ, as they must")
endforeach()
