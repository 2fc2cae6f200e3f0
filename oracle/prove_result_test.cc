// SPDX-License-Identifier: GPL-2.0-or-later
// Made-up proofs: whatever is not as expected of a model must come out as news, and what is not decided as no pass.
#include "oracle/prove_result.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "model/model.h"
#include "model/trace_text.h"

namespace lockstep {
namespace {

constexpr const char* kLeak = "lockstep 1\nmodel v5-posted\nP1 append event=0 fail=alloc:2 = ENOMEM\n";
constexpr const char* kHarmless = "lockstep 1\nmodel v5-posted\nP1 append event=0 -> R1\n";

ProofRow row(const std::string& model, Property property, ProofStatus status, const char* trace = nullptr) {
  ProofRow row{.model = model, .property = property, .status = status, .scope = "unbounded", .reason = "why"};
  row.obligations = {{.key = "k1", .seconds = 0.5}, {.key = name_of(property), .seconds = 0.25, .cached = true}};
  if (trace != nullptr) row.trace = parse_trace(trace, "t");
  return row;
}

// Every row as it is expected; a test spoils one.
Proofs as_expected(const std::string& model) {
  Proofs proofs{.seconds = 7, .solver = "Z3 4.8.12"};
  for (int i = 0; i < kProperties - 2; ++i) {
    const auto property = static_cast<Property>(i);
    const auto expected = expected_outcome(model, property).expected;
    if (expected == Expected::broken) continue;
    proofs.rows.push_back(
        row(model, property, expected == Expected::holds ? ProofStatus::proved : ProofStatus::not_applicable));
  }
  proofs.rows.push_back(row(model, Property::reachable_branches, ProofStatus::refuted));
  const auto& info = *find_model(model);
  for (const auto branch : info.branches)
    for (const bool side : {false, true}) {
      const bool dead = side && std::count(info.dead_branches.begin(), info.dead_branches.end(), branch) != 0;
      proofs.branches.push_back({model, branch, side, dead ? SideStatus::dead : SideStatus::reachable, {}, ""});
    }
  return proofs;
}

Result result_of(const Proofs& proofs, const std::string& model) { return prove_results(proofs, {model}).at(0); }
ProofRow& row_of(Proofs& proofs, Property property) {
  return *std::find_if(proofs.rows.begin(), proofs.rows.end(), [&](const auto& r) { return r.property == property; });
}
using Lines = std::vector<std::string>;

TEST(ProveResult, AsExpectedIsZero) {
  for (const auto* model : {"v5-intended", "v5-posted", "v6-posted", "seccomp", "seccomp@6.1"}) {
    const auto result = result_of(as_expected(model), model);
    EXPECT_EQ(exit_code(result), 0) << model;
    EXPECT_EQ(result.shortcomings, Lines{});
    for (const auto& each : result.proofs)
      EXPECT_EQ(verdict_of(each, result.branches),
                each.status == ProofStatus::not_applicable ? RowVerdict::not_applicable : RowVerdict::as_expected);
  }
}

TEST(ProveResult, AnObligationIsCountedOnce) {
  const auto result = result_of(as_expected("seccomp"), "seccomp");
  EXPECT_EQ(result.steps, result.proofs.size() + 1);
  const auto count = count_obligations(result);
  EXPECT_EQ(count.cached, result.proofs.size());
  EXPECT_EQ(count.slowest, 0.5);
  EXPECT_EQ(count.seconds, 0.5);
  EXPECT_EQ(result.seconds, 7);
}

TEST(ProveResult, AnExpectedRefutationIsAnExpectedFindAndAnotherIsNews) {
  auto proofs = as_expected("v5-posted");
  proofs.rows.push_back(row("v5-posted", Property::refcount_exact, ProofStatus::refuted, kLeak));
  auto result = result_of(proofs, "v5-posted");
  ASSERT_EQ(result.finds.size(), 1u);
  EXPECT_TRUE(result.finds[0].expected);
  EXPECT_EQ(result.finds[0].divergence.property, "refcount-exact");
  EXPECT_EQ(exit_code(result), 0);

  constexpr const char* kSame =
      "lockstep 1\nmodel v5-posted\nP1 append event=0 -> R1\nP1 fork -> P2\nP2 append event=0 -> R2\n";
  proofs = as_expected("v5-posted");
  proofs.rows.push_back(row("v5-posted", Property::isolation, ProofStatus::refuted, kSame));
  EXPECT_EQ(exit_code(result_of(proofs, "v5-posted")), 0);
}

TEST(ProveResult, ARefutationWithoutATraceThatShowsItIsNone) {
  for (const auto* trace : {static_cast<const char*>(nullptr), kHarmless}) {
    auto proofs = as_expected("v5-posted");
    proofs.rows.push_back(row("v5-posted", Property::refcount_exact, ProofStatus::refuted, trace));
    const auto result = result_of(proofs, "v5-posted");
    EXPECT_EQ(result.finds.size(), 0u);
    EXPECT_EQ(exit_code(result), 4);
    EXPECT_EQ(result.proofs.back().status, ProofStatus::unknown);
    EXPECT_EQ(verdict_of(result.proofs.back(), result.branches), RowVerdict::undecided);
  }
}

TEST(ProveResult, AProofOfWhatWasToBeRefutedIsNews) {
  auto proofs = as_expected("v5-posted");
  proofs.rows.push_back(row("v5-posted", Property::no_leak, ProofStatus::proved));
  const auto result = result_of(proofs, "v5-posted");
  EXPECT_EQ(exit_code(result), 1);
  ASSERT_EQ(result.missing.size(), 1u);
  EXPECT_EQ(verdict_of(result.proofs.back(), result.branches), RowVerdict::unexpected);
}

TEST(ProveResult, UnknownIsNoPass) {
  auto proofs = as_expected("seccomp");
  row_of(proofs, Property::isolation).status = ProofStatus::unknown;
  EXPECT_EQ(exit_code(result_of(proofs, "seccomp")), 4);
}

TEST(ProveResult, NotApplicableMustBeExpectedAndIsNeverProved) {
  auto proofs = as_expected("seccomp");
  row_of(proofs, Property::isolation).status = ProofStatus::not_applicable;
  EXPECT_EQ(exit_code(result_of(proofs, "seccomp")), 4);
  proofs = as_expected("seccomp");
  row_of(proofs, Property::owner_valid).status = ProofStatus::proved;
  EXPECT_EQ(exit_code(result_of(proofs, "seccomp")), 4);
}

TEST(ProveResult, ABranchThatIsDeadWithoutBeingBelievedToBeIsNews) {
  auto proofs = as_expected("seccomp");
  proofs.branches[0].status = SideStatus::dead;
  EXPECT_EQ(result_of(proofs, "seccomp").missing, Lines{"branch bad_flags was to go both ways, and one is dead"});
  proofs = as_expected("v6-posted");
  for (auto& side : proofs.branches) side.status = SideStatus::reachable;
  EXPECT_EQ(result_of(proofs, "v6-posted").missing, Lines{"branch rule_in_use was to have a dead way, and goes both"});
}

TEST(ProveResult, ASideThatIsNotDecidedOrNotThereIsNoPass) {
  auto proofs = as_expected("seccomp");
  proofs.branches[0].status = SideStatus::unknown;
  EXPECT_EQ(exit_code(result_of(proofs, "seccomp")), 4);
  proofs = as_expected("seccomp");
  proofs.branches.erase(proofs.branches.begin());
  EXPECT_EQ(result_of(proofs, "seccomp").shortcomings, Lines{"branches of which a way is not decided: bad_flags"});
}

TEST(ProveResult, NothingProvedIsNoPassAndNorIsAnInterruptedRun) {
  EXPECT_EQ(exit_code(result_of({}, "seccomp")), 4);
  auto proofs = as_expected("seccomp");
  proofs.stopped = true;
  EXPECT_EQ(exit_code(result_of(proofs, "seccomp")), 4);
}

TEST(ProveResult, EachModelHasItsOwn) {
  auto proofs = as_expected("seccomp");
  const auto other = as_expected("v5-posted");
  proofs.rows.insert(proofs.rows.end(), other.rows.begin(), other.rows.end());
  proofs.branches.insert(proofs.branches.end(), other.branches.begin(), other.branches.end());
  const auto results = prove_results(proofs, {"v5-posted", "seccomp"});
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].model, "v5-posted");
  EXPECT_EQ(results[0].proofs.size(), other.rows.size());
  EXPECT_EQ(results[1].branches.size(), 2 * find_model("seccomp")->branches.size());
  EXPECT_EQ(results[1].seconds, 0.5);  // of the solver
}

TEST(Property, ItsRuntimeCheckStandsWhereItIsSaidTo) {
  const auto text = [](const std::string& file) {
    std::ifstream in(std::string(LOCKSTEP_SOURCE_DIR "/") + file);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  for (int i = 0; i < kProperties; ++i) {
    const auto property = static_cast<Property>(i);
    const auto& check = check_of(property);
    EXPECT_NE(text(check.file).find(std::string(check.function) + "("), std::string::npos) << check.function;
    EXPECT_NE(text(check.page).find(name_of(property)), std::string::npos) << check.page << " " << name_of(property);
  }
}

}  // namespace
}  // namespace lockstep
