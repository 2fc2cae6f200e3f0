// SPDX-License-Identifier: GPL-2.0-or-later
// One trace on real processes: which worker is which task, and how a step is done and brought to rest. It goes by
// what the kernel does to processes and by what the observer sees; it knows of no model.
#pragma once

#include <array>
#include <vector>

#include "harness/live/code_reached.h"
#include "harness/live/crew.h"
#include "harness/live/filters.h"
#include "harness/live/observer.h"
#include "harness/live/rules.h"

namespace lockstep::live {

class Stage {
 public:
  // `rules`: of the kernel's node design; null: traces are of filters. `code`: null if nobody asks for it.
  Stage(Crew& crew, Observer& observer, Rules* rules, CodeReached* code, int timeout_ms)
      : crew_(crew), observer_(observer), rules_(rules), code_(code), filters_(crew), timeout_ms_(timeout_ms) {}

  // Lets the nursery reap who has no parent, and watches it. REQUIRES: somebody asks for code.
  void watch_reaps();
  // Ends everything; then drains if asked; then makes P1 if asked.
  void clear(bool drain);
  void drain();
  void begin(const Start& start, bool drain);
  // Each with a throw-away P1; they return the number of attach calls made. Throw Unavailable.
  int calibrate();
  int probe_exit();

  // `number` is what a filter or rule answers to. Throws Hang.
  Outcome perform(const Step& step, uint32_t number);
  // Two appends at the same time.
  std::pair<int, int> append_together(Rules::Appending one, Rules::Appending other) {
    fresh_ = false;
    return rules_->append_together(crew_, one, other);
  }
  void observe(Snapshot& snapshot);
  // The next thing that this task does takes so long. Throws Hang.
  void hang(unsigned task, int ms) { crew_.run(task, kOpHang, {uint64_t(ms)}); }

  int pid(unsigned task) const { return role_[task].pid; }
  bool empty() const { return tasks_.empty(); }  // no task is left

 private:
  struct Role {
    uint16_t leader, parent;
    int pid;  // as the namespace counts
  };

  int make(const Step& step);
  int exec(const Step& step);
  int exit(unsigned task);
  int reap(const Step& step);
  void enter(unsigned task, unsigned leader, unsigned parent, int pid);
  void watch_code(unsigned task);
  void settle(const std::vector<uint16_t>& dying);
  void look();
  void drop_released();
  void forget_all();

  Crew& crew_;
  Observer& observer_;
  Rules* rules_;
  CodeReached* code_;
  FilterWriter filters_;
  int timeout_ms_;
  std::array<Role, kWorkerSlots> role_{};
  std::vector<uint16_t> tasks_;  // those that the kernel has not released, as of the last look
  bool fresh_ = false;           // nothing happened since the observer looked
};

}  // namespace lockstep::live
