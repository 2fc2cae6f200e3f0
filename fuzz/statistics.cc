// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz/statistics.h"

#include <fmt/format.h>

#include <algorithm>

namespace lockstep {

Statistics::Statistics(const std::string& model, bool faults)
    : model_(*find_model(model)), grammar_(*grammar_of(model)), faults_(faults) {
  for (const auto& operation : grammar_.operations) counts_.emplace_back(operation.rows.size());
}

void Statistics::add(const Step& step, const Start& start, int live, size_t depth) {
  ++steps_;
  live_ += static_cast<uint64_t>(live);
  max_depth_ = std::max(max_depth_, depth);
  const auto* operation = grammar_.find(step.op);
  const auto* row = operation->row_of(step, start);
  if (row != nullptr)
    ++counts_[static_cast<size_t>(operation - grammar_.operations.data())]
             [static_cast<size_t>(row - operation->rows.data())];
}

std::vector<OutcomeCount> Statistics::outcomes() const {
  std::vector<OutcomeCount> outcomes;
  for (size_t o = 0; o < counts_.size(); ++o)
    for (size_t r = 0; r < counts_[o].size(); ++r) {
      const auto& row = grammar_.operations[o].rows[r];
      outcomes.push_back({name_of(grammar_.operations[o].op), std::string(row.condition), row.result(), counts_[o][r],
                          faults_ || !row.condition.starts_with("fail=")});
    }
  return outcomes;
}

std::vector<std::string> Statistics::branch_holes(bool include_dead) const {
  // What only a failing allocation brings about: itself, a slot left empty, and a rule whose put does not free it.
  constexpr Branch kFaultBranches[] = {Branch::no_rule,          Branch::no_events,    Branch::no_node,
                                       Branch::no_filled_events, Branch::fork_no_node, Branch::fork_no_events,
                                       Branch::no_task,          Branch::no_filter,    Branch::no_program,
                                       Branch::slot_empty,       Branch::rule_kept};
  std::vector<std::string> holes;
  for (auto branch : model_.branches) {
    if (!include_dead && std::count(model_.dead_branches.begin(), model_.dead_branches.end(), branch) != 0) continue;
    if (!faults_ && std::count(std::begin(kFaultBranches), std::end(kFaultBranches), branch) != 0) continue;
    const bool yes = coverage_.taken[static_cast<size_t>(branch)],
               no = coverage_.not_taken[static_cast<size_t>(branch)];
    if (yes && no) continue;
    holes.push_back(fmt::format("{}: never {}", name_of(branch), yes ? "refused" : no ? "taken" : "reached"));
  }
  return holes;
}

std::vector<std::string> Statistics::shortcomings() const {
  std::vector<std::string> all;
  if (steps_ == 0) all.emplace_back("no step was run");
  if (traces_ < kCountingRun) return all;
  if (mean_length() < kMinLength)
    all.push_back(fmt::format("mean length {:.1f} steps, at least {} wanted", mean_length(), kMinLength));
  if (mean_live() < kMinLive)
    all.push_back(fmt::format("mean live tasks {:.1f}, at least {} wanted", mean_live(), kMinLive));
  for (const auto& row : outcomes())
    if (row.possible && row.count < kMinRow)
      all.push_back(fmt::format("{} {} -> {}: {} times, at least {} wanted", row.operation, row.condition, row.outcome,
                                row.count, kMinRow));
  for (const auto& hole : branch_holes(false)) all.push_back("branch " + hole);
  return all;
}

}  // namespace lockstep
