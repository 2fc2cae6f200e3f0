// SPDX-License-Identifier: GPL-2.0-or-later
// Many small traces by chance: every one comes to its end, its counters are explained by the pointers that are seen
// in the same snapshot, nothing is left of it, and the kernel's backlog stays small.
#include <fcntl.h>

#include <atomic>
#include <map>
#include <random>
#include <sstream>

#include "harness/live/file.h"
#include "harness/live/live_test_run.h"

namespace lockstep::live {
namespace {

class LiveRandomTest : public LiveTest {
 protected:
  unsigned below(unsigned n) { return unsigned(random_() % n); }
  void run_trace(unsigned steps);
  Step next_step(const Snapshot& seen);
  void check(const Snapshot& seen);

  std::mt19937 random_{20261123};
  uint16_t tasks_ = 1;
  uint16_t filters_ = 0;
};

// What a filter's counters are in a state of rest (docs/mechanisms.md, "seccomp").
void explain(const Snapshot& s) {
  std::map<int, int> refs, users;
  for (const PointerFacts& p : s.pointers) {
    ++refs[p.to];
    users[p.to] += p.link == Link::task_filter || s.objects[p.from].counter[1] > 0;
  }
  for (size_t i = 0; i < s.objects.size(); ++i) {
    EXPECT_EQ(s.objects[i].counter[0], refs[int(i)]) << "refs of F" << s.objects[i].number;
    EXPECT_EQ(s.objects[i].counter[1], users[int(i)]) << "users of F" << s.objects[i].number;
  }
}

void LiveRandomTest::check(const Snapshot& seen) {
  explain(seen);
  for (const TaskFacts& task : seen.tasks) {
    if (task.life == Life::alive) {
      EXPECT_EQ(task.view[0].size(), task.filter_count) << "P" << task.number;
    }
  }
}

Step LiveRandomTest::next_step(const Snapshot& seen) {
  std::vector<uint16_t> alive;
  for (const TaskFacts& task : seen.tasks)
    if (task.life == Life::alive) alive.push_back(task.number);
  Step step{.task = alive[below(unsigned(alive.size()))]};
  const unsigned kind = below(20);
  if (kind < 7) {
    step.op = Op::attach;
    step.len = below(4) == 0 ? 16 + below(3000) : 16;
    if (below(6) == 0) step.arg = Arg(1 + below(7));
    if (step.arg == Arg::ok) step.made = ++filters_;
  } else if (kind < 12) {
    step.op = kind < 10 ? Op::fork : Op::thread;
    step.made = ++tasks_;
  } else if (kind < 14) {
    step.op = Op::exec;
  } else if (kind < 17) {
    step.op = Op::exit;
  } else {
    step.op = Op::reap;
    step.child = uint16_t(1 + below(tasks_));
  }
  return step;
}

void LiveRandomTest::run_trace(unsigned steps) {
  tasks_ = 1;
  filters_ = 0;
  Trace plan;  // what is attached at most, so that the engine drains in time
  plan.steps.assign(steps, {.op = Op::attach, .task = 1, .made = 999});
  target_->reset(plan);
  Snapshot seen;
  for (unsigned i = 0; i < steps; ++i) {
    seen.clear();
    target_->observe(seen);
    check(seen);
    if (std::none_of(seen.tasks.begin(), seen.tasks.end(), [](const auto& t) { return t.life == Life::alive; })) return;
    target_->step(next_step(seen));
  }
}

TEST_F(LiveRandomTest, ComeToTheirEndAndLeaveNothing) {
  for (int i = 0; i < 500 && !HasFailure(); ++i) run_trace(10 + below(30));
  target_->reset({});
  EXPECT_EQ(count_processes(target_->process_group()), 2) << "the nursery and P1";
  EXPECT_EQ(describe(*target_), "P1:");
  const int group = target_->process_group();
  EXPECT_LE(target_->statistics().max_backlog, 200u);
  std::cout << target_->statistics().steps << " steps, " << target_->statistics().attach_calls << " attach calls, "
            << target_->statistics().drains << " drains" << std::endl;
  target_.reset();
  EXPECT_EQ(count_processes(group), 0);
}

// ---- The backlog, as the kernel has it: bodies of programs that exist

int program_bodies() {
  std::istringstream areas(read_text("/proc/vmallocinfo"));
  int count = 0;
  for (std::string line; std::getline(areas, line);) count += line.find("bpf_prog_alloc") != std::string::npos;
  return count;
}

TEST_F(LiveRandomTest, TheKernelsBacklogIsBounded) {
  const int before = program_bodies();
  if (before == 0) GTEST_SKIP() << "NOT TESTED: /proc/vmallocinfo does not show programs here";
  std::atomic<bool> stop = false;
  std::atomic<int> most = 0, samples = 0;
  std::thread watcher([&] {
    cpu_set_t all;  // the engine's CPU is not for watching
    CPU_ZERO(&all);
    for (int i = 0; i < CPU_SETSIZE; ++i) CPU_SET(i, &all);
    sched_setaffinity(0, sizeof(all), &all);
    for (; !stop; ++samples) most = std::max(most.load(), program_bodies());
  });
  for (int i = 0; i < 300; ++i) play(*target_, "P1 attach -> F1\nP1 fork -> P2\nP2 attach -> F2\nP1 attach -> F3\n");
  std::string many;
  for (int i = 1; i <= 140; ++i) many += fmt::format("P1 attach -> F{}\n", i);
  for (int i = 0; i < 30; ++i) {
    play(*target_, many);
    for (const int now = samples; samples < now + 2;) std::this_thread::yield();
  }
  stop = true;
  watcher.join();
  std::cout << "most program bodies beyond those before: " << most - before << std::endl;
  EXPECT_GE(most - before, 100) << "the watcher saw nothing";
  EXPECT_LE(most - before, 200);
  EXPECT_LE(target_->statistics().max_backlog, 200u);
}

}  // namespace
}  // namespace lockstep::live
