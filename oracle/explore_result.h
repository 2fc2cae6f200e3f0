// SPDX-License-Identifier: GPL-2.0-or-later
// What a search says, as a result: each violation run again from its trace, held against what is expected of the model.
#pragma once

#include <string>

#include "oracle/explore.h"
#include "oracle/result.h"

namespace lockstep {

enum class Shown : uint8_t {
  confirmed,  // the last step of the trace breaks the property
  not_shown,  // it does not
  differs,    // the target does something else than the model
};
struct Replay {
  Shown shown{};
  Divergence divergence;  // what the last step breaks, in the checker's words; or where the target differs
};
// Runs the trace on the model, and on the target if there is one. Throws NotCapable.
Replay replay_violation(const Trace& trace, const std::string& model, Property property, Target* target);

// One find for each broken property, those that nobody expects first; a line for each property among the statistics.
Result result_of(const std::string& model, const ExploreOptions& options, const Exploration& exploration);

// "tasks 3, events 2, ops 3, sizes 1 63"
std::string scope_text(const std::string& model, const Scope& scope);

}  // namespace lockstep
