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
    add_race,     //
    add_explore,  //
    add_prove,    //
    add_export,   //
    add_explain,  //
    add_graph,    //
    add_corpus,   //
    add_mutants,  //
    add_nightly,  //
    add_report,   //
    add_audit,    //
    add_kernel,   //
    add_lists,    //
    add_transitions,
};

// What an option takes is the same in every subcommand, unless one says otherwise.
constexpr std::pair<const char*, const char*> kValues[] = {
    {"--model", "MODEL"},  //
    {"--target", "TARGET"}, {"--against", "TARGET"}, {"--observe", "FACTS"}, {"--corpus", "DIR"}, {"--output", "FILE"},
    {"--for", "TIME"},      {"--shard", "I/N"},      {"--format", "FORMAT"}, {"--color", "WHEN"},
};

void name_values(CLI::App& app) {
  for (auto* option : app.get_options())
    for (const auto& [name, value] : kValues)
      if (option->check_name(name) && option->get_type_name().starts_with("TEXT")) option->type_name(value);
  for (auto* sub : app.get_subcommands({})) name_values(*sub);
}

// An option that is there has a value: a script's empty variable is a mistake, not the default.
std::string refuse_empty(const std::string& value) { return value.empty() ? "is empty" : ""; }

// CLI11 itself takes -1 for the largest number, and 010 for 8.
void check_values(CLI::App& app) {
  for (auto* option : app.get_options()) {
    const auto type = option->get_type_name();
    if (type.starts_with("UINT") || type.starts_with("INT")) option->check(whole_number());
    if (!option->get_positional() && option->get_items_expected_max() != 0) option->check(refuse_empty);
  }
  for (auto* sub : app.get_subcommands({})) check_values(*sub);
}

}  // namespace

std::vector<Named> exit_codes() {
  return {{"0", "as expected"},       {"1", "not as expected"}, {"2", "bad usage or input"},
          {"3", "not possible here"}, {"4", "inconclusive"},    {"128+n", "ended by signal n"}};
}

std::unique_ptr<CLI::App> make_app(int& exit_code) {
  auto app = std::make_unique<CLI::App>(
      "Reference model and conformance tester for kernel code that counts references to policy nodes.", "lockstep");
  app->set_version_flag("--version", std::string("lockstep ") + LOCKSTEP_VERSION);
  app->require_subcommand(1);
  app->get_formatter()->column_width(34);
  std::string codes;
  for (const auto& [code, text] : exit_codes())
    codes += fmt::format("{}{} {}", codes.empty() ? "" : code == "4" ? ",\n            " : ", ", code, text);
  app->footer("Exit codes: " + codes + ".");
  for (const auto add : kCommands) add(*app, exit_code);
  // Names of subcommands are short; 100 columns are to be enough for what they do.
  const auto list = std::make_shared<CLI::Formatter>();
  list->column_width(16);
  app->formatter(list);
  check_values(*app);
  name_values(*app);
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
