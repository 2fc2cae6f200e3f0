// SPDX-License-Identifier: GPL-2.0-or-later
// What traces leave behind in the guest's kernel: memory that nothing leads to (kmemleak), and programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/target.h"

namespace lockstep::agent {

class Leaks {
 public:
  Leaks();
  // A trace begins; a process that belongs to it.
  void begin_trace() { ++trace_; }
  void belongs(int pid) { trace_of_[pid] = trace_; }
  // How many of the programs that were loaded since the last call still are.
  uint32_t programs_left();
  // Since the last look, or the start. Takes seconds. Nothing: this kernel cannot, or has given up.
  std::optional<std::vector<Leak>> look();

 private:
  bool can_look_ = false;
  uint64_t trace_ = 0;
  std::unordered_map<int, uint64_t> trace_of_;  // by pid
  uint32_t last_program_ = 0;                   // highest id that was seen
};

}  // namespace lockstep::agent
