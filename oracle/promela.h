// SPDX-License-Identifier: GPL-2.0-or-later
// A model's scope as a Promela program, for SPIN: the same transition text, run once per path by a world that prints.
#pragma once

#include <string>

#include "oracle/explore.h"

namespace lockstep {

// Reaches as many states as explore() does without symmetry and promise. REQUIRES: there is a model of that name.
// Throws std::invalid_argument for a scope that cannot be.
std::string to_promela(const std::string& model, const ExploreOptions& options);

}  // namespace lockstep
