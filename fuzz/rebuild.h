// SPDX-License-Identifier: GPL-2.0-or-later
// Other steps instead of a trace's own, as a trace that can be run.
#pragma once

#include <string>
#include <vector>

#include "model/trace.h"

namespace lockstep {

// The steps that the model can take, from the trace's start: those of tasks that do not exist are dropped, names are
// counted anew, outcomes are what the model says.
Trace rebuilt(const Trace& trace, const std::string& model, const std::vector<Step>& steps);

}  // namespace lockstep
