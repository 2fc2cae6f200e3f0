// SPDX-License-Identifier: GPL-2.0-or-later
// Coverage marks: short names for what a trace makes happen, such as "v5-intended later append reaches grandchild".
// Each trace of the corpus carries one that no other carries, so that it says why it is there.
#pragma once

#include <set>
#include <string>

#include "model/trace.h"

namespace lockstep {

// All marks that this trace earns on its own model. REQUIRES: trace.model is a model that can run it.
std::set<std::string> marks_of(const Trace& trace);

}  // namespace lockstep
