// SPDX-License-Identifier: GPL-2.0-or-later
// Traces that show that a branch can be taken.
#pragma once

#include <array>
#include <map>
#include <string>
#include <utility>

#include "model/branches.h"
#include "model/trace.h"

namespace lockstep {

// By branch and side: a shortest trace of plain steps that takes it, its last step at that. Looks until every side
// that is `wanted` has one, or everything within reach has been tried.
std::map<std::pair<Branch, bool>, Trace> branch_witnesses(const std::string& model,
                                                          const std::array<std::array<bool, 2>, kBranches>& wanted);

}  // namespace lockstep
