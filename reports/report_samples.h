// SPDX-License-Identifier: GPL-2.0-or-later
// Results and runs that the tests of this room share.
#pragma once

#include <memory>
#include <string>

#include "harness/spec.h"
#include "model/trace_text.h"
#include "oracle/result.h"

namespace lockstep {

inline constexpr const char* kIsolationTrace =
    "lockstep 1\nmodel v5-intended\nP1 append event=0 -> R1\nP1 fork -> P2\nP2 append event=0 -> R2\n";
inline constexpr const char* kLeakTrace =
    "lockstep 1\nmodel v5-posted\nP1 append event=0 fail=alloc:2 = ENOMEM\nP1 append event=1 -> R2\n";
// Markup, an escape sequence, a line feed, a byte that is no UTF-8, and what ends a KTAP description.
inline const std::string kHostile = "a<b>&\"'\x1b[31m\nx\xff#y]]>";

inline Find sample_find() {
  return {.divergence = {"isolation", 3, "isolation append view", "P1 got R2 from P2's append", {"inheritance"}},
          .trace = parse_trace(kIsolationTrace, "t"),
          .name = "seed 7 trace 42",
          .seed = 7,
          .index = 42,
          .times = 5,
          .repeated = 3,
          .runs = 3};
}

inline Result sample_result() {
  Result r{.job = "fuzz", .model = "v5-intended", .target = "spec:v5-posted", .traces = 100, .steps = 1234};
  r.seconds = 0.25;
  r.seed = 7;
  r.statistics = {{"mean length", "12.3 steps"}};
  r.outcomes = {{"append", "flags!=0", "EINVAL", 70},
                {"append", "fd=other", "EINVAL", 5},
                {"append", "", "ok", 1000},
                {"fork", "fail=alloc:1", "ENOMEM", 0},
                {"fork", "", "ok", 164}};
  return r;
}

}  // namespace lockstep
