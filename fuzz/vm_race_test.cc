// SPDX-License-Identifier: GPL-2.0-or-later
// Two steps at once in a guest with several processors.
#include <gtest/gtest.h>

#include "harness/targets.h"
#include "harness/vm/vm_test_run.h"
#include "model/trace_text.h"
#include "oracle/race.h"

namespace lockstep {
namespace {

class VmRaceTest : public testing::Test {
 protected:
  void SetUp() override { vm::need_guest("v5"); }
};

// Owners of different nodes do not get in each other's way.
TEST_F(VmRaceTest, OfOwnersComesOutAsInSomeOrder) {
  const auto target = make_target("vm:v5-intended", {.together = true});
  const auto trace = parse_trace(
      "lockstep 1\nmodel v5-intended\nP1 append event=0 -> R1\nP1 fork -> P2\nP2 append event=0 -> R2\nP1 append "
      "event=0 "
      "-> R3\nP2 append event=0 -> R4\n",
      "test");
  const auto result = race({.model = "v5-intended", .times = 40}, trace, *target);
  for (const auto& [cause, entry] : result.in_none) ADD_FAILURE() << entry.first.text;
  EXPECT_EQ(result.in_order[0] + result.in_order[1], 40u);
}

TEST_F(VmRaceTest, IsOfTwoAppends) {
  const auto target = make_target("vm:v5", {.together = true});
  for (const auto* last : {"P1 fork -> P3\n", "P1 append event=0 fd=closed = EBADF\n"}) {
    const auto trace = parse_trace(
        std::string("lockstep 1\nmodel v5-posted\nP1 fork -> P2\nP2 append event=0 -> R1\n") + last, "test");
    EXPECT_THROW(race({.model = "v5-posted", .times = 1}, trace, *target), NotCapable) << last;
  }
}

}  // namespace
}  // namespace lockstep
