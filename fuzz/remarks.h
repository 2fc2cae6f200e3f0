// SPDX-License-Identifier: GPL-2.0-or-later
// What a run by chance says of itself. It follows from the run's numbers alone: so the parts of a run, added up, say
// what the whole would have said.
#pragma once

#include <string>
#include <vector>

#include "oracle/result.h"

namespace lockstep {

// Runs of fewer traces are judged by what they saw: at least one step.
inline constexpr uint64_t kCountingRun = 10000;
inline constexpr double kMinLength = 12, kMinLive = 3;  // steps a trace; tasks after a step
inline constexpr uint64_t kMinRow = 100;                // of each row of the table operations x outcomes

struct Remarks {
  std::vector<Named> statistics;
  std::vector<std::string> notes;
  std::vector<std::string> shortcomings;  // why this run proves little; empty if it is worth counting
};
// REQUIRES: result.generated
Remarks remarks_of(const Result& result);

// Branches with a way that was not taken: "owner_exits: never taken".
std::vector<std::string> branch_holes(const Generated& generated, bool include_dead);

// Puts the remarks into the result; takes them out again, so that the numbers can be added to.
void add_remarks(Result& result);
void remove_remarks(Result& result);

}  // namespace lockstep
