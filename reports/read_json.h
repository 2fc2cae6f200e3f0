// SPDX-License-Identifier: GPL-2.0-or-later
// Results back from their JSON form, so that a run can go on and reports can be joined.
#pragma once

#include <string>
#include <vector>

#include "oracle/result.h"

namespace lockstep {

// Throws std::runtime_error where the text is not what render(..., Format::json) writes in this schema version.
std::vector<Result> read_json(const std::string& text);

}  // namespace lockstep
