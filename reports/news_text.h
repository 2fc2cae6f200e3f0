// SPDX-License-Identifier: GPL-2.0-or-later
// What is new since the last run, and what is gone, for people.
#pragma once

#include <string>

#include "reports/run.h"

namespace lockstep {

// A line for each find that the run before did not have, and for each that it alone had; or one line that says that
// there are none.
std::string news_text(const Run& run, const RunHistory& history);

}  // namespace lockstep
