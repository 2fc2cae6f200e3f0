// SPDX-License-Identifier: GPL-2.0-or-later
// What a task can try in any state of a search (docs/exploring.md, "What a scope is"), read from the grammar's table.
#pragma once

#include <string>
#include <vector>

#include "model/trace.h"
#include "oracle/explore.h"

namespace lockstep {

struct Choice {
  Step step;            // without task, child and names
  bool faults = false;  // once more for each allocation that it tries, with that one failing
  bool odd = false;     // an argument is not as usual: one size of program will do
};

// REQUIRES: there is a model of that name; `sizes` is not empty.
std::vector<Choice> choices(const std::string& model, const Scope& scope, const std::vector<uint32_t>& sizes,
                            bool faults);

}  // namespace lockstep
