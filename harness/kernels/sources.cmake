# SPDX-License-Identifier: GPL-2.0-or-later
# The files that `lockstep kernel build` adds to Linux become part of the program.
file(GLOB kernel_sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}/kernel
     ${CMAKE_CURRENT_SOURCE_DIR}/kernel/*.[ch] ${CMAKE_CURRENT_SOURCE_DIR}/kernel/linux/*)
list(FILTER kernel_sources EXCLUDE REGEX "\\.md$")
set(KERNEL_SOURCES "")
foreach(name ${kernel_sources})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/kernel/${name})
  file(READ kernel/${name} text)
  string(APPEND KERNEL_SOURCES "    {\"${name}\", R\"source(${text})source\"},\n")
endforeach()
configure_file(kernels/source_files.cc.in source_files.cc @ONLY)
find_library(NETTLE_LIBRARY nettle REQUIRED)
target_sources(lockstep_harness PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/source_files.cc)
target_link_libraries(lockstep_harness PRIVATE ${NETTLE_LIBRARY})
