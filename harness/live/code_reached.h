// SPDX-License-Identifier: GPL-2.0-or-later
// Which code of the design workers have run, where the kernel takes that down for each task (KCOV).
#pragma once

#include <cstdint>
#include <set>
#include <vector>

namespace lockstep::live {

class CodeReached {
 public:
  static constexpr uint64_t kWords = 8192;  // of a task's buffer: far more than a trace's steps fill
  static bool can_watch();

  ~CodeReached() { end_trace(); }
  // A buffer that the kernel fills for a task, in our memory: a count, and as many addresses.
  void add_buffer(int64_t address) { buffers_.push_back(reinterpret_cast<uint64_t*>(address)); }
  // The same of one that outlives traces. REQUIRES: there is none yet.
  void add_lasting_buffer(int64_t address) { lasting_ = reinterpret_cast<uint64_t*>(address); }
  // REQUIRES: its tasks are gone.
  void end_trace();
  const std::set<uint64_t>& addresses() const { return addresses_; }

 private:
  void take(uint64_t* buffer);
  std::vector<uint64_t*> buffers_;
  uint64_t* lasting_ = nullptr;
  std::set<uint64_t> addresses_;
};

}  // namespace lockstep::live
