// SPDX-License-Identifier: GPL-2.0-or-later
// check and replay: traces step by step, on the model alone or on a target.
#include <fmt/format.h>

#include <optional>

#include "cli/bisect.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/finds.h"
#include "cli/presets.h"
#include "fuzz/fault_sweep.h"
#include "harness/targets.h"
#include "model/trace_text.h"
#include "model/utf8.h"
#include "reports/command.h"
#include "reports/step_table.h"

namespace lockstep::cli {

namespace {

struct Options {
  std::vector<std::string> traces;
  std::string model, target, against, observe = "results,views,counters";
  bool quiet = false, bisect = false, no_drain = false, faults = false;
  Output output;
};

// All traces are read before the first is run: bad input runs nothing.
struct Input {
  std::string file, model;
  Trace trace;
};
std::vector<Input> read_all(const Options& options) {
  std::vector<Input> all;
  for (const auto& file : options.traces) {
    auto trace = read_trace(file);
    auto model = model_for(trace, options.model, file);
    all.push_back({file, std::move(model), std::move(trace)});
  }
  return all;
}

// What a model is known to break, and broke here: no news, but no silence either.
void add_known_violations(const Trace& trace, const std::string& file, const std::string& model,
                          const Conformance& outcome, Result& result) {
  for (const auto& [property, step] : outcome.model_violations)
    result.finds.push_back({.divergence = {name_of(property), step, fmt::format("{} model", name_of(property)),
                                           std::string(expected_outcome(model, property).reason)},
                            .trace = trace,
                            .name = file,
                            .expected = true});
}

// The command that runs the sweep of this trace again.
std::string sweep_command(const Options& options, const std::string& file, const Result& result) {
  std::string command = fmt::format("lockstep {} {}", result.job, shell_word(file));
  if (!options.model.empty()) command += " --model " + shell_word(options.model);
  if (!options.target.empty()) command += " --target " + shell_word(options.target);
  return command + target_options(result) + " --faults";
}

int run(const char* job, const Options& options) {
  const auto inputs = read_all(options);
  if (options.faults && !options.against.empty()) throw UsageError("--faults holds a target against a model only");
  const auto asked = parse_facts(options.observe);
  std::unique_ptr<Target> target, against;
  if (options.no_drain) require_guest("--no-drain", options.target);
  if (!options.target.empty()) target = make_target(options.target, {.drain = !options.no_drain});
  if (!options.against.empty()) against = make_target(options.against);
  Result result{.job = job,
                .model = inputs[0].model,
                .target = options.target,
                .asked = asked,
                .no_drain = options.no_drain,
                .against = options.against};
  const bool show = options.output.format == "text" && !options.quiet;
  Progress progress(fmt::format("{} --faults", job));
  bool dead = false;  // the target is
  std::optional<FaultSweep> sweep;
  if (options.faults)
    sweep.emplace(
        SweepOptions{.asked = asked,
                     .command = [&](const std::string& file) { return sweep_command(options, file, result); },
                     .progress = [&](uint64_t faults) { progress.show(fmt::format("{} allocations failed", faults)); },
                     .stop = [&] { return dead || interrupted(); }},
        target.get());
  std::optional<PresetProbe> presets, presets_against;
  if (target != nullptr) presets.emplace(*target);
  if (against != nullptr) presets_against.emplace(*against);
  const auto take = [&](const Input& input) {
    const auto base = input.model.substr(0, input.model.find('@'));
    const bool probed = target != nullptr && is_kernel(*target) && (options.model.empty() || base == input.model);
    const auto model = probed ? presets->of(base) : input.model;
    if (probed) presets->tell(model, result, state_folder() / "finds");
    if (base != input.model && model != input.model) {
      ++result.skipped;
      result.notes.push_back(
          fmt::format("skipped: {}: it is of kernels like {}, and this one is like {}; --model {} "
                      "holds them against that all the same",
                      input.file, input.model, model, input.model));
      return;
    }
    if (target != nullptr && !options.faults && &input != &inputs.back()) target->announce((&input + 1)->trace);
    if (&input == &inputs[0])
      result.model = model;
    else if (result.model != model)
      result.model.clear();  // several
    if (show) fmt::print("{}{}\n", &input == &inputs[0] ? "" : "\n", shown(input.file));
    StepTable table(options.target, use_color(options.output), options.against);
    const auto outcome = run_trace(
        input.trace, input.file, model, target.get(), asked, result,
        [&](const StepRecord& record) {
          if (show) fmt::print("{}", table.add(record));
        },
        against.get());
    if (presets_against) presets_against->tell(presets_against->of(input.model), result, state_folder() / "finds");
    if (target == nullptr) add_known_violations(input.trace, input.file, model, outcome, result);
    if (sweep && !outcome.divergence && outcome.steps != 0) sweep->run(model, input.trace, input.file, result);
  };
  for (const auto& input : inputs) {
    if (dead || interrupted()) break;
    try {
      take(input);
    } catch (const std::runtime_error& why) {
      end_early(result, input.file, why);
      dead = true;
    }
  }
  if (sweep) sweep->conclude(result);
  add_lines_reached(result, target.get());
  if (show) fmt::print("\n");
  const int code = report_run(result, options.output);
  return options.bisect ? bisect_code(result) : code;
}

void add_common(CLI::App& sub, Options& options) {
  sub.add_option("TRACE", options.traces, "traces (docs/trace-format.md)")->required();
  sub.add_option("--model", options.model, "instead of the trace's own, if it knows every operation");
  sub.add_flag("-q,--quiet", options.quiet, "the result alone, not every step");
  sub.add_flag("--faults", options.faults, "then again and again, each time another allocation of a step fails");
  add_output(sub, options.output);
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand("check", "run traces on their model alone and check the properties in every state");
  sub->footer("Example: lockstep check corpus/v5-posted/story.trace");
  add_common(*sub, *options);
  sub->callback([options, &exit_code] { exit_code = run("check", *options); });
}

void add_replay(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand("replay", "run traces on a target and compare after every step");
  sub->footer("Example: lockstep replay corpus/seccomp/counters.trace --target live");
  add_common(*sub, *options);
  sub->add_option("--target", options->target, "what happens")->required();
  sub->add_option("--against", options->against, "a target that predicts in the model's place");
  sub->add_flag("--bisect", options->bisect, "exit codes for git bisect run: 0 conforms, 1 diverges, 125 else")
      ->disable_flag_override();
  sub->add_option("--observe", options->observe, "facts that are asked for")->capture_default_str();
  add_no_drain(*sub, options->no_drain);
  sub->callback([options, &exit_code] { exit_code = run("replay", *options); });
}

}  // namespace lockstep::cli
