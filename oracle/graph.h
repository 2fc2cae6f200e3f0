// SPDX-License-Identifier: GPL-2.0-or-later
// A snapshot as a graph, and what the references in it explain: independent of how the state came about.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "model/facts.h"

namespace lockstep {

struct Explained {
  std::array<int32_t, 2> counter{};  // what the references say the counters should be
  bool reachable = false;            // from a task, along references
};

struct Explanation {
  std::vector<Explained> objects;  // in the snapshot's order
  bool cyclic = false;             // prev chains that do not end
};

// Recounts every counter from the pointers.
Explanation explain(const Snapshot& snapshot);

// "F2.refs is 3 but only 2 references explain it". REQUIRES: counter != explained.
std::string residual_words(const std::string& name, int32_t counter, int32_t explained);

}  // namespace lockstep
