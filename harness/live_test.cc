// SPDX-License-Identifier: GPL-2.0-or-later
// Filters: counters, results, lengths and limits, on the running kernel.
#include "harness/live.h"

#include "harness/live/live_test_run.h"

namespace lockstep::live {
namespace {

using LiveFilterTest = LiveTest;

TEST_F(LiveFilterTest, TheStoryOfTheDesignPage) {
  EXPECT_EQ(after(*target_,
                  "P1 attach -> F1\n"
                  "P1 fork -> P2\n"
                  "P2 attach -> F2\n"
                  "P2 fork -> P3\n"),
            "P1: F1 | P2: F2 F1 | P3: F2 F1 | F1 2/2 | F2 2/2");
  EXPECT_EQ(after(*target_,
                  "P1 attach -> F1\n"
                  "P1 fork -> P2\n"
                  "P2 fork -> P3\n"
                  "P2 attach -> F2\n"
                  "P3 attach -> F3\n"
                  "P3 attach -> F4\n"
                  "P3 fork -> P4\n"),
            "P1: F1 | P2: F2 F1 | P3: F4 F3 F1 | P4: F4 F3 F1 | F1 3/3 | F2 1/1 | F3 1/1 | F4 2/2");
}

TEST_F(LiveFilterTest, AnEmptyTraceHasOneTaskWithoutFilters) {
  EXPECT_EQ(after(*target_, ""), "P1:");
  Snapshot s;
  target_->observe(s);
  ASSERT_EQ(s.tasks.size(), 1u);
  EXPECT_EQ(s.tasks[0].mode, 0);
  EXPECT_EQ(s.tasks[0].filter_count, 0);
  EXPECT_TRUE(s.tasks[0].nnp);
  EXPECT_FALSE(s.complete);
  EXPECT_TRUE(s.ordered);
}

TEST_F(LiveFilterTest, SnapshotsHavePointersAndStatus) {
  play(*target_, "P1 attach -> F1\nP1 attach len=20 -> F2\n");
  Snapshot s;
  target_->observe(s);
  canonical(s);
  EXPECT_EQ(s.tasks[0].mode, 2);
  EXPECT_EQ(s.tasks[0].filter_count, 2);
  ASSERT_EQ(s.objects.size(), 2u);
  EXPECT_EQ(s.objects[0].number, 2);
  EXPECT_EQ(s.objects[0].size, 20u);
  EXPECT_EQ(s.objects[1].size, 16u);
  ASSERT_EQ(s.pointers.size(), 2u);
  EXPECT_EQ(s.pointers[0], (PointerFacts{.link = Link::task_filter, .from = 0, .to = 0}));
  EXPECT_EQ(s.pointers[1], (PointerFacts{.link = Link::filter_prev, .from = 0, .to = 1}));
}

TEST_F(LiveFilterTest, EachBadArgumentHasItsError) {
  EXPECT_EQ(after(*target_,
                  "P1 attach -> F1\n"
                  "P1 attach flags=256 = EINVAL\n"
                  "P1 attach arg=null = EFAULT\n"
                  "P1 attach arg=bad = EFAULT\n"
                  "P1 attach arg=empty = EINVAL\n"
                  "P1 attach arg=large = EINVAL\n"
                  "P1 attach arg=noinsns = EINVAL\n"
                  "P1 attach arg=badinsns = EFAULT\n"
                  "P1 attach arg=invalid = EINVAL\n"
                  "P1 fork arg=bad = EFAULT\n"
                  "P1 exec arg=bad = EFAULT\n"
                  "P1 fork -> P2\n"),
            "P1: F1 | P2: F1 | F1 2/2");
}

TEST_F(LiveFilterTest, WithoutNnpAndCapabilityNothingIsAttached) {
  EXPECT_EQ(after(*target_,
                  "start nnp=0 cap=0\n"
                  "P1 attach = EACCES\n"
                  "P1 exec\n"
                  "P1 attach = EACCES\n"
                  "P1 fork -> P2\n"
                  "P2 exec\n"
                  "P2 attach = EACCES\n"
                  "P2 attach arg=empty = EINVAL\n"),
            "P1: | P2:");
  EXPECT_EQ(after(*target_, "start nnp=0\nP1 attach -> F1\nP1 exec\nP1 attach -> F2\n"), "P1: F2 F1 | F1 1/1 | F2 1/1");
  EXPECT_EQ(after(*target_, "start cap=0\nP1 attach -> F1\nP1 exec\nP1 attach -> F2\n"), "P1: F2 F1 | F1 1/1 | F2 1/1");
}

TEST_F(LiveFilterTest, LengthsAreExact) {
  for (uint32_t len : {16u, 17u, 18u, 100u, 1001u, 4096u, 4097u, 8191u, 8192u}) {
    play(*target_, fmt::format("P1 attach len={} -> F9\n", len));
    Snapshot s;
    target_->observe(s);
    ASSERT_EQ(s.objects.size(), 1u);
    EXPECT_EQ(s.objects[0].size, len);
    EXPECT_EQ(s.objects[0].number, 9);
  }
}

// Each filter on the path counts its length plus 4; the new one its length; 32768 is allowed.
TEST_F(LiveFilterTest, ThePathHasALimit) {
  EXPECT_EQ(after(*target_,
                  "P1 attach len=8192 -> F1\n"
                  "P1 attach len=8192 -> F2\n"
                  "P1 attach len=8192 -> F3\n"
                  "P1 attach len=8192 = ENOMEM\n"
                  "P1 attach len=8181 = ENOMEM\n"
                  "P1 attach len=8180 -> F4\n"
                  "P1 attach = ENOMEM\n"),
            "P1: F4 F3 F2 F1 | F1 1/1 | F2 1/1 | F3 1/1 | F4 1/1");
}

TEST_F(LiveFilterTest, AsManyFiltersAsOneTraceMayHave) {
  std::string text;
  for (int i = 1; i <= 150; ++i) text += fmt::format("P1 attach -> F{}\n", i);
  play(*target_, text);
  Snapshot s;
  target_->observe(s);
  EXPECT_EQ(s.objects.size(), 150u);
  EXPECT_EQ(s.tasks[0].view[0].size(), 150u);
  EXPECT_EQ(s.tasks[0].view[0].front(), 150);
  EXPECT_THROW(target_->reset(seccomp_trace(text + "P1 attach -> F151\n")), NotCapable);
  EXPECT_EQ(after(*target_, "P1 attach -> F9999\n"), "P1: F9999 | F9999 1/1");
}

TEST_F(LiveFilterTest, StepsThatTheTraceDoesNotHaveAreCountedToo) {
  const auto attach = [&](uint16_t number) {
    return target_->step({.op = Op::attach, .task = 1, .made = number}).error;
  };
  for (int round = 0; round < 3; ++round) {
    target_->reset({});
    for (uint16_t i = 1; i <= 150; ++i) EXPECT_EQ(attach(i), 0);
    EXPECT_THROW(attach(151), NotCapable);
  }
  EXPECT_LE(target_->statistics().max_backlog, 190u);
  EXPECT_GE(target_->statistics().drains, 2u);
}

TEST_F(LiveFilterTest, RefusesWhatItCannotDoBeforeTheFirstStep) {
  EXPECT_THROW(target_->reset(seccomp_trace("P1 attach fail=alloc:1 = ENOMEM\n")), NotCapable);
  Trace nodes;
  nodes.steps = {{.op = Op::append, .task = 1, .made = 1}};
  EXPECT_THROW(target_->reset(nodes), NotCapable);
}

TEST_F(LiveFilterTest, AForgottenAttachIsSeen) {
  target_.reset();
  target_ = wait_for_live({.forget_attach = 2});
  EXPECT_EQ(after(*target_, "P1 attach -> F1\nP1 attach -> F2\nP1 attach -> F3\n"), "P1: F3 F1 | F1 1/1 | F3 1/1");
}

TEST_F(LiveFilterTest, SaysWhatItShows) {
  EXPECT_EQ(target_->name(), "live");
  EXPECT_EQ(target_->capabilities().layout, "seccomp");
  EXPECT_EQ(target_->capabilities().unobserved, "");
  EXPECT_EQ(live_status().rfind("available: ", 0), 0u) << live_status();
}

}  // namespace
}  // namespace lockstep::live
