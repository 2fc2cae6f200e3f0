// SPDX-License-Identifier: GPL-2.0-or-later
// Where things stand in the picture of a node design: in which column, and in which order from the top. Asked for here
// and not left to Graphviz, which keeps to it nearly always, so that the pictures of two steps can be laid side by
// side.
#pragma once

#include <vector>

#include "model/facts.h"

namespace lockstep {

// Indices of objects. Nodes fill several columns: inheritance goes to the right.
struct GraphColumns {
  std::vector<size_t> events;
  std::vector<std::vector<size_t>> nodes;  // those that nobody inherits from come first
  std::vector<size_t> rules;               // each list newest first
  std::vector<size_t> progs;               // as their rules
};
GraphColumns columns_of(const Snapshot& snapshot);

}  // namespace lockstep
