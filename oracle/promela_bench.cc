// SPDX-License-Identifier: GPL-2.0-or-later
// The explorer beside SPIN's compiled verifier: the same states, without symmetry, on one core, with violations of the
// mechanism looked for on both sides. Times are processor time; SPIN's is without the compilation.
#include <benchmark/benchmark.h>

#include "oracle/promela.h"
#include "oracle/spin_run.h"

namespace lockstep {
namespace {

ExploreOptions options_of(const Scope& scope) {
  return {.scope = scope, .symmetry = false, .promise = false, .jobs = 1};
}

void BM_Explorer(benchmark::State& state, const char* model, const Scope& scope) {
  Exploration last;
  for (auto _ : state) last = explore(model, options_of(scope));
  const auto states = static_cast<double>(last.states);
  state.counters["states"] = states;
  state.counters["states/s"] = benchmark::Counter(states, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["bytes/state"] = last.bytes_per_state();
}

void BM_Spin(benchmark::State& state, const char* model, const Scope& scope, const char* flags) {
  if (!SpinRun::installed()) {
    state.SkipWithError("SPIN is not installed");
    return;
  }
  const auto options = options_of(scope);
  const auto expected = explore(model, options).states;
  SpinRun spin(to_promela(model, options), std::string("-O3 -march=native ") + flags);
  SpinCount last;
  for (auto _ : state) {
    last = spin.count(expected);
    state.SetIterationTime(last.seconds);
  }
  if (last.states != expected) state.SkipWithError("SPIN counts other states");
  const auto states = static_cast<double>(last.states);
  state.counters["states"] = states;
  state.counters["states/s"] = benchmark::Counter(states, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["bytes/state"] = last.bytes / states;
}

#define LOCKSTEP_SIDE_BY_SIDE(name, model, ...)                                             \
  BENCHMARK_CAPTURE(BM_Explorer, name, model, Scope __VA_ARGS__)->Unit(benchmark::kSecond); \
  BENCHMARK_CAPTURE(BM_Spin, name, model, Scope __VA_ARGS__, "")                            \
      ->UseManualTime()                                                                     \
      ->Iterations(1)                                                                       \
      ->Unit(benchmark::kSecond);                                                           \
  BENCHMARK_CAPTURE(BM_Spin, name##_collapse, model, Scope __VA_ARGS__, "-DCOLLAPSE")       \
      ->UseManualTime()                                                                     \
      ->Iterations(1)                                                                       \
      ->Unit(benchmark::kSecond)
LOCKSTEP_SIDE_BY_SIDE(v5_posted_424, "v5-posted", {.tasks = 4, .events = 2, .ops = 4, .sizes = {}});
LOCKSTEP_SIDE_BY_SIDE(v6_posted_424, "v6-posted", {.tasks = 4, .events = 2, .ops = 4, .sizes = {}});
LOCKSTEP_SIDE_BY_SIDE(seccomp_209, "seccomp", {.tasks = 2, .events = 1, .ops = 9, .sizes = {}});
#undef LOCKSTEP_SIDE_BY_SIDE

}  // namespace
}  // namespace lockstep
