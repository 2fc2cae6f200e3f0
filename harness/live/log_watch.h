// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the kernel's log as it grows.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "harness/live/file.h"
#include "harness/live/log_report.h"

namespace lockstep::live {

class LogWatch {
 public:
  // From now on. `fd`: LiveOptions::log_fd; it stays the caller's.
  explicit LogWatch(int fd);
  // Reports that came since the last look; waits for the rest of one that has begun. Costs 0.2 us if nothing came.
  std::vector<LogReport> look();
  // What of the log is not seen, and why; empty if all of it is.
  std::string unobserved() const;

 private:
  bool read_record();
  File file_;
  std::string error_;
  LogReader reader_;
  uint64_t next_ = 0;  // sequence number that is due
  uint64_t lost_ = 0;  // records that were overwritten before they were read
  std::array<char, 16384> buffer_;
};

}  // namespace lockstep::live
