// SPDX-License-Identifier: GPL-2.0-or-later
// Random traces for a model, as a RapidCheck generator: each has a mix of its own (swarm testing), every step is one
// that can be taken, and its outcome is what the model says.
#pragma once

#include <rapidcheck.h>

#include <memory>
#include <string>

#include "model/grammar.h"
#include "model/model.h"
#include "model/trace.h"

namespace lockstep {

struct GenerateOptions {
  std::string model;
  bool faults = true;  // `fail=` may be used
  int max_steps = 40;
  int max_live_tasks = 10;
  int max_rules = 140;  // appends and attaches in a trace, failed ones too
};

// REQUIRES: the model exists. The generator keeps a model of its own and is not to be shared between threads.
rc::Gen<Trace> trace_generator(const GenerateOptions& options);

// The trace number `index` of a seed: the same whoever asks, in whichever order.
rc::Shrinkable<Trace> generate(const rc::Gen<Trace>& generator, uint64_t seed, uint64_t index);

}  // namespace lockstep
