# SPDX-License-Identifier: GPL-3.0-or-later
# What an installation holds: the command, libbrisk static and shared, the public headers with their
# .def tables, and what CMake (brisk::brisk, brisk::static) and pkg-config need to find them.
if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()
include(CMakePackageConfigHelpers)
set(brisk_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/brisk)

install(DIRECTORY include/brisk DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h" PATTERN "*.def")
if(TARGET brisk)
  install(TARGETS brisk RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

# Two export sets: whoever links the shared library needs none of the libraries inside it.
install(TARGETS brisk_shared EXPORT brisk_shared
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS brisk_static brisk_flags brisk_hdf5 brisk_rmath brisk_csv EXPORT brisk_static
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
set_target_properties(brisk_shared PROPERTIES EXPORT_NAME brisk)
set_target_properties(brisk_static PROPERTIES EXPORT_NAME static)
foreach(kind shared static)
  install(EXPORT brisk_${kind} NAMESPACE brisk:: FILE brisk-${kind}-targets.cmake
          DESTINATION ${brisk_package_dir})
endforeach()

configure_package_config_file(cmake/brisk-config.cmake.in ${CMAKE_BINARY_DIR}/brisk-config.cmake
                              INSTALL_DESTINATION ${brisk_package_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/brisk-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/brisk-config.cmake ${CMAKE_BINARY_DIR}/brisk-config-version.cmake
        DESTINATION ${brisk_package_dir})

# Rmath, libcsv and OpenMP have no pkg-config module to rely on, and HDF5's differs by distribution: all
# stand as plain libraries. The folders are relative, so that an installation can be moved.
set(brisk_private_libraries ${HDF5_C_HL_LIBRARIES} ${HDF5_C_LIBRARIES} ${RMATH_LIBRARY} ${CSV_LIBRARY}
                            ${OpenMP_C_LIBRARIES})
if(BRISK_MPI)
  list(APPEND brisk_private_libraries ${MPI_C_LIBRARIES})
endif()
list(FILTER brisk_private_libraries INCLUDE REGEX "^/")
list(REMOVE_DUPLICATES brisk_private_libraries)
list(JOIN brisk_private_libraries " " brisk_private_libraries)
file(RELATIVE_PATH brisk_pc_to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" brisk_pc_to_prefix ${brisk_pc_to_prefix})
configure_file(cmake/brisk.pc.in ${CMAKE_BINARY_DIR}/brisk.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/brisk.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
