// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/folder_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "model/target.h"

namespace lockstep::cli {

namespace {
// The children of a process that was killed hold its lock until they are dead too.
constexpr auto kDyingTime = std::chrono::seconds(3);
}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  fd_ = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd_ < 0) throw Unavailable(fmt::format("{}: cannot be used: {}", folder.string(), std::strerror(errno)));
  for (const auto start = std::chrono::steady_clock::now(); flock(fd_, LOCK_EX | LOCK_NB) != 0;) {
    if (std::chrono::steady_clock::now() - start > kDyingTime) {
      close(fd_);
      throw Unavailable(folder.string() +
                        ": another lockstep is at work there; wait for its end, or name another folder");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

FolderLock::~FolderLock() { close(fd_); }

}  // namespace lockstep::cli
