// SPDX-License-Identifier: GPL-2.0-or-later
// Makes a trace smaller while something about it stays true. Shrinking never trusts one run of a real kernel: whoever
// asks for it gives a predicate that runs the trace as often as it takes.
#pragma once

#include <rapidcheck.h>

#include <functional>
#include <string>

#include "model/trace.h"

namespace lockstep {

// Candidates that are smaller or simpler than a trace, boldest first, each a trace that can be run: steps of tasks that
// no longer exist are dropped, names are counted anew, outcomes are what the model says.
rc::Seq<Trace> smaller_traces(const Trace& trace, const std::string& model);

struct Shrunk {
  Trace trace;
  int tried = 0;  // candidates that were run
  int accepted = 0;
};
// The first candidate that still holds becomes the trace, until none does. Stops early when `stop` says so.
Shrunk shrink(const Trace& trace, const std::string& model, const std::function<bool(const Trace&)>& still_holds,
              const std::function<bool()>& stop = {});

}  // namespace lockstep
