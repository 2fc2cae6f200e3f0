// SPDX-License-Identifier: GPL-2.0-or-later
// What each design does, step by step: the story of the thread's mail, the consequences that the design page draws
// from the promise, and what the posted code does instead.
#include "harness/sim.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "harness/sim_test_run.h"

namespace lockstep {
namespace {

TEST(SimStory, IntendedReachesTheChildAndNotTheParent) {
  SimRun run("v5-intended");
  EXPECT_EQ(run.append(1, 0, 1), 0);
  EXPECT_EQ(run.fork(1, 2), 0);
  EXPECT_EQ(run.view(2), (Rules{1}));
  EXPECT_EQ(run.append(1, 0, 2), 0);
  EXPECT_EQ(run.view(2), (Rules{2, 1}));
  EXPECT_EQ(run.append(2, 0, 3), 0);
  EXPECT_EQ(run.view(2), (Rules{3, 2, 1}));
  EXPECT_EQ(run.view(1), (Rules{2, 1}));
  EXPECT_TRUE(run.unexplained().empty());
}

TEST(SimStory, PostedTakesTheChildForTheOwner) {
  SimRun run("v5");
  run.append(1, 0, 1);
  run.fork(1, 2);
  run.fork(1, 3);
  EXPECT_EQ(run.append(2, 0, 2), 0);
  for (uint16_t task : {1, 2, 3}) EXPECT_EQ(run.view(task), (Rules{2, 1})) << "P" << task;
  EXPECT_EQ(run.count(Kind::events), 1U);
  EXPECT_EQ(run.count(Kind::node), 2U);
  EXPECT_TRUE(run.unexplained().empty());
}

TEST(SimStory, V6CopiesLikeSeccomp) {
  SimRun run("v6");
  run.append(1, 0, 1);
  run.fork(1, 2);
  run.append(1, 0, 2);
  run.append(2, 0, 3);
  run.append(2, 1, 4);
  EXPECT_EQ(run.view(1), (Rules{2, 1}));
  EXPECT_EQ(run.view(2), (Rules{3, 1}));
  EXPECT_EQ(run.view(2, 1), (Rules{4}));
  EXPECT_EQ(run.view(1, 1), Rules{});
  EXPECT_EQ(run.count(Kind::node), 0U);
  EXPECT_EQ(run.count(Kind::events), 2U);
  EXPECT_TRUE(run.unexplained().empty());
}

// The consequences of section 1, in its order.

TEST(SimPromise, RuleForAnotherEventReachesTheChildToo) {
  SimRun run("v5-intended");
  run.append(1, 0, 1);
  run.fork(1, 2);
  run.append(1, 1, 2);
  EXPECT_EQ(run.view(2, 0), (Rules{1}));
  EXPECT_EQ(run.view(2, 1), (Rules{2}));
}

TEST(SimPromise, GrandchildForkedBeforeTheChildOwnedAnything) {
  SimRun run("v5-intended");
  run.append(1, 0, 1);
  run.fork(1, 2);
  run.fork(2, 3);
  run.append(2, 0, 2);
  EXPECT_EQ(run.view(3), (Rules{1}));
  run.append(1, 0, 3);
  EXPECT_EQ(run.view(1), (Rules{3, 1}));
  EXPECT_EQ(run.view(2), (Rules{2, 3, 1}));
  EXPECT_EQ(run.view(3), (Rules{3, 1}));
}

TEST(SimPromise, NobodyTakesOverFromAnOwnerThatExited) {
  SimRun run("v5-intended");
  run.append(1, 0, 1);
  run.fork(1, 2);
  run.exit(1);
  run.fork(2, 3);
  run.append(2, 0, 2);
  EXPECT_EQ(run.view(2), (Rules{2, 1}));
  EXPECT_EQ(run.view(3), (Rules{1}));
  EXPECT_TRUE(run.unexplained().empty());
}

TEST(SimPromise, NothingInheritedNothingShared) {
  for (const char* name : {"v5-intended", "v5", "v6"}) {
    SimRun run(name);
    run.fork(1, 2);
    run.append(1, 0, 1);
    run.append(2, 0, 2);
    EXPECT_EQ(run.view(1), (Rules{1})) << name;
    EXPECT_EQ(run.view(2), (Rules{2})) << name;
  }
}

TEST(SimPromise, ParentsLaterRuleStandsBehindTheChildsOwn) {
  SimRun run("v5-intended");
  run.append(1, 0, 1);
  run.fork(1, 2);
  run.append(2, 0, 2);
  run.append(1, 0, 3);
  EXPECT_EQ(run.view(2), (Rules{2, 3, 1}));
  EXPECT_EQ(run.view(1), (Rules{3, 1}));
}

TEST(SimPromise, ForkBeforeTheParentsFirstRuleInheritsWhatTheParentInherited) {
  SimRun run("v5-intended");
  run.append(1, 0, 1);
  run.fork(1, 2);
  run.fork(2, 3);
  run.append(2, 0, 2);
  run.append(2, 1, 3);
  EXPECT_EQ(run.view(3, 0), (Rules{1}));
  EXPECT_EQ(run.view(3, 1), Rules{});
}

TEST(SimPromise, ChainsGrowWithGenerations) {
  SimRun run("v5-intended");
  Rules expected;
  for (uint16_t task = 1; task <= 20; ++task) {
    ASSERT_EQ(run.append(task, 0, task), 0);
    expected.insert(expected.begin(), task);
    EXPECT_EQ(run.view(task), expected);
    ASSERT_EQ(run.fork(task, task + 1), 0);
  }
  EXPECT_EQ(run.count(Kind::node), 40U);
  EXPECT_TRUE(run.unexplained().empty());
}

}  // namespace
}  // namespace lockstep
