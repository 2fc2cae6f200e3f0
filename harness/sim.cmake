# SPDX-License-Identifier: GPL-2.0-or-later
# The sim: targets. The designs in the kernel's C, the user-space calls that they are built on here, and the glue to
# lockstep_sim.h are one library; the example and the libraries that misbehave on purpose are what the tests load.

set(sim_kernel ${CMAKE_CURRENT_SOURCE_DIR}/kernel)
add_library(lockstep_sim_c STATIC
  ${sim_kernel}/landlock_rule.c ${sim_kernel}/landlock_node_common.c ${sim_kernel}/landlock_nodes.c
  ${sim_kernel}/landlock_nodes_intended.c ${sim_kernel}/landlock_v6.c
  ${sim_kernel}/shim/shim.c ${sim_kernel}/shim/shim_prog.c
  sim_designs.c sim_dump.c)
set_target_properties(lockstep_sim_c PROPERTIES C_STANDARD 11 C_EXTENSIONS ON)  # -std=gnu11, as Linux has it
target_include_directories(lockstep_sim_c PRIVATE ${sim_kernel} ${sim_kernel}/shim ${PROJECT_BINARY_DIR}/rooms/harness)
target_link_libraries(lockstep_harness PRIVATE lockstep_sim_c ${CMAKE_DL_LIBS})

include(GNUInstallDirs)
install(FILES lockstep_sim.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

add_subdirectory(examples/sim_example)

# One library for each way to misbehave, from one source; what each does stands there.
set(sim_bad_libraries)
foreach(way crash abort exits hang version short no_symbol no_step no_memory bad_errno bad_rule long_view bad_pointer
            double_id crash_on_load closes)
  add_library(sim_bad_${way} MODULE testdata/sim_bad.c)
  target_compile_definitions(sim_bad_${way} PRIVATE SIM_BAD_${way})
  target_include_directories(sim_bad_${way} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  set_target_properties(sim_bad_${way} PROPERTIES PREFIX "" C_EXTENSIONS ON)
  list(APPEND sim_bad_libraries sim_bad_${way})
endforeach()
add_dependencies(harness_test sim_example ${sim_bad_libraries})
# sim_kernel_test.cc calls the kernel's C directly.
target_include_directories(harness_test PRIVATE ${sim_kernel} ${sim_kernel}/shim)
target_link_libraries(harness_test PRIVATE lockstep_sim_c)
target_compile_definitions(harness_test PRIVATE SIM_EXAMPLE="$<TARGET_FILE:sim_example>"
                                                SIM_BAD_FOLDER="$<TARGET_FILE_DIR:sim_bad_crash>")
target_compile_definitions(harness_bench PRIVATE SIM_EXAMPLE="$<TARGET_FILE:sim_example>")
add_dependencies(harness_bench sim_example)
