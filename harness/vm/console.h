// SPDX-License-Identifier: GPL-2.0-or-later
// What a guest's kernel writes to its console: looked at when the guest does not answer any more.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "harness/live/log_report.h"

namespace lockstep::vm {

class Console {
 public:
  void add(std::string_view bytes);

  // What the kernel says is wrong with it, first things first: "Kernel panic - not syncing: ...; in a < b". Empty: it
  // says nothing.
  std::string complaint();
  // Where the tasks wait that the kernel calls blocked: "init 1: in flush_work < vfree", or
  // "kworker/0:1 9 and 255 more: in ...".
  std::vector<std::string> blocked() const;
  // For who wants to read it: what stands there from the first complaint on, without registers and addresses; without a
  // complaint, the last lines.
  std::vector<std::string> excerpt() const {
    return complains_ ? complaint_ : std::vector<std::string>(tail_.begin(), tail_.end());
  }
  uint64_t bytes() const { return bytes_; }

 private:
  struct Blocked {
    std::string task;
    std::vector<std::string> frames;
  };
  void add_line(std::string line);
  void add_blocked(const std::string& text);

  std::string rest_;  // a line that is not at its end
  std::deque<std::string> tail_;
  std::vector<std::string> complaint_;
  bool complains_ = false;
  live::LogReader reader_;
  std::vector<live::LogReport> reports_;
  std::vector<Blocked> blocked_;
  bool in_stack_ = false;
  uint64_t bytes_ = 0;
};

}  // namespace lockstep::vm
