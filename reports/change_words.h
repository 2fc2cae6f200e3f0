// SPDX-License-Identifier: GPL-2.0-or-later
// What a step changed, as sentences.
#pragma once

#include <string>
#include <vector>

#include "model/facts.h"

namespace lockstep {

// Views, tasks and objects that came and went, counters, faults. Snapshots are canonical and of the same source.
std::vector<std::string> change_words(const Snapshot& before, const Snapshot& now);

}  // namespace lockstep
