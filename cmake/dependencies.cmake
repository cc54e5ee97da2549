# SPDX-License-Identifier: GPL-3.0-or-later
# Every library comes from the distribution; nothing is fetched.
find_package(PkgConfig REQUIRED)
find_package(OpenMP 4.5 REQUIRED COMPONENTS C)
find_package(ZLIB REQUIRED)

set(HDF5_PREFER_PARALLEL OFF)
find_package(HDF5 1.10 REQUIRED COMPONENTS C HL)
add_library(brisk_hdf5 INTERFACE)
target_include_directories(brisk_hdf5 SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
target_compile_definitions(brisk_hdf5 INTERFACE ${HDF5_C_DEFINITIONS})
target_link_libraries(brisk_hdf5 INTERFACE ${HDF5_C_HL_LIBRARIES} ${HDF5_C_LIBRARIES} ZLIB::ZLIB)

# Debian's libRmath.pc names a folder that only the full R package brings, so Rmath is looked up here.
find_path(RMATH_INCLUDE_DIR Rmath.h REQUIRED)
find_library(RMATH_LIBRARY Rmath REQUIRED)
add_library(brisk_rmath INTERFACE)
target_include_directories(brisk_rmath SYSTEM INTERFACE ${RMATH_INCLUDE_DIR})
target_compile_definitions(brisk_rmath INTERFACE MATHLIB_STANDALONE)
target_link_libraries(brisk_rmath INTERFACE ${RMATH_LIBRARY} m)

if(BRISK_MPI)
  find_package(MPI REQUIRED COMPONENTS C)
endif()

pkg_check_modules(INIH REQUIRED IMPORTED_TARGET inih)
pkg_check_modules(NETTLE REQUIRED IMPORTED_TARGET nettle)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)

# libcsv brings no pkg-config module.
find_path(CSV_INCLUDE_DIR csv.h REQUIRED)
find_library(CSV_LIBRARY csv REQUIRED)
add_library(brisk_csv INTERFACE)
target_include_directories(brisk_csv SYSTEM INTERFACE ${CSV_INCLUDE_DIR})
target_link_libraries(brisk_csv INTERFACE ${CSV_LIBRARY})
