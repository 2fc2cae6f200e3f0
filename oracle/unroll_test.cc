// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/unroll.h"

#include <gtest/gtest.h>
#include <iostream>

#include "model/trace_text.h"
#include "oracle/prove_model.h"

namespace lockstep {
namespace {

TEST(Unroll, Try) {
  const auto proofs = model_proofs("v5-posted", {});
  for (const auto& each : unroll(*proofs, {.properties = {Property::error_atomic, Property::refcount_exact, Property::no_leak, Property::no_use_after_free, Property::limit,Property::isolation, Property::inheritance}})) {
    std::cout << name_of(each.property) << " kept " << each.kept << " " << each.why << " " << each.seconds << "\n";
    if (each.trace) std::cout << write_trace(*each.trace);
  }
}

}  // namespace
}  // namespace lockstep
