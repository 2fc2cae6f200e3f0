// SPDX-License-Identifier: GPL-2.0-or-later
// What a run came by, as a table operations × outcomes.
#pragma once

#include <string>
#include <vector>

#include "oracle/result.h"

namespace lockstep {

// Aligned lines, each beginning with `indent`; what was possible and never came up is listed below. Empty if there is
// nothing to count.
std::string outcome_table(const std::vector<OutcomeCount>& outcomes, const std::string& indent);

}  // namespace lockstep
