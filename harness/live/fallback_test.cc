// SPDX-License-Identifier: GPL-2.0-or-later
// Without BPF, and without root.
#include <grp.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "harness/live/live_test_run.h"

namespace lockstep::live {
namespace {

class LiveFallbackTest : public testing::Test {
 protected:
  void SetUp() override {
    try {
      target_ = wait_for_live({.unprivileged = true});
    } catch (const Unavailable& why) {
      std::cerr << "NOT TESTED, no live target here: " << why.what() << std::endl;
      GTEST_SKIP() << why.what();
    }
  }
  std::unique_ptr<LiveTarget> target_;
};

TEST_F(LiveFallbackTest, SaysWhatIsNotSeen) {
  EXPECT_EQ(target_->capabilities().layout, "");
  EXPECT_FALSE(target_->capabilities().facts.counters);
  EXPECT_TRUE(target_->capabilities().facts.views);
  EXPECT_EQ(target_->capabilities().unobserved.rfind("counters, and the order of views: ", 0), 0u);
  EXPECT_THROW(target_->reset(seccomp_trace("P1 attach -> F9999\n")), NotCapable);
}

TEST_F(LiveFallbackTest, ViewsAreSets) {
  EXPECT_EQ(after(*target_,
                  "P1 attach -> F1\n"
                  "P1 fork -> P2\n"
                  "P2 attach -> F2\n"
                  "P1 attach -> F3\n"),
            "P1: F1 F3 | P2: F1 F2");
  Snapshot s;
  target_->observe(s);
  EXPECT_FALSE(s.ordered);
  EXPECT_FALSE(s.complete);
  EXPECT_EQ(s.tasks[1].mode, 2);
  EXPECT_EQ(s.tasks[1].filter_count, 2);
  EXPECT_TRUE(s.tasks[1].nnp);
}

TEST_F(LiveFallbackTest, ProcessesAreFollowed) {
  EXPECT_EQ(after(*target_,
                  "P1 attach -> F1\n"
                  "P1 fork -> P2\n"
                  "P2 thread -> P3\n"
                  "P3 attach -> F2\n"
                  "P2 thread -> P4\n"
                  "P3 exec\n"
                  "P3 thread -> P5\n"
                  "P5 attach -> F3\n"
                  "P1 reap P3 = EAGAIN\n"),
            "P1: F1 | P3: F1 F2 | P5: F1 F2 F3");
  EXPECT_EQ(after(*target_,
                  "P1 fork -> P2\n"
                  "P2 thread -> P3\n"
                  "P2 exit\n"
                  "P1 reap P2 = EAGAIN\n"),
            "P1: | P2 zombie: | P3:");
  EXPECT_EQ(after(*target_,
                  "P1 fork -> P2\n"
                  "P2 fork -> P3\n"
                  "P2 exit\n"
                  "P3 exit\n"
                  "P1 reap P2\n"),
            "P1:");
}

TEST_F(LiveFallbackTest, ErrorsAndLimitsAreTheSame) {
  EXPECT_EQ(after(*target_,
                  "start nnp=0 cap=0\n"
                  "P1 attach = EACCES\n"
                  "P1 exec\n"
                  "P1 attach = EACCES\n"),
            "P1:");
  EXPECT_EQ(after(*target_,
                  "start nnp=0\n"
                  "P1 exec\n"
                  "P1 attach len=8192 -> F1\n"
                  "P1 attach len=8192 -> F2\n"
                  "P1 attach len=8192 -> F3\n"
                  "P1 attach len=8181 = ENOMEM\n"
                  "P1 attach arg=badinsns = EFAULT\n"
                  "P1 attach len=8180 -> F4\n"),
            "P1: F1 F2 F3 F4");
}

TEST_F(LiveFallbackTest, AForgottenAttachIsSeen) {
  target_.reset();
  target_ = wait_for_live({.unprivileged = true, .forget_attach = 1});
  EXPECT_EQ(after(*target_, "P1 attach -> F1\nP1 attach -> F2\n"), "P1: F2");
}

int as_nobody() {
  if (setgroups(0, nullptr) != 0 || setresgid(65534, 65534, 65534) != 0 || setresuid(65534, 65534, 65534) != 0)
    return 2;
  prctl(PR_SET_DUMPABLE, 1);  // as after an exec; until then /proc/self belongs to root
  auto target = wait_for_live();
  if (target->capabilities().facts.counters) return 3;
  const std::string seen = after(*target, "P1 attach -> F1\nP1 fork -> P2\nP2 exec\nP2 attach -> F2\nP1 exit\n");
  std::cerr << seen << "; " << target->capabilities().unobserved << std::endl;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 70; ++i) play(*target, "P1 attach -> F1\nP1 attach -> F2\nP1 attach -> F3\n");
  if (std::chrono::steady_clock::now() - start < std::chrono::milliseconds(150)) return 4;
  if (target->statistics().drains != 0) return 5;
  return seen == "P2: F1 F2" && !testing::Test::HasFailure() ? 0 : 6;
}

TEST_F(LiveFallbackTest, WithoutRootItRunsInAUserNamespaceAndSlowly) {
  target_.reset();
  if (geteuid() != 0) GTEST_SKIP() << "NOT TESTED: the other tests here ran without root anyway";
  const pid_t child = fork();
  if (child == 0) try {
      _exit(as_nobody());
    } catch (const std::exception& error) {
      std::cerr << error.what() << std::endl;
      _exit(std::string(error.what()).find("user namespaces") != std::string::npos ? 77 : 1);
    }
  int status = 0;
  waitpid(child, &status, 0);
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "NOT TESTED: user namespaces are off";
  EXPECT_EQ(status, 0) << "exit " << WEXITSTATUS(status);
}

}  // namespace
}  // namespace lockstep::live
