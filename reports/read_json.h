// SPDX-License-Identifier: GPL-2.0-or-later
// Results back from their JSON form, so that a run can go on and reports can be joined.
#pragma once

#include <string>
#include <vector>

#include "oracle/result.h"
#include "reports/run.h"

namespace lockstep {

// Both throw std::exception where the text is not what render(..., Format::json) writes in this schema version.
std::vector<Result> read_json(const std::string& text);
// The whole of it. Where no run was given, the run's id is empty.
Run read_run(const std::string& text);

}  // namespace lockstep
