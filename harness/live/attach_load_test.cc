// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/live/attach_load_test.h"

#include "harness/live/live_test_run.h"

namespace lockstep::live {
namespace {

using AttachLoadTest = LiveTest;  // nobody else's engine runs meanwhile; ours does nothing

TEST_F(AttachLoadTest, AttachesAndDrainsUntilItIsStopped) {
  AttachLoad load(3000);
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(load.figures().rounds, 0u) << "not before it is told to";
  load.start();
  while (load.figures().drains < 2 && load.figures().failures == 0) std::this_thread::yield();
  load.stop();
  EXPECT_EQ(load.figures().failures, 0u);
  EXPECT_GE(load.figures().rounds * AttachLoad::kRoundAttaches, 2 * 39u);
  EXPECT_LE(load.figures().max_backlog, AttachLoad::kDrainLoadAt);
}

TEST_F(AttachLoadTest, DiesWithItsParent) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    setpgid(0, 0);
    AttachLoad load(3000);
    load.start();
    while (load.figures().rounds < 3) std::this_thread::yield();
    if (write(ends[1], "x", 1) != 1) _exit(1);
    for (;;) pause();
  }
  char ready = 0;
  ASSERT_EQ(read(ends[0], &ready, 1), 1);
  EXPECT_GE(count_processes(parent), 2);
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  EXPECT_EQ(processes_left(parent, std::chrono::milliseconds(5000)), 0);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace lockstep::live
