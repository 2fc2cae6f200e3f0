// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/pages/completion.h"

namespace lockstep::cli {

namespace {

// A part of a specification of _arguments, inside single quotes.
std::string part(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'')
      out += "'\\''";
    else if (c == ':' || c == '[' || c == ']' || c == '\\')
      out += std::string("\\") + c;
    else
      out += c;
  }
  return out;
}

std::string action(const PageArgument& argument) {
  switch (argument.completes) {
    case Value::words:
      return part(fmt::format("({})", fmt::join(argument.words, " ")));
    case Value::folder:
      return "_files -/";
    case Value::trace:
      return R"(_files -g "*.trace")";
    case Value::file:
      return "_files";
    case Value::none:
      break;
  }
  return " ";
}

std::string option_spec(const PageArgument& option) {
  const auto value = option.value.empty() ? "" : fmt::format(":{}:{}", part(option.value), action(option));
  std::string out;
  for (const auto& name : option.names) {
    const auto* glue = option.value.empty() ? "" : name.starts_with("--") ? "=" : "+";
    out += fmt::format(" \\\n    '({}){}{}[{}]{}'", fmt::join(option.names, " "), name, glue, part(option.text), value);
  }
  return out;
}

std::string function_of(const Command& command) {
  std::string specs, names, calls;
  for (const auto& option : command.options) specs += option_spec(option);
  for (const auto& argument : command.positionals)
    specs += fmt::format(" \\\n    '{}:{}:{}'", argument.repeated ? "*" : "", part(argument.value), action(argument));
  const auto name = joined(command, '_');
  if (command.subcommands.empty()) return fmt::format("_{}() {{\n  _arguments -s{}\n}}\n\n", name, specs);
  for (const auto& sub : command.subcommands) {
    names += fmt::format("        '{}:{}'\n", sub.path.back(), part(sub.text));
    calls += fmt::format("        {}) _{} ;;\n", sub.path.back(), joined(sub, '_'));
  }
  return fmt::format(
      "_{}() {{\n  local line state\n  local -a subcommands\n"
      "  _arguments -C{} \\\n    '1:subcommand:->subcommand' \\\n    '*::argument:->argument'\n"
      "  case $state in\n    subcommand)\n      subcommands=(\n{}      )\n      _describe subcommand subcommands\n     "
      " ;;\n"
      "    argument)\n      case $line[1] in\n{}      esac\n      ;;\n  esac\n}}\n\n",
      name, specs, names, calls);
}

}  // namespace

std::string zsh_completion(const Command& program) {
  std::string out =
      "#compdef lockstep\n# SPDX-License-Identifier: GPL-2.0-or-later\n"
      "# zsh completion of lockstep. Generated from its command line.\n\n";
  for (const auto* command : all_of(program)) out += function_of(*command);
  return out + "_lockstep \"$@\"\n";
}

}  // namespace lockstep::cli
