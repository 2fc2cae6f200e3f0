// SPDX-License-Identifier: GPL-2.0-or-later
// The command line as a value: what main parses with, and what manual pages and completions are made from.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <vector>

#include "oracle/result.h"

namespace lockstep::cli {

// What the program ends with, and what that says (docs/cli.md).
std::vector<Named> exit_codes();

// Parsing runs the subcommand, which sets the exit code.
std::unique_ptr<CLI::App> make_app(int& exit_code);

// Throws UsageError, with the nearest name, if a word stands where a subcommand must and is none.
void require_known_subcommand(const CLI::App& app, int argc, const char* const* argv);

}  // namespace lockstep::cli
