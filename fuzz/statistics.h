// SPDX-License-Identifier: GPL-2.0-or-later
// What a run generated, and whether that was worth running.
#pragma once

#include <map>
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
  void add_trace() { ++traces_; }
  void add_coverage(const Coverage& coverage) { coverage_ |= coverage; }

  uint64_t traces() const { return traces_; }
  uint64_t steps() const { return steps_; }
  double mean_length() const { return traces_ == 0 ? 0 : static_cast<double>(steps_) / static_cast<double>(traces_); }
  double mean_live() const { return steps_ == 0 ? 0 : static_cast<double>(live_) / static_cast<double>(steps_); }
  size_t max_depth() const { return max_depth_; }
  std::vector<OutcomeCount> outcomes() const;  // the table operations x outcomes, in the grammar's order
  // Branches with a way that was not taken: "owner_exits: never taken".
  std::vector<std::string> branch_holes(bool include_dead) const;
  // Why this run proves little; empty if it is worth counting. Runs of fewer than kCountingRun traces are judged by
  // what they saw: at least one step.
  std::vector<std::string> shortcomings() const;

  static constexpr uint64_t kCountingRun = 10000;
  static constexpr double kMinLength = 12, kMinLive = 3;
  static constexpr uint64_t kMinRow = 100;

 private:
  const ModelInfo& model_;
  const Grammar& grammar_;
  bool faults_;
  uint64_t traces_ = 0, steps_ = 0, live_ = 0;
  size_t max_depth_ = 0;
  std::vector<std::vector<uint64_t>> counts_;  // by operation, by row
  Coverage coverage_;
};

}  // namespace lockstep
