// SPDX-License-Identifier: GPL-2.0-or-later
// What a target shows, held against what is expected of it.
#pragma once

#include <optional>
#include <string>

#include "model/facts.h"
#include "model/target.h"

namespace lockstep {

// Of two canonical snapshots of which one may show only what tasks lead to: the first difference in what both can show.
std::optional<Difference> compare_shown(const Snapshot& expected, const Snapshot& actual, FactSet facts);

std::string result_text(Outcome outcome);  // "success", "ENOMEM"

void observe_canonical(Target& target, Snapshot& facts);

}  // namespace lockstep
