// SPDX-License-Identifier: GPL-2.0-or-later
// export: a model's scope in another tool's form.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "oracle/promela.h"

namespace lockstep::cli {

namespace {

struct Options {
  std::string model, form, file;
  ExploreOptions explore{.symmetry = false, .promise = false};
  bool no_faults = false;
};

int run(Options& options) {
  require_model(options.model);
  options.explore.faults = !options.no_faults;
  std::string text;
  try {
    text = to_promela(options.model, options.explore);
  } catch (const std::invalid_argument& why) {
    throw UsageError(why.what());
  }
  if (options.file.empty())
    fmt::print("{}", text);
  else
    write_output(options.file, text);
  return kOk;
}

}  // namespace

void add_export(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto& scope = options->explore.scope;
  auto* sub = app.add_subcommand("export", "a model's scope as a program for another tool (SPIN)");
  sub->footer("Example: lockstep export --model v6-posted --tasks 3 --events 2 --ops 3 --to promela");
  sub->add_option("--model", options->model, "whose transitions")->required();
  sub->add_option("--to", options->form, "promela")->required()->check(CLI::IsMember({"promela"}));
  sub->add_option("--tasks", scope.tasks, "that exist at once")->capture_default_str();
  sub->add_option("--events", scope.events, "event types in use (node designs)")->capture_default_str();
  sub->add_option("--ops", scope.ops, "appends or attaches that change anything")->capture_default_str();
  sub->add_option("--sizes", scope.sizes, "of programs: pages, or instructions (1,63; seccomp: 8192)")->delimiter(',');
  sub->add_flag("--no-faults", options->no_faults, "do not fail allocations");
  sub->add_option("-o,--output", options->file, "instead of standard output");
  sub->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace lockstep::cli
