// SPDX-License-Identifier: GPL-2.0-or-later
// Fault sweeps on real kernels that can fail allocations and look for leaks.
#include <gtest/gtest.h>

#include <iostream>
#include <set>

#include "fuzz/fault_sweep.h"
#include "harness/targets.h"
#include "harness/vm.h"
#include "harness/vm/vm_test_run.h"
#include "model/trace_text.h"

namespace lockstep {
namespace {

class VmFaultsTest : public testing::Test {
 protected:
  void SetUp() override { vm::need_guest("v5@sanitizers"); }
  static Result sweep(const std::string& model, const std::string& kernel) {
    const auto target = make_target("vm:" + kernel);
    Result result{.model = model, .target = target->name()};
    FaultSweep sweep({}, target.get());
    sweep.run(model,
              parse_trace(
                  "lockstep 1\nmodel " + model + "\nP1 append event=0 -> R1\nP1 fork -> P2\nP2 append event=0 -> R2\n",
                  "test"),
              "test.trace", result);
    sweep.conclude(result);
    for (const auto& each : result.statistics) std::cerr << each.name << ": " << each.value << std::endl;
    return result;
  }
};

TEST_F(VmFaultsTest, WhatThePostedDesignBreaksIsThereAndKmemleakFindsIt) {
  const auto result = sweep("v5-posted", "v5@sanitizers");
  EXPECT_EQ(exit_code(result), 0) << verdict_line(result);
  std::set<std::string> broken;
  for (const auto& find : result.finds) broken.insert(find.divergence.property);
  EXPECT_EQ(broken, (std::set<std::string>{"no-use-after-free", "refcount-exact", "no-leak", "error-atomic"}));
}

TEST_F(VmFaultsTest, TheIntendedDesignBreaksNothing) {
  const auto result = sweep("v5-intended", "v5-intended@sanitizers");
  EXPECT_EQ(result.verdict(), Verdict::conforms) << verdict_line(result);
}

TEST_F(VmFaultsTest, AKmemleakThatHasGivenUpIsNoProofOfNothing) {
  const auto target = make_vm("v5-intended@sanitizers", {.parameters = "kmemleak=off"});
  EXPECT_EQ(target->find_leaks(), std::nullopt);
}

// The first append of both designs gives the same results; what the posted one leaves behind tells them apart.
TEST_F(VmFaultsTest, AnotherDesignIsNoticed) {
  const auto target = make_target("vm:v5@sanitizers");
  Result result{.model = "v5-intended", .target = target->name()};
  FaultSweep sweep({}, target.get());
  sweep.run("v5-intended", parse_trace("lockstep 1\nmodel v5-intended\nP1 append event=0 -> R1\n", "test"),
            "test.trace", result);
  ASSERT_EQ(result.unexpected(), 1u);
  EXPECT_EQ(result.finds[0].divergence.property, "no-leak") << result.finds[0].divergence.text;
}

}  // namespace
}  // namespace lockstep
