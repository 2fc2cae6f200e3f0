// SPDX-License-Identifier: GPL-2.0-or-later
// The command line as plain data, read from the parser's own definition: what manual pages and completions are made of.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace lockstep::cli {

// What can be completed in the place of a value.
enum class Value : uint8_t { none, words, file, trace, folder };

struct PageArgument {
  std::vector<std::string> names;  // "-o", "--output"; of a positional its one name
  std::string value;               // "MODEL"; empty: a flag
  std::string initial;             // what it is without the option; empty: nothing that is worth a word
  std::string text;
  bool required = false, repeated = false;
  Value completes = Value::none;
  std::vector<std::string> words;  // all that the value can be, or those that are known by name
};

struct Command {
  std::vector<std::string> path;  // {"lockstep", "corpus", "list"}
  std::string text;
  std::string footer;
  std::vector<PageArgument> options, positionals;
  std::vector<Command> subcommands;
};

Command describe(const CLI::App& app);

// The command and all below it, each before its own subcommands.
std::vector<const Command*> all_of(const Command& command);
std::string joined(const Command& command, char separator);  // "lockstep corpus list"

}  // namespace lockstep::cli
