// SPDX-License-Identifier: GPL-2.0-or-later
// explore: every state of a scope, as a result.
#pragma once

#include <filesystem>
#include <string>

#include "oracle/explore.h"
#include "oracle/result.h"

namespace lockstep::cli {

// Searches, replays each violation on what implements the model too (sim:, live) and writes it into `folder`. Shows
// progress, and stops early if interrupted. REQUIRES: there is a model of that name. Throws UsageError for a scope that
// cannot be.
Result explore_result(const std::string& model, ExploreOptions options, const std::filesystem::path& folder);

}  // namespace lockstep::cli
