// SPDX-License-Identifier: GPL-2.0-or-later
// What is run concurrently: the sequential states to start in, and the programs.
#pragma once

#include <vector>

#include "model/facts.h"
#include "oracle/interleave.h"
#include "oracle/interleaved_world.h"

namespace lockstep {

int live_tasks(const RunProcesses& processes);
// The steps that may lead to a start, from where `processes` are.
std::vector<Step> steps_before(const RunProcesses& processes, const std::vector<Step>& so_far, bool filters,
                               const InterleaveOptions& options);
// Every way to give each living task operations, from a start that `before` leads to. In order of their length.
std::vector<Program> programs(const RunProcesses& processes, const std::vector<Step>& before, bool filters,
                              const InterleaveOptions& options);
// Throws std::invalid_argument for a scope that cannot be.
void require_possible(const InterleaveOptions& options);

}  // namespace lockstep
