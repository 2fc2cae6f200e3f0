// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/explore.h"

#include <fmt/format.h>

#include <charconv>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/finds.h"
#include "cli/interleave.h"
#include "cli/violations.h"
#include "model/trace_error.h"
#include "oracle/explore_result.h"

namespace lockstep::cli {

namespace {

struct Options {
  std::string model, memory = "2G", folder;
  ExploreOptions explore;
  bool no_symmetry = false, no_faults = false;
  bool interleave = false, no_reduction = false, every_step = false;
  int start_rules = InterleaveOptions().start_rules;
  Output output;
};

// Bytes of "500M", "8G".
uint64_t parse_memory(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string unit(end, text.data() + text.size());
  const double scale = unit == "M" ? 1 << 20 : unit == "G" ? 1 << 30 : 0;
  if (error != std::errc() || scale == 0 || !(value * scale >= 1 << 20) || value * scale > 1e15)
    throw UsageError(
        fmt::format("{}: not an amount of memory; write it like 500M or 8G, 1M at least", lockstep::quoted(text)));
  return static_cast<uint64_t>(value * scale);
}

// The same words for another search; what was not said has that one's own defaults.
int run_interleavings(const Options& options, const CLI::App& sub) {
  InterleaveCommand command{.model = options.model, .every_step = options.every_step, .output = options.output};
  const auto& scope = options.explore.scope;
  if (sub.count("--tasks") != 0) command.scope.tasks = scope.tasks;
  if (sub.count("--ops") != 0) command.scope.ops = scope.ops;
  if (sub.count("--events") != 0) command.scope.events = scope.events;
  command.scope.sizes = scope.sizes;
  command.scope.start_rules = options.start_rules;
  command.scope.reduction = !options.no_reduction;
  command.scope.jobs = options.explore.jobs;
  command.scope.memory_bytes = parse_memory(options.memory);
  return run_interleave(command);
}

int run(Options& options) {
  require_model(options.model);
  auto& exploring = options.explore;
  exploring.symmetry = !options.no_symmetry;
  exploring.faults = !options.no_faults;
  exploring.memory_bytes = parse_memory(options.memory);
  const auto folder = options.folder.empty() ? state_folder() / "finds" : std::filesystem::path(options.folder);
  require_place_for_finds(folder);
  const int code = report({explore_result(options.model, exploring, folder)}, options.output);
  throw_if_interrupted();  // what was found is kept and shown first
  return code;
}

}  // namespace

Result explore_result(const std::string& model, ExploreOptions options, const std::filesystem::path& folder) {
  Progress progress(fmt::format("explore {}", model));
  options.stop = interrupted;
  options.progress = [&](const ExploreProgress& at) {
    progress.show(fmt::format("{} states, {} steps deep, {} MiB", at.states, at.depth, at.bytes >> 20));
  };
  try {
    auto result = result_of(model, options, explore(model, options));
    replay_and_save(model, folder, result, [&](const std::string& property, const std::string& words) {
      for (auto& line : result.statistics)
        if (line.name == property) line.value += "; " + words;
    });
    return result;
  } catch (const std::invalid_argument& why) {
    throw UsageError(why.what());
  }
}

void add_explore(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto& scope = options->explore.scope;
  auto* sub = app.add_subcommand("explore", "every state that a model can reach within a scope, and what breaks there");
  sub->footer("Example: lockstep explore --model v5-posted --tasks 3 --events 2 --ops 3");
  sub->add_option("--model", options->model, "whose states")->required();
  sub->add_option("--tasks", scope.tasks, "that exist at once")->capture_default_str();
  sub->add_option("--events", scope.events, "event types in use (node designs)")->capture_default_str();
  sub->add_option("--ops", scope.ops, "appends or attaches that change anything")->capture_default_str();
  sub->add_option("--sizes", scope.sizes, "of programs: pages, or instructions (1,63; seccomp: 8192)")->delimiter(',');
  sub->add_flag("--no-symmetry", options->no_symmetry, "states that differ in names alone are not the same");
  sub->add_flag("--no-faults", options->no_faults, "do not fail allocations");
  sub->add_option("--jobs", options->explore.jobs, "threads (all cores); results do not depend on it")
      ->check(whole_number(1, 256));
  sub->add_option("--memory", options->memory, "for states: 500M, 8G; beyond it the run is inconclusive")
      ->capture_default_str();
  sub->add_option("--corpus", options->folder, "where violations are written (lockstep/finds in your state folder)");
  auto* interleave = sub->add_flag("--interleave", options->interleave,
                                   "concurrent operations in every order of their atomic steps (docs/interleaving.md): "
                                   "2 tasks of up to 2 operations, 1 event, if nothing else is said");
  sub->add_option("--start-rules", options->start_rules, "before the concurrent part, at most")
      ->capture_default_str()
      ->needs(interleave);
  sub->add_flag("--no-reduction", options->no_reduction, "stop before every step, not only where tasks can meet")
      ->needs(interleave);
  sub->add_flag("--every-step", options->every_step, "tables with every step")->needs(interleave);
  for (const auto* other : {"--no-symmetry", "--no-faults", "--corpus"}) interleave->excludes(other);
  add_output(*sub, options->output);
  sub->callback([options, sub, &exit_code] {
    exit_code = options->interleave ? run_interleavings(*options, *sub) : run(*options);
  });
}

}  // namespace lockstep::cli
