# SPDX-License-Identifier: GPL-3.0-or-later
# brisk_build_facts.h, for base/build_facts.c: written anew at every build, but touched only when a
# fact has changed, so that a build without changes compiles nothing.
string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type_upper)
set(BRISK_BUILD_FACTS_DIR ${CMAKE_BINARY_DIR}/generated)
add_custom_target(brisk_build_facts
  COMMAND ${CMAKE_COMMAND}
          -DSOURCE_DIR=${PROJECT_SOURCE_DIR}
          -DOUTPUT=${BRISK_BUILD_FACTS_DIR}/brisk_build_facts.h
          -DBUILD_TYPE=${CMAKE_BUILD_TYPE}
          "-DCOMPILE_FLAGS=${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${build_type_upper}} -ffp-contract=off"
          -P ${PROJECT_SOURCE_DIR}/cmake/write_build_facts.cmake
  BYPRODUCTS ${BRISK_BUILD_FACTS_DIR}/brisk_build_facts.h
  COMMENT "Facts of the build"
  VERBATIM)
add_dependencies(brisk_base brisk_build_facts)
target_include_directories(brisk_base PRIVATE ${BRISK_BUILD_FACTS_DIR})
