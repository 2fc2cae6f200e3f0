// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/app.h"

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "model/trace_error.h"

namespace lockstep::cli {

namespace {

// In the order of --help.
constexpr void (*kCommands[])(CLI::App&, int&) = {
    add_check,    //
    add_replay,   //
    add_fuzz,     //
    add_shrink,   //
    add_explain,  //
    add_graph,    //
    add_corpus,   //
    add_nightly,  //
    add_lists,    //
};

}  // namespace

std::unique_ptr<CLI::App> make_app(int& exit_code) {
  auto app = std::make_unique<CLI::App>(
      "Reference model and conformance tester for kernel code that counts references to policy nodes.", "lockstep");
  app->set_version_flag("--version", std::string("lockstep ") + LOCKSTEP_VERSION);
  app->require_subcommand(1);
  app->get_formatter()->column_width(34);
  app->footer(
      "Exit codes: 0 as expected, 1 not, 2 bad usage or input, 3 not possible here, 4 inconclusive, 128+n on signal "
      "n.");
  for (const auto add : kCommands) add(*app, exit_code);
  return app;
}

void require_known_subcommand(const CLI::App& app, int argc, const char* const* argv) {
  const auto* at = &app;
  for (int i = 1; i < argc && *argv[i] != '-' && at->get_require_subcommand_min() > 0; ++i) {
    std::vector<std::string> known;
    const CLI::App* next = nullptr;
    for (const auto* sub : at->get_subcommands({})) {
      known.push_back(sub->get_name());
      if (sub->check_name(argv[i])) next = sub;
    }
    if (next == nullptr) {
      const auto nearest = suggestion(argv[i], known);
      const auto list = fmt::format("; `lockstep{} --help` lists them", at == &app ? "" : " " + at->get_name());
      throw UsageError(fmt::format("there is no subcommand {}{}", quoted(argv[i]), nearest.empty() ? list : nearest));
    }
    at = next;
  }
}

}  // namespace lockstep::cli
