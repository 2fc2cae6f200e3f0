// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/test_run.h"
#include "harness/vm/vm_test_run.h"

namespace lockstep {
namespace {

class VmRaceCommand : public test::Cli {
 protected:
  void SetUp() override {
    Cli::SetUp();
    unsetenv("LOCKSTEP_CACHE");
    vm::need_guest("v5");
  }
};

TEST_F(VmRaceCommand, InterruptedItIsNoPass) {
  const auto owners =
      file("owners.trace",
           "lockstep 1\nmodel v5-intended\nP1 append event=0 -> R1\nP1 fork -> P2\nP2 append event=0 -> R2\n"
           "P1 append event=0 -> R3\nP2 append event=0 -> R4\n");
  const auto pid = start({"race", owners, "--target", "vm:v5-intended", "--times", "1000000"});
  await_text(".err");  // how far it is: the race was run
  kill(pid, SIGINT);
  const auto ran = finish(pid);
  EXPECT_EQ(ran.code, 128 + SIGINT) << ran.err;
  EXPECT_NE(ran.out.find("INCONCLUSIVE: interrupted"), std::string::npos) << ran.out;
  EXPECT_TRUE(test::last_line(ran.out).starts_with("Verdict: INCONCLUSIVE")) << ran.out;
}

}  // namespace
}  // namespace lockstep
