// SPDX-License-Identifier: GPL-2.0-or-later
// Steps per second of the sim: targets, each step with its observation: what a fuzz run does, without the model.
#include <benchmark/benchmark.h>

#include "harness/sim.h"

namespace lockstep {
namespace {

// A family of four with six rules, one failure and one exit: twelve steps, as a generator makes them.
Trace family() {
  Trace trace;
  auto append = [&](uint16_t task, uint8_t event, uint16_t rule, uint32_t flags = 0) {
    trace.steps.push_back({.op = Op::append, .task = task, .made = rule, .event = event, .flags = flags});
  };
  auto fork = [&](uint16_t task, uint16_t child) {
    trace.steps.push_back({.op = Op::fork, .task = task, .made = child});
  };
  append(1, 0, 1);
  fork(1, 2);
  append(2, 0, 2);
  fork(2, 3);
  append(1, 1, 3);
  append(3, 0, 4);
  append(3, 0, 0, 1);
  fork(1, 4);
  append(4, 1, 5);
  trace.steps.push_back({.op = Op::exec, .task = 4});
  trace.steps.push_back({.op = Op::exit, .task = 2});
  append(3, 1, 6);
  return trace;
}

void run_family(benchmark::State& state, const std::string& name) {
  auto target = make_sim(name);
  const Trace trace = family();
  Snapshot snapshot;
  for (auto _ : state) {
    target->reset(trace);
    for (const Step& step : trace.steps) {
      target->step(step);
      snapshot.clear();
      target->observe(snapshot);
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * trace.steps.size()));
}

BENCHMARK_CAPTURE(run_family, v5, "v5");
BENCHMARK_CAPTURE(run_family, v5_intended, "v5-intended");
BENCHMARK_CAPTURE(run_family, v6, "v6");
BENCHMARK_CAPTURE(run_family, library, SIM_EXAMPLE)->UseRealTime();

}  // namespace
}  // namespace lockstep
