// SPDX-License-Identifier: GPL-2.0-or-later
// v5-new-hierarchy: v5-intended with the option that its thread proposes. An append with flags=1, NEW_RULE_HIERARCHY,
// makes new nodes for the caller even if it owns some, so that tasks forked before do not get the rule. It owns those
// alone from then on: of two owned nodes for an event nobody could say which one a later rule goes to
// (docs/proposals.md).
#pragma once

#include "model/v5_intended.h"

namespace lockstep {

struct V5NewHierarchy : V5Intended {
  static constexpr uint32_t kKnownFlags = 1;  // NEW_RULE_HIERARCHY

  template <class W, class Task, class P>
  static int append(W& w, Task caller, P prog, const Step& args) {
    return V5Intended::append(w, caller, prog, args, kKnownFlags);
  }
};

}  // namespace lockstep
