// SPDX-License-Identifier: GPL-2.0-or-later
// Whether what concurrent operations came to is what some order of them comes to.
#pragma once

#include <span>
#include <vector>

#include "model/facts.h"
#include "oracle/checker.h"
#include "oracle/interleave.h"

namespace lockstep {

// All operations are done. Facts are canonical.
struct Ending {
  std::vector<ActionResult> results;  // by number of the operation
  Snapshot facts;
};

// What is wrong with an ending: with the state itself, and, last, that no order explains it. Empty if nothing is.
// `orders`: the endings of all orders of the whole operations.
std::vector<Violation> judge_ending(const Ending& ending, std::span<const Ending> orders, const Program& program);

}  // namespace lockstep
