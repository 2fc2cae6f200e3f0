// SPDX-License-Identifier: GPL-2.0-or-later
// What stands inside the boxes of a picture, as Graphviz's HTML-like labels.
#pragma once

#include <string>

#include "oracle/graph.h"
#include "reports/changes.h"
#include "reports/ownership_graph.h"

namespace lockstep {

class GraphLabels {
 public:
  GraphLabels(const Panel& panel, const Changes& changes, const Explanation& explanation)
      : panel_(panel), now_(*panel.now), changes_(changes), explanation_(explanation) {}
  std::string task(size_t task) const;
  std::string object(size_t object) const;  // rules, progs, filters
  // Events with the ports s0, s1 … of their slots, nodes with the ports prev and rule; the frame is part of the label.
  std::string with_ports(size_t object) const;
  std::string freed(size_t object) const;
  bool task_wrong(size_t task) const;
  bool object_wrong(size_t object) const;
  // What the other has and this state has not, one sentence; empty if nothing.
  std::string only_other() const;

 private:
  std::string view_row(size_t task, int event) const;
  std::string counter(size_t object, int counter) const;
  std::string head(size_t object) const;
  const TaskFacts* other_task(size_t task) const;
  const ObjectFacts* other_object(size_t object) const;
  bool held_against_counters() const { return panel_.other != nullptr && panel_.counters; }
  const Panel& panel_;
  const Snapshot& now_;
  const Changes& changes_;
  const Explanation& explanation_;
};

}  // namespace lockstep
