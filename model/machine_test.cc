// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/machine.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "model/allocation_count_test.h"
#include "model/model.h"
#include "model/promise.h"

namespace lockstep {
namespace {

template <class Machine>
uint64_t allocations_in_steady_state(Machine machine, Op add) {
  auto run = [&] {
    machine.reset({});
    for (uint16_t child = 2; child <= 9; ++child) {
      machine.step({.op = add, .task = 1, .made = child});
      machine.step({.op = Op::fork, .task = 1, .made = child});
      machine.step({.op = add, .task = child, .made = static_cast<uint16_t>(child + 10)});
      machine.step({.op = add, .task = child, .fail_alloc = 1});
    }
    for (uint16_t child = 2; child <= 9; ++child) machine.step({.op = Op::exit, .task = child});
    machine.step({.op = Op::exit, .task = 1});
  };
  run();
  run();
  const auto before = allocations_so_far();
  run();
  return allocations_so_far() - before;
}

std::vector<int> grown;

TEST(Machine, AllocatesNothingOnceItHasGrown) {
  EXPECT_EQ(allocations_in_steady_state(NodeMachine<V5Intended>(), Op::append), 0u);
  EXPECT_EQ(allocations_in_steady_state(NodeMachine<V5Posted>(), Op::append), 0u);
  EXPECT_EQ(allocations_in_steady_state(NodeMachine<V6Posted>(), Op::append), 0u);
  EXPECT_EQ(allocations_in_steady_state(SeccompMachine(), Op::attach), 0u);
  const auto before = allocations_so_far();
  std::vector<int>(9).swap(grown);
  EXPECT_GT(allocations_so_far(), before);  // the counter counts
}

TEST(Machine, WhereVersionsDifferASwitchSaysSo) {
  for (const bool at_reap : {false, true}) {
    SeccompMachine machine({.release_at_reap = at_reap});
    machine.reset({});
    machine.step({.op = Op::fork, .task = 1, .made = 2});
    machine.step({.op = Op::attach, .task = 2, .made = 1});
    machine.step({.op = Op::exit, .task = 2});
    EXPECT_EQ(machine.world.memory.pool<Filter>().live(1), at_reap);
    EXPECT_EQ(machine.step({.op = Op::reap, .task = 1, .child = 2}).error, 0);
    EXPECT_FALSE(machine.world.memory.pool<Filter>().live(1));
  }
}

TEST(Machine, AForkThatWasToFailAndDoesNotGetsANameOfItsOwn) {
  NodeMachine<V5Posted> machine;
  machine.reset({});
  EXPECT_EQ(machine.step({.op = Op::fork, .task = 1, .error = ENOMEM}).error, 0);
  EXPECT_TRUE(machine.processes.alive(kMaxTasks));
}

TEST(Pool, GivesTheLowestSlotFirstAndAtOnce) {
  Pool<Rule> pool;
  for (uint16_t i = 1; i <= 130; ++i) EXPECT_EQ(pool.alloc(), i);
  EXPECT_TRUE(pool.free(70));
  EXPECT_TRUE(pool.free(3));
  EXPECT_FALSE(pool.free(3));
  EXPECT_EQ(pool.alloc(), 3);
  EXPECT_EQ(pool.alloc(), 70);
  EXPECT_EQ(pool.alloc(), 131);
  EXPECT_FALSE(pool.live(0));
}

TEST(ConcreteWorld, NoticesFreedMemoryThatIsTouchedOrFreedAgain) {
  ConcreteWorld<V6Posted::State> world;
  const auto rule = world.alloc<Rule>();
  world.store(f::rule_usage, rule, 1);
  EXPECT_TRUE(world.memory.faults.empty());
  world.free(rule);
  world.load(f::rule_usage, rule);
  world.free(rule);
  ASSERT_EQ(world.memory.faults.size(), 2u);
  EXPECT_EQ(world.memory.faults[0].what, Fault::What::touched_freed);
  EXPECT_EQ(world.memory.faults[1].what, Fault::What::freed_twice);
}

TEST(ConcreteWorld, FailsTheAllocationThatItIsToldTo) {
  ConcreteWorld<V6Posted::State> world;
  world.begin_step(2);
  EXPECT_FALSE(world.is_null(world.alloc<Rule>()));
  EXPECT_TRUE(world.is_null(world.alloc<Rule>()));
  EXPECT_FALSE(world.is_null(world.alloc<Rule>()));
}

TEST(ConcreteWorld, AWalkThatDoesNotEndIsAFault) {
  ConcreteWorld<V6Posted::State> world;
  const auto rule = world.alloc<Rule>();
  world.store(f::rule_prev, rule, rule);
  world.sum(f::rule_prev, rule, [](auto) { return 0u; });
  ASSERT_EQ(world.memory.faults.size(), 1u);
  EXPECT_EQ(world.memory.faults[0].what, Fault::What::endless_loop);
}

TEST(ConcreteWorld, EndlessWalksInsideEachOtherEndSoon) {
  ConcreteWorld<V6Posted::State> world;
  const auto rule = world.alloc<Rule>();
  world.store(f::rule_prev, rule, rule);
  uint64_t rounds = 0;
  world.sum(f::rule_prev, rule, [&](auto) {
    return world.sum(f::rule_prev, rule, [&](auto) { return static_cast<uint32_t>(++rounds != 0); });
  });
  EXPECT_EQ(world.memory.faults.size(), 3u);
  EXPECT_LT(rounds, 1u << 17);
  world.memory.faults.clear();
  world.begin_step(0);  // and has patience again
  rounds = 0;
  world.loop(0, [&](int) { return ++rounds < 100; });
  EXPECT_TRUE(world.memory.faults.empty());
}

TEST(ConcreteWorld, APlainDecrementGoesBelowZeroAndDoesNotSayZero) {
  ConcreteWorld<V6Posted::State> world;
  const auto rule = world.alloc<Rule>();
  EXPECT_FALSE(world.dec_and_test(f::rule_usage, rule));
  EXPECT_EQ(world.load(f::rule_usage, rule), -1);
}

using View = std::vector<uint16_t>;

TEST(Promise, NodeReachesThoseForkedSinceTheFirstRule) {
  PromiseState promise(PromiseKind::node);
  promise.reset();
  promise.fork(1, 2);
  promise.append(1, 0, 1);
  promise.fork(1, 3);
  promise.append(3, 0, 2);
  promise.append(1, 0, 3);
  promise.append(1, 1, 4);
  EXPECT_EQ(promise.view(1, 0), (View{3, 1}));
  EXPECT_EQ(promise.view(2, 0), View{});
  EXPECT_EQ(promise.view(3, 0), (View{2, 3, 1}));
  EXPECT_EQ(promise.view(3, 1), View{4});
}

TEST(Promise, ANewSetLeavesThoseBehindThatWereForkedBefore) {
  PromiseState promise(PromiseKind::node);
  promise.reset();
  promise.append(1, 0, 1);
  promise.fork(1, 2);
  promise.append(2, 0, 2);
  promise.append(1, 0, 3, true);
  promise.append(1, 1, 4);
  promise.fork(1, 3);
  promise.append(1, 0, 5);
  EXPECT_EQ(promise.view(1, 0), (View{5, 3, 1}));
  EXPECT_EQ(promise.view(2, 0), (View{2, 1}));
  EXPECT_EQ(promise.view(2, 1), View{});
  EXPECT_EQ(promise.view(3, 0), (View{5, 3, 1}));
  EXPECT_EQ(promise.view(3, 1), View{4});
  promise.fork(2, 4);
  promise.append(4, 0, 6, true);  // of a task without rules of its own it asks nothing new
  EXPECT_EQ(promise.view(4, 0), (View{6, 2, 1}));
}

TEST(Promise, CopyReachesNobodyElse) {
  PromiseState promise(PromiseKind::copy);
  promise.reset();
  promise.append(1, 0, 1);
  promise.fork(1, 2);
  promise.append(1, 0, 2);
  promise.append(2, 0, 3);
  EXPECT_EQ(promise.view(1, 0), (View{2, 1}));
  EXPECT_EQ(promise.view(2, 0), (View{3, 1}));
}

// For every failing allocation of a step: the n-th one fails it, until there is no n-th.
TEST(Models, EveryAllocationOfAFirstAppendCanFail) {
  for (const auto& [name, count] :
       {std::pair{"v5-intended", 4u}, {"v5-new-hierarchy", 4u}, {"v5-posted", 4u}, {"v6-posted", 2u}}) {
    for (uint32_t nth = 1; nth <= count + 1; ++nth) {
      auto model = make_model(name);
      const auto outcome =
          model->step({.op = Op::append, .task = 1, .made = 1, .fail_alloc = static_cast<uint16_t>(nth)});
      EXPECT_EQ(outcome.error, nth <= count ? ENOMEM : 0) << name << " " << nth;
    }
  }
}

TEST(Models, EveryAllocationOfANodesFirstFilterCanFailAndAnOwnerMakesNoNode) {
  for (uint16_t nth = 1; nth <= 4; ++nth) {
    auto model = make_model("seccomp-nodes");
    EXPECT_EQ(model->step({.op = Op::attach, .task = 1, .made = 1, .fail_alloc = nth}).error, nth <= 3 ? ENOMEM : 0);
    model->step({.op = Op::attach, .task = 1, .made = 1});
    EXPECT_EQ(model->step({.op = Op::attach, .task = 1, .made = 2, .fail_alloc = nth}).error, nth <= 2 ? ENOMEM : 0);
  }
}

TEST(Models, ThereIsNoModelOfAnotherName) {
  EXPECT_EQ(make_model("v7"), nullptr);
  EXPECT_EQ(find_model(""), nullptr);
  for (const auto& info : models()) EXPECT_EQ(make_model(info.name)->info().name, info.name);
}

}  // namespace
}  // namespace lockstep
