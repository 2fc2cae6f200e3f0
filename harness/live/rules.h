// SPDX-License-Identifier: GPL-2.0-or-later
// Rules of a kernel that has a node design (harness/kernel/linux): BPF programs that workers append. Rule k denies
// marker file k, and whenever it runs it writes k into a list; so what a task's checks run can be read, in order.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/live/file.h"
#include "model/trace.h"

namespace lockstep::live {

class Crew;

// Which design the kernel under us has, as a model's layout has it: "v5-posted"; empty: none.
std::string node_design();

class Rules {
 public:
  explicit Rules(std::string design);  // throws Unavailable
  ~Rules();
  Rules(const Rules&) = delete;
  Rules& operator=(const Rules&) = delete;

  const std::string& design() const { return design_; }
  int workers_end() const { return workers_end_.fd(); }  // of the socket that programs go through

  // A worker appends. Returns an errno. Throws Hang.
  int append(Crew& crew, const Step& step, uint32_t number);
  // Two workers append at the same time. REQUIRES: as for one; programs, pointers and descriptors are in order.
  struct Appending {
    const Step& step;
    uint32_t number;
  };
  std::pair<int, int> append_together(Crew& crew, Appending one, Appending other);

  // What the task's checks of each event run now, newest rule first, found by letting it check something that no rule
  // denies. Throws TargetFault if the newest does not deny what it must. Throws Hang.
  std::array<std::vector<uint16_t>, kEvents> views(Crew& crew, unsigned task);

 private:
  struct Ran;
  File load(const Step& step, uint32_t number) const;
  void send(const File& program) const;
  void need_marker(uint32_t number);

  std::string design_;
  File ours_, workers_end_, map_, folder_;
  Ran* ran_ = nullptr;
  std::vector<bool> marked_;  // numbers whose marker file is there
};

}  // namespace lockstep::live
