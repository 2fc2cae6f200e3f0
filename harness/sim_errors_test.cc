// SPDX-License-Identifier: GPL-2.0-or-later
// How appends and forks fail: the order of the checks, the page limit, and each allocation in turn.
#include <gtest/gtest.h>

#include <cerrno>

#include "harness/sim_test_run.h"

namespace lockstep {
namespace {

class SimErrors : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Designs, SimErrors, testing::Values("v5", "v5-intended", "v6"), [](const auto& name) {
  return std::string(name.param) == "v5-intended" ? "intended" : name.param;
});

// Each row is wrong in one more way than the row below it, and the check that comes first decides.
TEST_P(SimErrors, TheFirstCheckDecides) {
  SimRun run(GetParam(), {.nnp = false, .cap = false});
  Step step{.op = Op::append,
            .task = 1,
            .arg = Arg::null,
            .fd = Fd::closed,
            .type = ProgType::other,
            .pages = 65,
            .flags = 1,
            .fail_alloc = 1};
  EXPECT_EQ(run.run(step), EPERM);
  run.reset({.nnp = true, .cap = false});
  EXPECT_EQ(run.run(step), EPERM);
  run.reset({.nnp = false, .cap = true});
  EXPECT_EQ(run.run(step), EPERM);
  run.reset();
  EXPECT_EQ(run.run(step), EFAULT);
  step.arg = Arg::bad;
  EXPECT_EQ(run.run(step), EINVAL);
  step.flags = 0;
  EXPECT_EQ(run.run(step), EFAULT);
  step.arg = Arg::ok;
  EXPECT_EQ(run.run(step), EBADF);
  step.fd = Fd::other;
  EXPECT_EQ(run.run(step), EINVAL);
  step.fd = Fd::ok;
  EXPECT_EQ(run.run(step), EINVAL);
  step.type = ProgType::landlock;
  EXPECT_EQ(run.run(step), E2BIG);
  step.pages = 64;
  EXPECT_EQ(run.run(step), ENOMEM);
  EXPECT_TRUE(run.look().objects.empty()) << "a failed append kept something";
  step.fail_alloc = 0;
  step.made = 1;
  EXPECT_EQ(run.run(step), 0);
}

TEST_P(SimErrors, ChildInheritsWhatItMayDo) {
  SimRun run(GetParam(), {.nnp = true, .cap = false});
  run.fork(1, 2);
  EXPECT_EQ(run.append(2, 0, 0), EPERM);
  run.reset();
  run.fork(1, 2);
  EXPECT_EQ(run.append(2, 0, 1), 0);
}

TEST_P(SimErrors, PagesOfAllEventsCount) {
  SimRun run(GetParam());
  EXPECT_EQ(run.append(1, 0, 1, 40), 0);
  EXPECT_EQ(run.append(1, 1, 2, 25), E2BIG);
  EXPECT_EQ(run.append(1, 1, 2, 24), 0);
  EXPECT_EQ(run.append(1, 0, 3, 1), E2BIG);
  EXPECT_EQ(run.append(1, 0, 3, UINT32_MAX), E2BIG);
  EXPECT_TRUE(run.unexplained().empty());
}

TEST_P(SimErrors, ForkFailsBeforeAnythingIsInherited) {
  SimRun run(GetParam());
  run.append(1, 0, 1);
  EXPECT_EQ(run.fork(1, 2, 1), ENOMEM);
  EXPECT_EQ(run.look().tasks.size(), 1U);
  EXPECT_TRUE(run.unexplained().empty());
  EXPECT_EQ(run.fork(1, 2, 2), 0);
  EXPECT_EQ(run.view(2), (Rules{1}));
}

// An events object is one page. Who pays for one differs.
TEST(SimLimit, PostedPaysForSharedEventsThatItDoesNotCopy) {
  SimRun run("v5");
  EXPECT_EQ(run.append(1, 0, 1, 63), 0);
  EXPECT_EQ(run.fork(1, 2), 0);
  EXPECT_EQ(run.append(2, 0, 2, 1), E2BIG);
  EXPECT_EQ(run.append(1, 0, 2, 1), E2BIG);
  EXPECT_EQ(run.exit(2), 0);
  EXPECT_EQ(run.append(1, 0, 2, 1), 0);
}

TEST(SimLimit, IntendedPaysOnlyWhereItReplacesEvents) {
  SimRun run("v5-intended");
  EXPECT_EQ(run.append(1, 0, 1, 63), 0);
  EXPECT_EQ(run.fork(1, 2), 0);
  EXPECT_EQ(run.append(2, 0, 2, 1), E2BIG);
  EXPECT_EQ(run.append(1, 0, 2, 1), 0) << "the owner replaces nothing, though its events are shared";
  EXPECT_EQ(run.view(2), (Rules{2, 1}));
}

TEST(SimLimit, IntendedChildPaysEvenIfNobodySharesWithIt) {
  SimRun run("v5-intended");
  run.append(1, 0, 1, 63);
  run.fork(1, 2);
  run.exit(1);
  EXPECT_EQ(run.append(2, 0, 2, 1), E2BIG);
}

TEST(SimLimit, V6PaysForItsCopy) {
  SimRun run("v6");
  run.append(1, 0, 1, 62);
  run.fork(1, 2);
  EXPECT_EQ(run.append(2, 0, 2, 2), E2BIG);
  EXPECT_EQ(run.append(2, 0, 2, 1), 0);
  EXPECT_EQ(run.append(2, 0, 3, 1), 0) << "private by now";
  EXPECT_EQ(run.append(1, 0, 4, 2), 0) << "P2 left; P1 is alone";
}

// Appends with each allocation failing, first to last, until one succeeds. Returns how many failed.
int sweep(SimRun& run, uint16_t task, uint16_t rule, void (*after_failure)(SimRun&, int)) {
  const Rules before = run.view(task);
  for (uint16_t n = 1;; ++n) {
    int error = run.append(task, 0, rule, 1, n);
    if (error == 0) return n - 1;
    EXPECT_EQ(error, ENOMEM);
    EXPECT_EQ(run.view(task), before);
    EXPECT_TRUE(run.look().faults.empty());
    after_failure(run, n);
  }
}

void nothing_kept(SimRun& run, int) { EXPECT_TRUE(run.unexplained().empty()); }

// The rule had usage 0 when it was put: from the second allocation on, each failure leaves one behind.
void one_more_leaked(SimRun& run, int n) {
  auto found = run.unexplained();
  ASSERT_EQ(found.size(), static_cast<size_t>(n - 1));
  for (const auto& leak : found) EXPECT_EQ(leak, "rule 0: usage -1, 0 pointers");
}

TEST(SimAllocations, IntendedKeepsNothing) {
  SimRun run("v5-intended");
  EXPECT_EQ(sweep(run, 1, 1, nothing_kept), 4);  // rule, events, 2 nodes
  EXPECT_EQ(sweep(run, 1, 2, nothing_kept), 1);  // rule
  run.fork(1, 2);
  EXPECT_EQ(sweep(run, 2, 3, nothing_kept), 4);
  EXPECT_EQ(run.view(2), (Rules{3, 2, 1}));
  EXPECT_EQ(run.count(Kind::rule), 3U);
  EXPECT_EQ(run.count(Kind::prog), 3U);
}

TEST(SimAllocations, PostedLeaksTheRuleAndItsProgram) {
  SimRun run("v5");
  EXPECT_EQ(sweep(run, 1, 1, one_more_leaked), 4);
  EXPECT_EQ(run.count(Kind::rule), 4U);  // R1 and three leaked ones
  EXPECT_EQ(run.count(Kind::prog), 4U);
  EXPECT_EQ(run.count(Kind::events), 1U);
  EXPECT_EQ(run.count(Kind::node), 2U);
  run.exit(1);
  EXPECT_EQ(run.count(Kind::rule), 3U);
  const Snapshot& s = run.look();
  EXPECT_EQ(s.pointers.size(), 3U);
  for (const PointerFacts& p : s.pointers) {
    EXPECT_EQ(p.link, Link::rule_prog);
    EXPECT_LT(s.objects[p.to].birth, s.objects[p.from].birth);
    EXPECT_EQ(s.objects[p.to].counter[0], 1);
  }
}

TEST(SimAllocations, V6LeaksTheRuleWhenItsEventsCannotBeMade) {
  SimRun run("v6");
  EXPECT_EQ(sweep(run, 1, 1, one_more_leaked), 2);  // rule, events
  run.fork(1, 2);
  EXPECT_EQ(run.append(2, 0, 0, 1, 2), ENOMEM);
  EXPECT_EQ(run.unexplained().size(), 2U);
  EXPECT_EQ(run.append(2, 0, 2), 0);
  EXPECT_EQ(run.view(2), (Rules{2, 1}));
  EXPECT_EQ(run.view(1), (Rules{1}));
}

}  // namespace
}  // namespace lockstep
