// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/prove.h"

#include <gtest/gtest.h>

#include "model/model.h"
#include "oracle/mutant_prover.h"

namespace lockstep {
namespace {

// What the table expects is what the proofs say. A branch that nothing takes is refuted by its proof alone.
void matches_the_table(const std::string& model) {
  const auto proofs = prove({.models = {model}});
  EXPECT_EQ(proofs.rows.size(), size_t{kProperties} - 1);
  EXPECT_GT(proofs.obligations, 400u);
  for (const auto& row : proofs.rows) {
    const auto what = row.model + " " + name_of(row.property) + ": " + row.reason;
    switch (expected_outcome(model, row.property).expected) {
      case Expected::holds:
        EXPECT_EQ(row.status, ProofStatus::proved) << what;
        EXPECT_FALSE(row.trace) << what;
        EXPECT_EQ(row.obligations.empty(), row.property == Property::reachable_branches) << what;
        break;
      case Expected::broken:
        EXPECT_EQ(row.status, ProofStatus::refuted) << what;
        EXPECT_EQ(row.trace.has_value(), row.property != Property::reachable_branches) << what;
        break;
      case Expected::not_applicable:
        EXPECT_EQ(row.status, ProofStatus::not_applicable) << what;
    }
  }
  for (const auto& lemma : proofs.lemmas)
    EXPECT_EQ(lemma.answer, ProofAnswer::proved) << lemma.transition << ": " << lemma.path << ": " << lemma.formula;
  const auto& dead = find_model(model)->dead_branches;
  for (const auto& branch : proofs.branches) {
    EXPECT_NE(branch.status, SideStatus::unknown) << name_of(branch.branch) << " " << branch.side;
    EXPECT_EQ(branch.witness.has_value(), branch.status == SideStatus::reachable) << name_of(branch.branch);
    const bool known = std::find(dead.begin(), dead.end(), branch.branch) != dead.end();
    EXPECT_TRUE(known || branch.status != SideStatus::dead) << name_of(branch.branch);
  }
}

TEST(Prove, V5Intended) { matches_the_table("v5-intended"); }
TEST(Prove, V5NewHierarchy) { matches_the_table("v5-new-hierarchy"); }
TEST(Prove, SeccompNodes) { matches_the_table("seccomp-nodes"); }
TEST(Prove, V5Posted) { matches_the_table("v5-posted"); }
TEST(Prove, V6Posted) { matches_the_table("v6-posted"); }
TEST(Prove, Seccomp) { matches_the_table("seccomp"); }
TEST(Prove, SeccompWithReleaseAtReap) { matches_the_table("seccomp@6.1"); }

TEST(Prove, IsAnsweredFromTheCacheTheSecondTime) {
  ProofMemory cache;
  const auto first = prove({.models = {"seccomp"}, .cache = &cache}),
             again = prove({.models = {"seccomp"}, .cache = &cache});
  EXPECT_EQ(again.from_cache, again.obligations);
  EXPECT_EQ(again.obligations, first.obligations);
  for (size_t i = 0; i < first.rows.size(); ++i) EXPECT_EQ(first.rows[i].status, again.rows[i].status);
}

TEST(Prove, WhoeverStopsItGetsNoProof) {
  const auto proofs = prove({.models = {"seccomp"}, .stop = [] { return true; }});
  EXPECT_TRUE(proofs.stopped);
  for (const auto& row : proofs.rows) EXPECT_NE(row.status, ProofStatus::proved);
}

}  // namespace
}  // namespace lockstep
