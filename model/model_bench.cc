// SPDX-License-Identifier: GPL-2.0-or-later
// Transitions per second of the concrete models: the text alone, and with the facts read out and put in order.
#include <benchmark/benchmark.h>

#include <vector>

#include "model/machine.h"
#include "model/model.h"

namespace lockstep {
namespace {

// A script of 16 steps that forks, appends and exits as a trace does; the same for every design.
std::vector<Step> script(Op add) {
  auto rule = [&](uint16_t task, uint16_t made, uint8_t event) {
    return Step{.op = add, .task = task, .made = made, .event = add == Op::append ? event : uint8_t{0}};
  };
  auto fork = [](uint16_t task, uint16_t made) { return Step{.op = Op::fork, .task = task, .made = made}; };
  auto exit = [](uint16_t task) { return Step{.op = Op::exit, .task = task}; };
  return {rule(1, 1, 0), fork(1, 2), rule(2, 2, 0), fork(2, 3), rule(3, 3, 1), rule(1, 4, 0), fork(3, 4), rule(4, 5, 0),
          rule(2, 6, 1), exit(3),    fork(1, 5),    exit(2),    rule(5, 7, 0), exit(4),       exit(5),    exit(1)};
}

template <class Machine>
void BM_Transitions(benchmark::State& state, Machine machine, Op add) {
  const auto steps = script(add);
  int64_t done = 0;
  for (auto _ : state) {
    machine.reset({});
    for (const auto& step : steps) benchmark::DoNotOptimize(machine.step(step));
    done += static_cast<int64_t>(steps.size());
  }
  state.SetItemsProcessed(done);
}
BENCHMARK_CAPTURE(BM_Transitions, v5_intended, NodeMachine<V5Intended>(), Op::append);
BENCHMARK_CAPTURE(BM_Transitions, v5_posted, NodeMachine<V5Posted>(), Op::append);
BENCHMARK_CAPTURE(BM_Transitions, v6_posted, NodeMachine<V6Posted>(), Op::append);
BENCHMARK_CAPTURE(BM_Transitions, seccomp, SeccompMachine(), Op::attach);

void BM_WithFacts(benchmark::State& state, const char* name) {
  auto model = make_model(name);
  const auto steps = script(model->info().layout == "seccomp" ? Op::attach : Op::append);
  int64_t done = 0;
  Snapshot facts;
  for (auto _ : state) {
    model->reset({});
    for (const auto& step : steps) {
      model->step(step);
      facts.clear();
      model->observe(facts);
      canonical(facts);
    }
    done += static_cast<int64_t>(steps.size());
  }
  state.SetItemsProcessed(done);
}
BENCHMARK_CAPTURE(BM_WithFacts, v5_intended, "v5-intended");
BENCHMARK_CAPTURE(BM_WithFacts, v5_posted, "v5-posted");
BENCHMARK_CAPTURE(BM_WithFacts, v6_posted, "v6-posted");
BENCHMARK_CAPTURE(BM_WithFacts, seccomp, "seccomp");

}  // namespace
}  // namespace lockstep
