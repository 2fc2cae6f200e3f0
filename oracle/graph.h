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

// Recounts every counter from the pointers. One that is kept allocates nothing once it has grown, cycles aside.
class Explainer {
 public:
  // Good until the next call.
  const Explanation& explain(const Snapshot& snapshot);

 private:
  void count(const Snapshot& snapshot);
  bool walk_in_order(const Snapshot& snapshot);

  Explanation result_;
  std::vector<uint16_t> first_, targets_, open_, ready_;  // a walk's scratch
};

Explanation explain(const Snapshot& snapshot);

// "F2.refs is 3 but only 2 references explain it". REQUIRES: counter != explained.
std::string residual_words(const std::string& name, int32_t counter, int32_t explained);

}  // namespace lockstep
