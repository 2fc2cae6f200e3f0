// SPDX-License-Identifier: GPL-2.0-or-later
// What stepping and observing costs: a small trace (2 forks, 3 filters, 2 exits, 2 reaps) as a bare loop and on the
// target, there also without a watch on the kernel's log. Only ratios within one run mean something; all run on one
// CPU and drain by the same rule.
#include <benchmark/benchmark.h>
#include <linux/filter.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "harness/live.h"
#include "harness/live/engine.h"
#include "harness/live/host_lock.h"
#include "harness/worker/syscalls.h"

namespace lockstep::live {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kBatch = 180;
constexpr uint32_t kAttaches = 3;  // in one trace

// Of the length that the trace's filters have, so that the kernel translates as much.
sock_filter filter[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
                        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x1001, 0, 1),
                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 101),
                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
                        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};

// ---- The bare loops. Raw calls: a child shares its parent's memory, errno included.

alignas(16) char stack[2][16384];
bool share_memory = false;

void attach() {
  if (call3(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, reinterpret_cast<long>(&program)) != 0) call1(__NR_exit, 1);
}

long make(int (*run)(void*), int level) {
  if (share_memory) return clone(run, stack[level] + sizeof(stack[level]), CLONE_VM | SIGCHLD, nullptr);
  const long child = call6(__NR_clone, SIGCHLD, 0, 0, 0, 0, 0);
  if (child == 0) call1(__NR_exit, run(nullptr));
  return child;
}

bool reap(long child) {
  int status = 0;
  return call4(__NR_wait4, child, reinterpret_cast<long>(&status), __WALL, 0) == child && status == 0;
}

int second_task(void*) {
  attach();
  call1(__NR_exit, 0);
  return 0;
}

int first_task(void*) {
  call6(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0);
  attach();
  const long child = make(second_task, 1);
  attach();
  call1(__NR_exit, reap(child) ? 0 : 1);
  return 0;
}

double bare_batch(const File& drain, bool share) {
  share_memory = share;
  uint32_t backlog = 0;
  const auto start = Clock::now();
  for (int i = 0; i < kBatch; ++i) {
    if (backlog + kAttaches > kDrainAt) {
      if (write(drain.fd(), "1", 1) != 1) return 0;
      backlog = 0;
    }
    backlog += kAttaches;
    if (!reap(make(first_task, 0))) return 0;
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return write(drain.fd(), "1", 1) == 1 ? kBatch / seconds : 0;
}

// ---- The same on the target

Trace mini_trace() {
  Trace trace;
  trace.steps = {{.op = Op::attach, .task = 1, .made = 1},
                 {.op = Op::fork, .task = 1, .made = 2},
                 {.op = Op::attach, .task = 2, .made = 2},
                 {.op = Op::attach, .task = 1, .made = 3},
                 {.op = Op::exit, .task = 2},
                 {.op = Op::reap, .task = 1, .child = 2},
                 {.op = Op::exit, .task = 1}};
  return trace;
}

double live_batch(Target& target, const Trace& trace) {
  Snapshot snapshot;
  const auto start = Clock::now();
  for (int i = 0; i < kBatch; ++i) {
    target.reset(trace);
    for (const Step& step : trace.steps) {
      if (target.step(step).error != 0) return 0;
      snapshot.clear();
      target.observe(snapshot);
      benchmark::DoNotOptimize(snapshot);
    }
  }
  return kBatch / std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

void mini_trace_bench(benchmark::State& state) {
  std::vector<double> forks, clones, lives, unwatched, against_fork, against_clone, against_unwatched;
  const Trace trace = mini_trace();
  for (auto _ : state) {
    {
      const Pin pin(-1);
      const File lock = lock_host();
      const File drain = open_drain();
      forks.push_back(bare_batch(drain, false));
      clones.push_back(bare_batch(drain, true));
    }
    unwatched.push_back(live_batch(*make_live({.log_fd = kNoLog}), trace));
    lives.push_back(live_batch(*make_live(), trace));
    against_unwatched.push_back(lives.back() / unwatched.back());
    against_fork.push_back(lives.back() / forks.back());
    against_clone.push_back(lives.back() / clones.back());
  }
  state.counters["fork/s"] = median(forks);
  state.counters["clone_vm/s"] = median(clones);
  state.counters["live/s"] = median(lives);
  state.counters["unwatched/s"] = median(unwatched);
  state.counters["live:unwatched"] = median(against_unwatched);
  state.counters["live:fork"] = median(against_fork);
  state.counters["live:clone_vm"] = median(against_clone);
}
BENCHMARK(mini_trace_bench)->Iterations(25)->Unit(benchmark::kMillisecond);

// ---- One look at the kernel's log, when nothing is in it

void log_bench(benchmark::State& state) {
  LogWatch watch(kKernelLog);
  if (!watch.unobserved().empty()) return state.SkipWithError(watch.unobserved().c_str());
  for (auto _ : state) benchmark::DoNotOptimize(watch.look());
}
BENCHMARK(log_bench);

// ---- One observation of 3 tasks with 3 filters each, beside so many other tasks

class Crowd {
 public:
  explicit Crowd(int64_t size) {
    for (int64_t i = 0; i < size; ++i) {
      const long child = call6(__NR_clone, SIGCHLD, 0, 0, 0, 0, 0);
      if (child == 0) {
        call6(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0, 0);  // a bench that is killed leaves no crowd
        for (;;) call1(__NR_pause, 0);
      }
      if (child > 0) pids_.push_back(pid_t(child));
    }
  }
  ~Crowd() {
    for (pid_t pid : pids_) kill(pid, SIGKILL);
    for (pid_t pid : pids_) waitpid(pid, nullptr, 0);
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  size_t size() const { return pids_.size(); }

 private:
  std::vector<pid_t> pids_;
};

void observe_bench(benchmark::State& state) {
  const Crowd crowd(state.range(0));
  if (crowd.size() != size_t(state.range(0))) return state.SkipWithError("no more tasks can be made");
  const Pin pin(-1);
  const File lock = lock_host();
  ArenaFile memory;
  std::string why;
  auto observer = make_bpf_observer(why, nullptr);
  if (!observer) return state.SkipWithError(why.c_str());
  observer->expect(kNurserySlot, kNurserySlot);
  Crew crew(memory, {.drain = open_drain().fd(), .lock = lock.fd()}, false, 10000);
  observer->meet(crew);
  Stage stage(crew, *observer, nullptr, nullptr, 10000);
  stage.calibrate();
  stage.begin({}, false);
  for (uint16_t i = 1; i <= 3; ++i) stage.perform({.op = Op::attach, .task = 1, .made = i}, i);
  for (uint16_t i = 2; i <= 3; ++i) stage.perform({.op = Op::fork, .task = 1, .made = i}, 0);
  Snapshot snapshot;
  for (auto _ : state) {
    snapshot.clear();
    observer->look({1, 2, 3});
    observer->fill({1, 2, 3}, snapshot);
    benchmark::DoNotOptimize(snapshot);
  }
  if (snapshot.objects.size() != 3 || snapshot.objects[0].counter[0] != 3) state.SkipWithError("wrong counters");
}
BENCHMARK(observe_bench)->Arg(1)->Arg(100)->Arg(1000)->Arg(5000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace lockstep::live
