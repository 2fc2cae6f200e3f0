// SPDX-License-Identifier: GPL-2.0-or-later
// A state as a picture: who holds what, and whether the counters say the same. As Graphviz DOT text; graphviz.h draws
// it.
#pragma once

#include <span>
#include <string>

#include "model/facts.h"

namespace lockstep {

// One state of one source. Snapshots are canonical.
struct Panel {
  const Snapshot* now = nullptr;
  const Snapshot* before = nullptr;   // the same source one step earlier: what is new since is marked; or null
  const Snapshot* other = nullptr;    // whom it is held against; or null
  std::string heading;                // above the panel; may be empty
  std::string other_name = "target";  // how the other's values are called: "kernel 3"
  bool counters = true;               // false: the other has other objects, and only views are held against it
};

struct GraphText {
  std::string title;     // "step 3 of 3"
  std::string subtitle;  // the step itself
  std::string finding;   // what is wrong, in red; may be empty
};

// Panels stand one below the other.
std::string dot_of(std::span<const Panel> panels, const GraphText& text = {});
std::string dot_of(const Snapshot& now, const Snapshot* before = nullptr, const Snapshot* other = nullptr,
                   const GraphText& text = {});

}  // namespace lockstep
