// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/finds.h"
#include "fuzz/fuzz.h"
#include "harness/targets.h"
#include "model/trace_text.h"

namespace lockstep::cli {

namespace {

struct Options {
  std::string trace, model, target, out, observe = "results,views,counters";
};

int run(const Options& options) {
  const auto trace = read_trace(options.trace);
  auto target = make_target(options.target);
  const auto model = probe_preset(model_for(trace, options.model, options.trace), *target);
  auto run = shrink_divergence(trace, model, *target, parse_facts(options.observe), repeats_on(*target), interrupted);
  throw_if_interrupted();
  if (!run.diverges) {
    fmt::print("{} does not diverge from {} here: nothing to shrink\n", options.target, model);
    return kInconclusive;
  }
  if (run.find.flaky()) {
    fmt::print("flaky: it diverged in {} of {} runs; a trace that does not diverge every time is not shrunk\n",
               run.find.repeated, run.find.runs);
    return kInconclusive;
  }
  run.find.trace.model = model;
  run.find.trace.mark.clear();  // of the trace that it was; so are its expectations
  run.find.trace.expectations.clear();
  write_output(options.out, write_trace(run.find.trace));
  fmt::print("{} steps became {} ({} candidates tried): {} at step {}\n  {}\nwritten to {}\n", trace.steps.size(),
             run.find.trace.steps.size(), run.tried, run.find.divergence.property, run.find.divergence.step,
             run.find.divergence.text, options.out);
  return kOk;
}

}  // namespace

void add_shrink(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand("shrink", "the smallest trace with the same divergence");
  sub->footer("Example: lockstep shrink long.trace --model v5-intended --target sim:v5 -o short.trace");
  sub->add_option("TRACE", options->trace, "the trace to shrink")->required();
  sub->add_option("--model", options->model, "instead of the trace's own");
  sub->add_option("--target", options->target, "what diverges")->required();
  sub->add_option("-o,--output", options->out, "where the small trace is written")->required();
  sub->add_option("--observe", options->observe, "facts that are asked for")->capture_default_str();
  sub->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace lockstep::cli
