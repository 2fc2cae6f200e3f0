// SPDX-License-Identifier: GPL-2.0-or-later
// A state in words: which reference leads where, and how a task comes by a rule.
#pragma once

#include <string>
#include <vector>

#include "model/facts.h"
#include "oracle/graph.h"

namespace lockstep {

// "P1.events", "E1.slot[0]", "N2.prev": the place that a pointer stands in.
std::string place_of(const Snapshot& snapshot, const PointerFacts& pointer);
// The places of all references that lead to an object. Owners are addresses and not among them.
std::vector<std::string> references_to(const Snapshot& snapshot, size_t object);
// "R2 R1", newest first; "none".
std::string view_words(const Snapshot& snapshot, const TaskFacts& task, int event);
// How a check by the task comes to the rule or filter: "P1.events -> E1.slot[0] -> N1.rule -> R2". Empty if it does
// not.
std::string path_words(const Snapshot& snapshot, uint16_t task, int event, uint16_t rule);
// "E1.usage is 1; 2 references explain it: P1.events and P2.events."
std::string counter_words(const Snapshot& snapshot, const Explanation& explanation, size_t object, int counter);
// A counter that its references do not explain, or an object that should not be there.
bool unexplained(const Snapshot& snapshot, const Explanation& explanation, size_t object);

}  // namespace lockstep
