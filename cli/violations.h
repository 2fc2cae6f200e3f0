// SPDX-License-Identifier: GPL-2.0-or-later
// What explore and prove do with what they find: run it on whatever implements the model too, and write it down.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "oracle/result.h"

namespace lockstep::cli {

// Runs each find's trace on what implements this very model in another way (sim:, live), says what came of it, and
// writes the trace into `folder`. What a target does not show as the model does is no longer expected.
// say: "also on sim:v5", "NOT on sim:v5".
void replay_and_save(const std::string& model, const std::filesystem::path& folder, Result& result,
                     const std::function<void(const std::string& property, const std::string& words)>& say);

}  // namespace lockstep::cli
