// SPDX-License-Identifier: GPL-2.0-or-later
// For tests: traces as text on the target, and what is seen as text.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "harness/live.h"
#include "harness/live/status.h"
#include "model/trace_text.h"

namespace lockstep::live {

// Tests may run side by side, engines may not: waits for its turn. Throws Unavailable for other reasons.
inline std::unique_ptr<LiveTarget> wait_for_live(const LiveOptions& options = {}) {
  for (int i = 0;; ++i) try {
      return make_live(options);
    } catch (const Unavailable& why) {
      if (i > 3000 || std::string(why.what()).find("runs an engine already") == std::string::npos) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

inline Trace seccomp_trace(const std::string& text) {
  return parse_trace("lockstep 1\nmodel seccomp\n" + text, "test");
}

// "P1: F3 F1 | P2 zombie: | F1 2/2 | F3 1/1": views newest first, filters with refs/users.
inline std::string describe(Target& target) {
  Snapshot s;
  target.observe(s);
  std::string text;
  for (const TaskFacts& task : s.tasks) {
    text += fmt::format("{}P{}{}:", text.empty() ? "" : " | ", task.number, task.life == Life::zombie ? " zombie" : "");
    for (uint16_t filter : task.view[0]) text += fmt::format(" F{}", filter);
  }
  std::sort(s.objects.begin(), s.objects.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  for (const ObjectFacts& filter : s.objects)
    text += fmt::format(" | F{} {}/{}", filter.number, filter.counter[0], filter.counter[1]);
  return text;
}

// Runs it to its end; every step must come out as the text says.
inline void play(Target& target, const std::string& text) {
  const Trace trace = seccomp_trace(text);
  target.reset(trace);
  for (const Step& step : trace.steps)
    EXPECT_EQ(error_name(target.step(step).error), error_name(step.error)) << "line " << step.line << " of\n" << text;
}

// A reap that no text may hold, since the child is gone.
inline std::string late_reap(Target& target, int task, int child) {
  return error_name(target.step({.op = Op::reap, .task = uint16_t(task), .child = uint16_t(child)}).error);
}

inline std::string after(Target& target, const std::string& text) {
  play(target, text);
  return describe(target);
}

// The processes of an engine that live, its nursery included. The nursery of a controller that was killed stays a
// zombie until the host's init reaps it, when everything in its namespace is gone.
inline int count_processes(int process_group) {
  int count = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error))
    if (const TaskStat stat = read_stat(entry.path()); stat.group == process_group && stat.state != 'Z') ++count;
  return count;
}

inline int processes_left(int process_group, std::chrono::milliseconds patience) {
  const auto start = std::chrono::steady_clock::now();
  for (;;) {
    const int left = count_processes(process_group);
    if (left == 0 || std::chrono::steady_clock::now() - start > patience) return left;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

// Tests of what only BPF can see. Without it they are skipped, and say so.
class LiveTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string why;
    try {
      target_ = wait_for_live(options_);
      if (target_->capabilities().facts.counters) return;
      why = target_->capabilities().unobserved;
    } catch (const Unavailable& unavailable) {
      why = unavailable.what();
    }
    std::cerr << "NOT TESTED, no live target with counters here: " << why << std::endl;
    GTEST_SKIP() << why;
  }
  LiveOptions options_;
  std::unique_ptr<LiveTarget> target_;
};

}  // namespace lockstep::live
