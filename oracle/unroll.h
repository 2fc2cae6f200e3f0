// SPDX-License-Identifier: GPL-2.0-or-later
// Bounded unrolling: the models' own text, one operation after the other from the start, as one formula for each number
// of steps. Who acts, what it does, how large a program is and which allocation fails are the solver's to choose; what
// it chooses where a property is broken is a trace, and a shortest one.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "oracle/prove.h"

namespace lockstep {

class ModelProofs;

// What is to be broken: a property, or a formula of it after this transition.
struct UnrollGoal {
  std::optional<Property> property;  // none: a lemma
  std::string transition = {}, formula = {};
};
struct UnrollOptions {
  std::vector<UnrollGoal> goals;
  size_t steps = 4;                           // at most
  std::chrono::milliseconds timeout{60'000};  // of one more step, the search for all properties included
  std::function<bool()> stop;
};

// One for each goal. A trace is there if the model itself shows that it breaks the property.
std::vector<Unrolled> unroll(const ModelProofs& proofs, const UnrollOptions& options);
// "3 steps, 0.8 s", or why there is none
std::string words_of(const Unrolled& unrolled);

}  // namespace lockstep
