// SPDX-License-Identifier: GPL-2.0-or-later
// For tests: a log that a test writes; the kernel's own takes from user space only what is marked as such.
#pragma once

#include <fmt/format.h>
#include <sys/socket.h>

#include <sstream>
#include <string>

#include "harness/live/file.h"

namespace lockstep::live {

class LogSource {
 public:
  LogSource() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) throw std::bad_alloc();
    reader_ = File(ends[0]);
    writer_ = File(ends[1]);
  }
  int fd() const { return reader_.fd(); }
  void close() { writer_ = File(); }
  void skip(uint64_t records) { sequence_ += records; }
  void raw(const std::string& record) {
    if (send(writer_.fd(), record.data(), record.size(), MSG_NOSIGNAL) != ssize_t(record.size()))
      throw std::runtime_error("the test's log: " + error_text(errno));
  }
  // Each line is a record.
  void write(const std::string& text, int priority = 4) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
      raw(fmt::format("{},{},5140900,-;{}\n", priority, sequence_++, line));
  }

 private:
  File reader_, writer_;
  uint64_t sequence_ = 100;
};

// The refcount_t warning of a task, as the kernel writes it.
inline std::string refcount_report(int pid, const std::string& comm, const std::string& function) {
  return fmt::format(
      "------------[ cut here ]------------\n"
      "refcount_t: underflow; use-after-free.\n"
      "WARNING: CPU: 1 PID: {0} at lib/refcount.c:28 refcount_warn_saturate+0xba/0x110\n"
      "CPU: 1 UID: 0 PID: {0} Comm: {1} Not tainted 6.12.9 #1\n"
      "RIP: 0010:refcount_warn_saturate+0xba/0x110\n"
      "Call Trace:\n <TASK>\n {2}+0x50/0x70\n </TASK>\n"
      "---[ end trace 0000000000000000 ]---\n",
      pid, comm, function);
}

}  // namespace lockstep::live
