// SPDX-License-Identifier: GPL-2.0-or-later
// Libraries in a child process: a good one, and each way to be a bad one (testdata/sim_bad.c).
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "harness/sim_test_run.h"

namespace lockstep {
namespace {

std::string bad(const std::string& way) { return std::string(SIM_BAD_FOLDER) + "/sim_bad_" + way + ".so"; }

template <typename Error>
std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

// What the fault says after an append by P1 and a look.
std::string fault_of(const std::string& way) {
  SimRun run(bad(way));
  EXPECT_EQ(run.fork(1, 2), 0);
  EXPECT_EQ(run.view(2), Rules{});
  return message_of<TargetFault>([&] {
    run.append(1, 0, 1);
    run.look();
  });
}

std::string refusal_of(const std::string& path) {
  return message_of<Unavailable>([&] { make_sim(path); });
}

void expect_has(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "\"" << text << "\" has no \"" << part << "\"";
}

TEST(SimLibrary, ExampleKeepsThePromise) {
  SimRun run(SIM_EXAMPLE);
  EXPECT_FALSE(run.target().capabilities().facts.counters);
  EXPECT_EQ(run.target().capabilities().layout, "");
  EXPECT_FALSE(run.target().capabilities().unobserved.empty());
  EXPECT_EQ(run.append(1, 0, 1), 0);
  EXPECT_EQ(run.fork(1, 2), 0);
  EXPECT_EQ(run.append(2, 0, 2), 0);
  EXPECT_EQ(run.append(1, 0, 3), 0);
  EXPECT_EQ(run.view(2), (Rules{2, 3, 1}));
  EXPECT_EQ(run.view(1), (Rules{3, 1}));
  EXPECT_THROW(run.append(1, 0, 4, 1, 1), NotCapable);
}

// A step that any of the live tasks can take; rarely a wrong one.
Step random_step(std::mt19937& chance, const Rules& tasks, uint16_t next_task, uint16_t next_rule) {
  auto pick = [&](uint32_t below) { return static_cast<uint32_t>(chance() % below); };
  Step step{.task = tasks[pick(tasks.size())]};
  const uint32_t what = pick(10);
  step.op = what < 5 ? Op::append : what < 8 ? Op::fork : what < 9 ? Op::exec : Op::exit;
  if (step.op == Op::exit && tasks.size() == 1) step.op = Op::exec;
  if (step.op == Op::fork) step.made = next_task;
  if (step.op != Op::append) return step;
  step.made = next_rule;
  step.event = static_cast<uint8_t>(pick(kEvents));
  step.pages = pick(20) == 0 ? 30 : 1 + pick(4);
  if (pick(8) == 0) step.arg = static_cast<Arg>(pick(3));
  if (pick(8) == 0) step.fd = static_cast<Fd>(pick(3));
  if (pick(16) == 0) step.flags = 1;
  if (pick(16) == 0) step.type = ProgType::other;
  return step;
}

// Two programs that share no line: the nodes in the kernel's C, and the example, which knows only the promise.
TEST(SimLibrary, ExampleAgreesWithTheIntendedDesign) {
  std::mt19937 chance(20261123);
  SimRun nodes("v5-intended"), plain(SIM_EXAMPLE);
  int appended = 0, refused = 0;
  for (int trace = 0; trace < 300; ++trace) {
    nodes.reset();
    plain.reset();
    Rules tasks{1};
    uint16_t next_task = 2, next_rule = 1;
    for (int i = 0; i < 40; ++i) {
      const Step step = random_step(chance, tasks, next_task, next_rule);
      const int error = nodes.run(step);
      ASSERT_EQ(plain.run(step), error) << "trace " << trace << " step " << i;
      (error == 0 ? appended : refused) += step.op == Op::append;
      if (error == 0 && step.op == Op::fork) tasks.push_back(next_task++);
      if (error == 0 && step.op == Op::append) ++next_rule;
      if (error == 0 && step.op == Op::exit) std::erase(tasks, step.task);
      const Snapshot &a = nodes.look(), &b = plain.look();
      ASSERT_EQ(a.tasks.size(), b.tasks.size());
      for (size_t t = 0; t < a.tasks.size(); ++t)
        ASSERT_EQ(a.tasks[t].view, b.tasks[t].view) << "trace " << trace << " step " << i;
    }
    ASSERT_TRUE(nodes.unexplained().empty()) << "trace " << trace;
  }
  EXPECT_GT(appended, 2000);
  EXPECT_GT(refused, 500);
}

TEST(SimLibrary, CrashNamesTheSignalAndTheStep) {
  expect_has(fault_of("crash"), "crashed: signal 11 (Segmentation fault) while it ran P1's append");
  expect_has(fault_of("abort"), "crashed: signal 6 (Aborted)");
  expect_has(fault_of("exits"), "ended the process by itself, with exit code 7");
  expect_has(fault_of("closes"), "closed the connection");
}

TEST(SimLibrary, HangNamesTheTime) {
  auto target = make_sim(bad("hang"), {.timeout = std::chrono::milliseconds(200)});
  target->reset({});
  const auto start = std::chrono::steady_clock::now();
  expect_has(message_of<TargetFault>([&] { target->step({.op = Op::append, .task = 1, .made = 1}); }),
             "hung: no answer within 200 ms while it ran P1's append");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3));
}

