// SPDX-License-Identifier: GPL-2.0-or-later
// The log as it is read, and what a run on the target makes of it.
#include "harness/live/log_watch.h"

#include <fcntl.h>
#include <signal.h>

#include "harness/live/live_test_run.h"
#include "harness/live/log_source_test.h"

namespace lockstep::live {
namespace {

constexpr int kUserPriority = 12;  // facility 1

TEST(LogWatch, ReportsWhatCameSinceTheLastLook) {
  LogSource log;
  LogWatch watch(log.fd());
  EXPECT_TRUE(watch.look().empty());
  log.write("eth0: link up\n" + refcount_report(33, "x", "do_exit"));
  ASSERT_EQ(watch.look().size(), 1u);
  EXPECT_TRUE(watch.look().empty());
  log.write(refcount_report(33, "x", "do_exit"), kUserPriority);
  EXPECT_TRUE(watch.look().empty()) << "any root process can write that";
  EXPECT_EQ(watch.unobserved(), "");
}

TEST(LogWatch, WaitsForTheRestOfAReport) {
  LogSource log;
  LogWatch watch(log.fd());
  const std::string report = refcount_report(33, "x", "do_exit");
  const size_t half = report.find("CPU: 1 UID");
  log.write(report.substr(0, half));
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    log.write(report.substr(half));
  });
  const auto reports = watch.look();
  other.join();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].pid, 33);
  log.write("BUG: something that never ends\n");
  EXPECT_EQ(watch.look().size(), 1u) << "and not for ever";
}

TEST(LogWatch, SaysWhatItDidNotSee) {
  LogSource log;
  LogWatch watch(log.fd());
  log.write("a\n");
  log.skip(7);
  log.write("b\n");
  log.raw("no record");
  watch.look();
  EXPECT_EQ(watch.unobserved(), "of the kernel's log at least 7 records were overwritten before they were read");
  log.write("BUG: x\n");
  log.close();
  EXPECT_EQ(watch.look().size(), 1u);
  EXPECT_EQ(watch.unobserved(), "the kernel's log is not read (it ended), so what it warns of goes unnoticed");

  const File write_only(open("/dev/null", O_WRONLY | O_CLOEXEC));
  LogWatch refused(write_only.fd());
  EXPECT_TRUE(refused.look().empty());
  EXPECT_NE(refused.unobserved().find("(Bad file descriptor)"), std::string::npos);
  EXPECT_NE(LogWatch(kNoLog).unobserved(), "");
}

TEST(LogWatch, TheKernelsOwnLogIsReadFromItsEnd) {
  LogWatch watch(kKernelLog);
  if (!watch.unobserved().empty()) GTEST_SKIP() << "NOT TESTED: " << watch.unobserved();
  EXPECT_TRUE(watch.look().empty());
  EXPECT_EQ(watch.unobserved(), "");
}

// ---- On the target

class LiveLogTest : public LiveTest {
 protected:
  LiveLogTest() { options_.log_fd = log_.fd(); }
  // The fault of a trace of two steps, before which of its parts (0: reset) the log is written.
  std::string fault_of(int part, const std::string& report) {
    const Trace trace = seccomp_trace("P1 attach -> F1\nP1 fork -> P2\n");
    try {
      target_->end();
      for (int i = 0; i < 4; ++i) {
        if (i == part) log_.write(report);
        if (i == 0) target_->reset(trace);
        if (i == 3) target_->end();
        if (i == 1 || i == 2) target_->step(trace.steps[size_t(i - 1)]);
      }
    } catch (const TargetFault& fault) {
      return fault.what();
    }
    return "none";
  }
  LogSource log_;
};

TEST_F(LiveLogTest, AReportIsAFaultOfTheStepAtWhichItCame) {
  const std::string ours = refcount_report(target_->process_group(), "lockstep-nurse", "do_exit");
  for (const auto& [part, when] : {std::pair(0, "before the first step"), std::pair(1, "step 1"),
                                   std::pair(2, "step 2"), std::pair(3, "as the trace's tasks ended")})
    EXPECT_EQ(fault_of(part, ours).find(fmt::format("live: {}: the kernel warned in the nursery: refcount_t: ", when)),
              0u)
        << fault_of(part, ours);
  EXPECT_EQ(fault_of(2, refcount_report(2, "kworker/1:1", "__put_seccomp_filter")).find("live: step 2: "), 0u);
  EXPECT_EQ(after(*target_, "P1 attach -> F1\n"), "P1: F1 | F1 1/1") << "and it goes on";
  EXPECT_TRUE(target_->notes().empty());
}

