// SPDX-License-Identifier: GPL-2.0-or-later
// Random traces on real kernels of several versions.
#include <gtest/gtest.h>

#include <iostream>

#include "fuzz/fuzz.h"
#include "harness/kernels.h"
#include "harness/kernels/fetch.h"
#include "harness/targets.h"
#include "harness/vm.h"

namespace lockstep {
namespace {

struct Guest {
  const char* kernel;
  const char* model;  // the preset that it is to be probed as
};

class VmFuzzTest : public testing::TestWithParam<Guest> {
 protected:
  void SetUp() override {
    std::string why = vm_hindrance();
    if (why.empty() && !find_kernel(GetParam().kernel)) try {
        kernels::fetch_kernel(GetParam().kernel, {});
      } catch (const std::exception& error) {
        why = error.what();
      }
    if (why.empty()) return;
    std::cerr << "NOT TESTED, no guest with Linux " << GetParam().kernel << " here: " << why << std::endl;
    GTEST_SKIP() << why;
  }
};

TEST_P(VmFuzzTest, ManyTracesConform) {
  const auto target = make_target(std::string("vm:") + GetParam().kernel);
  const auto model = probe_preset("seccomp", *target);
  EXPECT_EQ(model, GetParam().model);
  const auto run = fuzz({.model = model, .seed = 11, .traces = 250, .repeats = 3}, *target);
  for (const auto& find : run.result.finds) ADD_FAILURE() << find.divergence.text;
  EXPECT_EQ(run.result.traces, 250u);
  EXPECT_EQ(run.result.unobserved, 0u);
  EXPECT_GT(run.result.steps, 2500u);
}

// The wrong preset must be noticed: a zombie keeps its filter up to 6.10 and no longer.
TEST_P(VmFuzzTest, TheOtherPresetDiverges) {
  const auto target = make_target(std::string("vm:") + GetParam().kernel);
  const std::string other = GetParam().model == std::string("seccomp") ? "seccomp@6.1" : "seccomp";
  const auto run = fuzz({.model = other, .seed = 11, .traces = 20, .shrink = false, .repeats = 1}, *target);
  EXPECT_FALSE(run.result.finds.empty());
}

INSTANTIATE_TEST_SUITE_P(Kernels, VmFuzzTest, testing::Values(Guest{"6.1", "seccomp@6.1"}, Guest{"6.12", "seccomp"}),
                         [](const auto& guest) { return guest.index == 0 ? "v6_1" : "v6_12"; });

}  // namespace
}  // namespace lockstep
