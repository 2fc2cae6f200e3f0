// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/live/arena.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>

#include "model/target.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U  // Linux 6.3
#endif

namespace lockstep::live {

namespace {

[[noreturn]] void unavailable(const char* what) {
  throw Unavailable(fmt::format("live: {}: {}", what, error_text(errno)));
}

File make_arena() {
  File file(memfd_create("lockstep-arena", MFD_CLOEXEC));
  if (!file || ftruncate(file.fd(), sizeof(Arena)) != 0) unavailable("no memory file for the workers");
  return file;
}

// Opened again for reading only: a file that somebody may write cannot be executed.
File make_image() {
  File file(memfd_create("lockstep-worker", MFD_CLOEXEC | MFD_EXEC));
  if (!file && errno == EINVAL) file = File(memfd_create("lockstep-worker", MFD_CLOEXEC));
  const ssize_t size = lockstep_worker_image_end - lockstep_worker_image;
  if (!file || write(file.fd(), lockstep_worker_image, size) != size)
    unavailable("the workers' program cannot be made; sysctl vm.memfd_noexec=0");
  File image(open(fmt::format("/proc/self/fd/{}", file.fd()).c_str(), O_RDONLY | O_CLOEXEC));
  if (!image) unavailable("/proc/self/fd cannot be used; mount /proc");
  return image;
}

}  // namespace

ArenaFile::ArenaFile() : arena_fd_(make_arena()), image_fd_(make_image()) {
  // All of it there at once: a page that a worker touches first while an allocation is to fail would be that
  // allocation.
  void* mapped = mmap(LOCKSTEP_ARENA, sizeof(Arena), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_FIXED_NOREPLACE | MAP_POPULATE, arena_fd_.fd(), 0);
  if (mapped == MAP_FAILED) unavailable("the workers' memory is not at its place; is an older engine still hanging?");
  if (mapped != LOCKSTEP_ARENA) {
    munmap(mapped, sizeof(Arena));
    throw Unavailable("live: the workers' memory cannot be at its place; use Linux 6.1 or newer");
  }
}

ArenaFile::~ArenaFile() {
  if (!abandoned_) munmap(LOCKSTEP_ARENA, sizeof(Arena));
}

}  // namespace lockstep::live
