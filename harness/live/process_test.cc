// SPDX-License-Identifier: GPL-2.0-or-later
// Processes: who is who after an exec, who is a zombie, and who is gone.
#include "harness/live/live_test_run.h"

namespace lockstep::live {
namespace {

using LiveProcessTest = LiveTest;

// From 6.11 on a zombie has dropped its filters. The tests below do not depend on it: their zombies have none, or
// they ask for what holds either way.
TEST_F(LiveProcessTest, ExecKeepsFiltersAndGoesOn) {
  EXPECT_EQ(after(*target_,
                  "P1 attach -> F1\n"
                  "P1 exec\n"
                  "P1 exec\n"
                  "P1 fork -> P2\n"
                  "P2 attach -> F2\n"
                  "P2 exec\n"
                  "P1 thread -> P3\n"
                  "P3 attach -> F3\n"),
            "P1: F1 | P2: F2 F1 | P3: F3 F1 | F1 3/3 | F2 1/1 | F3 1/1");
}

TEST_F(LiveProcessTest, ExecOfALeaderEndsItsThreads) {
  EXPECT_EQ(after(*target_,
                  "P1 attach -> F1\n"
                  "P1 thread -> P2\n"
                  "P2 thread -> P3\n"
                  "P3 attach -> F2\n"
                  "P1 exec\n"),
            "P1: F1 | F1 1/1");
}

TEST_F(LiveProcessTest, ExecOfAThreadTakesOverTheLeadersPid) {
  EXPECT_EQ(after(*target_,
                  "P1 fork -> P2\n"
                  "P2 thread -> P3\n"
                  "P3 attach -> F1\n"
                  "P2 thread -> P4\n"
                  "P3 exec\n"
                  "P1 reap P3 = EAGAIN\n"
                  "P3 fork -> P5\n"),
            "P1: | P3: F1 | P5: F1 | F1 2/2");
  EXPECT_EQ(late_reap(*target_, 1, 2), "ECHILD");
  play(*target_,
       "P1 fork -> P2\n"
       "P2 thread -> P3\n"
       "P3 exec\n"
       "P3 thread -> P4\n"
       "P4 exec\n"
       "P4 exit\n");
  EXPECT_EQ(describe(*target_), "P1: | P4 zombie:");
  EXPECT_EQ(late_reap(*target_, 1, 3), "ECHILD");
  EXPECT_EQ(late_reap(*target_, 1, 4), error_name(0));
  EXPECT_EQ(late_reap(*target_, 1, 4), "ECHILD");
  EXPECT_EQ(describe(*target_), "P1:");
}

TEST_F(LiveProcessTest, AfterADeadLeaderAThreadMayExec) {
  EXPECT_EQ(after(*target_,
                  "P1 fork -> P2\n"
                  "P2 thread -> P3\n"
                  "P2 exit\n"
                  "P3 exec\n"
                  "P3 exit\n"
                  "P1 reap P3\n"),
            "P1:");
}

TEST_F(LiveProcessTest, AThreadIsGoneWhenItExits) {
  EXPECT_EQ(after(*target_,
                  "P1 thread -> P2\n"
                  "P2 attach -> F1\n"
                  "P2 thread -> P3\n"
                  "P2 exit\n"),
            "P1: | P3: F1 | F1 1/1");
}

TEST_F(LiveProcessTest, ADeadLeaderIsAZombieUntilItsThreadsAreGone) {
  EXPECT_EQ(after(*target_,
                  "P1 fork -> P2\n"
                  "P2 thread -> P3\n"
                  "P2 exit\n"
                  "P1 reap P2 = EAGAIN\n"),
            "P1: | P2 zombie: | P3:");
  EXPECT_EQ(after(*target_,
                  "P1 fork -> P2\n"
                  "P2 thread -> P3\n"
                  "P2 exit\n"
                  "P3 exit\n"),
            "P1: | P2 zombie:");
  EXPECT_EQ(late_reap(*target_, 1, 3), "ECHILD");
  EXPECT_EQ(late_reap(*target_, 1, 2), error_name(0));
  EXPECT_EQ(describe(*target_), "P1:");
}

TEST_F(LiveProcessTest, TheLastThreadOfAnOrphanTakesItsLeaderAlong) {
  EXPECT_EQ(after(*target_, "P1 thread -> P2\nP1 exit\n"), "P1 zombie: | P2:");
  EXPECT_EQ(after(*target_, "P1 thread -> P2\nP1 exit\nP2 exit\n"), "");
}

TEST_F(LiveProcessTest, ReapTellsWhoIsNoChildAndWhoLives) {
  EXPECT_EQ(after(*target_,
                  "P1 fork -> P2\n"
                  "P2 fork -> P3\n"
                  "P1 reap P2 = EAGAIN\n"
                  "P1 reap P3 = ECHILD\n"
                  "P2 reap P1 = ECHILD\n"
                  "P3 exit\n"
                  "P1 reap P3 = ECHILD\n"
                  "P2 reap P3\n"),
            "P1: | P2:");
  EXPECT_EQ(late_reap(*target_, 2, 3), "ECHILD");
}

TEST_F(LiveProcessTest, AThreadReapsForItsProcess) {
  EXPECT_EQ(after(*target_,
                  "P1 fork -> P2\n"
                  "P1 thread -> P3\n"
                  "P2 exit\n"
                  "P3 reap P2\n"),
            "P1: | P3:");
}

TEST_F(LiveProcessTest, OrphansReapThemselves) {
  EXPECT_EQ(after(*target_,
                  "P1 fork -> P2\n"
                  "P2 fork -> P3\n"
                  "P3 attach -> F1\n"
                  "P2 exit\n"
                  "P3 exit\n"),
            "P1: | P2 zombie:");
  EXPECT_EQ(late_reap(*target_, 1, 3), "ECHILD");
}

TEST_F(LiveProcessTest, ZombieChildrenGoWithTheirParent) {
  EXPECT_EQ(after(*target_,
                  "P1 fork -> P2\n"
                  "P2 fork -> P3\n"
                  "P2 fork -> P4\n"
                  "P3 exit\n"
                  "P4 exit\n"
                  "P2 exit\n"),
            "P1: | P2 zombie:");
  EXPECT_EQ(after(*target_, "P1 fork -> P2\nP2 exit\nP1 exit\n"), "");
}

TEST_F(LiveProcessTest, AsManyTasksAsATraceMayHave) {
  std::string text = "P1 attach -> F1\n";
  for (int i = 2; i <= kMaxTasks; ++i) text += fmt::format("P{} {} -> P{}\n", i / 2, i % 3 == 0 ? "thread" : "fork", i);
  play(*target_, text);
  Snapshot s;
  target_->observe(s);
  EXPECT_EQ(s.tasks.size(), size_t{kMaxTasks});
  ASSERT_EQ(s.objects.size(), 1u);
  EXPECT_EQ(s.objects[0].counter[0], kMaxTasks);
  EXPECT_EQ(after(*target_, ""), "P1:");
  EXPECT_EQ(count_processes(target_->process_group()), 2);
}

}  // namespace
}  // namespace lockstep::live
