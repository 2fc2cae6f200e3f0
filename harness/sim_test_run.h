// SPDX-License-Identifier: GPL-2.0-or-later
// For tests: steps by hand on a sim: target, and what its snapshot says about itself.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/sim.h"

namespace lockstep {

using Rules = std::vector<uint16_t>;

class SimRun {
 public:
  explicit SimRun(const std::string& name, Start start = {}) : target_(make_sim(name)) { reset(start); }

  void reset(Start start = {}) {
    Trace trace;
    trace.start = start;
    target_->reset(trace);
  }

  Target& target() { return *target_; }
  int run(const Step& step) { return target_->step(step).error; }
  int append(uint16_t task, uint8_t event, uint16_t rule, uint32_t pages = 1, uint16_t fail_alloc = 0) {
    return run(
        {.op = Op::append, .task = task, .made = rule, .event = event, .pages = pages, .fail_alloc = fail_alloc});
  }
  int fork(uint16_t task, uint16_t child, uint16_t fail_alloc = 0) {
    return run({.op = Op::fork, .task = task, .made = child, .fail_alloc = fail_alloc});
  }
  int exec(uint16_t task) { return run({.op = Op::exec, .task = task}); }
  int exit(uint16_t task) { return run({.op = Op::exit, .task = task}); }

  const Snapshot& look() {
    snapshot_.clear();
    target_->observe(snapshot_);
    return snapshot_;
  }

  Rules view(uint16_t task, uint8_t event = 0) {
    for (const TaskFacts& facts : look().tasks)
      if (facts.number == task) return facts.view.at(event);
    throw std::out_of_range("no such task");
  }

  size_t count(Kind kind) {
    const auto& objects = look().objects;
    return std::count_if(objects.begin(), objects.end(), [&](const auto& o) { return o.kind == kind; });
  }

  // "rule 3: usage 1, 2 pointers": each object whose counter is not the number of pointers at it. Empty: all are.
  std::vector<std::string> unexplained() {
    const Snapshot& s = look();
    std::vector<int> pointers(s.objects.size());
    for (const PointerFacts& p : s.pointers)
      if (p.link != Link::owner) ++pointers.at(p.to);
    std::vector<std::string> found;
    for (size_t i = 0; i < s.objects.size(); ++i) {
      const ObjectFacts& o = s.objects[i];
      if (o.counter[0] == pointers[i] && !o.freed) continue;
      found.push_back(std::string(name_of(o.kind)) + " " + std::to_string(o.number) + ": " + counter_name(o.kind, 0) +
                      " " + std::to_string(o.counter[0]) + ", " + std::to_string(pointers[i]) + " pointers" +
                      (o.freed ? ", freed" : ""));
    }
    return found;
  }

 private:
  std::unique_ptr<Target> target_;
  Snapshot snapshot_;
};

}  // namespace lockstep
