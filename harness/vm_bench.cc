// SPDX-License-Identifier: GPL-2.0-or-later
// What guests can do: boot to the first step, and small traces (two forks, three filters or rules, two exits) a second,
// watched after every step. Emulated, unless KVM works. A kernel that is not in the cache is an error, and said.
#include <benchmark/benchmark.h>

#include <chrono>

#include "harness/kernels.h"
#include "harness/vm.h"

namespace lockstep {
namespace {

using Clock = std::chrono::steady_clock;

Trace mini_trace(bool filters) {
  const Op add = filters ? Op::attach : Op::append;
  Trace trace;
  trace.model = filters ? "seccomp" : "v5-posted";
  trace.steps = {{.op = add, .task = 1, .made = 1}, {.op = Op::fork, .task = 1, .made = 2},
                 {.op = add, .task = 2, .made = 2}, {.op = Op::fork, .task = 1, .made = 3},
                 {.op = add, .task = 3, .made = 3}, {.op = Op::exit, .task = 2},
                 {.op = Op::exit, .task = 3}};
  return trace;
}

// The next trace is announced, as fuzz and replay do.
bool run(Target& target, const Trace& trace) {
  Snapshot snapshot;
  target.announce(trace);
  target.reset(trace);
  for (const Step& step : trace.steps) {
    if (target.step(step).error != 0) return false;
    snapshot.clear();
    target.observe(snapshot);
    benchmark::DoNotOptimize(snapshot);
  }
  target.end();
  return true;
}

void guest_bench(benchmark::State& state, const char* kernel) {
  if (!find_kernel(kernel)) return state.SkipWithError(("not in the cache: " + kernel_remedy(kernel)).c_str());
  const auto start = Clock::now();
  const auto target = make_vm(kernel);
  const Trace trace = mini_trace(target->capabilities().layout == "seccomp");
  bool good = run(*target, trace);
  const double boot = std::chrono::duration<double>(Clock::now() - start).count();
  for (auto _ : state) good = good && run(*target, trace);
  if (!good) return state.SkipWithError("a plain step failed");
  state.counters["boot_s"] = boot;
  state.counters["traces/s"] = benchmark::Counter(double(state.iterations()), benchmark::Counter::kIsRate);
}

BENCHMARK_CAPTURE(guest_bench, v5, "v5")->UseRealTime();
BENCHMARK_CAPTURE(guest_bench, v5_intended, "v5-intended")->UseRealTime();
BENCHMARK_CAPTURE(guest_bench, v6, "v6")->UseRealTime();
BENCHMARK_CAPTURE(guest_bench, linux_6_1, "6.1")->UseRealTime();
BENCHMARK_CAPTURE(guest_bench, linux_6_12, "6.12")->UseRealTime();
BENCHMARK_CAPTURE(guest_bench, newest, "newest")->UseRealTime();

}  // namespace
}  // namespace lockstep
