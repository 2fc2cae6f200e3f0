// SPDX-License-Identifier: GPL-2.0-or-later
// Mutants that nothing kills, each with the reason. A test fails when one of these does not exist or is killed.
#pragma once

#include <span>
#include <string_view>

namespace lockstep {

struct Excuse {
  std::string_view models;  // with a blank between them
  std::string_view mutant;  // its name there
  bool equivalent = true;   // false: it is a fault, and nobody notices
  std::string_view argument;
};

std::span<const Excuse> excuses();
// Null: none. `full_name` is a mutant's, with its model.
const Excuse* find_excuse(std::string_view full_name);

}  // namespace lockstep
