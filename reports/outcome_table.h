// SPDX-License-Identifier: GPL-2.0-or-later
// What a run came by, as a table operations × outcomes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "oracle/result.h"

namespace lockstep {

// The table as data. Names are as they came.
struct OutcomeTable {
  explicit OutcomeTable(const std::vector<OutcomeCount>& outcomes);
  std::vector<std::string> operations;  // in the order of the statistics
  std::vector<std::string> outcomes;    // columns, "ok" first
  std::vector<OutcomeCount> never;      // rows that nothing fell into
  // None: this operation has no such outcome, or not here.
  std::optional<uint64_t> count(const std::string& operation, const std::string& outcome) const;

 private:
  std::map<std::pair<std::string, std::string>, uint64_t> cells_;
};
// "fork fail=alloc:1 -> ENOMEM (not possible on this target)"
std::string outcome_words(const OutcomeCount& row);

// Aligned lines, each beginning with `indent`; what was possible and never came up is listed below. Empty if there is
// nothing to count.
std::string outcome_table(const std::vector<OutcomeCount>& outcomes, const std::string& indent);

}  // namespace lockstep
