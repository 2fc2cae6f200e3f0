# SPDX-License-Identifier: GPL-2.0-or-later
# The target "live": its observer (BPF, C) and its worker (C without a C library) are built by hand here.
find_program(CLANG clang REQUIRED)
find_program(BPFTOOL bpftool PATHS /usr/sbin REQUIRED)
find_library(BPF_LIBRARY NAMES libbpf.a bpf REQUIRED)
find_library(ELF_LIBRARY NAMES libelf.a elf REQUIRED)
find_library(Z_LIBRARY NAMES libz.a z REQUIRED)

set(live_out ${PROJECT_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${live_out})

# bpf/NAME.bpf.c, with bpf/NAME.h, becomes NAME.skel.h. The kernel's headers for user space lie in a folder of the
# build machine's architecture, which clang does not search when it builds for BPF.
function(lockstep_bpf name)
  file(GLOB headers CONFIGURE_DEPENDS bpf/*.h)
  add_custom_command(
    OUTPUT ${live_out}/${name}.bpf.o
    COMMAND ${CLANG} -O2 -g -Wall -Werror -target bpf -ffile-prefix-map=${PROJECT_BINARY_DIR}=build
            -ffile-prefix-map=${PROJECT_SOURCE_DIR}=. -I/usr/include/${CMAKE_LIBRARY_ARCHITECTURE}
            -c ${CMAKE_CURRENT_SOURCE_DIR}/bpf/${name}.bpf.c -o ${live_out}/${name}.bpf.o
    DEPENDS bpf/${name}.bpf.c ${headers} VERBATIM)
  add_custom_command(
    OUTPUT ${live_out}/${name}.skel.h
    # What bpftool writes is not ours to lint.
    COMMAND echo "// NOLINTBEGIN" > ${live_out}/${name}.skel.h
    COMMAND ${BPFTOOL} gen skeleton ${live_out}/${name}.bpf.o name ${name}_bpf >> ${live_out}/${name}.skel.h
    COMMAND echo "// NOLINTEND" >> ${live_out}/${name}.skel.h
    DEPENDS ${live_out}/${name}.bpf.o VERBATIM)
  target_sources(lockstep_harness PRIVATE ${live_out}/${name}.skel.h)
endfunction()
lockstep_bpf(observe)
lockstep_bpf(host_reader)

# The worker runs where there is no libc and no thread-local storage, and in sanitizer builds without a runtime: its
# own flags, whatever the preset says.
set(worker_flags -O2 -ffreestanding -fno-builtin -fno-stack-protector -fno-sanitize=all -fcf-protection=none
                 -fno-tree-loop-distribute-patterns)
add_custom_command(
  OUTPUT ${live_out}/worker
  COMMAND ${CMAKE_C_COMPILER} -std=gnu11 -Wall -Wextra -Werror ${worker_flags} -DLOCKSTEP_WORKER_IMAGE -fno-pie -no-pie
          -static -nostdlib -fno-asynchronous-unwind-tables -Wl,--build-id=none -Wl,-z,noexecstack -s
          -o ${live_out}/worker ${CMAKE_CURRENT_SOURCE_DIR}/worker/worker.c
  DEPENDS worker/worker.c worker/worker.h worker/spawn.h worker/syscalls.h VERBATIM)
set_source_files_properties(worker/worker.c PROPERTIES COMPILE_OPTIONS "${worker_flags}")
set_source_files_properties(worker/image.c PROPERTIES COMPILE_DEFINITIONS LOCKSTEP_WORKER_FILE="${live_out}/worker"
                                                      OBJECT_DEPENDS ${live_out}/worker)

target_sources(lockstep_harness PRIVATE worker/worker.c worker/image.c)
# For whoever compiles these sources again (vm.cmake).
add_custom_target(lockstep_harness_generated DEPENDS ${live_out}/observe.skel.h ${live_out}/worker)
# A system folder, since the compiler's warnings are not for bpftool's output.
target_include_directories(lockstep_harness SYSTEM PRIVATE ${live_out})
target_link_libraries(lockstep_harness PUBLIC fmt::fmt PRIVATE ${BPF_LIBRARY} ${ELF_LIBRARY} ${Z_LIBRARY})