// The engine attaches filters of its own when it starts, and the kernel warns only once at each place.
TEST_F(LiveLogTest, WhatCameAsTheEngineStartedIsNotLost) {
  log_.write(refcount_report(target_->process_group(), "lockstep-nurse", "do_exit"));
  try {
    target_->reset({});
    FAIL() << "nobody noticed";
  } catch (const TargetFault& fault) {
    EXPECT_EQ(std::string(fault.what()).find("live: before the first step: the kernel warned"), 0u) << fault.what();
  }
}

TEST_F(LiveLogTest, WhatElseTheKernelWarnsOfIsNoted) {
  for (int i = 0; i < 2; ++i) EXPECT_EQ(fault_of(2, refcount_report(2, "kworker/1:1", "usb_put_dev")), "none");
  ASSERT_EQ(target_->notes().size(), 1u);
  EXPECT_EQ(target_->notes()[0].find("the kernel warned about something else meanwhile: refcount_t: "), 0u);
  for (int i = 0; i < 20; ++i) fault_of(1, refcount_report(2, fmt::format("driver{}", i), "usb_put_dev"));
  EXPECT_EQ(target_->notes().size(), 8u);
  EXPECT_NE(target_->notes().back().find("see the kernel's log"), std::string::npos);
  log_.close();
  EXPECT_EQ(fault_of(-1, ""), "none");
  EXPECT_NE(target_->notes().back().find("the kernel's log is not read"), std::string::npos);
}

TEST_F(LiveLogTest, WhereNobodyElseRunsEveryReportIsAFault) {
  target_.reset();
  target_ = wait_for_live({.alone = true, .log_fd = log_.fd()});
  EXPECT_EQ(fault_of(2, refcount_report(2, "kworker/1:1", "bpf_prog_pack_free"))
                .find("live: step 2: the kernel warned in kworker/1:1: refcount_t: "),
            0u);
}

TEST_F(LiveLogTest, AnOopsThatEndsAWorkerIsAFaultAndNoErrorOfOurs) {
  target_.reset();
  target_ = wait_for_live({.step_timeout_ms = 300, .log_fd = log_.fd()});
  const Trace trace = seccomp_trace("P1 attach -> F1\n");
  target_->reset(trace);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const int group = target_->process_group();
    if (read_stat(entry.path()).group != group || entry.path().filename() == std::to_string(group)) continue;
    const int pid = std::stoi(entry.path().filename());
    log_.write(refcount_report(pid, "lockstep-nurse", "do_exit"));
    kill(pid, SIGKILL);
  }
  try {
    target_->step(trace.steps[0]);
    FAIL() << "a step of the dead";
  } catch (const TargetFault& fault) {
    EXPECT_EQ(std::string(fault.what()).find("live: step 1: P1 is gone and did not say so; the kernel warned in P1: "),
              0u)
        << fault.what();
  }
}

// The pids that the log has of our tasks are those of the first namespace; the target shows none, so all are tried.
TEST_F(LiveLogTest, AWorkersPidIsKnown) {
  const Trace trace = seccomp_trace("P1 fork -> P2\nP1 fork -> P3\nP2 exit\n");
  target_->reset(trace);
  for (const Step& step : trace.steps) target_->step(step);
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    if (read_stat(entry.path()).group != target_->process_group()) continue;
    log_.write(refcount_report(std::stoi(entry.path().filename()), "1", "do_exit"));
    try {
      target_->step({.op = Op::fork, .task = 1, .arg = Arg::bad});
    } catch (const TargetFault& fault) {
      const std::string text = fault.what();
      const size_t at = text.find("warned in ") + 10;
      found.push_back(text.substr(at, text.find(':', at) - at));
    }
  }
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, (std::vector<std::string>{"P1", "P2", "P3", "the nursery"})) << "the zombie too";
}

}  // namespace
}  // namespace lockstep::live
