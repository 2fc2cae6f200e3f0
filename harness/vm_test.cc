// SPDX-License-Identifier: GPL-2.0-or-later
// Guests that do their work.
#include "harness/vm.h"

#include "harness/targets.h"
#include "harness/vm/vm_test_run.h"

namespace lockstep::vm {
namespace {

TEST_F(VmTest, TakesStepsAndShowsCounters) {
  const auto target = boot();
  EXPECT_EQ(target->name(), "vm:6.12");
  EXPECT_EQ(target->capabilities().layout, "seccomp");
  EXPECT_TRUE(target->capabilities().facts.counters) << target->capabilities().unobserved;
  const Trace trace =
      seccomp_trace("P1 attach -> F1\nP1 fork -> P2\nP2 attach -> F2\nP2 attach arg=bad = EFAULT\nP2 exit\n");
  target->reset(trace);
  EXPECT_EQ(views(*target), "P1:");
  for (const Step& step : trace.steps) {
    EXPECT_EQ(target->step(step).error, step.error) << step.line;
    if (step.line != 6) continue;
    EXPECT_EQ(views(*target), "P1: F1 | P2: F2 F1");
    Snapshot s;
    target->observe(s);
    canonical(s);
    ASSERT_EQ(s.objects.size(), 2u);
    EXPECT_EQ(s.objects[0].counter, (std::array<int32_t, 2>{2, 2}));
    EXPECT_EQ(s.objects[1].counter, (std::array<int32_t, 2>{1, 1}));
  }
  EXPECT_EQ(views(*target), "P1: F1 | P2 zombie:");
  target->end();
}

// A kernel that is locked down refuses what the agent answers by otherwise.
TEST_F(VmTest, AnswersOnTheSerialLineWhereItMayWriteToNoPort) {
  const auto target = boot({.parameters = "lockdown=integrity"});
  const Trace trace = seccomp_trace("P1 attach -> F1\nP1 fork -> P2\nP2 attach -> F2\nP2 exit\nP1 reap P2\n");
  for (int i = 0; i < 3; ++i) {
    target->reset(trace);
    for (const Step& step : trace.steps) EXPECT_EQ(target->step(step).error, 0);
    EXPECT_EQ(views(*target), "P1: F1");
    target->end();
  }
  EXPECT_EQ(target->boots(), 1u);
  EXPECT_NE(fmt::format("{}", fmt::join(target->notes(), "; ")).find("it answers on its serial line"),
            std::string::npos);
}

TEST_F(VmTest, ATraceThatWasAnnouncedInVainIsInNobodysWay) {
  const auto target = boot();
  const Trace trace = seccomp_trace("P1 attach -> F1\n");
  target->announce(trace);
  target->reset(trace);
  EXPECT_EQ(target->step(trace.steps[0]).error, 0);
  target->end();
  EXPECT_EQ(target->find_leaks(), std::nullopt) << "this kernel cannot look for any";
  target->reset(trace);
  EXPECT_EQ(target->boots(), 1u);
}

TEST_F(VmTest, GoesOnAfterATraceThatNobodySawToItsEnd) {
  const auto target = boot();
  std::string text;
  for (int i = 1; i <= 100; ++i) text += fmt::format("P1 attach -> F{}\n", i);
  const Trace longer = seccomp_trace(text), shorter = seccomp_trace("P1 fork -> P2\n");
  target->reset(longer);
  EXPECT_EQ(target->step(longer.steps[0]).error, 0);
  EXPECT_THROW(target->step(longer.steps[7]), NotCapable);
  target->end();
  target->reset(longer);
  EXPECT_EQ(target->step(longer.steps[0]).error, 0);
  target->reset(shorter);
  EXPECT_EQ(target->step(shorter.steps[0]).error, 0);
  EXPECT_EQ(views(*target), "P1: | P2:");
  target->end();
  EXPECT_EQ(target->boots(), 1u);
  EXPECT_TRUE(runs(target->qemu()));
}

TEST_F(VmTest, BeginsWithWhatWasAnnouncedAndDropsItIfAnotherComes) {
  const auto target = boot();
  const Trace first = seccomp_trace("P1 attach -> F1\n"), second = seccomp_trace("P1 fork -> P2\nP2 attach -> F2\n"),
              third = seccomp_trace("P1 attach -> F3\n");
  const auto run = [&](const Trace& trace) {
    target->reset(trace);
    for (const Step& step : trace.steps) EXPECT_EQ(target->step(step).error, 0);
    const std::string seen = views(*target);
    target->end();
    return seen;
  };
  target->announce(second);
  EXPECT_EQ(run(first), "P1: F1");
  target->announce(third);
  EXPECT_EQ(run(second), "P1: | P2: F2");
  EXPECT_EQ(run(first), "P1: F1");
  target->announce(first);
  EXPECT_EQ(run(third), "P1: F3");
  target->announce(Trace{.steps = {{.op = Op::append, .task = 1, .made = 1}}});
  EXPECT_EQ(run(first), "P1: F1");
  EXPECT_EQ(run(second), "P1: | P2: F2");
  EXPECT_EQ(target->boots(), 1u);
}

TEST_F(VmTest, RefusesWhatItCannotDoBeforeTheFirstStep) {
  const auto target = boot();
  Trace nodes;
  nodes.steps = {{.op = Op::append, .task = 1, .made = 1}};
  EXPECT_THROW(target->reset(nodes), NotCapable);
  EXPECT_THROW(target->reset(seccomp_trace("P1 attach fail=alloc:1 = ENOMEM\n")), NotCapable);
  target->reset(seccomp_trace(""));
  EXPECT_EQ(target->boots(), 1u);
}

// The trace says that the fork succeeds; then P2 is nobody.
TEST_F(VmTest, DoesNotTakeTheStepOfATaskThatIsNotThere) {
  const auto target = boot();
  Trace trace = seccomp_trace("P1 fork -> P2\nP2 attach -> F1\n");
  trace.steps[0].arg = Arg::bad;
  target->reset(trace);
  EXPECT_EQ(target->step(trace.steps[0]).error, EFAULT);
  EXPECT_THROW(target->step(trace.steps[1]), TargetFault);
  target->end();
  EXPECT_EQ(target->boots(), 1u);
}

TEST_F(VmTest, LeavesNothingBehind) {
  auto target = boot();
  const int qemu = target->qemu();
  EXPECT_TRUE(runs(qemu));
  target.reset();
  EXPECT_FALSE(runs(qemu));
}

TEST_F(VmTest, IsListedWithItsStatus) {
  const auto all = list_targets();
  const auto row = std::find_if(all.begin(), all.end(), [](const auto& each) { return each.name == "vm:6.12"; });
  ASSERT_NE(row, all.end());
  EXPECT_TRUE(row->status.starts_with("available: Linux 6.12")) << row->status;
}

}  // namespace
}  // namespace lockstep::vm
