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

#include "model/trace.h"
#include "oracle/property.h"

namespace lockstep {

class ModelProofs;

struct UnrollOptions {
  std::vector<Property> properties;             // to be broken
  size_t steps = 4;                             // at most
  std::chrono::milliseconds timeout{60'000};    // of one more step, the search for all properties included
  std::function<bool()> stop;
};

// What came of a property.
struct Unrolled {
  Property property{};
  std::optional<Trace> trace;  // breaks it, and none with fewer steps does
  size_t kept = 0;             // runs of up to so many steps keep it
  std::string why;             // without a trace: why the search ended there
  double seconds = 0;          // until then
};

// One for each of the properties.
std::vector<Unrolled> unroll(const ModelProofs& proofs, const UnrollOptions& options);

}  // namespace lockstep
