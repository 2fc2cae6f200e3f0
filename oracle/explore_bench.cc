// SPDX-License-Identifier: GPL-2.0-or-later
// Distinct states a second on one core, every step and state judged, and what a state takes up with all tables.
#include <benchmark/benchmark.h>

#include "oracle/explore.h"

namespace lockstep {
namespace {

void BM_Explore(benchmark::State& state, const char* model, Scope scope, bool symmetry) {
  Exploration last;
  uint64_t states = 0, transitions = 0;
  for (auto _ : state) {
    last = explore(model, {.scope = scope, .symmetry = symmetry, .jobs = 1});
    states += last.states;
    transitions += last.transitions;
  }
  state.counters["states/s"] = benchmark::Counter(static_cast<double>(states), benchmark::Counter::kIsRate);
  state.counters["transitions/s"] = benchmark::Counter(static_cast<double>(transitions), benchmark::Counter::kIsRate);
  state.counters["states"] = static_cast<double>(last.states);
  state.counters["bytes/state"] = last.bytes_per_state();
}
#define LOCKSTEP_EXPLORE(name, model, ...)                                                       \
  BENCHMARK_CAPTURE(BM_Explore, name, model, __VA_ARGS__, false)->Unit(benchmark::kMillisecond); \
  BENCHMARK_CAPTURE(BM_Explore, name##_merged, model, __VA_ARGS__, true)->Unit(benchmark::kMillisecond)
LOCKSTEP_EXPLORE(v5_intended_324, "v5-intended", Scope{.tasks = 3, .ops = 4, .sizes = {}});
LOCKSTEP_EXPLORE(v5_posted_324, "v5-posted", Scope{.tasks = 3, .ops = 4, .sizes = {}});
LOCKSTEP_EXPLORE(v6_posted_424, "v6-posted", Scope{.tasks = 4, .ops = 4, .sizes = {}});
LOCKSTEP_EXPLORE(seccomp_304, "seccomp", Scope{.tasks = 3, .ops = 4, .sizes = {}});
#undef LOCKSTEP_EXPLORE

}  // namespace
}  // namespace lockstep
