// SPDX-License-Identifier: GPL-2.0-or-later
// What is run concurrently: the sequential states to start in, and the programs.
#pragma once

#include <vector>

#include "model/facts.h"
#include "oracle/interleave.h"
#include "oracle/interleaved_world.h"

namespace lockstep {

// What a design attaches, or appends.
struct RuleKind {
  bool filters = false;
  uint32_t known_flags = 0;  // of an append: the option that it has
};

int live_tasks(const RunProcesses& processes);
// The steps that may lead to a start, from where `processes` are.
std::vector<Step> steps_before(const RunProcesses& processes, const std::vector<Step>& so_far, const RuleKind& rules,
                               const InterleaveOptions& options);

// Every way to give each living task of a start operations. They are many, so each is made when it is asked for.
class Programs {
 public:
  // before: the steps that led to the start.
  Programs(const RunProcesses& processes, const std::vector<Step>& before, const RuleKind& rules,
           const InterleaveOptions& options);
  uint64_t count() const;
  // REQUIRES: index < count(). The last task's operations change fastest.
  Program at(uint64_t index) const;

 private:
  std::vector<std::vector<std::vector<Action>>> lists_;  // by task
  uint16_t rule_names_, task_names_;
};

// Throws std::invalid_argument for a scope that cannot be.
void require_possible(const InterleaveOptions& options);

}  // namespace lockstep
