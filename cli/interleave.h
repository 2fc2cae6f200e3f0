// SPDX-License-Identifier: GPL-2.0-or-later
// explore --interleave: concurrent operations, and the schedules in which they go wrong.
#pragma once

#include <string>

#include "cli/common.h"
#include "oracle/interleave.h"
#include "oracle/result.h"

namespace lockstep::cli {

struct InterleaveCommand {
  std::string model;
  InterleaveOptions scope;
  bool every_step = false;  // tables with all steps
  Output output;
};
// Shows progress, and stops early if interrupted. REQUIRES: there is a model of that name. Throws UsageError for a
// scope that cannot be.
Result interleave_result(InterleaveCommand command);
// Searches and reports; returns the exit code. Throws UsageError, Interrupted.
int run_interleave(const InterleaveCommand& command);

}  // namespace lockstep::cli
