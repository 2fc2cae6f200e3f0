// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "oracle/symbolic_run.h"

namespace lockstep {

// The claim for all objects. Where it speaks of what an object leads to it is used for objects alone whose pointer is
// spoken of already: a solver that follows a chain on its own account never comes back.
expr quantified(const Symbols& symbols, const StateClaim& claim);

}  // namespace lockstep
