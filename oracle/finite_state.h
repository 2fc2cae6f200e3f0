// SPDX-License-Identifier: GPL-2.0-or-later
// Any state of so many objects and no more: nothing is known of it but that it is one. What the world of formulas keeps
// by itself (counts, chains, sums, ages) is what it is by counting here, so that the state can be made.
#pragma once

#include "oracle/symbolic_run.h"

namespace lockstep {

// Tells the solver of it. Tasks and sets of the promise take the lowest places.
SymbolicState any_finite_state(const Symbols& symbols, const ProofSetting& setting, z3::solver& solver);
// That the claims hold for all objects that there are.
void assume_everywhere(const Symbols& symbols, const StateClaims& claims, z3::solver& solver);

}  // namespace lockstep
