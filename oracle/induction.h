// SPDX-License-Identifier: GPL-2.0-or-later
// What is behind an open obligation: a state from which the step breaks it, and whether that state can be reached.
#pragma once

#include <chrono>
#include <functional>

#include "oracle/prove_model.h"
#include "oracle/prove_queue.h"

namespace lockstep {

struct ClassifyOptions {
  size_t steps = 3;                           // a reachable one is looked for by unrolling so many
  size_t objects = 4;                         // any other among so many objects of each kind
  std::chrono::milliseconds timeout{60'000};  // of one such search, and of one step more
  std::function<bool()> stop;
};

// Says of each open obligation, in words, one of these: a trace reaches a state from which it fails; a state from which
// it fails was made and shown on the concrete model, and was not reached, and which claims exclude it; there is none
// with so few objects.
void classify_open(const ModelProofs& proofs, const ClassifyOptions& options, ModelAnswers& answers);

}  // namespace lockstep
