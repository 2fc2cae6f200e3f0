// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/pages/completion.h"

namespace lockstep::cli {

namespace {

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return out + "'";
}

// True where the command is the one that is being typed.
std::string condition(const Command& command) {
  if (command.path.size() == 1) return "__fish_use_subcommand";
  std::string out;
  for (size_t i = 1; i < command.path.size(); ++i)
    out += fmt::format("{}__fish_seen_subcommand_from {}", i == 1 ? "" : "; and ", command.path[i]);
  if (!command.subcommands.empty()) out += "; and not __fish_seen_subcommand_from";
  for (const auto& sub : command.subcommands) out += " " + sub.path.back();
  return out;
}

std::string candidates(const PageArgument& argument) {
  switch (argument.completes) {
    case Value::words:
      return fmt::format(" -a {}", quoted(fmt::format("{}", fmt::join(argument.words, " "))));
    case Value::folder:
      return " -a '(__fish_complete_directories)'";
    case Value::trace:
      return " -k -a '(__fish_complete_suffix .trace)'";
    case Value::file:
      return " -F";
    case Value::none:
      break;
  }
  return "";
}

std::string line(const Command& command, const std::string& rest) {
  return fmt::format("complete -c lockstep -n {}{}\n", quoted(condition(command)), rest);
}

std::string lines_of(const Command& command) {
  std::string out;
  for (const auto& sub : command.subcommands)
    out += line(command, fmt::format(" -a {} -d {}", sub.path.back(), quoted(sub.text)));
  for (const auto& argument : command.positionals)
    if (argument.completes != Value::none) out += line(command, candidates(argument));
  for (const auto& option : command.options) {
    std::string names;
    for (const auto& name : option.names)
      names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    const auto* takes = option.value.empty() ? "" : " -r";
    out += line(command, fmt::format("{}{}{} -d {}", names, takes, candidates(option), quoted(option.text)));
  }
  return out;
}

}  // namespace

std::string fish_completion(const Command& program) {
  std::string out =
      "# SPDX-License-Identifier: GPL-2.0-or-later\n"
      "# fish completion of lockstep. Generated from its command line.\n"
      "complete -c lockstep -f\n";
  for (const auto* command : all_of(program)) out += lines_of(*command);
  return out;
}

}  // namespace lockstep::cli
