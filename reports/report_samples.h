// SPDX-License-Identifier: GPL-2.0-or-later
// Results and runs that the tests of this room share.
#pragma once

#include <memory>
#include <string>

#include "harness/spec.h"
#include "model/trace_text.h"
#include "oracle/prove_result.h"

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

// Made-up proofs of v5-posted: proved, refuted as expected with its trace, not decided, and a dead way of a branch.
inline Result sample_proofs() {
  Proofs proofs{.seconds = 3, .solver = "Z3 4.8.12"};
  const auto row = [](Property property, ProofStatus status, const char* scope, const char* reason) {
    ProofRow row{.model = "v5-posted", .property = property, .status = status, .scope = scope, .reason = reason};
    row.obligations = {{"v5-posted", "append event=0", "1: first_append", "rule.usage is exact", "shared",
                        ProofAnswer::open, 0.5, false},
                       {"v5-posted", "exit", "2: exit_puts, walk round", name_of(property), name_of(property),
                        ProofAnswer::proved, 0.125, true}};
    row.seconds = 0.625;
    return row;
  };
  proofs.rows = {row(Property::append_only, ProofStatus::proved, "unbounded", "a list only grows at its head"),
                 row(Property::refcount_exact, ProofStatus::refuted, "1 step", "a failed append leaves a rule at -1"),
                 row(Property::acyclic, ProofStatus::unknown, "unbounded", "1 obligation is open"),
                 row(Property::reachable_branches, ProofStatus::refuted, "unbounded", "dead branches")};
  proofs.rows[1].trace = parse_trace("lockstep 1\nmodel v5-posted\nP1 append event=0 fail=alloc:2 = ENOMEM\n", "t");
  for (auto& step : proofs.rows[1].trace->steps) step.line = 0;
  proofs.branches = {{"v5-posted", Branch::no_nnp, true, SideStatus::reachable, proofs.rows[1].trace, ""},
                     {"v5-posted", Branch::owner_put, true, SideStatus::dead, {}, "no events own their slot there"}};
  proofs.lemmas = {{"v5-posted", "fork", "1", "a slot is used", "lemma", ProofAnswer::proved, 0.25, false}};
  auto result = prove_results(proofs, {"v5-posted"}).at(0);
  result.breaking = {{Property::refcount_exact, "corpus/v5-posted/leak-alloc-2.trace"}};
  return result;
}

}  // namespace lockstep
