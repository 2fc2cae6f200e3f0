# SPDX-License-Identifier: GPL-2.0-or-later
# The vm: targets. The agent, which is the only program of a guest, holds the same engine as the target "live": its
# sources are compiled once more here, for a static program. That is never instrumented, whatever the preset says.
file(GLOB agent_sources CONFIGURE_DEPENDS agent/*.cc live/*.cc ${PROJECT_SOURCE_DIR}/model/*.cc)
list(FILTER agent_sources EXCLUDE REGEX "_test\\.cc$|_bench\\.cc$|/model/model\\.cc$")
add_executable(lockstep_agent ${agent_sources} live.cc vm/wire.cc vm/wire_values.cc worker/worker.c worker/image.c
               ${live_out}/observe.skel.h)
add_dependencies(lockstep_agent lockstep_harness_generated)
target_compile_options(lockstep_agent PRIVATE -fno-sanitize=all -fno-pie)
target_include_directories(lockstep_agent PRIVATE ${PROJECT_BINARY_DIR}/rooms/harness ${PROJECT_BINARY_DIR}/rooms/model)
target_include_directories(lockstep_agent SYSTEM PRIVATE ${live_out})
target_link_options(lockstep_agent PRIVATE -fno-sanitize=all -static -no-pie -s)
# Debian has fmt as a shared library only.
target_link_libraries(lockstep_agent PRIVATE fmt::fmt-header-only ${BPF_LIBRARY} ${ELF_LIBRARY} ${Z_LIBRARY})

set_target_properties(lockstep_agent PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${live_out})
set_source_files_properties(agent/image.c PROPERTIES COMPILE_DEFINITIONS
                            LOCKSTEP_AGENT_FILE="${live_out}/lockstep_agent" OBJECT_DEPENDS ${live_out}/lockstep_agent)
target_sources(lockstep_harness PRIVATE agent/image.c)
add_dependencies(lockstep_harness lockstep_agent)
