// SPDX-License-Identifier: GPL-2.0-or-later
// Completion scripts for the shells: subcommands, options, values that are known by name, files.
#pragma once

#include <string>

#include "cli/pages/definition.h"

namespace lockstep::cli {

std::string bash_completion(const Command& program);
std::string zsh_completion(const Command& program);
std::string fish_completion(const Command& program);

}  // namespace lockstep::cli
