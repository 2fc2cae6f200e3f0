// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/kernels/command.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

namespace lockstep::kernels {
namespace {

TEST(Command, ItsOutputAndItsEndAreSeen) {
  std::vector<std::string> lines;
  const auto ended = run({.words = {"sh", "-c", "echo one; echo two >&2; printf three; exit 7"},
                          .line = [&](const std::string& line) { lines.push_back(line); }},
                         {});
  EXPECT_EQ(ended.code, 7);
  EXPECT_EQ(ended.output, "one\ntwo\nthree");
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "two", "three"}));
  EXPECT_EQ(run({{"sh", "-c", "kill -9 $$"}}, {}).code, 128 + SIGKILL);
  EXPECT_EQ(run({{"there-is-no-such-program"}}, {}).code, 127);
  EXPECT_EQ(run({.words = {"pwd"}, .folder = "/usr"}, {}).output, "/usr\n");
  EXPECT_EQ(run({{"cat"}}, {}).code, 0) << "its standard input is empty";
}

TEST(Command, OfALongOutputTheEndIsKeptAndEachLineTold) {
  int lines = 0;
  const auto ended = run({.words = {"seq", "400000"}, .line = [&](const std::string&) { ++lines; }}, {});
  EXPECT_EQ(lines, 400000);
  EXPECT_LE(ended.output.size(), kOutputKept);
  EXPECT_TRUE(ended.output.ends_with("\n399999\n400000\n"));
}

bool is_gone(pid_t pid) {
  for (int i = 0; i < 100; ++i) {
    if (kill(pid, 0) != 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

TEST(Command, WhatIsStoppedIsStoppedWithAllThatItStarted) {
  pid_t grandchild = 0;
  const Work work{.stop = [&] { return grandchild != 0; }};
  EXPECT_THROW(run({.words = {"sh", "-c", "sleep 1000 & echo $!; wait"},
                    .line = [&](const std::string& line) { grandchild = std::stoi(line); }},
                   work),
               Stopped);
  EXPECT_TRUE(is_gone(grandchild));
}

TEST(Command, OneThatDoesNotListenIsKilled) {
  bool trapped = false;
  const Work work{.stop = [&] { return trapped; }};
  EXPECT_THROW(run({.words = {"sh", "-c", "trap '' TERM; echo; while :; do sleep 1; done"},
                    .line = [&](const std::string&) { trapped = true; }},
                   work),
               Stopped);
}

// Whoever runs it is killed outright: it must not go on by itself.
TEST(Command, EndsWithItsParent) {
  int pids[2];
  ASSERT_EQ(pipe(pids), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    run({.words = {"sh", "-c", "echo $$; exec sleep 1000"},
         .line =
             [&](const std::string& line) {
               const pid_t pid = std::stoi(line);
               if (write(pids[1], &pid, sizeof pid) != sizeof pid) _exit(1);
             }},
        {});
    _exit(0);
  }
  pid_t child = 0;
  ASSERT_EQ(read(pids[0], &child, sizeof child), ssize_t(sizeof child));
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  EXPECT_TRUE(is_gone(child));
  close(pids[0]), close(pids[1]);
}

}  // namespace
}  // namespace lockstep::kernels
