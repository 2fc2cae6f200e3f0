// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/process_table.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <random>

namespace lockstep {
namespace {

// "exited P2, released P2"
std::string said(const ProcessTable& table) {
  std::string out;
  for (const TaskEvent& event : table.events()) {
    const bool exited = event.what == TaskEvent::What::exited;
    out += fmt::format("{}{} P{}", out.empty() ? "" : ", ", exited ? "exited" : "released", event.task);
  }
  return out;
}

using Tasks = std::vector<uint16_t>;

TEST(ProcessTable, StartsWithOneProcess) {
  const ProcessTable table;
  EXPECT_EQ(table.tasks(), Tasks{1});
  EXPECT_TRUE(table.alive(1));
  EXPECT_EQ(table.parent(1), 0);
  EXPECT_EQ(table.leader(1), 1);
  EXPECT_EQ(table.live_tasks(), 1);
  EXPECT_FALSE(table.exists(0));
  EXPECT_FALSE(table.exists(2));
  EXPECT_FALSE(table.exists(9999));
}

TEST(ProcessTable, AChildIsAZombieUntilItsReap) {
  ProcessTable table;
  table.fork(1, 2);
  EXPECT_EQ(said(table), "");
  EXPECT_EQ(table.parent(2), 1);
  EXPECT_EQ(table.reap(1, 2), EAGAIN);
  table.exit(2);
  EXPECT_EQ(said(table), "exited P2");
  EXPECT_TRUE(table.zombie(2));
  EXPECT_TRUE(table.exists(2));
  EXPECT_EQ(table.live_tasks(), 1);
  EXPECT_EQ(table.reap(1, 2), 0);
  EXPECT_EQ(said(table), "released P2");
  EXPECT_FALSE(table.exists(2));
  EXPECT_EQ(table.reap(1, 2), ECHILD);
  EXPECT_EQ(said(table), "");
}

TEST(ProcessTable, AThreadReapsItself) {
  ProcessTable table;
  table.thread(1, 2);
  EXPECT_TRUE(table.same_group(1, 2));
  EXPECT_EQ(table.live_in_group(2), 2);
  table.exit(2);
  EXPECT_EQ(said(table), "exited P2, released P2");
  EXPECT_FALSE(table.exists(2));
  EXPECT_TRUE(table.alive(1));
}

TEST(ProcessTable, ADeadLeaderIsNotWaitableWhileAThreadLives) {
  ProcessTable table;
  table.fork(1, 2);
  table.thread(2, 3);
  table.exit(2);
  EXPECT_EQ(said(table), "exited P2");
  EXPECT_EQ(table.reap(1, 2), EAGAIN);
  EXPECT_EQ(table.parent(3), 1);
  table.exit(3);
  EXPECT_EQ(said(table), "exited P3, released P3");
  EXPECT_TRUE(table.zombie(2));
  EXPECT_EQ(table.reap(1, 2), 0);
}

TEST(ProcessTable, OnlyAChildProcessOfTheCallersProcessCanBeReaped) {
  ProcessTable table;
  table.fork(1, 2);
  table.fork(2, 3);
  table.thread(1, 4);
  table.thread(2, 5);
  EXPECT_EQ(table.reap(1, 1), ECHILD);
  EXPECT_EQ(table.reap(1, 4), ECHILD) << "a thread of its own group";
  EXPECT_EQ(table.reap(1, 5), ECHILD) << "a thread of a child";
  EXPECT_EQ(table.reap(1, 3), ECHILD) << "a grandchild";
  EXPECT_EQ(table.reap(3, 2), ECHILD) << "its parent";
  EXPECT_EQ(table.reap(1, 77), ECHILD) << "never existed";
  table.exit(3);
  EXPECT_EQ(table.reap_result(5, 3), 0) << "a thread reaps for its process";
  EXPECT_EQ(table.reap(5, 3), 0);
}

TEST(ProcessTable, AChildOfAThreadIsAChildOfItsProcess) {
  ProcessTable table;
  table.thread(1, 2);
  table.fork(2, 3);
  table.exit(2);
  EXPECT_EQ(table.parent(3), 1);
  table.exit(3);
  EXPECT_TRUE(table.zombie(3));
  EXPECT_EQ(table.reap(1, 3), 0);
}

TEST(ProcessTable, InitReapsItsChildrenAtOnce) {
  ProcessTable table;
  table.fork(1, 2);
  table.exit(1);
  EXPECT_EQ(said(table), "exited P1, released P1");
  EXPECT_EQ(table.parent(2), 0);
  table.exit(2);
  EXPECT_EQ(said(table), "exited P2, released P2");
  EXPECT_TRUE(table.tasks().empty());
  EXPECT_EQ(table.live_tasks(), 0);
}

TEST(ProcessTable, ADeadParentLeavesItsZombiesToInit) {
  ProcessTable table;
  table.fork(1, 2);
  for (const uint16_t child : {6, 3, 4, 5}) table.fork(2, child);
  table.exit(6);
  table.exit(4);
  table.thread(3, 7);
  table.exit(3);  // not dead as a process: P7 lives
  table.exit(2);
  EXPECT_EQ(said(table), "exited P2, released P4, released P6");
  EXPECT_EQ(table.tasks(), (Tasks{1, 2, 3, 5, 7})) << "P2 waits for P1";
  EXPECT_EQ(table.parent(3), 0);
  EXPECT_EQ(table.parent(5), 0);
  table.exit(7);
  EXPECT_EQ(said(table), "exited P7, released P7, released P3");
}

TEST(ProcessTable, ChildrenStayWhileAnyThreadOfTheParentLives) {
  ProcessTable table;
  table.thread(1, 2);
  table.fork(1, 3);
  table.exit(1);
  EXPECT_TRUE(table.zombie(1));
  EXPECT_EQ(table.parent(3), 1);
  table.exit(3);
  EXPECT_EQ(table.reap(2, 3), 0);
  table.exit(2);
  EXPECT_EQ(said(table), "exited P2, released P2, released P1");
}

TEST(ProcessTable, ExecOfTheLeaderKillsTheOtherThreads) {
  ProcessTable table;
  table.thread(1, 2);
  table.thread(1, 3);
  table.fork(2, 4);
  table.exec(1);
  EXPECT_EQ(said(table), "exited P2, released P2, exited P3, released P3");
  EXPECT_EQ(table.tasks(), (Tasks{1, 4}));
  EXPECT_EQ(table.live_in_group(1), 1);
  EXPECT_EQ(table.parent(4), 1);
}

TEST(ProcessTable, ExecOfAThreadMakesItTheLeader) {
  ProcessTable table;
  table.fork(1, 2);
  table.thread(2, 3);
  table.thread(2, 4);
  table.fork(2, 5);
  table.exec(3);
  EXPECT_EQ(said(table), "exited P2, exited P4, released P4, released P2");
  EXPECT_EQ(table.tasks(), (Tasks{1, 3, 5}));
  EXPECT_EQ(table.leader(3), 3);
  EXPECT_EQ(table.parent(3), 1);
  EXPECT_EQ(table.parent(5), 3);
  EXPECT_EQ(table.live_in_group(3), 1);
  table.exit(3);
  EXPECT_EQ(table.parent(5), 0);
  EXPECT_EQ(table.reap(1, 3), 0);
}

TEST(ProcessTable, ExecReleasesAZombieLeader) {
  ProcessTable table;
  table.thread(1, 2);
  table.exit(1);
  table.exec(2);
  EXPECT_EQ(said(table), "released P1");
  EXPECT_EQ(table.tasks(), Tasks{2});
  EXPECT_EQ(table.live_tasks(), 1);
}

TEST(ProcessTable, ExecOfASingleTaskChangesNothing) {
  ProcessTable table;
  table.fork(1, 2);
  table.exec(2);
  EXPECT_EQ(said(table), "");
  EXPECT_EQ(table.parent(2), 1);
}

TEST(ProcessTable, ExitOfANodeDesignIncludesTheReap) {
  ProcessTable table;
  table.fork(1, 2);
  table.fork(2, 3);
  table.exit_reaped(2);
  EXPECT_EQ(said(table), "exited P2, released P2");
  EXPECT_EQ(table.parent(3), 0);
  table.exit_reaped(3);
  EXPECT_EQ(said(table), "exited P3, released P3");
  table.exit_reaped(1);
  EXPECT_TRUE(table.tasks().empty());
}

TEST(ProcessTable, ANumberIsFreeAgainAfterItsRelease) {
  ProcessTable table;
  table.fork(1, 2);
  table.thread(2, 3);
  table.exec(3);  // P2 is gone, its process is now called P3
  table.fork(1, 2);
  EXPECT_EQ(table.parent(2), 1);
  EXPECT_FALSE(table.same_group(2, 3));
}

TEST(ProcessTable, ResetForgetsEverything) {
  ProcessTable table;
  table.fork(1, kMaxTasks);
  table.exit(1);
  table.reset();
  EXPECT_EQ(table.tasks(), Tasks{1});
  EXPECT_EQ(said(table), "");
  EXPECT_FALSE(table.exists(kMaxTasks));
}

TEST(ProcessTable, HoldsAllTasks) {
  ProcessTable table;
  const Tasks* place = &table.tasks();
  const uint16_t* memory = place->data();
  for (uint16_t task = 2; task <= kMaxTasks; ++task) table.fork(1, task);
  EXPECT_EQ(table.live_tasks(), kMaxTasks);
  EXPECT_EQ(table.tasks().data(), memory) << "no allocation after the constructor";
  for (uint16_t task = 2; task <= kMaxTasks; ++task) table.exit(task);
  table.exit(1);
  EXPECT_EQ(table.events().size(), 1u + kMaxTasks) << "one exit, and the release of every zombie and of P1";
  EXPECT_TRUE(table.tasks().empty());
}

// What must hold after any operation, whatever came before.
void check_invariants(const ProcessTable& table) {
  int live = 0;
  for (const uint16_t task : table.tasks()) {
    live += table.alive(task) ? 1 : 0;
    const uint16_t leader = table.leader(task);
    ASSERT_TRUE(table.exists(leader)) << "the leader of P" << task;
    ASSERT_EQ(table.leader(leader), leader);
    ASSERT_TRUE(task == leader || table.alive(task)) << "only a leader can be a zombie";
    const uint16_t parent = table.parent(task);
    if (parent == 0) {
      ASSERT_GT(table.live_in_group(task), 0) << "init has not reaped P" << task;
    } else {
      ASSERT_TRUE(table.exists(parent));
      ASSERT_EQ(table.leader(parent), parent);
      ASSERT_GT(table.live_in_group(parent), 0) << "P" << task << " has a dead parent";
    }
    int in_group = 0;
    for (const uint16_t other : table.tasks()) in_group += table.same_group(task, other) && table.alive(other) ? 1 : 0;
    ASSERT_EQ(table.live_in_group(task), in_group);
  }
  ASSERT_EQ(table.live_tasks(), live);
}

TEST(ProcessTable, KeepsItsInvariantsInRandomHistories) {
  std::mt19937 random(20261123);
  for (int history = 0; history < 300; ++history) {
    ProcessTable table;
    for (uint16_t made = 2; made < 40 && table.live_tasks() > 0;) {
      const Tasks tasks = table.tasks();
      const uint16_t actor = tasks[random() % tasks.size()];
      if (!table.alive(actor)) continue;
      switch (random() % 6) {
        case 0:
          table.fork(actor, made++);
          break;
        case 1:
          table.thread(actor, made++);
          break;
        case 2:
          table.exit(actor);
          break;
        case 3:
          table.exec(actor);
          break;
        default:
          table.reap(actor, tasks[random() % tasks.size()]);
          break;
      }
      ASSERT_NO_FATAL_FAILURE(check_invariants(table));
    }
  }
}

}  // namespace
}  // namespace lockstep
