// SPDX-License-Identifier: GPL-2.0-or-later
// Random traces on real kernels of several versions.
#include <gtest/gtest.h>

#include "fuzz/fuzz.h"
#include "harness/targets.h"
#include "harness/vm/vm_test_run.h"
#include "model/trace_text.h"
#include "oracle/conform.h"

namespace lockstep {
namespace {

struct Guest {
  const char* kernel;
  const char* model;  // the preset that it is to be probed as
  const char* other;  // a model that it must not be taken for
};

class VmFuzzTest : public testing::TestWithParam<Guest> {
 protected:
  void SetUp() override { vm::need_guest(GetParam().kernel); }
  std::unique_ptr<Target> target() { return make_target(std::string("vm:") + GetParam().kernel); }
};

TEST_P(VmFuzzTest, ManyTracesConform) {
  const auto guest = target();
  if (guest->capabilities().layout == "seccomp") {
    EXPECT_EQ(probe_preset("seccomp", *guest), GetParam().model);
  }
  const auto run = fuzz({.model = GetParam().model, .seed = 11, .traces = 250, .repeats = 3}, *guest);
  for (const auto& find : run.result.finds) ADD_FAILURE() << find.divergence.text;
  EXPECT_EQ(run.result.traces, 250u);
  EXPECT_EQ(run.result.unobserved, 0u);
  EXPECT_GT(run.result.steps, 2500u);
}

// A zombie keeps its filter up to 6.10 and no longer; a design is not another one.
TEST_P(VmFuzzTest, AnotherModelDiverges) {
  const auto guest = target();
  const auto run = fuzz({.model = GetParam().other, .seed = 11, .traces = 20, .shrink = false}, *guest);
  EXPECT_FALSE(run.result.finds.empty());
}

INSTANTIATE_TEST_SUITE_P(Kernels, VmFuzzTest,
                         testing::Values(Guest{"6.1", "seccomp@6.1", "seccomp"},
                                         Guest{"6.12", "seccomp", "seccomp@6.1"},
                                         Guest{"v5", "v5-posted", "v5-intended"},
                                         Guest{"v5-intended", "v5-intended", "v5-posted"},
                                         Guest{"v6", "v6-posted", "v5-posted"}),
                         [](const auto& guest) {
                           std::string name = guest.param.kernel;
                           for (char& c : name)
                             if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
                           return name;
                         });

// The finding of the design's own page, by real processes: a rule that only the child asked for denies the parent a
// file.
TEST(VmNodesTest, AChildsRuleRestrictsItsParentAsPostedAndNotAsIntended) {
  vm::need_guest("v5");
  if (IsSkipped()) return;
  const auto trace = parse_trace(
      "lockstep 1\nmodel v5-intended\nP1 append event=0 -> R1\nP1 fork -> P2\nP2 append event=0 -> R2\n", "test");
  const auto posted = make_target("vm:v5");
  const auto broken = Conformer("v5-intended", posted.get()).run(trace).divergence;
  ASSERT_TRUE(broken);
  EXPECT_EQ(broken->property, "isolation");
  EXPECT_EQ(broken->step, 3u);
  EXPECT_FALSE(Conformer("v5-posted", posted.get()).run(trace).divergence);
  const auto intended = make_target("vm:v5-intended");
  EXPECT_FALSE(Conformer("v5-intended", intended.get()).run(trace).divergence);
}

}  // namespace
}  // namespace lockstep
