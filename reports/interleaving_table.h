// SPDX-License-Identifier: GPL-2.0-or-later
// A schedule that goes wrong as a table: one column a task, one row an atomic step.
#pragma once

#include <string>

#include "oracle/interleave.h"

namespace lockstep {

struct TableOptions {
  bool every_step = false;  // also those that no other task gets in the way of; else they are counted
  bool color = false;
};

// The steps before the concurrent part, and the table. Lines of at most 100 columns, the last one ended.
std::string interleaving_table(const Race& race, const TableOptions& options = {});

// "load N1.rule = R1", "append event=0 -> R2": one step as it stands in the table.
std::string atomic_step_words(const Race& race, const AtomicStep& step);

}  // namespace lockstep
