// SPDX-License-Identifier: GPL-2.0-or-later
// One record of the kernel's log, as a read of /dev/kmsg gives it: "4,1021,5140900,-,caller=T33;text\n KEY=value\n".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lockstep::live {

struct LogRecord {
  bool of_kernel = false;  // facility 0, which nobody else can write
  uint64_t sequence = 0;
  std::string caller;  // "T33" a task, "C1" an interrupt on that CPU; empty where the kernel does not tell
  std::string text;    // printable: the kernel escapes what is not
};

// Nothing if it is not such a record.
std::optional<LogRecord> parse_log_record(std::string_view raw);

}  // namespace lockstep::live
