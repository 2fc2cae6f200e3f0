// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/live/host_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <chrono>
#include <cstdlib>
#include <sstream>
#include <thread>

#include "model/target.h"

namespace lockstep::live {

namespace {

constexpr auto kDyingTime = std::chrono::milliseconds(2000);

// Who holds the lock, by /proc/locks; 0 if that process is gone (and its workers still are on their way out).
int holder(int fd) {
  struct stat info;
  if (fstat(fd, &info) != 0) return 0;
  const std::string file = fmt::format("{:02x}:{:02x}:{}", major(info.st_dev), minor(info.st_dev), info.st_ino);
  std::istringstream locks(read_text("/proc/locks"));
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string number, kind, mode, access, inode;
    int pid = 0;
    words >> number >> kind >> mode >> access >> pid >> inode;
    if (kind == "FLOCK" && inode == file && pid > 0 && ::access(fmt::format("/proc/{}", pid).c_str(), F_OK) == 0)
      return pid;
  }
  return 0;
}

// Whoever came first made it; to lock it, reading is enough.
File open_lock(const std::string& path) {
  File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) file = File(open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0644));
  return file;
}

std::string lock_path() {
  const std::string name = "/lockstep-live.lock";
  // A user's engine and root's exclude each other where root has run one before.
  if (geteuid() == 0 || access(("/run" + name).c_str(), R_OK) == 0) return "/run" + name;
  const char* folder = std::getenv("XDG_RUNTIME_DIR");
  return (folder != nullptr && *folder != 0 ? std::string(folder) : "/tmp") + name;
}

}  // namespace

File lock_host() {
  const std::string path = lock_path();
  File file = open_lock(path);
  if (!file) throw Unavailable(fmt::format("live: {} cannot be opened: {}", path, error_text(errno)));
  for (const auto start = std::chrono::steady_clock::now(); flock(file.fd(), LOCK_EX | LOCK_NB) != 0;) {
    const int pid = holder(file.fd());
    if (pid > 0) throw Unavailable(fmt::format("live: process {} runs an engine already; wait for its end", pid));
    if (std::chrono::steady_clock::now() - start > kDyingTime)
      throw Unavailable("live: the workers of a dead engine do not end; see /proc/locks for " + path);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return file;
}

}  // namespace lockstep::live
