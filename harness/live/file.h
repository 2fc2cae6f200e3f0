// SPDX-License-Identifier: GPL-2.0-or-later
// A file descriptor that closes itself, and errors of the system as exceptions.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace lockstep::live {

class File {
 public:
  File() = default;
  explicit File(int fd) : fd_(fd) {}
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  int fd() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  // Leaves it open for as long as the process lives.
  void leak() { fd_ = -1; }

 private:
  int fd_ = -1;
};

inline std::string error_text(int error) { return std::system_category().message(error); }

// The whole of a small file, empty if it cannot be read: for /proc.
std::string read_text(const std::string& path);

}  // namespace lockstep::live
