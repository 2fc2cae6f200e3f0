// SPDX-License-Identifier: GPL-2.0-or-later
// What is said of an obligation that is open: a reachable state breaks it, or one that a claim excludes.
#include "oracle/induction.h"

#include <gtest/gtest.h>

#include "oracle/explore.h"
#include "oracle/mutant_explorer.h"

namespace lockstep {
namespace {

constexpr std::chrono::minutes kPatience{60};
constexpr const char* kLemma = "a rule has a program";

std::set<Property> broken_by(const std::string& model) {
  std::set<Property> broken;
  for (const auto& [property, flaw] : explore(model, {.scope = mutant_scope(model), .jobs = 1}).broken)
    broken.insert(property);
  return broken;
}
ModelAnswers answers_of(const ModelProofs& proofs) { return answer_all({&proofs}, {.jobs = 1}).at(0); }
std::vector<Obligation> open_in(const ModelAnswers& answers) {
  std::vector<Obligation> open;
  for (const auto& [obligation, property] : answers.obligations)
    if (obligation.answer != ProofAnswer::proved) open.push_back(obligation);
  return open;
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Without a claim that the proofs need an obligation opens. The state behind it is made, breaks the formula on the
// concrete model too, and is excluded by that very claim, which is proved.
TEST(Induction, AMissingLemmaIsNamed) {
  const auto refuted = broken_by("v6-posted");
  const auto without = model_proofs("v6-posted", {.refuted = refuted, .without = {kLemma}});
  auto answers = answers_of(*without);
  classify_open(*without, {.steps = 1, .timeout = kPatience}, answers);
  const auto open = open_in(answers);
  EXPECT_FALSE(open.empty());
  for (const auto& each : open) {
    EXPECT_EQ(each.formula, "no freed prog is touched");
    EXPECT_TRUE(each.counterexample.starts_with("not reached in 1 step: ")) << each.counterexample;
    EXPECT_TRUE(each.counterexample.ends_with(std::string("breaks it; excluded by: ") + kLemma)) << each.counterexample;
  }
  const auto whole = model_proofs("v6-posted", {.refuted = refuted});
  size_t proofs = 0;
  for (const auto& [obligation, property] : answers_of(*whole).obligations) {
    EXPECT_EQ(obligation.answer, ProofAnswer::proved) << obligation.transition << ": " << obligation.formula;
    proofs += obligation.formula == kLemma;
  }
  EXPECT_GT(proofs, 0u);
}

// With all claims there is no such state.
TEST(Induction, WhatIsProvedHasNoCounterexample) {
  const auto proofs = model_proofs("v6-posted", {.refuted = broken_by("v6-posted")});
  EXPECT_FALSE(proofs->counterexample("exit", "no freed prog is touched", 3, kPatience));
  EXPECT_FALSE(proofs->counterexample("fork", "events.usage is exact", 3, kPatience));
}

// What is refuted stays open, and a trace reaches the state behind it.
void all_reached(const std::string& model, size_t steps) {
  const auto proofs = model_proofs(model, {.refuted = broken_by(model), .try_refuted = true});
  auto answers = answers_of(*proofs);
  classify_open(*proofs, {.steps = steps, .timeout = kPatience}, answers);
  const auto open = open_in(answers);
  EXPECT_FALSE(open.empty());
  for (const auto& each : open) {
    EXPECT_TRUE(each.counterexample.starts_with("reached: P1 append")) << each.formula << ": " << each.counterexample;
    const bool limit = each.formula.starts_with("the sum is");
    EXPECT_TRUE(has(each.counterexample, limit ? "= E2BIG" : "= ENOMEM")) << each.counterexample;
  }
}
TEST(Induction, WhatV6PostedBreaksIsReached) { all_reached("v6-posted", 1); }
TEST(Induction, WhatV5PostedBreaksIsReached) { all_reached("v5-posted", 3); }

}  // namespace
}  // namespace lockstep
