// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/mutant_prover.h"

#include <gtest/gtest.h>

#include "oracle/mutants.h"

namespace lockstep {
namespace {

Mutant find_mutant(const std::string& model, const std::string& name) {
  SiteFinder finder(model);
  Trace trace;
  trace.model = model;
  const Op adds = model.starts_with("seccomp") ? Op::attach : Op::append;
  trace.steps = {{.op = adds, .task = 1, .made = 1},
                 {.op = Op::fork, .task = 1, .made = 2},
                 {.op = adds, .task = 2, .made = 2},
                 {.op = Op::exit, .task = 2}};
  finder.run(trace);
  for (const auto& mutant : finder.mutants())
    if (mutant.name == name) return mutant;
  ADD_FAILURE() << "no mutant " << name;
  return {};
}

// What the text forgets is not proved: of a step, and of a check, which only looks.
TEST(MutantProver, AMutantLeavesSomethingOpen) {
  const MutantProver prover("seccomp");
  for (const auto* name :
       {"clone inc#1 skipped", "clone inc#2 doubled", "walk_refs free#1 skipped", "walk_users dec_and_test#1 skipped",
        "attach_locked publish#1 skipped", "attach_locked branch#1 negated", "clone store#1 skipped",
        "check_filters branch#1 negated"}) {
    const auto trial = prover.run(find_mutant("seccomp", name));
    EXPECT_FALSE(trial.open.empty()) << name;
    EXPECT_FALSE(trial.kill) << name << ": there is no trace";
    EXPECT_FALSE(trial.out_of_time) << name;
    EXPECT_GT(trial.steps, 0u) << name;
  }
}

// It can say no: a filter is held once there, so that a put may take each for the last.
TEST(MutantProver, OfAnEquivalentOneEverythingIsProved) {
  const MutantProver prover("seccomp-nodes", {.budget = std::chrono::minutes(10)});
  const auto trial = prover.run(find_mutant("seccomp-nodes", "walk_refs dec_and_test#1 skipped-as-zero"));
  EXPECT_EQ(trial.open, "");
  EXPECT_FALSE(trial.out_of_time);
  EXPECT_GT(trial.steps, 5u);
}

TEST(MutantProver, WhereNoPathLeadsAMutantIsItsModel) {
  const MutantProver prover("v5-posted");
  auto mutant = find_mutant("v5-posted", "fork_v5 inc#1 skipped");
  EXPECT_NE(prover.run(mutant).open, "");
  mutant.site.line = 1;
  const auto trial = prover.run(mutant);
  EXPECT_EQ(trial.open, "");
  EXPECT_EQ(trial.steps, 0u);
}

TEST(MutantProver, WhatTheTimeDoesNotReachForIsUnknown) {
  const MutantProver prover("seccomp", {.budget = std::chrono::milliseconds(0)});
  const auto trial = prover.run(find_mutant("seccomp", "clone inc#1 skipped"));
  EXPECT_TRUE(trial.out_of_time);
  EXPECT_EQ(trial.open, "");
}

}  // namespace
}  // namespace lockstep
