// SPDX-License-Identifier: GPL-2.0-or-later
// explore --interleave: concurrent operations, and the schedules in which they go wrong.
#pragma once

#include <string>

#include "cli/common.h"
#include "oracle/interleave.h"

namespace lockstep::cli {

struct InterleaveCommand {
  std::string model;
  InterleaveOptions scope;
  bool every_step = false;  // tables with all steps
  Output output;
};
// Searches and reports; returns the exit code. Throws UsageError for a scope that cannot be, Interrupted.
int run_interleave(InterleaveCommand& command);

}  // namespace lockstep::cli
