// SPDX-License-Identifier: GPL-2.0-or-later
// Guests that go wrong: each ends in a verdict that says what happened, with nothing left running.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "harness/vm/vm_test_run.h"

namespace lockstep::vm {
namespace {

class VmFaultTest : public VmTest {
 protected:
  // Four steps; takes them until one throws, and returns what it says, with the step's number in front.
  std::string fault_of(Target& target) {
    const Trace trace = seccomp_trace("P1 attach -> F1\nP1 fork -> P2\nP2 attach -> F2\nP2 exit\n");
    size_t taken = 0;
    try {
      target.reset(trace);
      for (; taken < trace.steps.size(); ++taken) target.step(trace.steps[taken]);
      target.end();
    } catch (const TargetFault& fault) {
      return fmt::format("{}: {}", taken + 1, fault.what());
    }
    return "nothing";
  }
  std::string fault_of(const VmOptions& options) {
    target_ = boot(options);
    qemu_ = target_->qemu();
    const std::string text = fault_of(*target_);
    EXPECT_FALSE(runs(qemu_));
    return text;
  }
  void expect_has(const std::string& text, std::initializer_list<const char*> words) {
    for (const char* word : words) EXPECT_NE(text.find(word), std::string::npos) << word << "\nis not in\n" << text;
  }
  std::unique_ptr<VmTarget> target_;
  int qemu_ = 0;
};

TEST_F(VmFaultTest, APanicIsTiedToItsStepAndTheNextTraceFindsANewGuest) {
  const std::string text = fault_of({.test = "panic:3"});
  expect_has(text, {"3: vm:6.12: step 3 (P2 attach)", "Kernel panic - not syncing: sysrq triggered crash",
                    "sysrq_handle_crash"});
  const Trace trace = seccomp_trace("P1 attach -> F1\n");
  target_->reset(trace);
  EXPECT_EQ(target_->step(trace.steps[0]).error, 0);
  target_->end();
  EXPECT_EQ(target_->boots(), 2u);
  const auto notes = target_->notes();
  EXPECT_TRUE(std::any_of(notes.begin(), notes.end(), [](const std::string& note) {
    return note.find("the console, step 3 (P2 attach): ") != std::string::npos &&
           note.find("Kernel panic") != std::string::npos;
  })) << fmt::format("{}", fmt::join(notes, "\n"));
}

TEST_F(VmFaultTest, AnAgentThatEndsTakesTheGuestAlong) {
  expect_has(fault_of({.test = "exit:2"}), {"2: vm:6.12: step 2 (P1 fork)", "Attempted to kill init"});
}

TEST_F(VmFaultTest, AStepThatHangsIsToldWithTheBlockedTasks) {
  expect_has(fault_of({.step_timeout_ms = 2000, .test = "hang:4"}),
             {"4: vm:6.12: step 4", "P2 hangs in D state", "blocked: ", "kernel_clone"});
}

TEST_F(VmFaultTest, AGuestThatSaysNothingHangs) {
  expect_has(fault_of({.answer_timeout_ms = 4000, .test = "silence:3"}),
             {"3: vm:6.12: step 3 (P2 attach)", "the guest hangs: it says nothing for 4000 ms"});
  const auto notes = target_->notes();
  EXPECT_TRUE(std::any_of(notes.begin(), notes.end(), [](const std::string& note) {
    return note.find("Show Blocked State") != std::string::npos;
  })) << "its kernel was not asked where tasks wait";
}

TEST_F(VmFaultTest, AnAgentThatCannotGoOnAccusesNoKernel) {
  const auto target = boot({.test = "broken:2"});
  try {
    fault_of(*target);
    FAIL() << "it went on";
  } catch (const std::runtime_error& why) {
    EXPECT_STREQ(why.what(), "vm:6.12: something of the agent's own broke");
  }
  EXPECT_EQ(target->qemu(), 0);
}

TEST_F(VmFaultTest, GarbageIsNoAnswer) {
  expect_has(fault_of({.test = "garbage:2"}), {"2: vm:6.12: step 2", "the guest answers garbage (a message cannot"});
}

TEST_F(VmFaultTest, AnAnswerThatCannotBeReadIsNone) {
  expect_has(fault_of({.test = "wrong:1"}), {"1: vm:6.12: step 1", "the guest answers garbage (no errno)"});
}

TEST_F(VmFaultTest, AFloodOnTheConsoleStopsNobodyAndIsTold) {
  const auto target = boot({.test = "flood:2"});
  EXPECT_EQ(fault_of(*target), "nothing");
  EXPECT_EQ(target->boots(), 1u);
  const auto notes = target->notes();
  EXPECT_TRUE(std::any_of(notes.begin(), notes.end(), [](const std::string& note) {
    return note.find("the guest wrote more than") != std::string::npos;
  }));
}

TEST_F(VmFaultTest, AGuestThatIsKilledIsGone) {
  const auto target = boot();
  const int qemu = target->qemu();
  kill(qemu, SIGKILL);
  expect_has(fault_of(*target), {"vm:6.12: before the first step", "the guest is gone: QEMU was killed by signal 9"});
  EXPECT_EQ(target->qemu(), 0);
  EXPECT_EQ(fault_of(*target), "nothing");
}

TEST_F(VmFaultTest, WhatCannotBootIsUnavailable) {
  const auto image = std::filesystem::temp_directory_path() / fmt::format("lockstep-no-kernel-{}", getpid());
  std::string bytes(1 << 16, '\xf4');  // `hlt`, and so on
  std::ofstream(image, std::ios::binary) << bytes;
  EXPECT_THROW(make_vm(image), Unavailable);
  bytes.replace(0x202, 4, "HdrS");
  std::ofstream(image, std::ios::binary) << bytes;
  EXPECT_THROW(make_vm(image, {.boot_timeout_ms = 3000}), Unavailable);
  std::filesystem::remove(image);
  EXPECT_THROW(make_vm(image), Unavailable);
  EXPECT_THROW(make_vm("no-such-kernel"), UnknownKernel);
}

TEST_F(VmFaultTest, AnAgentThatDoesNotUnderstandSaysSo) {
  try {
    boot({.test = "panic:1 colour=blue"});
    FAIL() << "it did";
  } catch (const Unavailable& why) {
    expect_has(why.what(), {"vm:6.12: the agent does not know the word colour=blue"});
  }
}

TEST_F(VmFaultTest, DiesWithUs) {
  int line[2];
  ASSERT_EQ(pipe(line), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto target = boot();
    const int qemu = target->qemu();
    if (write(line[1], &qemu, sizeof(qemu)) != sizeof(qemu)) _exit(1);
    for (;;) pause();
  }
  int qemu = 0;
  ASSERT_EQ(read(line[0], &qemu, sizeof(qemu)), ssize_t(sizeof(qemu)));
  EXPECT_TRUE(runs(qemu));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  for (int i = 0; i < 500 && runs(qemu); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_FALSE(runs(qemu));
  close(line[0]);
  close(line[1]);
}

}  // namespace
}  // namespace lockstep::vm
