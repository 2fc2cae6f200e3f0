// SPDX-License-Identifier: GPL-2.0-or-later
// A kernel's configuration: what we want of it, and what came of it. An option without its prerequisites is left out by
// the kernel's own tools without a word.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lockstep::kernels {

// Lines CONFIG_X=VALUE, n for one that must be off; comments and empty lines.
// Returns what the kernel's tools read: "# CONFIG_X is not set" for n. Throws std::invalid_argument for other lines.
std::string fragment_for_kconfig(std::string_view wanted);

// The wanted lines that do not hold in this final configuration.
std::vector<std::string> dropped_options(std::string_view wanted, std::string_view final_config);

}  // namespace lockstep::kernels
