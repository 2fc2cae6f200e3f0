// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/pages/definition.h"

#include <fmt/ranges.h>

#include "cli/common.h"
#include "harness/targets.h"
#include "model/model.h"
#include "oracle/property.h"

namespace lockstep::cli {

namespace {

using Words = std::vector<std::string>;

// The set in the name that CLI11 gives to a value out of a set: "WHEN:{auto,always,never}".
Words words_in(const std::string& type) {
  const auto open = type.find('{'), close = type.rfind('}');
  Words words;
  if (open == std::string::npos || close == std::string::npos) return words;
  for (auto& word : CLI::detail::split(type.substr(open + 1, close - open - 1), ',')) words.push_back(word);
  return words;
}

Words words_for(const std::string& value) {
  Words words;
  if (value == "MODEL")
    for (const auto& model : models()) words.push_back(model.name);
  if (value == "TARGET")
    for (const auto& target : list_targets())
      if (target.name.find("PATH") == std::string::npos) words.push_back(target.name);
  if (value == "PROPERTY")
    for (int i = 0; i < kProperties; ++i) words.emplace_back(name_of(static_cast<Property>(i)));
  if (value == "FACTS") words = fact_names();
  return words;
}

Value completion_of(const PageArgument& argument) {
  if (!argument.words.empty()) return Value::words;
  if (argument.value == "TRACE") return Value::trace;
  if (argument.value == "FILE") return Value::file;
  return argument.value == "DIR" ? Value::folder : Value::none;
}

PageArgument argument_of(const CLI::Option& option) {
  PageArgument argument{.text = option.get_description(), .required = option.get_required()};
  const auto type = option.get_type_name();
  argument.value = type.substr(0, type.find(':'));
  argument.repeated = option.get_expected_max() >= CLI::detail::expected_max_vector_size;
  if (option.get_positional()) {
    argument.value = option.get_name(true);
    argument.names = {argument.value};
  } else {
    for (const auto& name : option.get_snames()) argument.names.push_back("-" + name);
    for (const auto& name : option.get_lnames()) argument.names.push_back("--" + name);
    if (option.get_type_size() == 0) argument.value.clear();
  }
  if (!argument.value.empty()) argument.initial = option.get_default_str();
  argument.words = words_in(type);
  if (argument.words.empty()) argument.words = words_for(argument.value);
  argument.completes = completion_of(argument);
  return argument;
}

Command describe(const CLI::App& app, std::vector<std::string> path) {
  path.push_back(app.get_name());
  Command command{.path = path, .text = app.get_description(), .footer = app.get_footer()};
  for (const auto* option : app.get_options())
    if (!option->get_group().empty())
      (option->get_positional() ? command.positionals : command.options).push_back(argument_of(*option));
  for (const auto* sub : app.get_subcommands([](const CLI::App* each) { return !each->get_name().empty(); }))
    command.subcommands.push_back(describe(*sub, path));
  return command;
}

void collect(const Command& command, std::vector<const Command*>& all) {
  all.push_back(&command);
  for (const auto& sub : command.subcommands) collect(sub, all);
}

}  // namespace

Command describe(const CLI::App& app) { return describe(app, {}); }

std::vector<const Command*> all_of(const Command& command) {
  std::vector<const Command*> all;
  collect(command, all);
  return all;
}

std::string joined(const Command& command, char separator) {
  return fmt::format("{}", fmt::join(command.path, std::string_view(&separator, 1)));
}

}  // namespace lockstep::cli
