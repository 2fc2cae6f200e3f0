// SPDX-License-Identifier: GPL-2.0-or-later
// The statistics of a run as a table operations × outcomes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "oracle/result.h"

namespace lockstep {

// A statistic "append flags!=0 -> EINVAL" taken apart. count: none where the value is no number but a reason.
struct OutcomeCount {
  std::string operation, condition, outcome;
  std::optional<uint64_t> count;
  std::string text;
};
std::optional<OutcomeCount> outcome_count(const Named& statistic);

// Aligned lines, each beginning with `indent`; what was possible and never came up is listed below. Empty if there is
// nothing to count.
std::string statistics_table(const std::vector<Named>& statistics, const std::string& indent);

}  // namespace lockstep