TEST(SimLibrary, ResetStartsAfreshAfterACrash) {
  SimRun run(bad("crash"));
  EXPECT_THROW(run.append(1, 0, 1), TargetFault);
  expect_has(message_of<TargetFault>([&] { run.fork(1, 2); }), "ended in an earlier step");
  run.reset();
  EXPECT_EQ(run.fork(1, 2), 0);
  EXPECT_EQ(run.look().tasks.size(), 2U);
}

TEST(SimLibrary, AnswersOutOfRangeAreFaults) {
  expect_has(fault_of("bad_errno"), "returned -22, which is no errno");
  expect_has(fault_of("bad_rule"), "a view with a rule number 10000");
  expect_has(fault_of("long_view"), "1073741824 rules in P1's view of event 0");
  expect_has(fault_of("bad_pointer"), "at the id 4711, which is no rule that was shown before it");
  expect_has(fault_of("double_id"), "two objects with the id 1");
}

TEST(SimLibrary, UnusableOnesSayWhy) {
  expect_has(refusal_of("/nowhere/mine.so"), "there is no readable file /nowhere/mine.so: build the library first");
  expect_has(refusal_of(bad("version")), "has version 2 of the interface, this program 1: rebuild it");
  expect_has(refusal_of(bad("short")), "set `size` to sizeof(struct lockstep_sim_library)");
  expect_has(refusal_of(bad("no_symbol")), "exports no `lockstep_sim_table`");
  expect_has(refusal_of(bad("no_step")), "has no step()");
  expect_has(refusal_of(bad("no_memory")), "create() returned NULL");
  expect_has(refusal_of(bad("crash_on_load")), "while it was loaded, the library crashed: signal 4");
}

TEST(SimLibrary, TruncatedFileDoesNotLoad) {
  const std::string path = testing::TempDir() + "/truncated_" + std::to_string(getpid()) + ".so";
  std::ofstream(path) << "\x7f"
                         "ELF";
  expect_has(refusal_of(path), "the library does not load");
  std::filesystem::remove(path);
}

// Many at once, from two threads, each with its own child.
TEST(SimLibrary, ThreadsDoNotShare) {
  auto work = [](uint16_t rules, Rules* view) {
    SimRun run(SIM_EXAMPLE);
    for (uint16_t rule = 1; rule <= rules; ++rule) run.append(1, 0, rule);
    *view = run.view(1);
  };
  Rules views[2];
  std::thread other(work, 30, &views[0]);
  work(20, &views[1]);
  other.join();
  EXPECT_EQ(views[0].size(), 30U);
  EXPECT_EQ(views[1].size(), 20U);
}

pid_t only_child_of(pid_t process) {
  pid_t child = 0;
  std::ifstream("/proc/" + std::to_string(process) + "/task/" + std::to_string(process) + "/children") >> child;
  return child;
}

// Gone, or a zombie that nobody has reaped yet.
bool has_ended(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string number, name, state;
  return !(file >> number >> name >> state) || state == "Z";
}

TEST(SimLibrary, ChildEndsWithItsParent) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    auto target = make_sim(SIM_EXAMPLE);
    target->reset({});
    if (write(ready[1], "x", 1) == 1) pause();
    _exit(0);
  }
  char byte = 0;
  close(ready[1]);
  EXPECT_EQ(read(ready[0], &byte, 1), 1);
  close(ready[0]);
  const pid_t child = only_child_of(parent);
  EXPECT_GT(child, 0);
  EXPECT_FALSE(has_ended(child));
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  for (int i = 0; i < 500 && !has_ended(child); ++i) usleep(10000);
  EXPECT_TRUE(has_ended(child));
}

}  // namespace
}  // namespace lockstep
