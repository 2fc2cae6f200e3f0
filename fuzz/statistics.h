// SPDX-License-Identifier: GPL-2.0-or-later
// Counts what a run generates, while it does.
#pragma once

#include <string>
#include <vector>

#include "model/grammar.h"
#include "model/model.h"
#include "oracle/result.h"

namespace lockstep {

class Statistics {
 public:
  explicit Statistics(const std::string& model, bool faults);
  // One step that was taken; `live` tasks were there after it and the caller saw `depth` rules.
  void add(const Step& step, const Start& start, int live, size_t depth);
  void add_cut_trace() { ++generated_.cut; }
  void add_coverage(const Coverage& coverage) { coverage_ |= coverage; }

  std::vector<OutcomeCount> outcomes() const;  // the table operations x outcomes, in the grammar's order
  Generated generated() const;                 // branches that this run cannot come by are left out

 private:
  const ModelInfo& model_;
  const Grammar& grammar_;
  bool faults_;
  Generated generated_;                        // without branches
  std::vector<std::vector<uint64_t>> counts_;  // by operation, by row
  Coverage coverage_;
};

}  // namespace lockstep
