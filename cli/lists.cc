// SPDX-License-Identifier: GPL-2.0-or-later
// models, targets, properties: what there is, a line each.
#include <fmt/format.h>

#include "cli/commands.h"
#include "harness/targets.h"
#include "model/model.h"
#include "oracle/property.h"

namespace lockstep::cli {

namespace {

void list_models() {
  for (const auto& model : models())
    fmt::print("{:<16} available; promise {}: {}\n", model.name, name_of(model.promise), model.summary);
}

void list_all_targets() {
  for (const auto& target : list_targets()) fmt::print("{:<21} {}\n", target.name, target.status);
}

void list_properties(const std::string& only) {
  for (int i = 0; i < kProperties; ++i) {
    const auto property = static_cast<Property>(i);
    if (!only.empty() && only != name_of(property)) continue;
    fmt::print("{}: {}\n", name_of(property), text_of(property));
    for (const auto& model : models()) {
      if (model.name.find('@') != std::string::npos) continue;
      const auto& outcome = expected_outcome(model.name, property);
      fmt::print("  {:<16} {:<10} {}\n", model.name, name_of(outcome.expected), outcome.reason);
    }
  }
}

}  // namespace

void add_lists(CLI::App& app, int& exit_code) {
  auto* models = app.add_subcommand("models", "the models, a line each");
  models->footer("Example: lockstep models");
  models->callback([&exit_code] { list_models(), exit_code = 0; });
  auto* targets = app.add_subcommand("targets", "the targets, and whether they can be used here");
  targets->footer("Example: lockstep targets");
  targets->callback([&exit_code] { list_all_targets(), exit_code = 0; });
  auto only = std::make_shared<std::string>();
  auto* properties = app.add_subcommand("properties", "what is checked, and what is expected of each model");
  properties->footer("Example: lockstep properties isolation");
  properties->add_option("PROPERTY", *only, "this one alone")->check([](const std::string& name) {
    return find_property(name) ? std::string() : name + ": no such property";
  });
  properties->callback([only, &exit_code] { list_properties(*only), exit_code = 0; });
}

}  // namespace lockstep::cli
