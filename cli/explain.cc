// SPDX-License-Identifier: GPL-2.0-or-later
// explain and graph: one trace for people.
#include "reports/explain.h"

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "harness/targets.h"
#include "model/trace_text.h"
#include "reports/graphviz.h"
#include "reports/step_pictures.h"

namespace lockstep::cli {

namespace {

struct Options {
  std::string trace, model, target, out;
  bool mail = false;
  std::optional<uint32_t> step;
};

struct Input {
  Trace trace;
  std::string model;
  std::unique_ptr<Target> target;
};
Input read(const Options& options) {
  Input input{.trace = read_trace(options.trace)};
  input.model = model_for(input.trace, options.model, options.trace);
  auto target = options.target;
  if (target.empty())  // the divergence that the trace itself foresees
    for (const auto& expectation : input.trace.expectations)
      if (expectation.diverges && target.empty()) target = expectation.target;
  if (target.empty()) return input;
  input.target = make_target(target);
  input.model = probe_preset(input.model, *input.target);
  return input;
}

int explain(const Options& options) {
  const auto input = read(options);
  const auto account = account_of(input.trace, input.model, input.target.get(), options.trace);
  fmt::print("{}", options.mail ? explanation_mail(account) : explanation_text(account));
  return kOk;
}

int graph(const Options& options) {
  const auto input = read(options);
  if (options.step && *options.step > input.trace.steps.size())
    throw UsageError(fmt::format("--step {}: the trace has {} steps", *options.step, input.trace.steps.size()));
  StepPictures pictures(input.model, input.target.get(), input.trace.steps.size());
  std::string wanted;
  uint32_t shown = 0;
  Conformer(input.model, input.target.get()).run(input.trace, [&](const StepRecord& record) {
    auto picture = pictures.add(record);
    if (options.step && record.number > *options.step) return;
    wanted = std::move(picture);
    shown = record.number;
  });
  if (options.step && shown != *options.step)
    fmt::print(stderr, "lockstep: the run ended at step {}; that is what is drawn\n", shown);
  write_output(options.out, options.out.ends_with(".dot") ? wanted : render_svg(wanted));
  return kOk;
}

}  // namespace

void add_explain(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand("explain", "a trace in words: what was promised, what happened, and where they part");
  sub->footer("Example: lockstep explain corpus/v5-intended/story.trace --target sim:v5 --mail");
  sub->add_option("TRACE", options->trace, "the trace")->required();
  sub->add_option("--model", options->model, "instead of the trace's own");
  sub->add_option("--target", options->target, "instead of the one that the trace expects to diverge");
  sub->add_flag("--mail", options->mail, "72 columns of plain text for a mailing list");
  sub->callback([options, &exit_code] { exit_code = explain(*options); });
}

void add_graph(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand("graph", "the ownership graph after a step, as SVG or DOT");
  sub->footer("Example: lockstep graph corpus/v5-posted/story.trace --step 4 -o story.svg");
  sub->add_option("TRACE", options->trace, "the trace")->required();
  sub->add_option("--model", options->model, "instead of the trace's own");
  sub->add_option("--target", options->target, "instead of the one that the trace expects to diverge");
  sub->add_option("--step", options->step, "after this step, 0 for the start (the last one)");
  sub->add_option("-o,--output", options->out, "FILE.svg or FILE.dot")->required()->check([](const std::string& name) {
    return name.ends_with(".svg") || name.ends_with(".dot") ? std::string() : name + ": neither .svg nor .dot";
  });
  sub->callback([options, &exit_code] { exit_code = graph(*options); });
}

}  // namespace lockstep::cli
