// SPDX-License-Identifier: GPL-2.0-or-later
// Storing states: the set, its levels and its bound; packing; renaming.
#include "oracle/state_store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <thread>

#include "oracle/symmetry.h"

namespace lockstep {
namespace {

using Insert = StateStore::Insert;

Insert insert(StateStore& store, const std::string& state) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(state.data());
  return store.insert(bytes, state.size(), hash_bytes(bytes, state.size()));
}

std::multiset<std::string> taken(StateStore& store) {
  std::multiset<std::string> all;
  for (const auto& run : store.take_level())
    each_state(run,
               [&](const uint8_t* bytes, size_t size) { all.emplace(reinterpret_cast<const char*>(bytes), size); });
  return all;
}

TEST(StateStore, KeepsEachStateOnceAndByLevels) {
  StateStore store(64 << 20);
  std::multiset<std::string> first, second;
  for (int i = 0; i < 20000; ++i) first.insert(fmt::format("{:0{}}", i, 5 + i % 40));
  for (int i = 0; i < 300; ++i) second.insert(fmt::format("second {}", i));
  for (const auto& state : first) EXPECT_EQ(insert(store, state), Insert::added);
  for (const auto& state : first) EXPECT_EQ(insert(store, state), Insert::known);
  EXPECT_EQ(taken(store), first);
  for (const auto& state : second) EXPECT_EQ(insert(store, state), Insert::added);
  for (const auto& state : first) EXPECT_EQ(insert(store, state), Insert::known);
  EXPECT_EQ(taken(store), second);
  EXPECT_EQ(taken(store), std::multiset<std::string>{});
  EXPECT_EQ(store.states(), first.size() + second.size());
}

TEST(StateStore, TakesFromSeveralThreadsAtOnce) {
  StateStore store(64 << 20);
  std::atomic<int> added{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 20000; ++i) added += insert(store, fmt::format("state {}", i)) == Insert::added;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(added, 20000);
  EXPECT_EQ(taken(store).size(), 20000u);
}

TEST(StateStore, SaysWhenThereIsNoRoom) {
  StateStore store(2 << 20);
  int added = 0;
  Insert last = Insert::added;
  while (last == Insert::added && added < 1000000) {
    last = insert(store, fmt::format("a state of some length: {}", added));
    added += last == Insert::added;
  }
  EXPECT_EQ(last, Insert::no_room);
  EXPECT_LE(store.bytes(), 2u << 20);
  EXPECT_GT(added, 20000);
  EXPECT_EQ(insert(store, "a state of some length: 7"), Insert::known);
  EXPECT_EQ(taken(store).size(), static_cast<size_t>(added));
}

using Memory = InSmallMemory<V5Posted>::State;
const Scope kScope{.tasks = 3, .events = 2, .ops = 7, .sizes = {1, 63}};
const std::vector<uint32_t> kSizes = {1, 63};

std::string packed(const StateCodec<Memory>& codec, const ExploredState<Memory>& s) {
  PackedState packed;
  codec.pack(s, packed);
  return {reinterpret_cast<const char*>(packed.bytes()), packed.size};
}

ExploredState<Memory> unpacked(const StateCodec<Memory>& codec, const ExploredState<Memory>& s) {
  StateCodec<Memory>::Packed packed;
  codec.pack(s, packed.state);
  ExploredState<Memory> again;
  codec.unpack(packed, again);
  return again;
}

// States along a random walk of three tasks.
std::vector<ExploredState<Memory>> some_states() {
  std::mt19937 random(5);
  std::vector<ExploredState<Memory>> states;
  for (int walk = 0; walk < 40; ++walk) {
    SmallNodeMachine<V5Posted> machine;
    machine.reset({});
    ExploredState<Memory> s{machine.world.memory, machine.processes.numbers(), {}};
    PromiseMasksWorld promise(PromiseKind::node, s.promise);
    for (int i = 0; i < 30; ++i) {
      Step step{.task = static_cast<uint16_t>(1 + random() % 3)};
      if (!machine.processes.alive(step.task)) continue;
      const auto what = random() % 8;
      uint16_t slot = 1;
      while (slot <= 3 && machine.processes.exists(slot)) ++slot;
      if (what < 4 && s.ops < kScope.ops) {
        step.op = Op::append;
        step.made = ++s.ops;
        step.event = static_cast<uint8_t>(random() % 2);
        step.pages = random() % 3 == 0 ? 63 : 1;
        step.fail_alloc = static_cast<uint16_t>(random() % 4);
      } else if (what < 7 && slot <= 3) {
        step.op = Op::fork;
        step.made = slot;
      } else if (what == 7) {
        step.op = Op::exit;
      } else {
        continue;
      }
      const auto outcome = machine.step(step);
      if (outcome.error == 0 && step.op == Op::append) promise.append(step.task, step.event, step.made);
      if (outcome.error == 0 && step.op == Op::fork) promise.fork(step.task, step.made);
      uint32_t living = 0;
      for (uint16_t task = 1; task <= 3; ++task) living |= uint32_t{machine.processes.alive(task)} << task;
      if (step.op == Op::exit) promise.forget(step.task, living);
      s.memory = machine.world.memory;
      s.processes = machine.processes.numbers();
      states.push_back(s);
      if (living == 0) break;
    }
  }
  return states;
}

TEST(StateCodec, IsReadBackAsItWas) {
  const StateCodec<Memory> codec(kScope, kSizes, PromiseKind::node);
  std::set<std::string> all;
  for (auto s : some_states()) {
    for (const int32_t odd : {1, -1, 12, 13, -3, 1 << 20}) {
      s.memory.pool<Prog>()[1].refs = odd;
      for (const uint32_t pages : {63u, 0u, 77u}) {
        s.memory.pool<Prog>()[1].pages = pages;
        const auto bytes = packed(codec, s);
        const auto again = unpacked(codec, s);
        EXPECT_EQ(again.memory.changed(s.memory), 0u);
        EXPECT_EQ(again.promise, s.promise);
        EXPECT_EQ(again.ops, s.ops);
        EXPECT_EQ(packed(codec, again), bytes);
        all.insert(bytes);
      }
    }
  }
  EXPECT_GT(all.size(), 1000u);
}

TEST(StateCodec, KeepsPointersToFreedMemory) {
  const StateCodec<Memory> codec(kScope, kSizes, PromiseKind::node);
  SmallNodeMachine<V5Posted> machine;
  machine.reset({});
  machine.step({.op = Op::append, .task = 1, .made = 1});
  machine.world.memory.pool<Node>()[1].slot_owner = {30};
  const ExploredState<Memory> s{machine.world.memory, machine.processes.numbers(), {}, 1};
  EXPECT_EQ(unpacked(codec, s).memory.changed(s.memory), 0u);
  Symmetry<Memory> symmetry;
  EXPECT_FALSE(symmetry.rename(s));
}

// Names are given by what a state looks like: giving them again changes nothing, and a state whose tasks have changed
// places comes out with the same names.
TEST(Symmetry, DoesNotDependOnSlots) {
  const StateCodec<Memory> codec(kScope, kSizes, PromiseKind::node);
  Symmetry<Memory> symmetry;
  int swapped = 0;
  for (const auto& s : some_states()) {
    ASSERT_TRUE(symmetry.rename(s));
    const auto named = symmetry.renamed();
    const auto bytes = packed(codec, named);
    ASSERT_TRUE(symmetry.rename(named));
    EXPECT_EQ(packed(codec, symmetry.renamed()), bytes);
    if (s.memory.pool<NodeTask>().live_mask() != 0b1110) continue;
    ++swapped;
    auto other = s;
    auto& tasks = other.memory.pool<NodeTask>();
    std::swap(tasks[1], tasks[3]);
    std::swap(other.promise.own[1], other.promise.own[3]);
    std::swap(other.promise.base[1], other.promise.base[3]);
    ASSERT_TRUE(symmetry.rename(other));
    EXPECT_EQ(packed(codec, symmetry.renamed()), bytes);
  }
  EXPECT_GT(swapped, 50);
}

}  // namespace
}  // namespace lockstep
