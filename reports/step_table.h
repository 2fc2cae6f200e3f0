// SPDX-License-Identifier: GPL-2.0-or-later
// The state after each step as a few lines of text: `*` before what changed, `!` before what is wrong.
#pragma once

#include <string>

#include "oracle/conform.h"

namespace lockstep {

// Keeps the states of the step before; made anew for each trace.
class StepTable {
 public:
  // The name that the target's lines carry; empty if the model runs alone.
  explicit StepTable(std::string target = "", bool color = false) : target_(std::move(target)), color_(color) {}
  // Lines of at most 100 columns, the last one ended.
  std::string add(const StepRecord& record);

 private:
  std::string head(const StepRecord& record) const;
  std::string state(const Snapshot* before, const Snapshot& now, const std::string& who) const;
  std::string target_;
  bool color_;
  Snapshot model_before_, target_before_;
};

}  // namespace lockstep
