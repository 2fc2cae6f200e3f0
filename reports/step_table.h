// SPDX-License-Identifier: GPL-2.0-or-later
// The state after each step as a few lines of text: `*` before what changed, `!` before what is wrong.
#pragma once

#include <string>

#include "oracle/conform.h"

namespace lockstep {

// Keeps the states of the step before; made anew for each trace.
class StepTable {
 public:
  // The names that the targets' lines carry; empty if there is none.
  explicit StepTable(std::string target = "", bool color = false, std::string against = "")
      : target_(std::move(target)), against_(std::move(against)), color_(color) {}
  // Lines of at most 100 columns, the last one ended.
  std::string add(const StepRecord& record);

 private:
  std::string head(const StepRecord& record) const;
  std::string state(const Snapshot* before, const Snapshot& now, const std::string& who) const;
  std::string of_target(const StepRecord& record, const std::string& name, const Snapshot& now, Snapshot& before) const;
  std::string target_, against_;
  bool color_;
  Snapshot model_before_, target_before_, against_before_;
};

}  // namespace lockstep
