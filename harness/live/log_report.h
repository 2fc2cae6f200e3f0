// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel says in its log when something is wrong in itself: WARN, BUG, Oops, and the reports of KASAN, KFENCE,
// UBSAN and lockdep. Each is many records; here they become one report.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/live/log_record.h"

namespace lockstep::live {

struct LogReport {
  std::string headline;             // its own first words: "refcount_t: underflow; use-after-free.; WARNING: ..."
  std::vector<std::string> frames;  // functions, innermost first, of the context that it was raised in
  int pid = -1;                     // the task on that CPU, as the first pid namespace counts; -1: not said
  std::string comm;
  bool interrupt = false;      // raised in an interrupt: then that task was there by chance
  bool kernel_thread = false;  // the task is the kernel's own
  std::vector<int> owners;     // pids of those that a sanitizer names: who allocated and who freed the memory
};

// Puts records together. Where the kernel tells who wrote a record, reports may be interleaved.
class LogReader {
 public:
  void add(const LogRecord& record);
  // Some report's last line has not come yet.
  bool unfinished() const { return !drafts_.empty(); }
  // Nothing more is to come: what is there is all there is.
  void finish();
  std::vector<LogReport> take();

 private:
  struct Draft {
    LogReport report;
    bool head = true;     // its first lines: what follows are registers and stacks
    bool inside = false;  // a part of the stack that has a name: <TASK>, <IRQ>
    bool outer = false;   // what was interrupted: not where the report comes from
    int parts = 0;
    void add(const std::string& text);
    bool read_task(const std::string& text);
    bool read_part(const std::string& line);
    void read_frame(const std::string& line);
  };
  void complete(const std::string& caller);
  std::map<std::string, Draft> drafts_;  // by caller
  std::vector<LogReport> reports_;
};

}  // namespace lockstep::live
