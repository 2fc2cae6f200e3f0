// SPDX-License-Identifier: GPL-2.0-or-later
// What happens when something goes wrong: a step hangs, the controller is killed, somebody else runs an engine.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <random>

#include "harness/live/live_test_run.h"

namespace lockstep::live {
namespace {

using LiveSafetyTest = LiveTest;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

std::string fault_of(Target& target, const Step& step) {
  try {
    target.step(step);
  } catch (const TargetFault& fault) {
    return fault.what();
  }
  return "no fault";
}

TEST_F(LiveSafetyTest, AHangingStepIsReportedInTime) {
  target_.reset();
  target_ = wait_for_live({.step_timeout_ms = 300, .hang_at = 2, .hang_ms = 2000});
  const int group = target_->process_group();
  const Trace trace = seccomp_trace("P1 attach -> F1\nP1 attach -> F2\n");
  target_->reset(trace);
  target_->step(trace.steps[0]);
  const auto start = Clock::now();
  const std::string fault = fault_of(*target_, trace.steps[1]);
  EXPECT_EQ(fault.rfind("live: step 2: P1 hangs in D state in ", 0), 0u) << fault;
  EXPECT_EQ(fault.find("ffff"), std::string::npos) << "a kernel address: " << fault;
  EXPECT_LT(Clock::now() - start, milliseconds(1500));
  EXPECT_THROW(target_->reset(trace), std::runtime_error);
  target_.reset();
  EXPECT_LT(Clock::now() - start, milliseconds(5000));
  EXPECT_EQ(processes_left(group, milliseconds(4000)), 0);
  EXPECT_EQ(after(*wait_for_live(), "P1 attach -> F1\n"), "P1: F1 | F1 1/1") << "the host is free again";
}

TEST_F(LiveSafetyTest, OnlyOneEngineRuns) {
  try {
    make_live();
    FAIL() << "a second one";
  } catch (const Unavailable& why) {
    EXPECT_EQ(why.what(), fmt::format("live: process {} runs an engine already; wait for its end", getpid()));
  }
}

// In a child: an engine that runs traces until it is killed. Its workers' process group comes first.
[[noreturn]] void run_until_killed(int pipe) {
  auto target = wait_for_live();
  const int group = target->process_group();
  if (write(pipe, &group, sizeof(group)) != sizeof(group)) _exit(1);
  for (;;)
    play(*target, "P1 attach -> F1\nP1 fork -> P2\nP2 exec\nP2 attach -> F2\nP1 thread -> P3\nP3 attach -> F3\n");
}

TEST_F(LiveSafetyTest, AKilledControllerLeavesNothing) {
  target_.reset();
  std::mt19937 random(7);
  for (int i = 0; i < 12; ++i) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t controller = fork();
    if (controller == 0) run_until_killed(ends[1]);
    int group = 0;
    ASSERT_EQ(read(ends[0], &group, sizeof(group)), ssize_t(sizeof(group)));
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 40000));
    kill(controller, SIGKILL);
    waitpid(controller, nullptr, 0);
    EXPECT_EQ(processes_left(group, milliseconds(5000)), 0);
    close(ends[0]);
    close(ends[1]);
  }
  EXPECT_EQ(after(*wait_for_live(), "P1 attach -> F1\n"), "P1: F1 | F1 1/1");
}

TEST_F(LiveSafetyTest, ItDoesNotBeginWithSomebodyElsesRestrictions) {
  target_.reset();
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    try {
      make_live();
    } catch (const Unavailable& why) {
      const bool status = live_status() == std::string("not available: ") + why.what();
      _exit(std::string(why.what()).find("no_new_privs") != std::string::npos && status ? 0 : 2);
    }
    _exit(1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace lockstep::live
