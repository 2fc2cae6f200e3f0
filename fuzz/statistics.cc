// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz/statistics.h"

#include <algorithm>

namespace lockstep {

Statistics::Statistics(const std::string& model, bool faults)
    : model_(*find_model(model)), grammar_(*grammar_of(model)), faults_(faults) {
  for (const auto& operation : grammar_.operations) counts_.emplace_back(operation.rows.size());
}

void Statistics::add(const Step& step, const Start& start, int live, size_t depth) {
  generated_.live += static_cast<uint64_t>(live);
  generated_.depth = std::max<uint64_t>(generated_.depth, depth);
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

Generated Statistics::generated() const {
  // What only a failing allocation brings about: itself, a slot left empty, and a rule whose put does not free it.
  constexpr Branch kFaultBranches[] = {Branch::no_rule,          Branch::no_events,    Branch::no_node,
                                       Branch::no_filled_events, Branch::fork_no_node, Branch::fork_no_events,
                                       Branch::no_task,          Branch::no_filter,    Branch::no_program,
                                       Branch::slot_empty,       Branch::rule_kept};
  const auto among = [](const auto& list, Branch branch) {
    return std::find(std::begin(list), std::end(list), branch) != std::end(list);
  };
  auto all = generated_;
  for (const auto branch : model_.branches) {
    if (!faults_ && among(kFaultBranches, branch)) continue;
    const auto bit = static_cast<size_t>(branch);
    all.branches.push_back(
        {name_of(branch), coverage_.taken[bit], coverage_.not_taken[bit], among(model_.dead_branches, branch)});
  }
  return all;
}

}  // namespace lockstep
