// SPDX-License-Identifier: GPL-2.0-or-later
// What a guest's kernel writes to its console: looked at when the guest does not answer any more.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/live/log_report.h"

namespace lockstep::vm {

// At most so many of a kind, of which old ones make room for new ones.
template <class T>
class Recent {
 public:
  const std::vector<T>& all() const { return all_; }
  // False: there is no room.
  bool add(T one, size_t most) {
    if (all_.size() >= most) drop_old();
    const bool room = all_.size() < most;
    if (room) all_.push_back(std::move(one));
    return room;
  }
  T& last() { return all_.back(); }
  void begin() {
    drop_old();
    old_ = all_.size();
  }

 private:
  void drop_old() { all_.erase(all_.begin(), all_.begin() + static_cast<ptrdiff_t>(std::exchange(old_, 0))); }
  std::vector<T> all_;
  size_t old_ = 0;
};

class Console {
 public:
  void add(std::string_view bytes);
  // A trace begins; its guest may have begun it a while ago. So what was said since the call before this one stays, and
  // what is older is dropped.
  void begin();

  // What the kernel says is wrong with it, first things first: "Kernel panic - not syncing: ...; in a < b". Empty: it
  // says nothing.
  std::string complaint();
  // Where the tasks wait that the kernel calls blocked: "init 1: in flush_work < vfree", or
  // "kworker/0:1 9 and 255 more: in ...".
  std::vector<std::string> blocked() const;
  // For who wants to read it: what stands there from the first complaint on, without registers and addresses; without a
  // complaint, the last lines.
  std::vector<std::string> excerpt() const {
    return complains() ? complaint_.all() : std::vector<std::string>(tail_.begin(), tail_.end());
  }
  uint64_t bytes() const { return bytes_; }

 private:
  struct Blocked {
    std::string task;
    std::vector<std::string> frames;
  };
  bool complains() const { return reader_.unfinished() || !reports_.all().empty(); }
  void add_line(std::string line);
  void add_blocked(const std::string& text);

  std::string rest_;  // a line that is not at its end
  std::deque<std::string> tail_;
  Recent<std::string> complaint_;
  live::LogReader reader_;
  Recent<live::LogReport> reports_;
  Recent<Blocked> blocked_;
  bool in_stack_ = false;
  uint64_t bytes_ = 0;
};

}  // namespace lockstep::vm
