// SPDX-License-Identifier: GPL-2.0-or-later
// What a step costs when everything is looked at: predict, observe, order, check all properties; and against a target.
#include <benchmark/benchmark.h>

#include "harness/spec.h"
#include "model/trace_text.h"
#include "oracle/conform.h"

namespace lockstep {
namespace {

Trace script(const std::string& model) {
  const std::string text =
      model == "seccomp"
          ? "P1 attach -> F1\nP1 fork -> P2\nP2 attach -> F2\nP2 fork -> P3\nP3 attach -> F3\nP1 attach -> F4\nP3 "
            "exit\nP2 exit\n"
          : "P1 append event=0 -> R1\nP1 fork -> P2\nP2 append event=0 -> R2\nP2 fork -> P3\nP3 append event=1 -> R3\n"
            "P1 append event=0 -> R4\nP3 exit\nP2 exit\n";
  return parse_trace("lockstep 1\nmodel " + model + "\n" + text, "bench");
}

void BM_Checked(benchmark::State& state, const char* model, bool with_target) {
  const auto trace = script(model);
  auto target = make_spec(model);
  Conformer conformer(model, with_target ? target.get() : nullptr);
  for (auto _ : state) benchmark::DoNotOptimize(conformer.run(trace));
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(trace.steps.size()));
}
BENCHMARK_CAPTURE(BM_Checked, v5_intended_alone, "v5-intended", false);
BENCHMARK_CAPTURE(BM_Checked, v5_posted_alone, "v5-posted", false);
BENCHMARK_CAPTURE(BM_Checked, v6_posted_alone, "v6-posted", false);
BENCHMARK_CAPTURE(BM_Checked, seccomp_alone, "seccomp", false);
BENCHMARK_CAPTURE(BM_Checked, v5_intended_on_spec, "v5-intended", true);
BENCHMARK_CAPTURE(BM_Checked, seccomp_on_spec, "seccomp", true);

}  // namespace
}  // namespace lockstep
