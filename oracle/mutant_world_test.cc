// SPDX-License-Identifier: GPL-2.0-or-later
#include "oracle/mutant_world.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "model/v6_posted.h"

namespace lockstep {
namespace {

using World = MutantWorld<V6Posted::State>;

// A text with one call of each kind, and what came of it.
struct Came {
  int rules = 0, tasks = 0;  // that are there in the end
  int32_t usage = 0;
  Ref<Rule> prev, newest;
  bool last = false, taken = false;
  int error = 0;
  size_t faults = 0;
  bool operator==(const Came&) const = default;
};
Came run(World w) {
  w.alloc_named<NodeTask>(7);
  const auto lists = w.alloc<RuleLists>();
  const Ref<Rule> rule{5}, freed{9};  // as if they had been there before
  for (auto index : {rule.index, freed.index}) w.memory.pool<Rule>().alloc_at(index);
  w.store(f::rule_prev, rule, freed);
  w.publish(f::rules, lists, 1, rule);
  w.inc(f::rule_usage, rule);
  w.free(freed);
  Came came;
  came.last = w.dec_and_test(f::rule_usage, rule);
  came.taken = w.branch(Branch::no_rule, true);
  w.warn(Branch::rule_in_use, false);
  came.error = w.fail(ENOMEM);
  came.usage = w.memory.pool<Rule>()[rule.index].usage;
  came.prev = w.memory.pool<Rule>()[rule.index].prev;
  came.newest = w.memory.pool<RuleLists>()[lists.index].rules[1];
  w.memory.pool<Rule>().each([&](uint16_t) { ++came.rules; });
  w.memory.pool<RuleLists>().each([&](uint16_t) { ++came.rules; });
  w.memory.pool<NodeTask>().each([&](uint16_t) { ++came.tasks; });
  came.faults = w.memory.faults.size();
  return came;
}
World fresh() {
  World w;
  w.memory.clear();
  return w;
}

// The text with the one call of that kind changed.
Came changed(Call call, Change change) {
  std::set<Site> seen;
  auto w = fresh();
  w.record(&seen);
  run(w);
  w = fresh();
  for (const auto& site : seen)
    if (site.call == call) w.mutate(site, change);
  return run(w);
}

const Came kRight{.rules = 2, .tasks = 1, .prev = {9}, .newest = {5}, .last = true, .taken = true, .error = ENOMEM};
Came but(void (*difference)(Came&)) {
  auto came = kRight;
  difference(came);
  return came;
}

TEST(MutantWorld, WithoutAMutationDoesWhatTheTextSays) { EXPECT_EQ(run(fresh()), kRight); }

TEST(MutantWorld, SeesEachCallOnceWhereItStands) {
  std::set<Site> seen;
  auto w = fresh();
  w.record(&seen);
  run(w);
  run(w);
  EXPECT_EQ(seen.size(), 10u);
  for (const auto& site : seen) EXPECT_NE(std::string(site.file).find("mutant_world_test"), std::string::npos);
}

TEST(MutantWorld, SkipsACall) {
  using enum Change;
  EXPECT_EQ(changed(Call::inc, skipped), but([](Came& c) { c.usage = -1, c.last = false; }));
  EXPECT_EQ(changed(Call::dec_and_test, skipped), but([](Came& c) { c.usage = 1, c.last = false; }));
  EXPECT_EQ(changed(Call::dec_and_test, skipped_as_zero), but([](Came& c) { c.usage = 1; }));
  EXPECT_EQ(changed(Call::store, skipped), but([](Came& c) { c.prev = {}; }));
  EXPECT_EQ(changed(Call::publish, skipped), but([](Came& c) { c.newest = {}; }));
  EXPECT_EQ(changed(Call::free, skipped), but([](Came& c) { c.rules = 3; }));
  EXPECT_EQ(changed(Call::fail, skipped), but([](Came& c) { c.error = 0; }));
  EXPECT_EQ(changed(Call::alloc_named, skipped), but([](Came& c) { c.tasks = 0; }));
  // What is stored through the null pointer is a fault.
  EXPECT_EQ(changed(Call::alloc, skipped), but([](Came& c) { c.rules = 1, c.faults = 1; }));
}

TEST(MutantWorld, DoesACallTwice) {
  using enum Change;
  EXPECT_EQ(changed(Call::inc, doubled), but([](Came& c) { c.usage = 1, c.last = false; }));
  EXPECT_EQ(changed(Call::dec_and_test, doubled), but([](Came& c) { c.usage = -1, c.last = false; }));
  EXPECT_EQ(changed(Call::alloc, doubled), but([](Came& c) { c.rules = 3; }));
  EXPECT_EQ(changed(Call::free, doubled), but([](Came& c) { c.faults = 1; }));
}

TEST(MutantWorld, NegatesADecision) {
  using enum Change;
  EXPECT_EQ(changed(Call::dec_and_test, negated), but([](Came& c) { c.last = false; }));
  EXPECT_EQ(changed(Call::branch, negated), but([](Came& c) { c.taken = false; }));
  EXPECT_EQ(changed(Call::warn, negated), but([](Came& c) { c.faults = 1; }));
}

TEST(MutantWorld, StraysNowAndThen) {
  int astray = 0;
  for (uint64_t seed = 1; seed <= 800; ++seed) {
    auto w = fresh();
    w.stray(seed);
    astray += !run(w).taken;
  }
  EXPECT_GT(astray, 50);
  EXPECT_LT(astray, 150);
}

}  // namespace
}  // namespace lockstep
